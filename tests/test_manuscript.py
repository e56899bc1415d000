"""What the manuscript's files may say: book.yaml, terms.yaml, and YAML itself, with its limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.book import Book, Chapter
from chapterkit.manuscript.config import (
    Budget,
    BudgetsConfig,
    Config,
    StyleConfig,
    load_config,
    parse_outside_config,
)
from chapterkit.manuscript.folder import Disk, Overlay, decode, find_root
from chapterkit.manuscript.ledger import Ledger
from chapterkit.manuscript.plan import ChapterConfig, Plan
from chapterkit.manuscript.terms import parse_terms
from chapterkit.manuscript.yamlfile import MAX_BYTES, MAX_DEPTH
from demo import parse_yaml


def refusal(error: pytest.ExceptionInfo[ChapterkitError]) -> tuple[int, str, str]:
    """Return the line at which something was refused, what was said, and the hint."""
    origin = error.value.origin
    return origin.line if origin else 0, error.value.message, error.value.hint


# --- YAML


def nested(depth: int) -> str:
    """Return a file whose value stands in so many mappings and lists, the outermost counted."""
    return "a: " + "[" * (depth - 1) + "1" + "]" * (depth - 1) + "\n"


def test_nesting_has_a_limit() -> None:
    assert "a" in parse_yaml(nested(MAX_DEPTH), "a.yaml").data
    with pytest.raises(ChapterkitError) as caught:
        parse_yaml("b: 1\n" + nested(MAX_DEPTH + 1), "a.yaml")
    assert refusal(caught) == (2, "YAML 嵌套超过 20 层", "少套几层；是不是有括号没有关上？")


def test_what_is_closed_again_is_no_depth() -> None:
    lists = "".join(f"k{number}: [[1], {{b: [2]}}]\n" for number in range(MAX_DEPTH))
    assert len(parse_yaml(lists, "a.yaml").data) == MAX_DEPTH


def test_a_file_has_a_size() -> None:
    head = "a: 1\n#"
    assert parse_yaml(head.ljust(MAX_BYTES, "x"), "a.yaml").data == {"a": "1"}
    with pytest.raises(ChapterkitError, match="YAML 文件超过 2000000 个字符"):
        parse_yaml(head.ljust(MAX_BYTES + 1, "x"), "a.yaml")


@pytest.mark.parametrize(
    ("text", "line", "says", "hint"),
    [
        ("", 1, "最外层应当是", "例如 slug"),
        ("\n- a\n", 2, "最外层应当是", "例如 slug"),
        ("a: 1\nb: 2\na: 3\n", 3, "键 a 写了两次（先在第 1 行）", "删去或改名"),
        ("c:\n  a: 1\n  a: 3\n", 3, "键 a 写了两次（先在第 2 行）", "删去或改名"),
        ("a: 1\n---\nb: 2\n", 2, "不止一个文档", "删去 ---"),
        ("a: !python/object:os.system 1\n", 1, "不认识的 YAML 标签", ""),
        ("[a, b]: 1\n", 1, "键应当是一个词", ""),
        ("a: 1\n标题：甲\nb：乙\n", 3, "YAML 写错了", ""),
        ("a: 1\ntitle：甲\n", 2, "键后面是全角冒号", "改成半角冒号加空格"),
        ("a: [1\nb: 2\n", 1, "YAML 写错了：括号 [ 没有结束", "补上 ]"),
        ("a: 'x\n", 1, "YAML 写错了：引号 ' 没有结束", "补上 '"),
    ],
)
def test_what_yaml_may_not_be(text: str, line: int, says: str, hint: str) -> None:
    with pytest.raises(ChapterkitError) as caught:
        parse_yaml(text, "a.yaml")
    at, message, hinted = refusal(caught)
    assert (at, says in message, hint in hinted) == (line, True, True), (at, message, hinted)


def test_scalars_are_text_with_their_digits_and_places() -> None:
    file = parse_yaml(
        "a: 15.0\nb: [007, yes, ~]\nc:\n  d: null\n  e: ''\n  f: !!str 1\n  g: !!null x\n", "a.yaml"
    )
    assert file.data == {
        "a": "15.0",
        "b": ["007", "yes", None],
        "c": {"d": None, "e": "", "f": "1", "g": None},
    }
    assert file.origin("b", 1) == Origin("a.yaml", 2, 10)
    assert file.origin("c", "e") == Origin("a.yaml", 5, 3)
    assert file.origin("c", "nothing", 3) == Origin("a.yaml", 3, 1)
    assert file.origin("nothing") == Origin("a.yaml", 1, 1)


@pytest.mark.parametrize(
    ("raw", "line", "says"),
    [
        (b"a\n\n\xff\n", 3, "不是 UTF-8 编码的文本"),
        ("甲的一段话，是在说这个。\n".encode("gbk"), 1, "像是 GBK"),
        (b"\xff\xfea\x00", 1, "是 UTF-16"),
        (b"\xfe\xff\x00a", 1, "是 UTF-16"),
        (b"a\nb\x00c", 2, "NUL"),
    ],
)
def test_text_that_is_not_utf_8(raw: bytes, line: int, says: str) -> None:
    with pytest.raises(ChapterkitError) as caught:
        decode(raw, "a.md")
    assert refusal(caught)[0] == line
    assert says in caught.value.report()


def test_line_ends_are_one() -> None:
    assert decode(b"\xef\xbb\xbfa\r\nb\rc\n", "a.md") == "a\nb\nc\n"


# --- book.yaml

BOOK = """\
title: 书
author: 人
identifier: urn:x
chapters:
  - {slug: one, number: 1, file: a.md}
  - {slug: two, number: 2, file: b.md}
  - {slug: three, number: 3, file: c.md}
