"""Verify a ledger's numbers against the sources' own text: the order of the steps, the results."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from chapterkit.errors import ChapterkitError
from chapterkit.manuscript.ledger import Ledger, Number
from chapterkit.manuscript.lock import coverage
from chapterkit.manuscript.states import STATE_IN_REPORT, STATE_OF_OPERAND, UNPLACED
from chapterkit.numbers.cards import in_a_report
from chapterkit.numbers.verify.results import Result, Results
from chapterkit.numbers.verify.search import Searcher
from chapterkit.numbers.verify.strict import Strictly, as_data
from chapterkit.numbers.verify.texts import SourceText, read_source
from chapterkit.showing import as_json as to_json
from chapterkit.showing import one_line


def verify(
    ledger: Ledger,
    folder: Path,
    only: Iterable[str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Results:
    """Look for the ledger's numbers in the sources' texts in `folder`.

    `only` are the ids to verify (default all); `progress` is called with each source's key
    when it is done. A source that is missing or cannot be read gives its numbers the status
    no-source with the reason, and stops nothing else.
    """
    recorded = [number.id for number in ledger.recorded]
    chosen = recorded if only is None else [key for key in recorded if key in set(only)]
    needed = _with_operands(ledger, chosen)
    found: dict[str, Result] = {}
    for cite, ids in _by_source(ledger, needed).items():
        numbers = [ledger[key] for key in ids]
        found.update(_verify_source(cite, numbers, ledger, folder))
        progress(cite)
    settled = _Derivations(ledger, found)
    return Results(tuple(settled.result(key) for key in chosen))


def sources_of(ledger: Ledger, only: Iterable[str] | None = None) -> list[str]:
    """Return the sources that verifying will read, for the length of a progress bar."""
    chosen = [number.id for number in ledger.recorded] if only is None else list(only)
    return list(_by_source(ledger, _with_operands(ledger, chosen)))


def _with_operands(ledger: Ledger, ids: Iterable[str]) -> list[str]:
    """Return the ids and everything that the derived ones among them rest on."""
    seen: dict[str, None] = {}
    open_ids = deque(ids)
    while open_ids:
        key = open_ids.popleft()
        if key not in seen and key in ledger:
            seen[key] = None
            open_ids += operands_of(ledger[key])
    return list(seen)


def operands_of(number: Number) -> list[str]:
    """Return the ids of the numbers that a derived number is computed from."""
    slug, dot, _ = number.id.rpartition(".")
    return [f"{slug}{dot}{name}" for name in dict.fromkeys(number.operands)]


def _by_source(ledger: Ledger, ids: Iterable[str]) -> dict[str, list[str]]:
    sources: dict[str, list[str]] = {}
    for key in ids:
        number = ledger[key]
        if number.model.derived is None or number.model.printed is not None:
            sources.setdefault(number.cite, []).append(key)
    return sources


def _verify_source(
    cite: str, numbers: list[Number], ledger: Ledger, folder: Path
) -> Iterator[tuple[str, Result]]:
    try:
        source = read_source(folder, cite)
    except ChapterkitError as error:
        why = f"{error.report().splitlines()[0]}" + (f"（{error.hint}）" if error.hint else "")
        source = None
    else:
        why = f"sources/ 里没有 {cite} 的原文"
    if source is None:
        for number in numbers:
            yield number.id, Result(number, "no-source", why=why)
        return
    searcher = make_searcher(source, ledger)
    for number in numbers:
        yield number.id, searcher.find(number)


def make_searcher(source: SourceText, ledger: Mapping[str, Number]) -> Searcher:
    """Return a searcher that knows the near words of all numbers that cite the source."""
    words = [word for one in ledger.values() if one.cite == source.key for word in one.model.near]
    return Searcher(source, words)


class _Derivations:
    """Settles derived numbers: as good as the worst number they rest on, and their print."""

    def __init__(self, ledger: Ledger, found: Mapping[str, Result]) -> None:
        self.ledger = ledger
        self.found = dict(found)
        self.done: dict[str, Result] = {}

    def result(self, key: str) -> Result:
        """Return what became of a number, its operands considered first, and theirs before."""
        begun = [key]
        while begun:
            waiting = [one for one in operands_of(self.ledger[begun[-1]]) if one not in self.done]
            if waiting:
                begun += waiting
            else:
                last = begun.pop()
                self.done[last] = self._settled(self.ledger[last])
        return self.done[key]

    def _settled(self, number: Number) -> Result:
        own = self.found.get(number.id)
        if number.model.derived is None:
            assert own is not None
            return own
        return self._derived(number, own)

    def _derived(self, number: Number, own: Result | None) -> Result:
        operands = [self.done[key] for key in operands_of(number)]
        if _is_difference_of_percents(number, operands):
            why = "两个百分数之差应记作个百分点，不是 %"
            return Result(number, "not-found", why=why)
        bad = [one for one in operands if one.status != "verified"]
        if bad and (own is None or own.status == "verified"):
            worst = max(bad, key=lambda one: _SEVERITY[one.status])
            said = f"的{UNPLACED}" if _is_unplaced(worst) else STATE_OF_OPERAND[worst.status]
            why = f"由 {worst.number.id} 算出，它{said}"
            return Result(number, worst.status, why=why, sha256=worst.sha256)
        if own is not None:
            return own
        if not operands:
            return Result(number, "not-found", why="derived 不含任何记录的数，也没有 printed")
        names = "、".join(one.number.id.rpartition(".")[2] for one in operands)
        return Result(number, "verified", where=f"由 {names} 算出", sha256=operands[0].sha256)


def _is_unplaced(one: Result) -> bool:
    """Tell whether a number could not be told from its like, for its record names no place."""
    measured = one.number.model.derived is None
    return one.status == "elsewhere" and measured and not one.number.is_placed


def _is_difference_of_percents(number: Number, operands: list[Result]) -> bool:
    """Tell whether a percentage was made by subtracting one percentage from another."""
    plain = re.fullmatch(r"\s*\w+\s*-\s*\w+\s*", number.model.derived or "") is not None
    return plain and number.unit == "%" and all(one.number.unit == "%" for one in operands)


_SEVERITY = {"verified": 0, "no-source": 1, "stale": 2, "elsewhere": 3, "not-found": 4}


# --- reports


def as_json(results: Results, strict: Strictly | None = None) -> str:
    """Return the results in the JSON that other programs rely on."""
    listed = [
        {
            "number": one.number.id,
            "cite": one.number.cite,
            "at": one.number.at or "",
            "status": one.status,
            "where": one.where,
            "context": one.context,
            "why": one.why,
        }
        for one in results.numbers
    ]
    summary: dict[str, Any] = {"total": len(results.numbers), **results.counts()}
    data: dict[str, Any] = {"numbers": listed, "summary": summary}
    if strict:
        data["strict"] = as_data(strict)
    return to_json(data)


def as_text(results: Results, *, everything: bool = False) -> str:
    """Return the results for people: what is not verified, why, and a line of totals.

    What has no source at hand is one line for each source. With `everything`, verified numbers are
    listed too, each with where it stands.
    """
    lines: list[str] = []
    for one in results.numbers:
        if one.status == "no-source" or (one.status == "verified" and not everything):
            continue
        state = "没写位置" if _is_unplaced(one) else STATE_IN_REPORT[one.status]
        words = in_a_report(one.number)
        lines.append(f"{one.number.origin}: {state}: {words}")
        if one.why:
            lines.append(f"  {one.why}")
        if one.where:
            lines.append(f"  {one.where}：{one.context}" if one.context else f"  {one.where}")
    missing = Counter(
        (one.number.cite, one.why) for one in results.numbers if one.status == "no-source"
    )
    lines += [
        f"{STATE_IN_REPORT['no-source']}: {cite}，{count} 个数：{why}"
        for (cite, why), count in missing.items()
    ]
    states = {one.number.id: one.status for one in results.numbers}
    lines.append(coverage((one.number for one in results.numbers), states).line)
    return "\n".join(map(one_line, lines))
