"""One concept goes by two names.

Why: a reader takes two renderings for two things. terms.yaml says which one the book has chosen
(`term`) and which it does not use (`instead_of`); the same goes for a rendering glossed with an
English term that has another one.

Without terms.yaml the rule compares glosses alone: it reports a second, clearly different Chinese
rendering of the same English term or abbreviation, as in 智能体（agent）…… 代理（agent）.

Quiet: a rendering named as another's (又译增强学习), titles in 《》, longer words that merely hold
it (在策略的选择上; terms of terms.yaml count as whole words).

Bad:

    ---
    terms:
      terms:
        - {term: 强化学习, english: reinforcement learning, instead_of: [增强学习]}
    ---
    增强学习不给示范，只给分数。

Bad:

    智能体（agent）在环境里行动。这样的代理（agent）要会使用工具。

Good:

    ---
    terms:
      terms:
        - {term: 强化学习, english: reinforcement learning, instead_of: [增强学习]}
    ---
    强化学习（reinforcement learning，又译增强学习）不给示范，只给分数。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chapterkit.book import Book
from chapterkit.document import Document, Hit
from chapterkit.lint.citing import is_in_title
from chapterkit.lint.problem import Problem, problem_at, replacement
from chapterkit.lint.words import HAN, Late, words_patterns

if TYPE_CHECKING:
    from chapterkit.terms import Term

GROUP = "terms"
SEVERITY = "error"
NEEDS = frozenset[str]()


@dataclass(frozen=True)
class Options:
    """This rule has no options."""


# 又译增强学习: named, not used.
_NAMED = Late(
    r"(?:(?:又|也|亦|或|还|還|曾|旧|舊|原|早期|早先|有人|通常|一般|往往|台湾|大陆|港台|有时|不)"
    r"(?:有人)?(?:[称稱叫]|[称稱叫][作为做之為]|写作|名为|说成|作|所谓的?)"
    r"|[译譯][作为成為]?)(?:“|「|‘|『|之为|之為)?$"
)
# What a rendering that begins like a phrase (在策略) must be followed by to be one.
_FUNCTION_WORDS = "在于于以和与对从把被将为有是不离同按"
_AS_TERM = Late(
    r"\s?(?:算法|演算法|方法|学习|學習|训练|訓練|强化|強化|采样|採樣|数据|數據|更新|蒸馏|优化"
    r"|優化|版本|设定|梯度|与异|与离|[（(“”、]|的(?:算法|方法|数据|更新|训练|采样))"
)


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for each rendering that is not the chosen one, and each second gloss."""
    terms = book.terms.model.terms if book.terms else ()
    yield from _instead(document, terms)
    yield from _glosses(document, terms)


# --- renderings that terms.yaml refuses


def _instead(document: Document, terms: tuple[Term, ...]) -> Iterator[Problem]:
    refused = {name.lower(): term for term in terms for name in term.instead_of}
    if not refused:
        return
    chosen = [term.term for term in terms]
    guards = {name: _overlaps(name, chosen) for name in refused}
    patterns = words_patterns([*(name for term in terms for name in term.instead_of), *chosen])
    for hit in (hit for one in patterns for hit in document.prose.finditer(one)):
        shown = hit.match[0].lower()
        term = refused.get(shown)
        if term is None or _is_part(hit, guards[shown]) or _is_named(hit):
            continue
        yield problem_at(
            hit.block,
            hit.start,
            hit.end,
            f"“{hit.match[0]}”在这本书里叫“{term.term}”"
            + (f"（{term.english}）" if term.english else ""),
            f"改成“{term.term}”" + (f"；{term.note}" if term.note else ""),
            edits=replacement(hit.block, hit.start, hit.end, term.term),
        )


Overlaps = tuple[tuple[str, str], ...]


def _overlaps(name: str, chosen: list[str]) -> Overlaps:
    """Return what would have to stand before and behind a name for it to be part of a term.

    在策略 is part of 策略梯度 in 在策略梯度, or of a term that holds it whole.
    """
    found: list[tuple[str, str]] = []
    for term in chosen:
        at = term.find(name)
        if at >= 0:
            found.append((term[:at], term[at + len(name) :]))
        for length in range(2, min(len(name), len(term))):
            if name.endswith(term[:length]):
                found.append(("", term[length:]))
            if name.startswith(term[-length:]):
                found.append((term[:-length], ""))
    return tuple(found)


