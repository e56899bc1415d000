"""Makes the pages of a book's chapters again and again, as their files change."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

from chapterkit.checking.accepting import own_baseline
from chapterkit.checking.subjects import chapters_of
from chapterkit.errors import ChapterkitError
from chapterkit.formats import ChapterPrinting
from chapterkit.formats.shared.sheet import (
    SHEET_ARGUMENTS,
    Piece,
    Sheet,
    keyed,
    pieces_of,
    sheet_of,
    sheet_tree,
)
from chapterkit.lint import Problem, all_rules
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.wording import regions
from chapterkit.pandoc import run_pandoc
from chapterkit.pipeline import (
    Memory,
    Subject,
    document_of,
    load,
    plainly_read,
    problems_of,
    render_key,
    rendered,
    variants,
)
from chapterkit.pipeline.press import cited_once, printing_from
from chapterkit.reviewing.clipped import all_clippings
from chapterkit.reviewing.commenting import act_on, author_of
from chapterkit.reviewing.desk import (
    Desk,
    Told,
    dashboard,
    desk_of,
    outline,
    places,
    told_allows,
    told_cards,
    told_comments,
    told_problems,
    told_rules,
    told_sources,
)
from chapterkit.reviewing.mapping import coverage_svg
from chapterkit.reviewing.partly import Before, again, before
from chapterkit.reviewing.quickly import Known, Quick, changed, known
from chapterkit.reviewing.since import changes_since, commits_of, coverage_of_commits
from chapterkit.text.document import Document
from chapterkit.text.origins import Rendered


@dataclass(frozen=True)
class Made:
    """A chapter that went down the line: what it was made from, and its page without panels."""

    subject: Subject
    document: Document = field(repr=False)
    sheet: Sheet = field(repr=False)


@dataclass
class Workshop:
    """A book at `root`, of which some chapters are looked at, in one edition of it.

    `sources` is where the sources' own texts lie, if anywhere. `known` and `last` are what the
    whole line gave last for a chapter, of which `quick` makes more; whoever changes `last` for
    what it says itself holds `telling`.
    """

    root: Path
    targets: tuple[str, ...] = ()
    edition: str = ""
    editor: str = ""
    sources: Path | None = None
    memory: Memory = field(default_factory=Memory, repr=False)
    known: dict[str, Known] = field(default_factory=dict, repr=False)
    last: dict[str, Sheet] = field(default_factory=dict, repr=False)
    telling: Lock = field(default_factory=Lock, repr=False)

    def book(self) -> Book:
        """Return the book as it is saved; raise ChapterkitError for what is wrong in it."""
        return load(Disk(self.root))

    def names(self) -> list[tuple[str, str]]:
        """Return slug and title of each chapter that may be looked at."""
        book = self.book()
        return [
            (one.slug, f"{one.label} {one.slug}".strip())
            for one in book.chapters_named(self.targets)
        ]

    def subject(self, book: Book, slug: str) -> Subject:
        """Return a chapter as the page has it: the HTML's passages, the edition's."""
        [chapter] = chapters_of(book, self.root, [slug])
        return variants(chapter, ["html"], [self.edition])[0]

    # --- the page, in three steps of which each takes longer

    def quick(self, slug: str) -> Sheet | None:
        """Return a changed chapter's page, only what changed read anew; None if that cannot be.

        Raises ChapterkitError for a book that cannot be read, or a template that is wrong.
        """
        old, last = self.known.get(slug), self.last.get(slug)
        subject = self.subject(self.book(), slug)
        markdown = rendered(subject)
        if old is None or last is None:
            return None
        try:
            made = changed(old, markdown)
        except ChapterkitError:
            return None
        if made is None:
            return self._partly(old.before, subject, markdown)
        pieces = keyed(made.pieces)
        offsets = [0]
        for line in markdown.text.split("\n"):
            offsets.append(offsets[-1] + len(line) + 1)
        origins = [markdown.origin(offsets[line]) for line in made.lines]
        where = {
            piece.key: [one.path, one.line] for piece, one in zip(pieces, origins, strict=False)
        }
        with self.telling:  # the whole line, beside this one, may have told more meanwhile
            last = self.last[slug]
            rows = [_renamed(row, made, pieces) for row in last.data["outline"]]
            data = {**last.data, "places": where, "outline": rows}
            self.last[slug] = replace(last, pieces=pieces, data=data, failures=())
            return self.last[slug]

    def _partly(self, old: Before, subject: Subject, markdown: Rendered) -> Sheet | None:
        """Return a changed chapter's page, pandoc handed what changed; None if that is much."""
        assert subject.chapter
        slug = subject.chapter.slug
        try:
            made = again(old, subject, markdown)
        except ChapterkitError:
            return None
        if made is None:
            return None
        sheet = sheet_of(made.printing, made.pieces)
        desk = desk_of(subject, made.document, sheet.pieces, {slug: made.document})
        told = {"places": places(desk), "outline": outline(desk)}
        with self.telling:
            self.last[slug] = replace(sheet, data={**self.last[slug].data, **told})
            return self.last[slug]

    def whole(self, slug: str) -> Made:
        """Return a chapter's page, all of the line gone down but the linter.

        Raises ChapterkitError for what stands in the way.
        """
        subject = self.subject(self.book(), slug)
        markdown = self.memory.step(
            "render", subject.key, lambda: render_key(subject), lambda: rendered(subject)
        )
        document = document_of(subject, self.memory)
        printed = self._as_printed(subject, document)
        cited = cited_once(*printed, self.memory)
        printing = printing_from(*printed, cited, self.memory)
        written = pieces_written(printing)
        sheet = sheet_of(printing, written)
        if self.edition not in regions():  # a part of a converted text is not converted alone
            read = plainly_read(subject, self.memory)
            gone = before(subject, read, document, cited, printing, written)
            self.known[slug] = known(markdown, printing, written, gone)
        desk = desk_of(subject, document, sheet.pieces, {slug: document})
        shown = self.last.get(slug)
        data = {**(shown.data if shown else {}), "places": places(desk), "outline": outline(desk)}
        data |= {"name": slug, "root": str(self.root.resolve()), "editor": self.editor}
        self.last[slug] = replace(sheet, data=data)
        return Made(subject, document, self.last[slug])

    def _as_printed(self, subject: Subject, document: Document) -> tuple[Subject, Document]:
        """Return a chapter as its edition prints it: that of a region is converted."""
        if self.edition not in regions():
            return subject, document
        from chapterkit.pipeline.editions import in_region  # few look at these

        return in_region(subject.book, self.edition).converted(subject, document)

    def examined(self, made: Made) -> Sheet:
        """Return a page with all that its panels tell: problems, numbers, sources."""
        slug = made.sheet.name
        desk = desk_of(
            made.subject, made.document, made.sheet.pieces, self.documents(made), self.sources
        )
        told = told_of(desk, self.memory)
        told |= {"me": author_of(self.root), "commits": commits_of(self.root)}
        self.last[slug] = replace(made.sheet, data={**made.sheet.data, **told})
        return self.last[slug]

    # --- what may be asked for

    def commented(self, made: Made, given: Mapping[str, Any]) -> Told:
        """Write a comment down, or an answer to one; return all comments as they are then.

        Raises ChapterkitError for what cannot be done.
        """
        keys = [one.key for one in made.sheet.pieces]
        place = given.get("place")
        key = place[0] if isinstance(place, list) and place else ""
        piece = keys.index(key) if key in keys else None
        act_on(self.root, made.sheet.name, made.document, {**given, "piece": piece})
        return {"comments": told_comments(self._desk(made))}

    def compared(self, made: Made, base: str) -> Told:
        """Return what has changed in a chapter since a commit."""
        return changes_since(self.root, self._desk(made), base)

    def _desk(self, made: Made) -> Desk:
        documents = {made.sheet.name: made.document}
        return desk_of(made.subject, made.document, made.sheet.pieces, documents)

    def failed(self, slug: str, error: Exception) -> Sheet:
        """Return a chapter's last good page, with what stands in the way of a newer one."""
        told = error if isinstance(error, ChapterkitError) else _our_bug(error)
        sheet = self.last.get(slug) or Sheet(slug, slug, "", "zh-Hans")
        return replace(sheet, failures=tuple(told_failure(told)))

    def documents(self, made: Made) -> dict[str, Document]:
        """Return the documents of all chapters that can be read, by slug."""
        found: dict[str, Document] = {}
        for chapter in made.subject.book.chapters:
            if chapter.slug == made.sheet.name:
                found[chapter.slug] = made.document
                continue
            try:
                other = self.subject(made.subject.book, chapter.slug)
                found[chapter.slug] = document_of(other, self.memory)
            except ChapterkitError:
                continue
        return found


