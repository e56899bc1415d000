"""chapterkit build."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from chapterkit.checking.accepting import own_baseline, without_accepted
from chapterkit.checking.editions import Edition, Made, check_declared, prepared_edition
from chapterkit.checking.places import from_here
from chapterkit.checking.running import each_once
from chapterkit.checking.subjects import chapters_of, this_root
from chapterkit.commands import PROBLEMS, _options
from chapterkit.commands._again import ASKED, Answer, digest_of, remember
from chapterkit.commands._output import print_report, progress
from chapterkit.commands._saying import say, say_lines
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import leads_out, path_from_here, replace_text
from chapterkit.formats import AnyPrinting, BookPrinting, ChapterPrinting, Format, all_formats
from chapterkit.lint import Problem
from chapterkit.manuscript.folder import BOOK_FILE, Disk
from chapterkit.manuscript.wording import regions
from chapterkit.numbers.summary import summary_text
from chapterkit.pipeline import Memory, Subject, fonts_held, load, memory_at, problems_of
from chapterkit.pipeline.press import book_printing_of, keeping, printing_of
from chapterkit.printing import Keep, Written, made_anew, printed
from chapterkit.revision.dating import modified
from chapterkit.showing import one_line
from chapterkit.text.document import Document
from chapterkit.text.pictures import addresses, digest_at, place_at

REVIEW = "review"
_DEFAULT = ", ".join(name for name, one in all_formats().items() if one.by_default)


@click.command()
@_options.targets
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(list(all_formats())),
    help=f"Write only this format; may be given several times. Default: {_DEFAULT}.",
)  # fmt: skip
@click.option("--book", "whole", is_flag=True, help="Write one file of all chapters, the book.")
@click.option(
    "--edition", "editions", metavar="NAME", multiple=True,
    help="The edition of the book (editions: in book.yaml); may be given several times. Default: "
    "none, without what is for one edition only.",
)  # fmt: skip
@click.option(
    "--risk",
    is_flag=True,
    help="List what an editor of the edition's region should read: words of which converting by "
    "characters and by words make two things.",
)
@click.option("--output", type=_options.FOLDER, help="Folder for the outputs; default build/.")
@_options.sources
@_options.jobs("Writers")
@click.option("--depfile", type=click.Path(path_type=Path), hidden=True)
def build(
    targets: Sequence[str],
    formats: Sequence[str],
    whole: bool,
    editions: Sequence[str],
    risk: bool,
    output: Path | None,
    sources: Path | None,
    jobs: int,
    depfile: Path | None,
) -> None:
    """Check chapters, then write every format.

    TARGET is a chapter's slug or number; default all. Outputs are
    build/<slug>/<slug>.<ext>; of an edition, build/<slug>/<slug>.<edition>.<ext>. A problem of
    severity error stops the writing, and the previous good outputs stay. Example:

    \b
      chapterkit build 7 --format html --format pdf

    The editions zh-Hant-TW and zh-Hant-HK are made of a Simplified manuscript: its characters,
    quotation marks and words as they are there, those first of which book/terms.yaml decides.

    With --book the chapters become one file of each format, build/book/book.<ext>, with title
    page, parts, appendices and whatever else book.yaml lists.
    """
    root = this_root()
    book = load(Disk(root))
    known = all_formats().values()
    chosen = [one for one in known if one.name in formats or (one.by_default and not formats)]
    editions = tuple(dict.fromkeys(editions)) or ("",)
    _check_risk(risk, editions)
    for edition in editions:
        check_declared(book, edition)
    wanted = chapters_of(book, root, targets)
    memory = memory_at(root)
    names = [one.name for one in chosen]
    prepared = [prepared_edition(wanted, names, edition, memory) for edition in editions]
    verdict = _Verdict(lambda: _judged(prepared, wanted), wanted)
    if any(each.region for each in prepared):
        verdict.approved()
    with verdict.told_first():
        place = _Place(output or _own_folder(root), jobs, verdict, sources)
        files: list[Written] = []
        for each in prepared:
            files += _written(each, chosen, place, whole, memory)
            if risk and each.region:
                say_lines(each.region.risk(made[0].document for made in each.read))
    verdict.approved()
    if depfile:
        _write_depfile(depfile, files)
    elif not (whole or risk or verdict.problems or REVIEW in names):
        _remember(prepared, files, place.said)


def _judged(prepared: Sequence[Edition], wanted: Sequence[Subject]) -> list[Problem]:
    """Return the problems of chapters and of their editions but for those that are accepted."""
    problems = each_once(one.problems() for one in prepared)
    if accepted := own_baseline(wanted[0].book, wanted[0].root):
        problems = without_accepted(problems, accepted, wanted)
    return problems + each_once(one.proved() for one in prepared)


class _Verdict:
    """What is wrong with chapters, found while they are made ready to be printed."""

    def __init__(self, judge: Callable[[], list[Problem]], wanted: Sequence[Subject]) -> None:
        self.problems: list[Problem] | None = None
        self._wanted = wanted
        self._found: Future[list[Problem]] = Future()
        # Whoever interrupts a build does not wait for it.
        threading.Thread(target=self._find, args=(judge,), daemon=True).start()

    def _find(self, judge: Callable[[], list[Problem]]) -> None:
        try:
            self._found.set_result(judge())
        except BaseException as error:  # for whoever waits for the result
            self._found.set_exception(error)

    def approved(self) -> None:
        """Say what is wrong, once; end the command if nothing may be written."""
        if self.problems is not None:
            return
        self.problems = self._found.result()
        if self.problems:
            print_report(from_here(self.problems, self._wanted), "text", self._wanted)
        if any(problem.severity == "error" for problem in self.problems):
            say("有错误，什么也没有写；先前的输出没有动。", err=True)
            sys.exit(PROBLEMS)

    @contextmanager
    def told_first(self) -> Iterator[None]:
        """Let what a check finds be told before whatever fails in printing."""
        try:
            yield
        except Exception:
            self.approved()
            raise


@dataclass(frozen=True)
class _Place:
    """Where files are written, how many are made at once, and what says whether they may be.

    `said` is what was said of them, but for the time that they took.
    """

    folder: Path
    jobs: int
    verdict: _Verdict
    sources: Path | None = None
    said: list[str] = field(default_factory=list)


def _written(
    edition: Edition, chosen: Sequence[Format[Any]], place: _Place, whole: bool, memory: Memory
) -> list[Written]:
    """Write the files of an edition, its chapters' or the book's, and say what was written."""
    files: list[Written] = []
    if not whole:
        for read, each in zip(edition.read, edition.made, strict=True):
            printings = _chapter(each, chosen, memory, place.sources)
            keep = keeping(_texts(each), printings, memory)
            files += _write(printings, chosen, place, keep)
            place.said.append(summary_text(read[0].document, read[0].subject.book))
            say_lines(place.said[-1])
    of_books = [one for one in chosen if one.scope == "book" or (whole and one.serves("book"))]
    if of_books:
        files += _write(_book(edition.made, of_books), of_books, place)
    return files


def _texts(made: Made) -> dict[str, tuple[Subject, Document]]:
    """Return what each format has of a chapter."""
    return {
        name: (one.subject, one.document) for one in made for name in sorted(one.subject.formats)
    }


def _chapter(
    made: Made, chosen: Sequence[Format[Any]], memory: Memory, sources: Path | None
) -> dict[str, ChapterPrinting]:
    """Return a chapter as each format has it."""
    found: dict[str, ChapterPrinting] = {}
    names = [one.name for one in chosen]
    for one in made:
        printing = printing_of(one.subject, one.document, memory, names)
        found |= dict.fromkeys(sorted(one.subject.formats), printing)
        if REVIEW in one.subject.formats and REVIEW in names:
            # What makes an editor's page is loaded only for that.
            from chapterkit.reviewing.clipped import sources_of
            from chapterkit.reviewing.workshop import review_data

            problems = problems_of(replace(one.written, formats=frozenset()), memory)
            texts = sources or sources_of(one.subject.root)
            told = review_data(one.subject, one.document, printing, problems, texts)
            if without := told.get("unclipped"):
                say(f"审阅页里放不下所有原文的图片，{without} 个数没有图。", err=True)
            found[REVIEW] = replace(printing, told=told)
    return found


def _book(made: Sequence[Made], formats: Sequence[Format[Any]]) -> dict[str, BookPrinting]:
    """Return the book as each format has it; formats that have the same passages share one."""
    printings: dict[tuple[str, ...], BookPrinting] = {}
    found: dict[str, BookPrinting] = {}
    names = [one.name for one in formats]
    for one in formats:
        texts = [next(text for text in each if one.name in text.subject.formats) for each in made]
        key = tuple(text.subject.key for text in texts)
        if key not in printings:
            printings[key] = book_printing_of(
                [text.subject for text in texts], [text.document for text in texts], names
            )
        found[one.name] = printings[key]
    return found


def _check_risk(risk: bool, editions: Sequence[str]) -> None:
    """Raise ChapterkitError if a list is wanted of an edition that has nothing to list."""
    if risk and not all(one in regions() for one in editions):
        hint = f"同时写 --edition {regions()[-1]}，并列在 book.yaml 的 editions 里"
        raise ChapterkitError("--risk 只用于各地的繁体版", Origin(BOOK_FILE), hint)


def _own_folder(root: Path) -> Path:
    """Return the book's folder for outputs; raise ChapterkitError if it is a link to elsewhere."""
    folder = root / "build"
    if folder.is_symlink():
        raise leads_out(folder)
    return folder


