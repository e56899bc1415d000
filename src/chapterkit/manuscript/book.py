"""Book, Chapter: the nouns that a rule or a template may know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, wraps
from operator import is_
from typing import Concatenate, ParamSpec, TypeVar

from chapterkit.errors import ChapterkitError, Gathering, Origin, nearest
from chapterkit.manuscript.bibliography import Source, parse_bibliography
from chapterkit.manuscript.config import Config, load_config
from chapterkit.manuscript.drawn import check_drawn
from chapterkit.manuscript.exhibited import (
    Declared,
    Exhibit,
    declared,
    exhibits_of,
    load_exhibit_files,
)
from chapterkit.manuscript.folder import BOOK_FILE, Folder, Noted, meant
from chapterkit.manuscript.ledger import Ledger, make_ledger
from chapterkit.manuscript.lock import LOCK_FILE, Lock, parse_lock
from chapterkit.manuscript.pictures import Picture, PictureError, opened
from chapterkit.manuscript.plan import Part, Planned, Role
from chapterkit.manuscript.records import Record, load_records
from chapterkit.manuscript.terms import TERMS_FILE, Terms, parse_terms

Found = TypeVar("Found")
Owner = TypeVar("Owner")
Beside = ParamSpec("Beside")

# What places a record of whatever kind; the name of its kind does, too.
PLACE = "experiment"
COMMENT = re.compile(r"\{%#.*?(?:#%\}|\Z)", re.DOTALL)
_PLACED = re.compile(
    r"""^[ \t]*\{\{-?\s*([a-z]\w*)\(\s*["']([^"']*)["']\s*\)\s*-?\}\}[ \t]*$""", re.MULTILINE
)


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
        return next(chapter for chapter in self.chapters if chapter.slug == slug)

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


def load_book(folder: Folder) -> Book:
    """Read and validate every file of the book in a folder, chapters' texts included.

    Raises ChapterkitError that tells all that is wrong in them, each at its place; what cannot be
    judged before something else is right is left for later.
    """
    noted = Noted(folder)
    config = load_config(noted)
    wrong = Gathering()
    records: Mapping[str, Record] = {}
    bibliography: Mapping[str, Source] = {}
    lock, terms, cover = None, None, None
    exhibits: list[Declared] = []
    with wrong.taken():
        records = load_records(noted, config)
    with wrong.taken():
        bibliography = parse_bibliography(noted.text(config.bibliography), config.bibliography)
    with wrong.taken():
        lock = parse_lock(noted.text(LOCK_FILE)) if noted.exists(LOCK_FILE) else None
    with wrong.taken():
        terms = (
            parse_terms(noted.text(TERMS_FILE), TERMS_FILE) if noted.exists(TERMS_FILE) else None
        )
    with wrong.taken():
        cover = _cover(noted, config)
    with wrong.taken():
        exhibits = declared(records, load_exhibit_files(noted))
    wrong.tell()
    wrong.add(_unknown_citations(records, exhibits, bibliography))
    chapters: list[Chapter] = []
    for one in config.plan:
        with wrong.taken():
            chapters.append(_load_chapter(noted, one, records, config))
    with wrong.taken():
        ledger = make_ledger(records, config.wording, config.unit_table)
    wrong.tell()
    _check_placed_once(chapters)
    shown, made = exhibits_of(exhibits, ledger)
    wrong.add(check_drawn(shown.values()))
    wrong.tell()
    return Book(
        config,
        records,
        bibliography,
        templates={
            path.removeprefix("templates/"): noted.text(path)
            for path in noted.list("templates", ".j2")
        },
        ledger=Ledger({**ledger, **made}, ledger.units),
        chapters=tuple(chapters),
        lock=lock,
        terms=terms,
        cover=cover,
        exhibits=shown,
        folder=folder,
        digests=noted.digests,
    )


def _cover(folder: Folder, config: Config) -> Picture | None:
    if not config.cover:
        return None
    origin = config.origin("cover")
    try:
        picture = opened(config.cover, folder)
    except PictureError as error:
        message = f"封面 {config.cover} {error.message}"
        raise ChapterkitError(message, origin, error.hint) from None
    if picture is None:
        hint = (
            meant(f"book/{config.cover}", folder)
            or "把图片放进 book/，按相对 book/ 的路径写；不写 cover 就画一个"
        )
        raise ChapterkitError(f"封面 {config.cover} 不在书的文件夹里", origin, hint)
    return picture


def check_citation(key: str, bibliography: Mapping[str, Source]) -> None:
    """Raise ChapterkitError, with the nearest key as hint, unless refs.bib holds `key`."""
    if key not in bibliography:
        near = nearest(key, bibliography)
        hint = f"最接近的是 {near}" if near else "在 refs.bib 里加上这一条"
        raise ChapterkitError(f"参考文献库里没有 {key}", hint=hint)


def _unknown_citations(
    records: Mapping[str, Record], exhibits: Sequence[Declared], bibliography: Mapping[str, Source]
) -> Iterator[ChapterkitError]:
    of_records = (one for record in records.values() for one in record.citations())
    of_exhibits = (one for exhibit in exhibits for one in exhibit.citations())
    for key, origin in (*of_records, *of_exhibits):
        try:
            check_citation(key, bibliography)
        except ChapterkitError as error:
            yield error.at(origin)


def _load_chapter(
    folder: Folder, chapter: Planned, records: Mapping[str, Record], config: Config
) -> Chapter:
    path = f"book/{chapter.file}"
    if not folder.exists(path):
        hint = meant(path, folder) or f"写好 {path}；还没有写到这一章就先从 book.yaml 里删去这一条"
        message = f"{chapter.named}的文件 {path} 不存在"
        raise ChapterkitError(message, config.origin(*chapter.place), hint)
    text = folder.text(path)
    if not text.strip():
        raise ChapterkitError(
            "章的正文是空的", Origin(path), "至少要有一个一级标题：# 标题 {#slug}"
        )
    placed = _placed(text, path, records, config) if config.templates else ()
    return Chapter(
        chapter.slug, chapter.number, path, text, placed,
        chapter.label, chapter.role, chapter.part, chapter.start_page or 1,
    )  # fmt: skip


@dataclass(frozen=True)
class _Placing:
    """A call on a line of its own that places a record: by `experiment`, or by its kind."""

    call: str
    slug: str
    line: int


def _placed(
    text: str, path: str, records: Mapping[str, Record], config: Config
) -> tuple[tuple[str, int], ...]:
    lines: dict[str, int] = {}
    wrong = Gathering()
    for one in _placings(text):
        if one.call not in {PLACE, *config.kind_labels}:
            continue
        with wrong.taken():
            _check_placing(one, Origin(path, one.line), lines, records, config)
            lines[one.slug] = one.line
    wrong.tell()
    return tuple(lines.items())


def _check_placing(
    one: _Placing,
    origin: Origin,
    lines: Mapping[str, int],
    records: Mapping[str, Record],
    config: Config,
) -> None:
    if one.slug not in records:
        raise unknown_record(one.slug, records).at(origin)
    if one.slug in lines:
        message = f"{one.slug} 放了两次（先在第 {lines[one.slug]} 行）"
        raise ChapterkitError(message, origin, "另一处改用 ref")
    kind = records[one.slug].model.kind
    if one.call in config.kind_labels and kind not in {None, one.call}:
        hint = f'写 {{{{ {kind}("{one.slug}") }}}}'
        raise ChapterkitError(f"{one.slug} 是 {kind}，不是 {one.call}", origin, hint)


def _placings(text: str) -> Iterator[_Placing]:
    """Yield each call that stands alone on a line of a chapter's text."""
    visible = COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    for match in _PLACED.finditer(visible):
        yield _Placing(match[1], match[2], visible.count("\n", 0, match.start(1)) + 1)


def _check_placed_once(chapters: Sequence[Chapter]) -> None:
    homes: dict[str, str] = {}
    for chapter in chapters:
        for slug in chapter.records:
            if slug in homes:
                message = f"{slug} 已放在 {homes[slug]}"
                raise ChapterkitError(message, chapter.placing(slug), "一条记录只能放一处")
            homes[slug] = chapter.path
