"""chapterkit plan."""

from __future__ import annotations

import click

from chapterkit.checking.costs import COSTS, Step, costs_at
from chapterkit.checking.sharding import balance, estimated, shared_out
from chapterkit.checking.subjects import this_root
from chapterkit.commands._saying import hand_over, say
from chapterkit.manuscript.folder import Disk
from chapterkit.pipeline import load
from chapterkit.showing import as_json


@click.command()
@click.option(
    "--shards", type=click.IntRange(1, 256), required=True, metavar="N", help="How many parts."
)
@click.option(
    "--for", "step", type=click.Choice(["check", "build"]), default="check", show_default=True,
    help="What each part is to do: chapters weigh otherwise in a build.",
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(["json", "github-matrix"]), default="json",
    show_default=True, help="github-matrix: one line, for strategy.matrix of a workflow.",
)  # fmt: skip
def plan(shards: int, step: str, form: str) -> None:
    """Share the chapters out among machines, in shards of about equal cost.

    What a chapter costs was measured when it was checked or built last (build/costs.json, which a
    CI may keep between runs); where it was not, its size tells. Each shard is a list of chapters
    for `check` or `build`, and a name for --shard; `chapterkit merge-reports` joins what the
    shards found. Examples:

    \b
      chapterkit plan --shards 4 --format github-matrix
      chapterkit check c1 c7 --shard 2/4 --format json > shard2.json
      chapterkit merge-reports shard*.json
    """
    root = this_root()
    book = load(Disk(root))
    of: Step = "build" if step == "build" else "check"
    known = costs_at(root)[of]
    shares = shared_out(book, estimated(book, of, known), shards)
    measured = sum(one.slug in known for one in book.chapters)
    total = len(book.chapters)
    if measured < total:
        where = f"其余按篇幅估计（{COSTS} 里没有）" if measured else "都按篇幅估计"
        say(f"{total} 章里 {measured} 章量过所用的时间，{where}。", err=True)
    told = [
        {"shard": str(one.shard), "targets": " ".join(one.chapters), "seconds": one.seconds}
        for one in shares
        if one.chapters
    ]
    if len(told) < shards:
        say(f"只有 {total} 章，分成 {len(told)} 份。", err=True)
        shares = shared_out(book, estimated(book, of, known), len(told))
        told = [
            {"shard": str(one.shard), "targets": " ".join(one.chapters), "seconds": one.seconds}
            for one in shares
        ]
    if form == "github-matrix":
        hand_over(as_json({"include": told}, indent=None))
        return
    kept = [{**one, "targets": str(one["targets"]).split()} for one in told]
    hand_over(
        as_json({
            "step": step, "shards": kept, "measured": measured, "chapters": total,
            "balance": round(balance(shares), 3),
        })
    )  # fmt: skip
