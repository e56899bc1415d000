"""chapterkit verify."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from chapterkit.checking.subjects import this_root
from chapterkit.checking.vouching import allowed_signers, who_signed
from chapterkit.commands import PROBLEMS, _options
from chapterkit.commands._output import progress
from chapterkit.commands._saying import hand_over, say, say_lines
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import path_from_here, replace_text
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.lock import (
    LOCK_FILE,
    SIGNATURE_FILE,
    Lock,
    lock_text,
    quoted,
    write_lock,
)
from chapterkit.numbers.verify.check import as_json, as_text, sources_of
from chapterkit.numbers.verify.check import verify as results_of
from chapterkit.numbers.verify.results import merge_lock, with_lock
from chapterkit.numbers.verify.strict import as_lines, strictly
from chapterkit.pipeline import load
from chapterkit.signing import BadSignatureError, sign


@click.command()
@_options.targets
@_options.sources
@_options.form
@click.option("--all", "everything", is_flag=True, help="List the verified numbers, too.")
@click.option(
    "--strict", is_flag=True,
    help="Change nothing: establish anew every entry of the lock whose source is at hand, and "
    "fail if one differs, or there is none.",
)  # fmt: skip
@click.option(
    "--sign", "key", type=_options.FILE, metavar="KEY",
    help="Sign the lock with this SSH key (ssh-keygen -Y sign); with --strict, only if it holds.",
)  # fmt: skip
@_options.signers
def verify(
    targets: Sequence[str],
    sources: Path | None,
    form: str,
    everything: bool,
    strict: bool,
    key: Path | None,
    signers: Path | None,
) -> None:
    """Look each number up in its source's own text, and write experiments/verified.lock.

    TARGET is a chapter's slug or number, an experiment's slug, or a number (slug.name);
    default all. A number is verified if its printed form stands where the record says, or
    near the record's own words; elsewhere, if it stands in another place; not-found;
    no-source, if the text is not at hand; stale, if it was changed since. Commit the lock:
    `check` compares the records with it, so that CI needs no papers. Example:

    \b
      chapterkit verify --sources ~/papers
      chapterkit verify card-game --all
      chapterkit verify --strict --sources ~/papers --sign ~/.ssh/id_ed25519.pub
    """
    root = this_root()
    book = load(Disk(root))
    only = _numbers_named(book, targets)
    folder = sources or Disk(root).place("sources")
    if sources is not None and not sources.is_dir():
        raise ChapterkitError(
            "没有这个文件夹", Origin(str(sources), line=0), "原文放在那里，以引用键命名"
        )
    with progress("正在核对", len(sources_of(book.ledger, only))) as step:
        results = results_of(book.ledger, folder, only, step)
    lock = book.lock or {}
    held = strictly(results, lock, book.ledger, folder) if strict else None
    merged = merge_lock(lock, results, book.ledger, date.today().isoformat())
    if merged and not strict:
        write_lock(root / LOCK_FILE, merged)
        if merged != lock and not key and (root / SIGNATURE_FILE).exists():
            say("核对记录变了，原来的签名不再算数：verify --strict --sign KEY", err=True)
    if results.numbers and all(one.status == "no-source" for one in results.numbers):
        say(f"{path_from_here(folder)} 里没有读到任何原文；下面照先前的核对记录。", err=True)
    unseen = sum(one.status == "no-source" for one in results.numbers)
    results = with_lock(results, lock)
    if form == "json":
        hand_over(as_json(results, held))
    else:
        lines = as_lines(held) if held else []
        say_lines("\n".join([as_text(results, everything=everything), *lines]))
    clean = results.clean and (held is None or held.clean)
    if key and (clean or not strict):
        _sign(root, lock if strict else merged, key, unseen)
    signed = _is_signed(root, signers) if signers else True
    if not (clean and signed):
        sys.exit(PROBLEMS)


def _sign(root: Path, lock: Lock, key: Path, unseen: int) -> None:
    """Write a signature of the lock beside it."""
    if not lock:
        raise ChapterkitError("核对记录是空的，没有什么可签名", Origin(LOCK_FILE))
    signature = sign(lock_text(lock).encode(), key).decode("ascii")
    replace_text(root / SIGNATURE_FILE, signature)
    untold = f"，其中 {unseen} 个数这次没有原文可对" if unseen else ""
    say(f"给 {len(lock)} 条核对记录签了名{untold}：{SIGNATURE_FILE}", err=True)


def _is_signed(root: Path, signers: Path) -> bool:
    """Say who has signed the lock as it now is on the disk; tell whether anybody has who may."""
    try:
        who = who_signed(load(Disk(root)), allowed_signers(signers, root))
    except BadSignatureError as error:
        say(f"{LOCK_FILE}:1: 签名不算数：{error}", err=True)
        return False
    say(f"核对记录有 {quoted(who)} 的签名。", err=True)
    return True


def _numbers_named(book: Book, targets: Sequence[str]) -> list[str] | None:
    """Return the ids that the targets name; None for all."""
    if not targets:
        return None
    named: list[str] = []
    for target in targets:
        if target in book.ledger:
            named.append(target)
            continue
        slugs = [target]
        if target not in book.records:
            slugs = list(book.chapter_named(target).records)
        named += [id for id in book.ledger if id.partition(".")[0] in slugs]
    return named