"""


def book(folder: Path, text: str) -> Path:
    (folder / "book").mkdir(exist_ok=True)
    (folder / "book" / "book.yaml").write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("number: 2", "number: 1", 6, "two（1）"),
        ("number: 3", "number: 1", 7, "three（1）"),
        ("number: 3", "number: 2", 7, "three（2）"),
        ("slug: two", "slug: one", 6, "one（2）"),
        ("slug: three", "slug: one", 7, "one（3）"),
        ("slug: three", "slug: two", 7, "two（3）"),
    ],
)
def test_no_two_chapters_have_one_slug_or_number(
    old: str, new: str, line: int, says: str, tmp_path: Path
) -> None:
    with pytest.raises(ChapterkitError) as caught:
        load_config(Disk(book(tmp_path, BOOK.replace(old, new))))
    assert refusal(caught)[:2] == (line, f"两章同名或同号：{says}")
    assert caught.value.hint.startswith("先在第 ")


PLAN = """\
title: 书
authors: [{name: 甲}, {name: 乙}, {name: 丙, role: translator}]
identifier: urn:x
front:
  - {slug: preface, file: preface.md}
chapters:
  - {slug: zero, file: zero.md}
  - part: 上
    chapters:
      - {slug: one, file: one.md, number: 5}
      - {slug: two, file: two.md}
  - part: 下
    chapters: [{slug: three, file: three.md}]
appendices:
  - {slug: tables, file: tables.md}
  - {slug: names, file: names.md}
