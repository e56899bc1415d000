"""Lines changed since a commit: whatever a hostile repository says, none is hidden and nothing runs."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from chapterkit.errors import ChapterkitError
from chapterkit.revision.changes import changed_lines, changes_since
from chapterkit.revision.folder import at_revision, commit_of
from conftest import Run

OLD = "# 题\n\n（1）旧的。\n\n一段。\n"
NEW = OLD.replace("一段。", "一段。\n\n（2）新的。")
Prepare = Callable[[Path], None]


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout.decode().strip()


def commit(folder: Path) -> None:
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-qm", "One", "--allow-empty")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with one text, and outside of it a program that would leave a trace."""
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\ncat 2>/dev/null\n", "utf-8")
    trap.chmod(0o755)
    folder = tmp_path / "clone"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "a.md").write_text(OLD, "utf-8")
    commit(folder)
    return folder


def changed(folder: Path, name: str = "a.md") -> list[int]:
    """Return which of the first twenty lines count as changed."""
    changes = changes_since(folder, "HEAD")
    return [line for line in range(1, 21) if changes.hold(folder / name, line)]


def written(path: str, text: str) -> Prepare:
    def prepare(folder: Path) -> None:
        (folder / path).write_text(text, "utf-8")

    return prepare


def attributes(text: str) -> Prepare:
    return written(".gitattributes", f"*.md {text}\n")


def setting(name: str, value: str, *attribute: str) -> Prepare:
    def prepare(folder: Path) -> None:
        git(folder, "config", name, value.replace("TRAP", str(folder.parent / "trap")))
        for text in attribute:
            attributes(text)(folder)

    return prepare


def hooks(folder: Path) -> None:
    for name in (
        "post-index-change",
        "fsmonitor-watchman",
        "reference-transaction",
        "post-checkout",
    ):
        (folder / ".git" / "hooks" / name).symlink_to(folder.parent / "trap")


def replaced(folder: Path) -> None:
    """Let the old text pass for one that has the new lines already."""
    (folder / "fake").write_text(NEW, "utf-8")
    fake = git(folder, "hash-object", "-w", "fake")
    (folder / "fake").unlink()
    git(folder, "replace", git(folder, "rev-parse", "HEAD:a.md"), fake)


def assumed(flag: str) -> Prepare:
    def prepare(folder: Path) -> None:
        git(folder, "update-index", flag, "a.md")

    return prepare


