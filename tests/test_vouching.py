"""What a lock is worth: forgeries, and what holds them back.

Each forgery is tried on a book whose lock was made by verifying. `check` alone sees what does not
fit its digest or its record; against the commit from which the branch comes it sees what nothing
backs; `verify --strict` sees what the sources do not say; a signature sees any change at all.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from chapterkit.manuscript.lock import Entry, lock_text, parse_lock, sealed
from chapterkit.signing import NAMESPACE
from conftest import Run

PAPER = """\
A Paper

5. Results

Figure 6: Success rate (%) before and after training. Before: 11.5%. After: 15.0%.

Table 1: Costs of the run. Training: 7 hours.
"""
LOCK = "experiments/verified.lock"
SIG = f"{LOCK}.sig"
RECORD = "experiments/card-game.yaml"
AFTER, BEFORE, GAIN = "card-game.after", "card-game.before", "card-game.gain"

needs_ssh_keygen = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed"
)


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)
    return done.stdout.decode()


def commit(book: Path, message: str = "change") -> None:
    git(book, "add", "-A")
    git(book, "commit", "-q", "--allow-empty", "-m", message)


@pytest.fixture
def book(minimal: Path, run: Run) -> Path:
    """A book with a lock, all committed on main; its papers lie beside it."""
    papers = minimal.parent / "papers"
    papers.mkdir()
    (papers / "demo2025.txt").write_text(PAPER, "utf-8")
    assert run(minimal, "verify", "--sources", "../papers").exit_code == 0
    git(minimal, "init", "-q")
    commit(minimal, "all is well")
    git(minimal, "checkout", "-q", "-b", "branch")
    return minimal


def entries(book: Path) -> dict[str, Entry]:
    return parse_lock((book / LOCK).read_text("utf-8"))


def write(book: Path, lock: dict[str, Entry]) -> None:
    (book / LOCK).write_text(lock_text(lock), "utf-8")


def change(book: Path, path: str, old: str, new: str) -> None:
    text = (book / path).read_text("utf-8")
    assert old in text
    (book / path).write_text(text.replace(old, new), "utf-8")


Forgery = Callable[[Path], None]


def writing(path: str, raw: bytes | str) -> Forgery:
    """Put something else in place of a file."""
    data = raw.encode() if isinstance(raw, str) else raw

    def forge(book: Path) -> None:
        (book / path).write_bytes(data)

    return forge


def gone(path: str) -> Forgery:
    return lambda book: (book / path).unlink()


def by_hand(number: str = AFTER, **fields: Any) -> Forgery:
    """Change fields of an entry, its digest left as it is."""

    def forge(book: Path) -> None:
        lock = entries(book)
        write(book, lock | {number: replace(lock[number], **fields)})

    return forge


def with_digest(number: str = AFTER, **fields: Any) -> Forgery:
    """Change fields of an entry, and compute the digest anew as whoever knows how can."""

    def forge(book: Path) -> None:
        lock = entries(book)
        write(book, lock | {number: sealed(replace(lock[number], **fields))})

    return forge


def in_record(old: str, new: str) -> Forgery:
    return lambda book: change(book, RECORD, old, new)


def in_lock(old: str, new: str) -> Forgery:
    return lambda book: change(book, LOCK, old, new)


def all_of(*forgeries: Forgery) -> Forgery:
    def forge(book: Path) -> None:
        for one in forgeries:
            one(book)

    return forge


def copied(book: Path) -> None:
    """The entry of another number, its name changed."""
    lock = entries(book)
    write(book, lock | {AFTER: replace(lock[BEFORE], number=AFTER)})


def copied_with_digest(book: Path) -> None:
    lock = entries(book)
    write(book, lock | {AFTER: sealed(replace(lock[BEFORE], number=AFTER))})


def swapped(book: Path) -> None:
    """Two entries whose digests have changed places."""
    lock = entries(book)
    one, other = lock[AFTER], lock[BEFORE]
    write(
        book,
        lock
        | {AFTER: replace(one, digest=other.digest), BEFORE: replace(other, digest=one.digest)},
    )


def without(*numbers: str) -> Forgery:
    return lambda book: write(
        book, {id: one for id, one in entries(book).items() if id not in numbers}
    )


def of_another_book(book: Path) -> None:
    lock = entries(book)
    write(book, {f"other.{id[10:]}": sealed(replace(one, number=f"other.{id[10:]}")) for id, one in lock.items()})  # fmt: skip


def unknown(book: Path) -> None:
    """An entry laid down for a number that is to come."""
    lock = entries(book)
    later = sealed(replace(lock[AFTER], number="card-game.later", value="99.9"))
    write(book, lock | {later.number: later})


def twice(book: Path) -> None:
    (book / LOCK).write_text((book / LOCK).read_text("utf-8") * 2, "utf-8")


def truncated(book: Path) -> None:
    (book / LOCK).write_bytes((book / LOCK).read_bytes()[:-40])


def folder_instead(book: Path) -> None:
    (book / LOCK).unlink()
    (book / LOCK).mkdir()


def link_out(book: Path) -> None:
    (book / LOCK).rename(book.parent / "elsewhere")
    (book / LOCK).symlink_to(book.parent / "elsewhere")


def old_form(book: Path) -> None:
    """The form of before there were digests, which asked for nothing."""
    write(book, {id: replace(one, digest="") for id, one in entries(book).items()})


def without_the_rule(forgery: Forgery) -> Forgery:
    """The same with every switch thrown that a book has: severities, a baseline, a note."""

    def forge(book: Path) -> None:
        forgery(book)
        settings = (
            "lint: {rules: {unverified-number: off, unbacked-entry: off},"
            " paths: {'*': {unverified-number: off, unbacked-entry: off}},"
            " baseline: old.yaml}\n"
        )
        config = book / "book/book.yaml"
        config.write_text(config.read_text("utf-8") + settings, "utf-8")
        (book / "old.yaml").write_text("entries: []\n", "utf-8")

    return forge


NEAR = in_record("训练之后, cite", "训练之后, near: [After], cite")
WRONG = in_record("value: 15.0", "value: 51.0")
# What `check` sees by itself.
PLAINLY: dict[str, Forgery] = {
    "value in the record": WRONG,
    "unit in the record": in_record('value: 15.0, unit: "%"', "value: 15.0, unit: 条"),
    "locator in the record": in_record("训练之后, cite: demo2025, at: 图 6", "训练之后, cite: demo2025, at: 表 1"),
    "near in the record": NEAR,
    "printed form in the record": in_record("训练之后, cite", "训练之后, printed: 15%, cite"),
    "value in both, digest as it was": all_of(WRONG, by_hand(value="51.0")),
    "unit in both, digest as it was": all_of(
        in_record('value: 15.0, unit: "%"', "value: 15.0, unit: 条"), by_hand(unit="条")
    ),
    "status typed": by_hand(status="elsewhere"),
    "locator in the entry": by_hand(at="表 1"),
    "near in the entry": by_hand(near=("After",)),
    "place in the entry": by_hand(where="第 1 行"),
    "digest of the source": by_hand(sha256="f" * 64),
    "source": by_hand(cite="other2024"),
    "date": by_hand(date="2020-01-01"),
    "digest made up": by_hand(digest="f" * 64),
    "copied from another number": copied,
    "copied, with digest": copied_with_digest,
    "digests swapped": swapped,
    "one field's digest computed, another changed": all_of(
        WRONG, with_digest(value="51.0"), by_hand(where="图 6")
    ),
    "date in 2100": with_digest(date="2100-01-01"),
    "date the day after tomorrow": with_digest(
        date=(date.today() + timedelta(days=2)).isoformat()
    ),
    "old form": old_form,
}  # fmt: skip
# What no `check` reads at all: exit code 2, with the line.
UNREADABLE: dict[str, Forgery] = {
    "verified: true": in_lock('"status": "verified"', '"verified": true'),
    "verified: true beside it": in_lock('"status"', '"verified": true, "status"'),
    "duplicate keys": in_lock('"where"', '"where": "图 6", "where"'),
    "duplicate entries": twice,
    "YAML with anchors": writing(LOCK, "card-game.after: &a {status: verified}\nb: *a\n"),
    "merge conflict": in_lock(
        '{"number": "card-game.gain"', '<<<<<<< HEAD\n{"number": "card-game.gain"'
    ),
    "truncated": truncated,
    "huge": writing(LOCK, b" " * 20_000_001),
    "nested": writing(LOCK, "[" * 100_000),
    "NUL": in_lock("verified", "veri\0fied"),
    "lone surrogate": in_lock('"where": "', '"where": "\\ud800'),
    "a command for the log": in_lock(AFTER, "a\\n::error::owned"),
    "no day": with_digest(date="2026-02-30"),
    "no ISO date": with_digest(date="27.11.2026"),
    "folder": folder_instead,
    "link out": link_out,
}
# What bears a correct digest, or is simply gone: the commit that the branch comes from tells it.
AGAINST_THE_BASE: dict[str, Forgery] = {
    "place, with digest": with_digest(where="表 1"),
    "status, with digest": with_digest(status="not-found"),
    "digest of the source, with digest": with_digest(sha256="f" * 64),
    "date backwards": with_digest(date="2020-01-01"),
    "one entry gone": without(AFTER),
    "all entries gone": without(AFTER, BEFORE, GAIN),
    "lock gone": gone(LOCK),
    "of another book": of_another_book,
    "laid down for later": unknown,
}
# What is an error even where the book's own settings say that it is none.
SWITCHED_OFF = {
    f"{name}, all switched off": without_the_rule(forgery)
    for name, forgery in (PLAINLY | AGAINST_THE_BASE).items()
}


@pytest.mark.parametrize("name", PLAINLY)
def test_check_tells(name: str, book: Path, run: Run) -> None:
    PLAINLY[name](book)
    result = run(book, "check")
    assert result.exit_code == 1, result.output
    assert "unverified-number" in result.output or "unbacked-entry" in result.output


@pytest.mark.parametrize("name", UNREADABLE)
def test_check_does_not_read(name: str, book: Path, run: Run) -> None:
    UNREADABLE[name](book)
    for arguments in (("check",), ("check", "--lock-since", "main"), ("verify", "--strict")):
        result = run(book, *arguments)
        assert result.exit_code == 2, result.output
        assert not any(line.startswith("::") for line in result.output.splitlines())


@pytest.mark.parametrize("name", AGAINST_THE_BASE | SWITCHED_OFF)
def test_check_against_the_base_tells(name: str, book: Path, run: Run) -> None:
    (AGAINST_THE_BASE | SWITCHED_OFF)[name](book)
    commit(book)
    result = run(book, "check", "--lock-since", "main")
    assert result.exit_code == 1, result.output
    assert "unbacked-entry" in result.output
    assert run(book, "check", "--changed-since", "main").exit_code == 1


FORGED = all_of(WRONG, with_digest(value="51.0"), with_digest(GAIN, value="39.5"))


@pytest.mark.parametrize(
    "forgery",
    [FORGED, all_of(in_record("训练之后, cite", "训练之后了, cite"), with_digest(where="表 1"))],
    ids=["value and digest", "wording of the record, place and digest"],
)
def test_a_forgery_with_record_and_digest_is_for_review_and_for_the_sources(
    forgery: Forgery, book: Path, run: Run
) -> None:
    """Exactly what SECURITY.md says that digests cannot do."""
    forgery(book)
    commit(book)
    assert run(book, "check").exit_code == 0
    result = run(book, "check", "--lock-since", "main")
    assert result.exit_code == 0
    assert "请对照原文复核" in result.output
    assert f"{LOCK}:1: {AFTER}：" in result.output
    result = run(book, "verify", "--strict", "--sources", "../papers")
    assert result.exit_code == 1
    assert f"{AFTER}" in result.output


# --- against the base: what is well


def verified(book: Path, run: Run) -> None:
    run(book, "verify", "--sources", "../papers")


def test_nothing_changed_is_nothing_to_review(book: Path, run: Run) -> None:
    assert "复核" not in run(book, "check", "--lock-since", "main").output
    (book / LOCK).write_bytes((book / LOCK).read_bytes().replace(b"\n", b"\r\n"))
    result = run(book, "check", "--lock-since", "main")
    assert (result.exit_code, "复核" in result.output) == (0, False)


def test_a_record_changed_and_verified_is_to_be_reviewed(book: Path, run: Run) -> None:
    NEAR(book)
    verified(book, run)
    result = run(book, "check", "--lock-since", "main")
    assert result.exit_code == 0, result.output
    assert f"{AFTER}：near原是 （空），现是 After" in result.output


def test_a_new_number_with_its_entry_is_to_be_reviewed(book: Path, run: Run) -> None:
    new = "  third: {value: 7, unit: 小时, of: 用时, cite: demo2025, at: 表 1, near: [Training]}\n"
    change(book, RECORD, "findings:", f"{new}findings:")
    verified(book, run)
    commit(book)
    result = run(book, "check", "--lock-since", "main", "--format", "json")
    assert "card-game.third：新的一条（verified，7，" in result.output
    assert "unbacked-entry" not in result.output


def test_an_entry_for_a_number_that_was_never_verified_needs_its_record(
    book: Path, run: Run
) -> None:
    whole = (book / LOCK).read_text("utf-8")
    without(AFTER, GAIN)(book)
    commit(book, "less")
    git(book, "branch", "-f", "main")
    (book / LOCK).write_text(whole, "utf-8")
    result = run(book, "check", "--lock-since", "main")
    assert result.exit_code == 1
    assert f"核对记录变了，记录没有变：{AFTER}：新的一条" in result.output


def test_a_reworded_record_needs_no_new_entry(book: Path, run: Run) -> None:
    change(book, RECORD, "of: 成功率, when: 训练之后", "of: 成功率, when: 训练以后")
    result = run(book, "check", "--lock-since", "main")
    assert "unbacked-entry" not in result.output


def test_a_number_taken_out_takes_its_entry_along(book: Path, run: Run) -> None:
    change(book, RECORD, "  gain: {derived: after - before", "  rise: {derived: after - before")
    change(book, "templates/experiments/card-game.md.j2", "n.gain", "n.rise")
    result = run(book, "check", "--lock-since", "main", "--rule", "unbacked-entry")
    assert f"{GAIN} 的记录没有了，核对记录还在" in result.output
    verified(book, run)
    result = run(book, "check", "--lock-since", "main", "--rule", "unbacked-entry")
    assert f"{GAIN}：删去了这一条" in result.output
    assert result.exit_code == 0


def test_what_was_stale_before_may_catch_up(book: Path, run: Run) -> None:
    NEAR(book)
    commit(book, "not verified")
    git(book, "branch", "-f", "main")
    verified(book, run)
    result = run(book, "check", "--lock-since", "main")
    assert result.exit_code == 0, result.output
    assert f"{AFTER}：near原是" in result.output


def test_the_change_to_entries_with_digests_is_to_be_reviewed_once(book: Path, run: Run) -> None:
    whole = (book / LOCK).read_text("utf-8")
    old_form(book)
    commit(book, "old form")
    git(book, "branch", "-f", "main")
    git(book, "branch", "-f", "early")
    (book / LOCK).write_text(whole, "utf-8")
    result = run(book, "check", "--lock-since", "main")
    assert (result.exit_code, "复核" in result.output) == (0, False)
    with_digest(where="表 1")(book)
    result = run(book, "check", "--lock-since", "main")
    assert (result.exit_code, f"{AFTER}：所在原是" in result.output) == (0, True)
    # Once the main branch has digests, a branch from before cannot make use of that.
    git(book, "checkout", "-q", "-f", "main")
    (book / LOCK).write_text(whole, "utf-8")
    commit(book, "digests")
    git(book, "checkout", "-q", "early")
    with_digest(where="表 1")(book)
    commit(book, "forged")
    result = run(book, "check", "--lock-since", "main")
    assert result.exit_code == 2
    assert "hint: 先把 main 合并进来" in result.output


def test_changes_on_the_main_branch_are_not_the_branch_s(book: Path, run: Run) -> None:
    git(book, "checkout", "-q", "main")
    with_digest(where="表 1")(book)
    commit(book, "elsewhere")
    git(book, "checkout", "-q", "branch")
    result = run(book, "check", "--lock-since", "main")
    assert (result.exit_code, "复核" in result.output) == (0, False)


def test_the_base_may_come_from_the_environment(
    book: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_digest(where="表 1")(book)
    assert run(book, "check").exit_code == 0
    monkeypatch.setenv("CHAPTERKIT_LOCK_SINCE", "main")
    assert run(book, "check").exit_code == 1
    monkeypatch.setenv("CHAPTERKIT_LOCK_SINCE", "nowhere")
    assert run(book, "check").exit_code == 2


def test_neither_book_nor_baseline_nor_comment_passes_over_an_entry(book: Path, run: Run) -> None:
    by_hand(where="表 1")(book)
    config = book / "book/book.yaml"
    plain = config.read_text("utf-8")
    for setting in ("rules: {unbacked-entry: off}", "paths: {'*': {unbacked-entry: warning}}"):
        config.write_text(f"{plain}lint: {{{setting}}}\n", "utf-8")
        result = run(book, "check", "--format", "json")
        assert result.exit_code == 1
        told = json.loads(result.stdout)["problems"]
        assert ("unbacked-entry", "error") in {(one["rule"], one["severity"]) for one in told}
    config.write_text(f"{plain}lint: {{baseline: old.yaml}}\n", "utf-8")
    (book / "old.yaml").write_text("entries: []\n", "utf-8")
    adopted = run(book, "check", "--write-baseline", "old.yaml", "--reason", "旧稿")
    assert adopted.exit_code == 0
    assert "unbacked-entry" not in (book / "old.yaml").read_text("utf-8")
    assert run(book, "check").exit_code == 1
    change(
        book,
        "book/chapter3.md",
        "\n\n",
        "\n\n<!-- chapterkit: allow unbacked-entry: 不要紧 -->\n\n",
    )
    assert "[unbacked-entry]" in run(book, "check").output


# --- the calendar


def test_a_date_of_tomorrow_is_somebody_else_s_today(book: Path, run: Run) -> None:
    with_digest(date=(date.today() + timedelta(days=1)).isoformat())(book)
    assert run(book, "check").exit_code == 0


def test_a_clock_that_is_behind_the_history_is_not_believed(
    book: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = date.today() + timedelta(days=30)
    with_digest(date=later.isoformat())(book)
    commit(book)
    assert "在将来" in run(book, "check").output
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"{later.isoformat()}T12:00:00Z")
    commit(book, "by a clock that is right")
    assert run(book, "check").exit_code == 0


@pytest.mark.parametrize(
    "forgery",
    [with_digest(where="图 6\n::error::x"), with_digest(at="\x1b[2J\n::error::x"),
     with_digest(value="1\n::error::x"), with_digest(near=("a\r\n::error::x",)),
     with_digest(cite="x\u2028::error::x"), with_digest(unit="\n::error::x")],
)  # fmt: skip
def test_an_entry_cannot_command_the_log(forgery: Forgery, book: Path, run: Run) -> None:
    forgery(book)
    for arguments in (
        ("check", "--lock-since", "main"),
        ("check", "--lock-since", "main", "--format", "github"),
        ("verify", "--all"),
        ("verify", "--strict", "--all"),
        ("verify", "--strict", "--all", "--sources", "../papers"),
    ):
        printed = run(book, *arguments).output
        assert "\x1b" not in printed
        allowed = ("::error file=", "::warning file=")
        told = [line for line in printed.splitlines() if line.startswith("::")]
        assert all(line.startswith(allowed) for line in told), printed


def test_a_signature_that_does_not_fit_any_more_is_told(book: Path, run: Run) -> None:
    (book / SIG).write_text("x", "utf-8")
    assert "签名" not in run(book, "verify", "--sources", "../papers").output
    NEAR(book)
    assert "原来的签名不再算数" in run(book, "verify", "--sources", "../papers").output


# --- verify --strict


def strictly(book: Path, run: Run, *more: str) -> tuple[int, dict[str, Any]]:
    result = run(book, "verify", "--strict", "--sources", "../papers", "--format", "json", *more)
    return result.exit_code, json.loads(result.stdout)["strict"]


def test_strict_establishes_every_entry_anew_and_writes_nothing(book: Path, run: Run) -> None:
    before = (book / LOCK).read_bytes()
    assert strictly(book, run) == (0, {"established": 3, "no-source": [], "differing": []})
    assert strictly(book, run, AFTER)[1]["established"] == 1
    with_digest(where="表 1")(book)
    forged = (book / LOCK).read_bytes()
    code, found = strictly(book, run)
    assert (code, found["established"]) == (1, 2)
    assert found["differing"][0]["why"].startswith("所在记的是 表 1，查到的是 ")
    assert (book / LOCK).read_bytes() == forged != before
    text = run(book, "verify", "--strict", "--sources", "../papers").output
    assert "重新核对出 2 条核对记录，0 条没有原文，1 条不符。" in text


@pytest.mark.parametrize(
    ("forgery", "numbers"),
    [
        (with_digest(status="elsewhere"), [AFTER]),
        (with_digest(sha256="f" * 64), [AFTER]),
        (by_hand(where="表 1"), [AFTER]),
        (without(AFTER), [AFTER]),
        (unknown, ["card-game.later"]),
        (old_form, [BEFORE, AFTER, GAIN]),
        (FORGED, [AFTER, GAIN]),
        (of_another_book, [BEFORE, AFTER, GAIN, "other.after", "other.before", "other.gain"]),
        (gone(LOCK), [BEFORE, AFTER, GAIN]),
    ],
)
def test_strict_tells_what_the_sources_do_not_bear_out(
    forgery: Forgery, numbers: list[str], book: Path, run: Run
) -> None:
    forgery(book)
    code, found = strictly(book, run)
    assert code == 1
    assert [one["number"] for one in found["differing"]] == numbers


def test_strict_proves_nothing_without_a_source(book: Path, run: Run) -> None:
    result = run(book, "verify", "--strict")
    assert result.exit_code == 1
    assert "没有一条能重新核对" in result.output
    assert "重新核对出 0 条核对记录，3 条没有原文，0 条不符。" in result.output


def test_strict_does_with_the_sources_that_are_at_hand(book: Path, run: Run) -> None:
    change(book, "refs.bib", "@", "@misc{other2024, title={另一篇}, author={某}, year={2024}}\n\n@")
    lines = "  other: {value: 3, unit: 条, of: 规则, cite: other2024}\n"
    change(book, RECORD, "findings:", f"{lines}findings:")
    lock = entries(book)
    other = sealed(replace(lock[AFTER], number="card-game.other", value="3", unit="条", cite="other2024", at=""))  # fmt: skip
    write(book, lock | {other.number: other})
    code, found = strictly(book, run)
    assert (code, found) == (
        0, {"established": 3, "no-source": ["card-game.other"], "differing": []}
    )  # fmt: skip
    (book.parent / "papers/other2024.pdf").write_bytes(b"%PDF-1.4 broken")
    code, found = strictly(book, run)
    assert code == 1
    assert "原文在，却读不了" in found["differing"][0]["why"]


# --- signatures


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two keys, one with a passphrase, and files of allowed signers."""
    folder = tmp_path_factory.mktemp("keys")
    for name, passphrase in (("author", ""), ("stranger", ""), ("locked", "secret")):
        made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", name]
        subprocess.run(made, cwd=folder, check=True, stdin=subprocess.DEVNULL)
    public = (folder / "author.pub").read_text("utf-8")
    lists = {
        "allowed": f"author@example.org,*@example.net {public}",
        "narrow": f'author@example.org namespaces="{NAMESPACE}" {public}',
        "quoted": f'"an author" {public}',
        "git-only": f'author@example.org namespaces="git" {public}',
        "expired": f'author@example.org valid-before="20200101" {public}',
        "not-yet": f'author@example.org valid-after="20990101" {public}',
        "others": f"author@example.org {(folder / 'stranger.pub').read_text('utf-8')}",
        "empty": "",
        "broken": "author@example.org ssh-ed25519 not-base64\n",
    }
    for name, text in lists.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def sign(book: Path, run: Run, keys: Path, key: str = "author") -> None:
    result = run(book, "verify", "--sources", "../papers", "--sign", str(keys / key))
    assert result.exit_code == 0, result.output
    assert "给 3 条核对记录签了名" in result.output


