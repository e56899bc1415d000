"""A table, chart or flow drawing stands far from the text that refers to it, or among references.

Why: whoever reads of it wants to see it, on the same page if that can be. It stands in the section
whose sentence names it, before the next heading of that level, and not many paragraphs away. Where
the references stand, nobody looks for it.

Quiet: an exhibit that nothing refers to, elsewhere: see unmentioned-exhibit.

Options: `paragraphs`, how many may stand between (default 5).

Bad:

    ## 甲 {#one}

    {{ ref("ood") }}列出成功率[@demo2025]。

    ## 乙 {#two}

    {{ table("ood") }}

Bad:

    {{ ref("ood") }}列出成功率[@demo2025]。

    ## 参考文献 {#references}

    {{ table("ood") }}

Good:

    ## 甲 {#one}

    {{ ref("ood") }}列出成功率[@demo2025]。

    {{ table("ood") }}
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chapterkit.lint.exhibits import paragraphs_between, references_to, section_round
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.exhibited import IN_WORDS
from chapterkit.text.document import Document
from chapterkit.text.placed import place_of, placed_in
from chapterkit.text.tree import attributes_of

GROUP = "references"
SEVERITY = "warning"
NEEDS = frozenset({"book"})


@dataclass(frozen=True)
class Options:
    """How many paragraphs may stand between an exhibit and the text that refers to it."""

    paragraphs: int = 5


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem, where it is placed, for each exhibit that is far from its references."""
    blocks = document.blocks
    for id, block in placed_in(document, book).items():
        place, found = blocks.index(block), references_to(id, document)
        section = section_round(place, blocks)
        within = [one for one in found if one in section]
        what = f"{IN_WORDS[book.exhibits[id].kind]} {id}"
        if _is_among_references(place, document, book):
            message = f"{what} 放在参考文献里"
            hint = "把它移到提到它的段落后面，参考文献之前"
        elif found and not within:
            first = blocks[found[0]].origin()
            message = f"{what} 不在提到它的那一节里：提到它的是 {first}"
            hint = "把它移到提到它的段落后面，不越过同一级的下一个标题"
        elif within and all(
            paragraphs_between(one, place, blocks) > options.paragraphs for one in within
        ):
            away = min(paragraphs_between(one, place, blocks) for one in within)
            message = f"{what} 离提到它的段落隔了 {away} 段"
            hint = "把它移到提到它的段落后面"
        else:
            continue
        yield Problem(place_of(id, document), message, hint)


def _is_among_references(place: int, document: Document, book: Book) -> bool:
    """Tell whether a block stands where the references do: under their heading, or behind them."""
    before = document.blocks[:place]
    containers = (each for one in before for each in one.containers)
    if any(attributes_of(one).identifier == "refs" for one in containers):
        return True
    heading = next((one for one in reversed(before) if one.level), None)
    return heading is not None and (
        heading.identifier == "references" or heading.text == book.config.wording.references
    )
