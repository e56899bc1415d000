"""A line without a blank line above it is swallowed by what stands there.

Why: pandoc begins a heading, a block quote, a table or a ::: block only after a blank line; without
it `# 标题` and `> 引文` are printed as they were typed, in the middle of the paragraph above. The
other way round, a paragraph right under a block quote, a list item or a footnote becomes a part of
that; --- right under a paragraph turns it into a heading; an image with text in the line above or
below stands in the running text and loses its caption.

Quiet: a blank line where it is needed, text right under a heading, a comment between two
paragraphs, the lines of code, tables and verse, headings that are meant (短标题 with === below).

Bad:

    这一段写完了。
    ## 下一节

Bad:

    > 学而时习之，不亦说乎？
    这是孔子的话。

Bad:

    这一段写完了。
    > 学而时习之，不亦说乎？

Bad:

    这一段写完了。
    ---

Good:

    这一段写完了。

    ## 下一节
    正文可以紧跟着标题。

    > 学而时习之，
    > 不亦说乎？

    这是孔子的话。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chapterkit.han import has_han
from chapterkit.lint.lines import Placed
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.lint.typography import in_chinese
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import Block, Document

GROUP = "language"
SEVERITY = "error"
NEEDS = frozenset[str]()

_GLUED = re.compile(r"(?<=[^\n])\n(?P<lead>[ \t>]*)(?=[^\s>])")
_MARK = re.compile(r"#{1,6}(?=[ \t]+\S)|:{3,}|\|(?=[^\n]*\|)")
_DELIMITERS = re.compile(r"[^\n]*\n[ \t>]*\|?[ :]*-{2,}[-:| ]*(?:\n|$)")
_IMAGE = re.compile(r"^[ \t>]*!\[[^\]\n]*\]\([^)\n]*\)(?:\{[^}\n]*\})?[ \t]*$", re.MULTILINE)
_SENTENCE = Late(r"[。！？；…：，][”’」』）]?\s*$|。")
_UNDERLINE = re.compile(r"\n[ \t>]*(?:-{2,}|=+)[ \t]*(?:\n|$)")
_LONG = 40
_LISTS = {"BulletList", "OrderedList", "DefinitionList"}
_BLANK_ABOVE = "在它上面空一行"


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each line that became a part of what stands above, or below."""
    if not in_chinese(document):
        return
    placed = Placed(document)
    reported: set[int] = set()
    for found in _GLUED.finditer(document.rendered.text):
        place = _swallowed(placed, document.rendered.text, found)
        if place is None:
            continue
        block, position, message, hint = place
        # One lazy line after another is one mistake.
        if message != _HEADING and id(block) in reported:
            continue
        reported.add(id(block))
        yield problem_at(block, position, position + 1, message, hint)
    if "![" in document.rendered.text:
        yield from _images(document, placed)
    yield from _accidental_headings(document)


_HEADING = "标题上面没有空行，成了上一段的文字"
_MESSAGES = {
    "#": _HEADING,
    ":": "::: 上面没有空行，会原样印出来",
    "|": "表格上面没有空行，成了上一段的文字",
}


def _swallowed(
    placed: Placed, markdown: str, found: re.Match[str]
) -> tuple[Block, int, str, str] | None:
    """Return what was swallowed at a line's head: block, position in it, message and hint."""
    start = found.end()
    above = markdown[markdown.rfind("\n", 0, found.start()) + 1 : found.start()]
    if not above.strip("> \t"):
        return None
    if ">" in found["lead"] and ">" not in above[:4]:
        quote = found.start("lead") + found["lead"].index(">")
        return _literal(placed, quote, "引文上面没有空行，> 会原样印出来")
    mark = _MARK.match(markdown, start)
    if mark is None:
        return _lazy(placed, markdown, found)
    if mark[0] == "|" and not _DELIMITERS.match(markdown, start):
        return None
    return _literal(placed, start, _MESSAGES[mark[0][0]])


def _literal(placed: Placed, offset: int, message: str) -> tuple[Block, int, str, str] | None:
    place = placed.position(offset)
    if place is None or place[1] == 0 or place[0].kind == "Header":
        return None
    return *place, message, _BLANK_ABOVE


def _lazy(
    placed: Placed, markdown: str, found: re.Match[str]
) -> tuple[Block, int, str, str] | None:
    """Tell whether a line without `>` or indentation went on with the block above."""
    lead = found["lead"]
    if ">" in lead or len(lead) > 1:
        return None
    line_end = markdown.find("\n", found.end())
    line = markdown[found.end() : line_end if line_end >= 0 else len(markdown)]
    at = next((at for at, character in enumerate(line) if character.isalnum()), -1)
    place = placed.position(found.end() + at) if at >= 0 and has_han(line) else None
    if place is None or place[1] == 0:
        return None
    block, position = place
    if block.offsets[0] > found.start():
        return None
    what = _container(block)
    message = f"这一行上面没有空行，被并进了上面的{what}"
    return (block, position, message, _BLANK_ABOVE) if what else None


def _container(block: Block) -> str:
    within = block.within
    if "BlockQuote" in within:
        return "引文"
    if "Note" in within:
        return "脚注"
    if _LISTS & set(within):
        return "列表项"
    return "表题" if within[-2:] == ("Table", "Caption") else ""


def _images(document: Document, placed: Placed) -> Iterator[Problem]:
    """Yield a problem for each image alone on its line that has text right above or below it."""
    for found in _IMAGE.finditer(document.rendered.text):
        block = placed.around(found.start() + found[0].index("[") + 1)
        if block is None or block.kind == "Header" or "Table" in block.within:
            continue
        images = [one for one in block.inlines if one.kind == "Image"]
        at = next((one for one in images if block.offsets[one.start] >= found.start()), None)
        covered = sum(one.end - one.start for one in images)
        if at is not None and at.end > at.start and len(block.text.strip()) > covered + len(images):
            yield problem_at(
                block,
                at.start,
                at.end,
                "图和文字之间没有空行，图排进了段落，题注也不印",
                "图的上下各空一行；本来就要排在文字里，就写在同一行",
            )


def _accidental_headings(document: Document) -> Iterator[Problem]:
    """Yield a problem for each paragraph that --- or === right below it made a heading."""
    for block in document.prose.blocks:
        if block.kind != "Header" or not block.offsets:
            continue
        markdown = block.rendered.text
        line = markdown[markdown.rfind("\n", 0, block.offsets[0]) + 1 : block.offsets[0] + 1]
        if line.lstrip("> \t").startswith("#"):
            continue
        underlined = _UNDERLINE.match(markdown, max(0, markdown.find("\n", block.offsets[-1])))
        if underlined and (_SENTENCE.search(block.text) or len(block.text) > _LONG):
            yield _underlined(block)


def _underlined(block: Block) -> Problem:
    rendered = block.rendered
    underline = rendered.text.find("\n", block.offsets[-1]) + 1
    return Problem(
        rendered.origin(underline),
        "分隔线上面没有空行，把上一段变成了标题",
        "分隔线的上下各空一行",
        context=block.text,
    )
