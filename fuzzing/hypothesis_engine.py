"""One campaign with hypothesis: `python -m fuzzing.hypothesis_engine TARGET SECONDS SEED`."""

from __future__ import annotations

import random
import sys
import time

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from fuzzing.campaign import keep
from fuzzing.targets import TARGETS

LONGEST = 4_000  # characters of a text
PATIENCE = 10.0  # seconds for one text of this length
ROUND = 50  # texts between two looks at the clock

PIECES = (
    "", "\n", "\n\n", "\t", "\u3000", "\u200b", "\ufeff", "\u202e", "\x00", "\u2028", "\\ud800",
    "\U0010fffe", "{{", "}}", "{%", "%}", "{#", "#}", "[@", "]", "[^a]", "^", "~", "`", "```",
    "$", "$$", "\\", "<!--", "-->", "<", ">", "&", "&#0;", "'", '"', "“", "’", ":", "- ", "? ",
    "| ", "!", "*", "&a", "@", "%", "1e999", "9999999999999999999999999999999999999999", "-0",
    "０", "½", "三点五", "百分之", "～", "±", "0x1F", "null", "true", "[", "{", "}", ",", "=", "#",
    "\\n", "🙂", "é",
)  # fmt: skip


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)


@st.composite
def mutated(draw: st.DrawFn, seeds: tuple[str, ...]) -> str:
    """Draw a text made of stretches of those at hand, with pieces put in that break things."""
    parts: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        whole = draw(st.sampled_from(seeds))
        start = draw(st.integers(0, max(0, len(whole) - 1)))
        long = draw(st.sampled_from((3, 30, 300, LONGEST)))
        parts.append(whole[start : start + long] if draw(st.booleans()) else whole[:long])
        parts.append(draw(st.one_of(st.sampled_from(PIECES), TEXT)))
    return "".join(parts)[:LONGEST]


def main(name: str, seconds: float, first: int) -> int:
    """Try a target until the time is over or something is found; return the exit code.

    `first` begins the row of texts; 0 for any.
    """
    target = TARGETS[name]
    seeds = tuple(target.seeds()) or ("",)
    until, runs = time.monotonic() + seconds, 0
    rounds, last = first or random.randrange(1 << 30), ""

    def holds(text: str) -> None:
        nonlocal runs, last
        runs, last = runs + 1, text
        begun = time.process_time()
        target.tried(text)
        assert time.process_time() - begun < PATIENCE, "too slow"

    few = settings(
        max_examples=2 if target.slow else ROUND, deadline=None, database=None,
        phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck),
        print_blob=False,
    )  # fmt: skip
    code = 0
    while time.monotonic() < until:
        rounds += 1
        try:
            seed(rounds)(few(given(mutated(seeds))(holds)))()
        except Exception:
            print(f"found: {keep(name, last)}")
            sys.excepthook(*sys.exc_info())
            code = 1
            break
    print(f"{runs} runs")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3])))
