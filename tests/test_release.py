"""What `make dist` holds of a release, but for what takes long: that it runs, CI tries."""

import re
from dataclasses import replace
from importlib.metadata import distributions
from pathlib import Path

import chapterkit
from releasing import licences

ROOT = Path(__file__).resolve().parent.parent


def test_the_changelog_begins_with_the_version_that_the_package_says() -> None:
    first = re.search(
        r"(?m)^## (\S+) \((unreleased|\d{4}-\d\d-\d\d)\)$",
        (ROOT / "CHANGELOG.md").read_text("utf-8"),
    )
    assert first
    assert first[1] == chapterkit.__version__


def test_every_package_that_chapterkit_needs_bears_a_licence_that_may_come_along() -> None:
    policy = licences.policy()
    listed = [
        licences.licence_of(one, policy) for one in licences.needed(distributions(), "chapterkit")
    ]
    assert licences.refused(listed, policy) == []
    assert {"pandoc", "typst", "chapterkit"} & {one.package for one in listed} == {
        "typst",
        "chapterkit",
    }
    assert "GPL-2.0-or-later" in licences.page(listed, "x"), "pandoc is named, with its licence"


def test_licences_that_ask_for_more_or_that_nobody_knows_are_refused() -> None:
    policy = licences.policy()
    mit = licences.Licence("one", "1", "MIT")
    assert licences.refused([mit, replace(mit, expression="MIT OR GPL-3.0-only")], policy) == []
    assert licences.refused([replace(mit, expression="MIT AND GPL-3.0-only")], policy) == [
        "one 1: MIT AND GPL-3.0-only"
    ]
    assert licences.refused([replace(mit, expression="")], policy) == [
        "one 1: says no licence that is known"
    ]


def test_locks_pin_with_digests_and_name_no_index() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text("utf-8")
        assert "://" not in text
        assert "--index" not in text
        blocks = re.split(r"(?m)^(?=[a-z0-9])", text)[1:]
        assert blocks
        assert all(
            re.match(r"[a-z0-9._-]+==", one) and "--hash=sha256:" in one for one in blocks
        ), lock
