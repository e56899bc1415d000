"""Walk through a text once, read every numeral in it, and say how each quantity is meant."""

# ruff: noqa: PLR0911 (a judgement is a list of cases, each with its own answer)

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from chapterkit.quantities import exemptions, identifiers, law
from chapterkit.quantities.amounts import DIGIT, HAN_DIGITS, NUMERAL_CHARACTERS, digits_at
from chapterkit.quantities.english import english_quantities
from chapterkit.quantities.han import read_doubling, read_han
from chapterkit.quantities.masking import masked
from chapterkit.quantities.model import REASONS, Base, Draft, Exempt, Quantity, Skip
from chapterkit.quantities.numerals import decimal_or_none
from chapterkit.quantities.phrases import SIGNED_AFTER, quantity_at
from chapterkit.quantities.traditional import simplified
from chapterkit.quantities.units import STANDARD, Units, active, reading, unit_at
from chapterkit.quantities.wordlists import by_first_character, sections

_CANDIDATE = re.compile(f"[0-9半翻{NUMERAL_CHARACTERS}]|加(?=倍)")
_FULL_WIDTH = "０１２３４５６７８９％"
_FULL_WIDTH_SIGN = "～－﹣＋‐‑"
_FULL_WIDTH_COMMA = re.compile("(?<=[０-９])，(?=[０-９]{3}(?![０-９]))")
_SIGNS: dict[int, int | str] = {
    ord(wide): narrow for wide, narrow in zip(_FULL_WIDTH_SIGN, "~--+--", strict=True)
}
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("～"): "~", ord("￥"): "¥"}
for _kept in "，；！？（）：":
    _NARROW.pop(ord(_kept), None)
_ENGLISH_HINT = re.compile("[A-Za-z]{3}")
_AFTER_ONE = frozenset("十百千万亿倍成半比点个二三两分到至~～–-")
_DOUBLES = exemptions.PHRASES.doubles("一")
_CONTEXT = sections("context.txt")
_ROLES = ("approximate", "change", "comparison")
_AFTER = by_first_character(_CONTEXT["after"])
_POINT_AFTER = frozenset("=<>≈ (（")
_SIZE_NAME = frozenset("23456")


def _by_last_characters() -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for role in _ROLES:
        for word in sorted(_CONTEXT[role], key=len, reverse=True):
            found.setdefault(word[-2:], []).append((role, word))
    return {key: tuple(group) for key, group in found.items()}


_BEFORE = _by_last_characters()
_BEFORE_ENDS = frozenset(word[-1] for word in _BEFORE)


def find_quantities(text: str, units: Units = STANDARD) -> list[Quantity]:
    """Every quantity in a stretch of inline Markdown, in order and without overlaps.

    Code, formulas, citations, link targets, tags and attributes are skipped; offsets are into the
    text as given; `units` are those of the book.

    >>> [(q.text, q.value, q.unit) for q in find_quantities("准确率从 11.5% 升到 15.0%。")]
    [('11.5%', Decimal('11.5'), '%'), ('15.0%', Decimal('15.0'), '%')]
    >>> [q.text for q in find_quantities("实验 7.4 里，`x = 3` 用了十七个样本 [@li2024, 图 6]。")]
    ['十七个']
    """
    with reading(units):
        return [found for found in _scan(text, masked(text)) if isinstance(found, Quantity)]


def find_in_plain(text: str, units: Units = STANDARD) -> list[Quantity]:
    """The same for text without markup (U+FFFC stands for what was taken out).

    >>> [q.text for q in find_in_plain("约两成的样本，三天")]
    ['两成', '三天']
    """
    with reading(units):
        return [found for found in _scan(text, text) if isinstance(found, Quantity)]


def explain(text: str, units: Units = STANDARD) -> list[Exempt]:
    """Every numeral that was looked at and exempted, with the policy's code and the reason.

    >>> [(e.text, e.why) for e in explain("统一用第三章的 GPT-4o 做四个任务")]
    [('统一', 'E5'), ('三章', 'E2'), ('GPT-4o', 'E1'), ('四个', 'small-count')]
    """
    found: list[Exempt] = []
    with reading(units):
        items = list(_scan(text, masked(text), explaining=True))
    for item in items:
        if isinstance(item, Exempt):
            found.append(item)
        elif item.small_count:
            reason = REASONS["small-count"]
            found.append(Exempt(item.start, item.end, item.text, "small-count", reason))
    return found


def _scan(original: str, text: str, *, explaining: bool = False) -> Iterator[Quantity | Exempt]:
    plain = simplified(_narrowed(text))
    words = english_quantities(plain) if _ENGLISH_HINT.search(plain) else []
    next_word = 0
    last = 0
    for item in _numerals(plain, explaining):
        while next_word < len(words) and words[next_word].start < item.start:
            draft = words[next_word]
            next_word += 1
            if draft.start >= last and (draft.end <= item.start or draft.shape == "fraction"):
                last = draft.end
                yield _finished(original, plain, draft)
        if item.start < last:
            continue
        if isinstance(item, Draft) and _is_corner(plain, item):
            continue
        last = item.end
        if isinstance(item, Draft):
            yield _finished(original, plain, item)
        elif explaining:
            why = item.why
            yield Exempt(item.start, item.end, original[item.start : item.end], why, REASONS[why])
    for draft in words[next_word:]:
        if draft.start >= last:
            last = draft.end
            yield _finished(original, plain, draft)