def _write(
    printings: Mapping[str, AnyPrinting],
    formats: Sequence[Format[Any]],
    place: _Place,
    keep: Keep = made_anew,
) -> list[Written]:
    """Write a chapter or a book as each format has it, with a bar, and print what was written."""
    started = time.perf_counter()
    wanted = [
        (one, printings[one.name])
        for one in formats
        if one.name in printings and one.serves(printings[one.name].scope)
    ]
    if not wanted:
        return []
    name = wanted[0][1].name
    with progress(f"正在写 {name}", len(wanted)) as step:
        folder, approved = place.folder / name, place.verdict.approved
        files = printed(wanted, folder, place.jobs, step, keep, approved)
    say_lines(_as_written(files, time.perf_counter() - started))
    place.said.append(_as_written([replace(one, seconds=0) for one in files], 0))
    return files


def _as_written(files: Sequence[Written], seconds: float) -> str:
    """Return what is said of files that were written."""
    names = [one_line(path_from_here(one.path)) for one in files]
    width = max(map(len, names))
    lines = [
        f"{name:<{width}}  {_size(one.size):>9}  {one.seconds:5.1f} 秒"
        for name, one in zip(names, files, strict=True)
    ]
    return "\n".join([*lines, f"写好 {len(files)} 个文件，共 {seconds:.1f} 秒。"])


