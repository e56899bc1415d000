"""chapterkit lsp."""

from __future__ import annotations

import sys

import click

from chapterkit.lsp.features import serve


@click.command()
@click.option("--stdio", is_flag=True, help="Accepted; there is no other way of talking.")
def lsp(stdio: bool) -> None:
    """Serve an editor: problems as one types, what a name stands for, mending.

    Speaks the Language Server Protocol over standard input and output. The editor starts it;
    the README says how to set that up.
    """
    sys.exit(serve())
