"""Markup has stayed literal: the reader will see the marks.

Why: `**` beside Chinese punctuation, a brace of a template, half a link or a tag or an
instruction of HTML or XML that pandoc does not take for markup is printed as it was typed. So is
a `$` before a letter whose other end is missing (`$P`，); a `$` before a digit is money.

Bad:

    这是** 重点 **所在。

Bad:

    成功率是 {{ n.rl }}。

Bad:

    设已付价款为 $P，合同约定的期限为 $T$，$P$ 按 $T$ 分摊。

Good:

    这是**重点**所在，`{{ n.rl }}` 是模板里的写法。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chapterkit.han import HAN
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import Document

GROUP = "markup"
SEVERITY = "error"
NEEDS = frozenset[str]()

_MARKUP = Late(
    r"\*\*+|__+|~~+|\{\{|\}\}|\{%|%\}|`+|\]\([^)\s]{0,500}\)|!\[|\$\$|\]\{|\{[#.][\w-]+[^}]{0,500}\}"
    r"|</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>"
    r"|<\?[A-Za-z][^<>]{0,500}\?>|<!(?:DOCTYPE|ENTITY|\[CDATA\[)[^<>]{0,500}>"
    r"|\[@|(?<![^\s（(，。；：])@[A-Za-z][\w:.-]*\d\w*|^:::+|^#{1,6}\s"
    # $P without its other end
    r"|(?<![A-Za-z0-9$])\$(?!(?:US|CAN|HK|NZ)\b)(?=[A-Za-z\\\u0370-\u03ff])"
    r"|(?<![A-Za-z0-9$])\$ [^$\n\d]{1,30}\$"
    rf"|(?<![\w*])\* {HAN}[^*\n\d+=\ufffc]{{0,30}} \*(?![\w*])"  # * 重点 *, not 2 * 3 * 4
)
# What a mark cannot do without: most paragraphs have none of it.
_TRACE = re.compile(r"[*_~{}`$<@]|\](?=[({])|!(?=\[)|^:::|^#")

_LITERAL = "补全或移动标记；真要印这几个字符，前面加反斜线或写成行内代码"
_UNCLOSED = r"公式两头都要有 $，$ 与公式之间不空格：$P$；真要印这个字符就写 \$"


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each mark left in the text, the first of its kind in a paragraph."""
    for block in document.blocks:
        if block.kind not in {"Para", "Plain", "Header"}:
            continue
        text = block.masked("Code", "Math", "Cite")
        seen: set[str] = set()
        for found in _MARKUP.finditer(text) if _TRACE.search(text) else ():
            if found[0] in seen or block.is_escaped(found.start()):
                continue
            seen.add(found[0])
            hint = _UNCLOSED if found[0][0] == "$" != found[0][-2:-1] else _LITERAL
            message = f"“{found[0]}”没有成为标记，会原样印出来"
            yield problem_at(block, found.start(), found.end(), message, hint)
