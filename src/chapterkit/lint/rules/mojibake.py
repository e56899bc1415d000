"""Text is damaged: it was decoded with the wrong character set, or characters of it are lost.

Why: the reader gets ä¸­æ–‡, 涓枃 or ÖÐÎÄ for 中文, and nobody can tell by looking what was
meant. What is found: UTF-8 read as Windows-1252, Latin-1 or Windows-1254 (also when the bytes
those do not know were dropped, and when it happened twice), as GBK, Big5 or Shift-JIS; GBK and
Big5 read as Windows-1252 or as one another; U+FFFD, 锟斤拷, 烫烫烫, 屯屯屯; question marks in the
place of Han; \\u4e2d\\u6587, =E4=B8=AD and &#x4e2d; left in the text.

“原文是” is said only where reading that text wrongly gives the damaged one again exactly, and
then there is a fix; where bytes were dropped “大概是” is a guess, with □ for what is lost.

French, German, Spanish, Vietnamese, Greek and Russian words, formulas, units, phonetic symbols,
emoji and rare Han are no damage. Neither is an example in quotation marks in a paragraph that
talks of 乱码 or of encodings, nor anything in code.

Bad:

    他说ä½ å¥½，然后走了。

Bad:

    这一段是妯″瀷鐨勮缁冿紝原样贴了过来。

Bad:

    作者姓名写成了�志明，地址是锟斤拷。

Good:

    café、naïve、Größe、señor、Việt Nam 都是好好的词，10 °C ± 2 °C、3 × 4²、€5、™ 也是。

Good:

    编码弄错了就会出现“锟斤拷”这样的乱码；陈锟怕烫，屯田去了。
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from chapterkit.lint.damage import SPELT_OUT, Damage, find_damage
from chapterkit.lint.problem import Problem, problem_at, replacement
from chapterkit.lint.script import characters_of
from chapterkit.lint.words import word_patterns
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import Block, Document

GROUP = "language"
SEVERITY = "error"
NEEDS = frozenset[str]()

_TALK_OF_ENCODINGS = Late(word_patterns("talk")["encodings"])
_QUOTED = re.compile(
    r"“[^”\n]*”|「[^」\n]*」|『[^』\n]*』|‘[^’\n]*’|\"[^\"\n]*\"|（[^）\n]*）|《[^》\n]*》"
)
_LONGEST = 24


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each damaged run of the running text."""
    prose = document.prose
    examples = _Examples()
    for damage in find_damage(prose.text, characters_of(document)):
        block, start = prose.place(damage.start)
        end = min(start + damage.end - damage.start, len(block.text))
        examples.move_to(block)
        is_example = examples.hold(start, end) or (examples.talks and damage.cause == SPELT_OUT)
        if not is_example:
            yield _problem(block, start, end, damage)


def _problem(block: Block, start: int, end: int, damage: Damage) -> Problem:
    excerpt = _short(block.text[start:end])
    hint = "原来的字已经丢失，对照原稿补上"
    if damage.is_exact and not damage.original:
        hint = "是字节序标记留下的，删去"
    elif damage.is_exact:
        hint = f"原文是“{_short(damage.original)}”"
    elif damage.original.strip("□"):
        hint = f"大概是“{_short(damage.original)}”，但没有把握，对照原稿改过来"
    return problem_at(
        block,
        start,
        end,
        f"“{excerpt}”是乱码：{damage.cause}",
        hint,
        edits=replacement(block, start, end, damage.original) if damage.is_exact else (),
    )


def _short(text: str) -> str:
    visible = "".join(one if one.isprintable() else "□" for one in text)
    return visible if len(visible) <= _LONGEST else f"{visible[: _LONGEST - 2]}……"


class _Examples:
    """Whether a block talks of encodings, and what it quotes as examples of damage."""

    def __init__(self) -> None:
        self.block: Block | None = None
        self.talks = False
        self.quoted: list[tuple[int, int]] = []

    def move_to(self, block: Block) -> None:
        """Make `block` the one that is asked about."""
        if block is not self.block:
            self.block = block
            self.talks = _TALK_OF_ENCODINGS.search(block.text) is not None
            found = _QUOTED.finditer(block.text) if self.talks else ()
            self.quoted = [one.span() for one in found]

    def hold(self, start: int, end: int) -> bool:
        """Tell whether text[start:end] stands in quotation marks as an example."""
        index = bisect_right(self.quoted, (start, end)) - 1
        return index >= 0 and end <= self.quoted[index][1]
