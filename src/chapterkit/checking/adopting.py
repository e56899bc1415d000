"""Adopting carried out: the manuscript and its bibliography read, read anew, and written."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chapterkit.adopting.adoption import Adoption, adopted, failed
from chapterkit.adopting.bringing import Brought, brought, read_bytes
from chapterkit.adopting.changes import Change, Left, apart, applied, is_accounted_for
from chapterkit.adopting.chats import chat_of, is_chat
from chapterkit.adopting.manuscript import Manuscript, readable
from chapterkit.adopting.word import (
    as_manuscript,
    as_typed,
    is_word,
    lost_of,
    opened_word,
    pictures_of,
    readable_word,
)
from chapterkit.checking.places import fence_of
from chapterkit.checking.subjects import (
    MARKDOWN,
    bytes_from_here,
    standing_alone,
    subjects,
    text_from_here,
    this_root,
)
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import path_from_here, replace_texts
from chapterkit.lint.engine import at_hand
from chapterkit.manuscript.bibliography import parse_bibliography
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import (
    BOOK_FILE,
    MAX_BYTES,
    MAX_TEXT_BYTES,
    Disk,
    Overlay,
    check_size,
    decode,
    find_root,
)
from chapterkit.manuscript.outside import Outside
from chapterkit.numbers.accounting import accounts
from chapterkit.numbers.binding import Binding, bindings
from chapterkit.pandoc import as_markdown, tree_of_word
from chapterkit.pipeline import Subject, document_of, load
from chapterkit.text.document import Document
from chapterkit.text.tree import check_depth

WORD, CHAT = "Word 文件", "JSON"


@dataclass(frozen=True)
class Desk:
    """A manuscript that is to be brought in: its file, as a text to be read, and its bibliography.

    `brought` is what the file held, with its line ends; `target` is where it goes; `library` the
    path of the bibliography, `entries` its text.
    """

    file: Path
    subject: Subject
    brought: Brought
    target: Path
    library: Path
    entries: str

    @property
    def is_converted(self) -> bool:
        """Whether the file is of a kind that cannot hold the text that becomes of it."""
        return self.brought.encoding in {WORD, CHAT}

    @property
    def text(self) -> str:
        """The manuscript's text, line ends as \\n."""
        return decode(self.brought.text.encode(), self.subject.name)

    def read(self, text: str, entries: str | None = None) -> tuple[Document, Book]:
        """Return the document of the manuscript with another text, and the book it belongs to."""
        if not self.subject.chapter:
            text = _FOREIGN_CALL.sub("(", text)
        subject = self.subject.changed({self.subject.name: text})
        book = subject.book
        if entries is not None:
            known = parse_bibliography(entries, path_from_here(self.library))
            book = replace(book, bibliography=known)
        return document_of(replace(subject, book=book)), book


def opened(
    file: Path, outside: Outside, library: Path | None = None, target: Path | None = None
) -> Desk:
    """Return the desk for a file, of a book or alone, that is to be written to `target`.

    Without `library` the bibliography is that of the book which `target` stands in, or else
    refs.bib beside it. Raises ChapterkitError if one of the files cannot be read.
    """
    name, goal = path_from_here(file), target or file
    raw = bytes_from_here(file, name, MAX_BYTES)
    found = _read(raw, name, goal)
    check_size(found.text.encode(), name, MAX_TEXT_BYTES)
    subject = _subject(file, decode(found.text.encode(), name), outside, goal)
    path = library or _library_of(goal)
    there = path.exists() or path.is_symlink()
    entries = text_from_here(path, path_from_here(path)) if there else ""
    return Desk(file, subject, found, goal, path, entries)


def _subject(file: Path, text: str, outside: Outside, target: Path) -> Subject:
    """Return the text as a chapter, if it is one; else with the numbers of the book it goes to."""
    name, root = path_from_here(file), find_root(file.absolute().parent)
    inner = file.absolute().relative_to(root).parts[0] if root else ""
    if inner in {"book", "templates", "experiments"} and file.suffix in MARKDOWN:
        return subjects([str(file)], outside)[0]
    home = find_root(target.absolute().parent)
    if home is None or outside.ledger:
        return standing_alone(name, text, outside)
    book = load(Disk(home))
    return Subject(name, book, None, text, at_hand(book))


