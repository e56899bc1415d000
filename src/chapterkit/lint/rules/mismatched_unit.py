"""A derived number has a unit that cannot follow from its parts.

Why: the difference of two percentages is 个百分点, days per person are 天/人, and metres and
seconds cannot be added. A unit that does not follow shows a slip in the expression, or a number
that means something else than its record says.

What follows: a sum or a difference has the unit of its parts (of two %, 个百分点; a sum of shares
may be %); a ratio of like units is 倍, % or none, or counts (how often one goes into the other);
a product or quotient of unlike ones is their compound, or a unit that book.yaml declares. Literals
scale (× 100, / 3600) and may stand for an amount (× 365). A mean may leave out what it is per, if
`of:` says so (每, 平均).

What is computed is printed as it comes out, with the unit behind it, so the expression itself must
hold the factor that the unit asks for: `award / claim * 100` for %, `* 1000` for ‰, `* 10` for 成,
`total * rate / 100` for a rate in %. A factor left out is a problem, and so is a sum of a ratio and
a %, or 1 − a rate in %.

Bad:

    numbers:
      award: {value: 54.0, unit: 万元, of: 判决的数额, cite: demo2025}
      claim: {value: 86.4, unit: 万元, of: 请求的数额, cite: demo2025}
      share: {derived: award / claim, unit: "%", digits: 1, of: 支持的比例, cite: demo2025}

Good:

    numbers:
      award: {value: 54.0, unit: 万元, of: 判决的数额, cite: demo2025}
      claim: {value: 86.4, unit: 万元, of: 请求的数额, cite: demo2025}
      share: {derived: award / claim * 100, unit: "%", digits: 1, of: 支持的比例, cite: demo2025}

Bad:

    numbers:
      rl: {value: 15.0, unit: "%", of: 成功率, cite: demo2025}
      sft: {value: 3.4, unit: "%", of: 成功率, cite: demo2025}
      gap: {derived: rl - sft, unit: 年, of: 两者之差, cite: demo2025}

Good:

    numbers:
      rl: {value: 15.0, unit: "%", of: 成功率, cite: demo2025}
      sft: {value: 3.4, unit: "%", of: 成功率, cite: demo2025}
      gap: {derived: rl - sft, unit: 个百分点, of: 两者之差, cite: demo2025}
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.numbers.derivation import misfit
from chapterkit.numbers.factors import left_out
from chapterkit.text.document import Document

GROUP = "numbers"
SEVERITY = "error"
NEEDS = frozenset({"ledger"})
OF_BOOK = True


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, at its record's line, for each derived number that its unit does not fit."""
    for number in book.ledger.values():
        if message := misfit(number, book.ledger):
            hint = (
                "改正 unit 或 derived；两个 % 之差是个百分点，不同的量相乘除写成 人/天 这样的单位"
            )
            yield Problem(number.origin, message, hint)
        elif slip := left_out(number, book.ledger):
            yield Problem(number.origin, slip.message, slip.hint)