@needs_ssh_keygen
@pytest.mark.parametrize("allowed", ["allowed", "narrow", "quoted"])
def test_a_signature_by_an_allowed_signer_holds(
    allowed: str, book: Path, run: Run, keys: Path
) -> None:
    sign(book, run, keys)
    assert run(book, "check", "--allowed-signers", str(keys / allowed)).exit_code == 0
    result = run(book, "verify", "--allowed-signers", str(keys / allowed))
    assert result.exit_code == 0
    assert "的签名。" in result.output


@needs_ssh_keygen
def test_a_signature_can_be_verified_by_hand(book: Path, run: Run, keys: Path) -> None:
    """What is signed is the file itself: nobody needs chapterkit to look."""
    sign(book, run, keys)
    verify = (
        f"ssh-keygen -Y verify -n {NAMESPACE} -I author@example.org -f {keys / 'allowed'}"
        f" -s {LOCK}.sig < {LOCK}"
    )
    assert subprocess.run(verify, shell=True, cwd=book, check=False).returncode == 0


@needs_ssh_keygen
@pytest.mark.parametrize("allowed", ["others", "expired", "not-yet", "git-only", "empty", "broken"])
def test_a_signature_by_nobody_who_may_does_not_hold(
    allowed: str, book: Path, run: Run, keys: Path
) -> None:
    sign(book, run, keys)
    for command in ("check", "verify"):
        result = run(book, command, "--allowed-signers", str(keys / allowed))
        assert result.exit_code == 1, result.output
        assert "签名不算数" in result.output


