"""Parts of a formula as words: a row is said from left to right, by the first way that fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chapterkit.spoken.reading import Part, Row
from chapterkit.spoken.vocabulary import Vocabulary

Said = tuple[str, int]
"""Words, and of how many parts of a row they are."""


def said(row: Row, words: Vocabulary) -> str:
    """Return a formula in words."""
    return _tidied(_Speaker(words).row(row))


_MARKS = "，。；：、（）"
_AROUND = re.compile(rf" *([{_MARKS}]) *")
_BEFORE = re.compile(r" +([,;:.])(?= |$)")
_DOUBLED = re.compile(r"([，,；;：:])(?:[，,；;]| [,;])+")
_BLANKS = re.compile(r"\s+")


def _tidied(text: str) -> str:
    text = _BEFORE.sub(r"\1", _AROUND.sub(r"\1", _BLANKS.sub(" ", text)))
    return _DOUBLED.sub(r"\1", text).strip(" ，,；;：")


_NAMES = {"name", "script"}
_COMMAS = {",", "，"}
_RELATIONS = frozenset("=≠<>≤≥⩽⩾≈≡∼~∝∈∉⊂⊆→⇒⇔≜≔←↦:;≪≫≃≅")
_BINARY = frozenset("+−-±∓×·⋅/÷∗*∘⊙⊗⊕∪∩∖∧∨")
_GIVEN = {"∣", "|"}
_SUCH = {"∣", ":"}
_DOTS = {"…", "⋯", "..."}
_INFINITE = {"∞", "0"}


@dataclass(frozen=True)
class _Speaker:
    """Says rows and parts in one language."""

    words: Vocabulary

    def row(self, row: Sequence[Part]) -> str:
        """Return what is said of a row."""
        told: list[str] = []
        at = 0
        while at < len(row):
            words, used = self._next(row, at)
            told.append(words)
            at += used
        return " ".join(filter(None, told))

    def _next(self, row: Sequence[Part], at: int) -> Said:
        for way in _WAYS:
            found = way(self, row, at)
            if found:
                return found
        part, following = row[at], row[at + 1] if at + 1 < len(row) else None
        words = self.part(part)
        if following and self._goes_on(part) and not _is(following, _COMMAS):
            words = f"{words} {self.words.phrases['below_ends']}"
        return words, 1

    def _goes_on(self, part: Part) -> bool:
        """Tell whether the end of what stands below a part must be told."""
        base = _core(part)
        is_operator = base and f"{_named(base)}.below" in self.words.operators
        return part.kind == "script" and _runs_on(part) and not is_operator

    def part(self, part: Part) -> str:
        """Return what is said of a single part."""
        return _PARTS[part.kind](self, part)

    # --- what several parts say together

    def ratio(self, row: Sequence[Part], at: int) -> Said | None:
        """Say 3/4."""
        kinds = [one.kind for one in row[at : at + 3]]
        if kinds == ["number", "sign", "number"] and row[at + 1].text == "/":
            said = self.words.phrase("over", upper=row[at].text, lower=row[at + 2].text)
            return said, 3
        return None

    def share(self, row: Sequence[Part], at: int) -> Said | None:
        """Say 50 %."""
        if row[at].kind == "number" and _is(_after(row, at), {"%"}):
            return f"{row[at].text}%", 2
        return None

    def negative(self, row: Sequence[Part], at: int) -> Said | None:
        """Say a sign that nothing stands before."""
        signs = self.words.signs
        before = row[at - 1] if at else None
        leads = before is None or _is(before, _RELATIONS | _BINARY | _COMMAS | _GIVEN)
        if leads and at + 1 < len(row) and row[at].kind == "sign":
            words = signs.get(f"{row[at].text}.alone")
            return (words, 1) if words else None
        return None

    def until(self, row: Sequence[Part], at: int) -> Said | None:
        """Say dots between what is listed, added up or multiplied."""
        part = row[at]
        if part.text not in _DOTS or part.kind not in {"sign", "name"}:
            return None
        before, after = row[at - 1] if at else None, _after(row, at)
        goes_on = before and after and before.text == after.text and at + 2 < len(row)
        return (self.words.phrases["until"], 2) if goes_on else (self.words.phrases["and_so_on"], 1)

    def divergence(self, row: Sequence[Part], at: int) -> Said | None:
        """Say how far one distribution is from another."""
        name, fence = _core(row[at]), _after(row, at)
        if not (name and fence and fence.kind == "fence"):
            return None
        inner = _split(fence.rows[0], {"‖", "∥"})
        below = row[at].rows[1] if row[at].kind == "script" else ()
        told = name.text if name.text != "D" else "".join(one.text for one in below)
        if len(inner) != 2 or told.lower() not in {"kl", "js", ""}:
            return None
        one, other = map(self.row, inner)
        kind = "divergence" if told else "distance"
        words = self.words.phrase(kind, one=one, other=other, kind=told.upper())
        return self._factor(row, at, words), 2

    def probability(self, row: Sequence[Part], at: int) -> Said | None:
        """Say what is probable under a condition."""
        name, fence = _core(row[at]), _after(row, at)
        if not (name and fence and fence.kind == "fence") or name.text not in _PROBABLE:
            return None
        inner = _split(fence.rows[0], _GIVEN)
        if len(inner) != 2:
            return None
        event, given = map(self.row, inner)
        words = self.words.phrase("probability", event=event, given=given)
        if row[at].kind != "name" or name.text not in {"P", "Pr"}:
            words = self.words.phrase("of_model", model=self.part(row[at]), said=words)
        return self._factor(row, at, words), 2

    def _factor(self, row: Sequence[Part], at: int, words: str) -> str:
        """Return words that begin with another's name, apart from the factor before them."""
        before = row[at - 1] if at else None
        core = _core(before) if before else None
        is_letter = core is not None and len(core.text) == 1
        if is_letter or (before and before.kind in {"number", "fence"}):
            return f"{self.words.signs['×']} {words}"
        return words

    def pieces(self, row: Sequence[Part], at: int) -> Said | None:
        """Say a definition by cases."""
        after = _after(row, at)
        if _is(row[at], {"{"}) and after and after.kind == "table":
            return self._lines(after, "cases", "case"), 2
        return None

    def tends(self, row: Sequence[Part], at: int) -> Said | None:
        """Say an arrow to a limit."""
        after = _after(row, at)
        if _is(row[at], {"→"}) and after and (after.kind == "number" or after.text in _INFINITE):
            return self.words.signs["→.limit"], 1
        return None

    def defined(self, row: Sequence[Part], at: int) -> Said | None:
        """Say what is defined as something."""
        if _is(row[at], {":"}) and _is(_after(row, at), {"="}):
            return self.words.signs["≔"], 2
        return None

    # --- single parts

    def number(self, part: Part) -> str:
        """Say a number; a hollow one tells whether something is so."""
        return self.words.names["indicator"] if part.style == "double-struck" else part.text

    def name(self, part: Part) -> str:
        """Say a letter, a function, an operator in letters."""
        if part.style == "double-struck":
            own = self.words.names.get(_named(part))
            return own or self.words.phrase("hollow", letter=part.text)
        words = self.words.names.get(part.text) if len(part.text) > 1 else None
        words = words or self.words.letters.get(part.text, part.text)
        return self.words.phrase(part.style, letter=words) if part.style in _SET_APART else words

    def sign(self, part: Part) -> str:
        """Say a sign; one without words stands as it is."""
        single = self.words.operators.get(f"{part.text}.alone")
        return single or self.words.signs.get(part.text, part.text)

    def text(self, part: Part) -> str:
        """Say words within a formula."""
        return part.text.strip()

    def fence(self, part: Part) -> str:
        """Say brackets with what they hold, or what they make of it."""
        (inner,) = part.rows
        if len(inner) == 1 and inner[0].kind == "table" and part.closing:
            return self._matrix(inner[0], "determinant" if part.text == "|" else "matrix")
        if len(inner) == 1 and inner[0].kind == "choice":
            return self.part(inner[0])
        if part.text == "{" and len(_split(inner, _SUCH)) == 2:
            elements, told = map(self.row, _split(inner, _SUCH))
            return self.words.phrase("set", elements=elements, told=told)
        name = _FENCES.get(part.text + part.closing)
        if name == "size" and not (len(inner) == 1 and inner[0].style):
            name = "absolute"
        if name:
            kind = name if _is_simple(inner) else f"{name}_long"
            return self.words.phrase(kind, inner=self.row(inner))
        opening = self.words.fences.get(part.text, part.text)
        return f"{opening} {self.row(inner)} {self.words.fences.get(part.closing, part.closing)}"

    def script(self, part: Part) -> str:
        """Say a base with what stands below and above it."""
        base, below, above = part.rows
        sign = base[0] if len(base) == 1 else Part("text")
        for said in (
            self._limits(sign, below, above),
            self._accent(part),
            self._at(sign, below, above),
            self._space(sign, above),
        ):
            if said:
                return said
        words = self.row(base)
        if sign.kind == "fence" and sign.text == "‖" and below:
            kind = self.words.phrase("norm_of", kind=self.row(below), inner=self.row(sign.rows[0]))
            return self._raised(kind, sign, above)
        if sign.kind == "name" and sign.text == "log" and below:
            return self._raised(self.words.phrase("log", base=self.row(below)), sign, above)
        if below:
            words = self.words.phrase("below", base=words, below=self.row(below))
        return self._raised(words, sign, above)

    def fraction(self, part: Part) -> str:
        """Say a fraction, where it begins and ends unless it is simple."""
        upper, lower = part.rows
        kind = "over" if _is_simple(upper) and _is_simple(lower) else "fraction"
        return self.words.phrase(kind, upper=self.row(upper), lower=self.row(lower))

    def choice(self, part: Part) -> str:
        """Say how many ways there are to choose."""
        upper, lower = part.rows
        return self.words.phrase("choice", upper=self.row(upper), lower=self.row(lower))

    def root(self, part: Part) -> str:
        """Say a root, where it ends unless it is simple."""
        inner, degree = part.rows
        words = self.row(inner)
        name = "root" if _is_simple(inner) else "root_long"
        if degree:
            return self.words.phrase(f"{name}_of", inner=words, degree=self.row(degree))
        return self.words.phrase(name, inner=words)

    def table(self, part: Part) -> str:
        """Say lines of a formula one after the other."""
        lines = (" ".join(map(self.row, line.rows)) for (line,) in part.rows)
        return self.words.phrases["between_lines"].join(lines)

    def line(self, part: Part) -> str:
        """Say the cells of a line."""
        return self.words.phrases["between_cells"].join(map(self.row, part.rows))

    def ending(self, part: Part) -> str:
        """Say the end of a line."""
        return self.words.phrases["between_lines"]

    # --- what scripts say

    def _limits(self, sign: Part, below: Row, above: Row) -> str:
        """Say a sum, an integral, a limit, a maximum, an expectation with its limits."""
        name = _named(sign)
        ways = self.words.operators
        if f"{name}.below" not in ways or not (below or above):
            return ""
        if not below:
            squared = ways.get(f"{name}.squared") if self.row(above) == "2" else None
            return squared or self._raised(self.part(sign), sign, above)
        if name == "lim":
            below = tuple(replace(one, text="→.limit") if one.text == "→" else one for one in below)
        if not above or f"{name}.all" not in ways:
            return self._raised(ways[f"{name}.below"].format(below=self.row(below)), sign, above)
        ends = {"to": self.row(above)}
        between = _split(below, {"="})
        if len(between) == 2 and f"{name}.over" in ways:
            variable, start = map(self.row, between)
            return ways[f"{name}.over"].format(variable=variable, start=start, **ends)
        return ways[f"{name}.all"].format(start=self.row(below), **ends)

    def _accent(self, part: Part) -> str:
        """Say what stands over or under a letter, or a note to an expression."""
        base, below, above = part.rows
        if part.style not in {"mo", "mu"}:
            return ""
        mark = (above or below)[0] if len(above or below) == 1 else Part("text")
        place = ".under" if below else ".wide" if len(base) > 1 else ""
        words = self.words.accents.get(mark.text + place) or self.words.accents.get(mark.text)
        said = self.row(base)
        if words:
            return words.format(base=said)
        if len(base) == 1 and base[0].kind == "sign":  # a relation with a word above it
            note = self.row(above or below)
            return self.words.phrase("noted_sign", base=said, note=note)
        note = "note_above" if above else "note_below"
        return self.words.phrase(note, base=said, note=self.row(above or below))

    def _at(self, sign: Part, below: Row, above: Row) -> str:
        """Say where an expression is taken: after it stands a bar with a condition below."""
        if sign.kind != "fence" or sign.text or sign.closing != "|" or not below:
            return ""
        inner, start = self.row(sign.rows[0]), self.row(below)
        if above:
            return self.words.phrase("between", inner=inner, below=start, above=self.row(above))
        return self.words.phrase("at", inner=inner, below=start)

    def _space(self, sign: Part, above: Row) -> str:
        """Say a space of several dimensions."""
        if sign.style == "double-struck" and sign.text == "R" and above:
            return self.words.phrase("space", count=self.row(above))
        return ""

    def _raised(self, words: str, sign: Part, above: Row) -> str:
        if not above:
            return words
        told = "".join(one.text for one in above)
        if _is_transposition(sign, above[0]) and len(above) == 1:
            told = "⊤"
        if own := self.words.powers.get(told):
            return own.format(base=words)
        is_short = _is_simple(above[1:] if _is(above[0], _BINARY) else above)
        kind = "marked" if _is_mark(above) else "power" if is_short else "power_long"
        return self.words.phrase(kind, base=words, power=self.row(above))

    # --- tables

    def _lines(self, table: Part, name: str, each: str) -> str:
        lines = [
            self.words.phrase(each, number=str(number), said=self.part(line))
            for number, (line,) in enumerate(table.rows, 1)
        ]
        count, between = str(len(lines)), self.words.phrases["between_lines"]
        return self.words.phrase(name, rows=count, said=between.join(lines))

    def _matrix(self, table: Part, name: str) -> str:
        columns = max((len(line.rows) for (line,) in table.rows), default=0)
        said = self._lines(table, "lines", "case_line")
        rows = str(len(table.rows))
        return self.words.phrase(name, rows=rows, columns=str(columns), said=said)


