"""chapterkit impact."""

from __future__ import annotations

from pathlib import Path

import click

from chapterkit.checking.states import WORK_TREE, state_of
from chapterkit.checking.subjects import this_root
from chapterkit.commands import _options
from chapterkit.commands._saying import hand_over, say_lines
from chapterkit.manuscript.folder import Disk
from chapterkit.pipeline import load
from chapterkit.revision.impact import as_json, as_text
from chapterkit.revision.impact import impact as impact_of


@click.command()
@click.argument("name", metavar="NUMBER|CITEKEY|TERM")
@_options.form
def impact(name: str, form: str) -> None:
    """List which sentences to read again if a number, a source or a term changes.

    For a number: where it is printed, what is computed from it and where that is printed, and the
    findings that rest on it. For a source: where it is cited, its numbers and where these are
    printed. For a word: where it stands, in all chapters and editions. Examples:

    \b
      chapterkit impact card-game.before
      chapterkit impact chu2025sft --format json
      chapterkit impact 泛化
    """
    root: Path = this_root()
    found = impact_of(state_of(WORK_TREE, load(Disk(root))), name)
    if form == "json":
        hand_over(as_json(found))
    else:
        say_lines(as_text(found))