UNSIGNED: dict[str, Forgery] = {
    "no signature": gone(SIG),
    "empty signature": writing(SIG, ""),
    "no signature at all": writing(SIG, "not a signature\n"),
    "huge signature": writing(SIG, b"x" * 200_000),
    "binary signature": writing(SIG, bytes(range(256))),
    "lock changed, with digest": FORGED,
    "entry gone": without(AFTER),
    "lock gone": gone(LOCK),
}


@needs_ssh_keygen
@pytest.mark.parametrize("name", UNSIGNED)
def test_a_lock_is_no_longer_signed(name: str, book: Path, run: Run, keys: Path) -> None:
    sign(book, run, keys)
    UNSIGNED[name](book)
    result = run(book, "check", "--allowed-signers", str(keys / "allowed"))
    assert result.exit_code == 1, result.output
    assert "签名不算数" in result.output
    assert not any(line.startswith("::") for line in result.output.splitlines())


@needs_ssh_keygen
def test_a_signature_of_another_namespace_or_text_does_not_hold(
    book: Path, run: Run, keys: Path
) -> None:
    for namespace, text in (("git", (book / LOCK).read_bytes()), (NAMESPACE, b"another text")):
        made = subprocess.run(
            ["ssh-keygen", "-Y", "sign", "-n", namespace, "-f", str(keys / "author")],
            input=text, capture_output=True, check=True,
        )  # fmt: skip
        (book / SIG).write_bytes(made.stdout)
        result = run(book, "check", "--allowed-signers", str(keys / "allowed"))
        assert result.exit_code == 1
        assert "签名与内容不符" in result.output


