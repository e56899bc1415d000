"""chapterkit build."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import click

from chapterkit.building.chapters import (
    PDF,
    REVIEW,
    Beside,
    Done,
    Making,
    Told,
    Writing,
    formats_of,
    manifest_beside,
    noted_outputs,
    printings_of,
    served,
    texts_of,
    unclipped,
)
from chapterkit.checking.accepting import own_baseline, without_accepted
from chapterkit.checking.costs import keep_costs
from chapterkit.checking.editions import (
    Checking,
    Edition,
    Made,
    all_found,
    check_declared,
    prepared_edition,
)
from chapterkit.checking.places import from_here
from chapterkit.checking.running import Executor, Processes, beside, each_once, followed, memory_for
from chapterkit.checking.subjects import chapters_of, this_root
from chapterkit.commands import PROBLEMS, _options
from chapterkit.commands._again import ASKED, Answer, remember
from chapterkit.commands._executors import executor_at
from chapterkit.commands._output import print_report, progress
from chapterkit.commands._saying import clear_line, say, say_lines
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import leads_out, path_from_here, replace_text
from chapterkit.formats import AnyPrinting, BookPrinting, Format, all_formats, made_anew
from chapterkit.lint import Problem
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import BOOK_FILE, Disk, Watched
from chapterkit.manuscript.wording import regions
from chapterkit.numbers.summary import summary_text
from chapterkit.pipeline import Checked, Memory, Subject, checked, fonts_held, load
from chapterkit.pipeline.press import book_printing_of, keeping
from chapterkit.printing import Keep, Written, printed
from chapterkit.processes import end_those_of
from chapterkit.revision.dating import modified
from chapterkit.showing import one_line

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
@click.option(
    "--proof",
    is_flag=True,
    help="Write the PDF as a proof, <slug>-proof.pdf, and leave the other: paragraphs and lines "
    "numbered, wide margins, numbers not verified marked there.",
)
@click.option(
    "--pdf-engine", "engine", type=click.Choice(["typst", "xelatex"]), default="typst",
    help="What sets the PDF: typst, which comes along, or the xelatex of an installed TeX, with "
    "class and preamble of book.yaml (latex:). Default: typst.",
)  # fmt: skip
@click.option("--output", type=_options.FOLDER, help="Folder for the outputs; default build/.")
@_options.sources
@click.option(
    "--against", metavar="REV", default="",
    help="Tell in the review what has changed since this commit.",
)  # fmt: skip
@_options.shard
@_options.executor
@_options.jobs("Writers, or chapters,")
@click.option("--depfile", type=click.Path(path_type=Path), hidden=True)
def build(
    targets: Sequence[str],
    formats: Sequence[str],
    whole: bool,
    editions: Sequence[str],
    risk: bool,
    proof: bool,
    engine: str,
    output: Path | None,
    sources: Path | None,
    against: str,
    shard: str | None,
    executor: str | None,
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

    The format site makes a folder, build/book/site/ or build/<slug>/site/, of a page for each
    text, and for each section of a long one; what was in the folder before goes.

    With --shard, the outputs are those of one part of a library that several machines share;
    `chapterkit merge-reports` brings the parts together.
    """
    root = this_root()
    # A cluster reads the files by itself.
    book = load(Disk(root) if executor else Watched(Disk(root)))
    names, pdf = _chosen(formats, engine, proof)
    chosen = formats_of(names, pdf)
    _check_whole(chosen, formats, whole)
    if REVIEW not in names:
        why = "只有审阅页（review）用它"
        _options.refuse_idle("sources against", why, "同时写 --format review，或删去它")
    editions = tuple(dict.fromkeys(editions)) or ("",)
    _check_risk(risk, editions)
    for edition in editions:
        check_declared(book, edition)
    if shard:
        targets = _targets_of(shard, whole, targets, book, root)
    wanted = chapters_of(book, root, targets)
    asked = _Asked(
        chosen, editions, output or _own_folder(root), jobs, risk, sources, pdf, against, shard
    )
    dated = modified(root, book.config.bibliography)
    of_chapters = not whole and all(one.scope != "book" for one in chosen)
    if of_chapters and (len(wanted) > 1 or executor or shard):
        with executor_at(executor, jobs) as workers:
            files, problems = _shelf(wanted, asked, workers)
    else:
        files, problems = _at_hand(wanted, asked, whole)
    if depfile:
        _write_depfile(depfile, files)
    elif not (problems or asked.reads_elsewhere or shard):
        _remember(wanted[0], asked, dated)


