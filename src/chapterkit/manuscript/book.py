"""Book, Chapter: the nouns that a rule or a template may know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from chapterkit.errors import ChapterkitError, Origin, nearest
from chapterkit.manuscript.bibliography import Source, parse_bibliography
from chapterkit.manuscript.config import ChapterConfig, Config, load_config
from chapterkit.manuscript.folder import Folder, Noted
from chapterkit.manuscript.ledger import Ledger, make_ledger
from chapterkit.manuscript.lock import LOCK_FILE, Lock, parse_lock
from chapterkit.manuscript.records import Record, load_records
from chapterkit.manuscript.terms import TERMS_FILE, Terms, parse_terms

COMMENT = re.compile(r"\{%#.*?(?:#%\}|\Z)", re.DOTALL)
_PLACED = re.compile(
    r"""^[ \t]*\{\{-?\s*experiment\(\s*["']([^"']*)["']\s*\)\s*-?\}\}[ \t]*$""", re.MULTILINE
)


@dataclass(frozen=True)
class Chapter:
    """One chapter: its own text and the experiments that it places, in order."""

    slug: str
    number: int
    path: str
    text: str
    experiments: tuple[str, ...]

    def placing(self, experiment: str) -> Origin | None:
        """Return the line on which the chapter places an experiment, None if it does not."""
        lines = dict(_placings(self.text))
        return Origin(self.path, lines[experiment]) if experiment in lines else None


@dataclass(frozen=True)
class Book:
    """Everything that the manuscript's files say, loaded and validated.

    `templates` holds the text of every template by its name below templates/; `lock` what
    `chapterkit verify` established, None if it was never run; `terms` the terminology, None if
    there is no terms.yaml. `folder` is where all that was read, None for what belongs to no book;
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
    folder: Folder | None = field(default=None, compare=False)
    digests: Mapping[str, str] = field(default_factory=dict, repr=False)

    def chapter(self, slug: str) -> Chapter:
        """Return the chapter called `slug`."""
        return next(chapter for chapter in self.chapters if chapter.slug == slug)

    def chapters_named(self, targets: Sequence[str]) -> list[Chapter]:
        """Return the chapters that slugs or numbers name, in the book's order; without any, all.

        Raises ChapterkitError for a name that is no chapter's.
        """
        wanted = {self.config.chapter(target).slug for target in targets}
        return [one for one in self.chapters if not wanted or one.slug in wanted]

    def number_of(self, experiment: str) -> str:
        """Return the number (7.4) that an experiment has from where a chapter places it.

        Raises ChapterkitError if no record or no chapter knows it.
        """
        for chapter in self.chapters:
            if experiment in chapter.experiments:
                place = chapter.experiments.index(experiment) + 1
                return f"{chapter.number}.{place}"
        if experiment in self.records:
            hint = f'在章的正文里单独一行写 {{{{ experiment("{experiment}") }}}}'
            raise ChapterkitError(f"实验 {experiment} 还没有放进任何一章", hint=hint)
        raise unknown_experiment(experiment, self.records)


def unknown_experiment(slug: str, records: Mapping[str, Record]) -> ChapterkitError:
    """Return the error for an experiment that has no record, with the nearest one as hint."""
    near = nearest(slug, records)
    hint = f"最接近的是 {near}" if near else f"先写 experiments/{slug}.yaml"
    return ChapterkitError(f"没有 {slug} 这个实验的记录", hint=hint)


def load_book(folder: Folder) -> Book:
    """Read and validate every file of the book in a folder, chapters' texts included.

    Raises ChapterkitError at the place of the first thing that is wrong.
    """
    noted = Noted(folder)
    config = load_config(noted)
    records = load_records(noted)
    bibliography = parse_bibliography(noted.text(config.bibliography), config.bibliography)
    for record in records.values():
        _check_citations(record, bibliography)
    chapters = tuple(_load_chapter(noted, chapter, records) for chapter in config.chapters)
    _check_placed_once(chapters)
    return Book(
        config,
        records,
        bibliography,
        templates={
            path.removeprefix("templates/"): noted.text(path)
            for path in noted.list("templates", ".j2")
        },
        ledger=make_ledger(records),
        chapters=chapters,
        lock=parse_lock(noted.text(LOCK_FILE)) if noted.exists(LOCK_FILE) else None,
        terms=(
            parse_terms(noted.text(TERMS_FILE), TERMS_FILE) if noted.exists(TERMS_FILE) else None
        ),
        folder=folder,
        digests=noted.digests,
    )


def check_citation(key: str, bibliography: Mapping[str, Source]) -> None:
    """Raise ChapterkitError, with the nearest key as hint, unless refs.bib holds `key`."""
    if key not in bibliography:
        near = nearest(key, bibliography)
        hint = f"最接近的是 {near}" if near else "在 refs.bib 里加上这一条"
        raise ChapterkitError(f"参考文献库里没有 {key}", hint=hint)


def _check_citations(record: Record, bibliography: Mapping[str, Source]) -> None:
    for key, origin in record.citations():
        try:
            check_citation(key, bibliography)
        except ChapterkitError as error:
            raise error.at(origin) from None


def _load_chapter(folder: Folder, config: ChapterConfig, records: Mapping[str, Record]) -> Chapter:
    path = f"book/{config.file}"
    text = folder.text(path)
    if not text.strip():
        raise ChapterkitError(
            "章的正文是空的", Origin(path), "至少要有一个一级标题：# 标题 {#slug}"
        )
    placed = _placed(text, path, records)
    return Chapter(config.slug, config.number, path, text, placed)


def _placed(text: str, path: str, records: Mapping[str, Record]) -> tuple[str, ...]:
    slugs: dict[str, int] = {}
    for slug, line in _placings(text):
        if slug not in records:
            raise unknown_experiment(slug, records).at(Origin(path, line))
        if slug in slugs:
            message = f"实验 {slug} 放了两次（先在第 {slugs[slug]} 行）"
            raise ChapterkitError(message, Origin(path, line), "另一处改用 ref")
        slugs[slug] = line
    return tuple(slugs)


def _placings(text: str) -> Iterator[tuple[str, int]]:
    """Yield each experiment that a chapter's text places, with its line."""
    visible = COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    for match in _PLACED.finditer(visible):
        yield match[1], visible.count("\n", 0, match.start(1)) + 1


def _check_placed_once(chapters: tuple[Chapter, ...]) -> None:
    homes: dict[str, str] = {}
    for chapter in chapters:
        for slug in chapter.experiments:
            if slug in homes:
                message = f"实验 {slug} 已放在 {homes[slug]}"
                raise ChapterkitError(message, Origin(chapter.path), "一个实验只能放一处")
            homes[slug] = chapter.path
