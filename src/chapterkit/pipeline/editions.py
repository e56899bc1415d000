"""The edition of a region: a checked text converted, proved, and what an editor should read.

A step between linting and citing. What prints and proves an edition knows it as a subject of a book
in that edition, with a document that was converted from the manuscript's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chapterkit.conversion import check_dictionaries, converter
from chapterkit.errors import Origin
from chapterkit.lint import Problem, Run, lint
from chapterkit.lint.engine import EDITION, at_hand
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.wording import locale, region
from chapterkit.pipeline import Subject, counting_of
from chapterkit.pipeline.regional_book import book_in, words_of
from chapterkit.text.document import ADDRESS, CITE, CODE, MATH, Block, Document
from chapterkit.text.numbering import Thing
from chapterkit.text.origins import rendered_plainly
from chapterkit.text.placed import placed_in
from chapterkit.text.regional import Doubt, Regional, converted, doubts
from chapterkit.text.tree import OPAQUE, paragraph, string, with_blocks

_OF_DRAWINGS = ("edition-drift", "mixed-script")
_RULES = (*_OF_DRAWINGS, "missing-glyph")


@dataclass(frozen=True)
class InRegion:
    """A book in the edition of a region, the book that it was made of, and what converts it."""

    book: Book
    source: Book
    regional: Regional

    def converted(self, subject: Subject, document: Document) -> tuple[Subject, Document]:
        """Return a chapter in the edition: of the book in it, with its document converted."""
        assert subject.chapter
        chapter = self.book.chapter(subject.chapter.slug)
        made = replace(subject, book=self.book, chapter=chapter)
        other = replace(
            document,
            tree=converted(document.tree, self.regional),
            counting=counting_of(made),
            elsewhere={name: self._named(one) for name, one in document.elsewhere.items()},
            source=document,
        )
        return made, other

    def _named(self, thing: Thing) -> Thing:
        say = self.regional.text
        return replace(
            thing,
            label=say(thing.label),
            title=say(thing.title),
            chapter_label=say(thing.chapter_label),
        )

    def proved(self, subject: Subject, document: Document) -> list[Problem]:
        """Return what is wrong with a converted document that was not so before."""
        found = self._linted(document, _RULES)
        for id in placed_in(document, self.book):
            if self.book.exhibits[id].kind != "table":  # whose words stand in the document
                found += self._wrong_in_drawing(id)
        return [_of_edition(one, self.book.config.language) for one in found]

    def _linted(self, document: Document, rules: tuple[str, ...]) -> list[Problem]:
        run = Run(self.book.config, at_hand(self.book) | {EDITION}, rules)
        return lint(document, self.book, run)

    def _wrong_in_drawing(self, id: str) -> list[Problem]:
        """Return what is wrong with the words of a drawing, which no document holds."""
        source = self.source.exhibits[id]
        words = list(words_of(source.model))
        before = _listed(words, source.file.path)
        after = _listed(list(words_of(self.book.exhibits[id].model)), source.file.path)
        found = self._linted(replace(before, tree=after.tree, source=before), _OF_DRAWINGS)
        places = (words[(one.origin.line - 1) // 2] for one in found)
        return [
            replace(one, origin=source.origin_of(word), end=None)
            for one, word in zip(found, places, strict=True)
        ]

    def risk(self, documents: Iterable[Document]) -> str:
        """Return the list of what an editor of the region should read in documents."""
        return risk_text(risks(documents, self.regional), self.book.config.language)


def in_region(book: Book, edition: str) -> InRegion:
    """Return a book in the edition of a region.

    Raises ChapterkitError if only stale dictionaries are there.
    """
    check_dictionaries(book.config.allow_stale_opencc)
    place = region(edition)
    terms = _own_words(book, edition) | (book.terms.in_region(edition) if book.terms else {})
    regional = Regional(
        place, converter(place.phrases, place.standard), converter(place.standard), terms
    )
    words = book.terms.words if book.terms else ()
    whole = {one: regional.text(one) for one in words if len(one) >= _LONG}
    regional = replace(regional, whole=whole)
    return InRegion(book_in(book, regional), book, regional)


_LONG = 4  # characters of a term that is surely a word wherever it stands


_UNDER_EXHIBITS = ("note", "best_in_rows", "own_drawing", "chart_bars")


def _own_words(book: Book, edition: str) -> dict[str, str]:
    """Return what the tool says of exhibits in the text, and what it says in the edition."""
    before, after = book.config.wording, locale(edition).wording
    words = [(getattr(before, one), getattr(after, one)) for one in _UNDER_EXHIBITS]
    return {old.replace("{text}", ""): new.replace("{text}", "") for old, new in words}


def _listed(words: Sequence[str], path: str) -> Document:
    """Return a document that has these words as its paragraphs."""
    tree = with_blocks({"meta": {}}, [paragraph([string(one)]) for one in words])
    return Document(tree, rendered_plainly("\n\n".join(words), path))


def _of_edition(problem: Problem, edition: str) -> Problem:
    """Return a problem of an edition, which no edit of the manuscript's own characters mends."""
    message, hint = problem.message, problem.hint
    if problem.rule == "mixed-script":
        message = message.replace("繁体文中夹了简体字", "有没转或转错的字")
        typed, _, made = hint.partition("→")
        line = f"，如 {_decided(typed, made, edition)}" if made else ""
        hint = f"在 book/terms.yaml 的 conversions 里写明这一处怎么转{line}；或在书稿里换个说法"
    return replace(problem, message=f"{edition} 版：{message}", hint=hint, edits=())


