"""chapterkit adopt."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from chapterkit.adopting.changes import applied
from chapterkit.adopting.report import as_json, as_lines
from chapterkit.checking.adopting import adoption_of, bound_in, opened, write
from chapterkit.commands import PROBLEMS, _options
from chapterkit.commands._saying import hand_over, say, say_lines
from chapterkit.files import path_from_here
from chapterkit.manuscript.outside import Outside
from chapterkit.numbers.binding import as_diff


@click.command()
@click.argument("file", type=_options.FILE)
@click.option("--write", "in_place", is_flag=True, help="Carry the changes out in FILE itself.")
@click.option("--output", type=_options.FILE, help="Write the text here, and leave FILE alone.")
@_options.bibliography
@_options.ledger
@_options.form
def adopt(
    file: Path,
    in_place: bool,
    output: Path | None,
    bibliography: Path | None,
    ledger: Path | None,
    form: str,
) -> None:
    """Bring a Markdown manuscript in that was not written for chapterkit.

    Typed citations ([1], ^2-4^, （张三，2020）, footnotes that are references) become keys, and the
    list of references at the end entries of refs.bib: beside the text or, in a book, the book's
    own. Figures and tables are given identifiers, typed numbers the ledger has are bound. Lists
    are marked, for the author to rewrite. Shows what it would do, as a report and as a diff;
    --write or --output does it.

    Whatever is not certain says so, in the report and in the entry; what cannot be told stays as
    it is. Exit code 1: something is left to do. Example:

    \b
      chapterkit adopt draft.md
      chapterkit adopt draft.md --output chapter3.md --bibliography refs.bib
    """
    if in_place and output:
        raise click.UsageError("--write 和 --output 只能选一个")
    desk = opened(file, Outside(ledger), bibliography, output)
    adoption = adoption_of(desk)
    bound = bound_in(desk, adoption)
    name, after = path_from_here(file), applied(adoption.after, bound)
    if form == "json":
        hand_over(as_json(adoption, bound, name))
    else:
        for line in as_lines(adoption, bound, name):
            say(line)
    if in_place or output:
        for path in write(desk, adoption, bound, output or file):
            say(f"写了 {path}", err=True)
    elif form == "text":
        say_lines(as_diff(desk.text, after, name), nl=False)
        library = path_from_here(desk.library)
        say_lines(as_diff(desk.entries, adoption.library, library), nl=False)
    if adoption.left:
        sys.exit(PROBLEMS)
