"""References and citations by GB/T 7714-2015, through pandoc's citeproc, string by string."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chapterkit.manuscript.bibliography import parse_bibliography
from chapterkit.pandoc import run_pandoc, transform
from chapterkit.text.citations import (
    citeproc_arguments,
    csl_references,
    finish_references,
    languages,
)
from chapterkit.text.origins import rendered_plainly
from chapterkit.text.reading import parsed
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
    tree = parsed(rendered_plainly(markdown, "a.md")).tree
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
