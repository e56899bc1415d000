"""chapterkit numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from chapterkit.checking.places import fence_of
from chapterkit.checking.subjects import chapters_of, is_file, stranger, text_from_here, this_root
from chapterkit.commands import _options
from chapterkit.commands._saying import hand_over, say, say_lines
from chapterkit.files import path_from_here, replace_text
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.ledger import Ledger
from chapterkit.manuscript.outside import Outside
from chapterkit.numbers.accounting import Accounted, accounts, as_json, as_text
from chapterkit.numbers.binding import as_diff, as_sentences, bindings, bound
from chapterkit.pipeline import Subject, document_of, load


@click.command()
@_options.targets
@_options.form
@_options.ledger
@_options.bibliography
@click.option(
    "--bind",
    type=_options.FILE,
    metavar="FILE",
    help="Show, as a diff, the typed quantities of FILE that exactly one recorded number fits, "
    "replaced by {{ n(…) }}, and each sentence before and after.",
)
@click.option(
    "--history", "past", metavar="ID",
    help="List each commit at which this number's value, source, locator or status became another, "
    "and each sentence it stood in.",
)  # fmt: skip
@click.option("--write", is_flag=True, help="With --bind: carry the diff out.")
def numbers(
    targets: Sequence[str],
    form: str,
    ledger: Path | None,
    bibliography: Path | None,
    bind: Path | None,
    past: str | None,
    write: bool,
) -> None:
    """List every quantity in the prose and what backs it.

    Status: recorded (a number of the ledger, put in by name), matched (typed, and a number of
    the same value and unit is cited in the paragraph), exempt (no quantity that needs a record,
    with the clause, or what `policy` in book.yaml says of its kind), unsourced. Example:

    \b
      chapterkit numbers 7
      chapterkit numbers draft.md --ledger numbers.yaml
      chapterkit numbers --history card-game.before
      chapterkit numbers --bind draft.md --ledger numbers.yaml --write
    """
    if past:
        idle = "targets ledger bibliography bind write"
        _options.refuse_idle(idle, "--history 只讲一个数的来历", "分两次运行")
        _tell_history(past, form)
        return
    if write and not bind:
        raise click.UsageError("--write 要和 --bind FILE 一起用")
    if bind:
        _options.refuse_idle("form", "--bind 列出的是改动", "不写 --format")
    if bind and ledger:
        _options.refuse_idle("targets", "--bind 和 --ledger 只看那一个文件", f"只写 --bind {bind}")
        targets = [str(bind)]
    wanted = _subjects(targets, Outside(ledger, bibliography))
    _options.refuse_without(wanted)
    listed = [one for subject in wanted for one in _accounts(subject)]
    if bind and wanted:
        _bind(bind, listed, wanted[-1].book.ledger, write)
        return
    if form == "json":
        hand_over(as_json(listed))
    else:
        say_lines(as_text(listed))


def _tell_history(id: str, form: str) -> None:
    """Print what became of a number from commit to commit."""
    # What compares states of a book is loaded only where that was asked for.
    from chapterkit.checking.states import sentences_at
    from chapterkit.revision import history

    root = this_root()
    moments = history.history(root, id, partial(sentences_at, root))
    if not moments:
        load(Disk(root)).ledger.find(id)
    if form == "json":
        hand_over(history.as_json(id, moments))
    else:
        say_lines(history.as_text(id, moments))


def _subjects(targets: Sequence[str], outside: Outside) -> list[Subject]:
    """Return the files that the targets name, then the chapters; all of these without targets."""
    found = [stranger(target, outside) for target in targets if is_file(target)]
    named = [target for target in targets if not is_file(target)]
    if named or not targets:
        root = this_root()
        found += chapters_of(load(Disk(root)), root, named)
    return found


def _accounts(subject: Subject) -> list[Accounted]:
    options = subject.book.config.lint.options.get("unsourced-number", {})
    names = options.get("names", ()) if subject.chapter else ()
    book, document = subject.book, document_of(subject)
    return list(accounts(document, book.ledger, names, exempt=True, policy=book.config.policy))


def _bind(path: Path, listed: Sequence[Accounted], ledger: Ledger, write: bool) -> None:
    """Print the diff that puts recorded numbers into a file; carry it out if told to."""
    name = path_from_here(path)
    before = text_from_here(path, name)
    chosen = bindings(listed, ledger)
    after = bound(before, name, chosen)
    for line in as_sentences(chosen, name):
        say(line)
    say_lines(as_diff(before, after, name) or "没有可以替换的数。", nl=False)
    if write and after != before:
        replace_text(path, after, fence_of(path))
        say(f"写了 {name}")
