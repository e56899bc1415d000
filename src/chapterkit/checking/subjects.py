"""Checking many texts at once: chapters of the book, files outside of it, each once and together.

What concerns the whole run stands here: which texts the targets name, several processes, the
baseline, lines changed since a commit, mending.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import read_exactly, replace_texts
from chapterkit.lint import Problem, Run, lint
from chapterkit.lint.baseline import (
    Baseline,
    baseline_text,
    compared,
    extended,
    pruned,
    read_baseline,
)
from chapterkit.lint.engine import Outcome, reviewed
from chapterkit.lint.fix import ROUNDS, Mended, Texts, mend
from chapterkit.manuscript.book import Book, Chapter, load_book
from chapterkit.manuscript.config import BOOK_FILE, find_root
from chapterkit.manuscript.ledger import Ledger
from chapterkit.manuscript.yamlfile import read_text
from chapterkit.revision.changes import Changes
from chapterkit.text.document import Document
from chapterkit.text.reading import Outside, at_hand, document_of, file_document

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Subject:
    """A text that is checked as a whole: a chapter of a book, or a file outside of one.

    `folder` is what the paths of its problems are relative to; `at` are the files of a book whose
    problems alone are asked for, empty for all of them.
    """

    shown: str
    book: Book
    run: Run
    chapter: Chapter | None = None
    at: tuple[str, ...] = ()
    folder: Path = Path()

    def paths(self) -> tuple[str, ...]:
        """Return the files that it is made of, from that folder."""
        if not self.chapter:
            return (self.shown,)
        if self.at:
            return self.at
        templates = (f"templates/{name}" for name in self.book.templates)
        records = (self.book.records[slug].file.path for slug in self.chapter.experiments)
        return (self.chapter.path, *templates, *records)

    def parse(self, texts: Texts | None = None) -> Document:
        """Read the text, from `texts` instead of the files that it names."""
        texts = texts or {}
        if not self.chapter:
            text = texts.get(self.shown)
            text = read_text(self.folder / self.shown, self.shown) if text is None else text
            return file_document(text, self.shown, self.book)
        chapter, book = with_texts(self.book, self.chapter, texts)
        return document_of(book, chapter)

    def lint(self, document: Document, texts: Texts | None = None) -> list[Problem]:
        """Return the problems of what `parse` returned for the same texts."""
        book = self.book
        if self.chapter and texts:
            _, book = with_texts(self.book, self.chapter, texts)
        problems = lint(document, book, self.run)
        if self.at:
            return [problem for problem in problems if problem.origin.path in self.at]
        return problems


def with_texts(book: Book, chapter: Chapter, texts: Texts) -> tuple[Chapter, Book]:
    """Return chapter and book with other texts in place of some of their files'."""
    if not texts:
        return chapter, book
    templates = {
        name: texts.get(f"templates/{name}", text) for name, text in book.templates.items()
    }
    changed = replace(chapter, text=texts.get(chapter.path, chapter.text))
    chapters = tuple(changed if one is chapter else one for one in book.chapters)
    return changed, replace(book, templates=templates, chapters=chapters)


def subjects(targets: Sequence[str], outside: Outside, only: Sequence[str] = ()) -> list[Subject]:
    """Return the texts that the targets name; without targets, every chapter of the book.

    A target is a chapter's slug or number, a Markdown file outside a book, or a file of the book
    (a chapter's, a template, a record), of which then the problems are told.
    Raises ChapterkitError for a target that is none of these.
    """
    files = [target for target in targets if is_file(target)]
    named = [target for target in targets if target not in files]
    load = cache(load_book)
    found: list[Subject] = []
    if named or not targets:
        found += chapters_of(load(this_root()), named, only)
    make = cache(Outside.book)
    for target in files:
        found += _of_book(target, only, load) or [stranger(target, outside, only, make)]
    return list({(one.folder, one.shown, one.at): one for one in found}.values())


def chapters_of(book: Book, named: Sequence[str], only: Sequence[str] = ()) -> list[Subject]:
    """Return the chapters that slugs or numbers name; without any, all of the book."""
    run = Run(book.config, at_hand(book), tuple(only))
    return [
        Subject(chapter.path, book, run, chapter, folder=book.config.root)
        for chapter in book.chapters_named(named)
    ]


