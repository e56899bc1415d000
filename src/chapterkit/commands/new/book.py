"""chapterkit new book."""

from __future__ import annotations

from pathlib import Path

import click

from chapterkit.commands._output import print_made
from chapterkit.commands._saying import say
from chapterkit.manuscript.scaffold import make_book
from chapterkit.manuscript.wording import languages


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--language", type=click.Choice(languages()), default="zh-Hans", show_default=True,
    help="What the book is written in.",
)  # fmt: skip
def book(folder: Path, language: str) -> None:
    """Make a small book in FOLDER that builds at once.

    \b
    Example:
      chapterkit new book mybook && cd mybook && chapterkit build
    """
    print_made(make_book(folder, language))
    say(f"接着：cd {folder} && chapterkit build")
