"""One concept goes by two names.

Why: a reader takes two renderings for two things. terms.yaml says which one the book has chosen
(`term`) and which it does not use (`instead_of`); the same goes for a rendering glossed with an
English term that has another one. A rendering between slashes stands for several, as banned words
do: /增强(型|式)?学习/.

Without terms.yaml the rule compares glosses alone and only warns: of a second, clearly different
Chinese rendering of the same English term or abbreviation, as in 智能体（agent）…… 代理（agent）,
where both surely begin: in emphasis or quotation marks, at the start of a clause, behind 这样的 and
the like.

Quiet: a rendering named as another's (又译增强学习), titles in 《》, longer words that merely hold
it (在策略的选择上; terms of terms.yaml count as whole words) and words that only overlap with it
(增强学习者的信心, 大概化妆), short forms (世卫组织 for 世界卫生组织), an abbreviation that tells
the means (细节验证（RAG）).

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
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from chapterkit.han import HAN
from chapterkit.lint.citing import Spans, is_in_title
from chapterkit.lint.problem import Problem, problem_at, word_instead
from chapterkit.lint.words import crosses_word, wildcard_pattern, word_patterns, words_patterns
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.wildcards import is_wildcard, pattern_of
from chapterkit.patterns import Late
from chapterkit.text.document import Block, Document, Hit

if TYPE_CHECKING:
    from chapterkit.manuscript.terms import Term

GROUP = "terms"
SEVERITY = "error"
NEEDS = frozenset[str]()


# 又译增强学习: named, not used.
_NAMED = Late(
    r"(?:(?:又|也|亦|或|还|還|曾|旧|舊|原|早期|早先|有人|通常|一般|往往|台湾|大陆|港台|有时|不)"
    r"(?:有人)?(?:[称稱叫]|[称稱叫][作为做之為]|写作|名为|说成|作|所谓的?)"
    r"|[译譯][作为成為]?)(?:“|「|‘|『|之为|之為)?$"
)
# What a rendering that begins like a phrase (在策略) must be followed by to be one.
_FUNCTION_WORDS = "在于于以和与对从把被将为有是不离同按"
_WORDS = word_patterns("inconsistent-term")
_AS_TERM = Late(rf"\s?{_WORDS['as term']}")


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each rendering that is not the chosen one, and each second gloss."""
    terms = book.terms.model.terms if book.terms else ()
    yield from _instead(document, terms)
    yield from _glosses(document, terms)


# --- renderings that terms.yaml refuses


def _instead(document: Document, terms: tuple[Term, ...]) -> Iterator[Problem]:
    refused = {name.lower(): term for term in terms for name in term.instead_of}
    if not refused:
        return
    yield from _wildcards(document, terms)
    refused = {name: term for name, term in refused.items() if not is_wildcard(name)}
    chosen = {term.term for term in terms}
    lengths = sorted(set(map(len, chosen)))
    given = [name for term in terms for name in (*term.instead_of, term.term)]
    given = [name for name in given if not is_wildcard(name)]
    patterns = words_patterns(list(dict.fromkeys(given)))
    for hit in (hit for one in patterns for hit in document.prose.finditer(one)):
        name = hit.match[0].lower()
        term = refused.get(name)
        if term is None or _is_part(hit, chosen, lengths) or _is_named(hit) or _overlaps_words(hit):
            continue
        yield _problem(hit, term)


def _wildcards(document: Document, terms: Sequence[Term]) -> Iterator[Problem]:
    """Yield a problem for what a refused rendering that stands for several stands for."""
    chosen = [one.term for one in terms]
    lengths = sorted(set(map(len, chosen)))
    for term in terms:
        for name in filter(is_wildcard, term.instead_of):
            for hit in document.prose.finditer(wildcard_pattern(name)):
                is_chosen = hit.match[0].lower() == term.term.lower()
                if not (
                    is_chosen
                    or _is_part(hit, chosen, lengths)
                    or _is_named(hit)
                    or _overlaps_words(hit)
                ):
                    yield _problem(hit, term)


