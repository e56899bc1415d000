"""A finding of a record is not told in the text of its experiment.

Why: a finding is what the experiment is there for. Either the text lost it, or the record can be
shorter. A finding counts as told if the experiment shows one of the numbers it rests on, or one
computed from them; a finding that rests on no number, if the experiment cites its source.

Reported at the finding's line in the record.

Bad:

    ---
    records:
      cards:
        numbers:
          rl: {value: 15.0, unit: "%", of: 成功率, cite: demo2025}
        findings: [{claim: 强化学习有进步, rests_on: [rl], cite: demo2025}]
    ---
    ## 实验 7.1 纸牌 {#cards}

    强化学习有进步[@demo2025]。

Good:

    ---
    records:
      cards:
        numbers:
          rl: {value: 15.0, unit: "%", of: 成功率, cite: demo2025}
          sft: {value: 3.4, unit: "%", of: 成功率, cite: demo2025}
          gain: {derived: rl - sft, unit: 个百分点, of: 差, cite: demo2025}
        findings:
          - {claim: 强化学习有进步, rests_on: [rl], cite: demo2025}
          - {claim: 规则会变, cite: other2024}
    ---
    ## 实验 7.1 纸牌 {#cards}

    高出 {{ n("cards.gain") }}[@demo2025]；规则会变[@other2024]。
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chapterkit.lint.grounds import keys, label_of, parts
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.counting import Section
from chapterkit.text.document import Document

GROUP = "brief"
SEVERITY = "warning"
NEEDS = frozenset({"book"})
ABSENCE = True


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each finding of a placed record that its text never brings."""
    for section in parts(document, book):
        record = book.records.get(section.slug)
        if record is None or not record.model.findings:
            continue
        printed_ids = {one.number for block in section.blocks for one in block.numbers()}
        shown = printed_ids | book.ledger.beneath(printed_ids)
        cited = keys(section)
        for index, finding in enumerate(record.model.findings):
            numbers = [f"{record.slug}.{name}" for name in finding.rests_on]
            brought = not shown.isdisjoint(numbers) if numbers else finding.cite in cited
            if not (brought or _typed(numbers, section, book)):
                what = (
                    "它所依据的数一个也没有出现" if numbers else f"它的来源 {finding.cite} 没有引用"
                )
                yield Problem(
                    record.origin("findings", index),
                    f"这一发现正文没有讲：{finding.claim}；{what}",
                    f"在{label_of(section, book)} {section.number} 的正文里讲出来，"
                    "或从 findings 删去",
                )


def _typed(numbers: Iterable[str], section: Section, book: Book) -> bool:
    """Tell whether a section has one of some numbers typed by hand."""
    texts = [book.ledger[id].text for id in numbers if id in book.ledger]
    return any(text in block.text for block in section.text for text in texts)
