"""chapterkit check."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from chapterkit.checking.accepting import (
    Accepted,
    extend_baseline,
    load_baseline,
    own_baseline,
    prune_baseline,
    without_accepted,
)
from chapterkit.checking.costs import keep_costs
from chapterkit.checking.places import from_here
from chapterkit.checking.running import (
    Executor,
    Progress,
    each_once,
    followed,
    on_changed_lines,
    problems_of_all,
)
from chapterkit.checking.subjects import subjects
from chapterkit.commands import PROBLEMS, _options
from chapterkit.commands._executors import executor_at
from chapterkit.commands._output import file_from_here, print_report, progress
from chapterkit.commands._saying import say, say_lines
from chapterkit.files import path_from_here
from chapterkit.lint import Problem
from chapterkit.lint.reports import report_names
from chapterkit.manuscript.outside import Outside
from chapterkit.pipeline import Subject, document_of
from chapterkit.revision.changes import Changes, changes_since


@click.command()
@_options.targets
@click.option(
    "--format", "form", type=click.Choice(report_names()), default="text", show_default=True,
    help="Form of the report: text for people, json for programs, github for annotations in "
    "a workflow, sarif for code hosts and editors, junit for CI.",
)  # fmt: skip
@_options.ledger
@_options.bibliography
@click.option("--terms", type=_options.FILE, help="Terms file, for a file outside a book.")
@click.option(
    "--config", type=_options.FILE,
    help="YAML file with lint:, style:, budgets: as in book.yaml, for a file outside a book.",
)  # fmt: skip
@click.option(
    "--rule", "only", multiple=True, metavar="NAME",
    help="Run only this rule; may be given several times.",
)  # fmt: skip
@click.option(
    "--edition", "editions", metavar="NAME", multiple=True,
    help="Check chapters as they are made for this edition, what converts them for a region, too; "
    "may be given several times.",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option(
    "--changed-since", metavar="REV",
    help="Only problems on lines changed since this git commit.",
)  # fmt: skip
@click.option(
    "--lock-since", metavar="REV", envvar="CHAPTERKIT_LOCK_SINCE",
    help="Compare the lock with this git commit: what changed there without its record. Default "
    "$CHAPTERKIT_LOCK_SINCE, or --changed-since.",
)  # fmt: skip
@_options.signers
@click.option(
    "--against", metavar="BASE", envvar="CHAPTERKIT_AGAINST",
    help="Tell what the book has lost since its branch parted from this commit: paragraphs, "
    "numbers, citations. Default $CHAPTERKIT_AGAINST.",
)  # fmt: skip
@click.option(
    "--sign-off", "signed", multiple=True, metavar="WHAT",
    help="Write into book/removals.yaml that a loss is meant (WHAT is in its hint; all: every "
    "one). Needs --against and --reason.",
)  # fmt: skip
@click.option(
    "--baseline", type=_options.FILE, help="Leave out the old problems that this file accepts."
)
@click.option(
    "--write-baseline", type=_options.FILE,
    help="Accept all present problems: add them to this file. Needs --reason.",
)  # fmt: skip
@click.option(
    "--reason", default="", help="Why problems are accepted, or losses meant; kept in the file."
)
@click.option("--prune", is_flag=True, help="Take out of the baseline what no longer occurs.")
@click.option("--diff", is_flag=True, help="Show what --fix would change; change nothing.")
@click.option("--fix", is_flag=True, help="Carry out the edits that mend problems.")
@click.option(
    "--links", is_flag=True,
    help="Go online, too: dead addresses, wrong DOIs and retracted papers of the bibliography.",
)  # fmt: skip
@click.option("--comments", is_flag=True, help="Tell, too, what editors have said of chapters.")
@_options.shard
@_options.executor
@_options.jobs("Texts")
def check(
    targets: Sequence[str],
    form: str,
    ledger: Path | None,
    bibliography: Path | None,
    terms: Path | None,
    config: Path | None,
    only: Sequence[str],
    editions: Sequence[str],
    strict: bool,
    changed_since: str | None,
    lock_since: str | None,
    signers: Path | None,
    against: str | None,
    signed: Sequence[str],
    baseline: Path | None,
    write_baseline: Path | None,
    reason: str,
    prune: bool,
    diff: bool,
    fix: bool,
    links: bool,
    comments: bool,
    shard: str | None,
    executor: str | None,
    jobs: int,
) -> None:
    """Lint chapters, or any Markdown file.

    TARGET is a chapter's slug or number (default: all of the book), a file of the book, or a
    Markdown file outside a book; then the rules run that need no book, and --ledger,
    --bibliography and --terms give them numbers, sources and terminology. Examples:

    \b
      chapterkit check 7
      chapterkit check draft.md --ledger numbers.yaml --bibliography refs.bib
      chapterkit check --diff                          what --fix would change
      chapterkit check --changed-since origin/main --format github
      chapterkit check --against origin/main           what the branch has lost
      chapterkit check --edition zh-Hant-TW            the Traditional text, at the places of
                                                       the manuscript
      chapterkit check --links                         asks the registries of the sources
      chapterkit check --write-baseline baseline.yaml --reason "旧稿，逐章改"

    An exception stands before its paragraph, with its reason:
    <!-- chapterkit: allow typed-reference: 引用的是另一本书 -->
    """
    if shard:
        without = (diff, fix, editions, changed_since, baseline, write_baseline, prune)
        targets = _targets_of(shard, targets, form, alone=not any(without))
    _refuse_idle(diff=diff, accepts=write_baseline is not None, signs=bool(signed))
    asked = _Asked(targets, Outside(ledger, bibliography, terms, config), only, changed_since)
    wanted = asked.subjects()
    if diff or fix:
        accepted = _accepted(wanted, baseline)
        _mend(wanted, accepted, asked.changes(wanted), write=fix and not diff)
        if diff:
            return
        wanted = asked.subjects()
    changes = asked.changes(wanted)
    with progress("正在检查", len(wanted)) as step, executor_at(executor, jobs) as workers:
        found = _of_editions(wanted, editions, workers, step) if editions else None
        by_text = [] if found else problems_of_all(wanted, workers, step)
    problems = found.written if found else each_once(by_text)
    of_texts = 0 if found else len(problems)
    if not shard:  # or other shards would be shared out otherwise; merge-reports keeps them
        keep_costs(wanted[0].root, "check", workers.costs)
    if any(one.chapter for one in wanted):
        problems += _of_lock(wanted, lock_since or changed_since, signers)
    if against:
        problems += _losses(wanted, against, signed, reason)
    elif signed:
        raise click.UsageError("--sign-off 要说明与什么相比：加上 --against BASE")
    if links:
        problems += _lost(wanted)
    if comments:
        problems += _said(wanted)
    if ledger:
        _print_strength(wanted)
    beside = problems[of_texts:]
    if write_baseline:
        _write_baseline(write_baseline, problems, reason)
        return
    accepted = _accepted(wanted, baseline)
    if prune:
        accepted = _pruned(accepted, problems, wanted)
    if accepted:
        stale = not changed_since
        problems = without_accepted(problems, accepted, wanted, stale=stale)
    problems += found.converted if found else []
    problems = on_changed_lines(from_here(problems, wanted), changes)
    told = None
    if shard:
        options = json.dumps([only, lock_since, against, links, comments])
        told = _shard_report(shard, wanted, by_text, beside, options, workers.costs)
    print_report(problems, form, wanted, strict, told)
    if any(problem.severity == "error" or strict for problem in problems):
        sys.exit(PROBLEMS)


_REPORT = "form strict links comments lock_since signers executor"


def _refuse_idle(*, diff: bool, accepts: bool, signs: bool) -> None:
    """Refuse what does nothing beside --diff, or beside --write-baseline; reasons of nothing."""
    if diff:
        idle = f"{_REPORT} editions against signed write_baseline reason prune"
        _options.refuse_idle(idle, "--diff 只列出 --fix 会改什么", "分两次运行")
    if accepts:
        idle = "form strict changed_since prune baseline"
        _options.refuse_idle(idle, "--write-baseline 收下现有的全部问题，不报告", "分两次运行")
    if not (accepts or signs):
        hint = "同时写 --write-baseline FILE，或 --against BASE --sign-off WHAT"
        _options.refuse_idle("reason", "没有要收下或签字的", hint)


def _targets_of(shard: str, targets: Sequence[str], form: str, *, alone: bool) -> Sequence[str]:
    """Return the chapters of a shard: those that were named, or those it has as shared out here."""
    # What shares out is loaded only for that.
    from chapterkit.checking.sharding import JOINABLE, Shard, targets_of

    part = Shard.named(shard)
    if not alone or form not in JOINABLE:
        raise click.UsageError(
            "--shard 用于 --format json 或 sarif，不与 --edition、--changed-since、--fix、--diff 和"
            "基线的几个选项同用；书自己的基线照样算"
        )
    return targets_of(part, targets, "check")


def _shard_report(
    shard: str,
    wanted: Sequence[Subject],
    found: Sequence[Sequence[Problem]],
    beside: Sequence[Problem],
    asked: str,
    costs: Mapping[str, float],
) -> dict[str, Any]:
    from chapterkit.checking.sharding import Shard, shard_report

    return shard_report(Shard.named(shard), wanted, found, beside, asked, costs)


@dataclass(frozen=True)
class _Found:
    """The problems of chapters as they are made for editions: as written, and as converted."""

    written: list[Problem]
    converted: list[Problem]


def _of_editions(
    wanted: Sequence[Subject], editions: Sequence[str], executor: Executor, progress: Progress
) -> _Found:
    """Return what is wrong with editions; no baseline accepts what converting has done."""
    # What converts is loaded only where an edition was asked for.
    from chapterkit.checking.editions import Checking, all_found, check_declared

    for one in wanted:
        for edition in editions:
            check_declared(one.book, edition)
    work = Checking((), tuple(dict.fromkeys(editions)))
    return _Found(*all_found([*followed(wanted, executor.each(work, wanted), progress)]))


def _losses(
    wanted: Sequence[Subject], base: str, signed: Sequence[str], reason: str
) -> list[Problem]:
    """Return what the book has lost since a commit, once what is signed off has been written."""
    # What compares two books is loaded only where that was asked for.
    from chapterkit.checking.guarding import guarded, sign_off
    from chapterkit.manuscript.removals import REMOVALS_FILE

    guard = guarded(wanted, base)
    if guard.said:
        say(guard.said, err=True)
    if signed:
        added = sign_off(guard, signed, reason)
        for one in added:
            say(f"签字：{one.rule}，“{one.words}”", err=True)
        say(f"{REMOVALS_FILE}：新签 {len(added)} 条。", err=True)
        guard = replace(guard, added=(*guard.added, *added))
    return guard.problems(next(one for one in wanted if one.chapter))


def _lost(wanted: Sequence[Subject]) -> list[Problem]:
    """Return the problems that the registries know of."""
    # What goes online is loaded only where that was asked for.
    from chapterkit.checking.links import lost_sources, sources_of

    sources = sources_of(wanted)
    with progress("正在查地址", len(sources)) as step:
        return lost_sources(sources, step)


def _said(wanted: Sequence[Subject]) -> list[Problem]:
    """Return what editors have said of chapters, as far as it is not resolved."""
    from chapterkit.reviewing.commenting import problems_of_comments

    return [
        problem
        for one in wanted
        if one.chapter
        for problem in problems_of_comments(one.book, one.chapter.slug, document_of(one))
    ]


@dataclass(frozen=True)
class _Asked:
    """What is to be checked, as it was asked for."""

    targets: Sequence[str]
    outside: Outside
    only: Sequence[str]
    changed_since: str | None

    def subjects(self) -> list[Subject]:
        """Return the texts, read anew."""
        found = subjects(self.targets, self.outside, self.only)
        _options.refuse_without(found)
        return found

    def changes(self, wanted: Sequence[Subject]) -> Changes | None:
        """Return what was changed since a commit; None if that was not asked."""
        return changes_since(wanted[0].root, self.changed_since) if self.changed_since else None


def _accepted(wanted: Sequence[Subject], file: Path | None) -> Accepted | None:
    """Return the baseline given, or else the book's own."""
    if file:
        return load_baseline(file, path_from_here(file))
    return next((own_baseline(one.book, one.root) for one in wanted if one.chapter), None)


