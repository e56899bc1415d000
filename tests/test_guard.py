"""The guard end to end: an author at work in a scratch repository, with branches made by git itself."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import HERE, Run

CHAPTER, RECORD = "book/chapter3.md", "experiments/card-game.yaml"
FIRST = "开头的理论讲清楚要问什么[@demo2025]。"
MORE = """\
第二段讲来历。这些数据是前人留下的，抄录时难免有错。用的时候要当心，最好对照原件。

第三段说局限。样本太少，只在一种规则上试过。换一种规则还行不行，没有人知道。要答这个问题，得另做一次。
"""
SECOND, THIRD = MORE.strip().split("\n\n")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path, message: str = "change") -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def init(folder: Path) -> None:
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "user.name", "张三")
    git(folder, "config", "user.email", "zhang@example.org")


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with three paragraphs of theory, committed on main; `work` is the author's branch."""
    folder = tmp_path_factory.mktemp("made") / "book"
    shutil.copytree(HERE / "books" / "minimal", folder)
    change(folder, FIRST, f"{FIRST}\n\n{MORE.strip()}")
    init(folder)
    commit(folder, "first")
    git(folder, "checkout", "-q", "-b", "work")
    return folder


@pytest.fixture
def book(_made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_made, tmp_path / "book"))


def change(folder: Path, old: str, new: str, path: str = CHAPTER) -> None:
    file = folder / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def rules(printed: str) -> list[str]:
    """Return the rules of a JSON report that tell of losses, in order."""
    report = json.loads(printed[printed.index("{") :])
    guarding = re.compile("(lost|shortened|doubled|changed|reworded)-|stale-removal|conflict")
    return [one["rule"] for one in report["problems"] if guarding.match(one["rule"])]


def losses(run: Run, folder: Path, base: str = "main", *more: str) -> list[str]:
    done = run(folder, "check", "--against", base, "--format", "json", *more)
    assert done.exit_code in {0, 1}, done.output
    return rules(done.stdout)


def diff(run: Run, folder: Path, base: str) -> dict[str, int]:
    done = run(folder, "diff", base, "--format", "json")
    assert done.exit_code == 0, done.output
    summary: dict[str, int] = json.loads(done.stdout)["summary"]
    return {kind: count for kind, count in summary.items() if count and kind != "unchanged"}


# --- what is lost, and what is not


def to_another_section(at: Path) -> None:
    change(at, f"{SECOND}\n\n", "")
    change(at, "{#summary}\n", f"{{#summary}}\n\n{SECOND}\n")


def into_a_template(at: Path) -> None:
    change(at, f"{SECOND}\n\n", "")
    template = "templates/experiments/card-game.md.j2"
    change(at, "{{ super() }}", f"{SECOND}\n\n{{{{ super() }}}}", template)


EDITS: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "nothing": (lambda at: None, []),
    "a paragraph deleted": (lambda at: change(at, f"{SECOND}\n\n", ""), ["lost-paragraph"]),
    "moved to another section": (to_another_section, []),
    "moved into a template": (into_a_template, []),
    "split": (lambda at: change(at, "有错。用的", "有错。\n\n用的"), []),
    "merged": (lambda at: change(at, f"{SECOND}\n\n", SECOND), []),
    "reworded": (lambda at: change(at, "难免有错", "常常会错"), []),
    "watered down": (
        lambda at: change(at, "换一种规则还行不行，没有人知道。要答这个问题，得另做一次。", ""),
        ["shortened-paragraph"],
    ),
    "doubled": (lambda at: change(at, SECOND, f"{SECOND}\n\n{SECOND}"), ["doubled-paragraph"]),
    "a figure changed": (lambda at: change(at, "15.0", "51.0", RECORD), ["changed-number"]),
    "a number out of the prose": (
        lambda at: change(at, '成功率是 {{ n("card-game.after") }}{{', "成功率高了一些{{"), []
    ),
    "a citation out of a paragraph": (lambda at: change(at, FIRST, "开头的理论讲清楚要问什么。"), ["lost-citation"]),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_what_an_edit_loses_is_told_and_nothing_else(name: str, book: Path, run: Run) -> None:
    edit, expected = EDITS[name]
    edit(book)
    assert losses(run, book) == expected
    assert (
        git(book, "status", "--porcelain", "-uno").count("\n") <= 2
    )  # no file but the edited ones


def test_losses_stand_at_lines_of_the_present_files_and_are_annotated(book: Path, run: Run) -> None:
    change(book, f"{SECOND}\n\n", "")
    change(book, "15.0", "51.0", RECORD)
    done = run(book, "check", "--against", "main", "--format", "github")
    assert done.exit_code == 1
    assert f"::error file={CHAPTER},line=3,col=1,title=lost-paragraph::" in done.stdout
    assert f"::error file={RECORD},line=9,col=11,title=changed-number::" in done.stdout


