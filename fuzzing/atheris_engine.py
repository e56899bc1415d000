"""One campaign with atheris: `python -m fuzzing.atheris_engine TARGET SECONDS SEED`."""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["chapterkit"]):
    from fuzzing.campaign import BUILD, FOUND, MEMORY
    from fuzzing.targets import TARGETS

PATIENCE = 20  # seconds for one text
LONGEST = 4_000  # bytes of a text


def main(name: str, seconds: float, seed: int) -> None:
    """Try a target until the time is over or something is found; end the process."""
    target = TARGETS[name]
    corpus = BUILD / "corpus" / name
    laid(corpus, target.seeds())
    options = [
        sys.argv[0], str(corpus), f"-max_total_time={max(1, round(seconds))}",
        f"-seed={seed}", f"-timeout={PATIENCE}",
        f"-rss_limit_mb={MEMORY}", f"-max_len={LONGEST}", f"-artifact_prefix={FOUND / name}/",
        "-print_final_stats=0", "-verbosity=1",
    ]  # fmt: skip
    atheris.Setup(options, lambda data: target.tried(data.decode("utf-8", "replace")))
    atheris.Fuzz()


def laid(corpus: Path, seeds: object) -> None:
    """Lay the texts at hand into the corpus's folder, each under its digest."""
    corpus.mkdir(parents=True, exist_ok=True)
    for text in seeds:  # type: ignore[attr-defined]
        raw = text[:LONGEST].encode("utf-8", "replace")
        (corpus / sha256(raw).hexdigest()[:16]).write_bytes(raw)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
