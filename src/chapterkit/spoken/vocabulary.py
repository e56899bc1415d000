"""The words that formulas are said in: a file of `data/spoken/` for each language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_FOLDER = files("chapterkit").joinpath("data", "spoken")


@dataclass(frozen=True)
class Vocabulary:
    """What is said in one language.

    `phrases` have places in braces for what they are said of; `fences` say brackets, `signs`
    operators and relations (`{sign}.alone` before what it belongs to), `names` functions that are
    written in letters (`{letter}.hollow` double-struck ones), `letters` Greek ones, `accents` what
    stands above a letter or, as `{accent}.under`, below it, `powers` what is raised.
    `operators` say what bears limits: `{sign}.alone` without one, `{sign}.below` with one below,
    `{sign}.over` with a variable from one to another, `{sign}.all` with two.
    """

    phrases: Mapping[str, str]
    signs: Mapping[str, str]
    names: Mapping[str, str]
    letters: Mapping[str, str]
    accents: Mapping[str, str]
    powers: Mapping[str, str]
    operators: Mapping[str, str]
    fences: Mapping[str, str]

    def phrase(self, name: str, **said: str) -> str:
        """Return a phrase with what it is said of."""
        return self.phrases[name].format(**said)


@cache
def vocabulary(tag: str) -> Vocabulary | None:
    """Return the words of the language with this tag, None if formulas are not said in it.

    A region's are those of its language, but for what its own file says otherwise.
    """
    data: dict[str, dict[str, str]] = {}
    parts = tag.split("-")
    for length in range(1, len(parts) + 1):
        file = _FOLDER.joinpath("-".join(parts[:length]) + ".toml")
        if file.is_file():
            for table, words in tomllib.loads(file.read_text("utf-8")).items():
                data[table] = data.get(table, {}) | words
    return Vocabulary(**data) if data else None
