"""What adopting did, what it guessed and what it left, as text and as JSON. Pure."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from chapterkit.adopting.adoption import Adoption
from chapterkit.adopting.bringing import Brought
from chapterkit.adopting.changes import Change, Kind

_KINDS: dict[Kind, str] = {
    "citation": "引用", "reference": "参考文献", "list": "列表", "figure": "图", "table": "表",
    "pointer": "指向图表的编号", "number": "数", "encoding": "乱码", "turn": "说话的人",
    "call": "模板的记号", "note": "注释",
}  # fmt: skip
_LONGEST = 70


def as_lines(
    adoption: Adoption, bound: Sequence[Change], name: str, brought: Brought
) -> Iterator[str]:
    """Yield the report for people: what was done, what is a guess, what is left to do.

    Lines are those of the manuscript as it was.
    """
    changes = _all(adoption, bound)
    done = Counter(one.kind for one in (*brought.repairs, *changes))
    told = "，".join(f"{_KINDS[kind]} {count} 处" for kind, count in done.items())
    yield f"{name}：{told or '没有可以改的'}。"
    yield from _as_read(brought, name)
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
    if brought.lost:
        yield f"没有带过来 {len(brought.lost)} 样，请对照原文件："
    for lost in brought.lost:
        yield f"  {lost}"
    whole, moved = len(adoption.before), _moved(changes)
    kept = whole - moved
    paragraphs, touched = _paragraphs(adoption, changes)
    yield f"段落：共 {paragraphs} 段，{paragraphs - touched} 段照旧，{touched} 段里有上面的改动。"
    yield f"字数：原文 {whole} 个字符，{kept} 个照旧，{moved} 个在上面的改动里；一个不少。"


def _as_read(brought: Brought, name: str) -> Iterator[str]:
    """Yield what was done to a file before it was a text that can be read."""
    if brought.encoding:
        yield f"  原文件是 {brought.encoding}，先变成了 UTF-8 的 Markdown；行号是变过以后的。"
    for one in brought.repairs:
        line = brought.line(one)
        yield f"  {name}:{line}: “{_short(one.old)}” → {_short(one.new)}（{one.note}）"
    if brought.pictures:
        yield f"  图片 {len(brought.pictures)} 张：{'、'.join(brought.pictures)}"


def _paragraphs(adoption: Adoption, changes: Sequence[Change]) -> tuple[int, int]:
    """Return how many paragraphs a manuscript had, and how many of them changes touch."""
    spans = [found.span() for found in _PARAGRAPH.finditer(adoption.before)]
    starts = [start for start, _ in spans]
    touched: set[int] = set()
    for one in changes:
        first = max(0, bisect_right(starts, one.start) - 1)
        last = bisect_right(starts, max(one.start, one.end - 1))
        touched.update(place for place in range(first, last) if one.start < spans[place][1])
    return len(spans), len(touched)


_PARAGRAPH = re.compile(r"\S.*?(?=\n[ \t]*\n|\Z)", re.DOTALL)


def as_json(adoption: Adoption, bound: Sequence[Change], name: str, brought: Brought) -> str:
    """Return the report for programs; lines are those of the manuscript as it was."""
    changes = _all(adoption, bound)
    moved = _moved(changes)
    report: dict[str, Any] = {
        "path": name,
        "encoding": brought.encoding or "UTF-8",
        "repairs": [
            {"line": brought.line(one), "old": one.old, "new": one.new, "note": one.note}
            for one in brought.repairs
        ],
        "pictures": list(brought.pictures),
        "lost": list(brought.lost),
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
