"""An invisible, private or forbidden character stands in the text.

Why: nobody sees a zero-width space, a soft hyphen, a control of writing direction or a byte order
mark, but a search does not find the word it stands in, a line breaks where it should not, the
text seems to say something else than it does (Unicode TR 36), and characters of the private use
area look different in every font. They come with text copied from web pages, PDF and chats. They
are looked for in the whole text: headings, code, link targets and citation keys, too.

Left alone: what joins emoji and flags, variation selectors after emoji, signs and Han, joiners
in Arabic and Indic scripts, and controls of direction beside right-to-left text. A no-break space
is a problem between two Han characters only (not behind 第一章), and a warning; so is a line that
begins with one.

Bad:

    预\u200b训练之后，模型还要再学一程。

Bad:

    两者方向\u202e反相\u202c，不能混为一谈。

Bad:

    打开菜单\ue5d2，选第一项。

Good:

    👩\u200d💻 写的程序，❤\ufe0f 也好，葛\U000e0100城也好，图\u00a05 也好。
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from chapterkit.errors import Origin
from chapterkit.han import ALL_HAN
from chapterkit.lint.damage import is_damaged
from chapterkit.lint.problem import Edit, Problem
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import Document
from chapterkit.text.origins import Rendered

GROUP = "language"
SEVERITY = "error"
NEEDS = frozenset[str]()

# Invisible characters that Python takes for printable.
_SEEMING_PRINTABLE = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufffc\u180b\u180c\u180d" + "".join(
    map(chr, range(0xFE00, 0xFE10))
)
_NO_BREAK = "\u00a0\u2007\u202f"
_WRONG = Late(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2007"
    "\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffc\ufffe\uffff\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
    "]+"
)
_NAMES = {
    0x00A0: "不换行空格", 0x2007: "数字空格", 0x202F: "窄的不换行空格", 0x00AD: "软连字符",
    0x200B: "零宽空格", 0x200C: "零宽不连字", 0x200D: "零宽连字", 0x2060: "零宽不换行",
    0xFEFF: "字节序标记", 0x200E: "从左到右标记", 0x200F: "从右到左标记", 0x202A: "从左到右嵌入",
    0x202B: "从右到左嵌入", 0x202C: "方向控制结束", 0x202D: "强制从左到右", 0x202E: "强制从右到左",
    0x2066: "从左到右隔离", 0x2067: "从右到左隔离", 0x2068: "方向隔离", 0x2069: "方向隔离结束",
    0x061C: "阿拉伯文方向标记", 0x2028: "行分隔符", 0x2029: "段分隔符", 0x3164: "谚文填充符",
    0xFFA0: "半角谚文填充符", 0x115F: "谚文填充符", 0x1160: "谚文填充符", 0x034F: "组合用连接符",
    0x180E: "蒙古文元音分隔符", 0xFFFC: "对象占位符",
}  # fmt: skip

_EMOJI = "#*0-9©®‼⁉™ℹ↔-↪⌚-⏿Ⓜ▪-◾☀-➿⤴⤵⬀-⭕〰〽㊗㊙\u20e3\ufe0f\U0001f000-\U0001faff"
_JOINED_SCRIPTS = "\u0600-\u08ff\u0900-\u0dff\u0e00-\u109f\u1780-\u18af\ufb50-\ufdcf\ufe70-\ufefc"
_RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdcf\ufe70-\ufefc"
_IS_EMOJI = Late(f"[{_EMOJI}]")
_HAS_VARIANTS = Late(f"[{ALL_HAN}、-〞！-～\u2190-\u2bff]")
_IS_HAN = Late(f"[{ALL_HAN}]")
_IS_CHINESE = Late(f"[{ALL_HAN}，。、；：？！“”‘’（）《》〈〉「」『』【】…—]")
_IS_JOINED = Late(f"[{_JOINED_SCRIPTS}]")
_IS_MONGOLIAN = Late("[\u1800-\u18af]")
_IS_RIGHT_TO_LEFT = Late(f"[{_RIGHT_TO_LEFT}]")
_TAGGED = re.compile("\U0001f3f4[\U000e0020-\U000e007f]*\\Z")
# Between a chapter's number and its title a space is right.
_LABELLED = re.compile("第.{1,7}[章节節篇回卷部编編]\\Z")
_NEAR = 40


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each run of such characters in the Markdown."""
    rendered = document.rendered
    text = rendered.text
    everywhere = any(one in text for one in _SEEMING_PRINTABLE)
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if everywhere or not line.isprintable():
            for found in _WRONG.finditer(text, start, end):
                yield from _in_run(rendered, found.start(), found.end())
        start = end + 1


def _in_run(rendered: Rendered, start: int, end: int) -> Iterator[Problem]:
    """Yield a problem for each stretch of a run that no neighbour excuses."""
    text, wrong = rendered.text, start
    for position in range(start, end + 1):
        if position == end or _is_right(text, position):
            if wrong < position:
                yield _problem(rendered, wrong, position)
            wrong = position + 1


