"""Formulas of a page or of an EPUB: in words, for who has them read aloud, and set as TeX does.

Pure.
"""

from __future__ import annotations

import re
import unicodedata
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


def _with_close_scripts(shown: str) -> str:
    """Return MathML in whose scripts no sign has space round it."""
    if not any(f"<{name}>" in shown for name in _WITH_SCRIPTS):
        return shown
    above: list[str] = []
    before = [0]  # how many parts each that is open has had until now
    scripts = 0

    def closer(part: re.Match[str]) -> str:
        nonlocal scripts
        if part["end"]:
            before.pop()
            above.pop()
            scripts -= _is_script(above, before)
            before[-1] += 1
            return part[0]
        inside = scripts + _is_script(above, before)
        close = part["name"] == "mo" and inside and _is_sign(unescape(part["text"]))
        if part["empty"]:
            before[-1] += 1
        else:
            scripts = inside
            above.append(part["name"])
            before.append(0)
        if not close or "space=" in part["told"]:
            return part[0]
        return f'<mo{part["told"]} lspace="0" rspace="0">{part["text"]}'

    return _PART.sub(closer, shown)


def _is_script(above: list[str], before: list[int]) -> bool:
    """Tell whether a part that comes next is a script: all but the first of what has scripts."""
    return bool(above) and above[-1] in _WITH_SCRIPTS and before[-1] > 0


def _is_sign(text: str) -> bool:
    """Tell whether an operator is a relation, an operation or a comma: no sum, no bracket."""
    return len(text) == 1 and (
        text in _OTHER_SIGNS or (unicodedata.category(text) == "Sm" and not _SUMS.match(text))
    )
