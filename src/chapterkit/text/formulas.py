"""What Typst will not set of a formula that pandoc has read: told from what pandoc writes. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

UNREADABLE = "CouldNotConvertTeXMath"
"""What pandoc warns of a formula that it cannot read; with what it says of it."""
REFUSED = "TypstTakesNoSuchFormula"
SHOWN = "FormulaShows"
"""What is noted of a formula that shows characters which it does not hold: `typst` names them."""

_OPENING, _CLOSING = "([{⟨⟦⌈⌊❲⦃⦅", ")]}⟩⟧⌉⌋❳⦄⦆"
_TOKEN = re.compile(
    r'\\.|"(?:[^"\\]|\\.)*"|(?P<call>[a-z.]*[a-z])\('
    rf"|(?P<open>[{re.escape(_OPENING)}])(?P<hung>[_^]| /)?"
    rf"|(?P<close>[{re.escape(_CLOSING)}])|(?P<comma>,)",
    re.DOTALL,
)
_NEEDS_ALL = frozenset({"frac", "root"})
_NEEDS_NONE = frozenset({"lr", "mat", "cases"})
# What stands between these brackets is read as text.
_HIDDEN = re.compile(r"#hide\[[^\]]*[*_`$#@<]")


def is_refused(typst: str) -> bool:
    r"""Tell whether a formula as Typst has it is one that Typst does not take.

    Brackets within a command do not match, a part of it is empty, or what is to be invisible is
    more than letters.

    >>> is_refused("lr([0, 1))"), is_refused("{ x"), is_refused(r"\( x_i"), is_refused("sqrt(x)")
    (False, False, False, False)
    >>> is_refused("frac({ x, y)"), is_refused("lr(] x [)"), is_refused("frac(a, )")
    (True, True, True)
    """
    calls: list[str] = []  # of what is open, empty for a bare bracket
    opened, after_comma, end = "", False, 0  # what stands directly before this
    for token in _TOKEN.finditer(typst):
        is_last_empty = bool(opened or after_comma) and not typst[end : token.start()].strip()
        name, opened, was_comma, after_comma, end = opened, "", after_comma, False, token.end()
        if token["call"]:
            calls.append(token["call"])
            opened = token["call"]
        elif token["open"]:
            calls.append("")
            if token["hung"]:
                return True
        elif token["comma"]:
            after_comma = True
        elif token["close"] and calls and (token["close"] == ")" or not calls[-1]):
            call = calls.pop()
            if is_last_empty and (call in _NEEDS_ALL if was_comma else name not in _NEEDS_NONE):
                return True
    return any(calls) or _HIDDEN.search(typst) is not None


def told_of(
    formulas: Sequence[str], warned: Sequence[dict[str, Any]], written: Sequence[str]
) -> list[dict[str, Any]]:
    """Return what is to be told of formulas: what pandoc warned of, and what it wrote for Typst."""
    told = list(warned)
    unreadable = {one.get("contents") for one in warned}
    if len(written) != len(formulas):
        return told
    for formula, typst in zip(formulas, written, strict=True):
        if formula in unreadable:
            continue
        if is_refused(typst):
            told.append({"type": REFUSED, "contents": formula})
        elif not typst.isascii() or _SIGNS.search(typst):
            told.append({"type": SHOWN, "contents": formula, "typst": _SIGNS.sub(_sign, typst)})
    return told


# Signs that no font for formulas has, by the names that pandoc writes for Typst.
_SIGN = {
    "ballot": "☐", "ballot.check": "☑", "ballot.cross": "☒", "jupiter": "♃", "mercury": "☿",
    "neptune": "♆", "saturn": "♄", "uranus": "♅", "uranus.alt": "♅",
}  # fmt: skip
_SIGNS = re.compile(r"\b(?:ballot|jupiter|mercury|neptune|saturn|uranus)\b(?:\.[a-z]+)?")


def _sign(found: re.Match[str]) -> str:
    return _SIGN.get(found[0], found[0])
