"""book/removals.yaml: what was taken out of the book on purpose, each with who says so and why.

One entry a line, so that a sign-off is one line of a change. `what` is the identity of what is
gone (of a sentence or paragraph: `text.sentences.identity`), `words` its beginning, for people.
Entries stay in the file as a record; only those that a change adds sign anything off in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from chapterkit.errors import Origin

REMOVALS_FILE = "book/removals.yaml"
_HEAD = """\
# 有意删去、缩短或改动的，逐条签在这里（chapterkit check --against BASE --sign-off … --reason …）。
# 签过的留着作记录；新的一条要在这次改动里找得到它说的那一处。
"""


@dataclass(frozen=True, kw_only=True)
class _RemovalModel:
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
    rule: str = field(metadata={"min_length": 1})
    what: str = field(metadata={"pattern": "^[0-9a-f]{16}$"})
    words: str = ""
    why: str = field(metadata={"min_length": 1})
    who: str = ""
    when: str = field(default="", metadata={"pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"})


@dataclass(frozen=True)
class _RemovalsModel:
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
    removals: tuple[_RemovalModel, ...] = ()


@dataclass(frozen=True)
class Loss:
    """Something that a book has no more, or says otherwise.

    `rule` is the name of the rule that tells of it, `what` what it is known by, `origin` where one
    would look for it now; `words` are its first words, or a name; `was` is where it stood; `said`
    is what else there is to say: old and new. `share` is how much of it is gone. `is_typed` tells
    of a number that no record holds. `stood_in` are the paragraphs that it stood in: where all of
    these are removed on purpose, so is it. `since` is what the book was compared with.
    """

    rule: str
    what: str
    origin: Origin
    words: str
    was: Origin
    said: str = ""
    share: float = 1.0
    is_typed: bool = False
    stood_in: frozenset[str] = frozenset()
    since: str = "BASE"


@dataclass(frozen=True)
class Removal:
    """One thing that somebody has taken out, or changed, on purpose.

    `rule` is the name of the rule that tells of it, `what` its identity, `words` its beginning;
    `who` and `when` are those of git when the entry was written; `origin` is its line.
    """

    rule: str
    what: str
    words: str
    why: str
    who: str
    when: str
    origin: Origin = field(default=Origin(REMOVALS_FILE), compare=False)

    @property
    def key(self) -> tuple[str, str]:
        """What it signs off."""
        return self.rule, self.what


Removals = tuple[Removal, ...]


def parse_removals(text: str, path: str = REMOVALS_FILE) -> Removals:
    """Return the entries of a file; raise ChapterkitError at the line that does not fit."""
    from chapterkit.manuscript.yamlfile import read_yaml, validated_as  # where there is a file

    file = read_yaml(text, path)
    model = validated_as(_RemovalsModel, file, "removals.yaml ")
    return tuple(
        Removal(**vars(one), origin=file.origin("removals", place))
        for place, one in enumerate(model.removals)
    )


def removals_text(before: str, added: Iterable[Removal]) -> str:
    """Return the file with entries added at its end; what stands there already stays as it is.

    >>> one = Removal("lost-paragraph", "0" * 16, "甲", "重复了", "乙", "2026-01-31")
    >>> parse_removals(removals_text("", [one])) == (one,)
    True
    """
    lines = [_line(one) for one in added]
    text = before.rstrip("\n")
    if not text.strip() or text.rstrip().endswith("removals: []"):
        text = text.rstrip().removesuffix("removals: []") or _HEAD
        text = text.rstrip("\n") + "\nremovals:"
    return "\n".join([text, *lines]) + "\n"


def _line(one: Removal) -> str:
    said = (("words", one.words), ("why", one.why), ("who", one.who), ("when", one.when))
    rest = ", ".join(f"{key}: {json.dumps(text, ensure_ascii=False)}" for key, text in said)
    return f"  - {{rule: {one.rule}, what: {json.dumps(one.what)}, {rest}}}"
