"""chapterkit new."""

from __future__ import annotations

import click

from chapterkit.commands import Commands


@click.group(cls=Commands, package=__name__)
def new() -> None:
    """Start a book or an experiment; both build at once."""
