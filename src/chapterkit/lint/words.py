"""Word lists of the rules (data/lint/*.txt), and patterns made of many words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import groupby
from operator import itemgetter

from chapterkit.manuscript.wildcards import pattern_of


@cache
def word_lists(name: str) -> Mapping[str, tuple[str, ...]]:
    """Return the lists of data/lint/<name>.txt by the [name] over each, without comments.

    What stands over the first name is the list without one.
    """
    text = files("chapterkit").joinpath("data", "lint", f"{name}.txt").read_text("utf-8")
    found: dict[str, tuple[str, ...]] = {}
    own = ""
    for line in (one.partition("#")[0].strip() for one in text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            own = line[1:-1]
        elif line:
            found[own] = found.get(own, ()) + tuple(filter(None, line.split("  ")))
    return found


def word_list(name: str) -> tuple[str, ...]:
    """Return the only list of data/lint/<name>.txt."""
    return word_lists(name)[""]


@cache
def word_patterns(name: str) -> Mapping[str, str]:
    """Return the lists of data/lint/<name>.txt as patterns, each within (?:…)."""
    return {own: f"(?:{any_word(words)})" for own, words in word_lists(name).items()}


def any_word(entries: Iterable[str]) -> str:
    """Return a pattern that matches the longest of some words of a list.

    A word may say what follows it: `word!abc`, none of these characters; `word>abc`, one of them.

    >>> re.findall(any_word(["发现!者", "发表", "也>有"]), "发现者发现、也发表、也有")
    ['发现', '发表', '也']
    """
    return "|".join(map(_marked, sorted(entries, key=_length, reverse=True)))


def _marked(entry: str) -> str:
    word, mark, others = _parted(entry)
    return re.escape(word) + (f"(?{mark}[{re.escape(others)}])" if mark else "")


def _length(entry: str) -> int:
    return len(_parted(entry)[0])


def _parted(entry: str) -> tuple[str, str, str]:
    """Return a word of a list, how a lookahead for what follows it begins, and what that is."""
    for mark, ahead in (("!", "!"), (">", "=")):
        word, marked, others = entry.partition(mark)
        if word and marked:
            return word, ahead, others
    return entry, "", ""


def any_of(words: Iterable[str], behind: Callable[[str], str] = lambda word: "") -> str:
    """Return a pattern that matches the longest of some words, and what is to be behind each.

    However many there are, few of them are tried at a place: what they have in common is tried
    once.

    >>> re.match(any_of(["沙箱", "沙箱化", "存档"]), "沙箱化")[0]
    '沙箱化'
    """
    return _any_from(sorted(set(words)), 0, behind)


_FEW = 24


def _any_from(words: Sequence[str], at: int, behind: Callable[[str], str]) -> str:
    """Return a pattern for what sorted words, alike up to `at`, have from there."""
    branches: list[tuple[str, str]] = []
    for first, group in groupby((word for word in words if len(word) > at), key=itemgetter(at)):
        own = r"\s" if first == " " else re.escape(first)
        branches.append((first, own + _any_from(list(group), at + 1, behind)))
    ends = [behind(words[0])] if len(words[0]) == at else []
    if len(branches) + len(ends) == 1:
        return ends[0] if ends else branches[0][1]
    return f"(?:{'|'.join([*_in_ranges(branches), *ends])})"


def _in_ranges(branches: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield the branches of a pattern, many of them behind a look at what character follows."""
    size = max(_FEW, math.isqrt(len(branches)))
    for start in range(0, len(branches), size):
        some = branches[start : start + size]
        either = "|".join(pattern for _, pattern in some)
        first, last = re.escape(some[0][0]), re.escape(some[-1][0])
        whole = len(branches) <= size or any(first == " " for first, _ in some)
        yield either if whole else f"(?=[{first}-{last}])(?:{either})"


def words_patterns(words: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    """Return patterns that match the longest of some words; Latin ones whole, in any case.

    >>> han, latin = words_patterns(["agent", "智能代理"])
    >>> han.findall("Agents、智能代理"), latin.findall("Agents are not an Agent")
    (['智能代理'], ['Agent'])
    """
    return _words_patterns(tuple(words))


@cache
def _words_patterns(words: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    latin = {word.lower() for word in words if _is_latin(word[0])}
    han = [word for word in words if not _is_latin(word[0])]
    found = [re.compile(any_of(han, _ended))] if han else []
    if latin:
        either = any_of(latin, _ended)
        found.append(re.compile(rf"(?<![A-Za-z0-9])(?:{either})", re.IGNORECASE))
    return tuple(found)


@cache
def wildcard_pattern(word: str) -> re.Pattern[str]:
    """Return the pattern of a word of terms.yaml that stands for several; Latin ones whole.

    >>> wildcard_pattern("/agents?/").findall("Agents, an agent, reagents")
    ['Agents', 'agent']
    """
    latin = "[A-Za-z0-9]"
    begun, ended = rf"(?:(?<!{latin})|(?!{latin}))", rf"(?:(?!{latin})|(?<!{latin}))"
    return re.compile(f"{begun}(?:{pattern_of(word)}){ended}", re.IGNORECASE)


def _ended(word: str) -> str:
    """Return what may not be behind a word that ends in a Latin letter: more of them."""
    return r"(?![A-Za-z0-9])" if len(word) > 1 and _is_latin(word[-1]) else ""


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


@cache
def _border_words() -> tuple[frozenset[str], frozenset[str]]:
    words = word_list("border-words")
    left, right = (frozenset(one[1:] for one in words if one[0] == side) for side in "<>")
    return left, right


def crosses_word(text: str, start: int, end: int) -> bool:
    """Tell whether a common word begins before text[start:end] and ends within, or the reverse.

    >>> crosses_word("大概化妆师", 1, 3), crosses_word("能概化吗", 1, 3)
    (True, False)
    """
    left, right = _border_words()
    return text[max(0, start - 1) : start + 1] in left or text[end - 1 : end + 1] in right


def stands_within(text: str, start: int, end: int, words: Iterable[str]) -> bool:
    """Tell whether text[start:end] is part of one of some longer words that stand there.

    >>> stands_within("这是沙箱化的做法", 2, 4, ["沙箱化"]), stands_within("沙箱", 0, 2, ["沙箱化"])
    (True, False)
    """
    longer = [word.lower() for word in words if len(word) > end - start]
    return any(
        start - back >= 0 and text[start - back : start - back + len(word)].lower() == word
        for word in longer
        for back in range(len(word) - (end - start) + 1)
    )


def is_plain(word: str) -> bool:
    """Tell whether what is to be said instead is one word, which may stand in for another as it is.

    >>> is_plain("沙盒"), is_plain("改写成一句话，或删去")
    (True, False)
    """
    return (
        bool(word)
        and len(word) <= 12
        and re.fullmatch(r"[\w·-]+(?: [A-Za-z-]+)*", word) is not None
    )
