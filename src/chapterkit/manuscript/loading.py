"""A folder -> a book: every file read and validated, all that is wrong told together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chapterkit.errors import ChapterkitError, Gathering, Origin
from chapterkit.manuscript.bibliography import Source, parse_bibliography
from chapterkit.manuscript.book import COMMENT, PLACE, Book, Chapter, check_citation, unknown_record
from chapterkit.manuscript.config import Config, load_config
from chapterkit.manuscript.drawn import check_drawn
from chapterkit.manuscript.exhibited import Declared, declared, exhibits_of, load_exhibit_files
from chapterkit.manuscript.folder import Folder, Noted, meant
from chapterkit.manuscript.ledger import Ledger, make_ledger
from chapterkit.manuscript.lock import LOCK_FILE, parse_lock
from chapterkit.manuscript.pictures import Picture, PictureError, opened
from chapterkit.manuscript.plan import Planned
from chapterkit.manuscript.records import Record, load_records
from chapterkit.manuscript.terms import TERMS_FILE, parse_terms

_PLACED = re.compile(
    r"""^[ \t]*\{\{-?\s*([a-z]\w*)\(\s*["']([^"']*)["']\s*\)\s*-?\}\}[ \t]*$""", re.MULTILINE
)


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


def _where_to_write(file: str, path: str, folder: Folder) -> str:
    """Return what to do about a chapter whose file is not there."""
    plain = file.replace("\\", "/")
    if plain.startswith("book/") and folder.exists(plain):
        return f"路径相对 book/ 写，斜线用 /：file: {plain.removeprefix('book/')}"
    if plain.startswith("/") or plain[1:2] == ":":
        return "把文件放进 book/，路径相对 book/ 写"
    return f"写好 {path}；还没有写到这一章就先从 book.yaml 里删去这一条"


def _load_chapter(
    folder: Folder, chapter: Planned, records: Mapping[str, Record], config: Config
) -> Chapter:
    path = f"book/{chapter.file}"
    if not folder.exists(path):
        hint = meant(path, folder) or _where_to_write(chapter.file, path, folder)
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
