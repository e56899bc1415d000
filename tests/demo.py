"""A demonstration ledger, and rules run over texts of a few lines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from chapterkit.bibliography import load_bibliography
from chapterkit.book import Book
from chapterkit.build import parsed
from chapterkit.config import Config
from chapterkit.ledger import Ledger, numbers_of
from chapterkit.lint import Problem, Rule
from chapterkit.origins import rendered_plainly
from chapterkit.records import read_ledger_file
from chapterkit.verify.lock import Entry

HERE = Path(__file__).parent


def ledger_of(text: str) -> Ledger:
    entries = read_ledger_file(text, "ledger.yaml")
    models = {name: model for name, (model, _) in entries.items()}
    return Ledger(numbers_of("", models, {name: at for name, (_, at) in entries.items()}))


def demo_book() -> Book:
    numbers = ledger_of((HERE / "rules" / "ledger.yaml").read_text("utf-8"))
    # The examples of the rules' pages name their numbers as in a book: demo.rl.
    ledger = Ledger(dict(numbers) | {f"demo.{name}": number for name, number in numbers.items()})
    sources = load_bibliography(HERE / "rules" / "refs.bib", "refs.bib")
    return Book(Config.model_construct(root=Path()), {}, sources, ledger, {}, ())


BOOK = demo_book()
VERIFIED = Entry(
    "rate", "verified", "3.4", "%", "demo2025", "图 6", "图 6", sha256="0" * 64, date="2025-01-01"
)


def problems_of(rule: Rule, text: str) -> list[Problem]:
    """Run a rule over Markdown; a text that is a record's numbers is its ledger instead."""
    if text.startswith("numbers:"):
        document = parsed(rendered_plainly("", "case.md"))
        book = replace(BOOK, ledger=ledger_of(text), lock={"rate": VERIFIED})
    else:
        document, book = parsed(rendered_plainly(text, "case.md")), BOOK
    return sorted(rule.check(document, book, rule.options()))