def _problem(hit: Hit, term: Term) -> Problem:
    return problem_at(
        hit.block,
        hit.start,
        hit.end,
        f"“{hit.match[0]}”在这本书里叫“{term.term}”"
        + (f"（{term.english}）" if term.english else ""),
        f"改成“{term.term}”" + (f"；{term.note}" if term.note else ""),
        edits=word_instead(hit.block, hit.start, hit.end, term.term),
    )


def _is_part(hit: Hit, chosen: Collection[str], lengths: Sequence[int]) -> bool:
    """Tell whether a name stands within a chosen term, or shares two characters with one.

    在策略 is part of 策略梯度 in 在策略梯度, or of a term that holds it whole.
    """
    text, name = hit.block.prose, hit.match[0].lower()
    for length in lengths:
        for start in range(max(0, hit.start + 2 - length - (len(name) < 2)), hit.end):
            term = text[start : start + length]
            if term in chosen and _shares(term, name, hit.start - start):
                return True
    begins = hit.match[0][0] in _FUNCTION_WORDS
    return begins and not _AS_TERM.match(text, hit.end)


def _shares(term: str, name: str, at: int) -> bool:
    """Tell whether a name that begins at `at` of a term is part of it, or goes on in it."""
    if at >= 0 and at + len(name) <= len(term):
        return term.find(name) == at
    if at < 0:
        common = len(name) + at
        return 2 <= common < len(term) and name.endswith(term[:common])
    common = len(term) - at
    return 2 <= common < len(name) and name.startswith(term[at:])


# What 增强 has for its object in 增强学习兴趣.
_OBJECT = Late(_WORDS["objects"])
_STRENGTHENS = ("增强", "增強", "加强", "加強", "促进", "促進", "提高", "激发", "激發")


def _overlaps_words(hit: Hit) -> bool:
    """Tell whether a name is one only by chance: 增强 + 学习兴趣, 大概 + 化妆."""
    text, name = hit.block.prose, hit.match[0]
    verb = name.startswith(_STRENGTHENS) and name.endswith(("学习", "學習"))
    if verb and _OBJECT.match(text, hit.end):
        return True
    return crosses_word(text, hit.start, hit.end)


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


# What stands before a rendering that surely begins there.
_MARK_BEFORE = Late(r"(?:^|[。！？；，、：:“”「」‘（(—…\n])\s?$")
_POINTING = Late("(?:这样的|這樣的|这种|這種|一种|一種|所谓的?|所謂的?|叫作|叫做|称为|稱為|称作)")
# A clause may also begin with a verb or pronoun.
_NO_BEGINNING = frozenset(
    "他她它我你这那该此其本各每某和与或及在用以从对把将被让使做有是为叫称即如若当按由经给向到就也都还"
    "又再更最很不没无可能会要需应先后前上下新旧老大小多少只仅采引讲写读算训选学住去来说看想问并而但因"
    "則這該與將從對為稱經給還個"
)


def _glosses(document: Document, terms: tuple[Term, ...]) -> Iterator[Problem]:
    chosen = {_singular(term.english.lower()): term for term in terms if term.english}
    seen: dict[str, list[str]] = {}
    reported: set[tuple[str, str]] = set()
    emphasis = Spans("Strong", "Emph")
    for hit in document.prose.finditer(_GLOSS):
        english = hit.match["english"].strip()
        name = _singular(english.lower())
        first = max(0, hit.start - _LONGEST_RUN)
        found = _RUN.search(hit.block.prose[first : hit.start])
        if found is None or not (name in chosen or _is_term(english)):
            continue
        run, start, end = found[1], first + found.start(1), first + found.end(1)
        if name in chosen:
            term = chosen[name]
            differs = term.term not in run and not _ends_refused(run, term)
            rendering, said = run[-_expected(english) :].lstrip(_LEADING) or run, term.term
            differs = differs and not _is_aside(rendering, said, english)
            named = _NAMED.search(run[: -len(rendering)]) is not None
            message = f"{english} 在这里译成“{rendering}”，书里叫“{said}”"
        else:
            rendering = _delimited(hit.block, start, end, english, emphasis)
            known = seen.setdefault(name, []) if rendering else []
            said = next((one for one in known if not _is_aside(rendering, one, english)), "")
            differs = bool(said) and _differ(said, rendering, english)
            known += [rendering] if rendering and not said else []
            named = _NAMED.search(hit.block.prose[max(0, start - 8) : start]) is not None
            message = f"{english} 在这里译成“{rendering}”，前面是“{said}”"
        if not differs or named or (name, rendering) in reported:
            continue
        reported.add((name, rendering))
        start, severity = end - len(rendering), "" if name in chosen else "warning"
        hint = "一个概念只用一种译法"
        yield problem_at(hit.block, start, end, message, hint, severity=severity)


