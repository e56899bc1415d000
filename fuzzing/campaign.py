"""Run campaigns: `python -m fuzzing.campaign`, with `--seconds`, `--seed`, `--only`, `--engine`.

Each target has a process of its own, with bounds on time and memory. Two engines look: hypothesis
takes texts that are at hand apart and puts them together otherwise, and makes what it finds as
short as it can; atheris, where it is installed, follows which code a text reaches. What is found
lies in build/fuzzing/found/<target>/, and belongs, once it is mended, in tests/fuzzed/<target>/,
where the tests try it again on each run. Exit code 1 where something was found.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from fuzzing.targets import ROOT, TARGETS

BUILD = ROOT / "build" / "fuzzing"
FOUND = BUILD / "found"
ENGINES = ("hypothesis", "atheris")
MEMORY = 2048  # MB that one process may have


def main() -> int:
    """Run what was chosen, one target after another, and tell what came of it."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--seconds", type=float, default=600, help="for all of it together")
    arguments.add_argument(
        "--seed", type=int, default=0, help="begins the same row of texts each time; 0: another one"
    )
    arguments.add_argument("--only", choices=sorted(TARGETS), action="append")
    arguments.add_argument("--engine", choices=ENGINES, action="append")
    chosen = arguments.parse_args()
    engines = [one for one in chosen.engine or ENGINES if find_spec(one)]
    if lacking := set(ENGINES).difference(engines) if not chosen.engine else set():
        print(f"not installed here, left out: {', '.join(sorted(lacking))}")
    names = chosen.only or list(TARGETS)
    # What starts pandoc with each text is no matter for following our own code.
    planned = [
        (name, engine)
        for name in names
        for engine in engines
        if not (TARGETS[name].slow and engine == "atheris")
    ]
    share = max(1.0, chosen.seconds / max(1, len(planned)))
    runs = found = 0
    for name, engine in planned:
        tried, wrong = campaign(name, engine, share, chosen.seed)
        runs, found = runs + tried, found + wrong
    print(f"{len(names)} targets, {runs} runs, {found} found")
    return 1 if found else 0


def campaign(name: str, engine: str, seconds: float, seed: int) -> tuple[int, int]:
    """Try a target for some time in a process of its own; return runs, and how many were wrong."""
    kept = FOUND / name
    kept.mkdir(parents=True, exist_ok=True)
    before = set(kept.iterdir())
    log = BUILD / f"{name}.{engine}.log"
    with log.open("wb") as out:
        command = [sys.executable, "-m", f"fuzzing.{engine}_engine", name, str(seconds), str(seed)]
        try:
            code = subprocess.run(
                command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, check=False,
                timeout=seconds * 3 + 300, env={**os.environ, "CHAPTERKIT_CACHE": "off"},
            ).returncode  # fmt: skip
        except subprocess.TimeoutExpired:
            print(f"{name} ({engine}): did not end")
            code = 1
    said = log.read_text(encoding="utf-8", errors="replace")
    new = sorted(set(kept.iterdir()) - before)
    counted = re.findall(r"(?m)^(?:Done (\d+) runs|#(\d+)\s|(\d+) runs$)", said)
    runs = max((int(next(filter(None, one))) for one in counted), default=0)
    failed = bool(new) or code != 0
    print(f"{name} ({engine}): {runs} runs" + (f", found something: {log}" if failed else ""))
    for one in new:
        print(f"  {one.relative_to(ROOT)}: {one.read_bytes()[:120]!r}")
    return runs, max(len(new), int(failed))


def keep(name: str, text: str) -> Path:
    """Keep a text that broke a target; return its file."""
    raw = text.encode()
    path = FOUND / name / sha256(raw).hexdigest()[:16]
    path.write_bytes(raw)
    return path


if __name__ == "__main__":
    sys.exit(main())
