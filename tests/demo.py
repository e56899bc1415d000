"""A demonstration ledger, and rules run over texts of a few lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from chapterkit.errors import Origin
from chapterkit.formats import AnyPrinting, Format
from chapterkit.lint import Problem, Rule, Run, lint
from chapterkit.lint.baseline import Entry, compared, fingerprint
from chapterkit.lint.engine import EDITION, Leftovers, at_hand, make_options, reviewed
from chapterkit.manuscript.bibliography import parse_bibliography
from chapterkit.manuscript.book import Book, Chapter
from chapterkit.manuscript.config import BookModel, Config, LintConfig
from chapterkit.manuscript.exhibited import Exhibit, declared, exhibits_of
from chapterkit.manuscript.exhibits import ExhibitsModel
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.ledger import Ledger, Number, make_ledger, numbers_of
from chapterkit.manuscript.lock import Entry as Locked
from chapterkit.manuscript.lock import sealed, value_of
from chapterkit.manuscript.records import Record, RecordModel, read_ledger_file
from chapterkit.manuscript.removals import Removal
from chapterkit.manuscript.terms import Terms, TermsModel
from chapterkit.manuscript.yamlfile import YamlFile, read_yaml, validated
from chapterkit.numbers.matching import Claim
from chapterkit.pipeline import Subject, numbered, read
from chapterkit.pipeline.editions import in_region
from chapterkit.printing import Written, printed
from chapterkit.quantities import find_in_plain
from chapterkit.revision.difference import difference
from chapterkit.revision.losses import Losses, unsigned
from chapterkit.revision.paragraphs import State
from chapterkit.text.document import Document
from chapterkit.text.exhibits import placing, with_exhibits, with_placed
from chapterkit.text.origins import mark, rendered_plainly, without_marks
from chapterkit.text.sentences import identity

HERE = Path(__file__).parent
PICTURES = Disk(HERE / "data" / "pictures")


def written(
    printing: AnyPrinting, formats: Sequence[Format[Any]], output: Path, jobs: int = 2
) -> list[Written]:
    """Write a chapter, or a book, in those formats that make files of it."""
    wanted = [(one, printing) for one in formats if one.serves(printing.scope)]
    return printed(wanted, output / printing.name, jobs)


def parse_yaml(text: str, path: str) -> YamlFile:
    """Return what stands in a YAML text; raise ChapterkitError that tells all that is wrong."""
    file = read_yaml(text, path)
    validated(file, lambda data: data, "")
    return file


def ledger_of(text: str) -> Ledger:
    entries = read_ledger_file(text, "ledger.yaml")
    models = {name: model for name, (model, _) in entries.items()}
    return Ledger(numbers_of("", models, {name: at for name, (_, at) in entries.items()}))


def claims_in(text: str) -> list[Claim]:
    """Return the quantities of a text, each with the words round it."""
    return [Claim(found, text) for found in find_in_plain(text)]


def claim_in(text: str) -> Claim:
    [claim] = claims_in(text)
    return claim


def demo_book() -> Book:
    numbers = ledger_of((HERE / "rules" / "ledger.yaml").read_text("utf-8"))
    # The examples of the rules' pages name their numbers as in a book: demo.rl.
    ledger = Ledger(dict(numbers) | {f"demo.{name}": number for name, number in numbers.items()})
    sources = parse_bibliography((HERE / "rules" / "refs.bib").read_text("utf-8"), "refs.bib")
    text = (HERE / "rules" / "exhibits.yaml").read_text("utf-8")
    exhibits, made = exhibits_in(parse_yaml(text, "exhibits.yaml"), {}, ledger)
    return Book(
        Config.partly(), {}, sources, Ledger({**ledger, **made}), {}, (), exhibits=exhibits, folder=PICTURES
    )  # fmt: skip


def exhibits_in(
    file: YamlFile, records: dict[str, Record], ledger: Ledger
) -> tuple[dict[str, Exhibit], dict[str, Number]]:
    """Return the exhibits of a file and of records, and the numbers that are computed for them."""
    files = [(ExhibitsModel.model_validate(file.data), file)] if file.data else []
    return exhibits_of(declared(records, files), ledger)


def read_case(text: str, book: Book) -> Document:
    """Return the document of a case, exhibits placed by their calls."""
    calls = re.compile(r"""\{\{ (table|chart|flow|ref|n)\("([^"]*)"\) \}\}""")
    if not calls.search(text):
        return read(rendered_plainly(text, "case.md"))

    def given(found: re.Match[str]) -> str:
        call, name = found.groups()
        if call == "ref":
            return f"[它](#{name})"
        if call == "n":
            return f'[{book.ledger[name].text}]{{.number data-number="{name}"}}'
        return str(placing(call, name))  # type: ignore[arg-type]

    lines = [
        f"{mark(Origin('case.md', number), True)}{calls.sub(given, line)}" if line else ""
        for number, line in enumerate(text.split("\n"), 1)
    ]
    document = read(without_marks(with_placed("\n".join(lines), book)))
    return replace(document, tree=with_exhibits(document, book.exhibits))