@needs_ssh_keygen
def test_an_entry_changed_without_its_record_is_vouched_for_by_a_signature(
    book: Path, run: Run, keys: Path
) -> None:
    (book.parent / "papers/demo2025.txt").write_text(f"{PAPER}\nA second edition.\n", "utf-8")
    verified(book, run)
    against = ("check", "--lock-since", "main")
    assert run(book, *against).exit_code == 1
    sign(book, run, keys)
    result = run(book, *against, "--allowed-signers", str(keys / "allowed"))
    assert result.exit_code == 0, result.output
    assert f"{AFTER}：原文的摘要原是" in result.output
    assert run(book, *against, "--allowed-signers", str(keys / "others")).exit_code == 1


@needs_ssh_keygen
def test_a_change_cannot_bring_its_own_signers(book: Path, run: Run, keys: Path) -> None:
    shutil.copy(keys / "allowed", book / "signers")
    commit(book)
    git(book, "branch", "-f", "main")
    FORGED(book)
    shutil.copy(keys / "others", book / "signers")
    assert run(book, "verify", "--sign", str(keys / "stranger")).exit_code == 0
    commit(book, "signed by a stranger, who is on the list now")
    against = ("check", "--lock-since", "main", "--allowed-signers")
    assert run(book, *against, "signers").exit_code == 1
    git(book, "mv", "signers", "mine")
    (book / "signers").symlink_to("mine")
    commit(book, "a link to the list")
    assert run(book, *against, "signers").exit_code == 1
    shutil.copy(keys / "others", book / "new")
    commit(book, "a list of my own")
    result = run(book, *against, "new")
    assert result.exit_code == 2
    assert "这次改动带来的" in result.output


