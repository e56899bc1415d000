"""A number stands in the text that was typed by hand, so nobody can tell where it comes from.

Why: a typed number drifts from its source unseen. A number belongs into a record, with its
source and place, and enters the text as `{{ n.name }}`; in a book a typed number is a problem also
where it happens to be right. In a manuscript without templates it is accepted where the ledger
holds a number of the same value and unit whose source is cited in the same paragraph. A bound or a
vague amount (不到 12%, 上百人) is no value; a record has it as `printed`.

`policy:` of book.yaml says of each kind of number (result, share, money, duration, age, date,
count, size, vague) whether it needs a record (`record`), may be typed where its sentence is cited,
or its paragraph rests on one source (`cite`), or may be typed anywhere (`free`).

Options: `names`, phrases that hold a number but are names (24 点).

Bad:

    强化学习之后成功率升到 15.5%[@demo2025]。

Good:

    强化学习之后成功率升到 [15.0%]{.number data-number="demo.rl"}[@demo2025]。

Good:

    作者用 GPT-4o 在 AIME 2024 上重做了第 5 节的比较。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.ledger import Ledger, Number, dresses, without_unit
from chapterkit.numbers.accounting import Accounted, accounts
from chapterkit.numbers.matching import Claim, backing, nearest_number, same_but_for_words
from chapterkit.text.document import Document

GROUP = "numbers"
SEVERITY = "error"
NEEDS = frozenset[str]()


@dataclass(frozen=True)
class Options:
    """Phrases that hold a number but are names."""

    names: tuple[str, ...] = ()


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for each quantity that nothing backs, and each span not its number."""
    for one in accounts(document, book.ledger, options.names, policy=book.config.policy):
        if one.status == "recorded":
            yield from _check_span(one)
        elif one.status == "matched" and book.chapters:
            yield from _check_typed(one)
        elif one.status == "unsourced" and one.quantity and not one.why:
            yield _unsourced(one, book.ledger)
        elif one.status == "unsourced":
            message = f"“{one.text}”自称是记录过的数，账本里没有它"
            yield _problem(one, message, "改用模板里的 {{ n.… }}")


def _problem(one: Accounted, message: str, hint: str) -> Problem:
    return problem_at(one.block, one.start, one.start + len(one.text), message, hint)


def _unsourced(one: Accounted, ledger: Ledger) -> Problem:
    assert one.quantity is not None
    assert one.claim is not None
    if one.policy == "cite":
        message = f"“{one.text}”这一句没有引文，也没有记录"
        hint = "给这一句加上引文，或把它写进记录，用 {{ n.… }} 引入"
        return _problem(one, message, hint)
    cited = set(one.block.citations())
    numbers = list(ledger.values())
    if said := _said_otherwise(one.claim, [n for n in numbers if n.cite in cited]):
        return _problem(one, *said)
    known = backing(one.claim, numbers)
    if len(known) == 1:
        number = known[0]
        message = f"“{one.text}”像是 {number.id}，这一段却没有引用它的来源 {number.cite}"
        return _problem(one, message, f"引用 {number.cite}，或写成 {{{{ n… }}}} 再引用")
    near = nearest_number(one.quantity, (n for n in numbers if n.cite in cited))
    near = near or nearest_number(one.quantity, numbers)
    hint = f"最接近的是 {near.id}（{near.text}）" if near else "先在记录的 numbers 里写下它和出处"
    return _problem(one, f"“{one.text}”没有记录，查不到出处", hint)


def _said_otherwise(claim: Claim, numbers: Sequence[Number]) -> tuple[str, str] | None:
    """Return message and hint for a recorded value that the words make a bound or vague."""
    bare = same_but_for_words(claim, numbers)
    if not bare or not (claim.said.bound or claim.said.vague):
        return None
    number, word = bare[0], claim.said.word
    if claim.said.bound:
        message = f"正文说“{word}”，{number.id} 却就是 {number.text}"
        return message, f"去掉“{word}”；来源印的就是这样，就在记录里用 printed: 写明"
    message = f"“{claim.quantity.text}”说不准是多少，{number.id} 是 {number.text}"
    return message, f"写成 {number.text}；来源印的就是这样，就在记录里用 printed: 写明"


def _check_typed(one: Accounted) -> Iterator[Problem]:
    """Yield a problem for a number typed in a book though it is recorded.

    Small counts may be, and what the book's policy lets be typed.
    """
    if one.policy in {"cite", "free"}:
        return
    if one.number and one.quantity and not one.quantity.small_count:
        message = f"“{one.text}”是手写的，它是记录过的数 {one.number.id}"
        yield _problem(one, message, f'写成 {{{{ n("{one.number.id}") }}}}')


def _check_span(one: Accounted) -> Iterator[Problem]:
    number = one.number
    if not number or one.text == number.text:
        return
    if one.text not in dresses(number) | without_unit(number):
        message = f"“{one.text}”自称是 {number.id}，那个数是 {number.text}"
        yield _problem(one, message, f"改为 {number.text}，或改用 {{{{ n.… }}}}")