def _read(raw: bytes, name: str, target: Path) -> Brought:
    if is_word(raw, name):
        return _of_word(raw, name, target)
    text, encoding = read_bytes(raw, name)
    if not is_chat(name):
        return brought(text, encoding)
    chat = chat_of(text, name)
    return replace(brought(chat.text, CHAT), lost=tuple(chat.lost))


def _of_word(raw: bytes, name: str, target: Path) -> Brought:
    """Return what a Word file holds, as Markdown, its pictures in a folder beside the target."""
    word = opened_word(raw, name)
    folder = "/".join([*_below_book(target), re.sub(r"[^\w-]+", "-", target.stem)])
    try:
        tree = tree_of_word(readable_word(word, raw))
        check_depth(tree)
    except ChapterkitError as error:
        raise ChapterkitError(error.message, Origin(name), "在 Word 里打开，另存为 .docx") from None
    text = as_typed(as_markdown(as_manuscript(tree, folder)))
    found = brought(text, WORD)
    lost = tuple(lost_of(word, tree, text))
    return replace(found, lost=lost, pictures=pictures_of(word, folder))


def _below_book(target: Path) -> Sequence[str]:
    """Return the folders below book/ in which a file stands; none of one that stands elsewhere."""
    root = find_root(target.absolute().parent)
    inner = target.absolute().parent
    if root is None or not inner.is_relative_to(root / "book"):
        return ()
    return inner.relative_to(root / "book").parts


def _library_of(target: Path) -> Path:
    root = find_root(target.absolute().parent)
    if root is None:
        return target.parent / "refs.bib"
    return root / load(Disk(root)).config.bibliography


def adoption_of(desk: Desk) -> Adoption:
    """Return what becomes of a manuscript; what did not come out as meant is left as it was."""
    known = parse_bibliography(desk.entries, path_from_here(desk.library))
    document, book = desk.read(readable(desk.text))
    manuscript = Manuscript(desk.subject.name, desk.text, document)
    damaged = sorted(desk.brought.left(desk.text))
    first = adopted(manuscript, book, known, desk.entries, untouched=damaged)
    if any(one.group for one in first.changes):
        after, _ = desk.read(first.after, first.library)
        if without := failed(first, after):
            first = adopted(manuscript, book, known, desk.entries, without, damaged)
    assert is_accounted_for(first.before, first.after, first.changes)
    return replace(first, left=tuple(sorted({*first.left, *_calls(desk)})))


def _calls(desk: Desk) -> Iterator[Left]:
    """Yield what a book would take for calls in a text that was never one of its chapters."""
    if desk.subject.chapter or not find_root(desk.target.absolute().parent):
        return
    for found in _FOREIGN_CALL.finditer(desk.text):
        line = desk.text[found.start() :].partition("\n")[0]
        why = f"{line[:2]} 在书的正文里是模板的记号"
        yield Left(found.start(), line, "call", why, f"要印出来就写成 {{{{ '{line[:2]}' }}}}")


# What a book would take for a call that is none of its own.
_FOREIGN_CALL = re.compile(r"\{(?=%|\{(?!\s*(?:n|cite|ref|table|chart|flow|experiment)\())")


def bound_in(desk: Desk, adoption: Adoption) -> list[Change]:
    """Return the typed numbers that the ledger has, as changes of the text after adopting."""
    document, book = desk.read(adoption.after, adoption.library)
    if not book.ledger:
        return []
    listed = accounts(document, book.ledger, (), exempt=True, policy=book.config.policy)
    manuscript = Manuscript(desk.subject.name, adoption.after, document)
    found = [_bound(manuscript, one) for one in bindings(listed, book.ledger)]
    return list(apart([one for one in found if one]))


def _bound(manuscript: Manuscript, binding: Binding) -> Change | None:
    start = manuscript.offset(binding.origin)
    if start < 0 or not manuscript.text.startswith(binding.typed, start):
        return None
    note = f"账本里的 {binding.number.id}"
    return Change(start, binding.typed, binding.expression, "number", True, note)


