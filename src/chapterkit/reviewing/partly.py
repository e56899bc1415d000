"""A changed chapter down the whole line, where pandoc is handed only what has changed.

What it reads, cites and writes of the rest is what it made of that before; all else is done anew,
for it takes little time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from chapterkit.formats import ChapterPrinting
from chapterkit.formats.shared.sheet import SHEET_ARGUMENTS, marked, pieces_of, unmarked
from chapterkit.manuscript.folder import BOOK_FILE
from chapterkit.pandoc import run_pandoc
from chapterkit.pipeline import Subject, numbered, with_shapes
from chapterkit.pipeline.press import cited_tree, printing_from
from chapterkit.reviewing.rereading import Stretch, reread, stretches_of
from chapterkit.text.citations import renumbered
from chapterkit.text.document import Document
from chapterkit.text.file_links import file_addresses
from chapterkit.text.gate import gated
from chapterkit.text.numbering import Thing, targets_in
from chapterkit.text.origins import Rendered
from chapterkit.text.reading import without_comments
from chapterkit.text.tree import (
    BEARING,
    Element,
    Tree,
    attributes_of,
    citations_of,
    elements_of,
    kind_of,
    outermost,
    paragraph,
    tree_blocks,
    with_blocks,
)

NOTHING: Tree = {"pandoc-api-version": [1, 23], "meta": {}, "blocks": []}


@dataclass(frozen=True)
class Before:
    """What went down the whole line last, and what came of it.

    `text` is the Markdown without comments, read as these `stretches`. `cited` are blocks as they
    were printed, by what they were before (as JSON), `behind` those that come behind them. That
    rests on `sources`, by their keys, in the order in which the text cites them first, and on the
    `settings` of the book. `written` are pieces of the page by the blocks that they were written
    of; `notes` those that have notes, in their order, and `end` what stands behind all.
    """

    text: str = field(repr=False)
    stretches: tuple[Stretch, ...] = field(repr=False)
    elsewhere: Mapping[str, Thing] = field(repr=False)
    cited: Mapping[str, Element] = field(repr=False)
    behind: tuple[Element, ...] = field(repr=False)
    sources: Mapping[str, str] = field(repr=False)
    settings: str
    written: Mapping[str, str] = field(repr=False)
    notes: tuple[tuple[str, str], ...] = field(repr=False)
    end: str = field(repr=False)


def before(
    subject: Subject,
    read: Document,
    document: Document,
    cited: Tree,
    printing: ChapterPrinting,
    pieces: Sequence[str],
) -> Before:
    """Return what is to be known of a chapter: as it was `read`, numbered, cited and written."""
    blocks, last = tree_blocks(document.tree), tree_blocks(cited)
    page = list(zip(map(_told, tree_blocks(unmarked(printing))), pieces, strict=False))
    return Before(
        text=read.rendered.text,
        stretches=stretches_of(document, tree_blocks(read.tree)),
        elsewhere=document.elsewhere,
        cited=dict(zip(map(_told, blocks), last, strict=False)),
        behind=tuple(last[len(blocks) :]),
        sources=_sources(subject, document.tree),
        settings=_settings(subject, document.tree),
        written={block: piece for block, piece in page if not _has_note(block)},
        notes=tuple(one for one in page if _has_note(one[0])),
        end=pieces[-1],
    )


def _told(block: Element) -> str:
    return json.dumps(block, ensure_ascii=False)


def _has_note(told: str) -> bool:
    return '"t": "Note"' in told


def _settings(subject: Subject, tree: Tree) -> str:
    """Return a digest of the book's settings; empty if the references stand among the text."""
    blocks = tree_blocks(tree)
    among = any(attributes_of(one).identifier == "refs" for one in elements_of(tree, {"Div"}))
    if among or not blocks or kind_of(blocks[-1]) == "Header":
        return ""
    return subject.book.digests.get(BOOK_FILE, "")


def _sources(subject: Subject, tree: Tree) -> dict[str, str]:
    """Return what is known of each source that a tree cites, in the order of the text."""
    bibliography = subject.book.bibliography
    cites = elements_of(tree, {"Cite"})
    keys = dict.fromkeys(one.key for cite in cites for one in citations_of(cite))
    return {key: repr(bibliography[key]) for key in keys if key in bibliography}


@dataclass(frozen=True)
class Again:
    """A chapter that went down the line again: its document, what is printed, its page's pieces."""

    document: Document = field(repr=False)
    printing: ChapterPrinting = field(repr=False)
    pieces: tuple[str, ...] = field(repr=False)


