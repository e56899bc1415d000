"""The plan of a book: what book.yaml lists, in the order of the book, with roles and numbers. Pure.

Numbers are counted here: those of chapters from where book.yaml gives one, those of parts from 1,
those of appendices from A.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.folder import BOOK_FILE
from chapterkit.manuscript.model import SLUG, Checked, Model, OneOf, described, names_a_file
from chapterkit.manuscript.wording import Locale, Wording
from chapterkit.quantities.numerals import to_chinese

if TYPE_CHECKING:
    from chapterkit.manuscript.yamlfile import Step, YamlFile

Role = Literal["front", "chapter", "appendix", "back"]
BOOK = "book"
"""What the files of a whole book are called, so that no chapter can be called so."""
EVIDENCE = "evidence"
"""The list of every number: a format, and an appendix of a whole book."""


@dataclass(frozen=True)
class MatterConfig(Model):
    """A text of the book that is no chapter: a preface, an appendix, an afterword."""

    slug: Annotated[str, Checked(names_a_file)] = described(
        "代号：目标名、输出文件夹和文件名", pattern=SLUG
    )
    file: str = described("正文，相对 book/ 的路径")


@dataclass(frozen=True)
class ChapterConfig(Model):
    """One chapter of the book, as book.yaml lists it."""

    slug: Annotated[str, Checked(names_a_file)] = described(
        "章的代号：目标名、输出文件夹和文件名", pattern=SLUG
    )
    file: str = described("章的正文，相对 book/ 的路径")
    number: int | None = described(
        "章号：第 7 章写 7；不写就接着上一章数", default=None, ge=1, le=9999
    )
    start_page: int | None = described(
        "单独印这一章时从第几页起；不写就从 1", default=None, ge=1, le=9999
    )


@dataclass(frozen=True)
class PartConfig(Model):
    """A part of the book: a title, and its chapters."""

    part: str = described("部分的标题，不带“第几部分”", min_length=1, max_length=100)
    chapters: tuple[ChapterConfig, ...] = described("这一部分的各章", default=())


PlanItem = Annotated[ChapterConfig | PartConfig, OneOf({"part": PartConfig, "": ChapterConfig})]


@dataclass(frozen=True)
class Part:
    """A part of the book: which one it is, and what it is called (第一部分)."""

    number: int
    title: str
    label: str


@dataclass(frozen=True)
class Planned:
    """A text of the book: where it stands in the plan, and what it is called.

    `number` is what the numbers of its things begin with (7, A), `label` the number as print names
    it (第 7 章, 附录 A); both are empty for what has none. `place` is where book.yaml lists it.
    """

    slug: str
    file: str
    role: Role
    number: str
    label: str
    start_page: int | None
    part: Part | None
    place: tuple[Step, ...]

    @property
    def named(self) -> str:
        """Its name with its number, as messages tell it."""
        return f"{self.slug}（{self.number}）" if self.number else self.slug


def wrong_shape(file: YamlFile) -> Iterator[ChapterkitError]:
    """Yield an error, at the line, for what makes it no plan.

    That is what stands in another order than in the book, a part within a part, one without a title
    or without chapters.
    """
    chapters = file.data.get("chapters")
    yield from _wrong_order(file)
    for steps, item in _items(chapters, ("chapters",)):
        for key, hint in _ELSEWHERE.items():
            if key in item:
                message = f"chapters 里没有 {key} 这个键"
                yield ChapterkitError(message, file.origin(*steps, key), hint)
        if "chapters" in item and "part" not in item:
            yield ChapterkitError(
                "这个部分没有标题", file.origin(*steps), "在 chapters 前面写 part: 标题"
            )
        if "part" in item and not item.get("chapters"):
            yield ChapterkitError(
                f"部分“{item['part'] or ''}”里没有章",
                file.origin(*steps),
                "在它下面写 chapters: 和各章；还没有章就先删去这个部分",
            )
        for inner, one in _items(item.get("chapters"), (*steps, "chapters")):
            if "part" in one or "chapters" in one:
                yield ChapterkitError(
                    "部分里不能再有部分",
                    file.origin(*inner),
                    "一个部分只列章：- {slug: …, file: …}",
                )


_ORDER = ("front", "chapters", "appendices", "back")


def _wrong_order(file: YamlFile) -> Iterator[ChapterkitError]:
    """Yield an error for each list that stands before one that precedes it in the book."""
    listed, told = [key for key in _ORDER if key in file.data], set[str]()
    for place, key in enumerate(listed):
        behind = [one for one in listed[place + 1 :] if file.places[one,] < file.places[key,]]
        if key == "front" and behind:
            message = f"front 写在 {behind[0]} 后面"
            yield ChapterkitError(message, file.origin(key), "按书中的先后写：front 在最前")
        elif behind and behind[0] not in told:
            told.add(behind[0])
            message, hint = f"{behind[0]} 写在 {key} 前面", f"按书中的先后写：{key} 在前"
            yield ChapterkitError(message, file.origin(behind[0]), hint)


_ELSEWHERE = {
    "appendix": "附录写在 appendices 下面，排在各章之后",
    "appendices": "附录写在 appendices 下面，排在各章之后",
    "front": "前言之类写在 front 下面，排在各章之前",
    "back": "后记之类写在 back 下面，排在附录之后",
}


def _items(
    items: Any, steps: tuple[Step, ...]
) -> Iterator[tuple[tuple[Step, ...], dict[str, Any]]]:
    for place, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield (*steps, place), item


@dataclass(frozen=True)
class Plan:
    """What book.yaml lists, as it is written."""

    chapters: Sequence[ChapterConfig | PartConfig]
    front: Sequence[MatterConfig] = ()
    appendices: Sequence[MatterConfig] = ()
    back: Sequence[MatterConfig] = ()

    def texts(self, locale: Locale, words: Wording) -> tuple[Planned, ...]:
        """Return every text of the book, in order, numbered."""
        return (
            *_matter("front", "front", self.front),
            *_chapters(self.chapters, locale, words),
            *_matter("appendix", "appendices", self.appendices, words.appendix),
            *_matter("back", "back", self.back),
        )


def _matter(
    role: Role, key: str, items: Sequence[MatterConfig], word: str = ""
) -> Iterator[Planned]:
    for place, one in enumerate(items):
        number = letter(place) if word else ""
        label = word.format(number=number)
        yield Planned(one.slug, one.file, role, number, label, None, None, (key, place))


def letter(place: int) -> str:
    """Return the letter of an appendix, counted from 0.

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    return (letter(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


def _chapters(
    items: Sequence[ChapterConfig | PartConfig], locale: Locale, words: Wording
) -> Iterator[Planned]:
    number = parts = 0
    for one, part, place in _listed(items):
        if isinstance(one, PartConfig):
            parts += 1
            continue
        number = one.number or number + 1
        inside = Part(parts, part.part, part_label(parts, locale, words)) if part else None
        label = words.chapter.format(number=number)
        yield Planned(
            one.slug, one.file, "chapter", str(number), label, one.start_page, inside, place
        )


def part_label(number: int, locale: Locale, words: Wording) -> str:
    """Return what a part is called: 第一部分, Part 1."""
    shown = to_chinese(Decimal(number)) if locale.chinese else str(number)
    return words.part.format(number=shown)


def _listed(
    items: Sequence[ChapterConfig | PartConfig],
) -> Iterator[tuple[ChapterConfig | PartConfig, PartConfig | None, tuple[Step, ...]]]:
    """Yield each part and each chapter, with the part that it stands in."""
    for place, one in enumerate(items):
        yield one, None, ("chapters", place)
        if isinstance(one, PartConfig):
            for inner, chapter in enumerate(one.chapters):
                yield chapter, one, ("chapters", place, "chapters", inner)


def wrong_plan(
    texts: Sequence[Planned], origin: Callable[..., Origin]
) -> Iterator[ChapterkitError]:
    """Yield an error, at the line, for a text listed twice, or the plan itself as a text.

    `origin` gives the place of what book.yaml lists.
    """
    seen: dict[tuple[str, str], Planned] = {}
    for text in texts:
        if text.slug == BOOK:
            hint = "换一个代号；全书的文件叫 book"
            yield ChapterkitError("代号不能是 book", origin(*text.place), hint)
        if posixpath.normpath(f"book/{text.file}") == BOOK_FILE:
            hint = "写这一章自己的文件，如 chapter1.md"
            yield ChapterkitError("book.yaml 不能又是一章", origin(*text.place), hint)
        for what in _identities(text):
            earlier = seen.setdefault(what, text)
            if earlier is not text:
                yield _twice(earlier, text, origin)


def _identities(text: Planned) -> Iterator[tuple[str, str]]:
    yield "file", posixpath.normpath(text.file)
    yield "slug", text.slug
    if text.number:
        yield "number", text.number


def _twice(earlier: Planned, text: Planned, origin: Callable[..., Origin]) -> ChapterkitError:
    is_same = posixpath.normpath(text.file) == posixpath.normpath(earlier.file)
    message = f"{text.file} 列了两次" if is_same else f"两章同名或同号：{text.named}"
    line = origin(*earlier.place).line
    return ChapterkitError(message, origin(*text.place), f"先在第 {line} 行；删去或改名其中一个")
