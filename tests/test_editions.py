"""The editions of regions: one Simplified manuscript, converted, proved, and what to read of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from chapterkit.conversion import converter, installed, is_stale
from chapterkit.lint.script import only_in
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.loading import load_book
from chapterkit.manuscript.wording import region
from chapterkit.numbers.cards import cards
from chapterkit.pipeline.editions import in_region
from chapterkit.text.regional import Doubt, Regional, doubts
from conftest import HERE, Run

TEXT = r"""

他说“这个‘软件’的默认配置不是 don’t”[@demo2025, 图 6]，**头**发与[头发]{.keep}、`软件` 和 $x_{\text{训练}}$，见 <https://zh.wikipedia.org/wiki/软件>、[里面](https://example.org/软件)。^[脚注里的软件。]

[皇后]{lang=ja}在理发店里，干净，只有一个。
"""
TRADITIONAL = "他說「這個『軟體』的預設配置不是 don’t」"


@pytest.fixture
def declared(minimal: Path) -> Path:
    add(minimal, "editions: [zh-Hant-TW, zh-Hant-HK, teacher]\n", "book/book.yaml")
    return minimal


def add(root: Path, text: str, path: str = "book/chapter3.md") -> None:
    with (root / path).open("a", encoding="utf-8") as file:
        file.write(text)


def built(run: Run, root: Path, *arguments: str, edition: str = "zh-Hant-TW") -> str:
    result = run(root, "build", "--format", "markdown", "--edition", edition, *arguments)
    assert result.exit_code == 0, result.output
    return (root / f"build/cards/cards.{edition}.md").read_text("utf-8")


def decide(root: Path, lines: str) -> None:
    (root / "book/terms.yaml").write_text(lines, "utf-8")


def test_text_is_converted_and_nothing_else(declared: Path, run: Run) -> None:
    add(declared, TEXT)
    page = built(run, declared)
    assert TRADITIONAL in page
    assert "]圖 6" in page
    assert "**頭**髮與头发、`软件`" in page
    assert r"\text{训练}" in page
    assert "<https://zh.wikipedia.org/wiki/软件>" in page
    assert "[裡面](https://example.org/软件)" in page
    assert "註腳" not in page
    assert "腳註裡的軟體。" in page
    assert "皇后在理髮店裡，乾淨，只有一個。" in page
    assert "第 3 章" in page
    assert "實驗 3.1" in page
    assert "參考文獻" in page


def test_hong_kong_has_its_own_words(declared: Path, run: Run) -> None:
    add(declared, "\n这个软件的网络和信息。\n")
    assert "這個軟件的網絡和信息。" in built(run, declared, edition="zh-Hant-HK")


def test_titles_of_the_bibliography_stay_as_they_are(declared: Path, run: Run) -> None:
    add(declared, "\n@book{li, title = {统计学习方法}, author = {李航}, publisher = {清华大学出版社}, address = {北京}, year = {2012}}\n", "refs.bib")  # fmt: skip
    add(declared, "\n见统计学习[@li]。\n")
    page = built(run, declared)
    assert "見統計學習" in page
    assert "李航. 统计学习方法" in page


def test_every_format_says_in_which_language_it_is(declared: Path, run: Run) -> None:
    result = run(declared, "build", "--edition", "zh-Hant-HK")
    assert result.exit_code == 0, result.output
    folder = declared / "build/cards"
    html = (folder / "cards.zh-Hant-HK.html").read_text("utf-8")
    assert '<html lang="zh-Hant-HK">' in html
    assert "<dt>來源</dt>" in html
    assert not re.search("[这为个实验对]", re.sub("<style>.*?</style>", "", html, flags=re.DOTALL))
    with zipfile.ZipFile(folder / "cards.zh-Hant-HK.epub") as book:
        package = book.read("EPUB/content.opf").decode()
        assert ">zh-Hant-HK</dc:language>" in package
        assert 'lang="zh-Hant-HK"' in book.read("EPUB/text/ch001.xhtml").decode()
    with zipfile.ZipFile(folder / "cards.zh-Hant-HK.docx") as word:
        assert 'w:eastAsia="zh-HK"' in word.read("word/styles.xml").decode()
    assert (folder / "cards.zh-Hant-HK.pdf").is_file()


def test_a_book_is_written_in_several_editions_at_once(declared: Path, run: Run) -> None:
    editions = ("--edition", "zh-Hant-TW", "--edition", "zh-Hant-HK", "--edition", "teacher")
    result = run(declared, "build", "--book", "--format", "markdown", *editions)
    assert result.exit_code == 0, result.output
    names = {path.name for path in (declared / "build/book").glob("*.md")}
    assert names == {"book.zh-Hant-TW.md", "book.zh-Hant-HK.md", "book.teacher.md"}


def test_passages_may_be_for_one_region(declared: Path, run: Run) -> None:
    add(declared, "\n甲{% only zh-Hant-TW %}只在台湾{% endonly %}{% only zh-Hant-HK %}只在香港{% endonly %}。\n")  # fmt: skip
    assert "甲只在臺灣。" in built(run, declared)
    assert "甲只在香港。" in built(run, declared, edition="zh-Hant-HK")


def test_what_the_book_has_decided_goes_first(declared: Path, run: Run) -> None:
    decide(
        declared,
        "terms:\n  - {term: 智能体, english: agent, editions: {zh-Hant-TW: 代理人, zh-Hant: 智能體}}\n"
        "conversions:\n  - {text: 默认, editions: {zh-Hant: 默認}}\n",
    )
    add(declared, "\n智能体（agent）的默认值。\n")
    assert "代理人（agent）的默認值。" in built(run, declared)
    assert "智能體（agent）的默認值。" in built(run, declared, edition="zh-Hant-HK")


def test_a_term_is_a_word_wherever_it_stands(declared: Path, run: Run) -> None:
    decide(declared, "terms:\n  - {term: 监督微调, english: supervised fine-tuning}\n")
    add(declared, "\n监督微调（supervised fine-tuning）用轨迹，监督微调用样本，再调用接口。\n")
    assert "監督微調用樣本，再呼叫介面" in built(run, declared)


@pytest.mark.parametrize(
    ("text", "said"),
    [("这只能靠试。", "有没转或转错的字“隻”"), ("可是没有采用。", "有没转或转错的字“采”")],
)
def test_what_is_converted_badly_is_told_at_its_place(
    text: str, said: str, declared: Path, run: Run
) -> None:
    add(declared, f"\n{text}\n")
    result = run(declared, "build", "--edition", "zh-Hant-TW", "--format", "markdown")
    assert result.exit_code == 1
    assert re.search(rf"book/chapter3\.md:\d+:\d+: error: zh-Hant-TW 版：{said}", result.output)
    assert "terms.yaml" in result.output
    assert run(declared, "check").exit_code == 0


@pytest.mark.parametrize("edition", ["zh-Hant-TW", "zh-Hant-HK"])
def test_every_text_is_told_that_is_converted_badly_and_no_other(
    edition: str, declared: Path, run: Run
) -> None:
    told, quiet = (
        (HERE / "editions" / f"{one}.txt").read_text("utf-8") for one in ("told", "quiet")
    )
    lines = told.splitlines()
    add(declared, "\n" + "\n\n".join([*lines, *quiet.splitlines()]) + "\n")
    said = json.loads(run(declared, "check", "--edition", edition, "--format", "json").output)
    found = {one["line"] for one in said["problems"] if one["rule"] == "mixed-script"}
    text = (declared / "book/chapter3.md").read_text("utf-8").splitlines()
    assert [text[line - 1] for line in sorted(found)] == lines


def test_lines_that_are_offered_mend_what_is_told(declared: Path, run: Run) -> None:
    told = (HERE / "editions/told.txt").read_text("utf-8").replace("再看表 3。\n", "")
    add(declared, "\n" + "\n\n".join(told.splitlines()) + "\n")
    arguments = ("check", "--edition", "zh-Hant-TW", "--format", "json")
    problems = json.loads(run(declared, *arguments).output)["problems"]
    offered = re.findall(r"，如 (- \{.*?\}\})；", "".join(one["hint"] for one in problems))
    assert "- {text: 采用, editions: {zh-Hant-TW: 採用}}" in offered
    decided = "".join(f"  {one}\n" for one in dict.fromkeys(offered))
    (declared / "book/terms.yaml").write_text(f"conversions:\n{decided}", "utf-8")
    assert json.loads(run(declared, *arguments).output)["problems"] == []


def test_a_check_tells_of_an_edition_what_a_build_does(declared: Path, run: Run) -> None:
    add(declared, "\n这只能靠试。\n")
    assert run(declared, "check", "--edition", "zh-Hant-HK").exit_code == 1
    result = run(declared, "check", "--edition", "zh-Hant-TW", "--edition", "teacher")
    assert result.exit_code == 1
    assert result.output.count("有没转或转错的字“隻”") == 1
    assert "book/chapter3.md:11:" in result.output
    result = run(declared, "check", "--edition", "zh-Hant-MO")
    assert (result.exit_code, "没有 zh-Hant-MO 这一版" in result.output) == (2, True)


def test_a_whole_book_is_made_in_an_edition(declared: Path, run: Run) -> None:
    add(declared, TEXT)
    arguments = ("build", "--book", "--format", "markdown", "--edition", "zh-Hant-TW")
    assert run(declared, *arguments).exit_code == 0
    assert TRADITIONAL in (declared / "build/book/book.zh-Hant-TW.md").read_text("utf-8")
    result = run(declared, "build", "--book", "--edition", "zh-Hant-MO")
    assert (result.exit_code, "没有 zh-Hant-MO 这一版" in result.output) == (2, True)


def test_a_decision_that_changes_a_number_is_drift(declared: Path, run: Run) -> None:
    decide(declared, "conversions:\n  - {text: 两次, editions: {zh-Hant: 三次}}\n")
    add(declared, "\n试了两次[@demo2025]。\n")
    result = run(declared, "build", "--edition", "zh-Hant-TW", "--format", "markdown")
    assert result.exit_code == 1
    assert "书稿里是“两次”，这一版里是“三次” [edition-drift]" in result.output
    assert not (declared / "build/cards/cards.zh-Hant-TW.md").exists()


def test_the_risk_list_names_each_word_once_with_its_places(declared: Path, run: Run) -> None:
    add(declared, "\n这个软件的默认值。\n\n软件里的用户，`软件`。\n")
    arguments = ("build", "--edition", "zh-Hant-TW", "--format", "markdown", "--risk")
    said = run(declared, *arguments).output
    assert (
        "软件 → 軟體（按字转是 軟件），2 处\n  book/chapter3.md:11: 这个【软件】的默认值。" in said
    )
    assert "用户 → 使用者" in said
    decide(declared, "conversions:\n  - {text: 软件, editions: {zh-Hant: 軟體}}\n")
    assert "软件 →" not in run(declared, *arguments).output


def test_a_word_in_doubt_has_no_more_than_its_own_characters() -> None:
    place = region("zh-Hant-TW")
    regional = Regional(place, converter(place.phrases), converter(place.standard))
    found = list(doubts("懂得用户的算法与编程，也看打印机。", regional))
    assert [one.word for one in found] == ["用户", "算法", "编程", "打印机"]
    assert found[0] == Doubt(2, 4, "用户", "用戶", "使用者")


@pytest.mark.parametrize(
    ("book", "arguments", "said"),
    [
        ("", ("--edition", "zh-Hant-TW"), "没有 zh-Hant-TW 这一版"),
        ("editions: [zh-Hant-MO]\n", (), "book/book.yaml:7: “zh-Hant-MO”不能作版本的名字"),
        ("editions: [zh-Hant-TW]\nlanguage: zh-Hant\n", (), "book/book.yaml:7: zh-Hant-TW 这一版要由简体书稿来转"),
        ("editions: [teacher]\n", ("--edition", "teacher", "--risk"), "--risk 只用于各地的繁体版"),
    ],
)  # fmt: skip
def test_an_edition_that_cannot_be_is_told(
    book: str, arguments: tuple[str, ...], said: str, minimal: Path, run: Run
) -> None:
    if "language" in book:
        path = minimal / "book/book.yaml"
        path.write_text(path.read_text("utf-8").replace("language: zh-Hans\n", ""), "utf-8")
        said = said.replace(":7:", ":6:")
    add(minimal, book, "book/book.yaml")
    result = run(minimal, "build", *arguments)
    assert result.exit_code == 2
    assert said in result.output


def test_a_decision_for_no_region_is_told_at_its_line(declared: Path, run: Run) -> None:
    decide(declared, "conversions:\n  - {text: 默认, editions: {zh-Hant-TA: 預設}}\n")
    result = run(declared, "check")
    assert result.exit_code == 2
    assert "没有 zh-Hant-TA 这样的地区版本" in result.output
    assert "最接近的是 zh-Hant-TW" in result.output


def test_the_official_dictionaries_are_current() -> None:
    assert installed().startswith("opencc ")
    assert not is_stale()


def test_the_stale_package_is_known_and_refused_unless_the_book_allows_it(
    declared: Path, tmp_path: Path
) -> None:
    """Both packages own one import name: the other one is put before it."""
    package = tmp_path / "stale"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(package)]
    done = subprocess.run([*pip, "opencc-python-reimplemented==0.1.7"], check=False, capture_output=True)  # fmt: skip
    if done.returncode:
        pytest.skip("opencc-python-reimplemented cannot be had here")
    command = [
        sys.executable, "-m", "chapterkit", "build", "--edition", "zh-Hant-HK", "--format", "markdown",
    ]  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(package)}
    said = subprocess.run(command, cwd=declared, env=environment, check=False, capture_output=True, text=True)  # fmt: skip
    assert said.returncode == 2
    assert "opencc-python-reimplemented 0.1.7" in said.stdout + said.stderr
    add(declared, "allow_stale_opencc: true\n", "book/book.yaml")
    said = subprocess.run(command, cwd=declared, env=environment, check=False, capture_output=True, text=True)  # fmt: skip
    assert said.returncode == 0, said.stderr


# --- what of a book is not in its texts: exhibits, cards, evidence, what the store keeps

RECORD = "experiments/general-points.yaml"


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """Return a book with tables, charts and flow drawings, declared to have editions."""
    copy = Path(shutil.copytree(HERE / "books" / "exhibits", tmp_path / "drawn"))
    add(copy, "editions: [zh-Hant-TW]\n", "book/book.yaml")
    return copy


def test_exhibits_cards_and_evidence_are_converted(drawn: Path, run: Run) -> None:
    formats = ("--format=html", "--format=evidence", "--format=review")
    result = run(drawn, "build", "--edition", "zh-Hant-TW", *formats)
    assert result.exit_code == 0, result.output
    folder = drawn / "build/rules"
    names = ("html", "evidence.html", "evidence.csv")
    made = [(folder / f"rules.zh-Hant-TW.{name}").read_text("utf-8") for name in names]
    assert (folder / "rules.zh-Hant-TW.review.html").is_file()
    for text in made:
        shown = re.sub("<style>.*?</style>|三种任务的对照.*?学报", "", text, flags=re.DOTALL)
        assert not only_in("zh-Hans") & set(shown)
    page = made[0]
    drawings = re.findall("<svg.*?</svg>", page, re.DOTALL)
    assert any("監督微調" in one for one in drawings)
    assert "強化學習上升，監督微調下降" in page
    assert "個百分點" in page
    assert "註：" in page


def test_a_word_of_a_drawing_that_is_converted_badly_is_told_at_its_line(
    drawn: Path, run: Run
) -> None:
    text = (drawn / RECORD).read_text("utf-8")
    assert "监督微调" in text.partition("charts:")[2]
    before, charts, after = text.partition("charts:")
    after = after.replace("监督微调", "这只能靠试")
    (drawn / RECORD).write_text(before + charts + after, "utf-8")
    result = run(drawn, "build", "--edition", "zh-Hant-TW", "--format", "markdown")
    assert result.exit_code == 1
    assert re.search(
        rf"{RECORD}:\d+(:\d+)?: error: zh-Hant-TW 版：有没转或转错的字“隻”", result.output
    )


def test_numbers_are_as_far_verified_in_an_edition_as_in_the_manuscript() -> None:
    book = load_book(Disk(HERE.parent))
    made = in_region(book, "zh-Hant-TW").book
    assert made.lock
    states = {id: one.state for id, one in cards(book).items()}
    assert {id: one.state for id, one in cards(made).items()} == states
    assert "verified" in states.values()


def test_no_edition_is_handed_what_another_left_in_the_store(
    declared: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(declared, "\nABC。\n\n软件的默认值。\n")
    names = ("", "zh-Hant-TW", "zh-Hant-HK", "teacher")

    def made() -> dict[str, str]:
        for name in names:
            arguments = ("--edition", name) if name else ()
            assert run(declared, "build", "--format", "html", *arguments).exit_code == 0
        return {one.name: one.read_text("utf-8") for one in declared.glob("build/cards/*.html")}

    def both_ways() -> dict[str, str]:
        monkeypatch.setenv("CHAPTERKIT_CACHE", str(declared / "kept"))
        first, again = made(), made()
        monkeypatch.setenv("CHAPTERKIT_CACHE", "off")
        assert first == again == made()
        return first

    assert "預設值" in both_ways()["cards.zh-Hant-TW.html"]
    decide(declared, "conversions:\n  - {text: 默认, editions: {zh-Hant-TW: 默認}}\n")
    after = both_ways()
    assert "默認值" in after["cards.zh-Hant-TW.html"]
    assert "默认值" in after["cards.html"]
