"""Writing what was checked: cited once, the formats side by side, moved into place together."""

from __future__ import annotations

import filecmp
import json
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from filelock import FileLock

from chapterkit import fonts
from chapterkit.drawing.measuring import look_of
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import (
    BUILDING,
    files_below,
    leads_out,
    move_together,
    packed,
    path_from_here,
    remove_left,
    unpack,
)
from chapterkit.formats import AnyPrinting, BookPrinting, ChapterPrinting, Format, made_anew
from chapterkit.manuscript.bibliography import Source
from chapterkit.manuscript.book import Book, Chapter
from chapterkit.manuscript.config import Config
from chapterkit.manuscript.drawn import Drawing, drawing_of, drawn
from chapterkit.manuscript.exhibited import Exhibit
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.pictures import Picture
from chapterkit.manuscript.plan import EVIDENCE
from chapterkit.numbers.cards import Card, cards, for_readers
from chapterkit.numbers.evidence import evidence_of
from chapterkit.pandoc import run_pandoc, transform
from chapterkit.plugins import failed
from chapterkit.processes import end_those_of
from chapterkit.revision.dating import modified
from chapterkit.scratch import scratch_folder
from chapterkit.text.citations import citeproc_arguments, finish_references
from chapterkit.text.document import Block, Document
from chapterkit.text.exhibits import drawings_in
from chapterkit.text.file_links import places_in
from chapterkit.text.gate import CITED, gated
from chapterkit.text.numbering import Thing, as_one_book, links_in, without_links_elsewhere
from chapterkit.text.passes import spaced_references
from chapterkit.text.pictures import pictures_of, too_much
from chapterkit.text.references import csl_references, languages
from chapterkit.text.tree import (
    Element,
    Tree,
    chapter_heading,
    cited_keys,
    inlines_of,
    kind_of,
    plain_line,
    title_text,
    with_blocks,
)
from chapterkit.text.whole import (
    TAKEN,
    Text,
    apart,
    identifiers,
    part_id,
    together,
    told_apart,
    with_own_references,
    without_references,
)

Progress = Callable[[str], None]
Keep = Callable[[Format[Any], Callable[[], bytes]], bytes]
"""Gives a format's file: what was kept of it, or what the function makes."""


Accompany = Callable[[Sequence[tuple[str, "Written"]]], Mapping[str, str]]
"""Gives the texts that are to lie beside the files that were made, by their names."""


LOCK = ".lock"
"""What one build of a folder holds, so that others wait."""


@dataclass(frozen=True)
class Written:
    """One file, or folder, that was written: its size in bytes, and the seconds it took."""

    path: Path
    size: int
    seconds: float


def printed(
    wanted: Sequence[tuple[Format[Any], AnyPrinting]],
    folder: Path,
    jobs: int,
    progress: Progress = lambda _: None,
    keep: Keep = made_anew,
    accompany: Accompany = lambda _: {},
    approved: Callable[[], object] = lambda: None,
) -> list[Written]:
    """Write a chapter, or a book, as each format has it; return what was written.

    `keep` is asked for each file, and has it made unless it has kept it; `accompany` what is to
    lie beside the files, each of which it is told with the name of its format. `approved` is asked
    while files are being made: it returns when they may be written, or raises, and none is.

    All formats are made in a temporary folder first and moved into place together, so that a
    failure or an interruption leaves the last good files; a second build of the same folder waits.
    Raises ChapterkitError if anything cannot be made or written.
    """
    with _building(folder) as scratch:
        makers: dict[str, _Maker] = {}
        for one, printing in wanted:
            for file in one.files or (one,):
                makers[file.name] = _Maker(file, printing, scratch, progress, keep, makers)
        with _threads(jobs, scratch.name) as pool:
            running = {one.format.name: pool.submit(one.make) for one in _in_turn(makers)}
            approved()
            made = [running[name].result() for name in makers]
        beside = accompany(list(zip(makers, made, strict=True)))
        targets = {folder / one.path.name: one.path for one in made}
        moves = targets | {folder / name: _beside(scratch, name, beside) for name in beside}
        move_together({to: new for to, new in moves.items() if not _is_same(new, to)})
        return [replace(one, path=path) for path, one in zip(targets, made, strict=True)]


