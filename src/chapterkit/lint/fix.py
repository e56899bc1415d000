"""Carrying out the edits of problems, and proof that nothing else changed. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from chapterkit.errors import Origin
from chapterkit.lint.problem import Edit, Problem
from chapterkit.text.document import Block, Document, Inline
from chapterkit.text.tree import attributes_of, inlines_of, target_of, title_text

# Mending one thing may bring another to light; after so many rounds the rest is left to the author.
ROUNDS = 6
_BREAK = re.compile(r"\r\n|\r|\n")
Texts = Mapping[str, str]
Line = tuple[str, int]
Span = tuple[Origin, Origin]


@dataclass(frozen=True)
class Mended:
    """Files after mending, by path; how many problems were mended, and which were refused."""

    texts: Texts
    done: int
    refused: tuple[Problem, ...]


def mend(
    texts: Texts,
    parse: Callable[[Texts], Document],
    problems_of: Callable[[Texts, Document], Iterable[Problem]],
    rounds: int = ROUNDS,
) -> Mended:
    """Carry out the edits of the problems, as far as the document's structure stays the same.

    `parse` reads the files' texts, `problems_of` lints what was read. An edit after which
    pandoc's tree differs in more than the text concerned is refused, with all the edits of its
    problem; so are edits that would only undo earlier ones. What cannot be carried out is not
    counted. Raises what `parse` and `problems_of` raise.
    """
    done, refused = 0, dict[tuple[str, str, str], Problem]()
    document = parse(texts)
    reached: list[tuple[Texts, int]] = [(texts, 0)]
    for _ in range(rounds):
        wanted = [
            problem
            for problem in problems_of(texts, document)
            if _applies(problem, texts) and _known(problem) not in refused
        ]
        chosen = _without_overlap(wanted)
        while chosen:
            changed = edited(texts, [edit for problem in chosen for edit in problem.edits])
            if before := next((one for one in reached if one[0] == changed), None):
                undoing = {_known(problem): problem for problem in chosen}
                return Mended(*before, tuple((refused | undoing).values()))
            after = parse(changed)
            spoilt = _spoilt(document, after, chosen)
            if not spoilt:
                texts, document, done = changed, after, done + len(chosen)
                reached.append((texts, done))
                break
            refused |= {_known(problem): problem for problem in spoilt}
            chosen = [problem for problem in chosen if _known(problem) not in refused]
        if not chosen:
            break
    return Mended(texts, done, tuple(refused.values()))


def _applies(problem: Problem, texts: Texts) -> bool:
    """Tell whether a problem has edits, and all of them are of files that may be changed."""
    return bool(problem.edits) and all(edit.origin.path in texts for edit in problem.edits)


def _known(problem: Problem) -> tuple[str, str, str]:
    """Return what a refused problem is known by in later rounds, when lines may have moved."""
    changes = "\0".join(f"{edit.old}\0{edit.new}" for edit in problem.edits)
    return problem.rule, problem.context, changes


def _without_overlap(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems whose edits do not touch those of an earlier one."""
    taken: dict[str, list[Span]] = {}
    chosen: list[Problem] = []
    for problem in sorted(problems):
        spans = [(edit.origin, edit.end) for edit in problem.edits]
        if all(_free(taken.get(start.path, []), start, end) for start, end in spans):
            chosen.append(problem)
            for start, end in spans:
                taken.setdefault(start.path, []).append((start, end))
    return chosen


# An edit of a sorted sequence can only meet the last few before it, unless its problem reaches far.
_NEIGHBOURS = 50


def _free(taken: Sequence[Span], start: Origin, end: Origin) -> bool:
    return all(end <= first or start >= last for first, last in taken[-_NEIGHBOURS:])


def edited(texts: Texts, edits: Iterable[Edit]) -> Texts:
    """Return the files' texts with edits carried out; line ends stay as they are.

    An edit whose old text does not stand where it should, or that overlaps an earlier one, is
    left out.
    """
    by_path: dict[str, set[Edit]] = {}
    for edit in edits:
        by_path.setdefault(edit.origin.path, set()).add(edit)
    changed = {path: _edited(texts[path], by_path[path]) for path in by_path if path in texts}
    return {**texts, **changed}


def _edited(text: str, edits: Iterable[Edit]) -> str:
    starts = [0, *(found.end() for found in _BREAK.finditer(text))]
    parts: list[str] = []
    end = 0
    for edit in sorted(edits, key=lambda edit: edit.origin):
        if edit.origin.line > len(starts):
            continue
        start = starts[edit.origin.line - 1] + edit.origin.column - 1
        old = edit.old
        if "\n" in old and not text.startswith(old, start):
            old = old.replace("\n", "\r\n" if "\r\n" in text else "\r")
        if start >= end and text.startswith(old, start):
            parts += [text[end:start], edit.new]
            end = start + len(old)
    return "".join([*parts, text[end:]])


# --- proof


def _spoilt(before: Document, after: Document, chosen: Sequence[Problem]) -> list[Problem]:
    """Return the problems whose edits changed more than the text concerned; none if all is well.

    If nobody can tell whose fault it is, all of them are.
    """
    touched = {line for problem in chosen for edit in problem.edits for line in _lines(edit)}
    edits = (edit for problem in chosen for edit in problem.edits)
    named = frozenset(_named(after, edits))
    differing = list(_differing(before, after, touched, named))
    if not differing:
        return []
    faulty = {line for block in differing for line in _block_lines(block)}
    spoilt = [
        problem
        for problem in chosen
        if any(line in faulty for edit in problem.edits for line in _lines(edit))
    ]
    return spoilt or list(chosen)


