"""The text and the lines of a PDF, read in a process of its own: what kills that kills no more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.processes import GB, Bounds, run, worker

MAX_PAGES = 5_000
MAX_PRINTED = 20_000_000
BOUNDS = Bounds(seconds=120, memory=GB)
CUTTING = Bounds(seconds=30, memory=GB)
MOST_CLIPPINGS = 400


def pdf_pages(data: bytes, name: str, longest: int) -> tuple[list[str], tuple[int, ...]]:
    """Return the text of each page of a PDF, and the numbers of those that are mere pictures.

    The text is `longest` characters at most in all.

    Raises ChapterkitError if it is damaged, locked, too long, or too much for the reader.
    """
    found = _texts(data, name, longest)
    return [_plain(page) for page in found["texts"]], tuple(found["scanned"])


def printed_pages(data: bytes, name: str) -> list[tuple[str, str]]:
    """Return what number each page of a PDF bears, empty for none, and its text.

    Raises ChapterkitError if it cannot be read.
    """
    found = _texts(data, name, MAX_PRINTED)
    return [
        (label, _plain(page)) for label, page in zip(found["labels"], found["texts"], strict=True)
    ]


def _texts(data: bytes, name: str, longest: int) -> dict[str, Any]:
    command = [*worker("pdf_text", "pypdfium2"), str(MAX_PAGES), str(longest)]
    found: dict[str, Any] = _read(command, data, name, BOUNDS)
    if "damaged" in found:
        raise _unreadable(found["damaged"], name)
    if "pages" in found:
        message = f"PDF 有 {found['pages']} 页，超过 {MAX_PAGES} 页"
        raise ChapterkitError(message, Origin(name))
    if "long" in found:
        raise ChapterkitError("PDF 的文字太多，不像一篇文献", Origin(name), "只放论文本身")
    return found


@dataclass(frozen=True)
class Place:
    """Where something stands in a PDF: the page, from 1, and the characters of its text."""

    page: int
    start: int
    end: int


@dataclass(frozen=True)
class Clipping:
    """Lines of a page as a picture (PNG, in base64), and what the line with the place says.

    `marks` are where in the picture the characters of the place stand: left, top, width and
    height, as parts of the whole. `why` says why it may not be the place that is meant.
    """

    page: int
    words: str
    png: str
    width: int
    height: int
    marks: Sequence[Sequence[float]]
    why: str = ""


def pdf_clippings(data: bytes, name: str, places: Sequence[Place]) -> list[Clipping | None]:
    """Return the lines round places of a PDF; None for one that is not found on its page.

    Raises ChapterkitError if it is damaged, or too much for the reader.
    """
    if not places:
        return []
    asked = ",".join(f"{one.page}:{one.start}:{one.end}" for one in places[:MOST_CLIPPINGS])
    cut: list[dict[str, Any] | None] = _read(
        [*worker("pdf_clippings", "pypdfium2"), asked], data, name, CUTTING
    )
    made = [
        Clipping(place.page, **one) if one else None
        for place, one in zip(places, cut, strict=False)
    ]
    return [*made, *[None] * (len(places) - len(made))]


def _read(command: Sequence[str], data: bytes, name: str, bounds: Bounds) -> Any:
    """Return what a reader says of a PDF."""
    try:
        done = run(command, data, name="读取程序", bounds=bounds)
    except ChapterkitError as error:
        raise _too_much(error.message, name) from None
    if done.code != 0:
        raise _too_much("内存不够" if b"MemoryError" in done.words else f"{done.code}", name)
    return json.loads(done.printed)


def _plain(page: str) -> str:
    return page.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _too_much(message: str, name: str) -> ChapterkitError:
    hint = "重新下载；或改放一份文字版：同名的 .txt、.md 或 .html"
    return ChapterkitError(f"PDF 读不出来：{message}", Origin(name), hint)


def _unreadable(message: str, name: str) -> ChapterkitError:
    if "password" in message.lower() or "security" in message.lower():
        return ChapterkitError("PDF 加了密码", Origin(name), "换一份没有密码的")
    return ChapterkitError("PDF 残缺或损坏，读不出来", Origin(name), "重新下载")
