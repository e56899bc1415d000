r"""A command of TeX stands in the text: `\textbf{…}`, `\cite{…}`, `\begin{equation}`, `\( … \)`.

Why: the manuscript is Markdown, and only what stands between dollar signs is TeX. Whatever else
was brought along from a LaTeX file is printed as it was typed, braces and all; of `\(` and `\)`
only the brackets are left. The hint says how Markdown has it.

Quiet: formulas, code, backslashes that were escaped (`\\item`), paths (`C:\item`) and patterns
(`\d+`, `\p{Han}`), brackets that were escaped for what they are.

Bad:

    这一点\textbf{很重要}，见 \cite{demo2025} 的式 \eqref{eq:sum}。

Bad:

    \begin{equation}
    a + b = c
    \end{equation}

Bad:

    其中 \(x_1\) 是输入，\alpha 是步长。

Good:

    这一点**很重要**[@demo2025]，其中 $x_1$ 是输入，`\alpha` 是 LaTeX 的写法。
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.lint.words import word_patterns
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import Block, Document

GROUP = "markup"
SEVERITY = "error"
NEEDS = frozenset[str]()

_WORDS = word_patterns("literal-tex")
_COMMAND = Late(
    r"(?:(?<![A-Za-z0-9:\\/.])"
    r"|(?<=[A-Za-z0-9])(?=\\(?:text(?:sub|super)script|textbf|textit|emph|cite[pt]?|footnote)\{))"
    r"\\(?:"
    r"(?P<edge>begin|end)\s?\{(?P<environment>[A-Za-z]{1,30}\*?)\}"
    r"|(?P<name>[A-Za-z]{2,30})\*?(?:\[[^\]\n]{0,200}\]){0,2}\{(?P<argument>[^{}\n]{0,200})\}?"
    rf"|(?P<formula>{_WORDS['of formulas']})(?![A-Za-z])"
    rf"|(?P<alone>{_WORDS['of text']})(?![A-Za-z]))"
)
_OF_FORMULAS = Late(_WORDS["of formulas"])
# What stands in brackets that TeX would read as a formula: a sign of one, or a letter alone.
_IN_FORMULA = Late(r"[\\^_=<>{}]")
_LETTER = Late(r"\s*[A-Za-z]\s*")
_BRACKETS = {"(": ")", "[": "]"}
_LONGEST_FORMULA = 500

_IN_PRINT = "真要印这几个字符，写成行内代码"
_INSTEAD: Mapping[str, str] = {
    **dict.fromkeys(("textbf", "bf", "mathbf"), "写成 **{0}**"),
    **dict.fromkeys(("emph", "textit", "textsl"), "写成 *{0}*"),
    **dict.fromkeys(("texttt", "verb", "lstinline"), "写成行内代码 `{0}`"),
    **dict.fromkeys(("cite", "citep", "citet", "parencite", "autocite", "textcite"), "写成 [@{0}]"),
    **dict.fromkeys(("ref", "eqref", "autoref", "cref", "Cref", "pageref"), "写成 [](#{0})"),
    **dict.fromkeys(("footnote", "footnotetext"), "写成脚注 ^[{0}]"),
    **dict.fromkeys(("chapter", "section", "subsection", "subsubsection"), "写成标题：# {0}"),
    **dict.fromkeys(("url", "href"), "写成链接 [文字]({0})"),
    "label": "给所指的地方加上 {{#{0}}}",
    "includegraphics": '写成图 ![说明（自绘）]({0}){{alt="替代文字"}}，别人的图在说明里引用出处',
    "caption": "写在图的方括号里：![{0}](文件)",
}
_AS_FORMULA = "公式写在 $ … $ 里，单独成行的写在 $$ … $$ 里"
_ENVIRONMENTS: Mapping[str, str] = {
    **dict.fromkeys(("itemize", "enumerate", "description"), "改写成段落"),
    **dict.fromkeys(("quote", "quotation"), "写成引文：每行前面加 >"),
    **dict.fromkeys(("figure", "table", "tabular", "center"), "换成 Markdown 的写法"),
}


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each command, the first of its name in a paragraph."""
    markdown = document.rendered.text
    if "\\" not in markdown:
        return
    opened: set[str] = set()
    has_brackets = "\\(" in markdown or "\\[" in markdown
    for block in document.blocks:
        if block.kind in {"Para", "Plain", "Header"} and not document.is_metadata(block):
            text = block.masked("Code", "Math", "Cite")
            formulas = list(_formulas(block, text)) if has_brackets else []
            for start, end in formulas:
                message = (
                    f"“\\{text[start : end - 1]}\\{text[end - 1]}”是 TeX 的写法，印出来只剩括号"
                )
                yield problem_at(block, start, end, message, _AS_FORMULA)
            yield from _commands(block, text, formulas, opened)


def _commands(
    block: Block, text: str, formulas: Sequence[tuple[int, int]], opened: set[str]
) -> Iterator[Problem]:
    """Yield the commands of a block outside formulas; `opened` are environments that have begun."""
    seen, until = set[str](), 0
    for found in _COMMAND.finditer(text) if "\\" in text else ():
        at = found.start()
        name = found["environment"] or found["name"] or found["formula"] or found["alone"]
        if at < until or name in seen or _is_meant(block, at):
            continue
        if any(start <= at < end for start, end in formulas):
            continue
        seen.add(name)
        if found["edge"] == "end" and name in opened:
            continue
        if found["edge"]:
            opened.add(name)
            until = text.find(f"\\end{{{name}}}", found.end())
        message = f"“{found[0]}”是 TeX 的写法，会原样印出来"
        yield problem_at(block, at, found.end(), message, _hint(found, name))


def _is_meant(block: Block, position: int) -> bool:
    """Tell whether the author has escaped a backslash, to have it printed."""
    markdown, offset = block.rendered.text, block.offsets[position]
    return "\\\\" in markdown[max(0, offset - 1) : offset + 2]


def _hint(found: re.Match[str], name: str) -> str:
    if found["formula"] or _OF_FORMULAS.fullmatch(name):
        return _AS_FORMULA
    if found["edge"]:
        return _ENVIRONMENTS.get(name.rstrip("*"), _AS_FORMULA)
    argument = found["argument"] or "…"
    if name in _INSTEAD:
        given = "; @".join(map(str.strip, argument.split(","))) if "cite" in name else argument
        return f"{_INSTEAD[name].format(given)}；{_IN_PRINT}"
    return f"换成 Markdown 的写法；{_IN_PRINT}"


def _formulas(block: Block, text: str) -> Iterator[tuple[int, int]]:
    r"""Yield where something stands between \( and \), or \[ and \], that is a formula."""
    end = 0
    for start, mark in enumerate(text):
        if mark not in _BRACKETS or start < end or not block.is_escaped(start):
            continue
        closing = _closing(block, text, start)
        within = text[start + 1 : max(closing, start)]
        alone = mark == "(" and start > 0 and _LETTER.fullmatch(within) is not None
        if closing > 0 and (alone or _IN_FORMULA.search(within)):
            end = closing + 1
            yield start, end


def _closing(block: Block, text: str, start: int) -> int:
    """Return where the bracket that opens at `start` closes, escaped as that is; -1 if nowhere."""
    mark, last = _BRACKETS[text[start]], start + _LONGEST_FORMULA
    at = text.find(mark, start + 1, last)
    while at >= 0 and not block.is_escaped(at):
        at = text.find(mark, at + 1, last)
    return at
