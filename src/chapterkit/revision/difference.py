"""Two states of a book compared: all that a report or a guard wants to know of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from chapterkit.revision import mentions
from chapterkit.revision.fates import Fate, fates
from chapterkit.revision.figures import Figure, Typed, figures, renamed_numbers, typed
from chapterkit.revision.mentions import Headed, Mention, Numbered
from chapterkit.revision.paragraphs import State
from chapterkit.text.counting import sections


@dataclass(frozen=True)
class Length:
    """How long a section is, as an editor counts; `budget` is what book.yaml asks for.

    `old` is None for a section that is new, `new` for one that is gone.
    """

    identifier: str
    title: str
    old: int | None
    new: int | None
    budget: tuple[int, int] | None

    @property
    def fits(self) -> bool:
        """Whether it is as long as it should be."""
        return not self.budget or self.new is None or (self.budget[0] <= self.new <= self.budget[1])


@dataclass(frozen=True)
class Difference:
    """What is another between two states of a book; each part is found out when it is asked for."""

    old: State
    new: State

    @cached_property
    def paragraphs(self) -> tuple[Fate, ...]:
        """What has become of each paragraph."""
        return fates(self.old, self.new)

    @property
    def changed(self) -> tuple[Fate, ...]:
        """What has become of the paragraphs that are not what and where they were."""
        return tuple(one for one in self.paragraphs if one.kind != "unchanged")

    @cached_property
    def numbers(self) -> tuple[Figure, ...]:
        """The recorded numbers of which anything is another."""
        return figures(self.old, self.new)

    @cached_property
    def typed(self) -> tuple[Typed, ...]:
        """What has become of quantities that are typed in the prose."""
        return tuple(typed(self.changed, self.new.book.ledger.units))

    @cached_property
    def citations(self) -> tuple[Mention, ...]:
        """The sources that are cited otherwise."""
        return mentions.citations(self.old, self.new, self.changed)

    @cached_property
    def references(self) -> tuple[Mention, ...]:
        """The things that are referred to otherwise."""
        return mentions.references(self.old, self.new, self.changed)

    @cached_property
    def headings(self) -> tuple[Headed, ...]:
        """The headings that are others."""
        return mentions.headings(self.old, self.new)

    @cached_property
    def records(self) -> tuple[Numbered, ...]:
        """The records that bear other numbers."""
        return mentions.records(self.old, self.new, renamed_numbers(self.old, self.new))

    @cached_property
    def exhibits(self) -> tuple[Numbered, ...]:
        """The figures, tables and formulas that bear other numbers."""
        return mentions.exhibits(self.old, self.new)

    @cached_property
    def lengths(self) -> tuple[Length, ...]:
        """How long each section is whose length is another, or does not fit its budget."""
        then, now = _lengths(self.old), _lengths(self.new)
        found = []
        for name in dict.fromkeys([*now, *then]):
            was, is_ = then.get(name), now.get(name)
            one = is_ or was
            assert one
            length = Length(
                name, one.title, was.new if was else None, is_.new if is_ else None,
                is_.budget if is_ else None,
            )  # fmt: skip
            if length.old != length.new or not length.fits:
                found.append(length)
        return tuple(found)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is another."""
        return not any((
            self.changed, self.numbers, self.typed, self.citations, self.references,
            self.headings, self.records, self.exhibits,
        ))  # fmt: skip


def difference(old: State, new: State) -> Difference:
    """Return what is another between two states; what is called otherwise now is known again."""
    aliases = mentions.renamed_identifiers(old, new)
    return Difference(replace(old, aliases=aliases), new)


def _lengths(state: State) -> dict[str, Length]:
    found = {}
    budgets = state.book.config.budgets
    for document in state.documents.values():
        for one in sections(document, tuple(state.book.records)):
            if one.kind == "opening":
                continue
            budget = budgets.of(one.slug, one.kind).characters
            name = state.aliases.get(one.slug, one.slug) or one.title
            found[name] = Length(name, one.title, None, one.characters, budget)
    return found