@needs_ssh_keygen
@pytest.mark.parametrize("key", ["locked", "nowhere", "allowed"])
def test_a_key_that_cannot_sign_is_told_at_once(key: str, book: Path, run: Run, keys: Path) -> None:
    result = run(book, "verify", "--sources", "../papers", "--sign", str(keys / key))
    assert result.exit_code == 2
    assert "hint:" in result.output
    assert not (book / SIG).exists()


@needs_ssh_keygen
def test_strict_signs_only_what_holds(book: Path, run: Run, keys: Path) -> None:
    arguments = ("verify", "--strict", "--sources", "../papers", "--sign", str(keys / "author"))
    with_digest(where="表 1")(book)
    assert run(book, *arguments).exit_code == 1
    assert not (book / SIG).exists()
    git(book, "checkout", "-q", LOCK)
    assert run(book, *arguments).exit_code == 0
    assert run(book, "check", "--allowed-signers", str(keys / "allowed")).exit_code == 0


def test_without_ssh_keygen_it_is_one_line(
    book: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (book / SIG).write_text("x", "utf-8")
    (book / "signers").write_text("", "utf-8")
    (book / "key").write_text("", "utf-8")
    where = [shutil.which("git")]
    tools = book.parent / "tools"
    tools.mkdir()
    for one in filter(None, where):
        (tools / "git").symlink_to(one)
    monkeypatch.setenv("PATH", os.fspath(tools))
    for arguments in (
        ("check", "--allowed-signers", "signers"),
        ("verify", "--allowed-signers", "signers"),
        ("verify", "--sign", "key"),
    ):
        result = run(book, *arguments)
        assert result.exit_code == 2, result.output
        assert "找不到 ssh-keygen" in result.output


def test_a_list_of_signers_that_is_not_there_is_told(book: Path, run: Run) -> None:
    (book / SIG).write_text("x", "utf-8")
    assert run(book, "check", "--allowed-signers", "nowhere").exit_code == 2
