"""Labelled sentences, round trips and blow-ups for the grammar of quantities."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from chapterkit.quantities import (
    Quantity,
    find_quantities,
)

CASES = Path(__file__).parent / "quantities"
MARK = re.compile(r"⟦([^⟧]*)⟧|⟨([^⟩]*)⟩|⟪([^⟫]*)⟫")
GOAL = 0.97


@dataclass(frozen=True)
class Label:
    start: int
    end: int
    small: bool
    expected: str | None


@dataclass(frozen=True)
class Sentence:
    where: str
    text: str
    labels: tuple[Label, ...]
    either: tuple[tuple[int, int], ...]


def read_sentence(line: str, where: str) -> Sentence:
    """A labelled line: the plain text, the quantities in it, and what may go either way."""
    plain, last = "", 0
    labels: list[Label] = []
    either: list[tuple[int, int]] = []
    for match in MARK.finditer(line):
        plain += line[last : match.start()]
        last = match.end()
        if match[3] is not None:
            either.append((len(plain), len(plain) + len(match[3])))
            plain += match[3]
            continue
        small = match[2] is not None
        body, sign, expected = (match[2] if small else match[1]).partition("=")
        labels.append(Label(len(plain), len(plain) + len(body), small, expected if sign else None))
        plain += body
    return Sentence(where, plain + line[last:], tuple(labels), tuple(either))


def sentences(path: Path) -> list[Sentence]:
    return [
        read_sentence(line, f"{path.name}:{number}")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if line and not line.startswith("//")
    ]


FILES = sorted(CASES.glob("*.txt"))


def written(quantity: Quantity) -> str:
    """Value and unit in the notation of the labels."""
    value = quantity.value
    if value is None:
        return "?"
    if isinstance(value, tuple):
        return "~".join(f"{end:f}" for end in value)
    return f"{value:f}"


def judge(sentence: Sentence) -> tuple[int, list[str], list[str]]:
    """How many labels were hit, and what was missed and wrongly found."""
    found = {(q.start, q.end): q for q in find_quantities(sentence.text)}
    hits, missed, wrong = 0, [], []
    for label in sentence.labels:
        quantity = found.pop((label.start, label.end), None)
        body = sentence.text[label.start : label.end]
        if quantity is None or quantity.small_count != label.small:
            missed.append(f"{sentence.where}: missed {body!r} in {sentence.text}")
        elif label.expected is not None and not as_expected(quantity, label.expected):
            got = f"{written(quantity)} {quantity.unit}"
            missed.append(f"{sentence.where}: {body!r} is {label.expected}, read as {got}")
        else:
            hits += 1
    for (start, end), quantity in found.items():
        if not any(start < e and s < end for s, e in sentence.either):
            wrong.append(f"{sentence.where}: found {quantity.text!r} in {sentence.text}")
    return hits, missed, wrong


def as_expected(quantity: Quantity, expected: str) -> bool:
    value, _, unit = expected.partition(" ")
    return written(quantity) == value and (not unit or quantity.unit == unit)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_labelled_sentences(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hits, missed, wrong = 0, [], []
    for sentence in sentences(path):
        h, m, w = judge(sentence)
        hits, missed, wrong = hits + h, missed + m, wrong + w
    precision = hits / (hits + len(wrong)) if hits + len(wrong) else 1.0
    recall = hits / (hits + len(missed)) if hits + len(missed) else 1.0
    quiet = len(wrong) / max(1, len(sentences(path)))
    with capsys.disabled():
        print(
            f"\n  {path.stem}: {len(sentences(path))} sentences, {hits} found, "
            f"precision {precision:.3f}, recall {recall:.3f}"
        )
    problems = "\n".join(missed + wrong)
    assert recall >= GOAL and (precision >= GOAL or (hits < 5 and quiet <= 1 - GOAL)), problems


def test_there_are_enough_sentences() -> None:
    assert sum(len(sentences(path)) for path in FILES) >= 420
