"""terms.yaml -> one frozen value: one concept, one rendering; words that are not to occur."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from chapterkit.errors import ChapterkitError, Gathering, Origin
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
    instead_of: tuple[str, ...] = Field(default=(), description="不采用的译名")
    note: str = Field(default="", description="说明")


class Banned(_Model):
    """A word that is not to occur, what to say instead, and why."""

    word: str = Field(min_length=1, description="不用的词")
    say: str = Field(default="", description="改用什么")
    why: str = Field(default="", description="为什么")


class TermsModel(_Model):
    """The whole of terms.yaml."""

    terms: tuple[Term, ...] = Field(default=(), description="术语，一个概念一种译法")
    banned: tuple[Banned, ...] = Field(default=(), description="全书不出现的词")
    filler: tuple[str, ...] = Field(default=(), description="另外要算作空话的词语")


@dataclass(frozen=True)
class Terms:
    """A book's terminology and where each entry stands."""

    model: TermsModel
    file: YamlFile

    def origin(self, kind: str, index: int) -> Origin:
        """Return where an entry of `terms`, `banned` or `filler` stands."""
        return self.file.origin(kind, index)


def parse_terms(text: str, path: str) -> Terms:
    """Return what a terms file says; raise ChapterkitError at the lines that do not fit.

    Every name may be used once: a rendering that is preferred for one concept and refused for
    another, or listed twice, would contradict itself.
    """
    file = read_yaml(text, path)
    terms = Terms(validated(file, TermsModel.model_validate, "用语表"), file)
    wrong = Gathering()
    wrong.add(_wrong_lengths(terms))
    wrong.add(_wrong_names(terms))
    wrong.tell()
    return terms


def _wrong_lengths(terms: Terms) -> Iterator[ChapterkitError]:
    model = terms.model
    names = ((one.term, one.english, one.abbreviation, *one.instead_of) for one in model.terms)
    listed: dict[str, list[tuple[str, ...]]] = {
        "terms": list(names),
        "banned": [(one.word,) for one in model.banned],
        "filler": [(one,) for one in model.filler],
    }
    for kind, entries in listed.items():
        for index, words in enumerate(entries):
            if max(map(len, words)) > LONGEST_TERM:
                yield ChapterkitError(f"一个词超过 {LONGEST_TERM} 个字", terms.origin(kind, index))


def _wrong_names(terms: Terms) -> Iterator[ChapterkitError]:
    seen: dict[str, Origin] = {}
    for index, term in enumerate(terms.model.terms):
        for name in (term.term, *term.instead_of):
            origin = terms.origin("terms", index)
            if name in seen:
                message = f"“{name}”写了两次（先在第 {seen[name].line} 行）"
                yield ChapterkitError(message, origin, "一个概念一种译法，一种译法一个概念")
            seen.setdefault(name, origin)
