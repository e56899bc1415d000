"""Lists of references that were typed: where they stand in a document, and their entries. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chapterkit.han import ALL_HAN
from chapterkit.patterns import Late
from chapterkit.text.document import Block, Document

_TITLES = (
    "(?:主要|本[章书書文]的?)?(?:参考|參考|引用|征引|徵引)(?:文献|文獻|书目|書目|资料|資料)(?:与注释|及注释)?"
    "|引文|文献|文獻|书目|書目|尾?注释|尾?註釋|注"
    "|references?(?: cited)?|bibliography|works cited|literature(?: cited)?|citations"
    "|end ?notes|notes"
    "|literatur(?:verzeichnis)?"
)
_TITLE = Late(
    r"[\s*_【\[]*(?:第?[\d.一二三四五六七八九十]{1,5}[节節章、.．\s]\s*)?"
    rf"(?:{_TITLES})[\s*_】\]:：]*",
    re.IGNORECASE,
)
_NUMBER = Late(
    r"\s*(?:[-*+]\s+)?\\?[\[［〔【]\s*(\d{1,3})\s*\\?[\]］〕】][:：.．、]?\s*"
    r"|\s*(\d{1,3})(?:\\?[.．](?!\d)|[、)）])\s*"
    r"|\s*[（(](\d{1,3})[)）]\s*"
)
_BULLET = Late(r"\s*[-*+•]\s+")
_YEAR = Late(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_YEAR_LINE = Late(r"\s*(?:1[5-9]|20)\d\d[.．。]?\s*")
_TYPED = Late(r"\\?[\[［](?:[MJDCNRSPGAZ]|EB|DB|CP|DS|CM)(?:/[A-Z]{2})?\\?[\]］]")
_SOURCE = Late(
    r"《[^》]+》|“[^”]+”|\"[^\"]+\"|出版社|出版公司|[书書]局|印[书書][馆館]|学报|學報|大[学學]"
    r"|\bPress\b|\bJournal\b|\bProceedings\b|\bProc\.|\bpp?\.\s?\d|\d\s?\(\d+\)|\d+\s?[-–—]\s?\d+"
    r"|\bvol\.|doi|https?://|arXiv|(?-i:\b[A-Z]\w+: [A-Z])"
    r"|\d;\s?\d|: [A-Z][\w ]+, \d{4}|[年,，]\s?第?\s?\d+\s?[期卷]"
    r"|(?:\.|。)\s?\S.{8,}(?:\.|。)",
    re.IGNORECASE,
)
_AUTHORED = Late(
    rf"\s*(?:[（(\[［〔【]\w{{1,3}}[)）\]］〕】]\s*)?"
    rf"(?:[{ALL_HAN}·]{{2,20}}[\s,，、.．。:：;；（(]|[\w’'-]+(?:[\s.-]+[\w’'-]*){{0,6}}[,.(]|《)"
)
_TITLED = Late(r"[.．。]\s*\S")
_LONGEST = 1500
_FEWEST = 2  # entries that make a list where no heading says that it is one


@dataclass(frozen=True)
class Entry:
    """An entry as it was typed: lines[first:last] of the Markdown, its number, and its text.

    `number` is 0 for one without; `is_reference` tells whether it reads like a reference.
    """

    first: int
    last: int
    number: int
    text: str

    @property
    def is_reference(self) -> bool:
        """Whether it reads like a reference, rather than like a sentence."""
        return looks_like_reference(self.text)


@dataclass(frozen=True)
class ReferenceList:
    """A list of references: the block of its heading, if it has one, its blocks, and its e"
    "ntries."""

    heading: Block | None
    blocks: tuple[Block, ...]
    entries: tuple[Entry, ...]


def is_title(text: str) -> bool:
    """Tell whether a heading announces references.

    >>> [is_title(one) for one in ("参考文献：", "**References**", "文献综述", "六、主要参考书目")]
    [True, True, False, True]
    """
    return len(text) < 60 and _TITLE.fullmatch(text) is not None


def looks_like_reference(text: str) -> bool:
    """Tell whether a line reads like an entry of a list of references.

    >>> looks_like_reference("张三. 题名[J]. 刊名, 2020, 12(3): 45-56.")
    True
    >>> looks_like_reference("先用监督微调稳住格式，再让强化学习去试。")
    False
    """
    if len(text) > _LONGEST or len(text) < 8:
        return False
    if _TYPED.search(text):
        return True
    tells = _YEAR.search(text) or "http" in text or "n.d." in text
    return bool(tells and _SOURCE.search(text) and _AUTHORED.match(text))


def reference_lists(document: Document) -> tuple[ReferenceList, ...]:
    """Return the lists of references that were typed into a document, in order."""
    return tuple(_found(document)) if _may_have(document) else ()


def _may_have(document: Document) -> bool:
    """Tell whether there may be such a list: a quick look that spares most texts the rest."""
    text = document.rendered.text
    return re.search(
        rf"(?im)^[^\w\n]{{0,12}}(?:\w{{1,6}}[、.． ]+)?(?:{_TITLES})", text
    ) is not None or (
        re.search(r"(?m)^[^\w\n]{0,12}\d{1,3}\W.*(?:1[5-9]|20)\d\d", text) is not None
    )


