"""Formulas of a page or of an EPUB in words, for who has them read aloud. Pure."""

from __future__ import annotations

import re
from functools import partial
from html import escape, unescape

from chapterkit.spoken import spoken

_FORMULA = re.compile(
    r"<math (?P<told>[^>]*)>(?P<shown>(?:(?!</math>).)*?<annotation "
    r'encoding="application/x-tex">(?P<tex>.*?)</annotation>)',
    re.DOTALL,
)


def with_spoken_formulas(page: str, tag: str) -> str:
    """Return a page whose formulas have what they say, in the language with this tag."""
    return _FORMULA.sub(partial(_with_words, tag=tag), page) if "<math " in page else page


def _with_words(found: re.Match[str], tag: str) -> str:
    words = escape(spoken(unescape(found["tex"]), tag))
    return f'<math alttext="{words}" {found["told"]}>{found["shown"]}'