def test_what_is_signed_off_passes_and_names_who_and_why(book: Path, run: Run) -> None:
    change(book, f"{SECOND}\n\n", "")
    done = run(book, "check", "--against", "main", "--sign-off", "all", "--reason", "并入别处")
    assert done.exit_code == 0, done.output
    entry = (book / "book/removals.yaml").read_text("utf-8").splitlines()[-1]
    assert "第二段讲来历。" in entry
    assert 'why: "并入别处", who: "张三 <zhang@example.org>", when: "20' in entry
    assert losses(run, book) == []
    commit(book)
    assert losses(run, book) == []


def test_a_sign_off_needs_a_reason_a_name_that_fits_and_a_base(book: Path, run: Run) -> None:
    change(book, f"{SECOND}\n\n", "")
    sign = ("check", "--against", "main", "--sign-off")
    assert "--reason" in run(book, *sign, "all").output
    refused = run(book, *sign, "0000", "--reason", "x")
    assert refused.exit_code == 2
    assert "没有 0000 这一处丢失" in refused.output
    assert run(book, "check", "--sign-off", "all", "--reason", "x").exit_code == 2
    assert not (book / "book/removals.yaml").exists()


def test_a_sign_off_of_nothing_is_a_problem_and_an_old_one_is_a_record(
    book: Path, run: Run
) -> None:
    change(book, f"{SECOND}\n\n", "")
    run(book, "check", "--against", "main", "--sign-off", "all", "--reason", "重复")
    change(book, THIRD, f"{SECOND}\n\n{THIRD}")
    assert losses(run, book) == ["stale-removal"]
    change(book, f"{SECOND}\n\n", "")
    head = commit(book)
    assert losses(run, book, head) == []
    change(book, THIRD, f"{SECOND}\n\n{THIRD}")
    restored = commit(book)
    change(book, f"{SECOND}\n\n", "")
    assert losses(run, book, restored) == ["lost-paragraph"]  # signed off once is not for ever


def test_neither_book_yaml_nor_a_baseline_lets_a_loss_pass(book: Path, run: Run) -> None:
    change(book, f"{SECOND}\n\n", "")
    off = "lint: {rules: {lost-paragraph: off}, options: {shortened-paragraph: {share: 0.9}}}\n"
    with (book / "book/book.yaml").open("a", encoding="utf-8") as file:
        file.write(off)
    change(book, "要答这个问题，得另做一次。", "")
    change(book, "样本太少，只在一种规则上试过。", "")
    assert losses(run, book) == ["lost-paragraph", "shortened-paragraph"]
    wrote = run(book, "check", "--against", "main", "--write-baseline", "b.yaml", "--reason", "x")
    assert wrote.exit_code == 0
    assert "lost-paragraph" in losses(run, book, "main", "--baseline", "b.yaml")


def test_where_nothing_may_change_every_word_is_told(book: Path, run: Run) -> None:
    with (book / "book/book.yaml").open("a", encoding="utf-8") as file:
        file.write("keep: [cards]\n")
    base = commit(book)
    change(book, "难免有错", "常常会错")
    assert losses(run, book, base) == ["reworded-paragraph"]
    change(book, "keep: [cards]", "keep: []", "book/book.yaml")
    assert losses(run, book, base) == ["reworded-paragraph"]
    change(book, "keep: []", "keep: [crads]", "book/book.yaml")
    refused = run(book, "check", "--against", base)
    assert refused.exit_code == 2
    assert "book/book.yaml:7: keep 里的 crads 不是哪一节的标题" in refused.output


def test_a_paragraph_may_change_chapters_and_a_chapter_that_is_left_out_is_lost(
    book: Path, run: Run
) -> None:
    (book / "book/other.md").write_text(f"# 另一章 {{#other}}\n\n{THIRD}\n", "utf-8")
    change(book, f"\n\n{THIRD}", "")
    listed = "  - {slug: cards, number: 3, file: chapter3.md}\n"
    more = f"{listed}  - {{slug: other, number: 4, file: other.md}}\n"
    change(book, listed, more, "book/book.yaml")
    assert losses(run, book) == []
    assert diff(run, book, "main") == {"moved": 1}
    base = commit(book)
    change(book, more, listed, "book/book.yaml")
    assert losses(run, book, base) == ["lost-paragraph"]


# --- branches, merges, force pushes, renames


def test_what_others_have_added_meanwhile_is_not_lost(book: Path, run: Run) -> None:
    git(book, "checkout", "-q", "main")
    change(book, THIRD, f"{THIRD}\n\n主干上新写的一段话，这一支里当然还没有。")
    commit(book)
    git(book, "checkout", "-q", "work")
    assert losses(run, book) == []
    change(book, f"{SECOND}\n\n", "")
    commit(book)
    git(book, "merge", "-q", "--no-edit", "main")
    assert losses(run, book) == ["lost-paragraph"]
    assert diff(run, book, "main...work") == {"removed": 1}