def _remember(prepared: Sequence[Edition], files: Sequence[Written], said: Sequence[str]) -> None:
    """Keep what was read, written and said, for whoever asks for the same again."""
    texts = [text for each in prepared for made in each.made for text in made]
    root, book = texts[0].subject.root, texts[0].subject.book
    asked = click.get_current_context().meta.get(ASKED)
    if not (asked and book.folder) or fonts_held(book.config):
        return
    read = dict(book.digests)
    for address in {one for text in texts for one in addresses(text.document.tree)}:
        if path := place_at(address, book.folder):
            read[path] = digest_at(address, book.folder)
    written = {str(one.path.absolute()): digest_of(one.path) for one in files}
    bibliography = book.config.bibliography
    dated = modified(root, bibliography)
    remember(root, asked, Answer(read, bibliography, dated, written, "\n".join(said)))


def _size(size: int) -> str:
    return f"{size / 1024:.0f} KiB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MiB"


def _write_depfile(depfile: Path, files: Sequence[Written]) -> None:
    """Tell make which files the stamp beside it stands for: a deleted one is built again."""
    paths = [os.path.relpath(one.path).replace(os.sep, "/") for one in files]
    stamp = depfile.with_suffix(".built").as_posix()
    text = f"{stamp}: {' '.join(paths)}\n" + "".join(f"{path}:\n" for path in paths)
    replace_text(depfile, text, depfile.parent)