def _found(document: Document) -> Iterator[ReferenceList]:
    blocks = [one for one in document.blocks if "Note" not in one.within]
    lines = document.rendered.text.split("\n")
    at = 0
    while at < len(blocks):
        block = blocks[at]
        if block.kind in {"Header", "Para"} and not block.containers and is_title(block.text):
            end = _end_of_section(blocks, at)
            found = _list(document, lines, block, blocks[at + 1 : end])
            if found:
                yield found
            at = end if found else at + 1
        else:
            end = _end_of_run(document, lines, blocks, at)
            if end > at and (found := _list(document, lines, None, blocks[at:end])):
                yield found
            at = max(end, at + 1)


def _end_of_section(blocks: Sequence[Block], at: int) -> int:
    level = blocks[at].level or 10
    for index in range(at + 1, len(blocks)):
        if blocks[index].kind == "Header" and blocks[index].level <= level:
            return index
        if not blocks[index].containers and is_title(blocks[index].text):
            return index
    return len(blocks)


def _end_of_run(document: Document, lines: Sequence[str], blocks: Sequence[Block], at: int) -> int:
    """Return the end of the numbered references that begin at a block, if some do."""
    end, count = at, 0
    while end < len(blocks) and _may_be_numbered(blocks[end]):
        entries = list(_entries(document, lines, blocks[end]))
        numbered = entries and entries[0].number
        if not numbered or not all(one.is_reference for one in entries):
            break
        count, end = count + len(entries), end + 1
    return end if count >= _FEWEST else at


def _may_be_numbered(block: Block) -> bool:
    if block.kind not in {"Para", "Plain"}:
        return False
    is_item = block.within[-1:] == ("OrderedList",)
    return is_item or (not block.containers and _NUMBER.match(block.text) is not None)


def _list(
    document: Document, lines: Sequence[str], heading: Block | None, blocks: Sequence[Block]
) -> ReferenceList | None:
    kept = [
        (block, entries)
        for block in blocks
        if block.kind in {"Para", "Plain"}
        and set(block.within) <= {"BulletList", "OrderedList"}
        and (entries := list(_entries(document, lines, block)))
        and any(one.is_reference or one.number for one in entries)
    ]
    found = tuple(one for _, several in kept for one in several)
    if not any(one.is_reference for one in found):
        return None
    return ReferenceList(heading, tuple(block for block, _ in kept), found)


def _is_whole(text: str) -> bool:
    """Tell whether a text is a finished reference with a mark of its type: 人. 题名[M]. …年."""
    mark = _TYPED.search(text[:_LONGEST])
    if mark is None or not text.rstrip().rstrip("\\").rstrip().endswith((".", "．", "。")):
        return False
    head, behind = text[: mark.start()], text[mark.end() :]
    return bool(_AUTHORED.match(head) and _TITLED.search(head) and _YEAR.search(behind))


def _entries(document: Document, lines: Sequence[str], block: Block) -> Iterator[Entry]:
    """Yield the entries of a block: one of each line that begins one."""
    if not block.offsets:
        return
    first, last = (document.rendered.breaks_before(block.offsets[end]) for end in (0, -1))
    while last + 1 < len(lines) and _YEAR_LINE.fullmatch(lines[last + 1]):
        last += 1  # which Markdown takes for a list
    starts = [first]
    for line in range(first + 1, last + 1):
        above = lines[line - 1].rstrip().rstrip("\\")
        if (
            _NUMBER.match(lines[line])
            or (_is_whole(lines[line]) and _is_whole(_read_as_one(lines, starts[-1], line)[1]))
            or (
                not _NUMBER.match(lines[first])
                and above.endswith((".", "。", "．", ">", ")"))
                and looks_like_reference(_stripped(lines[line])[1])
                and looks_like_reference(_stripped(above)[1])
            )
        ):
            starts.append(line)
    for start, end in zip(starts, [*starts[1:], last + 1], strict=True):
        yield Entry(start, end, *_read_as_one(lines, start, end))


def _read_as_one(lines: Sequence[str], start: int, end: int) -> tuple[int, str]:
    """Return the number of the entry of these lines, and its text."""
    number, begun = _stripped(lines[start])
    return number, _joined([begun, *lines[start + 1 : end]])


def _stripped(line: str) -> tuple[int, str]:
    """Return the number at a line's head, 0 if there is none, and what comes behind it."""
    if found := _NUMBER.match(line):
        return int(found[1] or found[2] or found[3]), line[found.end() :]
    bullet = _BULLET.match(line)
    return 0, line[bullet.end() :] if bullet else line.lstrip()


_HAN_END = Late(f"[{ALL_HAN}，。、；：”》）]$")


def _joined(lines: Sequence[str]) -> str:
    whole = ""
    for line in lines:
        part = line.strip().removesuffix("\\").rstrip()
        glue = "" if not whole or _HAN_END.search(whole) or whole.endswith("-") else " "
        whole += glue + part
    return whole
