"""A number stands in the text that was typed by hand, so nobody can tell where it comes from.

Why: a typed number drifts from its source unseen. A number belongs into a record, with its
source and place, and enters the text as `{{ n.name }}`; in a book a typed number is a problem also
where it happens to be right. In a manuscript without templates it is accepted where the ledger
holds a number of the same value and unit whose source is cited in the same paragraph. A bound or a
vague amount (不到 12%, 上百人) is no value; a record has it as `printed`, or the number itself
stands in the same sentence (不足七成，为 62.5%). Another spelling beside a number (0.05‰，即
万分之零点五) is declared by the record: `equals: [万分之零点五]`. A record may stay out of the
text; its numbers serve all the same.

A hint names a record only where the sentence shares words with it (`of:`, `when:`) or cites its
source. What the author tells of himself (写作历时三年) has no source: allow it, with a reason.

`policy:` of book.yaml says of each kind of number (result, share, money, duration, age, date,
count, size, vague) whether it needs a record (`record`), may be typed where its sentence is cited,
or its paragraph rests on one source (`cite`), or may be typed anywhere (`free`).

Options: `names`, phrases that hold a number but are names (24 点).

Bad:

    强化学习之后成功率升到 15.5%[@demo2025]。

Good:

    强化学习之后成功率升到 {{ n("demo.rl") }}[@demo2025]。

Good:

    作者用 GPT-4o 在 AIME 2024 上重做了第 5 节的比较。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.ledger import Number, dresses, in_tables
from chapterkit.numbers.accounting import Accounted, accounts
from chapterkit.numbers.matching import Claim, backing, same_but_for_words
from chapterkit.numbers.policy import kind_of
from chapterkit.numbers.proposing import (
    cited_there,
    meant,
    nearest_meant,
    sentence_round,
    speaks_of,
    stands_there,
)
from chapterkit.numbers.saying import but_for_bound
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
            yield from _check_typed(one, book)
        elif one.status == "unsourced" and one.quantity and not one.why:
            yield _unsourced(one, book)
        elif one.status == "unsourced":
            message = f"“{one.text}”自称是记录过的数，账本里没有它"
            yield _problem(one, message, "改用模板里的 {{ n.… }}")


def _problem(one: Accounted, message: str, hint: str) -> Problem:
    return problem_at(one.block, one.start, one.start + len(one.text), message, hint)


def _unsourced(one: Accounted, book: Book) -> Problem:
    assert one.claim is not None
    if one.policy == "cite":
        message = f"“{one.text}”这一句没有引文，也没有记录"
        hint = f"给这一句加上引文，或把它写进记录，用 {{{{ n.… }}}} 引入；{_OWN}"
        return _problem(one, message, hint)
    if not book.ledger:
        return _unknown(one, one.claim, book)
    cited, numbers = set(one.block.citations()), list(book.ledger.values())
    if said := _said_otherwise(one, one.claim, book.ledger.citing(cited), book):
        return _problem(one, *said)
    if number := meant(one.block, one.claim, numbers):
        message = f"“{one.text}”像是 {number.id}，这一段却没有引用它的来源 {number.cite}"
        quoted = f"在这一句引用 {number.cite}"
        hint = f"写成 {_call(number)}，并{quoted}" if book.chapters else quoted
        return _problem(one, message, hint)
    return _unknown(one, one.claim, book)


def _unknown(one: Accounted, claim: Claim, book: Book) -> Problem:
    """Return that no record has a number, and where it may come from."""
    near = nearest_meant(one.block, claim, [*book.ledger.values()]) if book.ledger else None
    hint = "先"
    if near:
        instead = f"写成 {_call(near)}" if book.chapters else f"改为 {near.text}"
        hint = f"最接近的是 {near.id}（{near.text}，{near.measured}）：是它就{instead}；不是它，就"
    if book.chapters:
        hint += "在记录的 numbers 里写下它和出处（记录不必放进正文），再用 {{ n.… }} 写出来"
    else:
        hint += "在账本（--ledger）的 numbers 里写下它和出处，并在这一段引用那个出处"
    if not one.block.citations():
        hint += f"；{_OWN}"
    elif book.chapters:
        hint += f"；有引文就够的，在 book.yaml 写 {_policy(one, claim, book)}"
    return _problem(one, f"“{one.text}”没有记录，查不到出处", hint)


def _call(number: Number) -> str:
    """Return what an author writes to have a number printed."""
    return f'{{{{ n("{number.id}") }}}}'


def _policy(one: Accounted, claim: Claim, book: Book) -> str:
    """Return what book.yaml says where a number of this kind may be typed and cited."""
    kind = one.kind or kind_of(claim.quantity, one.block.text, book.ledger.units)
    return f"policy: {{{kind}: cite}}"


_OWN = "作者自己的事，在段前写 <!-- chapterkit: allow unsourced-number: 理由 -->"
_PRINTS = "来源印的就是这样，在记录里用 printed: 写明"


def _said_otherwise(
    one: Accounted, claim: Claim, numbers: Sequence[Number], book: Book
) -> tuple[str, str] | None:
    """Return message and hint for a recorded value that the words make a bound or vague."""
    if not (claim.said.bound or claim.said.vague):
        return None
    sentence, cited = sentence_round(one.block, claim), cited_there(one.block, one.start)
    number = next(
        (
            number
            for number in same_but_for_words(claim, numbers)
            if number.cite in cited or speaks_of(sentence, number)
        ),
        None,
    )
    if number is None:
        return None
    if claim.said.bound:
        message = f"正文说“{claim.said.word}”，{number.id} 却就是 {number.text}"
        written = f"写成 {_call(number)}，" if book.chapters else ""
        return message, written + but_for_bound(claim.said.word)
    message = f"“{claim.quantity.text}”说不准是多少，{number.id} 是 {number.text}"
    return message, f"写明是 {_call(number) if book.chapters else number.text}；{_PRINTS}"


def _check_typed(one: Accounted, book: Book) -> Iterator[Problem]:
    """Yield a problem for a number typed in a book though it is recorded.

    Small counts may be, and what the book's policy lets be typed; and what says in other words
    what the number says that stands in the same sentence.
    """
    claim, quantity = one.claim, one.quantity
    if one.policy in {"cite", "free"} or not claim or not quantity or quantity.small_count:
        return
    cited = set(one.block.citations())
    fitting = backing(claim, book.ledger.citing(cited))
    beside = stands_there(one.block, one.start, fitting)
    if _is_loose(claim):
        if not beside and not any(_is_printed(number, one) for number in fitting):
            yield _loosely_typed(one, claim, fitting, book)
    elif beside:
        if not _declares(beside, one):
            yield _problem(one, *_said_twice(one, beside))
    elif number := meant(one.block, claim, fitting):
        message = f"“{one.text}”是手写的，它是记录过的数 {number.id}"
        yield _problem(one, message, f"写成 {_call(number)}")
    else:
        yield _maybe(one, claim, fitting, book)


def _is_loose(claim: Claim) -> bool:
    said = claim.said
    return bool(said.about or said.vague or (said.bound and not claim.sets_limit))


def _is_printed(number: Number, one: Accounted) -> bool:
    return one.text in (number.model.printed or "") and one.text not in dresses(number)


def _declares(number: Number, one: Accounted) -> bool:
    """Tell whether a record says that its number equals what is typed."""
    typed = "".join(one.text.split())
    return any(typed in "".join(said.split()) for said in number.model.equals)


def _loosely_typed(one: Accounted, claim: Claim, fitting: Sequence[Number], book: Book) -> Problem:
    """Return that 约 12%, 不足七成 is typed: near a recorded number, and not the number."""
    if claim.said.bound or claim.said.vague:
        message = f"“{claim.said.word}{one.text}”是手写的，句中没有写出是多少"
        return _problem(one, message, f"在同一句用 {{{{ n.… }}}} 写出这个数；{_PRINTS}")
    sentence, cited = sentence_round(one.block, claim), cited_there(one.block, one.start)
    number = next((n for n in fitting if n.cite in cited or speaks_of(sentence, n)), None)
    if number is None:
        return _unknown(one, claim, book)
    message = f"约数“{one.text}”是手写的，与 {number.id}（{number.text}，{number.measured}）相近"
    dress = f'写成 {{{{ n("{number.id}") | approx }}}}'
    return _problem(one, message, f"说的就是它，{dress}，或在同一句写出这个数；{_PRINTS}")


def _said_twice(one: Accounted, number: Number) -> tuple[str, str]:
    """Return message and hint for a number that its own sentence says once more."""
    message = f"“{one.text}”是手写的，句中已有同样大小的 {number.id}（{number.text}）"
    hint = f"同一个数的另一种写法，在记录里用 equals: [{one.text}] 写明；是另一个数，另写一条记录"
    return message, hint


def _maybe(one: Accounted, claim: Claim, fitting: Sequence[Number], book: Book) -> Problem:
    """Return that a number is typed, and which one of the sentence's source has its value."""
    cited = cited_there(one.block, one.start)
    same = [number for number in fitting if number.cite in cited]
    if len(same) != 1:
        return _unknown(one, claim, book)
    number = same[0]
    message = f"“{one.text}”是手写的；{number.id}（{number.measured}）的值与它相同"
    hint = f"说的就是{number.of}，写成 {_call(number)}；不是，另写一条记录，连同出处"
    return _problem(one, message, hint)


def _check_span(one: Accounted) -> Iterator[Problem]:
    number = one.number
    if not number or one.text == number.text:
        return
    if one.text not in dresses(number) | in_tables(number):
        message = f"“{one.text}”自称是 {number.id}，那个数是 {number.text}"
        yield _problem(one, message, f"改为 {number.text}，或改用 {{{{ n.… }}}}")