_PARTS: dict[str, Callable[[_Speaker, Part], str]] = {
    "number": _Speaker.number, "name": _Speaker.name, "sign": _Speaker.sign, "text": _Speaker.text,
    "fence": _Speaker.fence, "script": _Speaker.script, "fraction": _Speaker.fraction,
    "choice": _Speaker.choice, "root": _Speaker.root, "table": _Speaker.table,
    "line": _Speaker.line, "break": _Speaker.ending,
}  # fmt: skip
_WAYS: tuple[Callable[[_Speaker, Sequence[Part], int], Said | None], ...] = (
    _Speaker.ratio, _Speaker.share, _Speaker.divergence, _Speaker.probability, _Speaker.pieces,
    _Speaker.defined, _Speaker.tends, _Speaker.until, _Speaker.negative,
)  # fmt: skip
_PROBABLE = frozenset({"P", "p", "Pr", "q", "Q", "π"})
_FENCES = {"||": "size", "‖‖": "norm", "⌊⌋": "floor", "⌈⌉": "ceiling"}
_SET_APART = frozenset({"script", "fraktur", "bold"})


def _named(part: Part) -> str:
    return f"{part.text}.hollow" if part.style == "double-struck" else part.text


def _after(row: Sequence[Part], at: int) -> Part | None:
    return row[at + 1] if at + 1 < len(row) else None


