"""An author plays against the guard: edits of the real chapter whose outcome is known from the script.

A few scripts run each time; CHAPTERKIT_SCRIPTS=100 runs as many, and prints the rates.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from functools import cache

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chapterkit.checking.states import state_of
from chapterkit.manuscript.folder import Disk, Overlay
from chapterkit.pipeline import load
from chapterkit.revision.difference import Difference, difference
from chapterkit.revision.fates import Fate
from chapterkit.revision.losses import Losses
from chapterkit.revision.paragraphs import State
from conftest import HERE
from editing import EDITS, Desk, desk_of

SCRIPTS = int(os.environ.get("CHAPTERKIT_SCRIPTS", "4"))
BOOK = Disk(HERE.parent)
# What was done, and what may be said of it; any of the kinds where several are true.
SAID = {
    "deleted": {"removed"},
    "moved": {"moved", "unchanged"},
    "split": {"moved", "reworded"},
    "merged": {"moved", "reworded"},
    "reworded": {"reworded"},
    "shortened": {"shortened"},
    "doubled": {"unchanged", "moved", "reworded"},
    "": {"unchanged", "moved", "reworded"},  # a figure or a reference in it may be another
}
RATES: Counter[tuple[str, str]] = Counter()

Script = tuple[int, list[str]]
scripts = st.tuples(
    st.integers(0, 2**32), st.lists(st.sampled_from(sorted(EDITS)), min_size=3, max_size=25)
)


@cache
def before() -> State:
    return state_of("before", load(BOOK))


def compared(script: Script) -> tuple[Desk, Difference]:
    desk, chance = desk_of(BOOK), random.Random(script[0])
    for name in script[1]:
        EDITS[name](desk, chance)
    after = state_of("after", load(Overlay(BOOK, desk.texts())))
    return desk, difference(before(), after)


def truth(desk: Desk, fate: Fate) -> str:
    assert fate.old
    origin = fate.old.origin
    return desk.fate.get((origin.path, origin.line - 1), "")


# Each script costs half a second: one that fails is not made smaller.
@settings(max_examples=SCRIPTS, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(scripts)
def test_what_the_script_did_is_what_the_comparison_says(script: Script) -> None:
    desk, found = compared(script)
    wrong = []
    for fate in found.paragraphs:
        if fate.old:
            done = truth(desk, fate)
            RATES[done or "untouched", fate.kind] += 1
            if fate.kind not in SAID[done]:
                wrong.append((done, fate.kind, fate.lost, fate.old.text[:40]))
    doubled = sum(fate.kind == "doubled" for fate in found.paragraphs)
    RATES["copies made", "copies found"] += doubled
    assert wrong == []
    assert doubled == len(desk.doubled)
    changed = {one.id for one in found.numbers if one.field("value")}
    assert desk.numbers <= changed
    lost = {one.words for one in Losses(found).all() if one.rule == "changed-number"}
    assert desk.numbers <= lost


def test_the_rates_are_told() -> None:
    """Runs after the scripts; `pytest -s` shows them."""
    for (done, said), count in sorted(RATES.items()):
        print(f"{done:>12} -> {said:<12} {count}")
    assert RATES or SCRIPTS == 0


def test_forty_shuffled_paragraphs_a_third_reworded_pair_rightly() -> None:
    chance = random.Random(40)
    desk = desk_of(BOOK)
    path = "book/chapter7.md"
    places = [at for one, at in desk.paragraphs if one == path][:40]
    rows = [(desk.files[path][at], desk.now[path][at]) for at in places]
    chance.shuffle(rows)
    for at, (row, old) in zip(places, rows, strict=True):
        desk.files[path][at], desk.now[path][at] = row, old
    for _ in range(13):
        _reword_in(desk, path, places, chance)
    after = state_of("after", load(Overlay(BOOK, desk.texts())))
    found = difference(before(), after)
    now = {old: at for at, old in enumerate(desk.now[path]) if old}
    pairs = [
        (fate.new[0].origin.line - 1, now[path, fate.old.origin.line - 1])
        for fate in found.paragraphs
        if fate.old and fate.new and fate.old.origin.path == path
        if (path, fate.old.origin.line - 1) in now
    ]
    assert len(pairs) >= 40
    assert all(said == true for said, true in pairs)
    assert not any(fate.kind in {"removed", "added", "doubled"} for fate in found.paragraphs)


def _reword_in(desk: Desk, path: str, places: list[int], chance: random.Random) -> None:
    only = Desk({path: [row if at in places else "" for at, row in enumerate(desk.files[path])]})
    only.now[path] = desk.now[path]
    only.fate = desk.fate
    EDITS["reword"](only, chance)
    for at in places:
        desk.files[path][at] = only.files[path][at]
