"""An attribute, a class or an identifier is not one that may stand in a manuscript.

Why: programs that write and show a book act on attributes: they open the files that these name,
and run what they hold. What is known to be harmless gets into print, and nothing else: it is left
out whatever is said of this rule, which tells where the text means something that no reader will
see. It may be allowed, accepted by a baseline, and weigh less; where it is off, it still warns.

Known are identifiers of letters, digits and `-_.:`, two hundred at most, not beginning
with a stop or a colon, that contents, notes and
references do not need themselves (`TOC`, `fn1`, `ref-…`); the classes `.number` of a span,
`.unnumbered` and `.unlisted` of a heading, `.note` of a div, a language of code, `.keep` of
anything; `data-number` of a span; `alt`, `width` and `height` of an image, the latter two as a
number with %, px, cm, mm, em, in or pt; `lang` of anything, as a BCP 47 tag.

Passages for some formats only are no matter of classes (`.content-visible`, `when-format`): they
stand between `{% only html %}` and `{% endonly %}`.

Bad:

    [点这里]{onclick="alert(1)"}。

Bad:

    ![图（自绘）](a.png){alt="两条曲线" width="calc(1px)"}

Bad:

    ::: {.hidden style="position: fixed"}
    盖住全页的一段。
    :::

Good:

    ![图（自绘）](a.png){#curves alt="两条曲线" width=80%}

Good:

    他说[sí]{lang=es}。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.bearers import Bearer, bearers, quoted
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.text.document import Document
from chapterkit.text.gate import AUTHORS, Foreign

GROUP = "markup"
SEVERITY = "error"
NEEDS = frozenset[str]()
ALWAYS = True

_LENGTH = "写数字加 %、px、cm、mm、em、in 或 pt，如 80%"
_FORMS = {
    "alt": "写在一行里",
    "data-number": "写数的名字，如 general-points.gpl_rl",
    "height": _LENGTH,
    "lang": "写语言的标签，如 en、zh-Hant",
    "width": _LENGTH,
}
# What other tools have for passages of some formats only.
_CONDITIONAL = frozenset(
    [
        *("content-visible", "content-hidden", "when-format", "unless-format", "when-meta"),
        *("unless-meta", "when-profile", "unless-profile", "html-only", "pdf-only"),
    ]
)
_PASSAGES = "只给某些格式的文字写在 {% only html %} 和 {% endonly %} 之间"
_LEFT_OUT = "它不会进成品，请删去；chapterkit rule foreign-attribute 列出能用的"


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each thing that is not known, where it was typed."""
    for bearer in bearers(document):
        for foreign in AUTHORS.foreign(bearer.element):
            yield _problem(bearer, foreign)


def _problem(bearer: Bearer, foreign: Foreign) -> Problem:
    name = quoted(foreign.name)
    match foreign.fault:
        case "identifier":
            message = f"标识 #{name} 里有不能用的字符，或者太长"
            hint = "标识由文字、数字和 - _ . : 组成，不以 . : 开头，最多 200 个字符"
        case "reserved":
            message = f"标识 #{name} 另有用处：目录、脚注、参考文献用它"
            hint = "换一个标识；标题后面写 {#标识}"
        case "class":
            message = f"不认得类 .{name}"
            hint = _PASSAGES if foreign.name in _CONDITIONAL else _LEFT_OUT
        case "key":
            message = f"不认得属性 {name}"
            hint = _PASSAGES if foreign.name in _CONDITIONAL else _LEFT_OUT
        case "value":
            message, hint = f"属性 {name} 的值“{quoted(foreign.value)}”不成形", _FORMS[foreign.name]
        case "repeated":
            message, hint = f"属性 {name} 写了两次", "只留一个"
        case "raw":
            message, hint = f"这里有不是 Markdown 的“{name}”", "改写成 Markdown"
    return bearer.problem(message, hint, *_as_typed(foreign))


def _as_typed(foreign: Foreign) -> tuple[str, ...]:
    """Return how something may have been typed, the surest first."""
    marks = {"identifier": "#", "reserved": "#", "class": "."}
    if mark := marks.get(foreign.fault):
        return (f"{mark}{foreign.name}", foreign.name)
    return (f"{foreign.name}={foreign.value}", f"{foreign.name}=", foreign.name)
