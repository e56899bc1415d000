"""Formulas of a page or of an EPUB: in words, for who has them read aloud, and set as TeX does.

Pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import partial
from html import escape, unescape

from chapterkit.spoken import spoken

_FORMULA = re.compile(
    r"<math (?P<told>[^>]*)>(?P<shown>(?:(?!</math>).)*?)(?P<source><annotation "
    r'encoding="application/x-tex">(?P<tex>.*?)</annotation>)',
    re.DOTALL,
)
_PART = re.compile(r"<(?P<end>/?)(?P<name>\w+)(?P<told>[^>]*?)(?P<empty>/?)>(?P<text>[^<]*)")
_WITH_SCRIPTS = frozenset({"msub", "msup", "msubsup", "munder", "mover", "munderover"})
_SUMS = re.compile("[\u220f-\u2211\u222b-\u2233\u22c0-\u22c3\u2a00-\u2a1c]")
_OTHER_SIGNS = frozenset(",;:/·")


def finished_formulas(page: str, tag: str) -> str:
    """Return a page whose formulas say what they are, in the language with this tag.

    Signs in their scripts stand close, as TeX sets them: a browser would space those of `y_{<t}`
    like those of `y < t`.
    """
    return _FORMULA.sub(partial(_finished, tag=tag), page) if "<math " in page else page


def _finished(found: re.Match[str], tag: str) -> str:
    words = escape(spoken(unescape(found["tex"]), tag))
    shown = _with_close_scripts(found["shown"])
    return f'<math alttext="{words}" {found["told"]}>{shown}{found["source"]}'


@dataclass
class _Open:
    """An element that is open: its name, whether it is in a script, and its parts until now."""

    name: str
    in_script: bool
    parts: int = 0

    @property
    def holds_script(self) -> bool:
        """Whether what comes next in it is in a script: all but the first of what has scripts."""
        return self.in_script or (self.name in _WITH_SCRIPTS and self.parts > 0)


def _with_close_scripts(shown: str) -> str:
    """Return MathML in whose scripts no sign has space round it."""
    if not any(f"<{name}>" in shown for name in _WITH_SCRIPTS):
        return shown
    above = [_Open("", in_script=False)]

    def closer(part: re.Match[str]) -> str:
        if part["end"]:
            above.pop()
            above[-1].parts += 1
            return part[0]
        in_script = above[-1].holds_script
        if part["empty"]:
            above[-1].parts += 1
        else:
            above.append(_Open(part["name"], in_script))
        is_sign = part["name"] == "mo" and _is_sign(unescape(part["text"]))
        if not (in_script and is_sign) or "space=" in part["told"]:
            return part[0]
        return f'<mo{part["told"]} lspace="0" rspace="0">{part["text"]}'

    return _PART.sub(closer, shown)


def _is_sign(text: str) -> bool:
    """Tell whether an operator is a relation, an operation or a comma: no sum, no bracket."""
    return len(text) == 1 and (
        text in _OTHER_SIGNS or (unicodedata.category(text) == "Sm" and not _SUMS.match(text))
    )
