"""What a book has lost between two states, or says otherwise. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from chapterkit.errors import Origin
from chapterkit.manuscript.folder import BOOK_FILE
from chapterkit.manuscript.removals import Loss
from chapterkit.revision.difference import Difference
from chapterkit.revision.fates import Fate
from chapterkit.revision.figures import Figure, Said
from chapterkit.revision.mentions import Mention
from chapterkit.revision.paragraphs import Paragraph
from chapterkit.text.sentences import identity

_WORDS = 24


@dataclass(frozen=True)
class Losses:
    """The losses of a difference, given the headings of parts in which no word may change."""

    difference: Difference
    keep: frozenset[str] = frozenset()

    def all(self) -> tuple[Loss, ...]:
        """Return every loss, in the order of the book."""
        found = (*self._paragraphs(), *self._numbers(), *self._typed(), *self._citations())
        return tuple(dict.fromkeys(found))

    # --- paragraphs

    def _paragraphs(self) -> Iterator[Loss]:
        for place, fate in enumerate(self.difference.paragraphs):
            if fate.kind == "removed" and not fate.like:
                yield self._lost(place, fate)
            elif fate.kind == "doubled":
                yield _doubled(fate)
            elif fate.old and fate.new and fate.kind != "unchanged":
                yield from self._changed(fate)

    def _lost(self, place: int, fate: Fate) -> Loss:
        assert fate.old
        return Loss(
            "lost-paragraph", identity(fate.old.text), self._nearby(place),
            fate.old.beginning(_WORDS), fate.old.origin,
        )  # fmt: skip

    def _nearby(self, place: int) -> Origin:
        """Return where one would look for a paragraph that is gone: behind what stood before it."""
        rows = self.difference.paragraphs
        lost = rows[place].old
        chapter = lost.chapter if lost else ""
        around = [*reversed(rows[:place]), *rows[place + 1 :]]
        for same_chapter in (True, False):
            for one in around:
                if one.new and (not same_chapter or one.new[0].chapter == chapter):
                    return one.new[0].origin
        return Origin(BOOK_FILE)

    def _changed(self, fate: Fate) -> Iterator[Loss]:
        """Yield that a paragraph has become shorter, or that it was not to be touched."""
        assert fate.old
        if fate.lost > 0:
            yield _between("shortened-paragraph", fate)
        kept = self._is_kept(fate.old)
        if kept and (fate.kind in {"reworded", "shortened"} or not self._is_kept(fate.new[0])):
            yield _between("reworded-paragraph", fate)

    def _is_kept(self, paragraph: Paragraph) -> bool:
        return any({one.identifier, one.text} & self.keep for one in paragraph.headings)

    # --- numbers and citations

    def _numbers(self) -> Iterator[Loss]:
        for one in self.difference.numbers:
            if "left" in one.kinds:
                yield self._left(one)
            if self._is_changed(one):
                yield self._value_changed(one)

    def _left(self, figure: Figure) -> Loss:
        assert figure.old
        words = f"{figure.was}（{figure.old.text}）"
        first = figure.old_uses[0]
        return Loss(
            "lost-number", identity(f"lost-number {figure.was}"), self._place_of(first), words,
            first.origin, first.text, stood_in=self._holders(figure.old_uses),
        )  # fmt: skip

    def _is_changed(self, figure: Figure) -> bool:
        """Tell whether a value is another that is not merely computed, and nobody looked it up."""
        old, new = figure.old, figure.new
        if not old or not new or not (figure.field("value") or figure.field("unit")):
            return False
        if new.model.derived and new.model.derived == old.model.derived:
            return False
        entry = (self.difference.new.book.lock or {}).get(new.id)
        return entry is None or entry.status == "no-source" or not entry.speaks_of(new)

    def _value_changed(self, figure: Figure) -> Loss:
        assert figure.old
        assert figure.new
        change = f"{figure.old.text} → {figure.new.text}"
        return Loss(
            "changed-number", identity(f"changed-number {figure.id} {change}"),
            figure.new.origin, figure.id, figure.old.origin, change,
        )  # fmt: skip

    def _typed(self) -> Iterator[Loss]:
        """Yield typed numbers that paragraphs have lost which still stand."""
        for one in self.difference.typed:
            if not one.old:
                continue
            gone, come = "、".join(one.old), "、".join(one.new)
            first = one.old_uses[0]
            yield Loss(
                "lost-number", identity(f"lost-number {gone} {come} {first.text}"),
                one.fate.new[0].origin, gone, first.origin,
                f"现在是 {come}" if come else first.text, is_typed=True,
            )  # fmt: skip

    def _citations(self) -> Iterator[Loss]:
        for one in self.difference.citations:
            if one.kind == "new":
                continue
            for said in one.uses:
                yield self._uncited(one, said)

    def _uncited(self, mention: Mention, said: Said) -> Loss:
        return Loss(
            "lost-citation", identity(f"lost-citation {mention.name} {said.text}"),
            self._place_of(said), mention.name, said.origin, said.text,
            stood_in=self._holders([said]),
        )  # fmt: skip

    @cached_property
    def _fates_by_place(self) -> dict[Origin, tuple[int, Fate]]:
        """The fate of each old paragraph, by the file and line that its sentences name."""
        return {
            block.origin(): (place, fate)
            for place, fate in enumerate(self.difference.paragraphs)
            if fate.old
            for block in fate.old.blocks
        }

    def _fate_of(self, said: Said) -> tuple[int, Fate] | None:
        near = (
            (place, fate)
            for at, (place, fate) in self._fates_by_place.items()
            if (at.path, at.line) == (said.origin.path, said.origin.line)
            and fate.old
            and said.text in fate.old.text
        )
        return next(near, None)

    def _place_of(self, said: Said) -> Origin:
        """Return where one would look for a sentence now."""
        found = self._fate_of(said)
        if not found:
            return Origin(BOOK_FILE)
        place, fate = found
        return fate.new[0].origin if fate.new else self._nearby(place)

    def _holders(self, said: Iterable[Said]) -> frozenset[str]:
        """Return the paragraphs that sentences stood in; none if one of these still stands."""
        fates = [found[1] for one in said if (found := self._fate_of(one))]
        if not fates or any(fate.new for fate in fates):
            return frozenset()
        return frozenset(identity(fate.old.text) for fate in fates if fate.old)


def _doubled(fate: Fate) -> Loss:
    assert fate.like
    new = fate.new[0]
    return Loss(
        "doubled-paragraph", identity(f"doubled-paragraph {new.text}"), new.origin,
        new.beginning(_WORDS), fate.like.origin,
    )  # fmt: skip


def _between(rule: str, fate: Fate) -> Loss:
    """Return what has become of a paragraph that still stands: then and now are one thing."""
    assert fate.old
    now = "\n".join(one.text for one in fate.new)
    gone = "".join(fate.gone)
    return Loss(
        rule, identity(f"{rule} {fate.old.text} {now}"), fate.new[0].origin,
        fate.old.beginning(_WORDS), fate.old.origin, gone, fate.lost,
    )  # fmt: skip


def unsigned(losses: Iterable[Loss], signed: Collection[tuple[str, str]]) -> list[Loss]:
    """Return the losses that nobody has signed off.

    What stood nowhere but in paragraphs that were removed on purpose needs no entry of its own.
    """
    gone = {what for rule, what in signed if rule == "lost-paragraph"}
    return [
        one
        for one in losses
        if (one.rule, one.what) not in signed and not (one.stood_in and one.stood_in <= gone)
    ]