def _is_right(text: str, position: int) -> bool:
    """Tell whether the character has business where it stands."""
    one = text[position]
    if one in _ZERO_WIDTH and _is_joined(text, position):
        return True
    excuse = next((excuse for kind, excuse in _EXCUSES if kind.match(one)), None)
    return excuse is not None and excuse(text, position)


def _follows(pattern: Late) -> Callable[[str, int], bool]:
    return lambda text, position: pattern.match(text[position - 1 : position]) is not None


def _is_joined(text: str, position: int) -> bool:
    return bool(
        _IS_JOINED.match(text[position - 1 : position]) and _IS_JOINED.match(text, position + 1)
    )


def _joins_emoji(text: str, position: int) -> bool:
    return bool(
        _IS_EMOJI.match(text[position - 1 : position]) and _IS_EMOJI.match(text, position + 1)
    )


def _is_in_flag(text: str, position: int) -> bool:
    return _TAGGED.search(text[max(0, position - 8) : position]) is not None


def _is_between_han(text: str, position: int) -> bool:
    """Tell whether spaces stand between two Han characters, or before one at a line's head."""
    before, after = position - 1, position + 1
    while before >= max(0, position - 8) and text[before] in _NO_BREAK:
        before -= 1
    while text[after : after + 1] and text[after] in _NO_BREAK and after < position + 8:
        after += 1
    if _LABELLED.search(text[max(0, before - 8) : before + 1]):
        return False
    led = before < 0 or text[before] == "\n" or _IS_CHINESE.match(text[before])
    return bool(led and _IS_CHINESE.match(text, after))


def _is_beside_right_to_left(text: str, position: int) -> bool:
    first = max(text.rfind("\n", max(0, position - _NEAR), position) + 1, position - _NEAR, 0)
    end = text.find("\n", position, position + _NEAR)
    return bool(_IS_RIGHT_TO_LEFT.search(text, first, end if end >= 0 else position + _NEAR))


_ZERO_WIDTH = "\u200b\u200c\u200d"
_EXCUSES: tuple[tuple[Late, Callable[[str, int], bool]], ...] = (
    (Late(f"[{_NO_BREAK}]"), lambda text, position: not _is_between_han(text, position)),
    (Late("[\ufe0e\ufe0f]"), _follows(_IS_EMOJI)),
    (Late("[\ufe00-\ufe02]"), _follows(_HAS_VARIANTS)),
    (Late("[\U000e0100-\U000e01ef]"), _follows(_IS_HAN)),
    (Late("[\u180b-\u180f]"), _follows(_IS_MONGOLIAN)),
    (Late("\u200d"), _joins_emoji),
    (Late("[\u200e\u200f\u061c\u202a-\u202c\u2066-\u2069]"), _is_beside_right_to_left),
    (Late("[\U000e0020-\U000e007f]"), _is_in_flag),
    (Late("[\x7f-\x9f\xad\ue000-\uf8ff]"), is_damaged),
)


def _problem(rendered: Rendered, start: int, end: int) -> Problem:
    text = rendered.text
    run = text[start:end]
    origin = rendered.origin(start)
    is_space = all(one in _NO_BREAK for one in run)
    is_typed = all(map(rendered.is_typed, range(start, end)))
    can_tell = is_typed and not any("\u2028" <= one <= "\u2029" or _is_private(one) for one in run)
    kinds = "、".join(dict.fromkeys(map(_called, run)))
    before, after = _neighbour(text[max(0, start - 3) : start]), _neighbour(text[end : end + 3])
    return Problem(
        origin,
        f"“{before}▯{after}”里有{_count(len(run))}看不见的字符：{kinds}"
        if not _is_private(run[0])
        else f"“{before}▯{after}”里有私用区的字符：{kinds}",
        _hint(run),
        severity="warning" if is_space else "",
        end=Origin(origin.path, origin.line, origin.column + len(run)) if is_typed else None,
        edits=(Edit(origin, run, ""),) if can_tell else (),
        context=_line_round(text, start, end),
    )


def _line_round(text: str, start: int, end: int) -> str:
    """Return what stands beside text[start:end] on its line, by which a baseline knows it."""
    before = text[max(0, start - 40) : start].rpartition("\n")[2]
    return before + text[start : end + 40].partition("\n")[0]


def _count(number: int) -> str:
    return "" if number == 1 else f" {number} 个"


def _is_private(character: str) -> bool:
    return unicodedata.category(character) == "Co"


def _called(character: str) -> str:
    code = ord(character)
    name = _NAMES.get(code, "")
    if (not name and "\ufe00" <= character <= "\ufe0f") or 0xE0100 <= code <= 0xE01EF:
        name = "异体选择符"
    if not name and unicodedata.category(character) == "Cc":
        name = "控制字符"
    return f"U+{code:04X}" + (f"（{name}）" if name else "")


def _neighbour(piece: str) -> str:
    return "".join(one if one.isprintable() else " " for one in piece).strip()


def _hint(run: str) -> str:
    if any(map(_is_private, run)):
        return "各家字体里样子不同，换成正式的字符"
    if any("\u2028" <= one <= "\u2029" for one in run):
        return "换行就用普通的换行"
    return "删去"
