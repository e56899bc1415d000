"""Which characters are Han: for one character, for the inside of a class, for a quick search."""

from __future__ import annotations

import re

# The insides of classes: the Han characters of the first plane, and all of them.
COMMON_HAN = "\u3400-\u9fff"
ALL_HAN = f"{COMMON_HAN}\uf900-\ufaff\U00020000-\U0003ffff"
# A class of characters that are Han in a Chinese text: letters of no alphabet, no superscripts and
# no circled numbers; kana and Hangul are among them. Compiling a class of Han characters takes ten
# times as long, as much as a search of a whole chapter.
HAN = r"[^\W\x00-\u04ff\u2070-\u24ff]"
_HAN = re.compile(HAN)
_OTHER_HAN = frozenset("々〇")


def is_han(character: str) -> bool:
    """Tell whether a character is Han, 々 and 〇 included; the empty string is not.

    >>> is_han("漢"), is_han("〇"), is_han("の"), is_han("，"), is_han("")
    (True, True, False, False, False)
    """
    return "\u3400" <= character <= "\u9fff" or character in _OTHER_HAN or character >= "\U00020000"


def has_han(text: str) -> bool:
    """Tell whether a text has any character that is Han in a Chinese text."""
    return _HAN.search(text) is not None
