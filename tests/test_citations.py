"""References and citations by GB/T 7714-2015, through pandoc's citeproc, string by string."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chapterkit.manuscript.bibliography import parse_bibliography
from chapterkit.pandoc import run_pandoc, transform
from chapterkit.pipeline import read
from chapterkit.text.citations import citeproc_arguments, finish_references
from chapterkit.text.origins import rendered_plainly
from chapterkit.text.references import csl_references, languages
from chapterkit.text.tree import Tree

BIBLIOGRAPHY = r"""
@inproceedings{chu, author = {Chu, Tianzhe and Zhai, Yuexiang and Yang, Jihan and Tong, Shengbang},
  title = {{SFT} Memorizes, {RL} Generalizes}, booktitle = {Proceedings of the 42nd ICML},
  address = {Vancouver}, publisher = {PMLR}, year = {2025}, pages = {1--10}, langid = {english}}
@misc{snac, author = {Siuzdak, Hubert and Gr{\"o}tschla, Florian and Lanzend{\"o}rfer, Luca A.},
  title = {{SNAC}: a Codec}, year = {2024}, eprint = {2410.14411}, archivePrefix = {arXiv},
  langid = {english}}
@article{gptoss, author = {{OpenAI}}, title = {gpt-oss-120b \& gpt-oss-20b Model Card},
  journal = {arXiv preprint arXiv:2508.10925}, year = {2025}, langid = {english}}
@misc{orpheus, author = {{Canopy Labs}}, title = {Orpheus {TTS}}, year = {2025},
  howpublished = {GitHub repository, commit 835ac7cd1870fa1fa5e342e14260c2d68cabb2e7},
  url = {https://github.com/canopyai/Orpheus-TTS}, langid = {english}}
@article{four, author = {张三 and 李, 四 and {王五} and 赵六}, title = {大语言模型综述},
  journal = {计算机学报}, year = {2024}, volume = {47}, number = {3}, pages = {1--20},
  langid = {chinese}}
@article{three, author = {张三 and 李四 and 王五}, title = {三人行}, journal = {学报},
  year = {2023},  langid = {chinese}}
@book{ouyang, author = {欧阳, 修}, title = {科学史导论}, publisher = {科学出版社}, address = {北京},
  edition = {2}, year = {2020}, langid = {chinese}}
@book{kuhn, author = {Kuhn, Thomas S.}, title = {The Structure of Scientific Revolutions},
  publisher = {University of Chicago Press}, address = {Chicago}, edition = {2}, year = {1970},
  langid = {english}}
@phdthesis{sun, author = {孙七}, title = {强化学习研究}, school = {清华大学}, address = {北京},
  year = {2021}, langid = {chinese}}
@article{go, author = {Silver, David and Huang, Aja and others}, title = {Mastering the game of Go},
  journal = {Nature}, year = {2016}, volume = {529}, number = {7587}, pages = {484--489},
  doi = {10.1038/nature16961}, langid = {english}}
@misc{levels, author = {Metz, Rachel}, title = {Levels}, howpublished = {Bloomberg}, year = {2024},
  month = jul, day = {11}, url = {https://example.org/l}, urldate = {2025-05-06},
  langid = {english}}
@incollection{berg, author = {van der Berg, Jan-Willem}, title = {A Chapter},
  booktitle = {The Book},  publisher = {MIT Press}, address = {Cambridge}, year = {1999}, pages = {3--9}, langid = {english}}
@techreport{sesame, author = {{Sesame AI Labs}}, title = {Speech}, institution = {Sesame},
  year = {2023}, number = {TR-1}, langid = {english}}
"""

SOURCES = parse_bibliography(BIBLIOGRAPHY, "refs.bib")

REFERENCES = {
    "chu": "CHU T, ZHAI Y, YANG J, et al. SFT Memorizes, RL Generalizes[C]//Proceedings of the"
    " 42nd ICML. Vancouver: PMLR, 2025: 1-10.",
    "snac": "SIUZDAK H, GRÖTSCHLA F, LANZENDÖRFER L A. SNAC: a Codec[EB/OL]. arXiv, 2024."
    " https://arxiv.org/abs/2410.14411.",
    "gptoss": "OpenAI. gpt-oss-120b & gpt-oss-20b Model Card[EB/OL]. arXiv, 2025."
    " https://arxiv.org/abs/2508.10925.",
    "orpheus": "Canopy Labs. Orpheus TTS[CP/OL]. GitHub repository, commit 835ac7cd18, 2025."
    " https://github.com/canopyai/Orpheus-TTS.",
    "four": "张三, 李四, 王五, 等. 大语言模型综述[J]. 计算机学报, 2024, 47(3): 1-20.",
    "three": "张三, 李四, 王五. 三人行[J]. 学报, 2023.",
    "ouyang": "欧阳修. 科学史导论[M]. 2版. 北京: 科学出版社, 2020.",
    "kuhn": "KUHN T S. The Structure of Scientific Revolutions[M]. 2nd ed."
    " Chicago: University of Chicago Press, 1970.",
    "sun": "孙七. 强化学习研究[D]. 北京: 清华大学, 2021.",
    "go": "SILVER D, HUANG A, et al. Mastering the game of Go[J]. Nature, 2016, 529(7587):"
    " 484-489. DOI:10.1038/nature16961.",
    "levels": "METZ R. Levels[EB/OL]. Bloomberg, 2024(2024-07-11)[2025-05-06]."
    " https://example.org/l.",
    "berg": "VAN DER BERG J W. A Chapter[M]//The Book. Cambridge: MIT Press, 1999: 3-9.",
    "sesame": "Sesame AI Labs. Speech: TR-1[R]. Sesame, 2023.",
}


def cited(markdown: str, folder: Path) -> Tree:
    """Return the finished tree of a text that cites SOURCES."""
    references = folder / "references.json"
    references.write_text(json.dumps(csl_references(SOURCES)), "utf-8")
    tree = read(rendered_plainly(markdown, "a.md")).tree
    return finish_references(transform(tree, citeproc_arguments(references)), languages(SOURCES))


def plain(tree: Tree) -> list[str]:
    """Return the paragraphs of a tree as pandoc prints them without markup."""
    arguments = ["-f", "json", "-t", "plain-smart", "--wrap=none"]
    printed = run_pandoc(arguments, json.dumps(tree).encode()).decode()
    return [line for line in printed.splitlines() if line]


def test_every_kind_of_reference(tmp_path: Path) -> None:
    keys = "; ".join(f"@{key}" for key in REFERENCES)
    lines = plain(cited(f"文[{keys}]。", tmp_path))
    entries = [line.partition("] ")[2] for line in lines if line.startswith("[")]
    assert entries == list(REFERENCES.values())


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("文[@chu]。", "文^([1])。"),
        ("文[@chu, 图 6]。", "文^([1]图 6)。"),
        ("文[@chu, 第 5.1 节，表 1]。", "文^([1]第 5.1 节，表 1)。"),
        ("文 [@chu]。", "文^([1])。"),
        ("文[@chu; @snac; @gptoss]。", "文^([1-3])。"),
        (
            "文[@chu]。文[@snac]。文[@gptoss]。文[@gptoss; @chu]。",
            "文^([1])。文^([2])。文^([3])。文^([1,3])。",
        ),
        ("文[@chu, 图 6; @snac]。", "文^([1]图 6,[2])。"),
        ("文[@chu; @snac, 表 2]。", "文^([1],[2]表 2)。"),
        ("**文[@chu]**。", "文^([1])。"),
    ],
)
def test_citations_in_the_text(markdown: str, expected: str, tmp_path: Path) -> None:
    assert plain(cited(markdown, tmp_path))[0] == expected


def test_references_are_numbered_in_the_order_of_citation(tmp_path: Path) -> None:
    lines = plain(cited("文[@kuhn]。\n\n文[@chu]，又[@kuhn, 第 9 章]。", tmp_path))
    assert lines[1] == "文^([2])，又^([1]第 9 章)。"
    assert [line[:8] for line in lines[-2:]] == ["[1] KUHN", "[2] CHU "]


def test_references_get_a_heading_unless_there_is_one(tmp_path: Path) -> None:
    assert "参考文献" in plain(cited("文[@chu]。", tmp_path))
    once = plain(cited("文[@chu]。\n\n## 文献 {#refs-here}", tmp_path))
    assert "参考文献" not in once


def test_citations_link_to_their_entries_without_warnings(tmp_path: Path) -> None:
    tree = cited("文[@chu; @snac, 图 1]。", tmp_path)
    arguments = ["-f", "json", "-t", "html", "--fail-if-warnings"]
    html = run_pandoc(arguments, json.dumps(tree).encode()).decode()
    for key in ("chu", "snac"):
        assert f'href="#ref-{key}"' in html
        assert f'id="ref-{key}"' in html


def test_an_unknown_key_stays_as_it_is(tmp_path: Path) -> None:
    assert "nobody" in "".join(plain(cited("文[@nobody]。", tmp_path)))


def test_a_text_without_citations_has_no_references(tmp_path: Path) -> None:
    assert plain(cited("文。", tmp_path)) == ["文。"]


# --- from BibTeX to CSL, field by field


def csl(entry: str) -> dict[str, Any]:
    """Return the CSL item of one BibTeX entry, the key left out."""
    [item] = csl_references(parse_bibliography(entry, "refs.bib"))
    assert item.pop("id") == "k"
    return dict(item)


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ("@article{k, journal={J}}", "article-journal"),
        ("@article{k, journaltitle={J}}", "article-journal"),
        ("@article{k, title={T}}", "article-journal"),
        ("@article{k, journal={arXiv preprint arXiv:2508.10925}}", "article"),
        ("@article{k, journal={CoRR (ARXIV)}}", "article"),
        ("@article{k, eprint={2508.10925}, archiveprefix={arXiv}}", "article"),
        ("@article{k, journal={J}, eprint={2508.10925}, archiveprefix={arXiv}}", "article-journal"),
        ("@article{k, eprint={2508.10925}, archiveprefix={bioRxiv}}", "article-journal"),
        ("@misc{k, eprint={2508.10925}, eprinttype={arxiv}}", "article"),
        ("@misc{k, url={https://github.com/a/b}}", "software"),
        ("@misc{k, url={http://www.gitlab.com/a/b/}}", "software"),
        ("@online{k, url={https://gitee.com/a/b}}", "software"),
        ("@online{k, url={https://codeberg.org/a/b}}", "software"),
        ("@misc{k, url={https://github.com/a}}", "webpage"),
        ("@misc{k, url={https://github.com/a/b/issues/1}}", "webpage"),
        ("@misc{k, url={https://github.com/a/b?tab=1}}", "webpage"),
        ("@misc{k, url={https://example.org/a/b}}", "webpage"),
        ("@misc{k, title={T}}", "document"),
        ("@book{k}", "book"),
        ("@mvbook{k}", "book"),
        ("@booklet{k}", "book"),
        ("@collection{k}", "book"),
        ("@proceedings{k}", "paper-conference"),
        ("@manual{k}", "book"),
        ("@incollection{k}", "chapter"),
        ("@inbook{k}", "chapter"),
        ("@conference{k}", "paper-conference"),
        ("@INPROCEEDINGS{k}", "paper-conference"),
        ("@mastersthesis{k}", "thesis"),
        ("@phdthesis{k}", "thesis"),
        ("@thesis{k}", "thesis"),
        ("@techreport{k}", "report"),
        ("@report{k}", "report"),
        ("@software{k}", "software"),
        ("@dataset{k}", "dataset"),
        ("@patent{k}", "patent"),
        ("@standard{k}", "standard"),
    ],
)
def test_the_type_of_a_source(entry: str, kind: str) -> None:
    assert csl(entry)["type"] == kind


@pytest.mark.parametrize(
    ("entry", "field", "value"),
    [
        ("@article{k, journal={J}}", "container-title", "J"),
        ("@article{k, journaltitle={J}}", "container-title", "J"),
        ("@article{k, journal={arXiv 2508.1}}", "container-title", None),
        ("@incollection{k, booktitle={B}}", "container-title", "B"),
        ("@inproceedings{k, booktitle={B}}", "container-title", "B"),
        ("@book{k, booktitle={B}}", "container-title", None),
        ("@book{k, publisher={P}, school={S}}", "publisher", "P"),
        ("@phdthesis{k, school={S}}", "publisher", "S"),
        ("@techreport{k, institution={I}}", "publisher", "I"),
        ("@misc{k, organization={O}}", "publisher", "O"),
        ("@misc{k, howpublished={H}}", "publisher", "H"),
        ("@misc{k, howpublished={commit 835ac7cd1870fa1fa5e342e1}}", "publisher", "commit 835ac7cd18"),
        ("@misc{k, howpublished={commit 835ac7cd1870fa1}}", "publisher", "commit 835ac7cd1870fa1"),
        ("@misc{k, title={T}}", "publisher", None),
        ("@misc{k, eprint={2508.10925}, archiveprefix={arXiv}, publisher={P}}", "publisher", "arXiv"),
        ("@article{k, journal={arXiv, later}, publisher={P}}", "publisher", "P"),
        ("@book{k, address={A}, location={L}}", "publisher-place", "A"),
        ("@book{k, location={L}}", "publisher-place", "L"),
        ("@article{k, journal={J}, volume={3}}", "volume", "3"),
        ("@article{k, journal={J}, number={4}}", "issue", "4"),
        ("@article{k, journal={J}, number={4}}", "number", None),
        ("@techreport{k, number={TR-1}}", "number", "TR-1"),
        ("@standard{k, number={GB 1}}", "number", "GB 1"),
        ("@patent{k, number={P 1}}", "number", "P 1"),
        ("@book{k, number={4}}", "number", None),
        ("@book{k, number={4}}", "issue", None),
        ("@book{k, edition={2}}", "edition", "2"),
        ("@article{k, journal={J}, pages={1--20}}", "page", "1-20"),
        ("@article{k, journal={J}, pages={1–20}}", "page", "1-20"),
        ("@article{k, journal={J}, pages={e7}}", "page", "e7"),
        ("@book{k, title={{SNAC} \\& a~b ---{} ``c'' `d'}}", "title", "SNAC & a b — “c” ‘d’"),
        ("@book{k, title={The Author's `d' and e's}}", "title", "The Author's ‘d’ and e's"),
        ("@book{k, title={a -- b}}", "title", "a – b"),
        ("@book{k, title={Gr{\\\"o}  tsch}}", "title", "Grö tsch"),
        ("@book{k, title={Say <think> & go}}", "title", "Say <think> & go"),
        ("@book{k, title={Say & go}}", "title", "Say & go"),
        ("@misc{k, url={https://example.org/a\\_b\\%20\\&\\#\\~\\$}}", "URL", "https://example.org/a_b%20&#~$"),
        ("@misc{k, url={{https://example.org/a} }}", "URL", "https://example.org/a"),
        ("@misc{k, eprint={2508.10925}, archiveprefix={arXiv}}", "URL", "https://arxiv.org/abs/2508.10925"),
        ("@misc{k, eprint={arXiv:2508.10925}, archiveprefix={arXiv}}", "URL", "https://arxiv.org/abs/2508.10925"),
        ("@misc{k, eprint={2508.10925}, archiveprefix={arXiv}, url={https://a.b}}", "URL", "https://a.b"),
        ("@article{k, journal={arXiv preprint arXiv: 2508.10925}}", "URL", "https://arxiv.org/abs/2508.10925"),
        ("@article{k, journal={arXiv:2508.1}}", "URL", None),
        ("@misc{k, eprint={2508.10925}}", "URL", "https://arxiv.org/abs/2508.10925"),
        ("@article{k, doi={10.1/a\\_b}}", "DOI", "10.1/a_b"),
        ("@article{k, doi={https://doi.org/10.1/a}}", "DOI", "10.1/a"),
        ("@article{k, doi={http://dx.doi.org/10.1/a}}", "DOI", "10.1/a"),
        ("@article{k, url={https://doi.org/10.1/a}}", "DOI", "10.1/a"),
        ("@article{k, url={https://doi.org/10.1/a}}", "URL", None),
        ("@article{k, url={https://doi.org/10.1/a}, doi={10.1/b}}", "DOI", "10.1/b"),
        ("@book{k, year={2020}}", "issued", [2020]),
        ("@book{k, date={2021-03-04}, year={2020}}", "issued", [2021]),
        ("@book{k, year={in press}}", "issued", {"literal": "in press"}),
        ("@misc{k, url={https://a.b}, year={2024}, month=jul, day={11}}", "available-date", [2024, 7, 11]),
        ("@misc{k, url={https://a.b}, year={2024}, month={12}, day={1}}", "available-date", [2024, 12, 1]),
        ("@misc{k, url={https://a.b}, year={2024}, month={January}, day={2}}", "available-date", [2024, 1, 2]),
        ("@misc{k, url={https://a.b}, date={2024-07-11}}", "available-date", [2024, 7, 11]),
        ("@misc{k, url={https://a.b}, year={2024}, month=jul}", "available-date", None),
        ("@misc{k, url={https://a.b}, year={2024}, month={x}, day={11}}", "available-date", None),
        ("@misc{k, eprint={1}, archiveprefix={arXiv}, date={2024-07-11}}", "available-date", [2024, 7, 11]),
        ("@misc{k, url={https://github.com/a/b}, date={2024-07-11}}", "available-date", [2024, 7, 11]),
        ("@book{k, date={2024-07-11}}", "available-date", None),
        ("@misc{k, url={https://a.example}, urldate={2025-05-06}}", "accessed", [2025, 5, 6]),
        ("@misc{k, url={https://a.example}, urldate={2025-05}}", "accessed", [2025, 5]),
        ("@book{k, urldate={2025-05}}", "accessed", None),
    ],
)  # fmt: skip
def test_a_field_of_a_source(entry: str, field: str, value: object) -> None:
    given = csl(entry).get(field)
    parts = given["date-parts"][0] if isinstance(given, dict) and "date-parts" in given else given
    assert parts == value


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("张三", {"literal": "张三"}),
        ("李, 四", {"literal": "李四"}),
        ("{王五}", {"literal": "王五"}),
        ("{OpenAI}", {"literal": "OpenAI"}),
        ("{AT\\&T {Labs}}", {"literal": "AT&T Labs"}),
        ("others", {"literal": "et al."}),
        ("Chu, Tianzhe", {"family": "CHU", "given": "Tianzhe"}),
        ("Quoc V. Le", {"family": "LE", "given": "Quoc V."}),
        (
            "van der Berg, Jan",
            {"family": "BERG", "non-dropping-particle": "VAN DER", "given": "Jan"},
        ),
        ("King, Jr., Martin Luther", {"family": "KING", "suffix": "Jr.", "given": "Martin Luther"}),
        ('Gr{\\"o}tschla, Florian', {"family": "GRÖTSCHLA", "given": "Florian"}),
        ("Plato", {"literal": "Plato"}),
    ],
)
def test_a_name(written: str, name: dict[str, str]) -> None:
    for role in ("author", "editor", "translator"):
        item = csl(f"@book{{k, {role} = {{{written}}}}}")
        assert item[role] == [name]
        assert {"author", "editor", "translator"} & item.keys() == {role}


def test_several_translators() -> None:
    item = csl("@book{k, translator = {张三 and Le, Quoc  and  others}}")
    assert item["translator"] == [
        {"literal": "张三"}, {"family": "LE", "given": "Quoc"}, {"literal": "et al."},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "language"),
    [
        ("@book{k, title={A Title}}", "en"),
        ("@book{k, title={中文}}", "zh"),
        ("@book{k, title={中文}, langid={english}}", "zh"),
        ("@book{k, title={A Title}, langid={chinese}}", "zh"),
        ("@book{k, title={Ein Titel}, language={German}}", "de"),
        ("@book{k, title={A Title}, langid={zh-Hant}}", "zh-Hant"),
    ],
)
def test_the_language_of_a_source(entry: str, language: str) -> None:
    assert languages(parse_bibliography(entry, "refs.bib")) == {"k": language}


# --- from citeproc to the page, on trees of a few elements


def s(text: str) -> list[dict[str, Any]]:
    """Return words as pandoc has them."""
    words = [{"t": "Str", "c": word} for word in text.split(" ")]
    return [item for word in words for item in ({"t": "Space"}, word)][1:]


def cite(*keys: str, prefix: str = "", suffix: str = "", names: str = "") -> dict[str, Any]:
    """Return a citation as citeproc leaves it; the suffix is the last one's."""
    citations = [
        {
            "citationId": key,
            "citationPrefix": s(prefix) if prefix else [],
            "citationSuffix": s(suffix) if suffix and key == keys[-1] else [],
            "citationMode": {"t": "AuthorInText" if names else "NormalCitation"},
        }
        for key in keys
    ]
    mark = {"t": "Superscript", "c": s("?")}
    return {"t": "Cite", "c": [citations, [*([*s(names), {"t": "Space"}] if names else []), mark]]}


def references(*keys: str, text: str = "A.") -> dict[str, Any]:
    entries = [
        {"t": "Div", "c": [[f"ref-{key}", ["csl-entry"], []], [{"t": "Para", "c": s(text)}]]}
        for key in keys
    ]
    return {"t": "Div", "c": [["refs", ["references"], []], entries]}


def printed(inlines: list[dict[str, Any]]) -> str:
    """Return inline elements as text, what is superscript as ^(1)."""
    return "".join(map(_printed, inlines))


def _printed(inline: dict[str, Any]) -> str:
    match inline["t"], inline.get("c"):
        case "Str", str(text):
            return text
        case "Superscript", list(inner):
            return f"^({printed(inner)})"
        case "Cite" | "Link", [_, inner, *_]:
            return printed(inner)
        case _, list(inner):
            return printed(inner)
    return " "


def finished(*inlines: dict[str, Any], keys: str = "abcdefg") -> dict[str, Any]:
    """Return a paragraph that was finished."""
    blocks = [{"t": "Para", "c": list(inlines)}, references(*keys)]
    paragraph: dict[str, Any] = finish_references({"blocks": blocks}, {})["blocks"][0]
    return paragraph


@pytest.mark.parametrize(
    ("inlines", "expected"),
    [
        ([cite("a")], "^([1])"),
        ([cite("a", "b")], "^([1-2])"),
        ([cite("b", "a")], "^([1-2])"),
        ([cite("a", "c")], "^([1,3])"),
        ([cite("a", "b", "c", "e", "f")], "^([1-3,5-6])"),
        ([cite("g", "a")], "^([1,7])"),
        ([cite("a", "a")], "^([1])"),
        ([cite("a", suffix=", 图 6")], "^([1]图 6)"),
        ([cite("a", suffix=",图 6")], "^([1]图 6)"),
        ([cite("a", suffix="， 图 6")], "^([1]图 6)"),
        ([cite("a", suffix="图 6, 表 1")], "^([1]图 6, 表 1)"),
        ([cite("a", "b", suffix=", 图 6")], "^([1],[2]图 6)"),
        ([cite("a", "b", "c", suffix=", 图 6")], "^([1-2],[3]图 6)"),
        ([cite("a", prefix="见")], "^(见[1])"),
        ([cite("a", "b", prefix="见")], "^(见[1],见[2])"),
        ([cite("a", names="Chu 等")], "Chu 等^([1])"),
        ([*s("甲 乙"), {"t": "Space"}, cite("a")], "甲 乙^([1])"),
        ([*s("甲"), {"t": "SoftBreak"}, cite("a"), *s("乙")], "甲^([1])乙"),
        ([*s("甲"), {"t": "Space"}, cite("a", names="Chu")], "甲 Chu^([1])"),
        ([{"t": "Strong", "c": [*s("甲"), {"t": "Space"}, cite("a")]}], "甲^([1])"),
        ([{"t": "Emph", "c": [*s("甲"), {"t": "Space"}, cite("a")]}], "甲^([1])"),
        ([*s("甲"), cite("nobody")], "甲^(?)"),
        ([cite("a", "nobody")], "^(?)"),
    ],
)
def test_marks_of_citations(inlines: list[dict[str, Any]], expected: str) -> None:
    assert printed(finished(*inlines)["c"]) == expected


def test_every_number_of_a_mark_links_to_its_entry() -> None:
    [cited] = finished(cite("c", "a", "b", "e", suffix=", 图 6"))["c"]
    [mark] = cited["c"][1]
    links = [(printed([one]), one["c"][2]) for one in mark["c"] if one["t"] == "Link"]
    assert links == [("1", ["#ref-a", ""]), ("3", ["#ref-c", ""]), ("5", ["#ref-e", ""])]
    assert printed([mark]) == "^([1-3],[5]图 6)"


def entry_of(text: str, language: str) -> tuple[list[Any], str]:
    """Return the attributes and the words of a finished entry."""
    tree = {"blocks": [{"t": "Para", "c": [cite("a")]}, references("a", text=text)]}
    [*_, refs] = finish_references(tree, {"a": language} if language else {})["blocks"]
    [entry] = refs["c"][1]
    words = entry["c"][1][0]["c"]
    return entry["c"][0], "".join(" " if one["t"] == "Space" else one["c"] for one in words)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("张三, et al. 题[M]. 2nd ed. 北京", "zh", "张三, 等. 题[M]. 2版. 北京"),
        ("题[M]. 1st ed. 甲", "zh-Hant", "题[M]. 1版. 甲"),
        ("题[M]. 3rd ed. 甲", "zh", "题[M]. 3版. 甲"),
        ("题[M]. 14th ed. 甲", "zh", "题[M]. 14版. 甲"),
        ("甲, et al. 乙, et al. 丙", "zh", "甲, 等. 乙, 等. 丙"),
        ("甲. 题[M]. 乙, 译. 丙", "zh-Hans", "甲. 题[M]. 乙, 译. 丙"),
        ("甲. 題[M]. 乙, 译. 丙", "zh-Hant", "甲. 題[M]. 乙, 譯. 丙"),
        ("A. T[M]. B, et al., 译. C", "en", "A. T[M]. B, et al., trans. C"),
        ("A. T[M]. B, 译. C", "", "A. T[M]. B, trans. C"),
        ("甲. 題[M]. 乙, 译. 丙", "ja", "甲. 題[M]. 乙, 訳. 丙"),
        ("A, et al. T[M]. 2nd ed. B", "en", "A, et al. T[M]. 2nd ed. B"),
        ("A, B, and et al. T. C", "en", "A, B, et al. T. C"),
        ("A and et al. T. C", "en", "A et al. T. C"),
        ("甲 and et al. T. C", "ja", "甲, 他. T. C"),
        ("A, et al. T[M]. 2nd ed. B", "", "A, et al. T[M]. 2nd ed. B"),
    ],
)
def test_words_of_an_entry_are_in_its_language(text: str, language: str, expected: str) -> None:
    (identifier, classes, pairs), words = entry_of(text, language)
    assert (identifier, classes, words) == ("ref-a", ["csl-entry"], expected)
    assert pairs == ([["lang", language]] if language in {"en", "ja"} else [])


def test_the_heading_of_the_references() -> None:
    alone = {"blocks": [references("a")]}
    assert finish_references(alone, {})["blocks"][0]["t"] == "Div"
    after = {"blocks": [{"t": "Para", "c": s("甲")}, references("a")]}
    _, heading, refs = finish_references(after, {})["blocks"]
    assert heading["c"] == [2, ["references", ["unnumbered"], []], s("参考文献")]
    assert refs["c"][0][0] == "refs"
    own = {"blocks": [{"t": "Header", "c": [2, ["x", [], []], s("文献")]}, references("a")]}
    assert [block["t"] for block in finish_references(own, {})["blocks"]] == ["Header", "Div"]
    assert finish_references({"blocks": []}, {}) == {"blocks": []}
