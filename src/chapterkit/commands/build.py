"""chapterkit build."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chapterkit.checking.accepting import own_baseline, without_accepted
from chapterkit.checking.editions import Edition, Made, check_declared, prepared_edition
from chapterkit.checking.places import from_here
from chapterkit.checking.running import each_once
from chapterkit.checking.subjects import chapters_of, this_root
from chapterkit.commands import PROBLEMS, _options
from chapterkit.commands._output import print_report, progress
from chapterkit.commands._saying import say, say_lines
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import leads_out, path_from_here, replace_text
from chapterkit.formats import AnyPrinting, BookPrinting, ChapterPrinting, Format, all_formats
from chapterkit.manuscript.folder import BOOK_FILE, Disk
from chapterkit.manuscript.wording import regions
from chapterkit.numbers.summary import summary_text
from chapterkit.pipeline import Memory, Subject, load, memory_at, problems_of
from chapterkit.pipeline.press import book_printing_of, keeping, printing_of
from chapterkit.printing import Keep, Written, made_anew, printed
from chapterkit.text.document import Document

if TYPE_CHECKING:
    pass

REVIEW = "review"
PDF = "pdf"
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
@_options.jobs("Writers")
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
    chosen = _chosen(formats, engine, proof)
    if whole and not any(one.serves("book") for one in chosen):
        named = "、".join(one.name for one in chosen)
        raise ChapterkitError(f"{named} 只按章写，没有整本书的一份", hint="不写 --book")
    editions = tuple(dict.fromkeys(editions)) or ("",)
    _check_risk(risk, editions)
    for edition in editions:
        check_declared(book, edition)
    wanted = chapters_of(book, root, targets)
    memory = memory_at(root)
    names = [one.name for one in chosen]
    prepared = [prepared_edition(wanted, names, edition, memory) for edition in editions]
    problems = each_once(one.problems() for one in prepared)
    if accepted := own_baseline(book, root):
        problems = without_accepted(problems, accepted, wanted)
    problems += each_once(one.proved() for one in prepared)
    if problems:
        print_report(from_here(problems, wanted), "text", wanted)
    if any(problem.severity == "error" for problem in problems):
        say("有错误，什么也没有写；先前的输出没有动。", err=True)
        sys.exit(PROBLEMS)
    folder = output or _own_folder(root)
    files: list[Written] = []
    for each in prepared:
        files += _written(each, chosen, _Place(folder, jobs, sources), whole, memory)
        if risk and each.region:
            say_lines(each.region.risk(made[0].document for made in each.read))
    if depfile:
        _write_depfile(depfile, files)


def _chosen(formats: Sequence[str], engine: str, proof: bool) -> list[Format[Any]]:
    """Return the formats that are asked for, the PDF as it is asked for.

    Raises ChapterkitError where the PDF cannot be so.
    """
    if proof and not formats:
        formats = [PDF]
    known = all_formats().values()
    chosen = [one for one in known if one.name in formats or (one.by_default and not formats)]
    if not proof and engine == "typst":
        return chosen
    if not any(one.name == PDF for one in chosen):
        asked = "--proof" if proof else "--pdf-engine"
        raise ChapterkitError(f"{asked} 只用于 PDF", hint="同时写 --format pdf，或不写 --format")
    pdf = _proof(engine) if proof else _by_xelatex()
    return [pdf if one.name == PDF else one for one in chosen]


def _proof(engine: str) -> Format[Any]:
    from chapterkit.formats.shared.proofs import PROOF

    if engine != "typst":
        raise ChapterkitError("校样由 Typst 来排", hint="--proof 和 --pdf-engine xelatex 只写一个")
    return PROOF


def _by_xelatex() -> Format[Any]:
    from chapterkit.formats.latex import XELATEX
    from chapterkit.formats.shared.xelatex import require_xelatex

    require_xelatex()
    return XELATEX


@dataclass(frozen=True)
class _Place:
    """Where files are written, and how many at once."""

    folder: Path
    jobs: int
    sources: Path | None = None


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
            say_lines(summary_text(read[0].document, read[0].subject.book))
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
        files = printed(wanted, place.folder / name, place.jobs, step, keep)
    _print_written(files, time.perf_counter() - started)
    return files


def _print_written(files: Sequence[Written], seconds: float) -> None:
    width = max(len(path_from_here(one.path)) for one in files)
    for one in files:
        say(f"{path_from_here(one.path):<{width}}  {_size(one.size):>9}  {one.seconds:5.1f} 秒")
    say(f"写好 {len(files)} 个文件，共 {seconds:.1f} 秒。")


def _size(size: int) -> str:
    return f"{size / 1024:.0f} KiB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MiB"


def _write_depfile(depfile: Path, files: Sequence[Written]) -> None:
    """Tell make which files the stamp beside it stands for: a deleted one is built again."""
    paths = [os.path.relpath(one.path).replace(os.sep, "/") for one in files]
    stamp = depfile.with_suffix(".built").as_posix()
    text = f"{stamp}: {' '.join(paths)}\n" + "".join(f"{path}:\n" for path in paths)
    replace_text(depfile, text, depfile.parent)