def _renamed(row: Told, made: Quick, pieces: Sequence[Piece]) -> Told:
    """Return a heading in the outline as it is now."""
    if row["id"] not in made.headings:
        return row
    place, title = made.headings[row["id"]]
    return {**row, "key": pieces[place].key, "title": title}


def told_of(desk: Desk, memory: Memory) -> Told:
    """Return what the panels tell of a chapter."""
    problems = problems_of(replace(desk.subject, formats=frozenset()), memory)
    return {"examined": True, **_panels(desk, problems)}


def _panels(desk: Desk, problems: Sequence[Problem]) -> Told:
    root = desk.subject.root
    accepted = own_baseline(desk.book, root)
    told = told_problems(problems, accepted, desk)
    allowed = told_allows(desk)
    named = [one.rule for one in problems]
    return {
        "cards": told_cards(desk),
        "problems": told,
        "rules": told_rules([*named, *(name for one in allowed for name in one["rules"])]),
        "allows": allowed,
        "checked": len(all_rules()),
        "sources": told_sources(desk),
        "comments": told_comments(desk),
        "dashboard": _whole_at_a_glance(desk, root),
    }


def _whole_at_a_glance(desk: Desk, root: Path) -> Told:
    told, before = dashboard(desk), coverage_of_commits(root)
    now = {"commit": "", "date": "现在"}
    now |= {"verified": told["counts"]["verified"], "total": told["counts"]["all"]}
    rows = [*before, now] if before else []
    return {**told, "coverage": rows, "chart": coverage_svg(rows)}


