"""What a book cites, refers to and numbers, at two times. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from chapterkit.errors import ChapterkitError
from chapterkit.revision.fates import Fate
from chapterkit.revision.figures import Said, said_at
from chapterkit.revision.pairing import alike, best_pairs
from chapterkit.revision.paragraphs import Heading, Paragraph, State
from chapterkit.text.numbering import Thing

_SAME_HEADING = 0.6


@dataclass(frozen=True)
class Mention:
    """A source, or something referred to, that the text names now and did not, or the reverse.

    `kind` is `new`, `dropped` (it is nowhere any more), or `missing`: a paragraph that still stands
    has lost it, though others may have it. `uses` are the sentences concerned, as they are for
    what is new, as they were for what is not.
    """

    name: str
    kind: Literal["new", "dropped", "missing"]
    uses: tuple[Said, ...]
    fate: Fate | None = None


def citations(old: State, new: State, fates: Iterable[Fate]) -> tuple[Mention, ...]:
    """Return the sources that are cited now and were not, and those that are no more."""
    return _mentions(old, new, fates, "citations")


def references(old: State, new: State, fates: Iterable[Fate]) -> tuple[Mention, ...]:
    """Return the things that are referred to now and were not, and those that are no more."""
    return _mentions(old, new, fates, "references")


Which = Literal["citations", "references"]


def _named(paragraph: Paragraph, which: Which) -> Sequence[tuple[str, int]]:
    return paragraph.citations if which == "citations" else paragraph.references


def _mentions(old: State, new: State, fates: Iterable[Fate], which: Which) -> tuple[Mention, ...]:
    before, after = _uses(old, which), _uses(new, which)
    found = [Mention(name, "new", tuple(after[name])) for name in after if name not in before]
    found += [Mention(name, "dropped", tuple(before[name])) for name in before if name not in after]
    found += (one for one in _missing(fates, which) if one.name in after)
    return tuple(sorted(found, key=lambda one: (one.name, one.kind)))


def _uses(state: State, which: Which) -> dict[str, list[Said]]:
    found: dict[str, list[Said]] = defaultdict(list)
    for paragraph in state.paragraphs:
        for name, at in _named(paragraph, which):
            found[name].append(said_at(paragraph, at))
    return found


def _missing(fates: Iterable[Fate], which: Which) -> Iterator[Mention]:
    """Yield what paragraphs have lost that still stand, unless others have gained it."""
    lost: list[tuple[str, Fate, Said]] = []
    gained: Counter[str] = Counter()
    for fate in fates:
        now = {name for one in fate.new for name, _ in _named(one, which)}
        was = dict(_named(fate.old, which)) if fate.old else {}
        gained.update(now - was.keys())
        if fate.old and fate.new:
            for name in was.keys() - now:
                lost.append((name, fate, said_at(fate.old, was[name])))
    for name, fate, said in sorted(lost, key=lambda one: one[0]):
        if gained[name] > 0:
            gained[name] -= 1
        else:
            yield Mention(name, "missing", (said,), fate)


# --- headings


@dataclass(frozen=True)
class Headed:
    """A heading that is another now: `new`, `removed`, `renamed`, `moved` to another level or
    chapter.
    """

    kind: Literal["new", "removed", "renamed", "moved"]
    old: Heading | None
    heading: Heading | None


def headings(old: State, new: State) -> tuple[Headed, ...]:
    """Return the headings that are new, gone, worded otherwise, or stand elsewhere."""
    known = _same_headings(old.headings, new.headings)
    taken = {id(one) for one in known.values()}
    found = [Headed("new", None, one) for one in new.headings if id(one) not in taken]
    for place, was in enumerate(old.headings):
        now = known.get(place)
        if now is None:
            found.append(Headed("removed", was, None))
        elif (was.text, was.identifier) != (now.text, now.identifier):
            found.append(Headed("renamed", was, now))
        elif (was.chapter, was.level) != (now.chapter, now.level):
            found.append(Headed("moved", was, now))
    return tuple(found)


def _same_headings(old: Sequence[Heading], new: Sequence[Heading]) -> dict[int, Heading]:
    """Return which heading is which: by identifier, by text, or by what it is most like."""
    found: dict[int, Heading] = {}
    free = list(new)
    for alike_in in ("identifier", "text"):
        for place, was in enumerate(old):
            wanted = getattr(was, alike_in)
            fit = next((one for one in free if wanted and getattr(one, alike_in) == wanted), None)
            if place not in found and fit:
                found[place] = fit
                free = [one for one in free if one is not fit]
    left = [place for place in range(len(old)) if place not in found]
    ways = alike([old[place].text for place in left], [one.text for one in free], _SAME_HEADING)
    return found | {left[a]: free[b] for a, b in best_pairs(ways).items()}


def renamed_identifiers(old: State, new: State) -> dict[str, str]:
    """Return which headings, and so which records, have another identifier now."""
    return {
        was.identifier: now.identifier
        for place, now in _same_headings(old.headings, new.headings).items()
        for was in [old.headings[place]]
        if was.identifier and now.identifier and was.identifier != now.identifier
    }


# --- records, and what has a number


@dataclass(frozen=True)
class Numbered:
    """A record, a figure, a table or a formula, by what print calls it: then and now.

    `was` and `label` are empty for what was not there then, or is no more.
    """

    kind: str
    identifier: str
    title: str
    was: str
    label: str
    was_called: str = ""

    @property
    def change(self) -> str:
        """What has become of it: new, removed, renumbered, renamed."""
        if not self.was:
            return "new"
        if not self.label:
            return "removed"
        return "renumbered" if self.was != self.label else "renamed"


def records(old: State, new: State, renamed: Mapping[str, str]) -> tuple[Numbered, ...]:
    """Return the records that bear another number now, are new, or are gone.

    `renamed` says what numbers are called now: a record goes where most of its numbers went.
    """
    then, now = _labels(old), _labels(new)
    slugs = _renamed_slugs(old, new, renamed)
    found = []
    for slug, was in then.items():
        current = slugs.get(slug, slug)
        label = now.get(current, "")
        if label != was or current != slug:
            title = (new if label else old).book.records[current if label else slug].model.title
            found.append(Numbered("record", current, title, was, label, slug))
    came = set(slugs.values())
    found += [
        Numbered("record", slug, new.book.records[slug].model.title, "", label)
        for slug, label in now.items()
        if slug not in then and slug not in came
    ]
    return tuple(found)


def _labels(state: State) -> dict[str, str]:
    found = {}
    for slug in state.book.placed:
        with suppress(ChapterkitError):
            found[slug] = state.book.label_of(slug)
    return found


def _renamed_slugs(old: State, new: State, renamed: Mapping[str, str]) -> dict[str, str]:
    went: dict[str, Counter[str]] = defaultdict(Counter)
    for was, id in renamed.items():
        went[was.rpartition(".")[0]][id.rpartition(".")[0]] += 1
    titles = {one.model.title: slug for slug, one in new.book.records.items()}
    found = {}
    for slug, one in old.book.records.items():
        if slug in new.book.records:
            continue
        by_title = titles.get(one.model.title)
        common = went[slug].most_common(1)
        current = by_title or (common[0][0] if common else None)
        if current and current not in old.book.records:
            found[slug] = current
    return found


def exhibits(old: State, new: State) -> tuple[Numbered, ...]:
    """Return the figures, tables and formulas that are new, gone, or bear another number."""
    then, now = _things(old), _things(new)
    found = []
    for name in dict.fromkeys([*then, *now]):
        was, is_ = then.get(name), now.get(name)
        thing = is_ or was
        assert thing
        labels = was.label if was else "", is_.label if is_ else ""
        if labels[0] != labels[1]:
            found.append(Numbered(thing.kind, name, thing.title, *labels))
    return tuple(found)


def _things(state: State) -> dict[str, Thing]:
    return {
        one.identifier or one.title: one
        for document in state.documents.values()
        for one in document.things
        if one.kind in {"figure", "table", "equation"}
    }