def test_a_merge_that_drops_the_others_text_is_told(book: Path, run: Run) -> None:
    change(book, SECOND, "第二段改写过了。")
    mine = commit(book)
    git(book, "checkout", "-q", "main")
    change(book, THIRD, f"{THIRD}\n\n主干上新写的一段话，合并的时候不该丢掉它。")
    theirs = commit(book)
    git(book, "checkout", "-q", "work")
    git(book, "merge", "-q", "-s", "ours", "--no-edit", "main")
    assert "lost-paragraph" in losses(run, book, theirs)
    assert losses(run, book, mine) == []


def test_after_a_force_push_the_old_tip_is_compared_by_where_both_part(
    book: Path, run: Run
) -> None:
    change(book, SECOND, f"{SECOND}\n\n推上去过的一段话，后来改写了历史，就没有它了。")
    old = commit(book)
    git(book, "reset", "-q", "--hard", "main")
    assert losses(run, book, old) == []
    assert diff(run, book, old) == {"removed": 1}


def test_renamed_files_and_slugs_lose_nothing(book: Path, run: Run) -> None:
    git(book, "mv", RECORD, "experiments/cards-again.yaml")
    git(
        book,
        "mv",
        "templates/experiments/card-game.md.j2",
        "templates/experiments/cards-again.md.j2",
    )
    git(book, "mv", CHAPTER, "book/cards.md")
    for path in ("book/cards.md", "experiments/cards-again.yaml"):
        change(book, "card-game", "cards-again", path)
    change(book, "chapter3.md", "cards.md", "book/book.yaml")
    change(book, "slug: cards,", "slug: deck,", "book/book.yaml")
    assert losses(run, book) == []
    assert diff(run, book, "main") == {}


def test_a_record_divided_in_two_loses_no_number(book: Path, run: Run) -> None:
    record = book / RECORD
    text = record.read_text("utf-8").replace("rests_on: [before, after]", "rests_on: [before]")
    rows = [row for row in text.splitlines() if not row.startswith(("  after:", "  gain:"))]
    record.write_text("\n".join(rows) + "\n", "utf-8")
    other = "slug: after-game\ntitle: 之后\npart: rl\nsources: [demo2025]\nsetup:\n  model: 一个小模型\nnumbers:\n"
    after = (
        '  after: {value: 15.0, unit: "%", of: 成功率, when: 训练之后, cite: demo2025, at: 图 6}\n'
    )
    (book / "experiments/after-game.yaml").write_text(other + after, "utf-8")
    change(book, '"card-game.after"', '"after-game.after"')
    template = "templates/experiments/card-game.md.j2"
    change(book, "{{ n.after }}，增加 {{ n.gain }}", '{{ n("after-game.after") }}', template)
    found = losses(run, book)
    # The gain is nowhere any more, and takes a fifth of its paragraph along.
    assert sorted(found) == ["lost-number", "shortened-paragraph"]
    report = json.loads(run(book, "diff", "main", "--format", "json").stdout)
    kinds = {one["number"]: one["changes"] for one in report["numbers"]}
    assert kinds == {"after-game.after": ["renamed"], "card-game.gain": ["removed", "left"]}


def test_a_shallow_clone_says_what_it_lacks_and_works_with_what_it_has(
    book: Path, tmp_path: Path, run: Run
) -> None:
    change(book, f"{SECOND}\n\n", "")
    commit(book)
    shallow = tmp_path / "shallow"
    url = book.as_uri()
    subprocess.run(["git", "clone", "-q", "--depth", "1", "-b", "work", url, shallow], check=True)
    git(shallow, "fetch", "-q", "--depth", "1", "origin", "main:main")
    blind = run(shallow, "check", "--against", "main")
    assert blind.exit_code == 2
    assert "这是浅克隆，看不到 main 和 HEAD 从哪里分开" in blind.output
    assert diff(run, shallow, "main") == {"removed": 1}  # both states are there
    git(shallow, "fetch", "-q", "--unshallow", "origin")
    assert losses(run, shallow) == ["lost-paragraph"]


def test_before_the_first_push_and_the_first_book_there_is_nothing_to_lose(
    book: Path, run: Run
) -> None:
    done = run(book, "check", "--against", "0" * 40)
    assert done.exit_code == 0
    assert "没有更早的可比" in done.output
    git(book, "checkout", "-q", "--orphan", "fresh")
    git(book, "rm", "-rq", "--cached", ".")
    git(book, "commit", "-q", "--allow-empty", "-m", "empty")
    empty = git(book, "rev-parse", "HEAD")
    commit(book, "the book")
    done = run(book, "check", "--against", empty)
    assert done.exit_code == 0, done.output
    assert "那时这里还没有书" in done.output
    refused = run(book, "diff", empty)
    assert refused.exit_code == 2
    assert "那时这里还没有书（没有 book/book.yaml）" in refused.output
    apart = run(book, "check", "--against", "main")
    assert apart.exit_code == 2
    assert "没有共同的历史" in apart.output


