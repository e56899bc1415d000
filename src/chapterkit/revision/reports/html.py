"""HTML, to look at side by side: one file that needs nothing else and runs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markupsafe import Markup, escape

from chapterkit.revision.difference import Difference
from chapterkit.revision.fates import Fate
from chapterkit.revision.figures import Figure, Said, Typed
from chapterkit.revision.paragraphs import Paragraph
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
    place_of,
    runs,
    source_of,
    told_figures,
    way_of,
    words_of,
)
from chapterkit.revision.words import Mark
from chapterkit.showing import many_lines

_STYLE = Markup("""
:root { color-scheme: light dark; --line: #8884; --gone: #f003; --come: #0a03; --soft: #8882; }
body { font: 16px/1.7 "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", serif;
  max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, th, summary, .where, nav { font-family: "Noto Sans CJK SC", "PingFang SC", sans-serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.where { font-size: .8rem; opacity: .7; }
.row { display: grid; grid-template-columns: 1fr 1fr; gap: 1.5rem; padding: .6rem .4rem;
  border-top: 1px solid var(--line); }
.row.removed, .row.shortened { border-left: .3rem solid #c00; }
.row.doubled { border-left: .3rem solid #b70; }
.row p { margin: .2rem 0; overflow-wrap: anywhere; }
del { background: var(--gone); } ins { background: var(--come); text-decoration: none; }
details { border-top: 1px solid var(--line); padding: .3rem .4rem; }
summary { cursor: pointer; font-size: .85rem; opacity: .8; }
table { border-collapse: collapse; width: 100%; }
td, th { border: 1px solid var(--line); padding: .3rem .5rem; text-align: left;
  vertical-align: top; overflow-wrap: anywhere; }
@media (max-width: 50rem) { .row { grid-template-columns: 1fr; } }
""")
_PAGE = Markup("""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
<p>{counted}。</p>
{body}
</body>
</html>
""")
_ROW = Markup('<div class="row {kind}">\n<div>{old}</div>\n<div>{new}</div>\n</div>\n')
_SIDE = Markup('<p class="where">{where}</p>\n<p>{text}</p>')


def as_text(difference: Difference) -> str:
    """Return the page: numbers and lists first, then the text, what has stayed folded."""
    parts = [
        _numbers(difference),
        _list("引用", (_mentioned(*one) for one in by_kind(difference.citations, MENTIONED))),
        _list("指引", (_mentioned(*one) for one in by_kind(difference.references, REFERRED))),
        _list("标题", map(heading_change, difference.headings)),
        _list("编号", map(numbered_change, (*difference.records, *difference.exhibits))),
        _list("篇幅", map(length_change, difference.lengths)),
        Markup("<h2>文字</h2>\n"),
        *_text(difference),
    ]
    return _PAGE.format(
        language=difference.new.book.config.language,
        title=f"{difference.old.name} → {difference.new.name}",
        style=_STYLE,
        counted=counted(difference) or "没有段落",
        body=Markup("").join(parts),
    )


def _shown(text: str) -> Markup:
    return escape(many_lines(text))


def _list(title: str, lines: Iterable[str]) -> Markup:
    rows = Markup("").join(Markup("<li>{}</li>\n").format(_shown(line)) for line in lines)
    return Markup("<h2>{}</h2>\n<ul>\n{}</ul>\n").format(title, rows) if rows else Markup("")


def _mentioned(name: str, found: Iterable[object]) -> str:
    return f"{name}：{'、'.join(getattr(one, 'name', '') for one in found)}"


# --- numbers


def _numbers(difference: Difference) -> Markup:
    alone, counts = told_figures(difference)
    rows = [_figure(one) for one in alone] + [_typed(one) for one in difference.typed]
    rows += [
        _cells("", f"核对状态 {old} → {new}：{count} 个数", (), ())
        for (old, new), count in counts.items()
    ]
    if not rows:
        return Markup("")
    head = Markup("<tr><th>数</th><th>变化</th><th>原来的句子</th><th>现在的句子</th></tr>\n")
    return Markup("<h2>数</h2>\n<table>\n{}{}</table>\n").format(head, Markup("").join(rows))


def _figure(one: Figure) -> Markup:
    name = f"{one.name}（{source_of(one)}）"
    return _cells(name, "；".join(figure_changes(one)), one.old_uses, one.new_uses)


def _typed(one: Typed) -> Markup:
    change = f"{'、'.join(one.old) or '（没有）'} → {'、'.join(one.new) or '（没有）'}"
    return _cells("手写的数", change, one.old_uses, one.new_uses)


def _cells(name: str, change: str, old: Iterable[Said], new: Iterable[Said]) -> Markup:
    cells = [_shown(name), _shown(change), *map(_sentences, (old, new))]
    inner = Markup("").join(Markup("<td>{}</td>").format(one) for one in cells)
    return Markup("<tr>{}</tr>\n").format(inner)


def _sentences(found: Iterable[Said]) -> Markup:
    return Markup("<br>").join(_shown(one.text) for one in found)


# --- the text


def _text(difference: Difference) -> Iterator[Markup]:
    for row in runs(difference.paragraphs, lambda one: str(one.kind == "unchanged")):
        if row[0].kind == "unchanged":
            yield _unchanged(row)
        else:
            yield from map(_fate, row)


def _unchanged(row: list[Fate]) -> Markup:
    inner = Markup("").join(Markup("<p>{}</p>\n").format(_shown(one.new[0].text)) for one in row)
    return Markup("<details><summary>未变 {} 段</summary>\n{}</details>\n").format(len(row), inner)


def _fate(fate: Fate) -> Markup:
    if fate.kind in {"reworded", "shortened"}:
        found = words_of(fate)
        sides = [_marked(found, leave_out) for leave_out in ("insert", "delete")]
    else:
        sides = [
            _shown(fate.old.text) if fate.old else Markup(""),
            Markup("<br>").join(_shown(one.text) for one in fate.new),
        ]
    way = way_of(fate) if fate.old and fate.new else ""
    like = f"与 {fate.like.origin} 相同" if fate.like else ""
    about = "，".join(filter(None, (KINDS[fate.kind], way, like)))
    old = _side(fate.old, sides[0], about if not fate.new else "")
    new = _side(fate.new[0] if fate.new else None, sides[1], about)
    return _ROW.format(kind=fate.kind, old=old, new=new)


def _side(paragraph: Paragraph | None, text: Markup, about: str) -> Markup:
    if paragraph is None:
        return Markup("")
    where = f"{paragraph.origin}，{place_of(paragraph)}"
    return _SIDE.format(where=_shown(f"{about}：{where}" if about else where), text=text)


def _marked(found: Iterable[Mark], leave_out: str) -> Markup:
    dress = {
        "equal": Markup("{}"), "delete": Markup("<del>{}</del>"), "insert": Markup("<ins>{}</ins>"),
    }  # fmt: skip
    rows = (one for one in found if one.operation != leave_out)
    return Markup("").join(dress[one.operation].format(_shown(one.text)) for one in rows)
