"""Typed quantities into references to the ledger: what fits, and putting it in. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.ledger import Ledger, Number, approximate_text, chinese_text
from chapterkit.numbers.accounting import Accounted
from chapterkit.numbers.matching import backing

_APPROXIMATE = ("约", "大约", "约为")


@dataclass(frozen=True)
class Binding:
    """A typed quantity that exactly one number fits, and what would stand in its place."""

    origin: Origin
    typed: str
    expression: str
    number: Number


def bindings(accounted: Iterable[Accounted], ledger: Ledger) -> list[Binding]:
    """Return a binding for each typed quantity that exactly one number fits.

    Where the paragraph cites sources, only their numbers are asked; elsewhere all.
    """
    found: list[Binding] = []
    for one in accounted:
        if one.status not in {"matched", "unsourced"} or one.quantity is None:
            continue
        cited = set(one.block.citations())
        numbers = [number for number in ledger.values() if number.cite in cited or not cited]
        fitting = backing(one.claim, numbers)
        if len(fitting) == 1:
            found.append(_binding(one, fitting[0]))
    return found


def _binding(one: Accounted, number: Number) -> Binding:
    """Choose the dress that keeps the words of the sentence."""
    assert one.quantity is not None
    if one.quantity.approximate and isinstance(one.quantity.value, Decimal):
        digits = max(0, -int(one.quantity.value.as_tuple().exponent))
        before = one.block.text[: one.start].rstrip()
        said = next((word for word in _APPROXIMATE if before.endswith(word)), "")
        if said and approximate_text(number, digits).endswith(one.text):
            gap = len(one.block.text[: one.start]) - len(before)
            start = one.start - gap - len(said)
            argument = f"({digits})" if digits else ""
            expression = f'{{{{ n("{number.id}") | approx{argument} }}}}'
            typed = one.block.text[start : one.start + len(one.text)]
            return Binding(one.block.origin(start), typed, expression, number)
    dress = " | zh" if one.text == _spelled(number) else ""
    return Binding(one.origin, one.text, f'{{{{ n("{number.id}"){dress} }}}}', number)


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


def as_diff(before: str, after: str, path: str) -> str:
    r"""Return the change as a unified diff, as patch and git read it.

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
        for line in difflib.unified_diff(_lines(before), _lines(after), path, path)
    )


def _lines(text: str) -> list[str]:
    """Return the lines with their ends, as git counts lines: only a line feed ends one."""
    return [line for line in re.split(r"(?<=\n)", text) if line]
