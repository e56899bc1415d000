"""chapterkit new experiment."""

from __future__ import annotations

import click

from chapterkit.checking.subjects import this_root
from chapterkit.commands._output import print_made
from chapterkit.commands._saying import say
from chapterkit.manuscript.config import load_config
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.scaffold import make_experiment


@click.command()
@click.argument("slug")
def experiment(slug: str) -> None:
    """Write the record of a new experiment, with one number and one finding to replace.

    It renders at once through the default template; place it in a chapter with
    {{ experiment("SLUG") }}, or the name of its kind, on a line of its own.
    """
    root = this_root()
    folder = Disk(root)
    print_made(make_experiment(folder, root, slug))
    kind = next(iter(load_config(folder).kind_labels))
    say(f'接着：在章的正文里单独一行写 {{{{ {kind}("{slug}") }}}}')
