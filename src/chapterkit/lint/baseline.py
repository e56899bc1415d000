"""Old problems that were there when a text was adopted: known by rule and sentence. Pure.

A problem is known again by its rule and by the sentence it stands in, not by its line, so that
text may move. The file is YAML, one entry a line, each with the reason for which it was accepted;
entries are only added with a reason, and those that no longer occur are reported.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from chapterkit.errors import Origin
from chapterkit.lint.problem import Problem
from chapterkit.text.sentences import identity

_HEAD = """\
# 基线：收编旧文稿时已有的问题。只减不增：新的问题不会因它放过；改好的用 --prune 删去。
# chapterkit check --baseline 这个文件
"""


@dataclass(frozen=True, kw_only=True)
class _EntryModel:
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
    rule: str = field(metadata={"min_length": 1})
    sentence: str = field(metadata={"pattern": "^[0-9a-f]{16}$"})
    times: int = field(default=1, metadata={"ge": 1})
    path: str
    text: str = ""
    reason: str = field(metadata={"min_length": 1})


@dataclass(frozen=True)
class _BaselineModel:
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
    entries: tuple[_EntryModel, ...] = ()


@dataclass(frozen=True)
class Entry:
    """So many problems of a rule in a sentence, accepted for a reason.

    `sentence` is the sentence's fingerprint, `text` its beginning for people to read, `path` the
    file in which it stood, `origin` the line of the baseline.
    """

    rule: str
    sentence: str
    times: int
    path: str
    text: str
    reason: str
    origin: Origin = field(default_factory=lambda: Origin(""))

    @property
    def key(self) -> tuple[str, str]:
        """What a problem is known by."""
        return self.rule, self.sentence


Baseline = tuple[Entry, ...]


def fingerprint(problem: Problem) -> str:
    """Return what a problem's sentence is known by.

    A problem that stands in no sentence (a record's, say) is known by what it says.
    """
    return identity(problem.context or problem.message)


def read_baseline(text: str, path: str) -> Baseline:
    """Return the entries of a baseline; raise ChapterkitError at the line that does not fit."""
    from chapterkit.manuscript.yamlfile import read_yaml, validated_as  # where there is a file

    file = read_yaml(text, path)
    model = validated_as(_BaselineModel, file, "基线")
    return tuple(
        Entry(**vars(entry), origin=file.origin("entries", index))
        for index, entry in enumerate(model.entries)
    )


def baseline_text(entries: Iterable[Entry]) -> str:
    """Return the file that holds these entries, one a line, in an order that makes small diffs.

    >>> entry = Entry("fake-list", "0" * 16, 1, "a.md", "• 甲", "旧稿")
    >>> read_baseline(baseline_text([entry]), "baseline.yaml")[0].text
    '• 甲'
    """
    lines = [
        f"  - {{rule: {entry.rule}, sentence: {_quoted(entry.sentence)}, times: {entry.times},"
        f" path: {_quoted(entry.path)}, text: {_quoted(entry.text)},"
        f" reason: {_quoted(entry.reason)}}}"
        for entry in sorted(entries, key=lambda entry: (entry.path, entry.rule, entry.sentence))
    ]
    return _HEAD + ("\n".join(["entries:", *lines]) if lines else "entries: []") + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def compared(
    problems: Sequence[Problem],
    baseline: Baseline,
    paths: Collection[str],
    rules: Collection[str] | None = None,
) -> tuple[list[Problem], Baseline]:
    """Return the problems that the baseline does not accept, and the entries it could do without.

    `paths` are the files that were checked, `rules` the names of the rules that ran (None: all):
    entries of others are not judged. An entry that is needed fewer times than it says comes back
    with the surplus as its `times`.
    """
    left = Counter[tuple[str, str]]()
    for entry in baseline:
        left[entry.key] += entry.times
    new: list[Problem] = []
    for problem in problems:
        key = problem.rule, fingerprint(problem)
        if left[key] > 0:
            left[key] -= 1
        else:
            new.append(problem)
    judged = (
        entry
        for entry in baseline
        if entry.path in paths and (rules is None or entry.rule in rules)
    )
    return new, tuple(_surplus(judged, left))


def _surplus(entries: Iterable[Entry], left: Counter[tuple[str, str]]) -> Iterable[Entry]:
    for entry in entries:
        surplus = min(entry.times, left[entry.key])
        if surplus:
            left[entry.key] -= surplus
            yield replace(entry, times=surplus)


def extended(baseline: Baseline, problems: Iterable[Problem], reason: str) -> Baseline:
    """Return the baseline with entries for problems that it does not accept yet."""
    counted = Counter((problem.rule, fingerprint(problem)) for problem in problems)
    first: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        first.setdefault((problem.rule, fingerprint(problem)), problem)
    added = (
        Entry(rule, sentence, times, first[rule, sentence].origin.path, _excerpt(one), reason)
        for (rule, sentence), times in counted.items()
        for one in [first[rule, sentence]]
    )
    return (*baseline, *added)


def pruned(baseline: Baseline, surplus: Iterable[Entry]) -> Baseline:
    """Return the baseline without the surplus that `compared` found."""
    too_many = {entry.origin: entry.times for entry in surplus}
    kept = (replace(entry, times=entry.times - too_many.get(entry.origin, 0)) for entry in baseline)
    return tuple(entry for entry in kept if entry.times > 0)


def _excerpt(problem: Problem) -> str:
    text = " ".join((problem.context or problem.message).split())
    printable = "".join(filter(str.isprintable, text))
    return printable if len(printable) <= 30 else printable[:29] + "…"
