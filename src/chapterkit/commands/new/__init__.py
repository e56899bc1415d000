"""chapterkit new."""

from __future__ import annotations

import click

from chapterkit.commands import Commands


@click.group(cls=Commands, package=__name__)
def new() -> None:
    """Start a book, an experiment or a rule; all of them work at once."""
