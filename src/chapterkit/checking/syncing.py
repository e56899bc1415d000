"""Managed regions carried out: what stands in a file, what its records say, and writing it."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import leads_out, path_from_here, replace_text
from chapterkit.formats import ChapterPrinting
from chapterkit.formats.markdown import FORMAT
from chapterkit.git import git
from chapterkit.manuscript.book import PLACE, Book, Chapter
from chapterkit.manuscript.folder import MAX_TEXT_BYTES, Disk, decode, find_root, read_file
from chapterkit.numbers.binding import as_diff
from chapterkit.pipeline import Subject, document_of, load, variants
from chapterkit.pipeline.press import printing_of
from chapterkit.printing import as_text
from chapterkit.store import store_of
from chapterkit.text.numbering import without_links_elsewhere
from chapterkit.text.pictures import place_at
from chapterkit.text.regions import (
    Filling,
    Region,
    digest_of,
    filled,
    holds_mark,
    marked,
    regions_of,
)
from chapterkit.text.tree import (
    Element,
    Tree,
    elements_of,
    inlines_of,
    kind_of,
    plain_text,
    target_of,
    tree_blocks,
    walk,
    with_blocks,
    with_target,
)
from chapterkit.text.whole import identifiers

State = Literal["same", "empty", "stale", "edited"]
Side = Literal["theirs", "ours", ""]

_COMMITS = 50
"""How many commits of a file are searched for the text that was written into it."""
_SAID: Mapping[State, str] = {
    "empty": "{slug} 还没有写进来",
    "stale": "{slug} 的文字过时了：记录、模板或编号改过",
    "edited": "{slug} 的文字写进来以后有人改过",
}
_KEEP = (
    "--accept-theirs 换成书里现在的文字，--accept-ours 留下文件里的；要一直留着的话，改记录或模板"
)


@dataclass(frozen=True)
class Synced:
    """A region, and the text that its record has now."""

    region: Region
    wanted: str

    @property
    def state(self) -> State:
        """Whether it is as it should be, has never been filled, is out of date, or was edited."""
        region, now = self.region, digest_of(self.wanted)
        stands = digest_of(region.standing)
        if region.digest == now and stands == (region.kept or now):
            return "same"
        if not region.digest and not region.standing:
            return "empty"
        if region.standing == self.wanted or (stands == region.digest and not region.kept):
            return "stale"
        return "edited"

    def filling(self, side: Side) -> Filling:
        """Return what it is to hold: the text of its record or, for `ours`, what stands there."""
        region, now = self.region, digest_of(self.wanted)
        if self.state == "edited" and side == "ours":
            mark = marked(region.slug, now, digest_of(region.standing))
            return Filling(region, None, mark)
        return Filling(region, self.wanted, marked(region.slug, now))


@dataclass(frozen=True)
class Sheet:
    """A file with regions, called `name` in messages, of the book at `root`; its text as it is."""

    name: str
    path: Path
    root: Path
    text: str
    synced: tuple[Synced, ...]

    def told(self, one: Synced) -> tuple[str, str]:
        """Return what is said of a region that is not as it should be, and what to do."""
        message = _SAID[one.state].format(slug=one.region.slug)
        hint = _KEEP if one.state == "edited" else f"运行 chapterkit sync {self.name}"
        return f"{self.name}:{one.region.line}: {message}", hint

    def three_ways(self, one: Synced) -> str:
        """Return what was written into a region, what stands there, and what would be written."""
        region = one.region
        base = self._written(region)
        if base is None:
            lead = "当初写进去的文字找不到了，只能拿现在的两种来比：\n"
            return lead + _compared(_HERE, region.standing, _NOW, one.wanted)
        now = _compared(_THEN, base, _NOW, one.wanted)
        same = "书里现在的文字和当初写进去的一样。\n"
        return _compared(_THEN, base, _HERE, region.standing) + (now or same)

    def _written(self, region: Region) -> str | None:
        """Return the text that was written into a region last, None if nobody has it."""
        if not region.digest:
            return ""
        store = store_of(self.root)
        raw = store.get(_kept_as(region.digest)) if store else None
        texts = [raw.decode()] if raw is not None else self._committed(region)
        return next((one for one in texts if digest_of(one) == region.digest), None)

    def _committed(self, region: Region) -> Iterator[str]:
        """Yield what the region held at each commit of the file, the last first."""
        inner = self.path.relative_to(self.root).as_posix()
        asked = ("log", f"--max-count={_COMMITS}", "--format=%H", "--", inner)
        for commit in git(self.root, *asked, may_fail=True).decode().split():
            raw = git(self.root, "cat-file", "blob", f"{commit}:./{inner}", may_fail=True)
            text = raw.decode("utf-8", "replace")
            try:
                then = regions_of(text, inner, {*re.findall(r"chapterkit:begin\s+(\S+)", text)})
            except ChapterkitError:
                continue
            yield from (one.standing for one in then if one.slug == region.slug)

    def write(self, side: Side) -> bool:
        """Write the regions that are not as they should be; tell whether the file is another now.

        What was edited by hand is only written over if `side` is theirs.
        """
        due = [one for one in self.synced if one.state != "same"]
        text = filled(self.text, [one.filling(side) for one in due])
        if store := store_of(self.root):
            for one in due:
                store.put(_kept_as(digest_of(one.wanted)), one.wanted.encode())
        if text == self.text:
            return False
        replace_text(self.path, text, self.root)
        return True


_THEN, _HERE, _NOW = "当初写进去的", "文件里现在的", "书里现在的"


def _compared(old: str, before: str, new: str, after: str) -> str:
    return as_diff(f"{before}\n" if before else "", f"{after}\n" if after else "", old, new)


def _kept_as(digest: str) -> str:
    return f"region {digest}"


def opened(file: Path) -> Sheet:
    """Return a file with managed regions, and what the records of its book say now.

    Raises ChapterkitError for a file that is none of a book, is a link, or cannot be read, for
    marks that are wrong, and for whatever is wrong in the book.
    """
    name, path = path_from_here(file), Path(os.path.abspath(file))  # noqa: PTH100 - links stay
    if path.is_symlink():
        raise ChapterkitError("这是一个链接，不往那里写", Origin(name), "给出它指到的那个文件")
    raw = read_file(path, name, MAX_TEXT_BYTES)
    decode(raw, name)
    root = find_root(path.parent)
    if root is None:
        hint = "把文件放到书的文件夹里（有 book/book.yaml 的那个）"
        raise ChapterkitError("这个文件不在书里", Origin(name), hint)
    if not path.parent.resolve().is_relative_to(root.resolve()):
        raise leads_out(file)
    text = raw.decode()
    book = load(Disk(root))
    regions = regions_of(text, name, book.records)
    wanted = _Texts(book, root, path, text, regions).all()
    synced = (Synced(one, wanted[one.slug]) for one in regions)
    return Sheet(name, path, root, text, tuple(synced))


# --- the text of records


_BEGIN, _END = "chapterkitregionbegins", "chapterkitregionends"


@dataclass(frozen=True)
class _Texts:
    """The records of a file, each as the Markdown format prints it in its chapter.

    Those that no chapter places are printed as if the file itself were their chapter.
    """

    book: Book
    root: Path
    path: Path
    text: str
    regions: Sequence[Region]

    def all(self) -> dict[str, str]:
        """Return the text of every record that the file has a region for, by slug."""
        slugs = [one.slug for one in self.regions]
        book, chapters = self._placing(slugs)
        parts: dict[str, _Part] = {}
        for chapter in chapters:
            if wanted := [slug for slug in chapter.records if slug in slugs]:
                printing, tree = _printed(book, self.root, chapter, wanted)
                parts |= {one: _part(printing, tree, one) for one in wanted}
        typed = re.findall(r"\{#([\w.:-]+)", self.text)
        here = frozenset([*typed, *(id for one in parts.values() for id in one.identifiers)])
        return {one.slug: self._written(one, parts[one.slug], here) for one in self.regions}

    def _placing(self, slugs: Sequence[str]) -> tuple[Book, tuple[Chapter, ...]]:
        """Return the book, and its chapters, in which every one of some records is placed."""
        placed = {slug for chapter in self.book.chapters for slug in chapter.records}
        if not (homeless := [slug for slug in slugs if slug not in placed]):
            return self.book, self.book.chapters
        inner = self.path.relative_to(self.root).as_posix()
        own = next((one for one in self.book.chapters if one.path == inner), None)
        lines = ["# 同步 {#chapterkit-sync}", ""]
        for slug in homeless:
            lines += [f'{{{{ {PLACE}("{slug}") }}}}', ""]
        rows = tuple((slug, 3 + 2 * place) for place, slug in enumerate(homeless))
        number = own.number if own and not own.records else ""
        made = Chapter("chapterkit-sync", number, inner, "\n".join(lines), rows)
        chapters = (*self.book.chapters, made)
        return replace(self.book, chapters=chapters), chapters

    def _written(self, region: Region, part: _Part, here: Collection[str]) -> str:
        """Return a record's text, links and pictures as they hold in the file."""
        tree = with_blocks(part.tree, walk(tree_blocks(part.tree), self._from_here))
        tree = without_links_elsewhere(tree, here)
        text = _with_own_notes(as_text(FORMAT, part.printing, tree), tree, region.slug).strip("\n")
        if holds_mark(text):
            message = f"{region.slug} 的文字里有同步用的标记"
            raise ChapterkitError(message, Origin(self.path.name, region.line), "把它从记录里去掉")
        return text

    def _from_here(self, element: Element) -> Element:
        if kind_of(element) != "Image" or not self.book.folder:
            return element
        target = target_of(element)
        place = place_at(target.address, self.book.folder)
        if place is None:
            return element
        address = os.path.relpath(self.root / place, self.path.parent).replace(os.sep, "/")
        address = re.sub(r"[%\s()<>]", lambda found: quote(found[0]), address)
        return with_target(element, target._replace(address=address))


