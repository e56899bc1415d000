"""What steps gave is kept on the disk, and never believed wrongly: `build/.cache`."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from chapterkit import fonts, store
from chapterkit.checking.subjects import chapters_of
from chapterkit.lint import Problem
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import Disk, Folder
from chapterkit.pipeline import Lasting, checked, load
from chapterkit.pipeline.press import Parts
from chapterkit.store import Store, store_of
from conftest import Run
from library import make

CHAPTER = "book/chapter3.md"
PICTURE = "book/dot.svg"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9"/></svg>'


class Counted(Store):
    """A store that notes what it was asked for, and whether it had it."""

    had: list[tuple[str, bool]]

    def get(self, name: str) -> bytes | None:
        value = super().get(name)
        self.had.append((name.split()[1], value is not None))
        return value


@pytest.fixture
def asked(minimal: Path) -> Callable[[], tuple[list[Problem], dict[str, bool]]]:
    """Return what checks the book: its problems, and which steps were known already."""

    def ask() -> tuple[list[Problem], dict[str, bool]]:
        found = store_of(minimal)
        assert found
        counted = Counted(found.folder, found.secret)
        object.__setattr__(counted, "had", [])
        [subject] = chapters_of(load(Disk(minimal)), minimal)
        problems = checked(subject, Lasting(store=counted)).problems
        return problems, dict(counted.had)

    return ask


Asked = Callable[[], tuple[list[Problem], dict[str, bool]]]


def change(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text("utf-8") if path.exists() else "") + text, "utf-8")


def test_nothing_is_done_twice(asked: Asked, minimal: Path) -> None:
    change(minimal / CHAPTER, "\n成功率是 23.5%。\n")
    problems, had = asked()
    assert problems
    assert had == {"lint": False, "parse": False}
    assert asked() == (problems, {"lint": True})


@pytest.mark.parametrize(
    ("path", "text", "parsed"),
    [
        (CHAPTER, "\n又一段。\n", False),
        ("templates/experiments/card-game.md.j2", "\n", True),
        ("experiments/card-game.yaml", "# 注\n", True),
        ("experiments/verified.lock", "", True),
        ("book/book.yaml", "page: a5\n", True),
        ("book/terms.yaml", "terms: []\n", True),
        ("refs.bib", "\n", True),
        (PICTURE, "\n", True),
    ],
)
def test_whatever_a_check_reads_makes_it_anew(
    path: str, text: str, parsed: bool, asked: Asked, minimal: Path
) -> None:
    change(minimal / CHAPTER, "\n![一个点](dot.svg)\n")
    change(minimal / PICTURE, SVG)
    asked()
    assert asked()[1] == {"lint": True}
    change(minimal / path, text)
    assert asked()[1] == {"lint": path == PICTURE, "parse": parsed}


def test_a_font_that_a_book_names_counts(
    asked: Asked, minimal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(minimal / "book/book.yaml", "fonts: {serif: [Noto Serif SC]}\n")
    asked()
    monkeypatch.setattr(fonts, "state_of", lambda family: f"another {family}")
    assert asked()[1]["lint"] is False


def test_another_tool_makes_everything_anew(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked()
    file = tmp_path / "of-the-tool" / "rule.py"
    change(file, "1")
    monkeypatch.setattr(store, "_place_of", lambda _: file.parent)
    store.tool.cache_clear()
    try:
        assert not any(asked()[1].values())
        assert asked()[1] == {"lint": True}
        os.utime(file, (1, 1))
        store.tool.cache_clear()
        assert not any(asked()[1].values())
    finally:
        store.tool.cache_clear()


def test_another_version_of_a_package_makes_everything_anew(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked()
    (tmp_path / "packages" / "jinja2-99.0.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path / "packages")
    store.tool.cache_clear()
    try:
        assert not any(asked()[1].values())
    finally:
        store.tool.cache_clear()


@pytest.mark.parametrize(
    "harm",
    [
        lambda raw: b"",
        lambda raw: raw[:-1],
        lambda raw: raw[:40] + b"x" + raw[41:],
        lambda raw: raw + b" ",
        lambda raw: bytes(len(raw)),
    ],
)
def test_a_damaged_entry_is_none(
    harm: Callable[[bytes], bytes], asked: Asked, minimal: Path
) -> None:
    change(minimal / CHAPTER, "\n成功率是 23.5%。\n")
    before, _ = asked()
    for entry in (minimal / "build/.cache").iterdir():
        entry.write_bytes(harm(entry.read_bytes()))
    assert asked() == (before, {"lint": False, "parse": False})


def test_an_entry_under_another_name_is_none(tmp_path: Path) -> None:
    kept = Store(tmp_path, b"secret")
    kept.put("甲", b"1")
    [entry] = tmp_path.iterdir()
    entry.rename(kept._path("乙"))
    assert kept.get("乙") is None


def test_an_entry_that_a_book_brings_along_is_none(tmp_path: Path) -> None:
    """Whoever writes a manuscript does not know the secret of whoever builds it."""
    Store(tmp_path, b"of somebody else").put("甲", b"no problems at all")
    assert Store(tmp_path, b"secret").get("甲") is None


def test_nothing_is_kept_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "build").symlink_to("elsewhere")
    Store(tmp_path / "build" / ".cache", b"secret").put("甲", b"1")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / ".cache").symlink_to("../elsewhere")
    Store(tmp_path / "other" / ".cache", b"secret").put("甲", b"1")
    assert not list((tmp_path / "elsewhere").iterdir())


def test_what_was_not_used_for_longest_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_BYTES", 1000)
    monkeypatch.setattr(store, "PUTS_BETWEEN", 1)
    kept = Store(tmp_path, b"secret")
    for number in range(6):
        kept.put(str(number), bytes(200))
        os.utime(kept._path(str(number)), (number, number))
    assert kept.get("0") is None
    assert kept.get("5") == bytes(200)
    assert sum(entry.stat().st_size for entry in tmp_path.iterdir()) <= 1000


def test_what_cannot_be_kept_is_done_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "build").write_text("no folder")
    kept = Store(tmp_path / "build" / ".cache", b"secret")
    kept.put("甲", b"1")
    assert kept.get("甲") is None


def test_a_build_is_the_same_from_the_store(minimal: Path, run: Run) -> None:
    files = ("html", "epub", "pdf", "docx")
    first = run(minimal, "build", "--output", "first")
    second = run(minimal, "build", "--output", "second")
    assert (first.exit_code, second.exit_code) == (0, 0)
    for suffix in files:
        [one] = (minimal / "first").rglob(f"*.{suffix}")
        [two] = (minimal / "second").rglob(f"*.{suffix}")
        assert one.read_bytes() == two.read_bytes()


@pytest.fixture
def is_answered(monkeypatch: pytest.MonkeyPatch, minimal: Path, run: Run) -> IsAnswered:
    """Return what builds a book, and tells whether it was answered without anything being made."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")

    def build(*more: str, folder: Path = minimal) -> bool:
        made: list[Folder] = []

        def noted(found: Folder) -> Book:
            made.append(found)
            return load(found)

        with monkeypatch.context() as patched:
            patched.setattr("chapterkit.commands.build.load", noted)
            result = run(folder, "build", *(more if "--format" in more else (*FORMAT, *more)))
        assert result.exit_code == 0, result.output
        assert "写好" in result.output
        return not made

    return build


