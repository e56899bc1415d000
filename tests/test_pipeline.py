"""The line from files to print: what goes from step to step, its keys, and what is not done twice."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from chapterkit import pipeline
from chapterkit.checking.running import Processes, problems_of_all
from chapterkit.checking.subjects import chapters_of
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.formats import BookPrinting, Format, all_formats
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.outside import Outside
from chapterkit.pipeline import (
    Memory,
    Subject,
    document_of,
    lint_key,
    linted,
    load,
    pictures_held,
    press,
    problems_of,
    read_key,
    render_key,
    rendered,
)
from chapterkit.pipeline.press import (
    book_printing_of,
    chapter_key,
    cite_key,
    cited_tree,
    printing_of,
)
from chapterkit.text.pictures import addresses
from chapterkit.text.tree import Tree, tree_blocks, with_blocks
from demo import written

CHAPTER = "book/chapter3.md"
TEMPLATE = "templates/experiments/card-game.md.j2"
RECORD = "experiments/card-game.yaml"


def subject_of(root: Path) -> Subject:
    [subject] = chapters_of(load(Disk(root)), root)
    return subject


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def test_what_goes_from_step_to_step_can_be_pickled(minimal: Path) -> None:
    append(minimal / CHAPTER, "\n成功率是 23.5%。\n")
    subject = subject_of(minimal)
    document = document_of(subject)
    problems = linted(subject, document)
    assert problems
    values = [subject, subject.book, rendered(subject), document, problems]
    values += [cited_tree(subject, document), printing_of(subject, document)]
    for value in values:
        assert pickle.loads(pickle.dumps(value)) == value


def test_errors_keep_their_place_on_the_way() -> None:
    error = pickle.loads(pickle.dumps(ChapterkitError("甲", Origin("a.md", 3), "乙")))
    assert error.report() == "a.md:3: 甲\nhint: 乙"


def keys(root: Path) -> dict[str, str]:
    subject = subject_of(root)
    document = document_of(subject)
    return {
        "render": render_key(subject),
        "read": read_key(document.rendered),
        "lint": lint_key(subject) + str(pictures_held(subject, addresses(document.tree))),
        "cite": cite_key(subject, document),
        "print": chapter_key(subject, document, printing_of(subject, document)),
    }


ALL = {"render", "read", "lint", "cite", "print"}
WHAT_IS_CHECKED = {"render", "lint"}


@pytest.mark.parametrize(
    ("path", "added", "changed"),
    [
        (CHAPTER, "\n又一段。\n", ALL),
        (TEMPLATE, "\n", WHAT_IS_CHECKED),
        (RECORD, "# 注\n", WHAT_IS_CHECKED),
        ("book/book.yaml", "page: a5\n", WHAT_IS_CHECKED | {"cite", "print"}),
        ("refs.bib", "\n", WHAT_IS_CHECKED),
        ("refs.bib", ("{2025}", "{2024}"), WHAT_IS_CHECKED | {"cite", "print"}),
        (RECORD, ("when: 训练之前", "when: 起点"), WHAT_IS_CHECKED | {"print"}),
        (RECORD, ("value: 15.0", "value: 15.1"), ALL),
        ("book/terms.yaml", "terms: []\n", WHAT_IS_CHECKED),
        ("experiments/verified.lock", "", WHAT_IS_CHECKED),
        ("book/notes.md", "不是书稿。\n", set()),
    ],
)
def test_a_key_changes_with_what_the_step_reads(
    path: str, added: str | tuple[str, str], changed: set[str], minimal: Path
) -> None:
    before = keys(minimal)
    file = minimal / path
    text = file.read_text("utf-8") if file.exists() else ""
    file.write_text(text + added if isinstance(added, str) else text.replace(*added), "utf-8")
    after = keys(minimal)
    assert {name for name in ALL if before[name] != after[name]} == changed


def test_a_key_does_not_change_with_time_or_place(minimal: Path, tmp_path: Path) -> None:
    before = keys(minimal)
    moved = minimal.rename(tmp_path / "elsewhere")
    (moved / CHAPTER).touch()
    assert keys(moved) == before


def test_a_key_changes_with_the_tool(minimal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = keys(minimal)
    monkeypatch.setattr(pipeline, "__version__", "99")
    after = keys(minimal)
    assert all(before[name] != after[name] for name in ALL)


def test_a_picture_counts_for_linting_and_printing(minimal: Path) -> None:
    append(minimal / CHAPTER, "\n![图](dot.svg)\n")
    picture = minimal / "book" / "dot.svg"
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="9"><path d="M0 0h9"/></svg>'
    )
    picture.write_text(drawing.format(8))
    before = keys(minimal)
    picture.write_text(drawing.format(9))
    after = keys(minimal)
    assert {name for name in ALL if before[name] != after[name]} == {"lint", "print"}


def test_what_is_asked_counts_for_linting(minimal: Path) -> None:
    subject = subject_of(minimal)
    asked = [subject, replace(subject, only=("filler",)), replace(subject, at=(CHAPTER,))]
    assert len({lint_key(one) for one in asked}) == 3


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which each step that is really done adds its name."""
    done: list[str] = []

    def count(home: ModuleType, name: str) -> None:
        real: Callable[..., object] = getattr(home, name)

        def step(*given: object) -> object:
            done.append(name)
            return real(*given)

        monkeypatch.setattr(home, name, step)

    for name in ("rendered", "read", "linted"):
        count(pipeline, name)
    count(press, "cited_tree")
    return done


