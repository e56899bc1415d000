"""Is a number behind a bound a limit that a rule sets, rather than what was measured? Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from chapterkit.patterns import Late
from chapterkit.quantities.traditional import simplified
from chapterkit.quantities.wordlists import sections

# How far before and behind a number the words of its sentence are looked for.
_REACH = 120
_SENTENCE = Late(r"[。！？!?\n]|[.;](?=\s)")
_CLAUSE = Late(r"[，。；：！？!?\n]|[,.;:](?=\s)")
_CITED = Late(r"\[[^\]\n]*\]|[\ufffc\ufffd]")
# 超过三个月仍未付清的，; 超过损失的 30% 者; 超过十五日时.
_SUPPOSED = Late(r"[^是]*?(?:的|者|时|之后|以后|之日起)\s*$")
_AFTER_IT = Late(r"\s*(?:后(?![来期面者])|时(?![间刻期代长])|以后|之后|者|之日起)")
# 如迟延超过十日; but 如图、如上.
_IF = Late(r"\s*如(?![图表上下前此今何同数题])")
# 合同约定，迟延超过十日，…; but 约定的, 按规定.
_AGREED = Late(r"(?<![按照经据])(?:约定|规定|订明|载明)(?![的了])")
# 并且超过三个月: it goes on with what is supposed before.
_GOES_ON = Late(r"\s*(?:且|并且|并|而且|又|或者|或|而|and|or)(?=\W|[^\W\da-z])")


def sets_limit(text: str, start: int, end: int) -> bool:
    """Tell whether text[start:end], a number with a bound, is the limit that a rule speaks of.

    A deadline, a quota, a condition or a norm says nothing of what was measured; 成功率超过 12%
    does.

    >>> text = "迟延超过 3 个月仍未交付的，合同解除"
    >>> sets_limit(text, 5, 9), sets_limit("成功率超过 12%，合同解除", 6, 9)
    (True, False)
    """
    before, after = _sentence(text, start, end)
    own_before = _CLAUSE.split(before)[-1]
    own_after = _CLAUSE.split(after)[0]
    comma = bool(own_after != after)
    return (
        _is_named(own_after)
        or _is_supposed(own_after, own_before, comma=comma)
        or _on_condition(before, own_before)
        or _is_norm(own_before)
        or _is_norm(after)
    )


def _sentence(text: str, start: int, end: int) -> tuple[str, str]:
    """Return what its sentence has before and behind a number, without citations."""
    before = simplified(text[max(0, start - _REACH) : start])
    after = simplified(text[end : end + _REACH])
    before = _SENTENCE.split(_CITED.compiled.sub("", before))[-1]
    return before, _SENTENCE.split(_CITED.compiled.sub("", after))[0]


def _is_named(after: str) -> bool:
    """Tell whether what stands behind a number names it a limit: 的宽限期, days' notice."""
    return _nouns().match(after) is not None


def _is_supposed(after: str, before: str, *, comma: bool) -> bool:
    """Tell whether the clause of a number is a condition: …的，, …者，, …时，."""
    if _AFTER_IT.match(after):
        return True
    return (comma or "是" not in before) and _SUPPOSED.fullmatch(after) is not None


def _on_condition(before: str, own_before: str) -> bool:
    """Tell whether a clause begins as a condition, or goes on with one."""
    conditions = _any_of("conditions")
    if conditions.search(own_before) or _IF.match(own_before) or _AGREED.search(before):
        return True
    return bool(_GOES_ON.match(own_before)) and conditions.search(before) is not None


def _is_norm(text: str) -> bool:
    return _any_of("norms").search(text) is not None


@cache
def _nouns() -> re.Pattern[str]:
    words = sections("saying.txt")
    chinese, english = "|".join(words["limit nouns"]), "|".join(words["limit nouns in English"])
    return re.compile(
        rf"\s*(?:的[^，。；、]{{0,8}}?)?(?:{chinese})|['’]?s?(?:\s[\w-]+){{0,2}}?\s(?:{english})\b",
        re.IGNORECASE,
    )


@cache
def _any_of(name: str) -> re.Pattern[str]:
    words = sections("saying.txt")
    return re.compile(f"{_joined(words[name])}|{_latin(words[f'{name} in English'])}")


# 若干, 平凡 suppose nothing; 必须承认, 应当说 ask nothing of anybody; nor does it may have been.
_NOT_BEFORE = {"若": "(?!干)", "凡": "", "须": "(?!知)"}
_SPEAKING = "(?!说|看|承认|指出|注意|强调|知道|归|记住|理解|认为|想)"


def _joined(words: Iterable[str]) -> str:
    longest = sorted(words, key=len, reverse=True)
    one = "|".join(word + _NOT_BEFORE.get(word, "") for word in longest)
    return f"(?<![平非胡])(?:{one}){_SPEAKING}"


def _latin(words: Iterable[str]) -> str:
    guessed = "have|well|seem|reflect|suggest|explain|indicate"
    return rf"\b(?:{'|'.join(_capitals(words))})\b(?! (?:{guessed})\b)"


def _capitals(words: Iterable[str]) -> list[str]:
    """Return words as they stand in a sentence and at its head, where May may be a month."""
    return [one for word in words for one in ((word,) if word == "may" else (word, word.title()))]
