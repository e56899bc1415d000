"""Text, for people at a terminal: what was lost first, then what changed, then what moved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chapterkit.revision.difference import Difference
from chapterkit.revision.fates import Fate
from chapterkit.revision.figures import Figure, Said
from chapterkit.revision.reports import (
    KINDS,
    MENTIONED,
    REFERRED,
    by_kind,
    counted,
    figure_changes,
    heading_change,
    length_change,
    numbered_change,
    runs,
    source_of,
    told_figures,
    trimmed,
    way_of,
    words_of,
)
from chapterkit.showing import one_line

_SENTENCES = 3  # of those that a number stands in


def as_text(difference: Difference) -> str:
    """Return the difference in lines, each part under its head."""
    head = f"{difference.old.name} → {difference.new.name}：{counted(difference) or '没有段落'}。"
    if difference.is_empty:
        return f"{head}\n没有别的变化。"
    parts = (
        *(_paragraphs(difference, kind) for kind in ("removed", "shortened", "doubled")),
        _numbers(difference),
        *(_paragraphs(difference, kind) for kind in ("reworded", "moved", "added")),
        _mentions(difference),
        _part("标题", map(heading_change, difference.headings)),
        _part("编号", map(numbered_change, (*difference.records, *difference.exhibits))),
        _part("篇幅", map(length_change, difference.lengths)),
    )
    return "\n\n".join(filter(None, (head, *parts)))


def _part(title: str, lines: Iterable[str]) -> str:
    rows = [f"  {line}" for line in lines]
    return "\n".join([title, *rows]) if rows else ""


def _paragraphs(difference: Difference, kind: str) -> str:
    found = [one for one in difference.changed if one.kind == kind]
    if kind == "moved":
        lines = [line for row in runs(found, way_of) for line in _moved(row)]
    else:
        lines = [line for one in found for line in _LINES[kind](one)]
    return _part(f"{KINDS[found[0].kind]} {len(found)} 段" if found else "", lines)


def _removed(fate: Fate) -> Iterator[str]:
    assert fate.old
    yield f"{fate.old.origin}（原来的位置）"
    yield f"    {one_line(fate.old.text.strip())}"
    if fate.like:
        yield f"    这些话还在 {fate.like.origin}"


def _shortened(fate: Fate) -> Iterator[str]:
    yield f"{fate.new[0].origin}：少了 {fate.lost:.0%}{_also(fate)}"
    yield from (f"    没有了：{one_line(sentence)}" for sentence in fate.gone)
    yield f"    {_words(fate)}"


def _reworded(fate: Fate) -> Iterator[str]:
    yield f"{fate.new[0].origin}{_also(fate)}"
    yield f"    {_words(fate)}"


def _also(fate: Fate) -> str:
    way = way_of(fate)
    return f"（{way}）" if way else ""


def _words(fate: Fate) -> str:
    """Return a paragraph's words with what went as [-…-] and what came as {+…+}."""
    dress = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}
    return "".join(
        dress[one.operation].format(one_line(one.text)) for one in trimmed(words_of(fate))
    )


def _doubled(fate: Fate) -> Iterator[str]:
    assert fate.like
    yield f"{fate.new[0].origin}：与 {fate.like.origin} 重复"
    yield f"    {one_line(fate.new[0].beginning(60))}"


def _added(fate: Fate) -> Iterator[str]:
    yield f"{fate.new[0].origin}"
    yield f"    {one_line(fate.new[0].text.strip())}"


def _moved(row: list[Fate]) -> Iterator[str]:
    first = row[0]
    assert first.old
    more = f"，连同后面 {len(row) - 1} 段" if len(row) > 1 else ""
    yield f"{first.new[0].origin}：{way_of(first)}{more}"
    yield f"    {one_line(first.old.beginning(60))}"


_LINES = {
    "removed": _removed, "shortened": _shortened, "doubled": _doubled, "reworded": _reworded,
    "added": _added,
}  # fmt: skip


# --- numbers and what is mentioned


def _numbers(difference: Difference) -> str:
    alone, counts = told_figures(difference)
    lines = [line for one in alone for line in _figure(one)]
    lines += [f"核对状态 {old} → {new}：{count} 个数" for (old, new), count in counts.items()]
    for one in difference.typed:
        old, new = "、".join(one.old) or "（没有）", "、".join(one.new) or "（没有）"
        lines.append(f"手写的数：{one_line(old)} → {one_line(new)}")
        lines += _sentences("旧", one.old_uses)
        lines += _sentences("新", one.new_uses)
    return _part("数", lines)


def _figure(figure: Figure) -> Iterator[str]:
    source = source_of(figure)
    origin = f"{figure.new.origin}: " if figure.new else ""
    yield one_line(f"{origin}{figure.name}（{source}）：{'；'.join(figure_changes(figure))}")
    if figure.field("value") or figure.field("printed") or "entered" not in figure.kinds:
        yield from _sentences("旧", figure.old_uses)
    if "left" not in figure.kinds:
        yield from _sentences("新", figure.new_uses)


def _sentences(when: str, found: Iterable[Said]) -> Iterator[str]:
    rows = list(found)
    for one in rows[:_SENTENCES]:
        yield f"    {when} {one.origin}: {one_line(one.text)}"
    if len(rows) > _SENTENCES:
        yield f"    {when}：另有 {len(rows) - _SENTENCES} 句"


def _mentions(difference: Difference) -> str:
    lines = []
    rows = (("引用", difference.citations, MENTIONED), ("指引", difference.references, REFERRED))
    for title, found, names in rows:
        for name, ones in by_kind(found, names):
            lines.append(f"{title}，{name}：")
            for one in ones:
                lines.append(f"  {one.name}")
                lines += [f"  {line}" for line in _sentences("", one.uses)]
    return _part("引用和指引", lines)
