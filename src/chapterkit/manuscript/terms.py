"""terms.yaml -> one frozen value: one concept, one rendering; words that are not to occur."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from chapterkit.errors import ChapterkitError, Gathering, Origin, nearest
from chapterkit.manuscript.wildcards import is_wildcard, pattern_of
from chapterkit.manuscript.wording import regions
from chapterkit.manuscript.yamlfile import YamlFile, read_yaml, validated

TERMS_FILE = "book/terms.yaml"
LONGEST_TERM = 100


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Term(_Model):
    """One concept: how it is called, its English, and the renderings that are not used."""

    term: str = Field(min_length=1, description="采用的译名")
    english: str = Field(default="", description="英文")
    abbreviation: str = Field(default="", description="英文缩写")
    instead_of: tuple[str, ...] = Field(
        default=(), description="不采用的译名；/…/ 之间的可以代表几个词"
    )
    note: str = Field(default="", description="说明")
    editions: dict[str, str] = Field(
        default={}, description="各地版本里的译名：zh-Hant-TW → 智慧代理人；zh-Hant 管所有繁体版"
    )


class Conversion(_Model):
    """A stretch of text, and what it becomes in the editions of regions."""

    text: str = Field(min_length=1, description="书稿里的字句")
    editions: dict[str, str] = Field(
        min_length=1, description="各地版本里怎么写：zh-Hant-TW → …；zh-Hant 管所有繁体版"
    )
    note: str = Field(default="", description="说明")


class Banned(_Model):
    """A word that is not to occur, what to say instead, and why."""

    word: str = Field(min_length=1, description="不用的词；/…/ 之间的可以代表几个词")
    say: str = Field(default="", description="改用什么")
    why: str = Field(default="", description="为什么")


class TermsModel(_Model):
    """The whole of terms.yaml."""

    terms: tuple[Term, ...] = Field(default=(), description="术语，一个概念一种译法")
    banned: tuple[Banned, ...] = Field(default=(), description="全书不出现的词")
    filler: tuple[str, ...] = Field(
        default=(), description="另外要算作空话的词语；/…/ 之间的可以代表几个"
    )
    conversions: tuple[Conversion, ...] = Field(
        default=(), description="不是术语的字句，在各地的版本里怎么写"
    )


@dataclass(frozen=True)
class Terms:
    """A book's terminology and where each entry stands."""

    model: TermsModel
    file: YamlFile

    def origin(self, kind: str, index: int) -> Origin:
        """Return where an entry of `terms`, `banned`, `filler` or `conversions` stands."""
        return self.file.origin(kind, index)

    @property
    def words(self) -> tuple[str, ...]:
        """The terms themselves."""
        return tuple(one.term for one in self.model.terms)

    def in_region(self, tag: str) -> dict[str, str]:
        """Return what is to become of words in the edition of a region: its own, or its script's.

        What is said for zh-Hant-TW goes before what is said for zh-Hant.
        """
        script = tag.rpartition("-")[0]
        given = [(one.term, one.editions) for one in self.model.terms]
        given += [(one.text, one.editions) for one in self.model.conversions]
        found = ((word, said.get(tag, said.get(script))) for word, said in given)
        return {word: said for word, said in found if said is not None}


def parse_terms(text: str, path: str) -> Terms:
    """Return what a terms file says; raise ChapterkitError at the lines that do not fit.

    Words of `instead_of`, `banned` and `filler` may stand for several (see `wildcards`).
    Every name may be used once: a rendering that is preferred for one concept and refused for
    another, or listed twice, would contradict itself.
    """
    file = read_yaml(text, path)
    terms = Terms(validated(file, TermsModel.model_validate, "用语表"), file)
    wrong = Gathering()
    wrong.add(_wrong_lengths(terms))
    wrong.add(_wrong_names(terms))
    wrong.add(_wrong_wildcards(terms))
    wrong.add(_wrong_editions(terms))
    wrong.tell()
    return terms


def _wrong_lengths(terms: Terms) -> Iterator[ChapterkitError]:
    model = terms.model
    names = (
        (one.term, one.english, one.abbreviation, *one.instead_of, *one.editions.values())
        for one in model.terms
    )
    listed: dict[str, list[tuple[str, ...]]] = {
        "terms": list(names),
        "banned": [(one.word,) for one in model.banned],
        "filler": [(one,) for one in model.filler],
        "conversions": [(one.text, *one.editions.values()) for one in model.conversions],
    }
    for kind, entries in listed.items():
        for index, words in enumerate(entries):
            if max(map(len, words)) > LONGEST_TERM:
                yield ChapterkitError(f"一个词超过 {LONGEST_TERM} 个字", terms.origin(kind, index))


def _wrong_wildcards(terms: Terms) -> Iterator[ChapterkitError]:
    model = terms.model
    listed: dict[str, list[tuple[str, ...]]] = {
        "terms": [one.instead_of for one in model.terms],
        "banned": [(one.word,) for one in model.banned],
        "filler": [(one,) for one in model.filler],
    }
    for kind, entries in listed.items():
        for index, words in enumerate(entries):
            yield from _misspelt(words, terms.origin(kind, index))
    said = [("terms", at, one.term) for at, one in enumerate(model.terms)]
    said += [("banned", at, one.say) for at, one in enumerate(model.banned)]
    for kind, index, word in said:
        if is_wildcard(word):
            hint = "斜线之间的写法只用在 instead_of、banned 的 word 和 filler 里"
            message = f"{word} 要是一个确定的词"
            yield ChapterkitError(message, terms.origin(kind, index), hint)


def _wrong_editions(terms: Terms) -> Iterator[ChapterkitError]:
    """Yield an error for each edition that is no region's, and each text that is told twice."""
    known = [*dict.fromkeys(one.rpartition("-")[0] for one in regions()), *regions()]
    model, seen = terms.model, dict[str, Origin]()
    said = [("terms", at, one.term, one.editions) for at, one in enumerate(model.terms)]
    said += [
        ("conversions", at, one.text, one.editions) for at, one in enumerate(model.conversions)
    ]
    for kind, index, text, editions in said:
        origin = terms.file.origin(kind, index, "editions")
        for name in editions:
            if name not in known:
                near = nearest(name, known)
                hint = f"最接近的是 {near}" if near else f"可以写 {'、'.join(known)}"
                yield ChapterkitError(f"没有 {name} 这样的地区版本", origin, hint)
        if editions and text in seen:
            message = f"“{text}”在各地版本里的写法说了两次（先在第 {seen[text].line} 行）"
            yield ChapterkitError(message, origin, "只留一处")
        if editions:
            seen[text] = origin


def _misspelt(words: Iterable[str], origin: Origin) -> Iterator[ChapterkitError]:
    for word in filter(is_wildcard, words):
        try:
            pattern_of(word)
        except ValueError as error:
            yield ChapterkitError(f"{word} 写得不对：{error}", origin, _NOTATION)


_NOTATION = (
    "斜线之间可以写：. 任一字，… 一到十四字，[甲乙] 其中一字，(甲|乙丙) 其中一词，甲? 可有可无，"
    "甲{1,3} 一到三次；要这些符号本身，前面加反斜线"
)


def _wrong_names(terms: Terms) -> Iterator[ChapterkitError]:
    seen: dict[str, Origin] = {}
    for index, term in enumerate(terms.model.terms):
        for name in (term.term, *term.instead_of):
            origin = terms.origin("terms", index)
            if name in seen:
                message = f"“{name}”写了两次（先在第 {seen[name].line} 行）"
                yield ChapterkitError(message, origin, "一个概念一种译法，一种译法一个概念")
            seen.setdefault(name, origin)
