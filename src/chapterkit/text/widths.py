"""How wide a formula is when it is set on a line of its own, roughly. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MEASURES = {"a5": 33, "16k": 38, "a4": 36}
"""How many ems wide a page's text is, as `assets/typst/template.typ` has it."""

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|.", re.DOTALL)
_SCRIPT, _LETTER, _DIGIT, _RELATION, _OPERATOR, _BIG = 0.7, 0.57, 0.5, 1.33, 1.22, 1.5
_CHARACTERS = {
    **dict.fromkeys("=<>:≤≥≈≠→∈∼", _RELATION), **dict.fromkeys("+-−×±⋅", _OPERATOR),
    **dict.fromkeys(",;", 0.45), **dict.fromkeys("()[]|!.'", 0.35), "/": 0.5, "*": 0.6,
}  # fmt: skip
_BY_WIDTH = {
    _RELATION: "le leq ge geq ne neq approx equiv sim simeq propto in subset subseteq mid to gets"
    " ll gg rightarrow leftarrow Rightarrow mapsto iff implies",
    _OPERATOR: "times cdot pm mp cup cap circ wedge vee",
    _BIG: "sum prod int iint oint bigcup bigcap max min sup inf lim",
    1.2: "ldots cdots dots",
    0.0: "left right big Big bigg Bigg bigl bigr Bigl Bigr displaystyle mathbf mathit mathcal"
    " mathbb mathfrak mathsf boldsymbol hat bar tilde vec dot ddot overline underline widehat"
    " widetilde overbrace underbrace",
}
_COMMANDS = {
    **{name: wide for wide, names in _BY_WIDTH.items() for name in names.split()},
    "log": 1.5, "ln": 1.1, "exp": 1.6, "sin": 1.5, "cos": 1.5, "tan": 1.5, "arg": 1.5, "det": 1.5,
    "quad": 1.0, "qquad": 2.0, ",": 0.17, ":": 0.22, ";": 0.28, "!": -0.17, " ": 0.25,
}  # fmt: skip
_LIMITS = frozenset({"sum", "prod", "bigcup", "bigcap", "max", "min", "sup", "inf", "lim"})
_STACKED = frozenset({"frac", "dfrac", "tfrac", "binom", "cfrac"})
_DEEPEST = 60  # groups within groups: what stands deeper counts for nothing
_WORDS = frozenset(
    {"text", "mathrm", "operatorname", "mbox", "textbf", "textit", "textrm", "operatorname*"}
)


def ems_of(formula: str) -> float:
    r"""Return about how many ems wide the widest line of a formula is.

    >>> round(ems_of("x"), 1), round(ems_of(r"a = \frac{b}{c}"), 1)
    (0.6, 2.8)
    """
    rows = re.split(r"\\\\(?:\[[^\]]*\])?", formula)
    return max(_Reader([*_TOKEN.findall(row)]).width() for row in rows)


@dataclass
class _Reader:
    """Reads the tokens of a formula, one after the other."""

    tokens: list[str]
    place: int = 0
    depth: int = 0

    def width(self) -> float:
        """Return how wide all is up to the end of a group."""
        self.depth += 1
        wide = sum(self._parts()) if self.depth < _DEEPEST else 0.0
        self.depth -= 1
        return wide

    def _parts(self) -> Iterator[float]:
        scripts: list[float] = []
        while (token := self._next()) not in {"", "}"}:
            if token in {"^", "_"}:
                scripts.append(_SCRIPT * self._argument())
                continue
            yield max(scripts, default=0.0)
            scripts = []
            if token.removeprefix("\\") in _LIMITS:
                yield max(_COMMANDS[token[1:]], *self._limits())
            else:
                yield self._one(token)
        yield max(scripts, default=0.0)

    def _limits(self) -> Iterator[float]:
        """Yield how wide what stands above and below a sign is."""
        yield 0.0
        while self.tokens[self.place : self.place + 1] and self.tokens[self.place] in {"^", "_"}:
            self.place += 1
            yield _SCRIPT * self._argument()

    def _one(self, token: str) -> float:
        name = token.removeprefix("\\") if len(token) > 1 else ""
        if token == "{":
            return self.width()
        if name in _STACKED:
            return max(self._argument(), self._argument()) + 0.3
        if name == "sqrt":
            return self._argument() + 0.9
        if name in _WORDS:
            return sum(map(_of_text, self._group()))
        if name in {"begin", "end"}:
            return 0.0 * len(self._group())
        return _COMMANDS.get(name, 0.6) if name else _of_character(token)

    def _argument(self) -> float:
        while (token := self._next()).isspace():
            pass
        self.depth += 1
        wide = self._one(token) if token and self.depth < _DEEPEST else 0.0
        self.depth -= 1
        return wide

    def _group(self) -> str:
        """Return the text of the group that begins here."""
        start, depth = self.place, 0
        while token := self._next():
            depth += (token == "{") - (token == "}")
            if depth <= 0:
                break
        return "".join(self.tokens[start + 1 : self.place - 1])

    def _next(self) -> str:
        self.place += 1
        return self.tokens[self.place - 1] if self.place <= len(self.tokens) else ""


def _of_text(character: str) -> float:
    return 1.0 if unicodedata.east_asian_width(character) in "WF" else 0.5


def _of_character(character: str) -> float:
    if character.isspace():
        return 0.0
    if character == "&":
        return 0.3
    if character.isdigit():
        return _DIGIT
    return _CHARACTERS.get(character, max(_LETTER, _of_text(character)))
