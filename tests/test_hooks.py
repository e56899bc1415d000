"""What other repositories use: the pre-commit hooks and the GitHub Action, on a scratch one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import HERE

ROOT = HERE.parent
SCRIPTS = Path(sys.executable).parent
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
PATH = f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"


def run_in(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "PATH": PATH, "PRE_COMMIT_HOME": str(folder / ".git" / "cache")}
    return subprocess.run(
        command, cwd=folder, env=given | environment, capture_output=True, text=True, check=False
    )


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    return run_in(folder, "git", *who, *arguments)


@pytest.fixture
def scratch(minimal: Path) -> Path:
    """A book in a git repository of its own, its good state committed."""
    git(minimal, "init")
    git(minimal, "add", ".")
    assert git(minimal, "commit", "-m", "good").returncode == 0
    return minimal


def spoil(folder: Path) -> None:
    chapter = folder / "book" / "chapter3.md"
    chapter.write_text(chapter.read_text("utf-8") + "\n（1）写成了列表项。\n", "utf-8")


# --- pre-commit


def with_hook(folder: Path, name: str) -> None:
    """Use a hook of the manifest; the command of this environment stands for the installed one."""
    [hook] = [hook for hook in HOOKS if hook["id"] == name]
    local = {"repos": [{"repo": "local", "hooks": [hook | {"language": "system"}]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(local), "utf-8")
    assert run_in(folder, "pre-commit", "install").returncode == 0


def test_the_manifest_is_valid(tmp_path: Path) -> None:
    manifest = str(ROOT / ".pre-commit-hooks.yaml")
    git(tmp_path, "init")
    done = run_in(tmp_path, "pre-commit", "validate-manifest", manifest)
    assert done.returncode == 0, done.stdout


def test_a_commit_that_spoils_the_book_is_refused(scratch: Path) -> None:
    with_hook(scratch, "chapterkit-check")
    spoil(scratch)
    git(scratch, "add", "book")
    refused = git(scratch, "commit", "-m", "bad")
    assert refused.returncode == 1
    assert "[fake-list]" in refused.stderr + refused.stdout
    git(scratch, "checkout", "HEAD", "book")
    (scratch / "refs.bib").write_text((scratch / "refs.bib").read_text("utf-8") + "\n", "utf-8")
    git(scratch, "add", "refs.bib")
    assert git(scratch, "commit", "-m", "good again").returncode == 0


def test_single_files_are_checked_by_themselves(scratch: Path) -> None:
    with_hook(scratch, "chapterkit-check-files")
    (scratch / "notes.md").write_text("# 札记 {#notes}\n\n（1）写成了列表项。\n", "utf-8")
    git(scratch, "add", "notes.md")
    refused = git(scratch, "commit", "-m", "bad")
    assert refused.returncode == 1
    assert "notes.md:3:1" in refused.stderr + refused.stdout


# --- the action


def run_action(folder: Path, runner: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the action's steps as a runner does, inputs being environment variables.

    What is returned is what came of the first step, the check.
    """
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    given = {
        name.upper().replace("-", "_"): spec["default"] for name, spec in action["inputs"].items()
    }
    given |= {
        "CHAPTERKIT": str(SCRIPTS / "chapterkit"), "FOLDER": ".", "SOURCE": str(ROOT),
        "GH_TOKEN": inputs.pop("TOKEN", ""), "REPOSITORY": "o/r", "NUMBER": "7",
    } | inputs  # fmt: skip
    runner.mkdir(exist_ok=True)
    files = {"GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary"}
    given |= {name: str(runner / file) for name, file in files.items()}
    check, comment, build = action["runs"]["steps"]
    steps = [
        check,
        *([comment] if given["AGAINST"] else []),
        *([build] if given["BUILD"] == "true" else []),
    ]
    done = []
    for step in steps:
        assert set(step["env"]) <= set(given)
        command = ("bash", "-eo", "pipefail", "-c", step["run"])
        done.append(run_in(folder, *command, RUNNER_TEMP=str(runner), **given))
        if step is build:
            assert done[-1].returncode == 0, done[-1].stderr
    return done[0]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_action_annotates_and_summarises(scratch: Path, tmp_path: Path) -> None:
    clean = run_action(scratch, tmp_path / "clean")
    assert clean.returncode == 0, clean.stderr
    assert "errors=0" in (tmp_path / "clean" / "output").read_text("utf-8")
    spoil(scratch)
    bad = run_action(scratch, tmp_path / "bad")
    assert bad.returncode == 1
    assert "::error file=book/chapter3.md,line=" in bad.stdout
    assert "errors=1" in (tmp_path / "bad" / "output").read_text("utf-8")
    assert "| fake-list | 1 |" in (tmp_path / "bad" / "summary").read_text("utf-8")


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_action_in_a_subfolder_and_since_a_commit(scratch: Path, tmp_path: Path) -> None:
    spoil(scratch)
    git(scratch, "commit", "-a", "-m", "bad")
    since = run_action(scratch, tmp_path / "since", CHANGED_SINCE="HEAD")
    assert since.returncode == 0
    before = run_action(scratch, tmp_path / "before", CHANGED_SINCE="HEAD~1", FOLDER="mybook")
    assert before.returncode == 1
    assert "::error file=mybook/book/chapter3.md,line=" in before.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_an_action_that_cannot_run_says_so(scratch: Path, tmp_path: Path) -> None:
    done = run_action(scratch, tmp_path / "runner", TARGETS="nowhere")
    assert done.returncode == 2
    assert "退出码 2" in (tmp_path / "runner" / "summary").read_text("utf-8")


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_action_holds_the_lock_against_the_base_and_lists_what_to_review(
    scratch: Path, tmp_path: Path
) -> None:
    (tmp_path / "papers").mkdir()
    paper = "5. Results\n\nFigure 6: Success rate (%). Before: 11.5%. After: 15.0%.\n"
    (tmp_path / "papers" / "demo2025.txt").write_text(paper, "utf-8")
    verify = (SCRIPTS / "chapterkit", "verify", "--sources", tmp_path / "papers")
    assert run_in(scratch, *map(str, verify)).returncode == 0
    git(scratch, "add", "-A")
    git(scratch, "commit", "-m", "verified")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", scratch.as_uri(), str(shallow))
    base = git(scratch, "rev-parse", "HEAD").stdout.strip()
    record = shallow / "experiments/card-game.yaml"
    text = record.read_text("utf-8").replace("训练之后, cite", "训练之后, near: [After], cite")
    record.write_text(text, "utf-8")
    assert run_in(shallow, *map(str, verify)).returncode == 0
    git(shallow, "commit", "-a", "-m", "another place")
    done = run_action(shallow, tmp_path / "review", LOCK_SINCE=base)
    assert done.returncode == 0, done.stderr
    assert "card-game.after：near原是" in (tmp_path / "review" / "summary").read_text("utf-8")
    record.write_text(text.replace("near: [After], ", ""), "utf-8")
    git(shallow, "commit", "-a", "-m", "and back, the entry not")
    done = run_action(shallow, tmp_path / "forged", LOCK_SINCE=base)
    assert done.returncode == 1
    assert "title=unbacked-entry::" in done.stdout
    done = run_action(shallow, tmp_path / "unsigned", ALLOWED_SIGNERS="a@example.org ssh-ed25519 A")
    assert done.returncode == 1
    assert "verified.lock.sig" in done.stdout
    done = run_action(shallow, tmp_path / "lost", LOCK_SINCE="f" * 40)
    assert done.returncode == 2


