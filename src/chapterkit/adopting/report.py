"""What adopting did, what it guessed and what it left, as text and as JSON. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from chapterkit.adopting.adoption import Adoption
from chapterkit.adopting.changes import Change, Kind

_KINDS: dict[Kind, str] = {
    "citation": "引用", "reference": "参考文献", "list": "列表", "figure": "图", "table": "表",
    "pointer": "指向图表的编号", "number": "数",
}  # fmt: skip
_LONGEST = 70


def as_lines(adoption: Adoption, bound: Sequence[Change], name: str) -> Iterator[str]:
    """Yield the report for people: what was done, what is a guess, what is left to do.

    Lines are those of the manuscript as it was.
    """
    changes = _all(adoption, bound)
    done = Counter(one.kind for one in changes)
    told = "，".join(f"{_KINDS[kind]} {count} 处" for kind, count in done.items())
    yield f"{name}：{told or '没有可以改的'}。"
    for one in changes:
        if (one.certain and one.kind == "reference") or one.kind == "list":
            continue
        text = f"“{_short(one.old)}” → {_short(one.new) or '（移走）'}"
        yield f"  {name}:{adoption.line(one.start)}: {text}{f'（{one.note}）' if one.note else ''}"
    for work in adoption.works:
        yield f"  新条目 {work.key}：{work.shown}"
    guesses = [work for work in adoption.works if work.guessed]
    if guesses:
        yield f"请核对 {len(guesses)} 条（annotation 里有原文）："
    for work in guesses:
        yield f"  {work.key}：猜的是{'、'.join(work.guessed)}"
    if adoption.left:
        yield f"留在原处 {len(adoption.left)} 处："
    for left in adoption.left:
        yield f"  {name}:{adoption.line(left.start)}: {left.why}：“{_short(left.text)}”"
        if left.hint:
            yield f"    hint: {left.hint}"
    whole, moved = len(adoption.before), _moved(changes)
    kept = whole - moved
    yield f"字数：原文 {whole} 个字符，{kept} 个照旧，{moved} 个在上面的改动里；一个不少。"


def as_json(adoption: Adoption, bound: Sequence[Change], name: str) -> str:
    """Return the report for programs; lines are those of the manuscript as it was."""
    changes = _all(adoption, bound)
    moved = _moved(changes)
    report: dict[str, Any] = {
        "path": name,
        "changes": [
            {
                "line": adoption.line(one.start), "kind": one.kind, "certain": one.certain,
                "old": one.old, "new": one.new, "note": one.note,
            }
            for one in changes
        ],
        "entries": [
            {
                "key": work.key, "type": work.read.type if work.read else "",
                "guessed": list(work.guessed), "typed": work.typed,
            }
            for work in adoption.works
        ],
        "left": [
            {
                "line": adoption.line(one.start), "kind": one.kind, "text": one.text,
                "why": one.why, "hint": one.hint,
            }
            for one in adoption.left
        ],
        "summary": {
            "changes": len(changes), "entries": len(adoption.works),
            "left": len(adoption.left), "kept": len(adoption.before) - moved, "moved": moved,
        },
    }  # fmt: skip
    return json.dumps(report, ensure_ascii=False, indent=2)


def _all(adoption: Adoption, bound: Sequence[Change]) -> list[Change]:
    """Return all changes, those of numbers at the places where the numbers stood before."""
    placed = [replace(one, start=adoption.place_before(one.start)) for one in bound]
    return sorted([*adoption.changes, *placed])


def _moved(changes: Sequence[Change]) -> int:
    """Return how many characters changes took the place of."""
    return sum(len(one.old) for one in changes)


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}…"