def again(old: Before, subject: Subject, markdown: Rendered) -> Again | None:
    """Return a changed chapter, `markdown` being what it is rendered as.

    None if too much has changed, or what has changed reaches too far. Raises ChapterkitError as the
    whole line does.
    """
    plain, comments = without_comments(markdown)
    blocks = reread(old.text, old.stretches, plain.text)
    if blocks is None:
        return None
    tree = with_blocks(NOTHING, blocks)
    document = with_shapes(subject, Document(tree, plain, comments=comments))
    if _reaches_out(document, old):
        return None
    document = numbered(subject, document, known=old.elsewhere)
    printing = printing_from(subject, document, _cited(old, subject, document))
    return Again(document, printing, tuple(_written(old, printing)))


def _reaches_out(document: Document, old: Before) -> bool:
    """Tell whether a document refers to what is not known of other chapters, or has names twice."""
    names = Counter(attributes_of(one).identifier for one in elements_of(document.tree, BEARING))
    twice = any(count > 1 for name, count in names.items() if name)
    needed = targets_in(document.rendered) - names.keys() - old.elsewhere.keys()
    return twice or bool(needed) or bool(file_addresses(document.tree))


def _cited(old: Before, subject: Subject, document: Document) -> Tree:
    """Return a document's tree with citations and references put in.

    Citations are numbered in the order of the text. Where it takes citeproc, this is told of that
    order alone, and of the blocks that are new.
    """
    settings, sources = _settings(subject, document.tree), _sources(subject, document.tree)
    known = {**sources, **old.sources}
    if not settings or settings != old.settings or not sources.items() <= known.items():
        return cited_tree(subject, document)
    blocks = tree_blocks(document.tree)
    kept = [old.cited.get(_told(block)) for block in blocks]
    fresh = [block for block, one in zip(blocks, kept, strict=True) if one is None]
    config, keys = subject.book.config, list(sources)
    same = keys == list(old.sources)
    if same and _are_plainly_cited(fresh, sources):
        made = tree_blocks(gated(with_blocks(document.tree, fresh)))
        made, behind = renumbered(made, keys, config.locale, config.locators), [*old.behind]
    else:
        order = paragraph(list(_citing_first(blocks)))
        small = with_blocks(document.tree, [order, *fresh, order])
        cited = tree_blocks(cited_tree(subject, replace(document, tree=small)))
        made, behind = cited[1:-1], cited[len(fresh) + 2 :]
    rest = iter(made)
    whole = [next(rest) if one is None else one for one in kept]
    if not same:
        whole = renumbered(whole, keys, config.locale, config.locators)
    return with_blocks(document.tree, [*whole, *behind])


def _are_plainly_cited(blocks: Sequence[Element], known: Collection[str]) -> bool:
    """Tell whether all sources of blocks are known, and none is named within a sentence."""
    cites = (cite for block in blocks for cite in outermost([block], {"Cite"}))
    return all(one.key in known and not one.in_text for cite in cites for one in citations_of(cite))


def _citing_first(blocks: Sequence[Element]) -> Iterator[Element]:
    """Yield the citations that name a source which none before them does."""
    seen: set[str] = set()
    for cite in outermost(blocks, {"Cite"}):
        keys = {one.key for one in citations_of(cite)}
        if not keys <= seen:
            yield cite
        seen |= keys


def _written(old: Before, printing: ChapterPrinting) -> list[str]:
    """Return the pieces of a page: what was written before, and the rest as pandoc writes it.

    Notes are counted through: where there are others than before, all of them are written again.
    """
    tree = unmarked(printing)
    blocks = tree_blocks(tree)
    told = list(map(_told, blocks))
    same = [one for one in told if _has_note(one)] == [one for one, _ in old.notes]
    notes = iter(old.notes if same else ())
    known = [next(notes, ("", None))[1] if _has_note(one) else old.written.get(one) for one in told]
    fresh = [block for block, piece in zip(blocks, known, strict=True) if piece is None]
    made, end = _pieces(with_blocks(tree, fresh), printing) if fresh or not same else ([], old.end)
    rest = iter(made)
    pieces = [next(rest) if piece is None else piece for piece in known]
    return [*pieces, old.end if same else end]


def _pieces(tree: Tree, printing: ChapterPrinting) -> tuple[list[str], str]:
    """Return the blocks of a tree as HTML, and what stands behind them."""
    given = json.dumps(marked(tree)).encode()
    written = run_pandoc(["-f", "json", "--sandbox", *SHEET_ARGUMENTS], given)
    *pieces, end = pieces_of(written, printing)
    return pieces, end