def _is_corner(text: str, draft: Draft) -> bool:
    """Tell whether 两角 are corners or angles, no money."""
    return (
        draft.unit == "角"
        and text[draft.start] in HAN_DIGITS
        and not exemptions.is_price(text, draft.start)
    )


def _narrowed(text: str) -> str:
    """Full-width digits and signs made ASCII, one character for one."""
    if not any(digit in text for digit in _FULL_WIDTH):
        return text.translate(_SIGNS) if any(sign in text for sign in _FULL_WIDTH_SIGN) else text
    return _FULL_WIDTH_COMMA.sub(",", text).translate(_NARROW | _SIGNS)


def _numerals(text: str, explaining: bool) -> Iterator[Draft | Skip]:
    """Each numeral in Arabic digits or Chinese characters, read from left to right."""
    search = _CANDIDATE.search
    after_one = _AFTER_ONE | active().measure_starts
    floor = at = 0
    base: Base | None = None
    while (match := search(text, at)) is not None:
        at = match.start()
        first = text[at]
        if first == "零" and text[at + 1 : at + 2] == "下":  # a sign: the number reaches back
            at += 1
            continue
        if first == "千" and text[at - 1 : at] == "每" and unit_at(text, at):  # 每千克
            at += 1
            continue
        found: Draft | Skip | None
        if first == "一" and text[at + 1 : at + 2] not in after_one:
            if not explaining and text[at : at + 2] not in _DOUBLES:
                at += 1
                continue
            found = read_han(text, at, floor)
        elif first in DIGIT:
            found = read_digits(text, at, floor)
        elif first in "翻加":
            found = read_doubling(text, at)
        else:
            found = read_han(text, at, floor)
        if found is None:
            at += 1
            continue
        if base is not None:
            if not (type(found) is Draft and _reckon(text, base, found)):
                yield base
            base = None
        if type(found) is Base:
            base = found
        else:
            yield found
        floor = at = found.end if found.end > at else at + 1
    if base is not None:
        yield base


def _reckon(text: str, base: Base, found: Draft) -> bool:
    """Take the base of a rate that stands right before it into the quantity: 每 10 万人 7 例."""
    between = found.start - base.end
    if between > 1 or (between and text[base.end] != " ") or "/" in found.unit:
        return False
    found.start = text.rindex("每", 0, base.start)
    if not found.unit and text[found.end : found.end + 2].lstrip()[:1] == "起":
        found.end = text.index("起", found.end) + 1
        found.unit = "起"
    found.unit += "/" + text[base.start : base.end]
    return True


def read_digits(text: str, at: int, floor: int) -> Draft | Skip:
    """What the Arabic number at `at` is: names, places and dates first, then amounts."""
    skip = _within_word(text, at, floor) if at > floor else None
    if skip is not None:
        return skip
    skip = (
        law.cited(text, at)
        or exemptions.rate_base(text, at, floor)
        or identifiers.identified(text, at, floor)
        or exemptions.fixed_form(text, at, floor)
    )
    if skip is None and exemptions.ordinal_before(text, at, floor):
        end, why = exemptions.ordinal_end(text, at)
        skip = Skip(at, end, why)
    skip = (
        skip
        or exemptions.labelled(text, at, floor)
        or exemptions.parenthesised(text, at, floor)
        or exemptions.numbered(text, at, floor)
    )
    if skip is not None:
        return skip
    amount = digits_at(text, at)
    if amount and " " in text[at : amount.end] and exemptions.named_before(text, at, floor):
        amount = digits_at(text, at, blanks=False)
    if amount is None:  # pragma: no cover - a digit always begins a number
        return Skip(at, at + 1, "E9")
    if (
        amount.whole
        and text[at - 1 : at] == "."
        and at - 1 > floor
        and text[at - 2] in _POINT_AFTER
    ):
        amount.start, amount.whole = at - 1, False  # p=.018
        amount.value = decimal_or_none(text[at - 1 : amount.end])
    draft = quantity_at(text, amount, floor)
    return _no_amount(text, at, floor, draft, bare=amount.whole) or draft


def _within_word(text: str, at: int, floor: int) -> Skip | None:
    """A number that is part of a word, an address, or raised or lowered by markup."""
    before = text[at - 1]
    if before in "^~+-−" and (raised := identifiers.raised(text, at, floor)):
        return raised
    if before in identifiers.ADDRESS_MARKS and (address := identifiers.address(text, at, floor)):
        return address
    if before in exemptions.WORD_CHARACTER or (
        before in "–·" and text[at - 2 : at - 1] in exemptions.WORD_CHARACTER
    ):
        return exemptions.name_around(text, at, floor)
    return None