def test_a_step_is_not_done_twice(minimal: Path, counted: list[str]) -> None:
    memory = Memory()
    first = problems_of(subject_of(minimal), memory)
    assert counted == ["rendered", "read", "linted"]
    assert problems_of(subject_of(minimal), memory) == first
    assert counted == ["rendered", "read", "linted"]


def test_only_the_steps_concerned_are_done_again(minimal: Path, counted: list[str]) -> None:
    memory = Memory()
    printing_of(subject_of(minimal), document_of(subject_of(minimal), memory), memory)
    append(minimal / RECORD, "# 注\n")
    counted.clear()
    document = document_of(subject_of(minimal), memory)
    printing_of(subject_of(minimal), document, memory)
    assert counted == ["rendered"]
    append(minimal / CHAPTER, "\n成功率是 23.5%。\n")
    counted.clear()
    assert problems_of(subject_of(minimal), memory)
    assert counted == ["rendered", "read", "linted"]


def test_a_file_outside_a_book_goes_down_the_same_line(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.yaml"
    ledger.write_text("numbers: {a: {value: 15.0, unit: '%', of: 率, cite: k}}\n", "utf-8")
    outside = Outside(ledger=ledger)
    book = outside.book()
    bound = Subject(
        "a.md", book, text='---\ntitle: 题\n---\n甲 {{ n("a") }}。', given=outside.given
    )
    assert [block.text for block in document_of(bound).paragraphs] == ["甲 15.0%。"]
    other = bound.changed({"a.md": "乙。"})
    assert [block.text for block in document_of(other).paragraphs] == ["乙。"]
    ledger.write_text("numbers: {a: {value: 16.0, unit: '%', of: 率, cite: k}}\n", "utf-8")
    assert render_key(replace(bound, book=outside.book())) != render_key(bound)


def test_a_subject_with_the_texts_that_it_has_is_itself(minimal: Path) -> None:
    subject = subject_of(minimal)
    texts = {path: (minimal / path).read_text("utf-8") for path in (CHAPTER, TEMPLATE)}
    assert subject.changed(texts) is subject
    other = subject.changed(texts | {CHAPTER: texts[CHAPTER] + "\n又一段。\n"})
    assert other.chapter != subject.chapter
    assert other.changed(texts).chapter == subject.chapter


def test_workers_find_what_one_process_finds(minimal: Path) -> None:
    append(minimal / CHAPTER, "\n成功率是 23.5%。\n")
    subject = subject_of(minimal)
    stray = Subject("b.md", Outside().book(), text="甲:乙，，丙。")
    one = problems_of_all([subject, stray], Processes(1))
    assert problems_of_all([subject, stray], Processes(2)) == one
    assert all(one)


def test_a_worker_tells_where_it_failed(minimal: Path) -> None:
    subject = subject_of(minimal)
    broken = subject.changed({CHAPTER: "# 题 {#t}\n\n{{ nobody }}\n"})
    with pytest.raises(ChapterkitError) as failed:
        problems_of_all([subject, broken], Processes(2))
    assert str(failed.value.origin) == f"{CHAPTER}:3"


def joined(printing: BookPrinting) -> Tree:
    """Return all chapters as one tree."""
    blocks = [block for chapter in printing.chapters for block in tree_blocks(chapter.tree)]
    return with_blocks(printing.chapters[0].tree, blocks)


def plain(printing: BookPrinting) -> list[str]:
    return ["--to=plain", "--wrap=none"]


WHOLE: Format[BookPrinting] = Format(
    name="whole", suffix=".txt", arguments=plain, prepare=joined, scope="book"
)


def test_a_format_of_the_book_writes_one_file_of_all_chapters(
    minimal: Path, tmp_path: Path
) -> None:
    second = {"slug": "more", "number": 4, "file": "chapter4.md"}
    listed = f"chapters:\n  - {{slug: {second['slug']}, number: 4, file: {second['file']}}}\n"
    config = minimal / "book/book.yaml"
    config.write_text(config.read_text("utf-8").replace("chapters:\n", listed, 1), "utf-8")
    (minimal / "book/chapter4.md").write_text("# 第二篇 {#more}\n\n只有一段。\n", "utf-8")
    book = load(Disk(minimal))
    subjects = chapters_of(book, minimal)
    documents = [document_of(one) for one in subjects]
    chapters = list(map(printing_of, subjects, documents))
    both = [WHOLE, all_formats()["markdown"]]
    for chapter in chapters:
        [made] = written(chapter, both, tmp_path, 2)
        assert made.path.name == f"{chapter.slug}.md"
    whole, _ = written(book_printing_of(subjects, documents), both, tmp_path, 2)
    text = whole.path.read_text("utf-8")
    assert whole.path == tmp_path / "book" / "book.txt"
    assert "只有一段。" in text
    assert "15.0%" in text
