"""A manuscript brought in: what is done to it, what is left, and what it becomes. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from chapterkit.adopting.changes import Change, Left, applied, whole_groups
from chapterkit.adopting.citing import Numbered, author_year, numeric
from chapterkit.adopting.entries import read_reference
from chapterkit.adopting.exhibits import Exhibits, pointers
from chapterkit.adopting.library import Library, Work
from chapterkit.adopting.manuscript import Manuscript
from chapterkit.adopting.notes import PAGED, SAME, noted
from chapterkit.adopting.turns import turns
from chapterkit.lint import typed_references
from chapterkit.lint.rules import fake_list, list_in_text
from chapterkit.manuscript.bibliography import Source
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document
from chapterkit.text.reference_lists import Entry, ReferenceList, reference_lists

MARK = "<!-- 待改写：这里是列表，写成一段话 -->"
_REPEATED = re.compile(r"\s*(?:同上|同前|见?前引|前揭|ibid|op\. ?cit)", re.IGNORECASE)


@dataclass(frozen=True)
class Adoption:
    """What becomes of a manuscript: changes in the order of its text, what is left, and works."""

    before: str
    after: str
    changes: tuple[Change, ...]
    left: tuple[Left, ...]
    works: tuple[Work, ...] = ()
    library: str = ""

    def line(self, offset: int) -> int:
        """Return the line, from 1, that an offset of the text as it was stands on."""
        return bisect_right(self._starts, offset)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.before))]

    def place_before(self, offset: int) -> int:
        """Return where what stands at an offset of the text as it became stood before."""
        for one in self.changes:
            if one.start >= offset:
                break
            offset += len(one.old) - len(one.new)
        return offset


@dataclass
class _Found:
    changes: list[Change] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    def take(self, several: Iterable[Change | Left]) -> None:
        for one in several:
            if isinstance(one, Change):
                self.changes.append(one)
            else:
                self.left.append(one)


def adopted(
    manuscript: Manuscript,
    book: Book,
    known: Mapping[str, Source],
    library: str,
    without: frozenset[str] = frozenset(),
    untouched: Sequence[Left] = (),
) -> Adoption:
    """Return what becomes of a manuscript, with `library` the text of its bibliography.

    `without` names groups of changes that must not be made: what came of them was not as meant.
    `untouched` is what stays whatever it looks like, because it cannot be read.
    """
    found, works = _Found(), Library(known)
    lists = reference_lists(manuscript.document)
    numbered = [_taken_in(manuscript, one, works, found) for one in lists]
    found.take(noted(manuscript, works))
    heads = frozenset(one.heading.start for one in lists if one.heading)
    skipped = heads | {block.start for one in lists for block in one.blocks}
    found.take(author_year(manuscript, list(works.works.values()), skipped))
    by_year = any(one.kind == "citation" for one in found.changes)
    meant = [one for one in numbered if one.works and not (one.by_order and by_year)]
    found.take(numeric(manuscript, meant, skipped))
    exhibits = Exhibits(manuscript, found.changes)
    found.take(exhibits.found())
    found.take(pointers(manuscript, book, exhibits.placed))
    found.take(_lists(manuscript, book))
    found.take(turns(manuscript))
    barred = {one.group for one in found.changes if _meets(one, untouched)} - {""}
    wanted = [one for one in found.changes if one.group not in without | barred]
    changes = whole_groups([one for one in wanted if not _meets(one, untouched)])
    covered = [one for one in found.left if not _is_within(one, changes)]
    covered = [*(one for one in covered if not _meets(one, untouched)), *untouched]
    after = applied(manuscript.text, changes)
    left = tuple(sorted(set(covered)))
    return Adoption(manuscript.text, after, changes, left, tuple(works.added), works.text(library))


def _meets(one: Change | Left, untouched: Sequence[Left]) -> bool:
    """Tell whether something reaches into one of the stretches, which are in order."""
    end = one.start + len(one.old if isinstance(one, Change) else one.text)
    behind = bisect_left(untouched, end, key=lambda other: other.start)
    before = untouched[max(0, behind - 3) : behind]
    return any(one.start < other.start + len(other.text) for other in before)


def _is_within(left: Left, changes: Sequence[Change]) -> bool:
    before = bisect_right(changes, left.start, key=lambda one: one.start)
    return any(left.start < one.end for one in changes[max(0, before - 2) : before])


def failed(adoption: Adoption, after: Document) -> frozenset[str]:
    """Return the groups of changes that did not give what they were to, by what was read anew."""
    there = {one.identifier for one in after.things}
    groups = {one.group for one in adoption.changes if one.group and one.kind != "pointer"}
    return frozenset(groups - there)


# --- references


class _TakingIn:
    """The references of one list on their way into the library."""

    def __init__(self, manuscript: Manuscript, typed: ReferenceList, library: Library) -> None:
        self.manuscript = manuscript
        self.typed = typed
        self.library = library
        self.works: dict[int, Work] = {}
        self.pages: dict[int, str] = {}
        self.taken: list[tuple[Entry, Work]] = []
        self.left: list[Left] = []

    def all(self) -> Numbered:
        """Take in what can be; return what the numbers of the list stand for."""
        previous: Work | None = None
        for entry in self.typed.entries:
            start = self.manuscript.typed_line(entry.first)
            if start < 0:
                continue
            previous = self._one(entry, start, previous)
            if previous is None:
                why = "看不出是哪一条文献" if entry.number else "不像一条文献"
                hint = "在 refs.bib 里补上，再删去这一行"
                self.left.append(Left(start, entry.text, "reference", why, hint))
        if by_order := not self.works and len(self.taken) == len(self.typed.entries):
            self.works = {place: work for place, (_, work) in enumerate(self.taken, 1)}
        locators = {one: page for one, page in self.pages.items() if self.works[one].several}
        return Numbered(self.works, locators, self._end(), by_order)

    def _end(self) -> int:
        """Return where the part of the text ends that the list is for."""
        return max((self.manuscript.offset(one.origin(0)) for one in self.typed.blocks), default=0)

    def _one(self, entry: Entry, start: int, previous: Work | None) -> Work | None:
        """Take a reference in, or one that says that it is the previous; None if neither can be."""
        same = SAME.fullmatch(entry.text)
        if same and previous and entry.number:
            previous.typed.append(entry.text)
            previous.several = True
            pages = same["pages"] or same["latin"] or ""
            self._note(entry, start, previous, pages)
            return previous
        read = None if _REPEATED.match(entry.text) else read_reference(entry.text)
        if read is None or not (entry.is_reference or entry.number):
            return None
        work = self.library.add(entry, read)
        pages = read.fields.get("pages", "") if read.type in PAGED else ""
        self._note(entry, start, work, pages)
        return work

    def _note(self, entry: Entry, start: int, work: Work, pages: str) -> None:
        self.taken.append((entry, work))
        if entry.number in self.works:
            why = f"编号 {entry.number} 出现了两次，文中的 [{entry.number}] 认作前一条"
            self.left.append(Left(start, entry.text, "reference", why, "核对引用"))
        elif entry.number:
            self.works[entry.number] = work
            if pages:
                page = re.sub(r"\s?[-–—]+\s?", "–", pages)
                self.pages[entry.number] = f"第 {page} 页"


def _taken_in(
    manuscript: Manuscript, typed: ReferenceList, library: Library, found: _Found
) -> Numbered:
    """Take the references of a list into the library; note what goes out of the text."""
    taking = _TakingIn(manuscript, typed, library)
    numbered = taking.all()
    found.left += taking.left
    found.changes += _without(manuscript, taking.taken)
    if typed.heading and len(taking.taken) == len(typed.entries):
        found.changes += _without_heading(manuscript, typed)
    elif typed.heading and taking.taken:
        start = manuscript.offset(typed.heading.origin(0))
        why, hint = "这一节还有没收走的条目", "收完以后连标题一起删去"
        found.left.append(Left(start, typed.heading.text, "reference", why, hint))
    return numbered


def _without(manuscript: Manuscript, taken: Sequence[tuple[Entry, Work]]) -> Iterator[Change]:
    """Yield the changes that take references out of the text, with their lines' breaks.

    The blank lines behind go too, unless what stands before would then touch what comes after.
    """
    text = manuscript.text
    parted = False
    until = -1
    for place, (entry, work) in enumerate(taken):
        start = manuscript.typed_line(entry.first)
        end = min(len(text), manuscript.line_end(manuscript.typed_line(entry.last - 1)) + 1)
        if start != until:
            parted = not text[:start].endswith("\n") or text.endswith("\n\n", 0, start) or not start
        until = end
        while until < len(text) and text[until] == "\n":
            until += 1
        follows = [manuscript.typed_line(one.first) for one, _ in taken[place + 1 : place + 2]]
        if not parted and until not in follows:
            until = end
        note = f"{'已有' if work.known else '收进'} {work.key}"
        if work.guessed:
            note += f"；猜的：{'、'.join(work.guessed)}"
        yield Change(start, text[start:until], "", "reference", not work.guessed, note)


def _without_heading(manuscript: Manuscript, typed: ReferenceList) -> Iterator[Change]:
    """Yield the change that takes away the heading of a list of which nothing is left."""
    assert typed.heading
    start = manuscript.line_start(manuscript.offset(typed.heading.origin(0)))
    first = manuscript.offset(typed.blocks[0].origin(0))
    until = manuscript.line_start(first)
    between = manuscript.text[manuscript.line_end(start) : until]
    if between.strip(" \n=-"):
        return
    if not manuscript.text[
        manuscript.line_end(manuscript.typed_line(typed.entries[-1].last - 1)) :
    ].strip():
        while start > 1 and manuscript.text[start - 2 : start] == "\n\n":
            start -= 1
    note = "参考文献表由工具来印，标题也由它来写"
    yield Change(start, manuscript.text[start:until], "", "reference", True, note)


# --- lists


def _lists(manuscript: Manuscript, book: Book) -> Iterator[Change | Left]:
    """Yield the lists that are to be rewritten: left, with a mark before them where that fits."""
    problems = [
        *list_in_text.check(manuscript.document, book, None),
        *fake_list.check(manuscript.document, book, None),
    ]
    last = -2
    for problem in sorted(problems):
        start = manuscript.offset(problem.origin)
        if start < 0 or problem.message == typed_references.MESSAGE:
            continue
        line = manuscript.line_start(start)
        excerpt = manuscript.text[line : manuscript.line_end(start)].strip()
        yield Left(line, excerpt, "list", problem.message, problem.hint)
        head = manuscript.text[line:start]
        above = manuscript.text[:line].rstrip("\n").rpartition("\n")[2]
        numbered = re.match(r"\\?\[\d", excerpt) is not None
        follows = manuscript.line(line) - last <= 2
        last = manuscript.line(line)
        if (
            not (follows or numbered)
            and MARK not in above
            and not re.search(r"^(?:\s{2}|\s*[>|:])", head)
        ):
            yield Change(line, "", f"{MARK}\n", "list", True, "标出来，留给作者改写")