ATTEMPTS: dict[str, Prepare] = {
    "no diff": attributes("-diff"),
    "binary": attributes("binary"),
    "no text": attributes("-text"),
    "generated": attributes("linguist-generated linguist-vendored"),
    "another encoding": attributes("working-tree-encoding=UTF-16"),
    "other line ends": attributes("text eol=crlf"),
    "ident": attributes("ident"),
    "export-ignore": attributes("export-ignore export-subst"),
    "merge driver": attributes("merge=ours"),
    "macro": written(".gitattributes", "[attr]m -diff\n*.md m\n"),
    "clean filter": setting("filter.x.clean", "TRAP", "filter=x"),
    "smudge filter": setting("filter.x.smudge", "TRAP", "filter=x"),
    "filter process": setting("filter.x.process", "TRAP", "filter=x"),
    "required filter": setting("filter.x.required", "true", "filter=x"),
    "textconv": setting("diff.x.textconv", "TRAP", "diff=x"),
    "diff command": setting("diff.x.command", "TRAP", "diff=x"),
    "external diff": setting("diff.external", "TRAP"),
    "fsmonitor": setting("core.fsmonitor", "TRAP"),
    "pager": setting("core.pager", "TRAP"),
    "pager of diff": setting("pager.diff", "TRAP"),
    "alias": setting("alias.diff", "!TRAP"),
    "editor": setting("core.editor", "TRAP"),
    "hooks": hooks,
    "hooks elsewhere": setting("core.hooksPath", "."),
    "ssh": setting("core.sshCommand", "TRAP"),
    "proxy": setting("core.gitProxy", "TRAP"),
    "askpass": setting("core.askPass", "TRAP"),
    "credentials": setting("credential.helper", "!TRAP"),
    "promisor": setting("remote.origin.promisor", "true"),
    "no prefix": setting("diff.noprefix", "true"),
    "other prefix": setting("diff.mnemonicPrefix", "true"),
    "relative": setting("diff.relative", "true"),
    "hunks joined": setting("diff.interHunkContext", "9"),
    "colours": setting("color.ui", "always"),
    "order": setting("diff.orderFile", "TRAP"),
    "words": setting("diff.wordRegex", "."),
    "quoted": setting("core.quotePath", "true"),
    "replaced": replaced,
    "assumed unchanged": assumed("--assume-unchanged"),
    "left out": assumed("--skip-worktree"),
    "ignored": written(".gitignore", "*\n"),
    "attributes of the clone": written(".git/info/attributes", "*.md -diff\n"),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_no_setting_or_attribute_hides_a_line_or_runs_anything(
    attempt: str, clone: Path, run: Run
) -> None:
    ATTEMPTS[attempt](clone)
    (clone.parent / "ran").unlink(missing_ok=True)
    (clone / "a.md").write_text(NEW, "utf-8")
    result = run(clone, "check", "a.md", "--changed-since", "HEAD", "--format", "json")
    assert [one["line"] for one in json.loads(result.output)["problems"]] == [7], result.output
    assert result.exit_code == 1
    assert changed(clone) == [6, 7]
    assert not (clone.parent / "ran").exists()


@pytest.mark.parametrize(
    "name", ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_EXTERNAL_DIFF"]
)
def test_the_repository_is_the_manuscripts_own(
    name: str, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = clone.parent / "other"
    other.mkdir()
    git(other, "init", "-q")
    monkeypatch.setenv(name, str(other / ".git"))
    (clone / "a.md").write_text(NEW, "utf-8")
    assert changed(clone) == [6, 7]


def test_a_folder_that_looks_like_a_repository_is_none(clone: Path) -> None:
    inner = clone / "book"
    git(clone, "init", "-q", "--bare", "book")
    git(inner, "config", "core.fsmonitor", str(clone.parent / "trap"))
    with pytest.raises(ChapterkitError, match="git 失败"):
        changes_since(inner, "HEAD")


def test_a_work_tree_elsewhere_is_refused(clone: Path) -> None:
    git(clone, "config", "core.worktree", str(clone.parent))
    git(clone, "config", "core.worktree", "/")
    (clone.parent / "elsewhere").mkdir()
    git(clone, "config", "core.worktree", str(clone.parent / "elsewhere"))
    with pytest.raises(ChapterkitError, match=r"工作区在别处|git 失败"):
        changes_since(clone, "HEAD")


# --- lines are counted as chapterkit counts them


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_shift_nothing(end: str, clone: Path) -> None:
    (clone / "a.md").write_text(NEW.replace("\n", end), "utf-8", newline="")
    assert changed(clone) == [6, 7]


@pytest.mark.parametrize(
    "text", ["a\rb\rc\rd\n", "a\x0cb\x85c\u2028d\n", "a\0b\n", "+++ b/x.md\n@@ -1 +1 @@\n"]
)
def test_no_character_shifts_the_lines(text: str) -> None:
    old = text.replace("\r", "\n").encode()
    lines = old.count(b"\n")
    assert changed_lines(old, old + b"x\n") == {lines + 1}
    assert changed_lines(old, b"x\n" + old) == {1}


# --- which file is compared with which


@pytest.mark.parametrize(
    "name",
    ["甲 乙.md", "-x.md", "a\nb.md", 'q"q.md', "a\tb.md", ":(top)b.md", "[a]*.md", "b\\c.md"],
)
def test_names_are_taken_as_they_are(name: str, clone: Path) -> None:
    (clone / name).write_text(OLD, "utf-8")
    commit(clone)
    assert changed(clone, name) == []
    (clone / name).write_text(NEW, "utf-8")
    assert changed(clone, name) == [6, 7]


def test_a_name_that_is_not_utf_8(clone: Path) -> None:
    name = os.fsdecode(b"b\xff.md")
    (clone / name).write_text(OLD, "utf-8")
    commit(clone)
    (clone / name).write_text(NEW, "utf-8")
    assert changed(clone, name) == [6, 7]


def test_a_new_file_counts_as_a_whole(clone: Path) -> None:
    (clone / "b.md").write_text("别的。\n", "utf-8")
    assert changed(clone, "b.md") == list(range(1, 21))
    assert changed(clone, "../c.md") == list(range(1, 21))


def test_a_renamed_file_is_compared_with_what_it_was(clone: Path) -> None:
    (clone / "a.md").rename(clone / "b.md")
    (clone / "b.md").write_text(NEW, "utf-8")
    assert changed(clone, "b.md") == [6, 7]


def test_a_copied_file_is_new(clone: Path) -> None:
    (clone / "b.md").write_text(OLD, "utf-8")
    assert changed(clone, "b.md") == list(range(1, 21))


def test_a_mode_changes_no_line(clone: Path) -> None:
    (clone / "a.md").chmod(0o755)
    assert changed(clone) == []


def test_a_link_that_leads_elsewhere_makes_all_lines_new(clone: Path) -> None:
    (clone / "b.md").write_text("（1）别的。\n", "utf-8")
    (clone / "link.md").symlink_to("a.md")
    commit(clone)
    assert changed(clone, "link.md") == []
    (clone / "a.md").write_text(NEW, "utf-8")
    assert changed(clone, "link.md") == [6, 7]
    (clone / "link.md").unlink()
    (clone / "link.md").symlink_to("b.md")
    assert changed(clone, "link.md") == list(range(1, 21))
    for place in ("link.md", "/etc/passwd", "../trap", "nowhere"):
        (clone / "link.md").unlink()
        (clone / "link.md").symlink_to(place)
        assert changed(clone, "link.md") == list(range(1, 21))


def test_a_folder_that_became_a_link_makes_all_lines_new(clone: Path) -> None:
    for folder in ("x", "y"):
        (clone / folder).mkdir()
        (clone / folder / "b.md").write_text(OLD, "utf-8")
    commit(clone)
    (clone / "x" / "b.md").unlink()
    (clone / "x").rmdir()
    (clone / "x").symlink_to("y")
    assert changed(clone, "y/b.md") == []
    assert changed(clone, "x/b.md") == list(range(1, 21))


def test_a_submodule_is_new_as_a_whole(clone: Path) -> None:
    inner = clone / "sub"
    inner.mkdir()
    git(inner, "init", "-q")
    (inner / "b.md").write_text(OLD, "utf-8")
    commit(inner)
    commit(clone)
    assert changed(clone, "sub/b.md") == list(range(1, 21))


# --- what a failure says


@pytest.mark.parametrize(
    "revision", ["--output=x", "-x", "HEAD --all", "nowhere", "", ":/One\nx", "HEAD:a.md"]
)
def test_a_revision_is_no_option(revision: str, clone: Path) -> None:
    with pytest.raises(ChapterkitError, match="git 里没有"):
        changes_since(clone, revision)
    assert sorted(one.name for one in clone.iterdir()) == [".git", "a.md"]


def test_outside_of_a_repository_all_say_the_same(tmp_path: Path) -> None:
    said = set()
    for asked in (changes_since, at_revision, commit_of):
        with pytest.raises(ChapterkitError, match="这里不是 git 仓库") as failure:
            asked(tmp_path, "HEAD")
        said.add(failure.value.report())
    assert len(said) == 1
    assert "git init" in said.pop()


def test_nothing_is_fetched(clone: Path) -> None:
    """An object that a partial clone lacks is told, not asked for from where the clone says."""
    part = clone.parent / "part"
    git(clone, "config", "uploadpack.allowFilter", "true")
    git(
        clone.parent,
        "clone",
        "-q",
        "--filter=blob:none",
        "--no-checkout",
        clone.as_uri(),
        str(part),
    )
    (part / "a.md").write_text(NEW, "utf-8")
    with pytest.raises(ChapterkitError, match="git 失败"):
        changed(part)
