"""Typed quantities into references to the ledger: what fits, and putting it in. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.ledger import MAX_DIGITS, Ledger, Number, approximate_text, chinese_text
from chapterkit.numbers.accounting import Accounted
from chapterkit.numbers.matching import Claim, backing, says_the_same
from chapterkit.numbers.proposing import sentence_round, speaks_of

_APPROXIMATE = ("约", "大约", "约为")


@dataclass(frozen=True)
class Binding:
    """A typed quantity that exactly one number fits, and what would stand in its place.

    `before` and `after` are its sentence as it reads now, and as it would.
    """

    origin: Origin
    typed: str
    expression: str
    number: Number
    before: str = ""
    after: str = ""


def bindings(accounted: Iterable[Accounted], ledger: Ledger) -> list[Binding]:
    """Return a binding for each typed quantity that exactly one number fits.

    Where the paragraph cites sources, only their numbers are asked; elsewhere those that the
    sentence speaks of. Only what says the same is proposed: 上百人 and 近 12% stay as they are.
    """
    found: list[Binding] = []
    for one in accounted:
        if one.status not in {"matched", "unsourced"} or one.claim is None:
            continue
        cited = set(one.block.citations())
        sentence = "" if cited else sentence_round(one.block, one.claim)
        numbers = [
            number
            for number in ledger.values()
            if number.cite in cited or (sentence and speaks_of(sentence, number))
        ]
        fitting = backing(one.claim, numbers)
        if len(fitting) == 1 and (binding := _binding(one, one.claim, fitting[0])):
            found.append(binding)
    return found


def _binding(one: Accounted, claim: Claim, number: Number) -> Binding | None:
    """Choose the dress that keeps the words of the sentence; None where there is none."""
    if claim.said.vague:
        return None
    if claim.said.about and (rounded := _rounded(one, claim, number)):
        return rounded
    if not says_the_same(number, claim.quantity):
        return None
    dress, shown = "", number.text
    if one.text == (spelled := _spelled(number)):
        dress, shown = " | zh", spelled
    return _made(one, one.start, f'{{{{ n("{number.id}"){dress} }}}}', number, shown)


def _rounded(one: Accounted, claim: Claim, number: Number) -> Binding | None:
    """Return 约 12% as a rounded dress of its number, if that is what stands there."""
    value, text = claim.quantity.value, one.block.text
    if not isinstance(value, Decimal) or isinstance(number.value, tuple):
        return None
    digits = max(0, -int(value.as_tuple().exponent))
    before = text[: one.start].rstrip()
    said = next((word for word in _APPROXIMATE if before.endswith(word)), "")
    if not said or digits > MAX_DIGITS:
        return None
    shown = approximate_text(number, digits)
    if not shown.endswith(one.text):
        return None
    argument = f"({digits})" if digits else ""
    expression = f'{{{{ n("{number.id}") | approx{argument} }}}}'
    return _made(one, len(before) - len(said), expression, number, shown)


def _made(one: Accounted, start: int, expression: str, number: Number, shown: str) -> Binding:
    text, end = one.block.text, one.start + len(one.text)
    first, last = one.block.sentence(one.start)
    return Binding(
        one.block.origin(start),
        text[start:end],
        expression,
        number,
        text[first:last].strip(),
        (text[first:start] + shown + text[end:last]).strip(),
    )


def _spelled(number: Number) -> str | None:
    """Return the number in Chinese numerals, or None if they cannot spell it."""
    with suppress(ChapterkitError):
        return chinese_text(number)
    return None


def bound(text: str, path: str, chosen: Sequence[Binding]) -> str:
    """Return a file's text with the bindings that lie in it carried out."""
    lines = text.split("\n")
    for one in sorted(chosen, key=lambda one: one.origin, reverse=True):
        if one.origin.path != path:
            continue
        line = lines[one.origin.line - 1]
        start = one.origin.column - 1
        end = start + len(one.typed)
        if line[start:end] == one.typed:
            lines[one.origin.line - 1] = line[:start] + one.expression + line[end:]
    return "\n".join(lines)


def as_sentences(chosen: Iterable[Binding], path: str) -> list[str]:
    """Return, for the bindings that lie in a file, their sentences before and after."""
    return [
        line
        for one in chosen
        if one.origin.path == path
        for line in (
            f"{one.origin}:{one.origin.column}: {one.number.id}",
            f"    前：{one.before}",
            f"    后：{one.after}",
        )
    ]


def as_diff(before: str, after: str, path: str, new: str = "") -> str:
    r"""Return the change as a unified diff, as patch and git read it; `new` names what it becomes.

    >>> print(as_diff("甲\n乙", "甲\n丙\n", "a.md"), end="")
    --- a.md
    +++ a.md
    @@ -1,2 +1,2 @@
     甲
    -乙
    \ No newline at end of file
    +丙
    """
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for line in difflib.unified_diff(_lines(before), _lines(after), path, new or path)
    )


def _lines(text: str) -> list[str]:
    """Return the lines with their ends, as git counts lines: only a line feed ends one."""
    return [line for line in re.split(r"(?<=\n)", text) if line]
