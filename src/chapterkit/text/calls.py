"""Simple expressions of templates, which need no compiling: {{ n.rl }}, {{ cite("a", "图 1") }}.

Nine tenths of a book's expressions name a number, a source or an experiment and nothing else, and
Jinja takes a fifth of a millisecond to compile each. Where no template can do anything with what
they give but print it, they pass through Jinja as text, between two noncharacters, and are put in
afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.text.origins import MARK, MARK_END, MARK_START

_STRINGS = r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
TAG = re.compile(
    rf"""(?P<comment>\{{%\#.*?\#%\}})
      | (?P<statement>\{{%(?:{_STRINGS}|[^"'%]|%(?!\}}))*%\}})
      | (?P<expression>\{{\{{(?:{_STRINGS}|[^"'}}]|\}}(?!\}}))*\}}\}})""",
    re.VERBOSE | re.DOTALL,
)
_START, _END = "\ufdd8", "\ufdd9"
OUR_MARKS = re.compile(f"[{MARK_START}{MARK_END}{_START}{_END}]")


def _string(name: str) -> str:
    return rf"""(?P<q{name}>["'])(?P<{name}>[^"'\\\n]*)(?P=q{name})"""


_SIMPLE = re.compile(
    rf"""[ ]?(?:
        (?: n\.(?P<name>(?!jinja_|alters_data|unsafe_callable)[a-z]\w*) | n\({_string("id")}\) )
        (?:[ ]?\|[ ]?(?P<dress>signed|zh))?
      | ref\({_string("slug")}\)
      | cite\({_string("key")}(?:,[ ]?{_string("at")})?\)
    )[ ]?""",
    re.VERBOSE,
)
_CALL = re.compile(f"(?P<before>{MARK})?{_START}(?P<call>[^{_END}]*){_END}")
_KIND = re.compile(r"\{%[-+]?\s*(\w+)")
_PLAIN = {"extends", "block", "endblock", "if", "elif", "else", "endif"}
_BINDING = {"set", "for", "macro"}
_HARMLESS = _PLAIN | _BINDING | {"endset", "endfor", "endmacro"}
_OUR_NAMES = re.compile(r"(?<![.\w])(?:n|cite|ref)\b")
_CAPTURED = re.compile(r"(?<![.\w])(?:self|caller|varargs|kwargs|super)\b")


@dataclass(frozen=True)
class Call:
    """A simple expression: the number `name` of this record or `id` of any, a source or a slug."""

    name: str | None
    id: str | None
    dress: str | None
    slug: str | None
    key: str | None
    at: str | None


def may_be_direct(texts: Iterable[str]) -> bool:
    """Tell whether no template captures what another prints, or gives our names another sense."""
    return all(_is_harmless(found) for text in texts for found in TAG.finditer(text))


def _is_harmless(tag: re.Match[str]) -> bool:
    if tag.lastgroup == "comment":
        return True
    if tag.lastgroup == "expression":
        return not _CAPTURED.search(tag[0]) or tag[0].strip("{}- ") == "super()"
    kind = _KIND.match(tag[0])
    if not kind or kind[1] not in _HARMLESS or _CAPTURED.search(tag[0]):
        return False
    if kind[1] == "set" and "=" not in tag[0]:
        return False
    return kind[1] not in _BINDING or not _OUR_NAMES.search(re.sub(_STRINGS, "", tag[0]))


def is_plain(source: str) -> bool:
    """Tell whether a template's own text is printed or left out, and nothing else."""
    kinds = (_KIND.match(found[0]) for found in TAG.finditer(source) if found["statement"])
    return all(kind and kind[1] in _PLAIN for kind in kinds)


def as_text(expression: str) -> str | None:
    """Return what stands for an expression while Jinja works; None if it is not a simple one."""
    inner = expression[2:-2]
    return f"{_START}{inner}{_END}" if _SIMPLE.fullmatch(inner) else None


def filled(text: str, give: Callable[[Call], str]) -> str:
    """Put in what `give` returns for each simple expression; its errors are placed there."""

    def put(found: re.Match[str]) -> str:
        call = _SIMPLE.fullmatch(found["call"])
        assert call
        named = {name: call[name] for name in Call.__dataclass_fields__}
        try:
            return (found["before"] or "") + str(give(Call(**named)))
        except ChapterkitError as error:
            raise error.at(Origin(found["path"], int(found["line"]))) from None

    return _CALL.sub(put, text)