def _in_turn(makers: Mapping[str, _Maker]) -> list[_Maker]:
    """Return first what others wait for, and those last, so that one thread can do it all, too."""
    awaited = {one.format.after for one in makers.values()}
    return sorted(
        makers.values(), key=lambda one: (bool(one.format.after), one.format.name not in awaited)
    )


def put_in_place(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files that were made elsewhere into a folder, all together or none; see `printed`.

    They are given by their paths from the folder; what lies in a folder within it takes its place.
    """
    with _building(folder) as scratch:
        for name, raw in files.items():
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            (scratch / name).write_bytes(raw)
        made = {folder / one.name: one for one in scratch.iterdir()}
        move_together({to: new for to, new in made.items() if not _is_same(new, to)})


def _is_same(new: Path, old: Path) -> bool:
    """Tell whether a file that was made is what stands in its place already."""
    return old.is_file() and not old.is_symlink() and filecmp.cmp(new, old, shallow=False)


def _beside(scratch: Path, name: str, texts: Mapping[str, str]) -> Path:
    path = scratch / name
    path.write_text(texts[name], "utf-8", newline="\n")
    return path


@contextmanager
def _building(folder: Path) -> Iterator[Path]:
    """Give a temporary folder inside `folder`, alone: other builds of it wait."""
    for path in (folder, folder / LOCK):
        if path.is_symlink():
            raise leads_out(path)
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(FileLock(folder / LOCK))
            _remove_scratch(folder)
            remove_left(folder)
            # Before the folder exists, so that no interruption can come between.
            stack.callback(_remove_scratch, folder)
            scratch = Path(mkdtemp(prefix=BUILDING, dir=folder.absolute()))
        except OSError as error:
            hint = "用 --output 换一个能写的文件夹"
            raise ChapterkitError(
                f"写不了输出文件夹：{error.strerror}", Origin(path_from_here(folder)), hint
            ) from None
        yield scratch


@contextmanager
def _threads(count: int, name: str) -> Iterator[ThreadPoolExecutor]:
    """Give a pool all of whose threads have ended afterwards, and which ends early on a failure.

    The pool does not wait for a thread that was just being started when it was interrupted.
    """
    pool = ThreadPoolExecutor(count, name)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        while threads := {one for one in threading.enumerate() if one.name.startswith(name)}:
            end_those_of(threads)
            for thread in threads:
                thread.join(_MOMENT)


_MOMENT = 0.02
"""Seconds until a thread that has to end is looked at again: it may have begun a program."""


def _remove_scratch(folder: Path) -> None:
    """Remove the temporary folders of this build, or of one that was killed."""
    for left in folder.glob(f"{BUILDING}*"):
        shutil.rmtree(left, ignore_errors=True)


@dataclass(frozen=True)
class _Maker:
    """Makes one format in its own folder."""

    format: Format[Any]
    printing: AnyPrinting
    scratch: Path
    progress: Progress
    keep: Keep
    others: Mapping[str, _Maker] = field(repr=False)
    done: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    reading: threading.Lock = field(default_factory=threading.Lock)
    read: list[Any] = field(default_factory=list, repr=False)

    @property
    def target(self) -> Path:
        """Where the file, or folder, is made."""
        return self.scratch / self.format.target(self.printing)

    def make(self) -> Written:
        """Make the file, unless it was kept; whoever waits for it goes on in any case.

        Those that wait while pandoc writes theirs have read in it what they need by the end.
        """
        try:
            made = self._make()
        finally:
            self.done.set()
        for one in self.others.values():
            if one.format.after == self.format.name and one.begun.is_set():
                one.awaited()
        return made

    def awaited(self) -> Any:
        """Return what is read in the file of the format that this one comes after, once it is made.

        It is read once, by whoever is first to have it and the time.
        """
        other = self.others.get(self.format.after)
        if other is None:
            return None
        other.done.wait()
        with self.reading:
            if not self.read:
                path = other.target
                self.read.append(self.format.reads(path.read_bytes()) if path.is_file() else None)
        return self.read[0]

    def _make(self) -> Written:
        started = time.perf_counter()
        target = self.target
        try:
            raw = self.keep(self.format, self._made)
            if self.format.folder and not target.exists():
                unpack(raw, target)
            elif not target.exists():
                target.write_bytes(raw)
        except (ChapterkitError, OSError, MemoryError):
            raise
        except Exception as error:
            if not self.format.package:
                raise
            why = f"{type(error).__name__}: {error}"
            raise failed(self.format.package, f"格式 {self.format.name}", why) from None
        seconds = time.perf_counter() - started
        self.progress(f"{target.name}（{seconds:.1f} 秒）")
        return Written(target, _size(target), seconds)

    def _made(self) -> bytes:
        """Have pandoc write, and the format finish that; return the file, or the folder as one."""
        self.begun.set()
        one = self.format
        work = self.scratch / f"work-{one.name}"
        work.mkdir()
        printing = replace(self.printing, work=work, awaited=self.awaited)
        tree = one.prepare(printing)
        target = self.target
        written = printing.work / f"written{one.writer_suffix}" if one.finish else target
        arguments = ["-f", "json", "--sandbox", "--fail-if-warnings", *one.arguments(printing)]
        try:
            run_pandoc([*arguments, "-o", str(written)], json.dumps(tree).encode(), folder=work)
        except ChapterkitError as error:
            raise _placed(error, printing) from None
        if one.finish:
            one.finish(printing, written, target)
        return packed(target) if one.folder else target.read_bytes()


def _size(path: Path) -> int:
    """Return the size of a file, or of all files of a folder."""
    if not path.is_dir():
        return path.stat().st_size
    return sum((path / one).stat().st_size for one in files_below(path))


def as_text(format: Format[Any], printing: AnyPrinting, tree: Tree) -> str:
    """Return the tree that a format has prepared, or a part of it, as it writes text."""
    arguments = ["-f", "json", "--sandbox", "--fail-if-warnings", *format.arguments(printing)]
    return run_pandoc(arguments, json.dumps(tree).encode()).decode()


def _placed(error: ChapterkitError, printing: AnyPrinting) -> ChapterkitError:
    """Place what pandoc said of a formula at that formula."""
    for block in (block for one in printing.chapters for block in one.document.blocks):
        for inline in block.inlines:
            formula = block.text[inline.start : inline.end]
            if inline.kind == "Math" and formula.strip() and formula.strip() in error.message:
                message = f"公式 {formula.strip()} 排不成，会原样印出来"
                hint = "检查花括号和命令；都没有写错，就换一个这种格式写得出的写法"
                return ChapterkitError(message, block.origin(inline.start), hint)
    return error.at(printing.chapters[0].document.rendered.origin(0))


def cited(tree: Tree, bibliography: Mapping[str, Source], config: Config) -> Tree:
    """Return a tree with citations put in by citeproc, and references under a title.

    Both are as the book's language has them.

    It has been through the gate before and after: the author's text, and what came out of the
    bibliography. There is no other tree that formats are handed.
    """
    bibliography = sources_for(tree, bibliography)
    with scratch_folder() as folder:
        references = folder / "references.json"
        references.write_text(json.dumps(csl_references(bibliography, config.locale)), "utf-8")
        tree = transform(gated(tree), citeproc_arguments(references, config.locale))
    title = config.wording.references
    known = languages(bibliography)
    return gated(finish_references(tree, known, title, config.locale, config.locators), CITED)


def sources_for(tree: Tree, bibliography: Mapping[str, Source]) -> Mapping[str, Source]:
    """Return what of a bibliography a tree cites, in its order; all of it, if it asks for that."""
    cited = cited_keys(tree)
    if "*" in cited or "nocite" in tree["meta"]:
        return bibliography
    return {key: source for key, source in bibliography.items() if key in cited}


def chapter_printing(
    book: Book,
    root: Path,
    chapter: Chapter,
    document: Document,
    tree: Tree,
    edition: str = "",
    here: Collection[str] | None = None,
    shared: Mapping[str, Any] | None = None,
    formats: Collection[str] = (),
) -> ChapterPrinting:
    """Return what a format may know of a chapter, `tree` being its document's, cited.

    A link to what is not `here` becomes its text; without it, to what is not in the tree. `shared`
    is what texts of one book have in common, made where it is not given; `formats` names those
    that are written at once.

    Raises ChapterkitError for a chapter without a title, or a picture that cannot be used.
    """
    if book.config.locale.chinese and book.config.style.space == "space":
        tree = spaced_references(tree)
    title = chapter_heading(tree) or _title_block(chapter, document).element
    shared = shared or {
        **_shared(book, root, edition, formats),
        "evidence": evidence_of(book, [document]) if EVIDENCE in formats else (),
    }
    drawings = _Drawings(book, drawings_in(tree, document), shared["cards"])
    return ChapterPrinting(
        slug=chapter.slug,
        number=chapter.number,
        label=chapter.label,
        start_page=chapter.start_page,
        role=chapter.role,
        part=chapter.part and replace(chapter.part, title=plain_line(chapter.part.title)),
        title=plain_line(title_text(inlines_of(title))),
        document=document,
        tree=without_links_elsewhere(tree, here),
        pictures=pictures_of(document, tree, book.folder or Disk(root), drawings.drawn()),
        narrow=drawings.drawn(NARROW, "-narrow"),
        **shared,
    )


NARROW = 340
"""How wide drawings for a phone are, which are laid out anew, in pixels."""
_WIDE = 480


class _Drawings:
    """The charts and flow drawings that a text shows, drawn in the book's fonts."""

    def __init__(self, book: Book, shown: Mapping[str, str], known: Mapping[str, Card]) -> None:
        self.book = book
        self.made: list[tuple[Exhibit, Drawing]] = []
        for id, alternative in shown.items():
            if exhibit := book.exhibits.get(id):
                told = {one.id: for_readers(known[one.id]) for one in exhibit.numbers}
                self.made.append((exhibit, drawing_of(exhibit, told, alternative)))

    def drawn(self, width: float = _WIDE, suffix: str = "") -> dict[str, Picture]:
        """Return the drawings of this width by their addresses."""
        if not self.made:
            return {}
        config = self.book.config
        look = look_of(fonts.chosen(config.sans, *config.locale.sans), width)
        pictures = (drawn(one, drawing, look, suffix) for one, drawing in self.made)
        return {one.path: one for one in pictures}


def book_printing(
    book: Book,
    root: Path,
    chapters: Sequence[Chapter],
    documents: Sequence[Document],
    edition: str = "",
    formats: Collection[str] = (),
) -> BookPrinting:
    """Return what a format may know of a book of these chapters, their documents cited as one.

    Raises ChapterkitError, at its place, for an identifier that two chapters give, a link to a
    chapter that is left out, a chapter without a title, or a picture that cannot be used.
    """
    things = [thing for document in documents for thing in document.things]
    texts = [
        Text(chapter.slug, _in_book(document, things), document.rendered)
        for chapter, document in zip(chapters, documents, strict=True)
    ]
    taken = [*TAKEN, *(part_id(one.part.number) for one in chapters if one.part)]
    trees = told_apart(texts, taken)
    trees, references = _cited_through(book, chapters, trees)
    ours = (*identifiers(with_blocks(trees[0], references)), *taken)
    here = frozenset([*ours, *(one for tree in trees for one in identifiers(tree))])
    slugs = {one.slug for one in chapters}
    for document in documents:
        _check_led_to(document, here)
        _check_files_led_to(document, slugs, book)
    shared = _shared(book, root, edition, formats)
    wants_evidence = EVIDENCE in {book.config.appendix, *formats}
    printings = tuple(
        chapter_printing(book, root, chapter, document, tree, edition, here, shared)
        for chapter, document, tree in zip(chapters, documents, trees, strict=True)
    )
    return BookPrinting(
        chapters=printings,
        references=tuple(references),
        pictures=_all_pictures(printings),
        narrow={address: one for each in printings for address, one in each.narrow.items()},
        cover=book.cover,
        evidence=evidence_of(book, documents) if wants_evidence else (),
        **shared,
    )


def _all_pictures(printings: Sequence[ChapterPrinting]) -> dict[str, Picture]:
    """Return the pictures of all chapters; raise ChapterkitError, at a chapter, if too large."""
    pictures: dict[str, Picture] = {}
    for printing in printings:
        pictures |= printing.pictures
        if error := too_much(pictures.values()):
            raise error.at(printing.document.rendered.origin(0))
    return pictures


def _check_led_to(document: Document, here: Collection[str]) -> None:
    """Raise ChapterkitError, at the link, for one to a chapter that this book leaves out."""
    for identifier, offset in links_in(document.rendered):
        thing = document.elsewhere.get(identifier)
        if thing and identifier not in here:
            where = thing.chapter_label or thing.chapter
            raise ChapterkitError(
                f"这里指到 {identifier}，可是{where}不在这次的书里",
                document.rendered.origin(offset),
                f"把 {thing.chapter} 也写进命令；一章也不写就是全书",
            )


def _check_files_led_to(document: Document, slugs: Collection[str], book: Book) -> None:
    """Raise ChapterkitError, at the link, for one to a chapter's file that this book leaves out."""
    for address, slug, _ in places_in(document.leading):
        if slug not in slugs:
            where = book.chapter(slug).label or slug
            offset = max(0, document.rendered.text.find(f"]({address}"))
            raise ChapterkitError(
                f"这里指到 {address}，可是{where}不在这次的书里",
                document.rendered.origin(offset),
                f"把 {slug} 也写进命令；一章也不写就是全书",
            )


def _in_book(document: Document, things: Sequence[Thing]) -> Tree:
    return as_one_book(document.tree, things, document.counting)


def _cited_through(
    book: Book, chapters: Sequence[Chapter], trees: Sequence[Tree]
) -> tuple[list[Tree], list[Element]]:
    """Return the trees of a book's texts, cited, and what is to stand at the end of all."""
    if book.config.references == "chapter":
        alone = (cited(tree, book.bibliography, book.config) for tree in trees)
        return [
            with_own_references(tree, chapter.slug)
            for chapter, tree in zip(chapters, alone, strict=True)
        ], []
    kept = [without_references(one) for one in trees]
    whole = cited(together(kept), book.bibliography, book.config)
    separate, behind = apart(whole, len(trees))
    return separate, [one for one in behind if kind_of(one) == "Div"]


def _shared(book: Book, root: Path, edition: str, formats: Collection[str]) -> dict[str, Any]:
    """Return what formats may know of chapters and books alike; their own folder comes later."""
    return {
        "config": _in_plain_lines(book.config),
        "language": book.config.language,
        "work": Path(),
        "edition": edition,
        "cards": cards(book),
        "beside": frozenset(formats),
        "sources": _sources(book) if JATS in formats else (),
        "described": {
            id: one.alternative for id, one in book.exhibits.items() if one.kind == "table"
        },
        "wide": {id: wide for id, one in book.exhibits.items() if (wide := one.wide)},
        "modified": modified(root, book.config.bibliography),
    }


JATS = "jats"


def _sources(book: Book) -> tuple[Mapping[str, Any], ...]:
    """Return what is known of the works in the bibliography, names as they are written."""
    return tuple(csl_references(book.bibliography, replace(book.config.locale, capitals=False)))


_TOLD = (
    "title", "subtitle", "author", "series", "publisher", "edition", "price", "rights",
    "description",
)  # fmt: skip


def _in_plain_lines(config: Config) -> Config:
    """Return a book's settings, what pages of the book tell of them on one line each."""
    told: dict[str, Any] = {name: plain_line(getattr(config, name)) for name in _TOLD}
    makers = (
        replace(one, name=plain_line(one.name), role=plain_line(one.role)) for one in config.authors
    )
    return replace(config, **told, authors=tuple(makers))


def _title_block(chapter: Chapter, document: Document) -> Block:
    for block in document.blocks:
        if block.level == 1:
            return block
    raise ChapterkitError("章没有标题", Origin(chapter.path), "第一行写一级标题：# 标题 {#slug}")
