"""What a hostile manuscript may try: every case of `attacks/` comes to what it says, and to no harm."""

from __future__ import annotations

import os
import shutil
import threading
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from attacking import (
    HEADING,
    Case,
    Listener,
    Program,
    Ran,
    a_ground,
    all_cases,
    as_expected,
    broken_promises,
    change,
    is_told,
    listed,
    outcome,
    tried,
)
from conftest import GOLDEN

Told = tuple[Ran, list[str]]


class Attacks:
    """Cases, tried two at a time, each with a listener of its own.

    What the linter refuses in a text is checked for all texts at once, each of them a chapter.
    """

    def __init__(self, folder: Path, cases: Sequence[Case]) -> None:
        self.folder = folder
        self.plain = [case for case in cases if case.is_plain and not GOLDEN]
        self.local = threading.local()
        self.programs: list[Program] = []
        self.pool = ThreadPoolExecutor(2)
        self.together = self.pool.submit(self._checked_together)
        rest = [case for case in cases if case not in self.plain]
        # Where pytest itself runs several tests at once, each case is tried when its test comes.
        ahead = [] if "PYTEST_XDIST_WORKER" in os.environ else rest
        self.alone = {case.name: self.pool.submit(self._alone, case) for case in ahead}

    def told_together(self, case: Case) -> list[str]:
        """Return what was said of a case that was checked with others; nothing if it was not."""
        return self.together.result().get(_chapter(case), [])

    def tried_alone(self, case: Case) -> Told:
        """Return the run of a case by itself, and the promises that it broke."""
        future: Future[Told] | None = self.alone.get(case.name)
        return future.result() if future else self._alone(case)

    def close(self) -> None:
        self.pool.shutdown(cancel_futures=True)
        for program in self.programs:
            program.close()

    def _program(self) -> Program:
        if not hasattr(self.local, "program"):
            self.local.program = Program()
            self.programs.append(self.local.program)
        program: Program = self.local.program
        return program

    def _alone(self, case: Case) -> Told:
        folder = self.folder / case.name.replace("/", "-")
        with Listener() as listener:
            ran, broken = tried(folder, listener.address, case, self._program())
            return ran, [*broken, *(f"asked {one!r}" for one in listener.heard)]

    def _checked_together(self) -> dict[str, list[str]]:
        """Return what a check says of each chapter; nothing if it could not be done, or did harm."""
        nothing = Case(Path(), "", 1, "", "")
        with Listener() as listener, a_ground(self.folder / "together", listener.address) as ground:
            for number, case in enumerate(self.plain):
                slug = Path(_chapter(case)).stem
                change(
                    ground.book / "book/book.yaml",
                    "chapters:\n",
                    f"chapters:\n{listed(slug, 10 + number)}",
                )
                ground.write(
                    f"book/{_chapter(case)}",
                    HEADING.replace("#case", f"#{slug}") + case.files["text"],
                )
            before = ground.guarded()
            ran = self._program().run(ground, ["check"], ground.environment(nothing))
            said: dict[str, list[str]] = {}
            if ran.code == 1 and not [
                *broken_promises(ground, nothing, ran, before),
                *listener.heard,
            ]:
                for line in ran.printed.splitlines():
                    said.setdefault(line.partition(":")[0], []).append(line)
            return said


def _chapter(case: Case) -> str:
    return f"book/{case.name.replace('/', '-')}.md"


@pytest.fixture(scope="module")
def attacks(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Attacks]:
    asked = [getattr(item, "callspec", None) for item in request.session.items]
    cases = [
        one.params["case"] for one in asked if one and isinstance(one.params.get("case"), Case)
    ]
    folder = tmp_path_factory.mktemp("attacks")
    one = Attacks(folder, cases)
    yield one
    one.close()
    shutil.rmtree(folder)


def _asked() -> list[Case]:
    """Return the cases of this run: one part of so many, by their names; one in eight by default."""
    asked = os.environ.get("CHAPTERKIT_ATTACKS", "0/8")
    part, _, parts = ("0/1" if asked == "all" else asked).partition("/")
    return [
        case
        for case in all_cases()
        if zlib.crc32(case.name.encode()) % int(parts) == int(part) % int(parts)
    ]


@pytest.mark.parametrize("case", _asked(), ids=lambda case: case.name)
def test_an_attack_comes_to_nothing(case: Case, attacks: Attacks) -> None:
    if any(is_told(line, case, _chapter(case)) for line in attacks.told_together(case)):
        return
    ran, broken = attacks.tried_alone(case)
    assert not broken, f"{case.tries}\n{broken}\n{ran.printed[:3000]}"
    if GOLDEN and not as_expected(case, ran):
        case.rewritten(outcome(ran))
        return
    assert as_expected(case, ran), (
        f"{case.tries}\nexpected: {case.code} {case.place} {case.word}\n"
        f"came: {outcome(ran)} ({ran.seconds:.1f} s)\n{ran.printed[:3000]}"
    )