def _decided(text: str, made: str, edition: str) -> str:
    """Return the line of book/terms.yaml that decides how a word is converted, to be pasted."""
    return f"- {{text: {text}, editions: {{{edition}: {made}}}}}"


# --- what an editor should read


@dataclass(frozen=True)
class Place:
    """Where a word stands, and the words round it."""

    origin: Origin
    around: str


def risks(documents: Iterable[Document], regional: Regional) -> list[tuple[Doubt, Sequence[Place]]]:
    """Return the words of documents that an editor of the region should look at, most first."""
    found: dict[tuple[str, str], tuple[Doubt, list[Place]]] = {}
    for document in documents:
        for block in (document.source or document).prose.blocks:
            for doubt in doubts(block.prose.translate(_NO_TEXT), regional):
                _, places = found.setdefault((doubt.word, doubt.phrase), (doubt, []))
                places.append(_place(block, doubt))
    return sorted(found.values(), key=lambda one: -len(one[1]))


_NO_TEXT = str.maketrans(dict.fromkeys((ADDRESS, CITE, CODE, MATH), OPAQUE))
_AROUND = 8


def _place(block: Block, doubt: Doubt) -> Place:
    before = block.text[max(0, doubt.start - _AROUND) : doubt.start]
    behind = block.text[doubt.end : doubt.end + _AROUND]
    around = f"{before}【{doubt.word}】{behind}".replace(OPAQUE, "").replace("\n", " ")
    return Place(block.origin(doubt.start), around)


def risk_text(risks: Sequence[tuple[Doubt, Sequence[Place]]], edition: str) -> str:
    """Return a list of words as an editor reads it: each with its places, a line each.

    With each stands the line that decides for it as it was converted.
    """
    lines: list[str] = []
    for doubt, places in risks:
        said = f"{doubt.word} → {doubt.phrase}（按字转是 {doubt.standard}），{len(places)} 处"
        lines += [said, *(f"  {one.origin}: {one.around}" for one in places[:_PLACES])]
        lines.append(f"  {_decided(doubt.word, doubt.phrase, edition)}")
    total = sum(len(places) for _, places in risks)
    lines.append(
        f"要看的词 {len(risks)} 个，共 {total} 处；定下来的写进 book/terms.yaml 的 conversions。"
    )
    return "\n".join(lines)


_PLACES = 3
