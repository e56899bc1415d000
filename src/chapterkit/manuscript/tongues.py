"""The language of an entry of a bibliography, whatever it is called there. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_PARTS = re.compile(r"[;；,，、/]|\s+and\s+|\s*\\and\s*")
_TAG = re.compile(r"([a-z]{2,3})(?:[-_]([a-z0-9]{2,8}))*", re.IGNORECASE)


def language_named(text: str) -> str | None:
    """Return the BCP 47 tag of a language by one of its names, the first of several; else None.

    >>> [language_named(one) for one in ("ngerman", "zh-CN", "中文;", "pinyin", "en_US", "elvish")]
    ['de', 'zh', 'zh', 'zh', 'en', None]
    >>> language_named("zh-TW"), language_named("Chinese (Traditional)")
    ('zh-Hant', 'zh-Hant')
    """
    for part in _PARTS.split(text.replace("{", "").replace("}", "").lower()):
        if name := part.strip(" .。"):
            return _tag(name)
    return None


def _tag(name: str) -> str | None:
    known = _known()
    for form in (
        name,
        re.sub(r"[\s_()（）]+", "", name),
        re.sub(r"[\s_()（）]+", "-", name).strip("-"),
    ):
        if form in known:
            return known[form]
    found = _TAG.fullmatch(name)
    if found is None or (tag := known.get(found[1].lower())) is None:
        return None
    written_so = {"hant", "tw", "hk", "mo"} & set(re.split("[-_]", name))
    return "zh-Hant" if tag == "zh" and written_so else tag


@cache
def _known() -> Mapping[str, str]:
    """Return the tags of data/bibliography/languages.txt by the names of each language."""
    text = files("chapterkit").joinpath("data", "bibliography", "languages.txt").read_text("utf-8")
    known: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("["):
            tag, _, names = line[1:].partition("]")
            known.update(dict.fromkeys(names.split(), tag))
    return known
