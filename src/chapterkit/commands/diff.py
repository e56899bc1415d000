"""chapterkit diff."""

from __future__ import annotations

import click

from chapterkit.checking.states import difference_of, span_of
from chapterkit.checking.subjects import this_root
from chapterkit.commands._saying import hand_over, say_lines
from chapterkit.revision.reports import report_names, written


@click.command()
@click.argument("base", metavar="BASE")
@click.option(
    "--format", "form", type=click.Choice(report_names()), default="text", show_default=True,
    help="Form of the report: text for people, json for programs, html to look at side by side, "
    "github for a comment on a pull request.",
)  # fmt: skip
def diff(base: str, form: str) -> None:
    """Show what became of paragraphs, numbers and sources since a git revision.

    Both states are rendered and compared as documents: a paragraph that was moved, split or merged
    is not lost, and one that was reworded is shown word by word. BASE is a revision, compared with
    the files as they are; A..B compares two; A...B is B with where both branches part, A... the
    files with where A and HEAD part. The work tree is not touched. Examples:

    \b
      chapterkit diff HEAD
      chapterkit diff v1.0..v1.1 --format html > changes.html
      chapterkit diff origin/main... --format github
    """
    root = this_root()
    report = written(difference_of(root, span_of(root, base)), form)
    if form == "text":
        say_lines(report)
    else:
        hand_over(report)
