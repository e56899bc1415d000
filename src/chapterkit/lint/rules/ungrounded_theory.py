"""A theory section rests on no experiment and on no literature.

Why: theory is the skeleton that shows how the experiments follow from one another. A section that
refers to no experiment and cites nothing floats free: nothing in the chapter tests it, nobody can
look it up. Within a section that has its ground, a paragraph of bold claims (总是, 必然, 远远超过…)
with neither experiment nor citation, and without saying that it is the author's own reading, is
a warning.

Grounds are a citation, a note, a link, a work's title, a recorded number, and an experiment that
is named (实验 7.4, the three 前三个实验). Openings, introductions, summaries, references and what
only announces the next sections need none. Where a chapter has no experiments, the rule looks only
if more than two thirds of its sections cite, and then warns.

Options: `claims`, the bold sentences from which on a paragraph counts as claims (2).

Bad:

    ## 实验 7.1 语音

    教模型说话[@demo2025]。

    ## 后训练的升华

    后训练是模型走向智慧的必由之路。模型在其中完成了由量变到质变的飞跃。

Good:

    ## 实验 7.1 语音

    教模型说话[@demo2025]。

    ## 监督微调的本质

    实验 7.1 写进参数的是表达的约定，见到标记就发出那种声音。

    ## 本章小结

    监督微调教约定。
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass
from functools import cache

from chapterkit.lint.grounds import (
    EXPERIMENTS,
    before_word,
    cites,
    is_apparatus,
    is_frame,
    labels_of,
    mentions,
    names,
    names_work,
    parts,
    problem_about,
    records_named,
)
from chapterkit.lint.many import AnyOf
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.lint.words import word_patterns
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.counting import Section
from chapterkit.text.document import Block, Document

GROUP = "structure"
SEVERITY = "error"
NEEDS = frozenset[str]()

_SPEAKS = (
    r"(?:[两兩二三四五六七八九十几幾各每]个?|[这這那]些|[这這那]个|该|該|本章的?|上述|前述|前面的?|后面的?|後面的?"
    r"|[上下]一个|[上下]面的?|多个|若干)[^，。；：、！？\n]{0,4}?"
)
_SPEAKS_OF_EXPERIMENTS = Late(rf"{_SPEAKS}(?:实验|實驗)(?![室员員者])")
_ANNOUNCES = Late(
    r"[本下]一?[章节節篇]|下面|接下来|接下來|以下|后面|後面|随后|下文|先[^，。]{1,20}[，、]?再"
    r"|依次|转入"
)
# What announces the next sections is not longer.
_SHORT = 200
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")
_WORDS = word_patterns("ungrounded-theory")
_BOLD = Late(_WORDS["bold"])
_QUALIFIES = Late(rf"{_WORDS['qualifies']}|按.{{0,8}}理解|[图圖表]\s*\d|(?<![数证])据")


@dataclass(frozen=True)
class Options:
    """From how many bold sentences on a paragraph counts as one of claims."""

    claims: int = 2


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for each theory section, and each paragraph of claims, without a ground."""
    sections = parts(document, book)
    experiments = [one for one in sections if one.kind == "experiment"]
    theory = [
        one
        for one in sections
        if one.kind == "theory" and not is_frame(one) and not is_apparatus(one)
    ]
    known = AnyOf(book.records, *map(names, experiments))
    grounded = [_has_ground(one.blocks, known, book) for one in theory]
    if not experiments and not _cite_throughout(theory):
        return
    for section, has_ground in zip(theory, grounded, strict=True):
        if has_ground:
            yield from _claims(section, known, options, book)
        elif not _only_announces(section):
            message = f"“{section.title}”既没有落到{labels_of(book)}上，也没有引用文献"
            hint = f"写明它由哪个{labels_of(book)}得来、或依据哪篇文献；两样都没有的议论宜删去"
            yield problem_about(section, book, message, hint, "" if experiments else "warning")


def _cite_throughout(theory: Collection[Section]) -> bool:
    """Tell whether so many sections cite by pandoc's citations that one without stands out."""
    cited = sum(any(block.citations() for block in one.blocks) for one in theory)
    return cited > 1 and 3 * cited > 2 * len(theory)


@cache
def _speaks_of(label: str) -> Late:
    return Late(_SPEAKS + re.escape(label))


def _has_ground(blocks: Collection[Block], experiments: Container[str], book: Book) -> bool:
    speaking: list[tuple[Late, tuple[str, ...]]] = [(_SPEAKS_OF_EXPERIMENTS, EXPERIMENTS)]
    speaking += [(_speaks_of(kind.label), (kind.label,)) for kind in book.config.kinds.values()]
    return any(
        cites(block)
        or names_work(block)
        or next(block.numbers(), None) is not None
        or any(any(before_word(block.prose, pattern, words)) for pattern, words in speaking)
        for block in blocks
    ) or any(
        name in experiments or name[0].isdigit()
        for name in mentions(blocks) | records_named(blocks, book)
    )


def _only_announces(section: Section) -> bool:
    sentences = [one for block in section.text for one in _SENTENCE.findall(block.prose)]
    short = sum(map(len, sentences)) <= _SHORT
    return short and all(_ANNOUNCES.search(one) for one in sentences)


def _claims(
    section: Section, experiments: Container[str], options: Options, book: Book
) -> Iterator[Problem]:
    kinds = labels_of(book)
    for block in section.paragraphs:
        if _has_ground([block], experiments, book) or _QUALIFIES.search(block.prose):
            continue
        bold = [one for one in _SENTENCE.finditer(block.prose) if _BOLD.search(one[0])]
        if len(bold) >= max(1, options.claims):
            message = f"这一段接连下断语，既没有引用文献，也没有落到{kinds}上"
            hint = "写明依据；是自己的解释，就说明是解释"
            yield problem_at(
                block, bold[0].start(), bold[0].end(), message, hint, severity="warning"
            )