def _is_part(hit: Hit, overlaps: Overlaps) -> bool:
    text = hit.block.prose
    if any(
        text.startswith(behind, hit.end)
        and text[max(0, hit.start - len(before)) : hit.start] == before
        for before, behind in overlaps
    ):
        return True
    begins = hit.match[0][0] in _FUNCTION_WORDS
    return begins and not _AS_TERM.match(text, hit.end)


def _is_named(hit: Hit) -> bool:
    text = hit.block.prose
    before = text[max(0, hit.start - 8) : hit.start]
    return _NAMED.search(before) is not None or is_in_title(text, hit.start)


# --- renderings glossed with the same English

_GLOSS = re.compile(
    r"[（(]\s?(?P<english>[A-Za-z][A-Za-z -]{1,60}?)"
    r"(?:\s?[,，;；:：]\s?[A-Z][A-Za-z-]{1,8})?\s?[）)]"
)
_RUN = Late(rf"((?:{HAN}|[·-]){{2,14}})[”」]?\s?$")
_LONGEST_RUN = 18
_STOP_WORDS = {"of", "the", "a", "an", "and", "in", "from", "with", "to", "for", "on"}


def _glosses(document: Document, terms: tuple[Term, ...]) -> Iterator[Problem]:
    chosen = {_singular(term.english.lower()): term for term in terms if term.english}
    seen: dict[str, str] = {}
    told: set[tuple[str, str]] = set()
    for hit in document.prose.finditer(_GLOSS):
        english = hit.match["english"].strip()
        first = max(0, hit.start - _LONGEST_RUN)
        found = _RUN.search(hit.block.prose[first : hit.start])
        if found is None or not _is_term(english):
            continue
        run, end, name = found[1], first + found.end(1), _singular(english.lower())
        rendering = run[-_expected(english) :].lstrip(_LEADING) or run
        if name in chosen:
            term = chosen[name]
            differs = term.term not in run and not run.endswith(term.instead_of)
            said = f"书里叫“{term.term}”"
        else:
            other = seen.setdefault(name, run)
            differs = _differ(other, run, english)
            said = f"前面是“{other[-_expected(english) :].lstrip(_LEADING)}”"
        named = _NAMED.search(run[: -len(rendering)]) is not None
        if not differs or named or (name, rendering) in told:
            continue
        told.add((name, rendering))
        message = f"{english} 在这里译成“{rendering}”，{said}"
        yield problem_at(hit.block, end - len(rendering), end, message, "一个概念只用一种译法")


def _singular(name: str) -> str:
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _is_term(english: str) -> bool:
    """Tell whether brackets hold a term or an abbreviation rather than the name of something."""
    if english.isupper():
        return 2 <= len(english) <= 6
    words = english.split()
    return english[0].islower() or (len(words) > 1 and not english.isupper())


def _words(english: str) -> int:
    """Return of how many words, or initials, an English term consists."""
    if english.isupper():
        return len(english)
    return max(1, sum(word.lower() not in _STOP_WORDS for word in english.split()))


def _expected(english: str) -> int:
    """Return about how many characters a rendering has."""
    return min(2 * _words(english) + (1 if _words(english) == 1 else 0), 10)


def _differ(one: str, other: str, english: str) -> bool:
    """Tell whether two runs of text surely end in different renderings of an English term.

    Nobody can tell where in 采用强化学习 the rendering begins, so only the ends are compared.
    """
    common = 0
    while common < min(len(one), len(other)) and one[-1 - common] == other[-1 - common]:
        common += 1
    words = _words(english)
    if common in {len(one), len(other)} or common >= min(2 * words - 1, words + 1):
        return False
    if common and {one[-1 - common], other[-1 - common]} & _BEFORE_TERMS:
        return False
    if words == 1:
        return one[-2:] not in other and other[-2:] not in one
    first, second = one[-2 * words :], other[-2 * words :]
    return not _shortens(first, second) and not _shortens(second, first)


_LEADING = "的做了用是在对把将和与以这种个一为称叫即作之其有从由到能会"
_BEFORE_TERMS = frozenset(_LEADING)


def _shortens(long: str, short: str) -> bool:
    """Tell whether one rendering may be short for the other: 大模型 for 大语言模型."""
    alone = len(short) <= 3 or short[-4] in _BEFORE_TERMS
    return alone and _holds(long, short[-3:])


def _holds(text: str, part: str) -> bool:
    """Tell whether all characters of `part` stand in `text` in the same order."""
    rest = iter(text)
    return all(char in rest for char in part)
