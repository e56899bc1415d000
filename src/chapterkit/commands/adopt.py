"""chapterkit adopt."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from chapterkit.adopting.changes import applied
from chapterkit.adopting.report import as_json, as_lines
from chapterkit.checking.adopting import adoption_of, bound_in, opened, place_for, write
from chapterkit.commands import PROBLEMS, _options
from chapterkit.commands._saying import hand_over, say, say_lines
from chapterkit.files import path_from_here
from chapterkit.manuscript.outside import Outside
from chapterkit.numbers.binding import as_diff


@click.command()
@click.argument("file", type=_options.FILE)
@click.option("--write", "in_place", is_flag=True, help="Carry the changes out in FILE itself.")
@click.option("--output", type=_options.FILE, help="Write the text here, and leave FILE alone.")
@click.option(
    "--chapter", type=click.IntRange(0), metavar="N",
    help="Write the text as book/chapterN.md, and list it in book.yaml.",
)  # fmt: skip
@_options.bibliography
@_options.ledger
@_options.form
def adopt(
    file: Path,
    in_place: bool,
    output: Path | None,
    chapter: int | None,
    bibliography: Path | None,
    ledger: Path | None,
    form: str,
) -> None:
    """Bring a manuscript in that was not written for chapterkit: Markdown, Word, a chat.

    Typed citations ([1], ^2-4^, （张三，2020）, footnotes that are references) become keys, and the
    list of references at the end entries of refs.bib: beside the text or, in a book, the book's
    own. Figures and tables are given identifiers, typed numbers the ledger has are bound. Lists
    are marked, for the author to rewrite. Text that was decoded wrongly is repaired where no byte
    was lost. Of a Word file (.docx) the pictures come along; comments and deletions become HTML
    comments. Shows what it would do, as a report and as a diff; --write, --output or --chapter
    does it. `chapterkit import` is the same.

    Whatever is not certain says so, in the report and in the entry; what cannot be told stays as
    it is, and what could not come along is listed. Exit code 1: something is left to do. Example:

    \b
      chapterkit adopt draft.md
      chapterkit import draft.docx --chapter 3
    """
    if in_place + bool(output) + (chapter is not None) > 1:
        raise click.UsageError("--write、--output 和 --chapter 只能选一个")
    place = None if chapter is None else place_for(file, str(chapter))
    target = place.target if place else output
    desk = opened(file, Outside(ledger), bibliography, target)
    if in_place and desk.is_converted:
        said = f"{desk.brought.encoding}不能就地改写：用 --output 或 --chapter 写成 Markdown"
        raise click.UsageError(said)
    adoption = adoption_of(desk)
    bound = bound_in(desk, adoption)
    name, after = path_from_here(file), applied(adoption.after, bound)
    if form == "json":
        hand_over(as_json(adoption, bound, name, desk.brought))
    else:
        for line in as_lines(adoption, bound, name, desk.brought):
            say(line)
    if in_place or target:
        for path in write(desk, adoption, bound, {place.plan: place.text} if place else {}):
            say(f"写了 {path}", err=True)
    elif form == "text":
        say_lines(as_diff(desk.text, after, name), nl=False)
        library = path_from_here(desk.library)
        say_lines(as_diff(desk.entries, adoption.library, library), nl=False)
    if adoption.left or desk.brought.lost:
        sys.exit(PROBLEMS)
