"""Words that stand for several, written between slashes in terms.yaml: /打造.{1,4}生态/. Pure.

A small notation of which every expression takes time linear in the text: nothing is unbounded,
nothing repeated is repeated again, and what an expression can be in all is counted.

| written | stands for |
|---|---|
| `.` | one character that is no punctuation and no line break |
| `…` | one to fourteen of these, as few as will do |
| `[甲乙]`, `[0-9]` | one of these characters |
| `(甲\\|乙丙)` | one of these words |
| `甲乙\\|丙.{2}` | one of these expressions |
| `甲?`, `(甲乙)?` | this, or nothing |
| `甲{2}`, `.{1,4}` | this character so many times, twenty at most |
| `\\.` | the character itself |
"""

from __future__ import annotations

import re
from functools import cache
from math import prod
from typing import NamedTuple

MOST_WAYS = 500
_MOST_TIMES = 20
_GAP = 14
_ANY = "[^，。；：！？、\\n\ufdd6]"
_TOKEN = re.compile(
    r"\\(?P<escaped>.)|\[(?P<set>[^\[\]\\]+)\]|\((?P<group>[^()\[\]{}?*+^$.…\\]+)\)"
    r"|\{(?P<least>\d{1,2})(?P<to>,)?(?P<most>(?<=,)\d{1,2})?\}|(?P<maybe>\?)|(?P<any>\.)|(?P<gap>…)"
    r"|(?P<plain>[^\\\[\](){}?*+^$|.…])",
    re.DOTALL,
)


class _Part(NamedTuple):
    """A part of an expression: its pattern, in how many ways it can be, what may be done to it."""

    pattern: str
    ways: int = 1
    is_any: bool = False
    is_group: bool = False
    is_repeated: bool = False
    may_lack: bool = False


def is_wildcard(word: str) -> bool:
    """Tell whether a word of terms.yaml is an expression."""
    return len(word) > 2 and word[0] == word[-1] == "/"


@cache
def pattern_of(word: str) -> str:
    """Return the regular expression of an expression; raise ValueError, which says what is wrong.

    >>> pattern_of("/打造.{1,4}[生业]态?/")
    '打造[^，。；：！？、\\\\n\\ufdd6]{1,4}[生业](?:态)?'
    """
    choices: list[list[_Part]] = [[]]
    body, at = word[1:-1], 0
    while at < len(body):
        found = _TOKEN.match(body, at)
        if found is None and body[at] == "|" and choices[-1]:
            choices.append([])
            at += 1
            continue
        if found is None:
            raise ValueError(f"“{body[at]}”用在这里不对")
        at = found.end()
        parts = choices[-1]
        if found["maybe"] or found["least"]:
            if not parts or parts[-1].is_repeated:
                raise ValueError(f"“{found[0]}”前面要有一个字")
            parts[-1] = _repeated(parts[-1], found)
        else:
            parts.append(_part(found))
    ways = sum(prod(part.ways for part in parts) for parts in choices)
    if ways > MOST_WAYS:
        raise ValueError(f"可能的写法太多：{ways} 种，至多 {MOST_WAYS} 种")
    if any(not parts or parts[0].is_any or parts[0].may_lack for parts in choices):
        raise ValueError("开头要是一个确定的字")
    either = "|".join("".join(part.pattern for part in parts) for parts in choices)
    return f"(?:{either})" if len(choices) > 1 else either


def _part(found: re.Match[str]) -> _Part:
    if found["any"]:
        return _Part(_ANY, is_any=True)
    if found["gap"]:
        return _Part(f"{_ANY}{{1,{_GAP}}}?", _GAP, is_any=True, is_repeated=True)
    if found["set"]:
        return _Part(f"[{_set(found['set'])}]")
    if found["group"]:
        words = found["group"].split("|")
        if not all(words):
            raise ValueError("括号里有一项是空的；可有可无的写在 ? 前面")
        either = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
        return _Part(f"(?:{either})", len(words), is_group=True)
    return _Part(re.escape(found["escaped"] or found["plain"]))


def _set(inside: str) -> str:
    if inside[0] == "^":
        raise ValueError("方括号里只能写有哪些字，不能写没有哪些字")
    for first, last in re.findall("(.)-(.)", inside):
        if first > last:
            raise ValueError(f"{first}-{last} 的先后反了")
    return re.sub(r"[\\\]^&~|\[]", r"\\\g<0>", inside)


def _repeated(part: _Part, found: re.Match[str]) -> _Part:
    """Return a part that may be absent, or stands several times."""
    if found["maybe"]:
        return part._replace(
            pattern=f"(?:{part.pattern})?", ways=part.ways + 1, is_repeated=True, may_lack=True
        )
    least = int(found["least"])
    most = int(found["most"] or 0) if found["to"] else least
    if part.is_group:
        raise ValueError("括号后面不能写次数")
    if not 0 < max(least, 1) <= most <= _MOST_TIMES:
        raise ValueError(f"次数写成 {{少,多}}，至多 {_MOST_TIMES}")
    return part._replace(
        pattern=f"{part.pattern}{{{least},{most}}}",
        ways=most - least + 1,
        is_repeated=True,
        may_lack=least == 0,
    )