BOOK = demo_book()
VERIFIED = sealed(
    Locked(
        "rate",
        "verified",
        "3.4",
        "%",
        "demo2025",
        "图 6",
        (),
        "图 6",
        "0" * 64,
        "2025-01-01",
        line=1,
    )
)


def problems_of(rule: Rule, text: str) -> list[Problem]:
    """Run a rule over Markdown; a text that is a record's numbers is its ledger instead.

    Markdown may begin with the book that the rule is to know, as YAML between two lines of ---:
    `exhibits` (what a file of book/exhibits holds), `records` (by slug; slug, title, part and sources may be left out), `bibliography` (BibTeX),
    `terms`, `lock` (number → status, or [status, value] as it was when verified, or the fields
    of its entry that were changed after it was sealed),
    `others` (texts of other chapters by slug, numbered from 8; `before` is chapter 6; as the
    plan of the book has them where it lists them all),
    `accepted` (what a baseline accepts: rule and sentence), the keys of book.yaml, and the
    rule's `options`. Line numbers count from the top of the case. Rules that compare two states of
    a book have those in their cases: see `losses_in`.
    """
    if text.startswith("numbers:"):
        document = read(rendered_plainly("", "case.md"))
        book = replace(BOOK, ledger=ledger_of(text), lock={"rate": VERIFIED})
        return _checked(rule, document, book, {})
    if rule.group == "changes":
        return losses_in(rule, text)
    book, options, start = BOOK, {}, 0
    accepted: tuple[Entry, ...] = ()
    if text.startswith("---\n"):
        start = text.index("\n---\n") + 5
        head = parse_yaml(text[:start].replace("---\n", "\n"), "case.md").data
        options = head.pop("options", {})
        accepted = tuple(_accepted(one) for one in head.pop("accepted", ()))
        book = book_of(head)
    blank = "\n" * text.count("\n", 0, start)
    document = read_case(blank + text[start:], book)
    if chapter := next((one for one in book.chapters if one.slug == "case"), None):
        document = numbered(Subject("case.md", book, chapter), document)
    if EDITION in rule.needs and book.config.editions:
        made = in_region(book, book.config.editions[0])
        subject, document = made.converted(Subject("case.md", book, chapter), document)
        book = subject.book
    if accepted:
        run = Run(book.config, at_hand(book))
        _, surplus = compared(lint(document, book, run), accepted, {"case.md"})
        unneeded = tuple((entry.origin, f"{entry.rule}：{entry.text}") for entry in surplus)
        return sorted(
            problem
            for problem in reviewed(Leftovers(stale=unneeded), run)
            if problem.rule == rule.name
        )
    return _checked(rule, document, book, options)


_STATES = re.compile(
    r"^（改前）\n(?P<old>.*?)^（改后(?P<verified>，核对过)?）\n(?P<new>.*?)(?=^（改前）|\Z)",
    re.M | re.S,
)


def losses_in(rule: Rule, text: str) -> list[Problem]:
    """Return what a rule says of what was lost between the states in a text, pair by pair.

    Behind （改前） stands the text, or the numbers of the ledger, as it was, behind （改后） as it
    is; where the lock is renewed, （改后，核对过）. The head may have `keep`, `options`, and
    `removals`, each with the rule and the words of the paragraph that is signed off.
    """
    head = {}
    if text.startswith("---\n"):
        head = parse_yaml(text[: text.index("\n---\n") + 5].replace("---\n", "\n"), "case.md").data
    added = tuple(
        Removal(
            one["rule"], identity(one["words"]), one["words"], "重复", "甲", "", Origin("case.md")
        )
        for one in head.get("removals", ())
    )
    options = {rule.name: head["options"]} if "options" in head else {}
    config = Config.partly(lint=LintConfig(options=options))
    run = Run(config, frozenset({"book"}))
    problems: list[Problem] = []
    for pair in _STATES.finditer(text):
        old = _state(text, pair, "old", verified=False)
        new = _state(text, pair, "new", verified=bool(pair["verified"]))
        losses = Losses(difference(old, new), frozenset(head.get("keep", ()))).all()
        known = {(one.rule, one.what) for one in losses}
        needless = tuple(one for one in added if one.key not in known)
        left = unsigned(losses, {one.key for one in added})
        problems += reviewed(Leftovers(losses=tuple(left), needless=needless), run)
    return sorted(one for one in problems if one.rule == rule.name)


