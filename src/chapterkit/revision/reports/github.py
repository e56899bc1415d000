"""Markdown for a comment on a pull request: what an editor must see, at most 60 kB.

Figures come first, then what was lost, lengths, citations; what is long is folded. Where there is
no room for everything, the comment says how much is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chapterkit.revision.difference import Difference
from chapterkit.revision.fates import Fate
from chapterkit.revision.figures import Figure, Said, Typed
from chapterkit.revision.mentions import Mention
from chapterkit.revision.reports import (
    MENTIONED,
    by_kind,
    counted,
    figure_changes,
    heading_change,
    length_change,
    numbered_change,
    of_kind,
    place_of,
    runs,
    source_of,
    told_figures,
    trimmed,
    way_of,
    words_of,
)
from chapterkit.showing import code_in_markdown, in_markdown

MARKER = "<!-- chapterkit diff -->"
"""What the comment begins with, so that the next run can find it and write it anew."""
MAX_BYTES = 60_000
_ROOM_FOR_MORE = 200  # bytes, to say what was left out
_LONGEST = 1_500  # characters of one paragraph


@dataclass(frozen=True)
class _Part:
    title: str
    items: Sequence[str]
    is_folded: bool = True


def as_text(difference: Difference) -> str:
    """Return the comment."""
    head = [
        MARKER,
        "## 这次改动",
        "",
        f"{_safe(difference.old.name)} → {_safe(difference.new.name)}："
        f"{counted(difference) or '没有段落'}。",
    ]
    if difference.is_empty:
        head += ["", "没有别的变化。"]
    parts = [one for one in _parts(difference) if one.items]
    return _fitted("\n".join(head) + "\n", parts)


def _fitted(head: str, parts: Sequence[_Part]) -> str:
    """Return parts one after the other, as far as there is room for them."""
    room = MAX_BYTES - len(head.encode()) - _ROOM_FOR_MORE * (len(parts) + 1)
    written = [head]
    for part in parts:
        kept: list[str] = []
        for item in part.items:
            if (size := len(item.encode()) + 1) > room:
                break
            kept.append(item)
            room -= size
        written.append(_folded(part, kept))
    return "\n".join(written)


def _folded(part: _Part, kept: Sequence[str]) -> str:
    left = len(part.items) - len(kept)
    more = [f"\n……另有 {left} 处放不下，见 `chapterkit diff`。"] if left else []
    title = f"{part.title}（{len(part.items)}）"
    body = "\n".join([*kept, *more])
    if not part.is_folded:
        return f"### {title}\n\n{body}\n"
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>\n"


def _parts(difference: Difference) -> Iterator[_Part]:
    alone, counts = told_figures(difference)
    told = [one for one in alone if _is_told(one)]
    rows = [_figure(one) for one in told] + [_typed(one) for one in difference.typed]
    verified = [f"- 核对状态 {old} → {new}：{count} 个数" for (old, new), count in counts.items()]
    yield _Part("数", [*rows, *verified], is_folded=len(rows) > 20)
    lost = [*of_kind(difference, "removed"), *of_kind(difference, "shortened")]
    yield _Part("删去和缩短的段落", [_lost(one) for one in lost], is_folded=False)
    yield _Part("重复的段落", [_doubled(one) for one in of_kind(difference, "doubled")], False)
    yield _Part("篇幅", [f"- {_safe(length_change(one))}" for one in difference.lengths])
    rows = [_mention(*one) for one in by_kind(difference.citations, MENTIONED)]
    yield _Part("引用", rows, is_folded=False)
    yield _Part("改写的段落", [_reworded(one) for one in of_kind(difference, "reworded")])
    moved = runs(of_kind(difference, "moved"), way_of)
    yield _Part("移动的段落", [_moved(row) for row in moved])
    yield _Part("新增的段落", [_added(one) for one in of_kind(difference, "added")])
    yield _Part("标题", [f"- {_safe(heading_change(one))}" for one in difference.headings])
    numbered = (*difference.records, *difference.exhibits)
    yield _Part("编号", [f"- {_safe(numbered_change(one))}" for one in numbered])


def _is_told(figure: Figure) -> bool:
    return bool(figure.fields or {"removed", "left", "entered", "renamed"} & {*figure.kinds})


# --- one by one


def _safe(text: str) -> str:
    """Return a text that is shown as it is: nobody is called, no issue is linked."""
    calm = in_markdown(" ".join(text.split()))
    calm = calm.replace(r"\<", "&lt;").replace(r"\>", "&gt;")
    return calm.replace("@", "@<!-- -->").replace("#", "#<!-- -->")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _figure(figure: Figure) -> str:
    changes = "；".join(_safe(one) for one in figure_changes(figure))
    said = figure.new_uses or figure.old_uses
    name = code_in_markdown(figure.name)
    return f"- {name}：{changes}（{_safe(source_of(figure))}）{_quoted(said)}"


def _typed(one: Typed) -> str:
    old, new = "、".join(one.old) or "（没有）", "、".join(one.new) or "（没有）"
    return f"- 手写的数：{_safe(old)} → {_safe(new)}{_quoted(one.new_uses or one.old_uses)}"


def _quoted(said: Iterable[Said]) -> str:
    rows = [f"  > {_safe(_short(one.text))}" for one in list(said)[:2]]
    return "".join(f"\n{row}" for row in rows)


def _where(fate: Fate) -> str:
    paragraph = fate.new[0] if fate.new else fate.old
    assert paragraph
    then = "" if fate.new else "（原来的位置）"
    return f"{code_in_markdown(str(paragraph.origin))}{then}，{_safe(place_of(paragraph))}"


def _lost(fate: Fate) -> str:
    assert fate.old
    if fate.kind == "removed":
        still = f"（这些话还在 {code_in_markdown(str(fate.like.origin))}）" if fate.like else ""
        return f"- 删去：{_where(fate)}{still}\n  > {_safe(_short(fate.old.text))}"
    return f"- 少了 {fate.lost:.0%}：{_where(fate)}\n  > {_words(fate)}"


def _doubled(fate: Fate) -> str:
    assert fate.like
    like = code_in_markdown(str(fate.like.origin))
    return f"- {_where(fate)}：与 {like} 重复\n  > {_safe(fate.new[0].beginning(60))}"


def _reworded(fate: Fate) -> str:
    way = way_of(fate)
    return f"- {_where(fate)}{f'（{_safe(way)}）' if way else ''}\n  > {_words(fate)}"


def _moved(row: Sequence[Fate]) -> str:
    first = row[0]
    more = f"，连同后面 {len(row) - 1} 段" if len(row) > 1 else ""
    return f"- {_safe(way_of(first))}{more}：{_safe(first.new[0].beginning(40))}"


def _added(fate: Fate) -> str:
    return f"- {_where(fate)}\n  > {_safe(_short(fate.new[0].text))}"


def _words(fate: Fate) -> str:
    dress = {"equal": "{}", "delete": "<del>{}</del>", "insert": "<ins>{}</ins>"}
    found = trimmed(words_of(fate))
    return "".join(dress[one.operation].format(_safe_piece(_short(one.text))) for one in found)


def _safe_piece(text: str) -> str:
    """Return a piece of a line, the blanks at its ends kept."""
    inner = text.strip()
    if not inner:
        return " " if text else ""
    before = " " if text[0].isspace() else ""
    after = " " if text[-1].isspace() else ""
    return f"{before}{_safe(inner)}{after}"


def _mention(name: str, found: Sequence[Mention]) -> str:
    keys = "、".join(code_in_markdown(one.name) for one in found)
    return f"- {name}：{keys}"
