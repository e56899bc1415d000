"""OpenCC, which turns Simplified characters into those of a region; no other module knows it.

Two packages own the name `opencc` and answer the same call: the official one, on which this
project depends, and opencc-python-reimplemented, whose dictionaries are those of 2023. What both
offer is used, and nothing more.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import opencc

from chapterkit.errors import ChapterkitError

Convert = Callable[[str], str]

# What current dictionaries make of it; those of 2023 make 能恢複, 正規化 and 透過率 of the words.
_KNOWN = {"能恢复": "能恢復", "范式": "範式", "通过率": "通過率"}


@cache
def converter(configuration: str, otherwise: str = "") -> Convert:
    """Return what converts a text as a configuration of OpenCC has it: s2tw, s2twp, s2hk, s2hkp.

    `otherwise` takes the place of one that the stale package has not. Raises ChapterkitError if
    there is none.
    """
    try:
        convert: Convert = opencc.OpenCC(configuration).convert
    except OSError:
        if otherwise:
            return converter(otherwise)
        message = f"装着的 {installed()} 没有 {configuration} 这种转换"
        raise ChapterkitError(message, hint=_HINT) from None
    return convert


@cache
def is_stale() -> bool:
    """Tell whether the dictionaries are those that are wrong where readers notice."""
    convert = converter("s2twp")
    return any(convert(text) != right for text, right in _KNOWN.items())


@cache
def installed() -> str:
    """Return which package is there, with its version: opencc 1.4.2."""
    owns = "opencc" if hasattr(opencc, "clib") else "opencc-python-reimplemented"
    try:
        return f"{owns} {version(owns)}"
    except PackageNotFoundError:
        return owns


def check_dictionaries(allow_stale: bool) -> None:
    """Raise ChapterkitError if the dictionaries are stale, unless that is allowed."""
    if is_stale() and not allow_stale:
        message = f"装着的是 {installed()}，它的词典旧了，会把“能恢复”转成“能恢複”"
        raise ChapterkitError(message, hint=_HINT)


_HINT = (
    "先卸掉 opencc-python-reimplemented，再装官方的 opencc（两个包同名）；"
    "要照旧用它，在 book.yaml 里写 allow_stale_opencc: true"
)
