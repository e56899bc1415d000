"""What rules of Chinese typography share: classes of characters, and which text is Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from chapterkit.han import HAN, is_han
from chapterkit.lint.script import characters_of
from chapterkit.manuscript.book import once
from chapterkit.patterns import Late
from chapterkit.text.document import ADDRESS, Block, Document

# The insides of classes.
MARKS = "，。；：？！、"
OPENERS = "（《〈「『【〔［｛"
CLOSERS = "）》〉」』】〕］｝"
_JAPANESE = "のにはをがとでしたるすもいまかなっ"
_KOREAN = "이다는의을를가에고도은하기니"
_HAN = Late(HAN)
_WORD = re.compile("[A-Za-z\u00c0-\u024f]{2,}")

# [J], [M], [EB/OL]… of GB/T 7714, which nothing but a reference has.
_TYPE = re.compile(
    r"\[(?:[JMDCRSPNAZGK]|EB|DB|CP|DS|CM)(?:/[A-Z]{2})?\](?=\s*(?:[.,:：，。]|//|$))"
)
_REFERENCES = re.compile(
    r"[\W\d]*(?:参考文献|參考文獻|参考书目|參考書目|引用文献|文献目录|References|Bibliography"
    r"|Works Cited)\s*",
    re.IGNORECASE,
)


@once
def in_chinese(document: Document) -> bool:
    """Tell whether a document is written in Chinese: it has Han, and is no other language's."""
    return any(map(is_han, characters_of(document))) and not is_foreign(document.prose.text)


def is_foreign(text: str) -> bool:
    """Tell whether a text is Japanese or Korean, by the commonest kana and syllables.

    >>> is_foreign("これは日本語の文章です。"), is_foreign("“の”是日语里最常见的助词。")
    (True, False)
    """
    least = len(text) / 20 + 2
    return any(sum(map(text.count, one)) > least for one in (_JAPANESE, _KOREAN))


@lru_cache(maxsize=4096)
def speaks_chinese(text: str) -> bool:
    """Tell whether a paragraph is Chinese, not English (or Japanese) that mentions some Chinese.

    It has as many Han characters as Latin words, or full-width marks to make up for it.

    >>> speaks_chinese("用 PyTorch 训练"), speaks_chinese("The term 训练 is as old as the field")
    (True, False)
    """
    chinese = len(_HAN.findall(text)) + 2 * sum(map(text.count, MARKS))
    return chinese >= len(_WORD.findall(text)) and not is_foreign(text)


def reference_test(document: Document) -> Callable[[Block], bool]:
    """Return a test that tells the entries of a list of references from running text."""
    lists: list[tuple[int, float]] = []
    level = 0
    for block in document.prose.blocks:
        if block.kind != "Header":
            continue
        if lists and lists[-1][1] == _OPEN and block.level <= level:
            lists[-1] = lists[-1][0], block.start
        if _REFERENCES.fullmatch(block.text):
            lists.append((block.start, _OPEN))
            level = block.level

    def is_reference(block: Block) -> bool:
        return any(start < block.start < end for start, end in lists) or _is_entry(block.prose)

    return is_reference


_OPEN = float("inf")


@lru_cache(maxsize=4096)
def _is_entry(text: str) -> bool:
    return "[" in text and _TYPE.search(text) is not None


# How far back the address may begin that a run of Han characters ends.
_REACH = 60
_IN_ADDRESS = re.compile(f"{ADDRESS}[^\\s，。；、“”（）《》]*$")


def in_address(block: Block, position: int) -> bool:
    """Tell whether what stands before text[position] is the rest of an address (…/中文?page=1)."""
    before = block.prose[max(0, position - _REACH) : position]
    return ADDRESS in before and _IN_ADDRESS.search(before) is not None


def touches_markup(block: Block, position: int) -> bool:
    """Tell whether emphasis, a link or a note's mark begins or ends before text[position]."""
    return position in block.seams
