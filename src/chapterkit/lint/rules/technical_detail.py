"""A technical detail stands in the prose: a path, a command, an option, an identifier, a recipe.

Why: a chapter tells what was done and what it shows. File paths, shell commands, options (--lr),
names out of the code (learning_rate, trainer.fit()) and settings of a training run (学习率设为
1e-5、批大小 64) belong into the record or the repository: there they can be run, here they
go stale.
Numbers that carry an argument stay, and so do names of models, data sets and metrics, versions,
special tokens such as `<think>`, and addresses.

Options: `allow`, what may stand, as it is written, or with * for any letters: `allow: [top_p,
"*.json"]`.

Bad:

    训练脚本放在 scripts/train.py，用 `--lr` 指定学习率。

Bad:

    微调时学习率设为 1e-5、批大小 64。

Good:

    教师是 Qwen2.5-7B-Instruct，数据是 HuggingFaceH4/Multilingual-Thinking，笑声写作 `<laugh>`。

Good:

    学习率降到原来的十分之一，遗忘便轻了；I/O 与 TCP/IP 和/或 A/B 测试都不受影响。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import translate
from functools import cache

from chapterkit.lint.details import (
    COMMAND,
    IDENTIFIER,
    OPTION,
    PATH,
    RECIPE,
    ROOT,
    commands,
    core_of,
    kind_of_code,
    kind_of_word,
    recipes,
    runs,
)
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Block, Document

GROUP = "structure"
SEVERITY = "warning"
NEEDS = frozenset[str]()

_HINTS = {
    PATH: "说它是什么，不说它在哪里",
    COMMAND: "说做了什么，命令留给项目的说明",
    OPTION: "说调的是什么，不写选项",
    IDENTIFIER: "用中文说它是什么；是术语就列入本规则的 allow",
    RECIPE: "设定写进记录的 setup；它若是论证的一环，就说改动与后果",
}
_SHORT_OPTION = re.compile(r"-[A-Za-z]\w?(?=\s?(?:选项|選項|参数|參數|开关|標誌|标志))")
_ABSOLUTE = re.compile(rf"/{ROOT}(?:/|$)")


@dataclass(frozen=True)
class Options:
    """What may stand in the prose: words as they are written, * for any letters."""

    allow: tuple[str, ...] = ()


_Detail = tuple[Block, int, int, str]


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for each technical detail, once a paragraph."""
    allowed = _allowed(options.allow)
    seen: set[tuple[int, str]] = set()
    last, reached = -1, 0
    for block, start, end, kind in sorted(_details(document), key=_place):
        excerpt = block.text[start:end]
        within = last == id(block) and start < reached
        if within or (id(block), excerpt) in seen or (allowed and allowed.fullmatch(excerpt)):
            continue
        seen.add((id(block), excerpt))
        last, reached = id(block), end
        message = f"正文里有{kind}“{_cut(excerpt)}”"
        yield problem_at(block, start, end, message, _HINTS[kind])


def _place(detail: _Detail) -> tuple[int, int, int, int]:
    """Return what details are sorted by: a command comes before the file that it names."""
    block, start, end, _ = detail
    return block.start, id(block), start, -end


@cache
def _allowed(words: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("|".join(map(translate, words))) if words else None


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:39]}…"


def _details(document: Document) -> Iterator[_Detail]:
    prose = document.prose
    for at, run in runs(prose.text):
        core, lead = core_of(run)
        if core:
            yield from _in_run(*prose.place(at + lead), core)
    yield from ((*place, COMMAND) for place in commands(prose))
    yield from ((*place, RECIPE) for place in recipes(prose))
    for block in prose.blocks:
        yield from _in_code(block)


def _in_run(block: Block, start: int, core: str) -> Iterator[_Detail]:
    """Yield the detail that a word in the prose is, if it is one."""
    kind = kind_of_word(core)
    if kind is None and core[0] == "-" and _SHORT_OPTION.match(block.prose, start):
        kind = OPTION
    if kind and _may_be(kind, core, block.prose, start) and not _in_image(block, start):
        yield block, start, start + len(core), kind


def _may_be(kind: str, core: str, prose: str, start: int) -> bool:
    """Tell a detail from what it looks like: a dash of two hyphens, 中文/English/French."""
    if kind == OPTION:
        closed = prose.startswith("--", start + len(core))
        before = prose[max(0, start - 2) : start].rstrip(" ")[-1:]
        english = before.isascii() and before.isalpha()
        return not closed and not (english and core[2:].isalpha())
    if kind == PATH and core[0] == "/":
        return not prose[max(0, start - 1) : start].isalnum() or bool(_ABSOLUTE.match(core))
    return True


def _in_image(block: Block, start: int) -> bool:
    return any(one.kind == "Image" and one.start <= start < one.end for one in block.inlines)


def _in_code(block: Block) -> Iterator[_Detail]:
    for inline in block.inlines:
        if inline.kind != "Code" or block.text[max(0, inline.start - 1) : inline.start] == ":":
            continue
        if kind := kind_of_code(block.text[inline.start : inline.end].strip()):
            yield block, inline.start, inline.end, kind