def write(
    desk: Desk, adoption: Adoption, bound: Sequence[Change], beside: Mapping[Path, str] = {}
) -> list[str]:
    """Write the manuscript, its bibliography and its pictures; return the names of what is written.

    `beside` are further texts that belong to it. All or nothing is written, and nothing that
    would stay as it is. Raises ChapterkitError if a picture would take another's place.
    """
    text = applied(adoption.after, bound)
    raw, target = desk.brought.text, desk.target
    mark = "\ufeff" if raw.startswith("\ufeff") else ""
    files: dict[Path, str | bytes] = {}
    if text != desk.text or target != desk.file or desk.brought.is_changed:
        files[target] = mark + (text.replace("\n", "\r\n") if "\r\n" in raw else text)
    if adoption.library != desk.entries:
        files[desk.library] = adoption.library
    files |= {**beside, **_pictures(desk)}
    replace_texts(files, _fence(files))
    return [path_from_here(path) for path in files]


def _pictures(desk: Desk) -> dict[Path, bytes]:
    """Return the pictures that are to be written; those that lie there already are not."""
    up = desk.target.parent
    for _ in _below_book(desk.target):
        up = up.parent
    files = {up / address: raw for address, raw in desk.brought.pictures.items()}
    for path, raw in files.items():
        if path.exists() and bytes_from_here(path, path_from_here(path), MAX_BYTES) != raw:
            hint = "先把它移走，或用 --output 换一个文件名"
            raise ChapterkitError("这里已经有另一张图片", Origin(path_from_here(path)), hint)
    return {path: raw for path, raw in files.items() if not path.exists()}


def _fence(paths: Iterable[Path]) -> Path | None:
    """Return the folder out of which no link may lead, whichever of the files it stands for."""
    fences = [fence_of(path) for path in paths]
    if not fences or None in fences:
        return None
    return Path(os.path.commonpath([str(one) for one in fences]))


# --- a new chapter


@dataclass(frozen=True)
class Place:
    """Where a new chapter of a book is to stand, and the text of book.yaml that lists it."""

    target: Path
    plan: Path
    text: str


def place_for(file: Path, number: str) -> Place:
    """Return the place of a new chapter with this number, in the book round the current folder.

    Raises ChapterkitError if there is such a chapter, or book.yaml cannot be added to.
    """
    root = this_root()
    book = load(Disk(root))
    for one in book.config.plan:
        if number in {one.number, one.slug}:
            hint = "换一个章号；要改那一章，用 --write 或 --output"
            raise ChapterkitError(
                f"已经有 {one.named} 这一章", book.config.origin(*one.place), hint
            )
    target = root / "book" / f"chapter{number}.md"
    if os.path.lexists(target):
        hint = "先移走它，或换一个章号"
        raise ChapterkitError("这里已经有一个文件", Origin(path_from_here(target)), hint)
    text = Disk(root).text(BOOK_FILE)
    slug = _slug(file, number, {one.slug for one in book.config.plan})
    listed = _listed(text, f"{{slug: {slug}, number: {number}, file: {target.name}}}")
    files = {BOOK_FILE: listed, f"book/{target.name}": f"# 新的一章 {{#{slug}}}\n"}
    load(Overlay(Disk(root), files))
    return Place(target, root / BOOK_FILE, listed)


def _slug(file: Path, number: str, taken: Collection[str]) -> str:
    """Return a slug for a chapter, from its file's name where that can be one."""
    name = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    usable = re.fullmatch(r"[a-z][a-z0-9-]*", name) and name not in taken
    return name if usable else f"chapter{number}"


_CHAPTERS = re.compile(
    r"^chapters:[ \t]*(?:#.*)?\n((?:(?:[ \t]+\S.*|-[ \t].*|[ \t]*(?:#.*)?)\n)*)", re.MULTILINE
)


def _listed(text: str, entry: str) -> str:
    """Return the text of book.yaml with one more chapter at the end of its chapters."""
    text = text if text.endswith("\n") else f"{text}\n"
    found = _CHAPTERS.search(text)
    first = re.search(r"^([ \t]*)- ", found[1], re.MULTILINE) if found else None
    if not found or not first:
        hint = f"自己在 chapters 里加一行 - {entry}，再用 --output 写那个文件"
        raise ChapterkitError("不会往 book.yaml 里加这一章", Origin(BOOK_FILE), hint)
    end = found.start(1) + len(re.sub(r"(?:[ \t]*(?:#.*)?\n)*\Z", "", found[1]))
    end = text.index("\n", end) + 1 if text[end - 1] != "\n" else end
    return f"{text[:end]}{first[1]}- {entry}\n{text[end:]}"