@dataclass(frozen=True)
class _Part:
    """A part of a chapter as it was prepared, the chapter's printing, and what links may name."""

    printing: ChapterPrinting
    tree: Tree
    identifiers: Sequence[str]


def _part(printing: ChapterPrinting, tree: Tree, slug: str) -> _Part:
    prepared = with_blocks(tree, _between(tree, slug))
    before = with_blocks(printing.tree, _between(printing.tree, slug))
    return _Part(printing, prepared, identifiers(before))


def _printed(
    book: Book, root: Path, chapter: Chapter, slugs: Sequence[str]
) -> tuple[ChapterPrinting, Tree]:
    """Return a chapter as the Markdown format prints it, with a mark before and behind records."""
    lines = chapter.text.split("\n")
    placed = dict(chapter.placed)
    for slug in slugs:
        at = placed[slug] - 1
        lines[at] = f"{_BEGIN}{slug}\n\n{lines[at]}\n\n{_END}{slug}"
    with_marks = replace(chapter, text="\n".join(lines))
    try:
        return _prepared(book, root, with_marks)
    except ChapterkitError:
        _prepared(book, root, chapter)  # which tells the line as the author has it
        raise


def _prepared(book: Book, root: Path, chapter: Chapter) -> tuple[ChapterPrinting, Tree]:
    subject = variants(Subject(chapter.path, book, chapter, root=root), [FORMAT.name], [""])[0]
    printing = printing_of(subject, document_of(subject))
    return printing, FORMAT.prepare(printing)


def _between(tree: Tree, slug: str) -> list[Element]:
    """Return the blocks of a printed chapter that a record gave."""
    blocks = tree_blocks(tree)
    said = [plain_text(inlines_of(one)) if kind_of(one) == "Para" else "" for one in blocks]
    try:
        return blocks[said.index(f"{_BEGIN}{slug}") + 1 : said.index(f"{_END}{slug}")]
    except ValueError:
        hint = "它是不是只写给别的格式或版本（{% only … %}），或放在引文、列表里？"
        raise ChapterkitError(f"{slug} 印成 Markdown 时没有文字", hint=hint) from None


def _with_own_notes(text: str, tree: Tree, slug: str) -> str:
    """Return a text whose footnotes are called by the record: each file has several texts."""
    if not any(elements_of(tree, {"Note"})):
        return text
    return re.sub(r"(?<![\\`])\[\^(\d+)\]", rf"[^{slug}-\1]", text)