IsAnswered = Callable[..., bool]
FORMAT = ("--format", "html")


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("3",),
        ("--book",),
        ("--format", "site", "--format", "latex"),
        ("--format", "pdf", "--proof", "--jobs", "1"),
        ("--edition", "print", "--edition", "online"),
        ("--output", "elsewhere"),
    ],
)
def test_a_build_that_would_do_nothing_is_answered(
    more: tuple[str, ...], is_answered: IsAnswered, minimal: Path
) -> None:
    change(minimal / "book/book.yaml", "editions: [print, online]\n")
    assert [is_answered(*more), is_answered(*more)] == [False, True]
    assert is_answered("--format", "markdown") is False


def test_what_is_said_again_is_what_was_said(minimal: Path, run: Run) -> None:
    said = [run(minimal, "build", *FORMAT).output for _ in range(2)]
    assert re.sub(r"\d+\.\d 秒", "0.0 秒", said[0]) == said[1]


@pytest.mark.parametrize(
    "path",
    [
        CHAPTER,
        "templates/experiments/card-game.md.j2",
        "experiments/card-game.yaml",
        "book/book.yaml",
        "book/terms.yaml",
        "refs.bib",
        PICTURE,
        "experiments/verified.lock",
        "templates/more.md.j2",
    ],
)
def test_whatever_a_build_reads_is_looked_at(
    path: str, is_answered: IsAnswered, minimal: Path
) -> None:
    change(minimal / CHAPTER, '\n![起点（自绘）](dot.svg){alt="起点"}\n')
    change(minimal / PICTURE, SVG)
    change(minimal / "book/terms.yaml", "terms: []\n")
    assert [is_answered(), is_answered()] == [False, True]
    change(minimal / path, {".lock": "", ".yaml": "# 注\n"}.get(Path(path).suffix, "\n"))
    assert is_answered() is False


def test_what_was_written_is_looked_at(is_answered: IsAnswered, minimal: Path) -> None:
    formats = ("--format", "site", "--format", "markdown")
    is_answered(*formats)
    own = minimal / "build/cards"
    for path in ("cards.md", "manifest.json", "site/index.html"):
        before = (own / path).read_bytes()
        change(own / path, "<!-- changed by hand -->")
        assert is_answered(*formats) is False
        assert (own / path).read_bytes() == before
        (own / path).unlink()
        assert is_answered(*formats) is False
        assert is_answered(*formats) is True
    change(own / "site/more.html", "another's")
    assert is_answered(*formats) is False
    assert not (own / "site/more.html").exists()


