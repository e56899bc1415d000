"""LaTeX in fields of a bibliography as plain text, with what of it is not known. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_RAISED, _LOWERED, _END = "\ue000", "\ue001", "\ue002"
_MARKS = str.maketrans("", "", _RAISED + _LOWERED + _END)
_LIGATURES = (("``", "“"), ("''", "”"), ("`", "‘"), ("---", "—"), ("--", "–"), ("~", " "))


def plain_latex(text: str) -> str:
    """Return BibTeX's LaTeX as plain text.

    >>> plain_latex('{SNAC} by Gr{\\\\"o}tschla \\\\& others: ``neural\\'\\'')
    'SNAC by Grötschla & others: “neural”'
    >>> plain_latex("CO\\\\textsubscript{2} in $O(n\\\\log n)$ at {$\\\\{$USENIX$\\\\}$}")
    'CO2 in O(n log n) at {USENIX}'
    """
    return _converted(text)[0].translate(_MARKS)


def marked_latex(text: str) -> str:
    """Return BibTeX's LaTeX as citeproc reads text: sub- and superscripts marked.

    A tag that is meant as text (The <b> Tag) is kept from being one by a character of no width.
    """
    plain = re.sub(r"<(?=/?(?:i|b|su[bp]|sc|span)\b)", "<\u2060", _converted(text)[0])
    for tag, mark in (("sup", _RAISED), ("sub", _LOWERED)):
        plain = re.sub(f"{mark}([^{_END}]*){_END}", rf"<{tag}>\1</{tag}>", plain)
    return plain.translate(_MARKS)


def unknown_latex(text: str) -> tuple[str, ...]:
    r"""Return the commands in a text that cannot be converted.

    >>> unknown_latex(r"\emph{a} \frobnicate{b}")
    ('\\frobnicate',)
    """
    return _converted(text)[1] if "\\" in text or "$" in text else ()


def _converted(text: str) -> tuple[str, tuple[str, ...]]:
    if "\\" not in text and "$" not in text:
        return _finished(re.sub(r"[{}]", "", text)), ()
    if _is_money(text):
        return _finished(re.sub(r"[{}]", "", text)), ("$",)
    reader = _Reader(text)
    return _finished(reader.sequence()), tuple(dict.fromkeys(reader.unknown))


def _is_money(text: str) -> bool:
    """Tell whether a dollar sign is one, not the mark of a formula."""
    stretches = re.split(r"(?<!\\)\$", text)
    return len(stretches) % 2 == 0 or any(map(_WORDS.search, stretches[1::2]))


_WORDS = re.compile(r"^\d[\d.,]*\s+[A-Za-z]{2,}")


def _finished(text: str) -> str:
    for typed, meant in _LIGATURES:
        text = text.replace(typed, meant)
    if "‘" in text:
        text = re.sub(r"(?<=\w)'(?!\w)", "’", text)
    text = text.translate(_KEPT_BACK)
    return " ".join(text.split())


# Characters that LaTeX escapes must not be taken for its marks once they are plain.
_KEPT = {"~": "\ue010", "`": "\ue011"}
_KEPT_BACK = {ord(kept): plain for plain, kept in _KEPT.items()}

_TOKEN = re.compile(r"\\[a-zA-Z]+\*?[ \t]*|\\.|\$\$?|[{}^_]|[^\\${}^_]+|\\", re.DOTALL)
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323",
    "c": "\u0327", "k": "\u0328", "b": "\u0331", "G": "\u030f",
}  # fmt: skip
_PLAIN = {"i": "i", "j": "j", "ı": "i", "ȷ": "j"}
_ALPHABETS = {
    "mathbb": "DOUBLE-STRUCK", "mathcal": "SCRIPT", "mathscr": "SCRIPT", "mathfrak": "BLACK-LETTER",
}  # fmt: skip
_ADDRESSES = frozenset({"url", "path", "nolinkurl"})


class _Reader:
    """Reads LaTeX from the left to the right, once."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = _TOKEN.findall(text)
        self.place = 0
        self.unknown: list[str] = []
        self.in_formula = False

    def sequence(self, closing: str = "") -> str:
        """Return what stands up to a closing token, or the end."""
        parts: list[str] = []
        while self.place < len(self.tokens):
            token = self._next()
            if token == closing:
                break
            before = parts[-1] if parts else ""
            parts.append(self._one(token, before))
        return "".join(parts)

    def _next(self) -> str:
        self.place += 1
        return self.tokens[self.place - 1]

    def _one(self, token: str, before: str) -> str:
        if token.startswith("$"):
            return self._formula(token)
        if token == "{":
            return self.sequence("}")
        if token == "}":
            return ""
        if token in "^_" and self.in_formula:
            mark = _RAISED if token == "^" else _LOWERED
            return f"{mark}{self._argument()}{_END}"
        if token.startswith("\\"):
            return self._command(token[1:].strip(" \t").rstrip("*"), before, token)
        return re.sub(r"\s+", "", token).replace("'", "′") if self.in_formula else token

    def _formula(self, mark: str) -> str:
        outside, self.in_formula = self.in_formula, True
        text = self.sequence(mark)
        self.in_formula = outside
        return text

    def _argument(self) -> str:
        """Return the next group, or the next character alone."""
        if self.place >= len(self.tokens):
            return ""
        token = self._next()
        if token == "{":
            return self.sequence("}")
        if token.startswith("\\") or len(token) < 2:
            return self._one(token, "")
        kept = token.lstrip()
        self.place -= 1
        self.tokens[self.place] = kept[1:]
        return kept[:1]

    def _raw(self) -> str:
        """Return the next group as it is written."""
        if self.place >= len(self.tokens) or self.tokens[self.place] != "{":
            return ""
        depth, parts = 0, []
        while self.place < len(self.tokens):
            token = self._next()
            depth += (token == "{") - (token == "}")
            if not depth:
                break
            parts.append(token)
        return "".join(parts[1:])

    def _command(self, name: str, before: str, token: str) -> str:  # noqa: PLR0911
        if len(name) == 1 and name in "%&_#${}":
            return name
        if name in _ACCENTS and (name.isalpha() or not self.in_formula):
            return _accented(self._argument(), name)
        if name in _words()["dress"]:
            return self._argument()
        if name in _words()["silent"]:
            self._argument()
            return ""
        if name in _words()["nothing"]:
            return ""
        if name in _words()["blanks"] or not name.strip():
            return " "
        if name in _words()["operators"] and self.in_formula:
            return f"{' ' if before[-1:].isalnum() else ''}{name}{self._gap()}"
        if name in {"textsubscript", "textsuperscript"}:
            mark = _LOWERED if name == "textsubscript" else _RAISED
            return f"{mark}{self._argument().translate(_MARKS)}{_END}"
        return self._other(name, token)

    def _other(self, name: str, token: str) -> str:
        if name in _ADDRESSES:
            return re.sub(r"\\([%_&#~$])", r"\1", self._raw()).replace("~", _KEPT["~"])
        if name in {"href", "foreignlanguage", "texorpdfstring", "textcolor"}:
            self._raw()
            return self._argument()
        if name in {"enquote", "mkbibquote"}:
            return f"“{self._argument()}”"
        return self._formal(name, token)

    def _formal(self, name: str, token: str) -> str:
        """Return what a command of formulas prints."""
        if name in _ALPHABETS:
            return "".join(_of_alphabet(one, _ALPHABETS[name]) for one in self._argument())
        if name in {"frac", "tfrac", "dfrac", "nicefrac", "sfrac"}:
            return f"{_grouped(self._argument())}/{_grouped(self._argument())}"
        if name == "sqrt":
            root = self._argument()
            return f"√{_grouped(root)}" if root else "√"
        return self._symbol(name, token)

    def _symbol(self, name: str, token: str) -> str:
        """Return the character that a command stands for, or the command, which is remembered."""
        if (symbol := _words()["symbols"].get(name)) is not None:
            return _KEPT.get(symbol, symbol)
        self.unknown.append(token.strip())
        return token.strip()

    def _gap(self) -> str:
        """Return the blank between an operator and what it is of."""
        following = self.tokens[self.place] if self.place < len(self.tokens) else ""
        return " " if following[:1].isalnum() or following.startswith("\\") else ""


def _accented(base: str, accent: str) -> str:
    if not base.strip():
        return _KEPT.get(accent, accent)
    first = _PLAIN.get(base[0], base[0])
    return unicodedata.normalize("NFC", first + _ACCENTS[accent]) + base[1:]


def _grouped(text: str) -> str:
    return text if len(text) == 1 or text.isdigit() else f"({text})"


def _of_alphabet(letter: str, alphabet: str) -> str:
    for prefix in ("", "MATHEMATICAL "):
        try:
            return unicodedata.lookup(f"{prefix}{alphabet} CAPITAL {letter.upper()}")
        except KeyError:
            continue
    return letter


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    """Return the lists of data/bibliography/latex.txt by the [name] over each, by command."""
    text = files("chapterkit").joinpath("data", "bibliography", "latex.txt").read_text("utf-8")
    lists: dict[str, dict[str, str]] = {}
    own = ""
    for line in text.splitlines():
        if named := re.fullmatch(r"\[([a-z]+)\]", line):
            own = named[1]
            lists[own] = {}
        elif own and line:
            pairs = (one.partition(" ") for one in line.split("  "))
            lists[own].update((name, character) for name, _, character in pairs)
    return lists
