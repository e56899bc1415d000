"""chapterkit preview."""

from __future__ import annotations

import os
import webbrowser
from collections.abc import Sequence
from pathlib import Path

import click

from chapterkit.checking.subjects import this_root
from chapterkit.commands import _options
from chapterkit.commands._saying import say
from chapterkit.preview.serving import Watched, listening, serve
from chapterkit.reviewing.bench import Bench

PORT = 7007


@click.command()
@_options.targets
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True,
              help="Port on 127.0.0.1; a free one if it is taken.")  # fmt: skip
@click.option(
    "--edition", metavar="NAME", default="", help="The edition of the book; default: none."
)
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@_options.sources
@click.option(
    "--editor", metavar="ADDRESS", envvar="CHAPTERKIT_EDITOR", default="",
    help="What opens a file in your editor: an address with {path} and {line}; default "
    "vscode://file/{path}:{line}, or $CHAPTERKIT_EDITOR.",
)  # fmt: skip
def preview(
    targets: Sequence[str], port: int, edition: str, opens: bool, sources: Path | None, editor: str
) -> None:
    """Show chapters in a browser of this machine, and follow them as they change.

    TARGET is a chapter's slug or number; default: every chapter of the book. The page shows the
    text as the HTML output has it, every number with its record and source (and, where its PDF
    is at hand, the very lines of it), and all problems. Ctrl-C ends it.
    """
    root = this_root()
    bench = Bench(root, tuple(targets), edition, editor, sources)
    bench.check_edition()
    at = listening(port)
    taken = at.getsockname()[1]
    address = f"http://127.0.0.1:{taken}/"
    if taken != port:
        say(f"端口 {port} 有人用了，换成 {taken}。", err=True)

    def ready() -> None:
        say(f"预览在 {address} ，按 Ctrl-C 结束。")
        if opens:
            webbrowser.open(address)

    with bench.announced():
        watched = Watched(bench.watched, bench.shallow, bench.wants)
        serve(bench, at, watched, ready)
    # What a thread is still making, nobody will look at.
    os._exit(0)