def test_a_link_in_place_of_an_output_is_replaced(
    is_answered: IsAnswered, minimal: Path, tmp_path: Path
) -> None:
    is_answered()
    page = minimal / "build/cards/cards.html"
    page.rename(tmp_path / "kept.html")
    page.symlink_to(tmp_path / "kept.html")
    assert is_answered() is False
    assert not page.is_symlink()


def test_what_killed_runs_have_left_goes(is_answered: IsAnswered, minimal: Path) -> None:
    is_answered()
    (minimal / "build/cards/.building-abc").mkdir()
    assert is_answered() is False
    assert not (minimal / "build/cards/.building-abc").exists()
    assert is_answered() is True


def test_other_words_and_another_date_are_another_build(
    is_answered: IsAnswered, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_answered()
    assert is_answered("--output", "elsewhere") is False
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000001")
    assert is_answered() is False


def test_a_build_with_warnings_tells_them_again(is_answered: IsAnswered, minimal: Path) -> None:
    change(minimal / "book/book.yaml", "lint: {rules: {long-sentence: warning}}\n")
    change(minimal / CHAPTER, f"\n{'这一句很长' * 60}。\n")
    assert [is_answered(), is_answered()] == [False, False]


def test_what_reads_more_than_the_book_is_made_anew(is_answered: IsAnswered, minimal: Path) -> None:
    (minimal / "sources").mkdir()
    for more in (("--format", "review"), ("--format", "review", "--sources", "sources")):
        assert [is_answered(*more), is_answered(*more)] == [False, False]


def test_a_damaged_answer_is_none(is_answered: IsAnswered, minimal: Path) -> None:
    is_answered()
    for entry in (minimal / "build/.cache").iterdir():
        entry.write_bytes(entry.read_bytes()[:-1])
    assert [is_answered(), is_answered()] == [False, True]


def test_several_chapters_are_answered_too(is_answered: IsAnswered, tmp_path: Path) -> None:
    library = tmp_path / "library"
    make(library, 2)
    change(library / "book/book.yaml", "lint: {rules: {isolated-experiment: off}}\n")
    chapter, picture = sorted(library.glob("book/c*.md"))[1], library / PICTURE
    change(chapter, '\n![起点（自绘）](dot.svg){alt="起点"}\n')
    change(picture, SVG)
    assert [is_answered(folder=library), is_answered(folder=library)] == [False, True]
    change(picture, "\n")
    assert [is_answered(folder=library), is_answered(folder=library)] == [False, True]
    next(library.glob("build/c*/*.html")).unlink()
    assert is_answered(folder=library) is False


def test_worktrees_share_what_a_folder_keeps(
    asked: Asked, minimal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAPTERKIT_CACHE", str(tmp_path / "shared"))
    problems, _ = asked()
    other = tmp_path / "worktree"
    shutil.copytree(minimal, other)
    [subject] = chapters_of(load(Disk(other)), other)
    found = store_of(other)
    assert found
    counted = Counted(found.folder, found.secret)
    object.__setattr__(counted, "had", [])
    assert checked(subject, Lasting(store=counted)).problems == problems
    assert counted.had == [("lint", True)]


def test_a_store_holds_no_more_entries_than_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_ENTRIES", 3)
    monkeypatch.setattr(store, "PUTS_BETWEEN", 1)
    kept = Store(tmp_path, b"secret")
    for number in range(5):
        kept.put(str(number), b"1")
        os.utime(kept._path(str(number)), (number, number))
    assert len([*tmp_path.iterdir()]) == 3
    monkeypatch.setattr(store, "MOST_OF_ONE", 10)
    kept.put("large", bytes(11))
    assert kept.get("large") is None


def test_the_store_may_be_switched_off(
    minimal: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAPTERKIT_CACHE", "off")
    assert run(minimal, "check").exit_code == 0
    assert not (minimal / "build").exists()
    monkeypatch.setenv("CHAPTERKIT_CACHE", str(minimal / "elsewhere"))
    assert run(minimal, "check").exit_code == 0
    assert list((minimal / "elsewhere").iterdir())
    assert not (minimal / "build").exists()


def test_a_part_of_a_file_is_made_anew_for_another_text_another_font_and_no_more(
    tmp_path: Path,
) -> None:
    made: list[bytes] = []

    def part(name: str, *fonts: str) -> bytes:
        def make() -> bytes:
            made.append(f"{name} {fonts}".encode())
            return made[-1]

        return Parts(Lasting(store=Store(tmp_path, b"secret")), fonts)(["math", name], make)

    asked = [("αβ",), ("αβ",), ("αβγ",), ("αβ", "A: 2026"), ("αβ", "A: 2027"), ("αβ", "A: 2026")]
    assert [part(*one) for one in asked] == [f"{one[0]} {one[1:]}".encode() for one in asked]
    assert len(made) == len(set(asked))
