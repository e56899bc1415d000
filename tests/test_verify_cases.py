"""Sources as people have them, and what of records stands in them: the cases in verify/cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from chapterkit.manuscript.ledger import Ledger, numbers_of
from chapterkit.manuscript.records import read_ledger_file
from chapterkit.numbers.verify.check import verify
from chapterkit.showing import as_json

CASES = Path(__file__).parent / "verify" / "cases"


def cases() -> Iterator[tuple[str, str, list[str], bool]]:
    """Yield source, suffix, record (value, unit, place, near words), and whether it is verified."""
    for path in sorted(CASES.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text("utf-8")):
            for word in ("verified", "refused"):
                for record in case.get(word, ()):
                    yield case["source"], case.get("suffix", ".txt"), record, word == "verified"


def named(case: object) -> str:
    return " ".join(case) if isinstance(case, list) else ""


@pytest.mark.parametrize(("source", "suffix", "record", "verified"), list(cases()), ids=named)
def test_what_stands_in_a_source(
    source: str, suffix: str, record: list[str], verified: bool, tmp_path: Path
) -> None:
    value, unit, at, near = record
    words = as_json([word.strip() for word in near.split(",")])
    fields = (
        f"value: {value}, unit: {as_json(unit)}, of: 量, cite: k, at: {as_json(at)}, near: {words}"
    )
    models = read_ledger_file(f"numbers:\n  x: {{{fields}}}\n", "ledger.yaml")
    ledger = Ledger(
        numbers_of(
            "",
            {name: model for name, (model, _) in models.items()},
            {name: origin for name, (_, origin) in models.items()},
        )
    )
    (tmp_path / f"k{suffix}").write_text(source, "utf-8")
    result = verify(ledger, tmp_path).numbers[0]
    assert (result.status == "verified") == verified, result
    assert verified or result.why
