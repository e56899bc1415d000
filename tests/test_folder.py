"""Where a book is read from: the disk, unsaved texts over it, a git revision; never outside."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chapterkit.errors import ChapterkitError
from chapterkit.manuscript.folder import Disk, Folder, Noted, Overlay
from chapterkit.manuscript.loading import load_book
from chapterkit.revision.folder import at_revision

CHAPTER = "book/chapter3.md"


def git(folder: Path, *arguments: str) -> None:
    me = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *me, *arguments]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def repository(minimal: Path) -> Path:
    """Return a book whose only commit is the book as it came."""
    git(minimal, "init", "-q")
    git(minimal, "add", "-A")
    git(minimal, "commit", "-qm", "One")
    return minimal


def at_disk(root: Path) -> Folder:
    return Disk(root)


def under_nothing(root: Path) -> Folder:
    return Overlay(Disk(root), {})


def committed(root: Path) -> Folder:
    return at_revision(root, "HEAD")


KINDS = pytest.mark.parametrize("kind", [at_disk, under_nothing, committed])
Kind = Callable[[Path], Folder]


@KINDS
def test_a_book_is_the_same_wherever_it_is_read(kind: Kind, repository: Path) -> None:
    book = load_book(kind(repository))
    assert book == load_book(Disk(repository))
    assert book.chapters[0].text == (repository / CHAPTER).read_text("utf-8")
    assert list(book.digests) == list(load_book(Disk(repository)).digests)


@KINDS
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("../secret.txt", "../secret.txt 在书的文件夹之外"),
        ("book/../../secret.txt", "book/../../secret.txt 在书的文件夹之外"),
        ("/etc/hostname", "/etc/hostname 在书的文件夹之外"),
        ("book/link.md", "在书的文件夹之外"),
        ("book/none.md", "文件不存在"),
        ("book", "这是一个文件夹"),
        ("book/circle.md", "链接绕成了圈"),
    ],
)
def test_what_cannot_be_read_is_told(
    kind: Kind, path: str, said: str, repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("秘密", "utf-8")
    (repository / "book" / "link.md").symlink_to("../../../secret.txt")
    (repository / "book" / "circle.md").symlink_to("circle.md")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Two")
    with pytest.raises(ChapterkitError) as refused:
        kind(repository).text(path)
    assert said in refused.value.message


@KINDS
def test_a_link_within_the_book_is_followed(kind: Kind, repository: Path) -> None:
    (repository / "book" / "other.md").symlink_to("chapter3.md")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Two")
    folder = kind(repository)
    assert folder.text("book/other.md") == folder.text(CHAPTER)


@KINDS
def test_what_stands_below_is_listed_in_order(kind: Kind, repository: Path) -> None:
    folder = kind(repository)
    assert folder.list("templates", ".j2") == [
        "templates/experiment.md.j2",
        "templates/experiments/card-game.md.j2",
    ]
    assert folder.list("nowhere", ".j2") == []
    assert folder.exists(CHAPTER)
    assert folder.exists("book")
    assert not folder.exists("book/none.md")


def test_a_text_is_read_as_it_is_decoded_everywhere(minimal: Path) -> None:
    (minimal / CHAPTER).write_bytes("\ufeff# 题\r\n\r甲\r\n".encode())
    assert Disk(minimal).text(CHAPTER) == "# 题\n\n甲\n"
    assert Overlay(Disk(minimal), {CHAPTER: "\ufeff# 题\r\n"}).text(CHAPTER) == "# 题\n"


def test_unsaved_texts_stand_over_the_files(minimal: Path) -> None:
    new = "experiments/new.yaml"
    record = (minimal / "experiments/card-game.yaml").read_text("utf-8")
    texts = {CHAPTER: "# 题 {#t}\n", new: record.replace("slug: card-game", "slug: new")}
    book = load_book(Overlay(Disk(minimal), texts))
    assert book.chapters[0].text == "# 题 {#t}\n"
    assert list(book.records) == ["card-game", "new"]
    assert not (minimal / new).exists()


def test_a_revision_is_read_from_the_objects_alone(repository: Path) -> None:
    before = load_book(Disk(repository))
    (repository / CHAPTER).write_text("# 别的 {#x}\n", "utf-8")
    (repository / "experiments/card-game.yaml").unlink()
    assert load_book(at_revision(repository, "HEAD")) == before
    status = subprocess.run(
        ["git", "-C", str(repository), "status", "--short"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert status.stdout.split() == ["M", CHAPTER, "D", "experiments/card-game.yaml"]


def test_a_book_in_a_folder_of_a_repository(minimal: Path) -> None:
    top = minimal.parent
    git(top, "init", "-q")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "One")
    assert load_book(at_revision(minimal, "HEAD")) == load_book(Disk(minimal))


@pytest.mark.parametrize("revision", ["none", "HEAD~1", "--help", "HEAD:book", ""])
def test_a_revision_that_is_none_is_told(revision: str, repository: Path) -> None:
    with pytest.raises(ChapterkitError) as refused:
        at_revision(repository, revision)
    assert refused.value.message == " ".join(f"git 里没有 {revision} 这个提交".split())
    assert "浅克隆" in refused.value.hint


def test_a_shallow_clone_has_no_more_than_its_commit(repository: Path, tmp_path: Path) -> None:
    git(repository, "commit", "-qm", "Two", "--allow-empty")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "1", repository.as_uri(), str(clone))
    assert load_book(at_revision(clone, "HEAD")) == load_book(Disk(repository))
    with pytest.raises(ChapterkitError) as refused:
        at_revision(clone, "HEAD~1")
    assert "git fetch --unshallow" in refused.value.hint


def test_outside_of_a_repository_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(ChapterkitError, match="这里不是 git 仓库"):
        at_revision(tmp_path, "HEAD")


def test_all_that_is_read_is_noted(minimal: Path) -> None:
    noted = Noted(Disk(minimal))
    noted.text(CHAPTER)
    noted.exists("book/none.md")
    noted.list("templates", ".j2")
    first = dict(noted.digests)
    assert len(first) == 3
    (minimal / "book" / "none.md").write_text("甲", "utf-8")
    (minimal / "templates" / "more.md.j2").write_text("甲", "utf-8")
    (minimal / CHAPTER).write_text("乙", "utf-8")
    again = Noted(Disk(minimal))
    again.text(CHAPTER)
    again.exists("book/none.md")
    again.list("templates", ".j2")
    assert first.keys() == again.digests.keys()
    assert all(first[key] != again.digests[key] for key in first)


def test_two_books_are_the_same_whichever_folder_they_are_of(minimal: Path) -> None:
    book = load_book(Disk(minimal))
    assert replace(book, folder=None) == book