# --- what cannot be compared


def test_a_state_that_is_broken_is_told_with_its_revision(book: Path, run: Run) -> None:
    change(book, "value: 15.0", "value: viel", RECORD)
    commit(book)
    change(book, "value: viel", "value: 15.0", RECORD)
    done = run(book, "diff", "HEAD")
    assert done.exit_code == 2
    assert re.match(rf"{RECORD}:9: HEAD（\w+） 那时的书读不了：numbers.after.value", done.output)


@pytest.mark.parametrize("asked", ["nowhere", "HEAD~9", "main..nowhere", "--help-me", ""])
def test_a_base_that_git_does_not_know_is_one_line(asked: str, book: Path, run: Run) -> None:
    done = run(book, "diff", "--", asked)
    if asked:
        assert done.exit_code == 2
        assert done.output.count("\n") == 2
    else:
        assert done.exit_code == 0  # HEAD


def test_a_folder_without_git_a_repository_without_commits_and_a_bare_one(
    book: Path, tmp_path: Path, run: Run
) -> None:
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", book, bare], check=True)
    assert run(bare, "diff", "HEAD").exit_code == 2
    shutil.rmtree(book / ".git")
    assert run(book, "diff", "HEAD").exit_code == 2
    init(book)
    done = run(book, "diff", "HEAD")
    assert done.exit_code == 2
    assert "这个仓库还没有提交" in done.output


def test_a_worktree_a_book_in_a_subfolder_and_strange_names(
    book: Path, tmp_path: Path, run: Run
) -> None:
    (book / "a\nb 书.md").write_text("x", "utf-8")
    (book / "experiments" / "注\n记.txt").write_text("x", "utf-8")
    commit(book)
    tree = tmp_path / "tree"
    git(book, "worktree", "add", "-q", "-b", "other", str(tree))
    change(tree, f"{SECOND}\n\n", "")
    assert losses(run, tree) == ["lost-paragraph"]
    (book / "mine").mkdir()
    for name in ("book", "experiments", "templates", "refs.bib"):
        git(book, "mv", name, f"mine/{name}")
    commit(book)
    assert losses(run, book / "mine") == []
    assert diff(run, book / "mine", "main") == {}


def test_a_chapter_that_is_a_pointer_or_in_a_submodule_is_told(
    book: Path, tmp_path: Path, run: Run
) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12\n"
    text = (book / CHAPTER).read_text("utf-8")
    (book / CHAPTER).write_text(pointer, "utf-8")
    commit(book)
    done = run(book, "check")
    assert done.exit_code == 2
    assert f"{CHAPTER}:1: 这是 Git LFS 的指针" in done.output
    (book / CHAPTER).write_text(text, "utf-8")
    done = run(book, "diff", "HEAD")
    assert done.exit_code == 2
    assert "那时的书读不了：这是 Git LFS 的指针" in done.output
    git(book, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(book), "part")
    commit(book)
    assert diff(run, book, "HEAD") == {}


def test_conflict_markers_are_problems_at_their_line(book: Path, run: Run) -> None:
    change(book, SECOND, "这一支改的一段话。")
    commit(book)
    git(book, "checkout", "-q", "main")
    change(book, SECOND, "主干改的一段话。")
    commit(book)
    merged = subprocess.run(
        ["git", "-C", str(book), "merge", "-q", "work"], capture_output=True, check=False
    )
    assert merged.returncode == 1
    done = run(book, "check", "--rule", "conflict-marker", "--format", "json")
    found = [one["line"] for one in json.loads(done.stdout)["problems"]]
    rows = (book / CHAPTER).read_text("utf-8").split("\n")
    assert found == [rows.index("<<<<<<< HEAD") + 1, rows.index(">>>>>>> work") + 1]


def test_a_removals_file_that_does_not_fit_is_one_line(book: Path, run: Run) -> None:
    (book / "book/removals.yaml").write_text(
        "removals:\n  - {rule: lost-paragraph, what: x}\n", "utf-8"
    )
    done = run(book, "check", "--against", "main")
    assert done.exit_code == 2
    assert "book/removals.yaml:2: " in done.output


def test_a_thousand_other_files_cost_nothing(book: Path, run: Run) -> None:
    for place in range(1000):
        (book / f"f{place}").write_text(str(place), "utf-8")
    commit(book)
    assert diff(run, book, "HEAD") == {}
