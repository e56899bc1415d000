"""Traditional characters read as the Simplified ones that the word lists are written in."""

from __future__ import annotations

import re
from functools import cache

from chapterkit.quantities.wordlists import words

# 參 is a numeral among capital numerals, and else the 参 of 參數, 參與.
_THREE = re.compile("參(?=[拾佰仟萬億元圓])|(?<=[拾佰仟萬億])參")


@cache
def _table() -> tuple[re.Pattern[str], dict[int, str]]:
    pairs = {pair[0]: pair[1] for pair in words("traditional.txt")}
    return re.compile(f"[參{''.join(pairs)}]"), str.maketrans(pairs | {"參": "参"})


def simplified(text: str) -> str:
    """Return the text with Traditional characters replaced, one for one; offsets stay.

    >>> simplified("提高三十五個百分點，兩萬戶"), simplified("參拾萬元，參數")
    ('提高三十五个百分点，两万户', '叁拾万元，参数')
    """
    pattern, table = _table()
    if not pattern.search(text):
        return text
    return _THREE.sub("叁", text).translate(table)