def _of_book(target: str, only: Sequence[str], load: Callable[[Path], Book]) -> list[Subject]:
    """Return the chapters that a file of a book concerns; none if it belongs to no book."""
    path = Path(os.path.abspath(target))  # noqa: PTH100 - a link may lead in a circle
    root = find_root(path.parent)
    if root is None or not path.is_relative_to(root):
        return []
    inner = path.relative_to(root).as_posix()
    if not inner.startswith(("book/", "templates/", "experiments/")):
        return []
    book = load(root)
    chapters = [one for one in book.chapters if _concerns(book, one, inner)]
    if not chapters and path.suffix in {".md", ".markdown"}:
        return [_beside_the_book(book, inner, only)]
    if not chapters:
        raise ChapterkitError(
            "这个文件不属于任何一章", Origin(target), "给出章的代号、章号，或书里的文件"
        )
    run = Run(book.config, at_hand(book), tuple(only))
    return [Subject(one.path, book, run, one, (inner,), root) for one in chapters]


def _beside_the_book(book: Book, inner: str, only: Sequence[str]) -> Subject:
    """Return a Markdown file in a book's folders that is no chapter: house style holds for it."""
    alone = Book(book.config, {}, {}, Ledger({}), {}, (), None, book.terms)
    given = frozenset({"terms"} if book.terms else ())
    run = Run(book.config, given, tuple(only))
    return Subject(inner, alone, run, folder=book.config.root)


def _concerns(book: Book, chapter: Chapter, inner: str) -> bool:
    if inner in {chapter.path, BOOK_FILE} or inner == "book/terms.yaml":
        return True
    own = [book.records[slug].file.path for slug in chapter.experiments]
    own += [f"templates/experiments/{slug}.md.j2" for slug in chapter.experiments]
    shared = inner.startswith("templates/") and not inner.startswith("templates/experiments/")
    return inner in own or shared


def stranger(
    target: str,
    outside: Outside,
    only: Sequence[str] = (),
    make: Callable[[Outside], Book] = Outside.book,
) -> Subject:
    """Return a file outside a book as a text to be checked; `make` makes what goes with it."""
    book = make(outside)
    return Subject(target, book, Run(book.config, outside.given, tuple(only)))


def this_root() -> Path:
    """Return the folder of the book round the current one; raise ChapterkitError if none is."""
    root = find_root(Path.cwd())
    if root is None:
        hint = "到书的文件夹里运行，或用 chapterkit new book DIR 新建一本"
        raise ChapterkitError(
            f"这里和上级文件夹里都没有 {BOOK_FILE}", Origin(str(Path.cwd())), hint
        )
    return root


def is_file(target: str) -> bool:
    """Tell whether a target is a path rather than a chapter's slug or number."""
    return (
        "/" in target
        or os.sep in target
        or target.endswith((".md", ".markdown", ".txt"))
        or Path(target).exists()
    )


# --- running


def problems_of(
    wanted: Sequence[Subject], jobs: int = 1, progress: Progress = lambda _: None
) -> list[list[Problem]]:
    """Check the subjects, several at a time in processes of their own; their problems, in order."""
    jobs = min(jobs, len(wanted))
    if jobs < 2 or not hasattr(os, "fork"):
        return [_problems_of(one, progress) for one in wanted]
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    found: list[list[Problem]] = []
    # Forked, the workers have texts, book and rules already: only numbers and problems travel.
    _WANTED[:] = wanted
    for one in wanted:
        one.run.rules  # noqa: B018 - imported once, before the fork
    with ProcessPoolExecutor(jobs, get_context("fork")) as pool:
        for one, problems in zip(wanted, pool.map(_nth, range(len(wanted))), strict=True):
            found.append(problems)
            progress(one.shown)
    return found


_WANTED: list[Subject] = []


def _nth(index: int) -> list[Problem]:
    return _problems_of(_WANTED[index])


def _problems_of(one: Subject, progress: Progress = lambda _: None) -> list[Problem]:
    problems = one.lint(one.parse())
    progress(one.shown)
    return problems


# --- baseline


@dataclass(frozen=True)
class Accepted:
    """A baseline, where it lies, and how its path is shown."""

    entries: Baseline
    path: Path
    shown: str


def load_baseline(path: Path, shown: str) -> Accepted:
    """Read a baseline; raise ChapterkitError if it is missing or does not fit."""
    return Accepted(read_baseline(read_text(path, shown), shown), path, shown)


def own_baseline(book: Book) -> Accepted | None:
    """Return the baseline that book.yaml names, if it names one."""
    name = book.config.lint.baseline
    return load_baseline(book.config.root / name, name) if name else None


def without_accepted(
    problems: Sequence[Problem], accepted: Accepted, wanted: Sequence[Subject], stale: bool = True
) -> list[Problem]:
    """Return what a baseline does not accept, with its own entries that nothing needs any more."""
    new, surplus = compared(problems, accepted.entries, _paths(wanted), _ran(wanted))
    if not stale or not wanted:
        return new
    told = tuple((entry.origin, f"{entry.rule}：{entry.text}") for entry in surplus)
    return [*new, *reviewed(Outcome(stale=told), wanted[0].run)]