def _check_whole(chosen: Sequence[Format[Any]], formats: Sequence[str], whole: bool) -> None:
    """Raise ChapterkitError where a format that was asked for makes no file of a whole book."""
    if not whole:
        return
    of_chapters = [one.name for one in chosen if not one.serves("book")]
    if of_chapters and (formats or len(of_chapters) == len(chosen)):
        hint = "不写 --book，或去掉这种格式"
        raise ChapterkitError(f"{'、'.join(of_chapters)} 只按章写，没有整本书的一份", hint=hint)
    _options.refuse_idle("executor", "整本书在这台机器上写", "不写 --executor")


def _targets_of(
    shard: str, whole: bool, targets: Sequence[str], book: Book, root: Path
) -> Sequence[str]:
    """Return the chapters of a shard; raise ChapterkitError for one of a whole book."""
    if whole:
        raise ChapterkitError("整本书的一份文件分不开", hint="--book 和 --shard 只写一个")
    # What shares out is loaded only for that.
    from chapterkit.checking.sharding import Shard, targets_of

    return targets_of(Shard.named(shard), targets, "build", (book, root))


def _chosen(formats: Sequence[str], engine: str, proof: bool) -> tuple[list[str], str]:
    """Return the formats that are asked for, and what kind of PDF.

    Raises ChapterkitError where the PDF cannot be so.
    """
    if proof and not formats:
        formats = [PDF]
    known = all_formats().values()
    names = [one.name for one in known if one.name in formats or (one.by_default and not formats)]
    if PDF not in names:
        _options.refuse_idle("engine", "没有 PDF 要写", "同时写 --format pdf，或不写 --format")
    if not proof and engine == "typst":
        return names, ""
    if PDF not in names:
        asked = "--proof" if proof else "--pdf-engine"
        raise ChapterkitError(f"{asked} 只用于 PDF", hint="同时写 --format pdf，或不写 --format")
    if proof and engine != "typst":
        raise ChapterkitError("校样由 Typst 来排", hint="--proof 和 --pdf-engine xelatex 只写一个")
    return names, "proof" if proof else engine


@dataclass(frozen=True)
class _Asked:
    """What is to be written, and where; how many writers, or chapters, at once.

    `outputs` are the digests of what was written by now, by path, and `said` what was said of it,
    but for the time that it took.
    """

    chosen: Sequence[Format[Any]]
    editions: tuple[str, ...]
    folder: Path
    jobs: int
    risk: bool
    sources: Path | None
    pdf: str
    against: str
    shard: str | None = None
    outputs: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the formats."""
        return tuple(one.name for one in self.chosen)

    @property
    def reads_elsewhere(self) -> bool:
        """Whether more is read than the book's own files: histories, papers, an installed TeX."""
        return bool(
            REVIEW in self.names or self.risk or self.sources or self.against
        ) or self.pdf not in {"", "proof"}

    def say(self, text: str) -> None:
        """Say what is no news the next time."""
        self.said.append(text)
        say_lines(text)

    def say_written(self, files: Sequence[Written], seconds: float) -> None:
        """Say what was written."""
        self.said.append(_as_written([replace(one, seconds=0) for one in files], 0))
        say_lines(_as_written(files, seconds))


def _remember(subject: Subject, asked: _Asked, dated: int | None) -> None:
    """Keep what was read, written and said, for whoever asks for the same again."""
    book, watched = subject.book, subject.book.folder
    words = click.get_current_context().meta.get(ASKED)
    if not words or not isinstance(watched, Watched) or fonts_held(book.config):
        return
    said = "\n".join(asked.said)
    answer = Answer(watched.digests, book.config.bibliography, dated, asked.outputs, said)
    remember(subject.root, words, answer)


