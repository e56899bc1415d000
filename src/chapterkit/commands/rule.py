"""chapterkit rule."""

from __future__ import annotations

import click

from chapterkit.commands import _options
from chapterkit.commands._saying import hand_over, say_lines
from chapterkit.lint import find_rule, pages


@click.command()
@click.argument("name", required=False)
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown"]), default="text",
    help="markdown: all pages as one document.",
)  # fmt: skip
def rule(name: str | None, form: str) -> None:
    """List the rules of the linter by group, or print one rule's page.

    \b
    Example:
      chapterkit rule unsourced-number
    """
    if name:
        why, hint = "markdown 是全部规则的一份", "不写规则的名字，或不写 --format"
        _options.refuse_idle("form", why, hint)
        say_lines(pages.page(find_rule(name)))
    elif form == "markdown":
        hand_over(pages.markdown().removesuffix("\n"))
    else:
        say_lines(pages.listing())
