"""What a lint rule reports, and how it may be mended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from chapterkit.errors import Origin
from chapterkit.han import is_han
from chapterkit.text.document import Block
from chapterkit.text.sentences import kept
from chapterkit.values import light


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


@light
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


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems in order: as they compare, in less time where there are very many."""
    return sorted(problems, key=_rank)


def _rank(one: Problem) -> tuple[str | int, ...]:
    at = one.origin
    return at.path, at.line, at.column, one.message, one.hint, one.rule, one.severity


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

    `severity` is for a problem that weighs less, or more, than the rule's others. What comes of a
    record's value and a template together is placed at the value, with the template named: no
    edit of the template would be right for every record.
    """
    context = kept(block.text, block.sentence(start), start)
    if typed := block.stretch(start, end):
        return Problem(typed[0], message, hint, "", severity, typed[1], edits, context)
    if meeting := _meeting(block, start, end):
        value, template = meeting
        message = f"{message}（由 {template} 印出）"
        return Problem(value, message, hint, "", severity, context=context)
    origin = block.origin(start)
    last = block.origin(max(start, end - 1))
    known = (last.path, last.line) == (origin.path, origin.line) and last >= origin
    until = Origin(last.path, last.line, last.column + 1) if known else None
    return Problem(origin, message, hint, "", severity, until, edits, context)


_RECORDS, _TEMPLATES, _OF_ONE = "experiments/", "templates/", "templates/experiments/"


def _meeting(block: Block, start: int, end: int) -> tuple[Origin, Origin] | None:
    """Return where a record's value and a template stand that text[start:end] is made of.

    A whole paragraph of a record's own template is that template's, whatever it takes over.
    """
    if not block.offsets or end <= start:
        return None
    rendered, offsets = block.rendered, block.offsets
    first, last = offsets[min(start, len(offsets) - 1)], offsets[min(end, len(offsets)) - 1]
    if rendered.is_in_one_piece(first, last):
        return None
    origins = [*rendered.origins_within(first, last)]
    value = next((one for one in origins if one.path.startswith(_RECORDS)), None)
    template = next((one for one in origins if one.path.startswith(_TEMPLATES)), None)
    if value is None or template is None:
        return None
    is_whole = template.path.startswith(_OF_ONE) and end - start == len(block.text)
    return None if is_whole else (value, template)


def _beside_value(block: Block, start: int, end: int) -> bool:
    """Tell whether text[start:end], in a template of several records, touches what records say."""
    path = block.origin(start).path
    if not path.startswith(_TEMPLATES) or path.startswith(_OF_ONE):
        return False
    beside = (start - 1, end)
    inside = (block.origin(at).path for at in beside if 0 <= at < len(block.text))
    return any(path.startswith(_RECORDS) for path in inside)


def replacement(block: Block, start: int, end: int, new: str) -> tuple[Edit, ...]:
    """Return the edit that makes block.text[start:end] `new`; none where that cannot be told.

    It can be told where the text was typed in one piece: no markup stands in it, no part of it
    comes from a template's expression, no escape or entity. In a template of several records it
    can be done only where it does not touch what one of them says.
    """
    if _beside_value(block, start, end):
        return ()
    first = block.offsets[start]
    together = all(
        block.offsets[position] == first + position - start and block.is_typed(position)
        for position in range(start, end)
    )
    return (Edit(block.origin(start), block.text[start:end], new),) if together else ()


def word_instead(block: Block, start: int, end: int, word: str) -> tuple[Edit, ...]:
    """Return the edit that puts a word in the place of block.text[start:end]; or none.

    A blank that would then stand between two Han characters goes, too: 用 prompt 写, 用提示词写.
    """
    text = block.text
    if text[start - 1 : start] == " " and is_han(word[:1]) and is_han(text[start - 2 : start - 1]):
        start -= 1
    if text[end : end + 1] == " " and is_han(word[-1:]) and is_han(text[end + 1 : end + 2]):
        end += 1
    return replacement(block, start, end, word)


def insertion(block: Block, position: int, new: str) -> tuple[Edit, ...]:
    """Return the edit that puts `new` between text[position-1] and text[position]; or none.

    Where markup stands between the two (中**A**), `new` goes outside of it. None in a template of
    several records beside what one of them says.
    """
    before, after = position - 1, position
    if _beside_value(block, before, after) or _beside_value(block, after, after):
        return ()
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