def _is(part: Part | None, signs: frozenset[str] | set[str]) -> bool:
    return part is not None and part.kind == "sign" and part.text in signs


def _core(part: Part) -> Part | None:
    """Return the name that a part is, or that bears scripts in it."""
    if part.kind == "script" and len(part.rows[0]) == 1:
        part = part.rows[0][0]
    return part if part.kind == "name" else None


def _split(row: Sequence[Part], signs: frozenset[str] | set[str]) -> list[Row]:
    """Return a row in pieces, without the signs that part it."""
    pieces: list[list[Part]] = [[]]
    for part in row:
        if _is(part, signs):
            pieces.append([])
        else:
            pieces[-1].append(part)
    return [tuple(piece) for piece in pieces]


def _is_simple(row: Sequence[Part]) -> bool:
    """Tell whether nobody mistakes where a row ends."""
    return len(row) <= 3 and all(map(_is_plain, row)) and not any(map(_separates, row))


def _is_plain(part: Part) -> bool:
    if part.kind == "script":
        return not _runs_on(part) and _core(part) is not None
    return part.kind in {"number", "name", "text", "sign"}


def _separates(part: Part) -> bool:
    return part.kind == "sign" and part.text not in {"∂", "∇", "∞", "%", "!"}


def _runs_on(part: Part) -> bool:
    """Tell whether what stands below a letter goes on, so that its end must be told."""
    _, below, above = part.rows
    signs = any(one.kind == "sign" for one in below[1:])
    return signs and not above and part.style == "ms" and _core(part) is not None


def _is_transposition(sign: Part, power: Part) -> bool:
    """Tell whether T stands for a transposition: over a capital, a bold letter or a bracket."""
    is_matrix = sign.kind == "fence" or sign.style == "bold" or sign.text.isupper()
    return power.kind == "name" and power.text == "T" and (is_matrix or bool(power.style))


def _is_mark(above: Row) -> bool:
    """Tell whether what is raised only marks: a bracket, a sign, a word."""
    (first, *others) = above
    is_word = first.kind == "text" or (first.kind == "name" and len(first.text) > 1)
    return not others and (is_word or first.kind in {"fence", "sign"})