def _ends_refused(run: str, term: Term) -> bool:
    """Tell whether a run of Han ends in a rendering that is refused, and so told already."""
    return any(
        re.search(f"(?:{pattern_of(name)})$", run) if is_wildcard(name) else run.endswith(name)
        for name in term.instead_of
    )


def _delimited(block: Block, start: int, end: int, english: str, emphasis: Spans) -> str:
    """Return the rendering that ends text[start:end], or nothing where its beginning is unsure."""
    text = block.prose
    first = next((at for at in range(start, end) if emphasis.begins(block, at)), None)
    if first is None:
        quoted = text[start - 1 : start] in tuple("“「‘") if start else False
        pointed = _POINTING.match(text, start, end)
        first = pointed.end() if pointed else start
        sure = quoted or pointed or _MARK_BEFORE.search(text[max(0, start - 2) : start])
        if not sure or (not quoted and text[first] in _NO_BEGINNING):
            return ""
    rendering = text[first:end]
    return rendering if 2 <= len(rendering) <= _longest(english) else ""


def _longest(english: str) -> int:
    """Return how long a rendering is at most: what is longer has more in it than the term."""
    words = _words(english)
    return 14 if english.isupper() else 3 if words == 1 else 2 * words + 1


def _singular(name: str) -> str:
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _is_term(english: str) -> bool:
    """Tell whether brackets hold a term or an abbreviation rather than the name of something."""
    if english.isupper():
        return 2 <= len(english) <= 6
    words = english.split()
    return english[0].islower() or (len(words) > 1 and not all(map(str.istitle, words)))


def _words(english: str) -> int:
    """Return of how many words, or initials, an English term consists."""
    if english.isupper():
        return len(english)
    return max(1, sum(word.lower() not in _STOP_WORDS for word in english.split()))


def _expected(english: str) -> int:
    """Return about how many characters a rendering has."""
    return min(2 * _words(english) + (1 if _words(english) == 1 else 0), 10)


def _differ(one: str, other: str, english: str) -> bool:
    """Tell whether two renderings of an English term are different words, not one shortened."""
    if _holds(one, other) or _holds(other, one):
        return False
    common = 0
    while common < min(len(one), len(other)) and one[-1 - common] == other[-1 - common]:
        common += 1
    words = _words(english)
    return common < min(2 * words - 1, words + 1)


# So many characters are no mere chance.
_FULL = 6


def _is_aside(rendering: str, said: str, english: str) -> bool:
    """Tell whether an abbreviation in brackets says by what means, rather than what it stands for.

    Two renderings of one abbreviation have characters in common, and most of them where they are
    short; 细节验证（RAG） has none of 检索增强生成.
    """
    if not english.isupper():
        return False
    common = sum((Counter(rendering) & Counter(said)).values())
    shorter = min(len(rendering), len(said))
    return common == 0 or 2 * common <= shorter < _FULL


_LEADING = "的做了用是在对把将和与以这种个一为称叫即作之其有从由到能会"


def _holds(text: str, part: str) -> bool:
    """Tell whether all characters of `part` stand in `text` in the same order."""
    rest = iter(text)
    return all(char in rest for char in part)
