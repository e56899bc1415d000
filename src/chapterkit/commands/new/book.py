"""chapterkit new book."""

from __future__ import annotations

from pathlib import Path

import click

from chapterkit.commands._output import print_made
from chapterkit.commands._saying import say
from chapterkit.manuscript.scaffold import make_book


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def book(folder: Path) -> None:
    """Make a small book in DIR that builds at once.

    \b
    Example:
      chapterkit new book mybook && cd mybook && chapterkit build
    """
    print_made(make_book(folder))
    say(f"接着：cd {folder} && chapterkit build")