def _state(text: str, pair: re.Match[str], which: str, *, verified: bool) -> State:
    above, body = text[: pair.start(which)], pair[which]
    blank = "\n" * above.count("\n")
    book = replace(BOOK, chapters=(Chapter("case", "7", "case.md", ""),))
    if "numbers:" in body:
        ledger = ledger_of(blank + body)
        lock = {id: _renewed(one) for id, one in ledger.items()} if verified else {}
        book, body = replace(book, ledger=ledger, lock=lock), ""
    document = read_case(blank + body, book)
    return State(which, book, {"case": document})


def _renewed(number: Number) -> Locked:
    return sealed(
        replace(
            VERIFIED,
            number=number.id,
            value=value_of(number),
            unit=number.unit,
            cite=number.cite,
            at=number.at or "",
        )
    )


def _accepted(one: dict[str, str]) -> Entry:
    problem = Problem(Origin("case.md"), "", context=one["sentence"])
    return Entry(
        one["rule"], fingerprint(problem), int(one.get("times", 1)), "case.md", one["sentence"], "旧稿",
        Origin("baseline.yaml", int(one.get("line", 1))),
    )  # fmt: skip


def _checked(rule: Rule, document: Document, book: Book, options: dict[str, Any]) -> list[Problem]:
    if rule.check:
        return sorted(rule.check(document, book, make_options(rule, options)))
    everything = lint(document, book, Run(book.config, at_hand(book)))
    return [problem for problem in everything if problem.rule == rule.name]


def book_of(head: dict[str, Any]) -> Book:
    """Return a book of one chapter with the records, terms, sources and settings of a case."""
    records = {slug: _record(slug, data or {}) for slug, data in head.pop("records", {}).items()}
    bibliography = dict(BOOK.bibliography)
    if "bibliography" in head:
        bibliography = parse_bibliography(head.pop("bibliography"), "refs.bib")
    locked, others = head.pop("lock", None), head.pop("others", {})
    terms = None
    if "terms" in head:
        data = head.pop("terms")
        terms = Terms(TermsModel.model_validate(data), YamlFile("terms.yaml", data, {}))
    drawn = YamlFile("exhibits.yaml", head.pop("exhibits", None), {})
    settings = {
        "title": "书", "author": "人", "identifier": "urn:x",
        "chapters": [{"slug": "case", "number": "7", "file": "case.md"}],
    } | head  # fmt: skip
    config = Config.partly(**vars(TypeAdapter(BookModel).validate_python(settings)))
    ledger = make_ledger(records, config.wording, config.unit_table) if records else BOOK.ledger
    chapters = [
        _chapter(slug, 6 if slug == "before" else place, text)
        for place, (slug, text) in enumerate(others.items(), 8)
    ]
    chapters.append(_chapter("case", 7, "", tuple((slug, 0) for slug in records)))
    plan = {one.slug: one for one in config.plan}
    if plan.keys() >= {one.slug for one in chapters}:
        chapters = [
            replace(one, number=(own := plan[one.slug]).number, label=own.label, role=own.role)
            for one in sorted(chapters, key=lambda one: [*plan].index(one.slug))
        ]
    else:
        chapters.sort(key=lambda one: int(one.number))
    exhibits, computed = exhibits_in(drawn, records, ledger)
    ledger = Ledger({**ledger, **computed}, ledger.units)
    lock = None if locked is None else {id: _locked(ledger, id, as_) for id, as_ in locked.items()}
    return Book(
        config, records, bibliography, ledger, {}, tuple(chapters), lock, terms,
        exhibits=exhibits, folder=PICTURES,
    )  # fmt: skip


def _chapter(
    slug: str, number: int, text: str, placed: tuple[tuple[str, int], ...] = ()
) -> Chapter:
    return Chapter(slug, str(number), f"{slug}.md", text, placed, f"第 {number} 章")


def _locked(ledger: Ledger, id: str, given: Any) -> Locked:
    forged: dict[str, Any] = {}
    if isinstance(given, dict):
        forged, given = given, "verified"
    number = ledger.get(id) or next(iter(ledger.values()))
    status: Any
    status, value = (given, value_of(number)) if isinstance(given, str) else given
    entry = Locked(
        id, status, value, number.unit, number.cite, number.at or "", tuple(number.model.near),
        "图 6", sha256="0" * 64, date="2025-01-01",
    )  # fmt: skip
    return replace(sealed(entry), **forged)


def _record(slug: str, data: dict[str, Any]) -> Record:
    filled = {"slug": slug, "title": slug, "part": "rl", "sources": ["demo2025"]} | data
    return Record(RecordModel.model_validate(filled), YamlFile(f"{slug}.yaml", filled, {}))
