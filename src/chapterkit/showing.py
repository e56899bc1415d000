r"""Text of authors, papers and the machine as it is shown: nothing in it can command who shows it.

Whatever a log, a terminal or an editor would act on instead of showing it is shown escaped:
control characters, line breaks within a line, what turns or hides text, commands of CI systems.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

from chapterkit.patterns import Late

# Controls, what is invisible or turns the direction of text, lone surrogates, noncharacters.
_LINES = r"\t\n\r"
_UNSEEN_IN_TEXT = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb"
    r"\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
) + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(1, 17))
_UNSEEN = _LINES + _UNSEEN_IN_TEXT
_IN_A_LINE = Late(f"[{_UNSEEN}]")
_IN_A_TEXT = Late(rf"[{_UNSEEN_IN_TEXT}]|\r(?!\n)")
# Those of them that Python takes for printable.
_PRINTABLE = Late(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0\U000e0100-\U000e01ef]"
)
# A line that begins with :: is a command to GitHub's runner, ##[…] and ##vso[…] are to others.
_COMMAND = Late(r"(?m)^(?=[^\S\n]*::)|(?<=##)(?=\w*\[)")
_SHORT = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}

_ACTS_IN_MARKDOWN = Late(
    r"[\\`*_{}\[\]<>#!|~&$@^]|:(?=[^\s\d])|(?i:(?<=www))\.|^\s*[-+=]|^\s*\d+[.)](?=\s)"
)


def one_line(text: str) -> str:
    r"""Return a text for a place within one line, which it can neither end nor turn.

    >>> print(one_line("甲\n::error::乙\x1b[2J"))
    甲\n::error::乙\x1b[2J
    """
    return text if _is_plain(text) else _IN_A_LINE.sub(_escaped, text)


def _is_plain(text: str) -> bool:
    """Tell whether nothing in a line has to be escaped: soon, even if it is very long."""
    return text.isprintable() and (text.isascii() or not _PRINTABLE.search(text))


def excerpt(text: str, most: int) -> str:
    r"""Return a text for a place within one line, `most` characters of it.

    >>> print(excerpt("甲\n乙丙", 4))
    甲\n乙…
    """
    line = one_line(text)
    return line if len(line) <= most else f"{line[:most]}…"


def many_lines(text: str, painted: bool = False) -> str:
    r"""Return a text of several lines none of which is a command; `painted` text has colours.

    >>> print(many_lines("  ::error::甲\n##[group]乙\x9b"))
    \  ::error::甲
    ##\[group]乙\x9b
    """

    def escaped(found: re.Match[str]) -> str:
        return found[0] if painted and found[0] == "\x1b" else _escaped(found)

    plain = _is_plain(text.replace("\n", ""))
    shown = text if plain else _IN_A_TEXT.sub(escaped, text)
    return _COMMAND.sub(r"\\", shown) if "::" in shown or "##" in shown else shown


def as_json(value: object, indent: int | None = 2) -> str:
    r"""Return a value as JSON, indented or on one line; what is not plainly shown is escaped.

    >>> print(as_json("甲\u202e##[group]"))
    "甲\u202e#\u0023[group]"
    """
    text = _dumped(value, " " * indent) if indent else json.dumps(value, ensure_ascii=False)
    if not _is_plain(text.replace("\n", "")):
        text = re.sub(rf"(?!\n)[{_UNSEEN}]", lambda found: json.dumps(found[0])[1:-1], text)
    return re.sub(r"##(?=\w*\[)", r"#\\u0023", text) if "##" in text else text


def _dumped(value: object, step: str, margin: str = "\n") -> str:
    """Return the same as json.dumps with an indent, which takes Python long where there is much."""
    if write := _WRITERS.get(type(value)):
        return write(value)
    if not value or not isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False)
    inner = margin + step
    if isinstance(value, dict):
        parts = [f"{_name(key)}: {_dumped(one, step, inner)}" for key, one in value.items()]
        return f"{{{inner}{f',{inner}'.join(parts)}{margin}}}"
    parts = [_dumped(one, step, inner) for one in value]
    return f"[{inner}{f',{inner}'.join(parts)}{margin}]"


_WRITERS: dict[type, Callable[[Any], str]] = {str: encode_basestring, int: repr}


def _name(key: object) -> str:
    """Return a key as JSON, which has only texts for keys."""
    if type(key) is str:
        return encode_basestring(key)
    return json.dumps({key: 0}, ensure_ascii=False)[1:-4]


def in_markdown(text: str) -> str:
    r"""Return a text that Markdown shows as it is: no link, picture or HTML comes of it.

    >>> print(in_markdown("![甲](command:乙) <b>"))
    \!\[甲\](command\:乙) \<b\>
    """
    return _ACTS_IN_MARKDOWN.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", one_line(text))


def code_in_markdown(text: str) -> str:
    r"""Return a text as code in Markdown, whatever backticks it holds.

    >>> print(code_in_markdown("a`b"))
    ``a`b``
    """
    text = one_line(text)
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    room = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{room}{text}{room}{fence}"


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if code < 0x100:
        return _SHORT.get(character) or f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