FAKE_GH = """#!/usr/bin/env python3
import pathlib, sys
with (pathlib.Path(__file__).parent / "asked").open("a") as file:
    print(*sys.argv[1:], file=file)
if "--jq" in sys.argv and (pathlib.Path(__file__).parent / "commented").exists():
    print(41)
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_action_tells_what_a_pull_request_loses_also_in_a_shallow_clone(
    scratch: Path, tmp_path: Path
) -> None:
    base = git(scratch, "rev-parse", "HEAD").stdout.strip()
    git(scratch, "checkout", "-q", "-b", "work")
    chapter = scratch / "book" / "chapter3.md"
    text = chapter.read_text("utf-8")
    for count in range(3):
        (scratch / f"note{count}").write_text("x", "utf-8")
        git(scratch, "add", "-A")
        git(scratch, "commit", "-m", "more")
    chapter.write_text(text.replace("开头的理论讲清楚要问什么[@demo2025]。\n\n", ""), "utf-8")
    git(scratch, "commit", "-a", "-m", "less")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", "-b", "work", scratch.as_uri(), str(shallow))
    done = run_action(shallow, tmp_path / "runner", AGAINST=base)
    assert done.returncode == 1, done.stderr
    assert "title=lost-paragraph::" in done.stdout
    summary = (tmp_path / "runner" / "summary").read_text("utf-8")
    assert "| lost-paragraph | 1 |" in summary
    assert "### 删去和缩短的段落（1）" in summary
    new = run_action(shallow, tmp_path / "new", AGAINST="0" * 40)
    assert new.returncode == 0, new.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_action_writes_one_comment_anew_each_time_and_builds(
    scratch: Path, tmp_path: Path
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "gh").write_text(FAKE_GH, "utf-8")
    (tools / "gh").chmod(0o755)
    path = f"{tools}{os.pathsep}{PATH}"
    inputs = {"AGAINST": "HEAD", "COMMENT": "comment", "TOKEN": "t", "PATH": path}
    first = run_action(scratch, tmp_path / "first", **inputs, BUILD="true")
    assert first.returncode == 0, first.stderr
    assert (scratch / "build" / "cards" / "cards.html").is_file()
    (tools / "commented").touch()
    run_action(scratch, tmp_path / "second", **inputs)
    asked = (tools / "asked").read_text("utf-8")
    assert f"-X POST repos/o/r/issues/7/comments -F body=@{tmp_path}/first/" in asked
    assert f"-X PATCH repos/o/r/issues/comments/41 -F body=@{tmp_path}/second/" in asked
    assert "chapterkit diff" not in (tmp_path / "first" / "summary").read_text("utf-8")


def test_the_example_of_a_workflow_uses_what_the_action_has() -> None:
    example = yaml.safe_load((ROOT / ".github/workflows/book.yml.example").read_text("utf-8"))
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    [step] = [
        one for one in example["jobs"]["book"]["steps"] if "chapterkit" in one.get("uses", "")
    ]
    assert set(step["with"]) <= set(action["inputs"])
