"""chapterkit new rule."""

from __future__ import annotations

import click

from chapterkit.commands._output import print_made
from chapterkit.commands._saying import say
from chapterkit.lint.engine import GROUPS
from chapterkit.lint.new_rule import make_rule


@click.command()
@click.argument("name")
@click.option(
    "--group", type=click.Choice(list(GROUPS)), default="language", show_default=True,
    help="What it is on.",
)  # fmt: skip
def rule(name: str, group: str) -> None:
    """Write a rule of the linter and its cases, in a clone of chapterkit.

    It finds a placeholder; its page, its check and its cases are yours to replace.
    CONTRIBUTING.md says how.
    """
    print_made(make_rule(name, group))
    say(f"接着：改这几个文件，make golden RULE={name}，make rules")