def pieces_written(printing: ChapterPrinting) -> list[str]:
    """Return the blocks of a chapter as HTML."""
    given = json.dumps(sheet_tree(printing)).encode()
    written = run_pandoc(["-f", "json", "--sandbox", *SHEET_ARGUMENTS], given)
    return pieces_of(written, printing)


def review_data(
    subject: Subject,
    document: Document,
    printing: ChapterPrinting,
    problems: Sequence[Problem],
    sources: Path | None,
    base: str = "",
) -> Told:
    """Return what the panels tell of a chapter that is printed as a page of its own.

    `problems` are those of the chapter as it was written. The lines in which its numbers stand are
    in it as pictures, cut from the PDFs in `sources`, as far as there is room: `unclipped` says
    how many are not. What has changed since the commit `base` is told, too, if one is named.

    Raises ChapterkitError if there is no such commit, or the book could not be read then.
    """
    pieces = keyed(filter(None, pieces_written(printing)))
    desk = desk_of(subject, document, pieces, {printing.slug: document}, sources)
    told: Told = {"name": printing.slug, "places": places(desk), "outline": outline(desk)}
    told |= _panels(desk, problems)
    if sources is not None:
        told["clippings"], told["unclipped"] = all_clippings(desk.book, told["cards"], sources)
    if base:
        told["changes"] = changes_since(subject.root, desk, base)
    return told


def _our_bug(error: Exception) -> ChapterkitError:
    traceback.print_exception(error)
    return ChapterkitError(f"chapterkit 自己的错误，请报告给我们：{error!r}")


def told_failure(error: ChapterkitError) -> Iterator[Mapping[str, Any]]:
    """Yield what stands in the way of a page, as JSON has it."""
    for one in error.each():
        yield {
            "path": one.origin.path.replace(os.sep, "/") if one.origin else "",
            "line": one.origin.line if one.origin else 0,
            "message": one.message,
            "hint": one.hint,
        }
