"""chapterkit sync."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from chapterkit.checking.syncing import Side, opened
from chapterkit.commands import PROBLEMS, _options
from chapterkit.commands._saying import say, say_lines


@click.command()
@click.argument("file", type=_options.FILE)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit code 1 if due.")
@click.option("--accept-theirs", is_flag=True, help="Where edited by hand: take the book's text.")
@click.option("--accept-ours", is_flag=True, help="Where edited by hand: keep what stands in FILE.")
def sync(file: Path, only_check: bool, accept_theirs: bool, accept_ours: bool) -> None:
    """Write records into a hand-written Markdown file of the book, between marks.

    A record, as the Markdown format prints it, goes between

    \b
      <!-- chapterkit:begin SLUG -->
      <!-- chapterkit:end -->

    each on a line of its own; text outside is never touched. The begin mark is given a digest of
    what was written. Where the text was edited by hand since, nothing is written: what was
    written, what stands there and what would be written are shown, exit code 1. --accept-theirs
    takes the book's text, --accept-ours keeps the file's, until the record says something else.

    --check tells what is out of date, for CI. Example:

    \b
      chapterkit sync docs/chapter7.md
    """
    if accept_theirs + accept_ours + only_check > 1:
        raise click.UsageError("--check、--accept-theirs 和 --accept-ours 只能选一个")
    side: Side = "theirs" if accept_theirs else "ours" if accept_ours else ""
    sheet = opened(file)
    due = [one for one in sheet.synced if one.state != "same"]
    edited = [one for one in due if one.state == "edited"]
    told = due if only_check else [] if side else edited
    for one in told:
        place, hint = sheet.told(one)
        say(place)
        say(f"hint: {hint}")
        if one.state == "edited":
            say_lines(sheet.three_ways(one), nl=False)
    if told:
        if not only_check:
            say(f"{sheet.name} 没有写，一个字也没有动。", err=True)
        sys.exit(PROBLEMS)
    if not only_check and sheet.write(side):
        say(f"写了 {sheet.name}：{'、'.join(one.region.slug for one in due)}")
