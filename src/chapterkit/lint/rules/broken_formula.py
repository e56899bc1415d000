r"""A formula cannot be set: a command that no format knows, braces that do not match, Han letters.

Why: formulas are read as LaTeX's and set by each format in its own way, without LaTeX. One that
cannot be read is printed nowhere: a build stops at it, wherever this rule is off, allowed or
accepted. The commands are those of LaTeX and amsmath; `\newcommand` and the commands of other
packages (`\ce`, `\SI`, `\mathds`) are none. Han characters are words, so they stand in `\text{…}`:
by themselves each of them would be set as a variable.

Bad:

    设 $\fraction{a}{b}$ 为比值。

Bad:

    设 $\frac{a}{b$ 为比值。

Bad:

    设 $成功率 = \frac{a}{b}$。

Good:

    设 $\text{成功率} = \frac{a}{b}$，其中 $N_{\text{样本}} \le 10$。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.bearers import quoted
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import Block, Document
from chapterkit.text.formulas import REFUSED, UNREADABLE

GROUP = "markup"
SEVERITY = "error"
NEEDS = frozenset[str]()
STOPS = True

_UNKNOWN = Late(r"unexpected control sequence (\\\S+)")
_WORDS = Late(r"\\(?:text\w*|mbox|operatorname\*?|mathrm)\s*\{(?:[^{}]|\{[^{}]*\})*\}")
_HAN = Late("[«»‹›]+|[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_CLOSE = "检查花括号和命令有没有写全，& 和 # 是否多余"
_NOT_FOR_PRINT = "成对的括号写 \\left 和 \\right；分式、根号里不能空着，\\phantom 里只写字母"


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each formula that pandoc cannot read, and for words that are no text."""
    wrong = {
        str(one.fields.get("contents")): str(one.fields.get("message", ""))
        for one in document.warned
        if one.type == UNREADABLE or (one.type == REFUSED and document.is_for("pdf"))
    }
    if "$" not in document.rendered.text:
        return
    placed: set[str] = set()
    for block in document.blocks:
        for inline in block.inlines:
            if inline.kind != "Math":
                continue
            formula = block.text[inline.start : inline.end]
            if formula in wrong:
                placed.add(formula)
                yield _refused(block, inline.start, formula, wrong[formula])
            elif not formula.isascii():
                yield from _bare_words(block, inline.start, formula)
    for formula in wrong.keys() - placed:  # in what stands beside a citation, say
        origin = document.rendered.origin(max(0, document.rendered.text.find(formula)))
        yield Problem(origin, *_words(formula, wrong[formula]))


def _refused(block: Block, start: int, formula: str, said: str) -> Problem:
    """Return the problem of a formula that cannot be read, at the command that is to blame."""
    found = _UNKNOWN.search(said)
    at = formula.find(found[1]) if found else -1
    first, last = (at, at + len(found[1])) if found and at >= 0 else (0, len(formula))
    return problem_at(block, start + first, start + last, *_words(formula, said))


def _words(formula: str, said: str) -> tuple[str, str]:
    shown = quoted(formula.strip())
    if found := _UNKNOWN.search(said):
        return f"公式 {shown} 里的命令 {found[1]} 排不出来", "换成 LaTeX 和 amsmath 里有的命令"
    return f"公式 {shown} 排不成", _CLOSE if said else _NOT_FOR_PRINT


def _bare_words(block: Block, start: int, formula: str) -> Iterator[Problem]:
    """Yield a problem for Han and quotation marks that stand in a formula as variables would."""
    plain = _WORDS.compiled.sub(lambda found: " " * len(found[0]), formula)
    if found := _HAN.search(plain):
        message = f"公式里的“{quoted(found[0])}”没有写成文字"
        hint = rf"写成 \text{{{quoted(found[0])}}}"
        yield problem_at(block, start + found.start(), start + found.end(), message, hint)
