"""Book, Chapter: the nouns that a rule or a template may know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, wraps
from operator import is_
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from chapterkit.errors import ChapterkitError, Origin, nearest
from chapterkit.manuscript.config import Config
from chapterkit.manuscript.folder import BOOK_FILE, Folder
from chapterkit.manuscript.ledger import Ledger
from chapterkit.manuscript.plan import Part, Role

if TYPE_CHECKING:  # what a file outside a book has not, and need not load
    from chapterkit.manuscript.bibliography import Source
    from chapterkit.manuscript.exhibited import Exhibit
    from chapterkit.manuscript.lock import Lock
    from chapterkit.manuscript.pictures import Picture
    from chapterkit.manuscript.records import Record
    from chapterkit.manuscript.terms import Terms

Found = TypeVar("Found")
Owner = TypeVar("Owner")
Beside = ParamSpec("Beside")

# What places a record of whatever kind; the name of its kind does, too.
PLACE = "experiment"
COMMENT = re.compile(r"\{%#.*?(?:#%\}|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Chapter:
    """One text of the book: what it holds, and the records that it places, each with its line.

    `number` is 7 or A, `label` the number as print names it (第 7 章, 附录 A), both empty for what
    has none, as a preface; `start_page` the folio of its first page in a file of its own.
    """

    slug: str
    number: str
    path: str
    text: str
    placed: tuple[tuple[str, int], ...] = ()
    label: str = ""
    role: Role = "chapter"
    part: Part | None = None
    start_page: int = 1

    @property
    def records(self) -> tuple[str, ...]:
        """The records that it places, by slug, in order."""
        return tuple(slug for slug, _ in self.placed)

    def placing(self, slug: str) -> Origin | None:
        """Return the line on which the chapter places a record, None if it does not."""
        line = dict(self.placed).get(slug)
        return Origin(self.path, line) if line else None


@dataclass(frozen=True)
class Book:
    """Everything that the manuscript's files say, loaded and validated.

    `templates` holds the text of every template by its name below templates/; `lock` what
    `chapterkit verify` established, None if it was never run; `terms` the terminology, None if
    there is no terms.yaml; `cover` the picture of the cover, if it has one; `exhibits` the tables,
    charts and flow drawings that records and book/exhibits declare, by their ids.
    `folder` is where all that was read, None for what belongs to no book;
    `digests` tell what was read there, so that two books with the same ones are the same.
    """

    config: Config
    records: Mapping[str, Record]
    bibliography: Mapping[str, Source]
    ledger: Ledger
    templates: Mapping[str, str]
    chapters: tuple[Chapter, ...]
    lock: Lock | None = None
    terms: Terms | None = None
    cover: Picture | None = None
    exhibits: Mapping[str, Exhibit] = field(default_factory=dict)
    folder: Folder | None = field(default=None, compare=False)
    digests: Mapping[str, str] = field(default_factory=dict, repr=False)

    def chapter(self, slug: str) -> Chapter:
        """Return the chapter called `slug`."""
        return self.chapters[self.order[slug]]

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Where each chapter stands among all of them, by slug."""
        return {one.slug: place for place, one in enumerate(self.chapters)}

    def chapter_named(self, target: str) -> Chapter:
        """Return the chapter whose slug or number is `target`; raise ChapterkitError if none is."""
        for chapter in self.chapters:
            if target in {chapter.slug, chapter.number} - {""}:
                return chapter
        names = [name for one in self.chapters for name in (one.slug, one.number) if name]
        near = nearest(target, names)
        listed = "、".join(one.named for one in self.config.plan)
        raise ChapterkitError(
            f"没有 {target} 这一章",
            Origin(BOOK_FILE),
            f"最接近的是 {near}" if near else f"book.yaml 里有：{listed}",
        )

    def chapters_named(self, targets: Sequence[str]) -> list[Chapter]:
        """Return the chapters that slugs or numbers name, in the book's order; without any, all.

        Raises ChapterkitError for a name that is no chapter's.
        """
        wanted = {self.chapter_named(target).slug for target in targets}
        return [one for one in self.chapters if not wanted or one.slug in wanted]

    def kind_of(self, slug: str) -> str:
        """Return the kind of a record: what it says, or the only one there is."""
        return self.records[slug].model.kind or next(iter(self.config.kind_labels))

    def kind_label(self, slug: str) -> str:
        """Return what records of its kind are called in print: 实验."""
        return self.config.kind_labels[self.kind_of(slug)]

    def number_of(self, slug: str) -> str:
        """Return the number (7.4) that a record has from where a chapter places it.

        The records of each kind are counted by themselves. Raises ChapterkitError if no record
        or no chapter knows it.
        """
        if chapter := self.homes.get(slug):
            alike = [one for one in chapter.records if self.kind_of(one) == self.kind_of(slug)]
            place = alike.index(slug) + 1
            return f"{chapter.number}.{place}" if chapter.number else str(place)
        if slug in self.records:
            hint = f'在章的正文里单独一行写 {{{{ {self.kind_of(slug)}("{slug}") }}}}'
            label = self.kind_label(slug)
            raise ChapterkitError(f"{label} {slug} 还没有放进任何一章", hint=hint)
        raise unknown_record(slug, self.records)

    def label_of(self, slug: str) -> str:
        """Return what a record is called in print, with its number: 实验 7.4.

        Raises ChapterkitError as `number_of` does.
        """
        number = self.number_of(slug)
        return self.config.wording.labelled(self.kind_label(slug), number)

    @cached_property
    def homes(self) -> Mapping[str, Chapter]:
        """The chapters that place records, by the records' slugs."""
        return {slug: chapter for chapter in reversed(self.chapters) for slug in chapter.records}

    @property
    def placed(self) -> Iterator[str]:
        """The records that a chapter places, by slug, in the order of the book."""
        return (slug for chapter in self.chapters for slug in chapter.records)


def once(
    function: Callable[Concatenate[Owner, Beside], Found],
) -> Callable[Concatenate[Owner, Beside], Found]:
    """Return a function that does its work once for each book or document, however often asked.

    It does it anew where what it is given beside is not the very same as the last time.
    """
    name = f"once {function.__module__}.{function.__qualname__}"

    @wraps(function)
    def found(owner: Owner, /, *beside: Beside.args, **named: Beside.kwargs) -> Found:
        now = *beside, *named.values()
        given, value = vars(owner).get(name, (None, None))
        if given is None or not all(map(is_, given, now)):
            value = function(owner, *beside, **named)
            vars(owner)[name] = now, value
        return value  # type: ignore[no-any-return]

    return found


def unknown_record(slug: str, records: Mapping[str, Record]) -> ChapterkitError:
    """Return the error for a record that does not exist, with the nearest one as hint."""
    near = nearest(slug, records)
    hint = f"最接近的是 {near}" if near else f"先写 experiments/{slug}.yaml"
    return ChapterkitError(f"没有 {slug} 这条记录", hint=hint)


def check_citation(key: str, bibliography: Mapping[str, Source]) -> None:
    """Raise ChapterkitError, with the nearest key as hint, unless refs.bib holds `key`."""
    if key not in bibliography:
        near = nearest(key, bibliography)
        hint = f"最接近的是 {near}" if near else "在 refs.bib 里加上这一条"
        raise ChapterkitError(f"参考文献库里没有 {key}", hint=hint)
