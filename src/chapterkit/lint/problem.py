"""What a lint rule reports, and how it may be mended."""

from __future__ import annotations

from dataclasses import dataclass, field

from chapterkit.errors import Origin
from chapterkit.text.document import Block
from chapterkit.text.sentences import kept


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of the author's own file: `old`, which stands at `origin`, becomes `new`."""

    origin: Origin
    old: str
    new: str

    @property
    def end(self) -> Origin:
        """Where the old text ends.

        >>> Edit(Origin("a.md", 3, 5), "甲\\n乙", "").end
        Origin(path='a.md', line=4, column=2)
        """
        above, broken, last = self.old.rpartition("\n")
        path, line, column = self.origin.path, self.origin.line, self.origin.column
        if not broken:
            return Origin(path, line, column + len(last))
        return Origin(path, line + above.count("\n") + 1, len(last) + 1)


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong in the manuscript: where, what, and what to do next.

    A rule gives origin, message and hint, most simply through `problem_at`; the engine adds the
    rule's name and, unless the rule has said that this one weighs less, the severity. `end` is
    where the text concerned ends, on the same line (None: it is not known). `edits` mend it.
    `context` is the sentence concerned, by which a baseline knows the problem again.
    """

    origin: Origin
    message: str
    hint: str = ""
    rule: str = ""
    severity: str = ""
    end: Origin | None = field(default=None, compare=False)
    edits: tuple[Edit, ...] = field(default=(), compare=False)
    context: str = field(default="", compare=False, repr=False)


def problem_at(
    block: Block,
    start: int,
    end: int,
    message: str,
    hint: str = "",
    *,
    severity: str = "",
    edits: tuple[Edit, ...] = (),
) -> Problem:
    """Return a problem about block.text[start:end], placed where that was written.

    `severity` is for a problem that weighs less, or more, than the rule's others.
    """
    origin = block.origin(start)
    last = block.origin(max(start, end - 1))
    known = (last.path, last.line) == (origin.path, origin.line) and last >= origin
    until = Origin(last.path, last.line, last.column + 1) if known else None
    context = kept(block.text, block.sentence(start), start)
    return Problem(origin, message, hint, "", severity, end=until, edits=edits, context=context)


def replacement(block: Block, start: int, end: int, new: str) -> tuple[Edit, ...]:
    """Return the edit that makes block.text[start:end] `new`; none where that cannot be told.

    It can be told where the text was typed in one piece: no markup stands in it, no part of it
    comes from a template's expression, no escape or entity.
    """
    first = block.offsets[start]
    together = all(
        block.offsets[position] == first + position - start and block.is_typed(position)
        for position in range(start, end)
    )
    return (Edit(block.origin(start), block.text[start:end], new),) if together else ()


def insertion(block: Block, position: int, new: str) -> tuple[Edit, ...]:
    """Return the edit that puts `new` between text[position-1] and text[position]; or none.

    Where markup stands between the two (中**A**), `new` goes outside of it.
    """
    before, after = position - 1, position
    starts, ends = block.edges
    opens, closes = after in starts, after in ends
    if opens and closes:
        return ()
    if not closes and block.is_typed(before):
        character = block.text[before]
        return (Edit(block.origin(before), character, character + new),)
    if not opens and block.is_typed(after):
        character = block.text[after]
        return (Edit(block.origin(after), character, new + character),)
    return ()


def join(*parts: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Return all edits of one problem together; none if any of them cannot be told."""
    return tuple(edit for part in parts for edit in part) if all(parts) else ()
