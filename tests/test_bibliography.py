"""Bibliographies as people have them, read entry by entry, and printed or told."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from chapterkit.errors import ChapterkitError
from chapterkit.manuscript.bibliography import parse_bibliography
from chapterkit.manuscript.config import Config
from chapterkit.manuscript.names import names_in
from chapterkit.pipeline.press import reference_line
from chapterkit.text.references import faults_of
from conftest import Run

BOOK = "publisher={某社}, address={北京}, year={2010}"


def keys(text: str) -> list[str]:
    return list(parse_bibliography(text, "refs.bib"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@comment{kept by hand}\n@book{a, title={x}}", ["a"]),
        ("@Comment{@book{old, title={x}}}\n@book{a, title={x}}", ["a"]),
        ("@COMMENT(jabref-meta: x;)\n@book{a, title={x}}", ["a"]),
        ("@comment no braces at all\n@book{a, title={x}}", ["a"]),
        ("% @book{old, title={x}}\n@book{a, title={x}}", ["a"]),
        ("@book{a, % why\n title={x}, % @book{b,\n year=2010 % end\n}", ["a"]),
        ("Words, a@b.example, 50% of it.\n@book{a, title={50% of it}}", ["a"]),
        ("@ book {a, title={x}}\n@book(b, title=\"y\")", ["a", "b"]),
        ("@preamble{\"\\newcommand{\\x}\"}\n@string{p = {P}}\n@book{a, publisher = p # { Ltd}}", ["a"]),
        ("@book{what?, title={x}} @book{a*b, title={x}} @book{o'hara.99, title={x}} @book{张三2010, title={x}}", ["what?", "a*b", "o'hara.99", "张三2010"]),
        ("", []),
    ],
)  # fmt: skip
def test_what_is_an_entry(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("\n@book{, title={x}}", 2, "没有引用键"),
        ("@book{title={x}}", 1, "没有引用键"),
        ("@book{a b, title={x}}", 1, "引用键 a 后面不是逗号"),
        ("@book{a, title={x}}\n\n@book{A, title={y}}", 3, "写了两次"),
        ("@book{a, title={x}, title={y}}", 1, "title 写了两次"),
        ("\n@book a, title={x}}", 2, "没有写"),
        ("@book{a, title={x} year={2010}}", 1, "没有写"),
        ("@book{a, title={x}}\n@book{b, title={y},\n year={2010}\n", 2, "没有写完"),
        ("@book{a,\n month=foo}", 2, "没有 @string 定义 foo"),
        ("@string{a = b}\n@string{b = a}", 1, "没有 @string 定义 b"),
        ("\nTY  - BOOK\nAU  - Doe\nER  -\n", 2, "像是 RIS"),
        ("%0 Book\n%A Doe\n", 1, "像是 EndNote"),
        ("@book{a，title={x}, year={2010}}", 1, "引用键 a 后面是“，”"),
        ("@book{a, title=“x”}", 1, "字段的值 没有写"),
        ("@comment{never closed", 1, "@comment 的括号没有关上"),
        ("@book{a, title={" + "{" * 500 + "}}", 1, "套得太深"),
    ],
)
def test_what_is_no_bibtex_is_told_at_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(ChapterkitError, match=said) as told:
        parse_bibliography(text, "refs.bib")
    assert told.value.origin
    assert told.value.origin.line == line


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("张 三 and 李 四", ("张三", "李四")),
        ("山田 太郎", ("山田太郎",)),
        ("王 小明 等", ("王小明", "others")),
        ("张三等", ("张三", "others")),
        ("陈, 大文 and 欧阳, 修 and 欧阳 修远", ("陈大文", "欧阳修", "欧阳修远")),
        ("（英）约翰·里德 著", ("里德",)),
        ("[美] 爱德华·霍尔 著", ("霍尔",)),
        ("玛丽·米尔斯（Mary Mills）", ("米尔斯",)),
        ("列奥纳多·达·芬奇（Leonardo da Vinci）", ("达·芬奇",)),
        ("约翰·昂温（John Unwin） and 彼得·昂温（Peter Unwin）", ("昂温 J", "昂温 P")),
        ("昂温, G and 昂温 P.S.", ("昂温 G", "昂温 P S")),
        ("阿沛·阿旺晋美", ("阿沛·阿旺晋美",)),
        ("李四 主编", ("李四",)),
        ("(清)王夫之", ("王夫之",)),
        ("{Smith, Jones and Partners}", ("{Smith, Jones and Partners}",)),
        ("Smith, John et al.", ("Smith, John", "others")),
        ("Peebles, Peyton Z., Jr.", ("Peebles, Jr., Peyton Z.",)),
        ("Cowan Jr, Clyde L", ("Cowan, Jr, Clyde L",)),
        ("Lécrivain, Philippe (1941-2020)", ("Lécrivain, Philippe",)),
        ("Smith J. A. and Doe B", ("Smith, J. A.", "Doe, B")),
        ("WANG Xiaoming and LI Hua", ("WANG, Xiaoming", "LI, Hua")),
        ("Roney Villavicencio.", ("Villavicencio, Roney",)),
        ("CMS Collaboration", ("{CMS Collaboration}",)),
        ("World Health Organization", ("{World Health Organization}",)),
        ("Bureau of Labor Statistics", ("{Bureau of Labor Statistics}",)),
        ("Meta AI and DeepSeek-AI", ("{Meta AI}", "{DeepSeek-AI}")),
        ("The MathWorks, Inc.", ("{The MathWorks, Inc.}",)),
        ("Google", ("{Google}",)),
        ("Hinton and McDonald", ("Hinton", "McDonald")),
        ("McDonald, AI", ("McDonald, AI",)),
        ("National Institute of Standards and Technology", None),
        ("Null", None),
        ("n.a.", None),
        ("佚名 and none", None),
        ("Aminzai (lagunawang)", None),
        ("Jane Doe [ed.]", None),
        ("Smith1, John", None),
        ("Ronald D. Aponte A.", None),
        ("赵一；钱二；", None),
        ("Smith, J; Jones, K", None),
        ("Smith, J, Jones, K, Brown, L", None),
        ("Smith J, Jones K", None),
        ("John Smith, Jane Doe", None),
        ("陈大文,李小龙", None),
        ("张三 李四", None),
        ("张三和李四", None),
        ("张小三著", None),
    ],
)
def test_names_are_put_into_one_form_or_told(written: str, names: tuple[str, ...] | None) -> None:
    found, faults = names_in(written, "author")
    assert (found if not faults else None) == names
    assert all(fault.hint for fault in faults)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("@patent{k, author={王五}, title={启闭装置}, number={2010123.4}, location={中国}, date={2020-05-19}}", "王五. 启闭装置: 中国, 2010123.4[P]. 2020-05-19."),
        ("@newspaper{k, author={丁文详}, title={数字革命}, journal={中国青年报}, date={2000-11-20}, number={15}}", "丁文详. 数字革命[N]. 中国青年报, 2000-11-20(15)."),
        ("@book{k, author={陈登原}, title={国史旧闻}, volume={1}, " + BOOK + "}", "陈登原. 国史旧闻: 第1卷[M]. 北京: 某社, 2010."),
        ("@book{k, author={张三}, title={民法}, edition={第十二版}, " + BOOK + "}", "张三. 民法[M]. 12版. 北京: 某社, 2010."),
        ("@book{k, author={Doe, J.}, title={Torts}, subtitle={A History}, edition={Second}, publisher={P}, address={London}, year={2010}}", "DOE J. Torts: A History[M]. 2nd ed. London: P, 2010."),
        ("@article{k, author={张三}, title={丝税考}, journal={某学报}, year={2020}, volume={3}, issue={5}, eid={e123}}", "张三. 丝税考[J]. 某学报, 2020, 3(5): e123."),
        ("@article{k, author={张三}, title={丝税考}, journal={某学报}, year={2005}, number={06}, pages={680-684}}", "张三. 丝税考[J]. 某学报, 2005(6): 680-684."),
        ("@article{k, author={Emri, ZS}, title={Long memory.}, journal={J}, year={2005}, volume={4}}", "EMRI Z S. Long memory[J]. J, 2005, 4."),
        ("@book{k, author={Doe, J.}, title={Torts}, series={Studies}, volume={15}, edition={2. ed.}, publisher={P}, address={London}, year={2010}}", "DOE J. Torts[M]. 2nd ed. London: P, 2010."),
        ("@online{k, author={Doe, J.}, title={Torts}, url={https://example.org/a{\\_}b}, date={2010-02-03}, urldate={2011-01-02}}", "DOE J. Torts[EB/OL]. (2010-02-03)[2011-01-02]. https://example.org/a_b."),
        ("@jurisdiction{k, title={甲诉乙租赁合同纠纷案二审判决书}, institution={江城市中级人民法院}, number={（2019）江01民终1234号}, date={2019-08-20}}", "甲诉乙租赁合同纠纷案二审判决书: （2019）江01民终1234号[Z]. 江城市中级人民法院, 2019-08-20."),
        ("@jurisdiction{k, title={Smith v Jones}, volume={2}, reporter={KB}, pages={45}, institution={Court of Appeal}, year={1911}}", "Smith v Jones: 2 KB 45[Z]. Court of Appeal, 1911."),
        ("@jurisdiction{k, title={Smith v Jones}, number={[1911] 2 KB 45}, note={unreported below}, year={1911}}", "Smith v Jones: [1911] 2 KB 45[Z]. unreported below, 1911."),
        ("@legislation{k, title={外商合同条例}, institution={国务院}, number={国务院令第 7 号}, date={1985-03-21}, url={https://example.org/l}}", "外商合同条例: 国务院令第 7 号[Z/OL]. 国务院, 1985-03-21. https://example.org/l."),
        ("@legal{k, title={国际货物销售公约}, date={1980-04-11}, note={某年加入}}", "国际货物销售公约[Z]. 某年加入, 1980-04-11."),
        ("@misc{k, author={李四}, title={卷宗}, howpublished={某省档案馆}, number={档号 4-1-23}, year={1921}}", "李四. 卷宗: 档号 4-1-23[Z]. 某省档案馆, 1921."),
        ("@unpublished{k, author={李四}, title={禀帖}, note={某省档案馆藏，档号 4-1-23}, year={1921}}", "李四. 禀帖[Z]. 某省档案馆藏，档号 4-1-23, 1921."),
        ("@misc{k, author={Doe, J.}, title={Rolls}, howpublished={\\url{https://example.org/a_b}}, year={2001}, note={Accessed: 2 January 2020}}", "DOE J. Rolls[EB/OL]. 2001[2020-01-02]. https://example.org/a_b."),
        ("@online{k, author={张三}, title={水位}, url={https://example.org/w}, date={2020年5月6日}, urldate={02.01.2021}}", "张三. 水位[EB/OL]. (2020-05-06)[2021-01-02]. https://example.org/w."),
        ("@book{k, author={某人}, title={庚书}, publisher={某社}, address={北京}, date={-0300}}", "某人. 庚书[M]. 北京: 某社, 公元前301."),
        ("@book{k, author={Doe, J.}, title={B}, publisher={P}, date={-0300}}", "DOE J. B[M]. P, 301 BC."),
        ("@article{k, author={Иванов, И. and Б, А. and В, А. and Г, А.}, title={История}, journal={Наука}, year={1999}, langid={russian}}", "ИВАНОВ И, Б А, В А, и др. История[J]. Наука, 1999."),
        ("@incollection{k, author={马克思}, title={批判}, bookauthor={马克思 and 恩格斯}, booktitle={全集}, volume={35}, " + BOOK + "}", "马克思. 批判[M]//马克思, 恩格斯. 全集: 第35卷. 北京: 某社, 2010."),
        ("@book{k, author={罗杰斯}, title={文明史}, translator={甲一 and 乙二 and 丙三 and 丁四}, " + BOOK + "}", "罗杰斯. 文明史[M]. 甲一, 乙二, 丙三, 等, 译. 北京: 某社, 2010."),
        ("@book{k, author={张三}, title={甲 <think> & 乙}, " + BOOK + "}", "张三. 甲 <think> & 乙[M]. 北京: 某社, 2010."),
        ("@inbook{k, author={Doe, J.}, editor={Roe, R.}, chapter={Crowds of Ships}, title={Harbours}, publisher={P}, address={Berlin}, year={2012}, pages={4--9}}", "DOE J. Crowds of Ships[M]//ROE R. Harbours. Berlin: P, 2012: 4-9."),
        ("@inbook{k, author={Doe, J.}, chapter={3}, title={Harbours}, publisher={P}, address={Berlin}, year={2012}, pages={4--9}}", "DOE J. Harbours[M]. Berlin: P, 2012: 4-9."),
        ("@techreport{k, collaboration={CMS}, title={Jets}, institution={CERN}, reportNumber={CMS-1}, address={Geneva}, year={2016}}", "CMS Collaboration. Jets: CMS-1[R]. Geneva: CERN, 2016."),
        ("@misc{k, author={和风}, title={加塞}, secondarytitle={交通周刊}, publisher={交通周刊}, date={2019-01-29}, pages={004}}", "和风. 加塞[N]. 交通周刊, 2019-01-29(4)."),
        ("@article{k, author={和风}, title={加塞}, journal={江城日报}, date={2019-01-29}, pages={A01}}", "和风. 加塞[N]. 江城日报, 2019-01-29(A01)."),
        ("@article{k, author={和风}, title={加塞}, journal={某大学学报}, date={2019-01-29}, pages={4}}", "和风. 加塞[J]. 某大学学报, 2019: 4."),
        ("@misc{k, author={某局}, title={调车作业}, publisher={某社}, address={北京}, isbn={GB/T 7178.1-1996}, date={1996-03-15}}", "某局. 调车作业: GB/T 7178.1-1996[S]. 北京: 某社, 1996."),
        ("@book{k, author={某委}, title={抗震规范: GB 50011—2010}, isbn={GB 50011-2010}, " + BOOK + "}", "某委. 抗震规范: GB 50011—2010[S]. 北京: 某社, 2010."),
        ("@misc{k, author={段七}, title={清洗装置}, date={2018-11-02}, typeofwork={CN108722921A}}", "段七. 清洗装置: CN108722921A[P]. 2018-11-02."),
        ("@misc{k, author={和风}, title={加塞}, journal={江城日报}, date={2019-01-29}, mark={N}}", "和风. 加塞[N]. 江城日报, 2019-01-29."),
        ("@article{k, author={Doe, J.}, title={Six}, journal={arXiv e-prints}, pages={arXiv:2001.01234}, year={2020}}", "DOE J. Six[EB/OL]. arXiv, 2020. https://arxiv.org/abs/2001.01234."),
        ("@article{k, author={Doe, J.}, title={Six}, journal={CoRR}, volume={abs/2201.04114}, year={2022}}", "DOE J. Six[EB/OL]. arXiv, 2022. https://arxiv.org/abs/2201.04114."),
        ("@misc{k, author={Doe, J.}, title={Six}, url={https://example.org/a}, year={2009}, note={Institution: University of Docks}}", "DOE J. Six[EB/OL]. University of Docks, 2009. https://example.org/a."),
        ("@inproceedings{k, author={Doe, J.}, editor={Roe, R.}, title={Six}, booktitle={Robots}, volume={3}, publisher={P}, address={Cham}, year={2006}, pages={1--2}}", "DOE J. Six[C]//ROE R. Robots: Vol 3. Cham: P, 2006: 1-2."),
        ("@inproceedings{k, author={Doe, J.}, editor={Roe, R.}, title={Six}, booktitle={Proceedings of Docks}, volume={33}, year={2006}}", "DOE J. Six[C]//Proceedings of Docks. 2006."),
        ("@book{k, author={张三}, title={桥}, urldate={2020-01-02}, " + BOOK + "}", "张三. 桥[M]. 北京: 某社, 2010."),
        ("@phdthesis{k, author={张三}, title={桥[D]}, school={某大学}, publisher={某数据库}, address={北京}, year={2010}}", "张三. 桥[D]. 北京: 某大学, 2010."),
        ("@misc{k, author={某站}, title={介绍}, howpublished={[EB/OL]}, url={https://example.org/a}, year={2010}}", "某站. 介绍[EB/OL]. 2010. https://example.org/a."),
        ("@inbook{k, author={Kant, I.}, title={Reason}, booktitle={Reason and Judgment}, maintitle={Works}, volume={5}, publisher={P}, location={Berlin and Leipzig}, year={1968}, pages={1-163}}", "KANT I. Reason[M]//Works: Vol 5: Reason and Judgment. Berlin: P, 1968: 1-163."),
        ("@book{k, author={赵七}, title={工程师}, typeoflit={M/OL}, url={https://example.org/a}, citedate={1998-09-26}, " + BOOK + "}", "赵七. 工程师[M/OL]. 北京: 某社, 2010[1998-09-26]. https://example.org/a."),
        ("@article{k, author={Doe, J.}, title={Root \\ensuremath{\\sqrt{s}}}, journal={J}, year={2010}, volume={044}, articleno={12}}", "DOE J. Root √s[J]. J, 2010, 44: 12."),
    ],
)  # fmt: skip
def test_how_an_entry_is_printed(text: str, line: str) -> None:
    [source] = parse_bibliography(text, "refs.bib").values()
    assert not list(faults_of(source))
    assert reference_line(source, Config.partly()) == line


def test_entries_inherit_by_crossref_and_xdata() -> None:
    sources = parse_bibliography(
        "@incollection{child, author={李四}, title={渔税考}, pages={3-9}, crossref={Parent}}\n"
        "@collection{parent, title={税史文集}, editor={周七}, xdata={press}, date={2001}}\n"
        "@xdata{press, publisher={某社}, location={北京}}\n",
        "refs.bib",
    )
    expected = "李四. 渔税考[M]//周七. 税史文集. 北京: 某社, 2001: 3-9."
    assert reference_line(sources["child"], Config.partly()) == expected


@pytest.mark.parametrize(
    "key", ["what?", "a*b", "o'hara99", "doe&roe", "a.b.", "张三2010", "a/b:c", "x|y=z"]
)
def test_every_key_can_be_cited(key: str, minimal: Path, run: Run) -> None:
    with (minimal / "refs.bib").open("a", encoding="utf-8") as file:
        file.write(f"@book{{{key}, author={{张三}}, title={{问}}, {BOOK}}}\n")
    chapter = minimal / "book" / "chapter3.md"
    cited = f"开头的理论讲清楚要问什么{{{{ cite({json.dumps(key, ensure_ascii=False)}) }}}}"
    chapter.write_text(
        chapter.read_text("utf-8").replace("开头的理论讲清楚要问什么", cited), "utf-8"
    )
    result = run(minimal, "build", "--format", "html", "--format", "epub")
    assert result.exit_code == 0, result.stderr
    assert "张三. 问[M]" in (minimal / "build" / "cards" / "cards.html").read_text("utf-8")


def large(entries: int) -> str:
    one = "@article{{k{0}, author={{张三 and Doe, Jane}}, title={{题 {0} \\emph{{a}}}}, journal={{J}}, year=2001, abstract={{{1}}}}}\n"
    return "".join(one.format(number, "a" * 350) for number in range(entries))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (large(20_000), None),
        (large(20_000) + "@book{last, title={x\n", 20_001),
        ("".join(f"@book{{k{n}, crossref={{k{n + 1}}}}}\n" for n in range(20_000)), None),
        ("@book{a, title={" + "a" * 1_000_000 + "}}", 1),
        ("@comment{" * 200_000, 1),
        ("@book{a," + "%\n" * 300_000 + "}", None),
        ("@a" * 300_000, 1),
    ],
    ids=["large", "unclosed at the end", "a long chain", "a long title", "comments", "percent", "at"],
)  # fmt: skip
def test_large_bibliographies_are_gone_through_once(text: str, said: int | None) -> None:
    started = time.process_time()
    if said is None:
        parse_bibliography(text, "refs.bib")
    else:
        with pytest.raises(ChapterkitError) as told:
            parse_bibliography(text, "refs.bib")
        assert told.value.origin
        assert told.value.origin.line == said
    assert time.process_time() - started < 20


def test_a_japanese_name_may_hold_a_word_that_joins() -> None:
    text = "@book{k, author={細井和喜蔵 and 大島和太郎}, title={x}, langid={LANG}}"
    [source] = parse_bibliography(text.replace("LANG", "japanese"), "refs.bib").values()
    assert (source.authors, source.faults) == (("細井和喜蔵", "大島和太郎"), ())
    [source] = parse_bibliography(text.replace("LANG", "chinese"), "refs.bib").values()
    assert len(source.faults) == 2


def test_others_stand_behind_a_chinese_name_without_a_blank() -> None:
    text = "@book{k, title={书}, author={林岚 and 周启明 and 何芳}, year={2021}}\n"
    assert parse_bibliography(text, "refs.bib")["k"].short == "林岚等 2021"
    text = text.replace("林岚", "Chu, T.")
    assert parse_bibliography(text, "refs.bib")["k"].short == "Chu 等 2021"
