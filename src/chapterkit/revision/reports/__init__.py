"""Forms of a report on a difference: one module each, found by walking this folder.

A form has `as_text(difference)`; the words that several of them need stand here.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from chapterkit.revision.difference import Difference, Length
from chapterkit.revision.fates import Fate, Kind
from chapterkit.revision.figures import Figure
from chapterkit.revision.mentions import Headed, Mention, Numbered
from chapterkit.revision.paragraphs import Paragraph
from chapterkit.revision.words import Mark, marks

# The kinds of fates in the order in which they matter, and what they are called.
KINDS: Mapping[Kind, str] = {
    "removed": "删去", "shortened": "缩短", "doubled": "重复", "reworded": "改写", "moved": "移动",
    "added": "新增", "unchanged": "未变",
}  # fmt: skip
FIELDS = {
    "value": "值", "unit": "单位", "printed": "原文写作", "source": "来源", "locator": "位置",
    "status": "状态", "verification": "核对", "meaning": "量的是什么",
}  # fmt: skip
_AROUND = 12  # characters of what has stayed, on either side of what has not


def report_names() -> list[str]:
    """Return the names of the forms without importing them."""
    return sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))


def written(difference: Difference, form: str) -> str:
    """Return the report in one of the forms."""
    module = importlib.import_module(f"{__name__}.{form}")
    text: str = module.as_text(difference)
    return text


def of_kind(difference: Difference, kind: Kind) -> list[Fate]:
    """Return the fates of one kind."""
    return [one for one in difference.paragraphs if one.kind == kind]


def counted(difference: Difference) -> str:
    """Return how many paragraphs have what fate: 删去 1 段，改写 3 段."""
    counts = {kind: len(of_kind(difference, kind)) for kind in KINDS}
    return "，".join(f"{KINDS[kind]} {count} 段" for kind, count in counts.items() if count)


def place_of(paragraph: Paragraph) -> str:
    """Return the heading that a paragraph stands under."""
    return paragraph.section.text if paragraph.section else paragraph.chapter


def way_of(fate: Fate) -> str:
    """Return from where to where a paragraph went, and that it was split or merged."""
    assert fate.old
    assert fate.new
    said = {"split": f"拆成 {len(fate.new)} 段", "merged": "与别的段合并", "": ""}[fate.how]
    was, now = place_of(fate.old), place_of(fate.new[0])
    went = f"从“{was}”到“{now}”" if was != now else "换了先后" if fate.moved else ""
    return "，".join(filter(None, (went, said)))


def words_of(fate: Fate) -> tuple[Mark, ...]:
    """Return what has become of a changed paragraph's words."""
    assert fate.old
    return marks(fate.old.text, "\n".join(one.text for one in fate.new))


def trimmed(found: Iterable[Mark]) -> list[Mark]:
    """Return marks of which what has stayed is cut to what stands round a change."""
    rows = list(found)
    last = len(rows) - 1
    return [
        Mark("equal", _cut(one.text, place == 0, place == last))
        if one.operation == "equal"
        else one
        for place, one in enumerate(rows)
    ]


def _cut(text: str, is_first: bool, is_last: bool) -> str:
    if len(text) <= 2 * _AROUND + 1:
        return text
    before = "" if is_first else text[:_AROUND]
    after = "" if is_last else text[-_AROUND:]
    return f"{before}…{after}"


def told_figures(difference: Difference) -> tuple[list[Figure], dict[tuple[str, str], int]]:
    """Return the numbers to be told one by one, and how many were only verified otherwise."""
    alone: list[Figure] = []
    counts: dict[tuple[str, str], int] = {}
    for one in difference.numbers:
        names = [field.name for field in one.fields]
        if one.kinds == ("changed",) and names == ["verification"]:
            field = one.fields[0]
            counts[field.old, field.new] = counts.get((field.old, field.new), 0) + 1
        else:
            alone.append(one)
    return alone, counts


def figure_changes(figure: Figure) -> list[str]:
    """Return what has become of a number, each in a few words: 15.0% → 16.0%，来源 a → b."""
    said = []
    known = figure.new or figure.old
    if "removed" in figure.kinds:
        said.append(f"记录里没有了（原是 {known.text if known else ''}）")
    if "added" in figure.kinds:
        said.append(f"新记录的：{known.text if known else ''}")
    if "renamed" in figure.kinds:
        said.append(f"原名 {figure.was}")
    for field in figure.fields:
        if field.name == "unit" and figure.field("value"):
            continue
        name = "" if field.name == "value" else f"{FIELDS[field.name]} "
        said.append(f"{name}{field.old or '（空）'} → {field.new or '（空）'}")
    if "left" in figure.kinds:
        said.append("正文里不再出现")
    if "entered" in figure.kinds:
        said.append("进了正文")
    return said


def source_of(figure: Figure) -> str:
    """Return the source of a number and the place in it, as the record has them now."""
    known = figure.new or figure.old
    return "，".join(filter(None, (known.cite, known.at))) if known else ""


MENTIONED = {
    "new": "新引的", "dropped": "全书不再引的", "missing": "这一段里不再引的",
}  # fmt: skip
REFERRED = {
    "new": "新指到的", "dropped": "不再指到的", "missing": "这一段里不再指到的",
}  # fmt: skip
HEADED = {"new": "新的", "removed": "没有了", "renamed": "改了", "moved": "换了级别或章"}
RENUMBERED = {"new": "新的", "removed": "没有了", "renumbered": "换了编号", "renamed": "换了代号"}


def heading_change(one: Headed) -> str:
    """Return what has become of a heading: 改了：甲 → 乙."""
    names = [found.text for found in (one.old, one.heading) if found]
    return f"{HEADED[one.kind]}：{' → '.join(dict.fromkeys(names))}"


def numbered_change(one: Numbered) -> str:
    """Return what has become of the number of a record or an exhibit."""
    labels = " → ".join(dict.fromkeys(filter(None, (one.was, one.label))))
    slugs = f"（{one.was_called} → {one.identifier}）" if one.change == "renamed" else ""
    return f"{RENUMBERED[one.change]}：{labels or one.identifier}{slugs} {one.title}".strip()


def length_change(one: Length) -> str:
    """Return how long a section was and is, and how long it should be."""
    if one.new is None:
        return f"{one.title}：没有了（原有 {one.old} 字）"
    was = "新" if one.old is None else str(one.old)
    change = f"{was} → {one.new} 字" if one.old != one.new else f"{one.new} 字"
    asked = f"，应在 {one.budget[0]}～{one.budget[1]} 字" if one.budget and not one.fits else ""
    return f"{one.title}：{change}{asked}"


def by_kind(found: Sequence[Mention], names: Mapping[str, str]) -> list[tuple[str, list[Mention]]]:
    """Return mentions kind by kind, each with what it is called."""
    rows = [(name, [one for one in found if one.kind == kind]) for kind, name in names.items()]
    return [(name, ones) for name, ones in rows if ones]


def runs(found: Iterable[Fate], same: Callable[[Fate], str]) -> list[list[Fate]]:
    """Return fates in rows, neighbours together of which the same is to be said."""
    rows: list[list[Fate]] = []
    for one in found:
        if rows and same(rows[-1][-1]) == same(one):
            rows[-1].append(one)
        else:
            rows.append([one])
    return rows
