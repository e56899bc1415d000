"""The word lists: read once from package data, in a form that is quick to look up."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "data" / "quantities"


@cache
def lines(name: str) -> tuple[str, ...]:
    """The entries of one list, without comments and empty lines."""
    text = (_FOLDER / name).read_text(encoding="utf-8")
    stripped = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return tuple(line for line in stripped if line)


def words(name: str) -> tuple[str, ...]:
    """All words of a list whose words are separated by spaces or newlines."""
    return tuple(word for line in lines(name) for word in line.split())


@cache
def sections(name: str) -> dict[str, tuple[str, ...]]:
    """A list of `key: word word …` lines; a key that comes again adds to itself."""
    found: dict[str, list[str]] = {}
    for line in lines(name):
        key, _, rest = line.partition(":")
        found.setdefault(key.strip(), []).extend(rest.split())
    return {key: tuple(values) for key, values in found.items()}


def by_first_character(entries: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Words grouped by their first character, longest first."""
    return _grouped(entries, 0)


def by_last_character(entries: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Words grouped by their last character, longest first."""
    return _grouped(entries, -1)


def _grouped(entries: tuple[str, ...], index: int) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for entry in dict.fromkeys(entries):
        found.setdefault(entry[index], []).append(entry)
    return {key: tuple(sorted(group, key=len, reverse=True)) for key, group in found.items()}


def starting_at(groups: dict[str, tuple[str, ...]], text: str, at: int) -> str:
    """The longest listed word that stands at `at`, or an empty string."""
    for word in groups.get(text[at : at + 1], ()):
        if text.startswith(word, at):
            return word
    return ""


def ending_at(groups: dict[str, tuple[str, ...]], text: str, at: int) -> str:
    """The longest listed word that ends just before `at`, or an empty string."""
    for word in groups.get(text[at - 1 : at], ()):
        if text.endswith(word, 0, at):
            return word
    return ""