def _write_baseline(file: Path, problems: Sequence[Problem], reason: str) -> None:
    name = path_from_here(file)
    old = load_baseline(file, name).entries if file.exists() else ()
    added = extend_baseline(file, name, old, problems, reason)
    say(f"{name}：新收 {added} 个问题，原有 {len(old)} 条。")


def _pruned(
    accepted: Accepted | None, problems: Sequence[Problem], wanted: Sequence[Subject]
) -> Accepted:
    """Take out of a baseline what no longer occurs; return it as it is then."""
    if accepted is None:
        raise click.UsageError("--prune 要有基线：加上 --baseline FILE")
    gone = prune_baseline(accepted, problems, wanted)
    say(f"{accepted.name}：删去 {gone} 个已经没有的问题。", err=True)
    return load_baseline(accepted.path, accepted.name)


def _mend(
    wanted: Sequence[Subject], accepted: Accepted | None, changes: Changes | None, write: bool
) -> None:
    """Show the diff that mends problems, or carry it out."""
    done = 0
    with progress("正在改正", len(wanted)) as step:
        for one in wanted:
            done += _mend_one(one, accepted, changes, write)
            step(one.name)
    say(f"{'改正' if write else '可以改正'} {done} 处。", err=True)


def _mend_one(one: Subject, accepted: Accepted | None, changes: Changes | None, write: bool) -> int:
    # What mends is loaded only where that was asked for.
    from chapterkit.checking.mending import mended, write_mended
    from chapterkit.numbers.binding import as_diff

    before, result = mended(one, accepted, changes)
    for path in result.texts if not write else ():
        say_lines(as_diff(before[path], result.texts[path], file_from_here(one, path)), nl=False)
    for path in write_mended(one, before, result.texts) if write else ():
        say(f"改了 {path}", err=True)
    for problem in result.refused:
        place = f"{problem.origin}:{problem.origin.column}"
        say(f"{place}: 改动会动到别处的结构，没有做 [{problem.rule}]", err=True)
    return result.done


def _of_lock(
    wanted: Sequence[Subject], since: str | None, signers: Path | None
) -> Sequence[Problem]:
    """Return the problems of a book's lock, and list what somebody should compare with sources."""
    # What judges a lock is loaded only where there is a book.
    from chapterkit.checking.vouching import Vouchers, judged

    lock = judged(wanted, Vouchers(since, signers))
    if lock.to_review:
        say(f"核对记录有 {len(lock.to_review)} 处改动，请对照原文复核：", err=True)
    for one in lock.to_review:
        say(f"  {one.origin}: {one.what}", err=True)
    return lock.problems


def _print_strength(wanted: Sequence[Subject]) -> None:
    """Say how far a match of typed values can be trusted."""
    ledger = next((one.book.ledger for one in wanted if not one.chapter), None)
    if ledger is None:
        return
    from chapterkit.numbers.matching import chance_matches  # for a ledger alone

    by_chance = chance_matches(ledger.values())
    say(
        f"核对强度：账本有 {len(ledger)} 个数；不看单位和来源，1～100 的整数里"
        f"有 {by_chance} 个碰巧也对得上，所以只认单位相同、同一段引了来源的数。",
        err=True,
    )
