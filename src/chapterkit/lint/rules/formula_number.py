r"""A formula is numbered or named by LaTeX's own commands: \tag, \label, \ref, \eqref.

Why: they vanish. The formats are made without LaTeX, so the number is printed nowhere, or the
command stands in the page as it was typed. A displayed formula gets its number from the tool, by
an identifier: `[$$ … $$]{#eq:rate}`; `[](#eq:rate)` and `{{ ref("eq:rate") }}` refer to it.

Bad:

    $$ r = \frac{d}{N} \tag{7.1} $$

Bad:

    由式 $\eqref{eq:rate}$ 可知。

Good:

    [$$ r = \frac{d}{N} $$]{#eq:rate}

    由[](#eq:rate)可知。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document

GROUP = "references"
SEVERITY = "error"
NEEDS = frozenset[str]()

_COMMAND = re.compile(
    r"\\(?:(?P<gives>tag\*?|label|nonumber|notag)|(?P<refers>ref|eqref|autoref|cref|Cref|pageref))"
    r"(?![A-Za-z])\s*(?:\{(?P<name>[^{}]*)\})?"
)


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each command in a formula that numbers it or refers to a number."""
    if "\\" not in document.rendered.text:
        return
    for block in document.blocks:
        for inline in block.inlines:
            if inline.kind != "Math":
                continue
            for found in _COMMAND.finditer(block.text, inline.start, inline.end):
                name = found["name"] or "eq:标识"
                hint = f"写成 [$$…$$]{{#{name}}}，编号由工具来印"
                if found["refers"]:
                    hint = f'在公式外面写 [](#{name})，或 {{{{ ref("{name}") }}}}'
                elif not (found["gives"] == "label" and found["name"]):
                    hint = "写成 [$$…$$]{#eq:标识}，编号由工具来印；不要编号就什么也不写"
                command = found[0].split("{")[0].strip()
                message = f"公式里的 {command} 印不出来"
                yield problem_at(block, found.start(), found.end(), message, hint)
