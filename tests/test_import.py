"""Word files and exported chats brought in: every paragraph and every byte is accounted for."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chapterkit.adopting.bringing import brought, read_bytes
from chapterkit.manuscript.folder import Disk
from chapterkit.pandoc import run_pandoc
from chapterkit.pipeline import load
from conftest import Run

SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPED = """# 河工考

第一段[1]，有脚注[^a]、H~2~O 和 {{ x }}。

| 甲 | 乙 |
|---|---|
| 一 | 二 |

- 一项

![图一](picture.png)

[^a]: 脚注的文字。

## 参考文献

[1] 张三. 题名[J]. 某刊, 2020, 1(2): 3-4.
"""
WHO = 'w:author="李四" w:date="2024-01-01T00:00:00Z"'
REVISED = f"""
<w:p><w:r><w:t>原句</w:t></w:r><w:ins w:id="90" {WHO}><w:r><w:t>添上的话</w:t></w:r></w:ins>
<w:del w:id="91" {WHO}><w:r><w:delText>删去--&gt;的话</w:delText></w:r></w:del>
<w:commentRangeStart w:id="0"/><w:r><w:t>被批注</w:t></w:r><w:commentRangeEnd w:id="0"/>
<w:r><w:commentReference w:id="0"/></w:r></w:p>
<w:tbl><w:tblGrid><w:gridCol w:w="100"/><w:gridCol w:w="100"/></w:tblGrid>
<w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p><w:r><w:t>并格</w:t></w:r></w:p></w:tc></w:tr>
<w:tr><w:tc><w:p><w:r><w:t>左一</w:t></w:r></w:p><w:p><w:r><w:t>左二</w:t></w:r></w:p></w:tc>
<w:tc><w:p><w:r><w:t>右格</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
<w:p><w:r><w:t>图</w:t></w:r><w:fldSimple w:instr="SEQ 图"><w:r><w:t>9</w:t></w:r></w:fldSimple>
<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>pinyin</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>拼音</w:t></w:r>
</w:rubyBase></w:ruby></w:r></w:p>
<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent>
<w:p><w:r><w:t>文本框里的话</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>
"""
COMMENTS = f"""<w:comments xmlns:w="{SPACE}"><w:comment w:id="0" {WHO}>
<w:p><w:r><w:t>这里要查</w:t></w:r></w:p></w:comment></w:comments>"""
HEADER = f'<w:hdr xmlns:w="{SPACE}"><w:p><w:r><w:t>页眉的字</w:t></w:r></w:p></w:hdr>'
SAID = ("第一段", "脚注的文字", "一项", "添上的话", "删去", "被批注", "这里要查", "并格", "左一", "左二", "右格", "图9拼音")  # fmt: skip


@pytest.fixture(scope="module")
def word(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a Word file with whatever makes trouble: revisions, comments, merged cells, boxes."""
    folder = tmp_path_factory.mktemp("word")
    picture = Path(__file__).parent / "books" / "medicine" / "book" / "groups.png"
    (folder / "picture.png").write_bytes(picture.read_bytes())
    run_pandoc(["-f", "markdown", "-o", "plain.docx"], TYPED.encode(), folder=folder)
    with zipfile.ZipFile(folder / "plain.docx") as plain:
        parts = {name: plain.read(name) for name in plain.namelist()}
    text = parts["word/document.xml"].decode()
    end = text.rindex("<w:sectPr") if "<w:sectPr" in text else text.rindex("</w:body>")
    parts["word/document.xml"] = (text[:end] + REVISED + text[end:]).encode()
    parts |= {"word/comments.xml": COMMENTS.encode(), "word/header1.xml": HEADER.encode()}
    path = folder / "hard.docx"
    path.write_bytes(zipped(parts))
    return path