def _no_amount(text: str, at: int, floor: int, draft: Draft, *, bare: bool) -> Skip | None:
    """Names, versions and codes that only what follows the number gives away."""
    end = draft.end
    following = text[end : end + 1]
    if following and following.isascii() and (following.isalpha() or following == "_"):
        return Skip(at, exemptions.name_tail(text, at), "E1")
    if following == "-" and _MODEL.match(text, end):
        return Skip(at, exemptions.name_tail(text, at), "E1")
    if text.startswith(("-shot", "-way"), end):
        return Skip(at, exemptions.name_tail(text, at), "E9")
    if draft.unit == "′" and exemptions.is_end_of_strand(text, end, draft.value):
        return Skip(at, end, "E9")
    if draft.unit in ("G", "d") and text[at : end - 1] in _SIZE_NAME:
        return Skip(at, end, "E9")
    if draft.unit in ("级", "度") and draft.shape == "number" and exemptions.is_graded(text, at):
        return Skip(at, end, "E9")
    if draft.unit == "年" and exemptions.era_before(text, at):
        return Skip(at, end, "E4")
    if draft.unit == "点" and exemptions.clock_before(text, at):
        return Skip(at, end, "E4")
    signed = draft.start < at
    if not draft.unit and not signed:
        if code_end := exemptions.code_suffix(text, at, end):
            return Skip(at, code_end, "E9")
        if exemptions.bare_year(text, at, end, floor):
            return Skip(at, end, "E4")
        if _BEFORE_CHRIST.match(text, end):
            return Skip(at, end, "E4")
        if draft.shape == "range" and _SUBSCRIBER.search(text, at, end):
            return Skip(at, end, "E8")
    if not draft.unit and not signed and _hyphened_name(text, at, floor):
        return Skip(at, end, "E1")
    has_unit = bool(draft.unit) or signed or draft.shape not in ("number", "range")
    return exemptions.latin_labelled(text, at, end, floor, has_unit=has_unit)


_MODEL = re.compile(r"-\d{0,3}[A-Z]")  # 6204-2RS
_BEFORE_CHRIST = re.compile(r" (?:BCE?|CE|AD|B\.C\.|A\.D\.)(?![A-Za-z])")
_SUBSCRIBER = re.compile(r"\d-0\d\d")  # 555-0199: no range ends so


def _hyphened_name(text: str, at: int, floor: int) -> bool:
    """歼-20, 碳-14: a hyphen between Chinese and a bare number."""
    if at < floor + 2 or text[at - 1] != "-":
        return False
    before = text[at - 2]
    return not before.isascii() and before.isalpha() and before not in SIGNED_AFTER


def _finished(original: str, text: str, draft: Draft) -> Quantity:
    start, end = draft.start, draft.end
    body = original[start:end]
    approximate, change, comparison = draft.vague or draft.margin is not None, None, None
    at = start
    while at > 0 and text[at - 1] in " \u00a0":
        at -= 1
    if at and text[at - 1] in _BEFORE_ENDS:
        for role, word in _words_before(text[max(0, at - 2) : at]):
            if len(word) > 2 and not text.endswith(word, 0, at):
                continue
            if role == "approximate":
                approximate = True
            elif role == "change":
                change = change or word
            else:
                comparison = comparison or word
    if not approximate:
        following = text[end : end + 1]
        if following == " " or following in _AFTER:
            approximate = _is_qualified(text, end)
        if body[-1] in "多余来+" or body[0] == "上" or body.endswith("-odd"):
            approximate = True
        elif draft.shape == "number":
            approximate = approximate or "多" in body or "余" in body or "来" in body
    parts = tuple(_part(original, text, part) for part in draft.parts) if draft.parts else ()
    unit = _unit_as_written(body, text[start:end], draft.unit)
    return Quantity(
        start, end, body, draft.value, unit, draft.shape, approximate, change, comparison,
        draft.small, draft.margin, parts,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _words_before(last: str) -> tuple[tuple[str, str], ...]:
    """The roles and words that may end in these one or two characters.

    A word of more than two characters is yet to be compared.
    """
    return _BEFORE.get(last, ()) + (_BEFORE.get(last[-1:], ()) if len(last) > 1 else ())


def _part(original: str, text: str, part: Draft) -> Quantity:
    body = original[part.start : part.end]
    unit = _unit_as_written(body, text[part.start : part.end], part.unit)
    return Quantity(part.start, part.end, body, part.value, unit, part.shape)


def _unit_as_written(body: str, read: str, unit: str) -> str:
    """A unit read in Simplified characters, as the text has it."""
    if body == read or not unit:
        return unit
    at = read.rfind(unit)
    return body[at : at + len(unit)].translate(_NARROW) if at >= 0 else unit


def _is_qualified(text: str, at: int) -> bool:
    """Whether 左右, 以上 … follow."""
    if text[at] == " ":
        at += 1
    return any(text.startswith(word, at) for word in _AFTER.get(text[at : at + 1], ()))