back: [{slug: thanks, file: thanks.md}]
"""


def test_the_plan_of_a_book_gives_every_text_its_role_part_and_number(tmp_path: Path) -> None:
    config = load_config(Disk(book(tmp_path, PLAN)))
    assert config.author == "甲、乙"
    told = [(one.slug, one.role, one.label, one.part and one.part.label) for one in config.plan]
    assert told == [
        ("preface", "front", "", None),
        ("zero", "chapter", "第 1 章", None),
        ("one", "chapter", "第 5 章", "第一部分"),
        ("two", "chapter", "第 6 章", "第一部分"),
        ("three", "chapter", "第 7 章", "第二部分"),
        ("tables", "appendix", "附录 A", None),
        ("names", "appendix", "附录 B", None),
        ("thanks", "back", "", None),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "says", "hint"),
    [
        ("slug: two", "slug: one", 11, "两章同名或同号：one（6）", "先在第 10 行"),
        ("file: two.md", "file: ./one.md", 11, "./one.md 列了两次", "先在第 10 行"),
        ("slug: two", "slug: book", 11, "代号不能是 book", "换一个代号"),
        ("slug: names", "slug: preface", 16, "两章同名或同号：preface（B）", "先在第 5 行"),
        ("slug: two", "slag: two", 11, "没有 chapters.1.chapters.1.slag", "最接近的是 slug"),
        ("[{slug: three, file: three.md}]", "[]", 12, "部分“下”里没有章", "还没有章就先删去"),
        ("\n    chapters: [{slug: three, file: three.md}]", "", 12, "部分“下”里没有章", ""),
        ("[{slug: three, file: three.md}]", "甲", 13, "chapters.2.chapters", "一个列表"),
        ("[{slug: three, file", "[{part: x, file", 13, "部分里不能再有部分", "只列章"),
        (
            "{slug: zero,",
            "{appendix: 表, slug: zero,",
            7,
            "没有 appendix 这个键",
            "appendices 下面",
        ),
        ("{slug: zero,", "{slug: [],", 7, "chapters.0.slug", "一段文字"),
        ("  - {slug: zero, file: zero.md}", "  - zero", 7, "chapters.0 的值不对", "映射"),
        ("title: 书\n", "title: 书\nback: []\n", 2, "back 写在 chapters 前面", "先后"),
    ],
)
def test_what_the_plan_may_not_say(
    old: str, new: str, line: int, says: str, hint: str, tmp_path: Path
) -> None:
    assert old in PLAN
    text = PLAN.replace("back: [{slug: thanks, file: thanks.md}]\n", "") if "back" in new else PLAN
    with pytest.raises(ChapterkitError) as caught:
        load_config(Disk(book(tmp_path, text.replace(old, new))))
    assert refusal(caught)[0] == line, caught.value.report()
    assert says in caught.value.message
    assert hint in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    ("order", "line", "says"),
    [
        ("chapters front", 6, "front 写在 chapters 后面"),
        ("chapters appendices front", 7, "front 写在 chapters 后面"),
        ("appendices chapters", 5, "appendices 写在 chapters 前面"),
        ("front back chapters", 6, "back 写在 chapters 前面"),
        ("chapters back appendices", 6, "back 写在 appendices 前面"),
        ("front chapters appendices back", 0, ""),
        ("chapters appendices", 0, ""),
    ],
)
def test_the_plan_stands_in_the_order_of_the_book(
    order: str, line: int, says: str, tmp_path: Path
) -> None:
    head = "title: 书\nauthor: 人\nlanguage: zh-Hans\nidentifier: urn:x\n"
    lists = "".join(f"{key}: [{{slug: {key}, file: {key}.md}}]\n" for key in order.split())
    folder = Disk(book(tmp_path, head + lists))
    if not says:
        assert len(load_config(folder).plan) == len(order.split())
        return
    with pytest.raises(ChapterkitError) as caught:
        load_config(folder)
    assert refusal(caught)[:2] == (line, says)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("isbn: 978-7-111-12806-8", "isbn：ISBN 的校验码不对，末位应当是 9"),
        ("isbn: 7-111-12806-X", "校验码不对，末位应当是"),
        ("isbn: 123", "这不是 ISBN"),
        ("date: 2026-13", "没有这样的日期"),
        ("date: 三月", "没有这样的日期"),
        ("authors: [{name: 甲, role: auther}]", "没有 auther 这种分工"),
        ("authors: [{nam: 甲}]", "没有 authors.0.nam 这个键"),
        ("lists: [figure]", "只能是"),
        ("references: end", "只能是"),
    ],
)
def test_what_a_copyright_page_may_not_say(more: str, says: str, tmp_path: Path) -> None:
    one = BOOK.replace("author: 人\n", "# 作者见下\n") if "authors" in more else BOOK
    with pytest.raises(ChapterkitError) as caught:
        load_config(Disk(book(tmp_path, f"{one}{more}\n")))
    assert refusal(caught)[0] == 8
    assert says in caught.value.message


@pytest.mark.parametrize("isbn", ["978-7-111-12806-9", "ISBN 9787111128069", "7-111-12806-0"])
def test_an_isbn_whose_last_digit_proves_it(isbn: str, tmp_path: Path) -> None:
    assert load_config(Disk(book(tmp_path, f"{BOOK}isbn: {isbn}\n"))).isbn == isbn


def test_book_yaml_is_read_with_its_defaults(tmp_path: Path) -> None:
    config = load_config(Disk(book(tmp_path, BOOK)))
    assert [chapter.number for chapter in config.plan] == ["1", "2", "3"]
    assert (config.title, config.author, config.identifier) == ("书", "人", "urn:x")
    assert (config.language, config.page, config.bibliography) == ("zh-Hans", "16k", "refs.bib")
    assert config.verified_at_least == 0
    assert (config.serif, config.sans) == ((), ())
    assert config.lint.baseline is None
    assert config.origin("chapters", 1).line == 6
    assert Config.partly().origin("chapters") == Origin("book/book.yaml")


@pytest.mark.parametrize(
    ("more", "line", "says"),
    [
        ("verified_at_least: 1.1", 8, "verified_at_least"),
        ("verified_at_least: -0.1", 8, "verified_at_least"),
        ("page: a3", 8, "'a5'、'16k'、'a4'"),
        ("language: zh-CN", 8, "'zh-Hans'、'zh-Hant'"),
        ("style: {quotes: straight}", 8, "'curly'、'corner'、'any'"),
        ("style: {range: ['-']}", 8, "range"),
        ("style:\n  qotes: any", 9, "没有 style.qotes 这个键"),
        ("fonts: {serif: Song}", 8, "列表"),
        ("budgets: {theory: {paragraphs: [-1, 3]}}", 8, "至少"),
        ("budgets: {sections: {one: {characters: [3, 2]}}}", 8, "至少"),
        ("lint: {rules: {x: fatal}}", 8, "'error'、'warning'、'off'"),
    ],
)
def test_what_book_yaml_may_not_say(more: str, line: int, says: str, tmp_path: Path) -> None:
    with pytest.raises(ChapterkitError) as caught:
        load_config(Disk(book(tmp_path, f"{BOOK}{more}\n")))
    assert refusal(caught)[0] == line
    assert says in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title: 书\n", "title: ''\n", "title"),
        ("author: 人\n", "", "author"),
        ("number: 2", "number: 0", "number"),
        ("slug: two", "slug: Two", "slug"),
        ("slug: two", "slug: two-", "slug"),
        (BOOK[BOOK.index("  - ") :], "  []\n", "chapters"),
    ],
)
def test_what_every_chapter_and_book_needs(old: str, new: str, says: str, tmp_path: Path) -> None:
    assert old in BOOK
    with pytest.raises(ChapterkitError) as caught:
        load_config(Disk(book(tmp_path, BOOK.replace(old, new))))
    assert says in caught.value.message


def test_a_chapter_is_called_by_slug_or_number() -> None:
    plan = Plan((ChapterConfig("cards", "a.md", 3), ChapterConfig("routes", "b.md", 12)))
    config = Config.partly(chapters=plan.chapters)
    chapters = tuple(Chapter(one.slug, one.number, one.file, "") for one in config.plan)
    book = Book(config, {}, {}, Ledger({}), {}, chapters)
    assert book.chapter_named("routes") is book.chapter_named("12") is chapters[1]
    for name, hint in {
        "route": "最接近的是 routes",
        "zzz": "book.yaml 里有：cards（3）、routes（12）",
    }.items():
        with pytest.raises(ChapterkitError) as caught:
            book.chapter_named(name)
        assert (caught.value.message, caught.value.hint) == (f"没有 {name} 这一章", hint)
        assert caught.value.origin == Origin("book/book.yaml")


def test_the_book_is_the_nearest_folder_above(tmp_path: Path) -> None:
    inner = book(tmp_path, BOOK) / "book" / "img"
    inner.mkdir()
    assert find_root(inner) == find_root(tmp_path) == tmp_path
    nested = tmp_path / "nested"
    nested.mkdir()
    assert find_root(book(nested, BOOK) / "book") == nested
    assert find_root(tmp_path.parent) is None


@pytest.mark.parametrize("text", ["language: zh-Hant\nstyle: {profile: compact}\n", BOOK])
def test_settings_outside_a_book(text: str) -> None:
    config = parse_outside_config(text, "house.yaml")
    assert (config.language, config.style.space) == (
        ("zh-Hans", "space") if text == BOOK else ("zh-Hant", "none")
    )
    assert not hasattr(config, "chapters")
    assert config.origin("language").path == "house.yaml"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("style: {}\ntitle: 书\n", 2, "house.yaml 里没有 title 这个键"),
        (BOOK.replace("author: 人\n", ""), 1, "house.yaml 缺少 author"),
        ("language: fr\n", 1, "fr"),
    ],
)
def test_what_settings_outside_a_book_may_not_say(text: str, line: int, says: str) -> None:
    with pytest.raises(ChapterkitError) as caught:
        parse_outside_config(text, "house.yaml")
    assert refusal(caught)[0] == line
    assert says in caught.value.report()


@pytest.mark.parametrize("slug", ["a", "a1", "v-irl", "a-1-b2"])
def test_what_may_be_a_slug(slug: str, tmp_path: Path) -> None:
    config = load_config(Disk(book(tmp_path, BOOK.replace("slug: two", f"slug: {slug}"))))
    assert config.plan[1].slug == slug


@pytest.mark.parametrize("slug", ["A", "1a", "-a", "a-", "a--b", "a_b", "a b", "甲", "a.b", "aB"])
def test_what_may_not_be_a_slug(slug: str, tmp_path: Path) -> None:
    with pytest.raises(ChapterkitError, match=r"chapters\.1\.slug"):
        load_config(Disk(book(tmp_path, BOOK.replace("slug: two", f"slug: {slug}"))))


@pytest.mark.parametrize(
    ("style", "space"),
    [
        (StyleConfig(), "space"),
        (StyleConfig("compact"), "none"),
        (StyleConfig("compact", cjk_space="any"), "any"),
        (StyleConfig(cjk_space="none"), "none"),
    ],
)
def test_a_profile_is_overridden_by_a_key(style: StyleConfig, space: str) -> None:
    assert style.space == space


def test_quotation_marks_follow_the_script_unless_the_book_says() -> None:
    assert StyleConfig().quote_marks("zh-Hans") == "curly"
    assert StyleConfig().quote_marks("zh-Hant") == "corner"
    assert StyleConfig(quotes="any").quote_marks("zh-Hant") == "any"
    assert StyleConfig().range_glyphs == ("–", "～", "—")
    assert StyleConfig(range=("～",)).range_glyphs == ("～",)


def test_a_section_may_have_a_budget_of_its_own() -> None:
    own = {"one": Budget(paragraphs=(1, 2)), "two": Budget((0, 5), (3, 3))}
    budgets = BudgetsConfig(Budget((1, 9), (4, 8)), Budget((2, 7)), own)
    assert budgets.of("none", "experiment") == Budget((1, 9), (4, 8))
    assert budgets.of("none", "theory") == Budget((2, 7))
    assert budgets.of("one", "experiment") == Budget((1, 9), (1, 2))
    assert budgets.of("one", "theory") == Budget((2, 7), (1, 2))
    assert budgets.of("two", "theory") == Budget((0, 5), (3, 3))


# --- terms.yaml


def test_terms_are_read_with_their_places() -> None:
    text = (
        "terms:\n"
        "  - {term: 智能体, english: agent, instead_of: [代理]}\n"
        "  - {term: 泛化, instead_of: [概化]}\n"
        "banned:\n"
        "  - {word: 赋能, say: 帮助, why: 套话}\n"
    )
    terms = parse_terms(text, "book/terms.yaml")
    assert [term.term for term in terms.model.terms] == ["智能体", "泛化"]
    assert terms.model.banned[0].say == "帮助"
    assert terms.origin("terms", 1) == Origin("book/terms.yaml", 3, 5)
    assert terms.origin("banned", 0).line == 5


@pytest.mark.parametrize(
    ("second", "twice"),
    [
        ("{term: 智能体}", "智能体"),
        ("{term: 代理}", "代理"),
        ("{term: 泛化, instead_of: [代理]}", "代理"),
        ("{term: 泛化, instead_of: [概化, 智能体]}", "智能体"),
    ],
)
def test_a_name_stands_once_among_the_terms(second: str, twice: str) -> None:
    text = f"terms:\n  - {{term: 智能体, instead_of: [代理]}}\n  - {{term: 别的}}\n  - {second}\n"
    with pytest.raises(ChapterkitError) as caught:
        parse_terms(text, "book/terms.yaml")
    assert refusal(caught) == (
        4, f"“{twice}”写了两次（先在第 2 行）", "一个概念一种译法，一种译法一个概念",
    )  # fmt: skip


def test_a_name_stands_once_within_one_term() -> None:
    with pytest.raises(ChapterkitError, match="“代理”写了两次（先在第 2 行）"):
        parse_terms("terms:\n  - {term: 代理, instead_of: [代理]}\n", "t.yaml")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("terms:\n  - {term: ''}\n", 2, "term"),
        ("terms:\n  - {tern: 甲}\n", 2, "tern"),
        ("banned:\n  - {word: 甲}\n  - {say: 乙}\n", 3, "缺少 word"),
        ("filler: 甲\n", 1, "列表"),
    ],
)
def test_what_terms_yaml_may_not_say(text: str, line: int, says: str) -> None:
    with pytest.raises(ChapterkitError) as caught:
        parse_terms(text, "book/terms.yaml")
    assert refusal(caught)[0] == line
    assert says in caught.value.report()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("language: fr\n", "没有 fr 这种文字的词"),
        ("language: en\nnumbering: {sections: chinese}\n", "英文的书里没有这样的编号"),
        ("kinds: {case: {label: 案例}, trial: {label: 案例}}\n", "都叫“案例”"),
        ("kinds: {case: {label: Case}, trial: {label: case}}\n", "都叫“case”"),
        ("kinds: {case: {label: 图}}\n", "words 的 figure 和 kinds 里的 case 都叫“图”"),
        ("kinds: {case: {label: '案例 '}}\n", "前后有空格"),
    ],
)
def test_what_a_book_may_not_say_of_its_language_and_kinds(settings: str, says: str) -> None:
    text = BOOK.replace("language: zh-Hans\n", "") + settings
    with pytest.raises(ChapterkitError) as caught:
        load_config(Overlay(Disk(Path()), {"book/book.yaml": text}))
    assert says in caught.value.message
    assert caught.value.hint
    assert caught.value.origin is not None
    assert caught.value.origin.path == "book/book.yaml"
    assert caught.value.origin.line > 1