def zipped(parts: dict[str, bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, raw in parts.items():
            file.writestr(name, raw)
    return made.getvalue()


def test_a_word_file_becomes_a_chapter_with_its_pictures(
    word: Path, minimal: Path, run: Run
) -> None:
    result = run(minimal, "import", str(word), "--chapter", "4")
    assert result.exit_code == 1, result.output
    book = load(Disk(minimal))
    text = book.chapter_named("4").text
    assert [one.slug for one in book.chapters] == ["cards", "hard"]
    assert "第一段[@zhang2020]，有脚注[^1]" in text
    assert "zhang2020" in book.bibliography
    assert "<!-- 待改写：这里是列表，写成一段话 -->\n- 一项" in text
    assert [one for one in SAID if one not in text] == []
    assert "-->的话" not in text
    assert "| 一  | 二  |" in text
    (picture,) = (minimal / "book" / "chapter4").iterdir()
    assert f"(chapter4/{picture.name})" in text
    for left in (
        "正文里有无序列表",
        "“<!-- 批注（李四）：这里要查 -->”",
        "{{ 在书的正文里是模板的记号",
    ):
        assert left in result.stdout
    for lost in ("正文第", "“文本框里的话”", "页眉第 1 段：“页眉的字”", "pinyin"):
        assert lost in result.stdout
    assert not any(f"“{one}" in result.stdout for one in SAID)


def test_nothing_is_written_unless_asked_and_a_word_file_is_never_written_over(
    word: Path, minimal: Path, run: Run
) -> None:
    before = {path: path.read_bytes() for path in minimal.rglob("*") if path.is_file()}
    assert "+第一段[@zhang2020]" in run(minimal, "import", str(word)).stdout
    result = run(minimal, "import", str(word), "--write")
    assert result.exit_code == 2
    assert "Word 文件不能就地改写" in result.output
    assert before == {path: path.read_bytes() for path in minimal.rglob("*") if path.is_file()}


BROKEN: dict[str, bytes] = {
    "no-zip": b"PK\x03\x04nothing",
    "old": b"\xd0\xcf\x11\xe0" + bytes(600),
    "empty": b"",
    "no-text": zipped({"word/styles.xml": b"<a/>"}),
    "no-xml": zipped({"word/document.xml": b"<w:p"}),
    "entities": zipped({"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'}),
    "bomb": zipped({"word/document.xml": bytes(60_000_000)}),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_word_file_that_cannot_be_read_is_one_line(
    name: str, minimal: Path, tmp_path: Path, run: Run
) -> None:
    path = tmp_path / f"{name}.docx"
    path.write_bytes(BROKEN[name])
    result = run(minimal, "import", str(path), "--chapter", "4")
    assert result.exit_code == 2, result.output
    assert result.output.startswith(f"{path}:1: ")
    assert "\nhint: " in result.output
    assert not (minimal / "book" / "chapter4.md").exists()


# --- chats, and bytes that were read wrongly

LOST = "强化学习让模型在没见过的规则上仍有进步，监督微调则退步。"
CHAT = (
    b"**User:**\n\n"
    + "你好，请讲讲24点。".encode().decode("latin-1").encode()
    + b"\r\n\r\n**ChatGPT:**\n\n"
    + LOST.encode().decode("cp1252", "ignore").encode()
    + b"\n\n"
    + LOST.encode().decode("gbk", "replace").encode()
    + "\n\n半个字".encode()
    + b"\xe5\xad\n"
)


def test_of_a_chat_in_mojibake_what_lost_bytes_is_shown_and_left_alone(
    minimal: Path, run: Run
) -> None:
    (minimal / "chat.md").write_bytes(CHAT)
    result = run(minimal, "import", "chat.md", "--chapter", "5")
    assert result.exit_code == 1, result.output
    text = (minimal / "book" / "chapter5.md").read_text("utf-8")
    assert "你好，请讲讲24点。" in text
    assert LOST.encode().decode("cp1252", "ignore") in text
    assert LOST.encode().decode("gbk", "replace") in text
    assert "半个字⟨字节 E5 AD⟩" in text
    assert "<!-- 说话的人：ChatGPT -->" in text
    assert result.stdout.count("乱码，丢了字节，没有动") >= 2
    assert "强化学习让模型在没见过的规则上" in result.stdout
    assert (minimal / "chat.md").read_bytes() == CHAT


def test_a_report_for_programs_tells_repairs(tmp_path: Path, run: Run) -> None:
    (tmp_path / "chat.md").write_bytes(CHAT)
    report = json.loads(run(tmp_path, "import", "chat.md", "--format", "json").stdout)
    (repair,) = report["repairs"]
    assert (repair["line"], repair["new"]) == (3, "你好，请讲讲24点。")
    assert {one["kind"] for one in report["left"]} == {"encoding"}


def test_a_text_in_gbk_is_brought_in_as_utf_8(tmp_path: Path, run: Run) -> None:
    (tmp_path / "old.md").write_bytes("这是一个旧稿，不是新的。\n".encode("gbk"))
    result = run(tmp_path, "import", "old.md", "--output", "new.md")
    assert result.exit_code == 0, result.output
    assert "原文件是 GB 18030" in result.stdout
    assert (tmp_path / "new.md").read_text("utf-8") == "这是一个旧稿，不是新的。\n"


CHATS: dict[str, object] = {
    "plain": [
        {"role": "user", "content": "问一句。"},
        {"role": "assistant", "content": [{"type": "text", "text": "答一句。"}, {"type": "image"}]},
    ],
    "unsound": [{"role": "user", "content": "半个\ud83d和\0。"}],
    "senders": {"name": "题目", "chat_messages": [{"sender": "human", "text": "问一句。"}]},
    "tree": [{
        "title": "题目", "current_node": "c",
        "mapping": {
            "a": {"message": None, "parent": None},
            "b": {
                "message": {"author": {"role": "user"}, "content": {"parts": ["问一句。"]}},
                "parent": "a",
            },
            "c": {
                "message": {"author": {"role": "assistant"}, "content": {"parts": ["答一句。"]}},
                "parent": "b",
            },
            "d": {
                "message": {"author": {"role": "assistant"}, "content": {"parts": ["弃掉的。"]}},
                "parent": "b",
            },
        },
    }],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "lost"),
    [
        (
            "plain",
            "<!-- 说话的人：user -->\n\n问一句。\n\n<!-- 说话的人：assistant -->\n\n答一句。\n",
            "image",
        ),
        ("unsound", "<!-- 说话的人：user -->\n\n半个\ufffd和\ufffd。\n", "U+FFFD"),
        ("senders", "# 题目\n\n<!-- 说话的人：human -->\n\n问一句。\n", ""),
        (
            "tree",
            "# 题目\n\n<!-- 说话的人：user -->\n\n问一句。\n\n"
            "<!-- 说话的人：assistant -->\n\n答一句。\n",
            "“弃掉的。”",
        ),
    ],
)
def test_a_chat_in_json_is_read_in_order(
    name: str, text: str, lost: str, tmp_path: Path, run: Run
) -> None:
    (tmp_path / "chat.json").write_text(json.dumps(CHATS[name]), "utf-8")
    result = run(tmp_path, "import", "chat.json", "--output", "new.md")
    assert result.exit_code == int(bool(lost)), result.output
    assert (tmp_path / "new.md").read_text("utf-8") == text
    assert lost in result.stdout


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", "{}", "[" * 100_000, '{"messages": [{"role": 3}]}']
)
def test_json_that_is_no_chat_is_one_line(text: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / "chat.json").write_text(text, "utf-8")
    result = run(tmp_path, "import", "chat.json")
    assert result.exit_code == 2, result.output
    assert result.output.startswith("chat.json:1: ")
    assert "\nhint: " in result.output


def test_bad_bytes_are_written_out_in_the_file_itself_where_that_is_asked(
    tmp_path: Path, run: Run
) -> None:
    (tmp_path / "a.md").write_bytes("半个字".encode() + b"\xe5\xad\n")
    result = run(tmp_path, "import", "a.md", "--write")
    assert result.exit_code == 1
    assert (tmp_path / "a.md").read_text("utf-8") == "半个字⟨字节 E5 AD⟩\n"


def test_a_plain_text_in_which_nobody_answers_is_no_chat(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.md").write_text("## 用户\n\n甲。\n\n## 用户\n\n乙。\n", "utf-8")
    assert run(tmp_path, "import", "a.md").stdout.startswith("a.md：没有可以改的")


def test_code_that_spells_characters_out_is_meant_so() -> None:
    text = "写成 `\\u4f60\\u597d`。\n\n```\n\\u4f60\\u597d\n```\n\n\\u4f60\\u597d\n"
    assert brought(text).text == text.removesuffix("\\u4f60\\u597d\n") + "你好\n"


@given(st.binary(max_size=60).filter(lambda raw: b"\0" not in raw and b"git-lfs" not in raw))
def test_every_byte_of_a_file_survives(raw: bytes) -> None:
    text, encoding = read_bytes(raw, "a")
    if encoding in {"GB 18030", "UTF-16"}:
        mark = raw[:2] if encoding == "UTF-16" else b""
        named = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(mark, "gb18030")
        assert mark + text.encode(named) == raw
        return
    parts = [one for piece in text.split("⟨字节 ") for one in piece.split("⟩", 1)]
    back = parts[0].encode()
    for number, rest in zip(parts[1::2], parts[2::2], strict=True):
        back += bytes.fromhex(number) + rest.encode()
    assert back == raw


# --- places


@pytest.mark.parametrize(
    ("number", "said"), [("3", "已经有 cards（3） 这一章"), ("4", "这里已经有一个文件")]
)
def test_a_chapter_that_is_there_is_not_written_over(
    number: str, said: str, minimal: Path, run: Run
) -> None:
    (minimal / "draft.md").write_text("# 新稿\n\n甲。\n", "utf-8")
    (minimal / "book" / "chapter4.md").write_text("旧的。\n", "utf-8")
    result = run(minimal, "import", "draft.md", "--chapter", number)
    assert result.exit_code == 2
    assert said in result.output
    assert (minimal / "book" / "chapter4.md").read_text("utf-8") == "旧的。\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "chapters:\n  - {slug: cards, number: 3, file: chapter3.md}\n",
            "chapters:\n  - {slug: cards, number: 3, file: chapter3.md}\n"
            "  - {slug: draft, number: 4, file: chapter4.md}\n",
        ),
        (
            "chapters:\n- slug: cards\n  number: 3\n  file: chapter3.md\n\n# 以后再说\nstyle: {}\n",
            "chapters:\n- slug: cards\n  number: 3\n  file: chapter3.md\n"
            "- {slug: draft, number: 4, file: chapter4.md}\n\n# 以后再说\nstyle: {}\n",
        ),
    ],
)
def test_a_new_chapter_is_listed_as_the_others_are(
    before: str, after: str, minimal: Path, run: Run
) -> None:
    (minimal / "draft.md").write_text("# 新稿\n\n成功率升到 15.0%[@demo2025]。\n", "utf-8")
    plan = minimal / "book" / "book.yaml"
    head = plan.read_text("utf-8").partition("chapters:")[0]
    plan.write_text(head + before, "utf-8")
    result = run(minimal, "import", "draft.md", "--chapter", "4")
    assert result.exit_code == 0, result.output
    assert plan.read_text("utf-8") == head + after
    chapter = (minimal / "book" / "chapter4.md").read_text("utf-8")
    assert '升到 {{ n("card-game.after") }}[@demo2025]' in chapter