def _lines(edit: Edit) -> Iterator[Line]:
    for number in range(edit.origin.line, edit.end.line + 1):
        yield edit.origin.path, number


def _block_lines(block: Block) -> set[Line]:
    """Return every line of the author's files that a part of the block was written on."""
    offsets = block.offsets
    first, last = (min(offsets), max(offsets)) if offsets else (block.start, block.start)
    return {(origin.path, origin.line) for origin in block.rendered.origins_within(first, last)}


def _differing(
    before: Document, after: Document, touched: Collection[Line], named: Collection[str]
) -> Iterator[Block]:
    """Yield the blocks that are not what they were, but for the text of those touched.

    `named` are the identifiers to which edits refer by what the place is called now.
    Once the number of blocks differs, what follows the first difference tells nothing.
    """
    same_count = len(before.blocks) == len(after.blocks)
    linked = frozenset(_linked(before))
    for old, new in zip_longest(before.blocks, after.blocks):
        if old is None or new is None:
            yield old or before.blocks[-1]
            return
        concerned = any(line in touched for line in _block_lines(old))
        same = _same_but_for_text(old, new, linked, named)
        same = same and (concerned or old.text == new.text)
        if not same:
            yield old
            if not same_count:
                return


def _linked(document: Document) -> Iterator[str]:
    """Yield the identifiers that links within the document name."""
    for block in document.blocks:
        for inline in block.inlines:
            if inline.kind == "Reference":
                yield inline.target[1:]


def _same_but_for_text(
    old: Block, new: Block, linked: Collection[str], named: Collection[str]
) -> bool:
    """Tell whether two blocks have the same shape and markup, whatever their text."""
    if old.element == new.element and old.within == new.within:
        return True
    if old.kind != new.kind or old.within != new.within or not _same_heading(old, new, linked):
        return False
    same_words = _letters(_retold(old, new)) == _letters(new.text)
    one, two = list(_markup(old, same_words)), list(_markup(new, same_words))
    if one == two:
        return True
    # 实验 7.4 typed by hand becomes a reference: the same words, now linked. 上一节 becomes one to
    # what it points to, by its name.
    added = _added(one, two)
    if added is None or any(kind != "Reference" for kind, _ in added):
        return False
    return same_words or (_targets(new) - _targets(old)).issubset(named)


def _targets(block: Block) -> set[str]:
    return {target[1:] for target, _, _ in _references(block)}


_REFERENCE = re.compile(r"\[(?P<text>[^\[\]]*)\]\(#(?P<id>[^\s()]+)\)|\bref\(\"(?P<ref>[^\"]+)\"\)")


def _named(after: Document, edits: Iterable[Edit]) -> Iterator[str]:
    """Yield what edits refer to by the name that the tool, or a heading, gives it."""
    found = [one for edit in edits for one in _REFERENCE.finditer(edit.new)]
    titles = {
        one.identifier: title_text(inlines_of(one.element))
        for one in after.blocks
        if found and one.kind == "Header"
    }
    for one in found:
        if one["ref"] or one["text"] in {"", titles.get(one["id"])}:
            yield one["ref"] or one["id"]


Mark = tuple[str, str]


def _added(one: Sequence[Mark], two: Sequence[Mark]) -> list[Mark] | None:
    """Return what `two` has more than `one`, whose marks it has in their order; None if not so.

    >>> _added([("Link", "a")], [("Reference", "b"), ("Link", "a")]), _added([("Link", "a")], [])
    ([('Reference', 'b')], None)
    """
    waiting, added = list(reversed(one)), list[Mark]()
    for mark in two:
        if waiting and mark == waiting[-1]:
            waiting.pop()
        else:
            added.append(mark)
    return None if waiting else added


def _retold(old: Block, new: Block) -> str:
    """Return a block's text in which references are called as they are now."""
    told = {(target, words) for target, words, _ in _references(new)}
    now = dict(sorted(told))
    text = old.text
    for target, words, inline in reversed([*_references(old)]):
        if (target, words) not in told:
            text = text[: inline.start] + now.get(target, words) + text[inline.end :]
    return text


def _references(block: Block) -> Iterator[tuple[str, str, Inline]]:
    for inline in block.inlines:
        if inline.kind == "Reference":
            yield inline.target, block.text[inline.start : inline.end], inline


def _same_heading(old: Block, new: Block, linked: Collection[str]) -> bool:
    """Tell whether two headings have the same level and attributes; others always do.

    An identifier that pandoc made out of the text changes with it, which hurts nobody unless a
    link names it.
    """
    if old.kind != "Header":
        return True
    one, two = attributes_of(old.element), attributes_of(new.element)
    same_identifier = one.identifier == two.identifier or one.identifier not in linked
    return old.level == new.level and one[1:] == two[1:] and same_identifier


_TEXTUAL = {"Space", "SoftBreak"}


def _markup(block: Block, with_words: bool) -> Iterator[Mark]:
    """Yield what an edit of the text may not change; also the words that emphasis holds, or not."""
    for inline in block.inlines:
        if inline.kind not in _TEXTUAL:
            yield inline.kind, _detail(block, inline, with_words)


def _detail(block: Block, inline: Inline, with_words: bool) -> str:
    text = block.text[inline.start : inline.end]
    match inline.kind:
        case "Code" | "Math" | "RawInline":
            return str(inline.element)
        case "Cite":
            return "、".join(inline.citations)
        case "Link" | "Reference" | "Image":
            return str(target_of(inline.element))
        case "Number":
            return f"{inline.number} {text}"
    return _letters(text) if with_words else ""


def _letters(text: str) -> str:
    """Return letters and digits, full-width ones as the half-width ones that they stand for."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))