_Results = tuple[list[Written], list[Problem]]
"""What was written, and what was told before that."""


def _shelf(wanted: Sequence[Subject], asked: _Asked, executor: Executor) -> _Results:
    """Check several chapters, each by itself, then write them so: no two are in memory at once."""
    with progress("正在检查", len(wanted)) as step:
        work = Checking(asked.names, asked.editions)
        found = list(followed(wanted, executor.each(work, wanted), step))
    told = _told(wanted, *all_found(found))
    threads = max(1, asked.jobs // len(wanted))
    writing = Writing(
        asked.names,
        asked.editions,
        asked.folder,
        asked.sources,
        asked.risk,
        threads,
        asked.pdf,
        asked.against,
        tuple(told),
    )
    executor.costs.clear()
    files: list[Written] = []
    with progress("正在写", len(wanted)) as step:
        for each in followed(wanted, _each_written(writing, wanted, executor), step):
            for done in each:
                files += done.files
                asked.say_written(done.files, done.seconds)
                if done.warned:
                    say(done.warned, err=True)
                asked.say(done.said)
                asked.outputs.update(done.outputs)
                if isinstance(wanted[0].book.folder, Watched):
                    wanted[0].book.folder.note(done.read)
    _keep_costs(wanted, asked, executor.costs)
    return files, told


def _keep_costs(wanted: Sequence[Subject], asked: _Asked, costs: Mapping[str, float]) -> None:
    """Keep what chapters have cost: for the next plan, or, of a shard, for who joins it."""
    if not asked.shard:
        keep_costs(wanted[0].root, "build", costs)
        return
    # What is left for who joins shards is loaded only for that.
    from chapterkit.checking.joining import leave_shard

    options = json.dumps([asked.names, asked.editions, asked.pdf, asked.against])
    leave_shard(asked.folder, asked.shard, wanted, options, costs)


def _each_written(
    writing: Writing, wanted: Sequence[Subject], executor: Executor
) -> Iterator[list[Done]]:
    """Yield what was written of each chapter: by the executor, or here of what that has made."""
    if isinstance(executor, Processes):
        yield from executor.each(writing, wanted)
        return
    for made in executor.each(Making(writing), wanted):
        yield [one.put_into(writing.folder) for one in made]


def _at_hand(wanted: Sequence[Subject], asked: _Asked, whole: bool) -> _Results:
    """Check chapters, and write them, or the book of them, out of what was read once for all."""
    memory = memory_for(wanted[0])
    prepared = [prepared_edition(wanted, asked.names, one, memory) for one in asked.editions]
    files: list[Written] = []
    with _judging(prepared, wanted, memory, asked.jobs) as told:
        for each in prepared:
            files += _written(each, asked, whole, told, memory)
            if asked.risk and each.region:
                say_lines(each.region.risk(made[0].document for made in each.read))
        return files, [*told()]


@contextmanager
def _judging(
    prepared: Sequence[Edition], wanted: Sequence[Subject], memory: Memory, jobs: int
) -> Iterator[Told]:
    """Give what tells what is wrong with chapters, and ends the command if any of it is an error.

    A single text is checked in a process of its own, while it is written. What is wrong with it is
    told before whatever fails in writing.
    """
    [text, *others] = [text for each in prepared for made in each.read for text in made]

    def tell() -> list[Problem]:
        problems = each_once(one.problems() for one in prepared)
        return _told(wanted, problems, each_once(one.proved() for one in prepared))

    if others or jobs < 2 or any(each.region for each in prepared):
        problems = tell()
        yield lambda: problems
        return
    with beside(checked, text.written) as found:

        @cache
        def told() -> list[Problem]:
            checked(text.written, memory, found.result)
            return tell()

        if not own_baseline(text.written.book, text.written.root):
            found.add_done_callback(partial(_stop_at_an_error, {threading.current_thread()}))
        try:
            yield told
        except Exception:
            told()
            raise


def _stop_at_an_error(threads: Collection[threading.Thread], found: Future[Checked]) -> None:
    """End what threads are waiting for, if a check has found what must be mended first."""
    if not (found.cancelled() or found.exception()) and _has_errors(found.result().problems):
        end_those_of(threads)


def _has_errors(problems: Iterable[Problem]) -> bool:
    """Tell whether nothing may be written for what is wrong."""
    return any(one.severity == "error" for one in problems)


def _told(
    wanted: Sequence[Subject], problems: list[Problem], converted: Sequence[Problem]
) -> list[Problem]:
    """Print what is wrong, and return it; end here if any of it is an error."""
    if accepted := own_baseline(wanted[0].book, wanted[0].root):
        problems = without_accepted(problems, accepted, wanted)
    problems = [*problems, *converted]
    if problems:
        clear_line()
        print_report(from_here(problems, wanted), "text", wanted)
    if _has_errors(problems):
        say("有错误，什么也没有写；先前的输出没有动。", err=True)
        sys.exit(PROBLEMS)
    return problems


def _written(
    edition: Edition, asked: _Asked, whole: bool, told: Told, memory: Memory
) -> list[Written]:
    """Write the files of an edition, its chapters' or the book's, and say what was written."""
    files: list[Written] = []
    if not whole:
        for read, each in zip(edition.read, edition.made, strict=True):
            printings = printings_of(each, asked.names, memory, asked.sources, asked.against)
            if warned := unclipped(printings):
                say(warned, err=True)
            keep = keeping(texts_of(each), printings, memory)
            beside = manifest_beside(edition, [each], told, memory)
            files += _write(printings, asked.chosen, asked, beside, told, keep)
            asked.say(summary_text(read[0].document, read[0].subject.book))
    of_books = [
        one for one in asked.chosen if one.scope == "book" or (whole and one.serves("book"))
    ]
    if of_books:
        beside = manifest_beside(edition, edition.made, told, memory)
        files += _write(_book(edition.made, of_books, memory), of_books, asked, beside, told)
    return files


def _book(
    made: Sequence[Made], formats: Sequence[Format[Any]], memory: Memory
) -> dict[str, BookPrinting]:
    """Return the book as each format has it; formats that have the same passages share one."""
    printings: dict[tuple[str, ...], BookPrinting] = {}
    found: dict[str, BookPrinting] = {}
    names = [one.name for one in formats]
    for one in formats:
        texts = [next(text for text in each if one.name in text.subject.formats) for each in made]
        key = tuple(text.subject.key for text in texts)
        if key not in printings:
            subjects, documents = zip(*((one.subject, one.document) for one in texts), strict=True)
            printings[key] = book_printing_of(subjects, documents, names, memory)
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
    asked: _Asked,
    beside: Beside,
    told: Told,
    keep: Keep = made_anew,
) -> list[Written]:
    """Write a chapter or a book as each format has it, with a bar, and print what was written.

    None of it is, if `told` ends that.
    """
    started = time.perf_counter()
    wanted = served(formats, printings)
    if not wanted:
        return []
    first = wanted[0][1]
    name = first.name
    with progress(f"正在写 {name}", len(wanted)) as step:
        folder = asked.folder / name
        noting = noted_outputs(beside(first), folder, asked.outputs)
        files = printed(wanted, folder, asked.jobs, step, keep, noting, told)
    asked.say_written(files, time.perf_counter() - started)
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


def _size(size: int) -> str:
    return f"{size / 1024:.0f} KiB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MiB"


def _write_depfile(depfile: Path, files: Sequence[Written]) -> None:
    """Tell make which files the stamp beside it stands for: a deleted one is built again."""
    paths = [os.path.relpath(one.path).replace(os.sep, "/") for one in files]
    stamp = depfile.with_suffix(".built").as_posix()
    text = f"{stamp}: {' '.join(paths)}\n" + "".join(f"{path}:\n" for path in paths)
    replace_text(depfile, text, depfile.parent)
