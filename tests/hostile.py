"""Trees as no manuscript would make them: every kind of element, with hostile names and addresses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from chapterkit.errors import ChapterkitError
from chapterkit.formats import all_formats
from chapterkit.manuscript.book import Book
from chapterkit.printing import chapter_printing, cited, printed
from chapterkit.text.document import Document
from chapterkit.text.origins import rendered_plainly

Node = dict[str, Any]

WORDS = (
    "词",
    "a b",
    '"',
    "'",
    "<script>alert(1)</script>",
    "]]>",
    "</p>",
    "#panic(1)",
    "\\input{x}",
    "$x$",
    "&lt;",
    "\u202e",
    "{{it}}",
    "@demo2025",
    "`",
    "*/",
)
NAMES = (
    "onclick", "ONLOAD", "onfocus", "onerror", "style", "src", "href", "srcdoc", "data-src", "data-srcset",
    "data-background-image", "data-background-video", "data-background-iframe", "data-external", "data-onclick",
    "poster", "srcset", "action", "formaction", "xlink:href", "xmlns", "http-equiv", "typst:text:fill", "typst:inset",
    "typst:no-figure", "custom-style", "epub:type", "id", "class", "width", "height", "lang", "title", "alt", "role",
    "target", "rel", "data-number", "keep", "startFrom", "is", "slot", "dir", "aria-label", "autofocus", "a\"b", "a b", "a>b", "",
    "data-cites", "data-template", "data-markdown", "entry-spacing", "output", "external", "controls", "data-entry-spacing",
)  # fmt: skip
CLASSES = ("number", "inline-svg", "csl-entry", "references", "math", "fragment", "line-numbers", "numberLines", "smallcaps", "column", "columns", "unnumbered", "unlisted", "a\"onclick=\"x", "a b", "python", "mermaid", "section", "footnotes", "mark", "kbd")  # fmt: skip
IDENTIFIERS = (
    "",
    "a",
    "refs",
    "case",
    "TOC",
    'a"onclick="x',
    "a b",
    "a<b",
    "#a",
    "图",
    "a'b",
    "\u202e",
)
OUTSIDE = ("$URL/x", "$OUT/secret.txt", "$OUT/secret.png", "/proc/self/environ", "http://127.0.0.1:1/x.png", "javascript:alert(1)", "JAVA\tSCRIPT:alert(1)", "%6aavascript:alert(1)", " javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "data:image/svg+xml,<svg onload=alert(1)>", "file:///etc/passwd", "/etc/passwd", "../../x", "..%2F..%2Fx", "//example.org/x", "vbscript:x", "blob:x", "x.html", "x.mp4", "x.svg", "x.pdf", "\\\\host\\x", "command:x", "")  # fmt: skip
INSIDE = (
    "https://example.org/",
    'https://example.org/"onclick="x',
    "mailto:a@example.org",
    "#a",
    '#"><script>',
)
FORMATS = (
    "html",
    "html5",
    "epub",
    "epub3",
    "typst",
    "openxml",
    "docx",
    "markdown",
    "tex",
    "latex",
    "xhtml",
    'x"y',
)

words = st.sampled_from(WORDS)
values = st.one_of(
    words,
    st.sampled_from(OUTSIDE),
    st.sampled_from(("1", "100%", "zh-Hans", "card-game.after", "url($URL/x)", 'eval("1")')),
)
attributes = st.tuples(
    st.sampled_from(IDENTIFIERS),
    st.lists(st.sampled_from(CLASSES), max_size=2),
    st.lists(st.tuples(st.sampled_from(NAMES), values).map(list), max_size=3),
).map(list)
plain_attributes = st.just(["", [], []])
any_attributes = st.one_of(plain_attributes, attributes)
targets = st.tuples(st.one_of(st.sampled_from(OUTSIDE), st.sampled_from(INSIDE)), words).map(list)


def node(kind: str, content: st.SearchStrategy[Any]) -> st.SearchStrategy[Node]:
    return content.map(lambda c: {"t": kind, "c": c})


def of(*parts: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.tuples(*parts).map(list)


leaves = st.one_of(
    node("Str", words),
    st.sampled_from([{"t": "Space"}, {"t": "SoftBreak"}, {"t": "LineBreak"}]),
    node("Code", of(any_attributes, words)),
    node(
        "Math",
        of(
            st.sampled_from([{"t": "InlineMath"}, {"t": "DisplayMath"}]),
            st.sampled_from(("x", "\\text{<script>}", '\\text{"}')),
        ),
    ),
    node("RawInline", of(st.sampled_from(FORMATS), words)),
)


def further_inlines(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    some = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.sampled_from(("Emph", "Strong", "Underline", "Strikeout", "Superscript", "Subscript", "SmallCaps")).flatmap(lambda kind: node(kind, some)),
        node("Quoted", of(st.sampled_from([{"t": "SingleQuote"}, {"t": "DoubleQuote"}]), some)),
        node("Span", of(any_attributes, some)),
        node("Link", of(any_attributes, some, targets)),
        node("Image", of(any_attributes, some, targets)),
    )  # fmt: skip


inlines = st.recursive(leaves, further_inlines, max_leaves=5)
some_inlines = st.lists(inlines, min_size=1, max_size=4)
small_blocks = st.one_of(
    node("Para", some_inlines),
    node("Plain", some_inlines),
    node("CodeBlock", of(any_attributes, words)),
    node("RawBlock", of(st.sampled_from(FORMATS), words)),
    node("Header", of(st.integers(2, 6), any_attributes, some_inlines)),
    node("LineBlock", st.lists(some_inlines, min_size=1, max_size=2)),
    st.just({"t": "HorizontalRule"}),
)


def cell(blocks: list[Node]) -> list[Any]:
    return [["", [], []], {"t": "AlignDefault"}, 1, 1, blocks]


def further_blocks(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    some = st.lists(inner, min_size=1, max_size=2)
    style = st.tuples(st.integers(0, 3), st.just({"t": "Decimal"}), st.just({"t": "Period"})).map(
        list
    )
    return st.one_of(
        node("Div", of(any_attributes, some)),
        node("BlockQuote", some),
        node("BulletList", st.lists(some, min_size=1, max_size=2)),
        node("OrderedList", of(style, st.lists(some, min_size=1, max_size=2))),
        node("DefinitionList", st.lists(of(some_inlines, st.lists(some, min_size=1, max_size=1)), min_size=1, max_size=1)),
        node("Figure", of(any_attributes, some.map(lambda blocks: [None, blocks]), some)),
        st.tuples(any_attributes, some, some).map(lambda given: table(*given)),
        some.map(lambda blocks: {"t": "Para", "c": [{"t": "Str", "c": "甲"}, {"t": "Note", "c": blocks}]}),
    )  # fmt: skip


def table(given: list[Any], caption: list[Node], blocks: list[Node]) -> Node:
    row, nothing = [given, [cell(blocks)]], ["", [], []]
    return {
        "t": "Table",
        "c": [given, [None, caption], [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}]],
              [given, [row]], [[given, 0, [], [row]]], [nothing, []]],
    }  # fmt: skip


blocks = st.recursive(small_blocks, further_blocks, max_leaves=6)


@st.composite
def trees(draw: st.DrawFn) -> list[Node]:
    """Return the blocks of a document; in most there is no picture, for which one is refused whole."""
    pictures = draw(st.integers(0, 3)) == 0
    found = draw(st.lists(blocks, min_size=1, max_size=40))
    return found if pictures else without_pictures(found)


def without_pictures(node: Any) -> Any:
    if isinstance(node, dict):
        if node.get("t") == "Image":
            return {"t": "Str", "c": "图"}
        return {key: without_pictures(value) for key, value in node.items()}
    return [without_pictures(one) for one in node] if isinstance(node, list) else node


# --- printing them

HEADING = {"t": "Header", "c": [1, ["case", [], []], [{"t": "Str", "c": "题"}]]}


def written(
    blocks: Sequence[Node], book: Book, root: Path, folder: Path, formats: Sequence[str] = ()
) -> Path | None:
    """Print blocks as the chapter `case`, as a build does what no rule has refused.

    Return the folder; None where they are refused as a whole.
    """
    tree = {"pandoc-api-version": [1, 23, 1], "meta": {}, "blocks": [HEADING, *blocks]}
    document = Document(tree, rendered_plainly("# 题 {#case}\n", "book/case.md"), (), ())
    chapter = next(one for one in book.chapters if one.slug == "case")
    chosen = [one for name, one in all_formats().items() if not formats or name in formats]
    try:
        printing = chapter_printing(
            book, root, chapter, document, cited(document.tree, book.bibliography, book.config)
        )
        printed([(one, printing) for one in chosen], folder, 2)
    except ChapterkitError:
        return None
    return folder
