"""What a book's title page and copyright page say, as book.yaml gives it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from chapterkit.manuscript.model import Checked, Model, described
from chapterkit.manuscript.wording import Wording

AUTHOR = "author"
_RELATORS = {AUTHOR: "aut", "editor": "edt", "translator": "trl"}


def check_isbn(text: str) -> None:
    """Raise ValueError unless a text is an ISBN of 10 or 13 digits whose last one proves it.

    >>> check_isbn("978-7-111-12806-9")
    >>> check_isbn("978-7-111-12806-8")
    Traceback (most recent call last):
    ValueError: ISBN 的校验码不对，末位应当是 9；对照版权页再抄一遍
    """
    digits = isbn_digits(text)
    if not re.fullmatch(r"[0-9]{9}[0-9X]|97[89][0-9]{10}", digits):
        raise ValueError("这不是 ISBN；要 13 位数字，以 978 或 979 开头，如 978-7-111-12806-9")
    if digits[-1] != (last := _check_digit(digits)):
        raise ValueError(f"ISBN 的校验码不对，末位应当是 {last}；对照版权页再抄一遍")


def isbn_digits(text: str) -> str:
    """Return an ISBN without what only parts it."""
    return re.sub(r"[\s‐‑–-]", "", re.sub(r"^ISBN[\s:：]*", "", text.strip(), flags=re.I)).upper()


def _check_digit(digits: str) -> str:
    if len(digits) == 13:
        return str(-sum(int(one) * (1 + 2 * (i % 2)) for i, one in enumerate(digits[:12])) % 10)
    left = -sum(int(one) * (10 - i) for i, one in enumerate(digits[:9])) % 11
    return "X" if left == 10 else str(left)


_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def check_date(text: str) -> None:
    """Raise ValueError unless a text is a year, a month or a day, as 2026, 2026-03, 2026-03-01."""
    found = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", text)
    month, day = (int(found[2] or 1), int(found[3] or 1)) if found else (0, 0)
    if not (1 <= month <= 12 and 1 <= day <= _MONTHS[month - 1]):
        raise ValueError("没有这样的日期；写 2026、2026-03 或 2026-03-01")


_ADDRESS = re.compile(r"https?://[\w.-]+(?::\d{1,5})?(?:/[\w.~%-]+)*/")


def check_address(text: str) -> None:
    """Raise ValueError unless a text is the address of a folder of the web.

    >>> check_address("https://example.org/book/")
    >>> check_address("example.org")
    Traceback (most recent call last):
    ValueError: 要写完整的地址，以 / 结尾，如 https://example.org/book/
    """
    if not _ADDRESS.fullmatch(text):
        raise ValueError("要写完整的地址，以 / 结尾，如 https://example.org/book/")


def check_role(text: str) -> None:
    """Raise ValueError for a role in Latin letters that the tool has no word for."""
    if text.isascii() and text not in _RELATORS:
        known = "、".join(_RELATORS)
        raise ValueError(f"没有 {text} 这种分工；可以写 {known}，或直接写要印的词，如 绘")


@dataclass(frozen=True)
class AuthorConfig(Model):
    """One of those who made the book."""

    name: str = described("姓名", min_length=1, max_length=100)
    role: Annotated[str, Checked(check_role)] = described(
        "分工：author（著）、editor（编）、translator（译），或要印的词",
        default=AUTHOR,
        min_length=1,
    )

    @property
    def relator(self) -> str:
        """The role as catalogues call it: aut, edt, trl; ctb for any other."""
        return _RELATORS.get(self.role, "ctb")

    def word(self, wording: Wording) -> str:
        """Return what is printed behind the name; empty in a language that needs no word."""
        return getattr(wording, self.role) if self.role in _RELATORS else self.role


Isbn = Annotated[str, Checked(check_isbn)]
Date = Annotated[str, Checked(check_date)]


def bylines(authors: Sequence[AuthorConfig], wording: Wording) -> list[str]:
    """Return the lines of a title page: names, those of one role together, each with its word."""
    roles: dict[str, list[str]] = {}
    for one in authors:
        roles.setdefault(one.word(wording), []).append(one.name)
    names = {word: wording.listed.join(them) for word, them in roles.items()}
    return [wording.made_by.format(names=them, word=word).strip() for word, them in names.items()]