def write_baseline(
    path: Path, shown: str, old: Baseline, problems: Sequence[Problem], reason: str
) -> int:
    """Add to a baseline the problems that it does not accept yet; return how many.

    Raises ChapterkitError if there are any and no reason is given: a baseline does not grow
    unexplained.
    """
    new, _ = compared(problems, old, ())
    if new and not any(map(str.isalnum, reason)):
        raise ChapterkitError(
            f"有 {len(new)} 个新问题要收进基线，没有说明理由",
            Origin(shown),
            '加上 --reason "为什么收编"',
        )
    if new or not path.exists():
        replace_texts({path: baseline_text(extended(old, new, reason.strip()))})
    return len(new)


def prune_baseline(
    accepted: Accepted, problems: Sequence[Problem], wanted: Sequence[Subject]
) -> int:
    """Take out of a baseline what no longer occurs in the texts checked; return how many."""
    _, surplus = compared(problems, accepted.entries, _paths(wanted), _ran(wanted))
    if surplus:
        replace_texts({accepted.path: baseline_text(pruned(accepted.entries, surplus))})
    return sum(entry.times for entry in surplus)


def _ran(wanted: Iterable[Subject]) -> set[str]:
    """Return the names of the rules that ran over every one of the texts."""
    ran = [{rule.name for rule in one.run.rules} for one in wanted]
    return set.intersection(*ran) if ran else set()


def _paths(wanted: Iterable[Subject]) -> set[str]:
    return {path for one in wanted for path in one.paths()}


# --- lines changed


def on_changed_lines(
    problems: Iterable[Problem], changes: Changes | None, folder: Path = Path()
) -> list[Problem]:
    """Return the problems, with paths from `folder`, on lines that were changed."""
    return [
        problem
        for problem in problems
        if changes is None or changes.hold(folder / problem.origin.path, problem.origin.line)
    ]


# --- mending


def mended(
    one: Subject, accepted: Accepted | None = None, changes: Changes | None = None
) -> tuple[Texts, Mended]:
    """Carry out, in memory, the edits of a subject's problems; return its files before and after.

    What a baseline accepts is left alone; with `changes`, all that stands on other lines, too:
    then there is one round, for edits may join lines and so move the changed ones.
    """
    texts = _sources(one)

    def problems_of(changed: Texts, document: Document) -> list[Problem]:
        problems = one.lint(document, _plain(changed))
        if accepted:
            problems = without_accepted(problems, accepted, [one], stale=False)
        return on_changed_lines(problems, changes, one.folder)

    rounds = 1 if changes else ROUNDS
    return texts, mend(texts, lambda changed: one.parse(_plain(changed)), problems_of, rounds)


def _sources(one: Subject) -> dict[str, str]:
    """Return the files in which edits may be made, as they are on disk, line ends included."""
    inner = [path for path in one.paths() if not path.startswith("experiments/")]
    for path in inner:
        read_text(one.folder / path, path)  # tells better what is wrong with a file
    return {path: read_exactly(one.folder / path, path) for path in inner}


def _plain(texts: Texts) -> Texts:
    return {
        path: text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        for path, text in texts.items()
    }


def write_mended(one: Subject, before: Texts, after: Texts) -> list[str]:
    """Write the files that mending has changed, all of them or none; return their paths."""
    changed = [path for path in after if after[path] != before[path]]
    replace_texts({one.folder / path: after[path] for path in changed})
    return changed


# --- paths


def relocated(problems: Iterable[Problem], folder: Path) -> list[Problem]:
    """Return problems, whose paths are from `folder`, with paths from the current one."""
    if folder.resolve() == Path.cwd():
        return list(problems)
    return [_relocated(problem, folder) for problem in problems]


def _relocated(problem: Problem, folder: Path) -> Problem:
    return replace(
        problem,
        origin=_from_here(problem.origin, folder),
        end=problem.end and _from_here(problem.end, folder),
        edits=tuple(
            replace(edit, origin=_from_here(edit.origin, folder)) for edit in problem.edits
        ),
    )


def _from_here(origin: Origin, folder: Path) -> Origin:
    shown = os.path.relpath(folder / origin.path).replace(os.sep, "/")
    return replace(origin, path=shown)


def source_lines() -> Callable[[str], Sequence[str]]:
    """Return a function that gives a file's lines by its path, nothing if it cannot be read."""

    @cache
    def lines(path: str) -> Sequence[str]:
        try:
            return read_text(Path(path), path).split("\n")
        except ChapterkitError:
            return ()

    return lines


def each_once(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield the problems without repetition: what is wrong in a record shows in every chapter."""
    seen: Mapping[Problem, None] = dict.fromkeys(problems)
    yield from seen
