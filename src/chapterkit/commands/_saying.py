"""The one place where the command line writes: nothing printed commands a log or a terminal."""

from __future__ import annotations

import codecs
import os
import sys
from contextlib import suppress

import click

from chapterkit.showing import many_lines, one_line


def say(line: str, *, err: bool = False) -> None:
    """Print one line for people, whatever stands in it; see say_lines."""
    say_lines(one_line(line), err=err)


def say_lines(text: str, *, err: bool = False, nl: bool = True, painted: bool = False) -> None:
    """Print lines for people; `painted` ones have colours.

    Characters that the terminal's encoding lacks are shown by their number. Words to standard
    error that nobody can take are lost; raises OSError if standard output cannot take them.
    """
    stream = sys.stderr if err else sys.stdout
    encoding = _encoding_of(stream)
    shown = many_lines(text, painted)
    if encoding != "utf-8":  # which lacks nothing of what is shown
        shown = shown.encode(encoding, _BY_NUMBER).decode(encoding)
    if not err:
        click.echo(shown, nl=nl)
        return
    with suppress(OSError):
        click.echo(shown, err=True, nl=nl)


def clear_line() -> None:
    """Take away what stands on a terminal's last line: a bar that has not ended."""
    if sys.stderr.isatty():
        click.echo("\r\033[K", err=True, nl=False)


def hand_over(text: str) -> None:
    """Print, as UTF-8, what a program reads and what is built to hold no commands but its own."""
    click.echo(text.encode())


def stop_writing() -> None:
    """Let nothing more be written, so that what could not be is not tried again at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
            continue
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(nowhere, stream.fileno())


def _encoding_of(stream: object) -> str:
    """Return the encoding of a stream; who has only ASCII is given UTF-8 nevertheless, by click."""
    name = codecs.lookup(getattr(stream, "encoding", None) or "utf-8").name
    return "utf-8" if name == "ascii" else name


def _by_number(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(f"\\u{{{ord(one):x}}}" for one in lacking), error.end


_BY_NUMBER = "chapterkit.by_number"
codecs.register_error(_BY_NUMBER, _by_number)
