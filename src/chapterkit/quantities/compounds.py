"""Quantities of several numbers that are one: 1 分 40 秒, 1′20″, √2 倍, 60 cm × 25 cm."""

from __future__ import annotations

from decimal import Decimal

from chapterkit.patterns import Late
from chapterkit.quantities.amounts import DIGIT, NUMERAL, Amount, amount_at, digits_at
from chapterkit.quantities.ends import SPACES, end_at, unit_span
from chapterkit.quantities.model import Draft, Value
from chapterkit.quantities.numerals import scaled
from chapterkit.quantities.units import active
from chapterkit.quantities.wordlists import by_first_character, sections, starting_at

# --- one unit below another

_CHAINS = {
    name: tuple(tuple(step.split(",")) for step in steps)
    for name, steps in sections("compounds.txt").items()
}
STEPS = {
    word: (name, rank)
    for name, steps in reversed(_CHAINS.items())
    for rank, step in enumerate(steps)
    for word in step
}
_WORDS = by_first_character(tuple(STEPS))
_BETWEEN = Late(r" ?(?:零|又|and )? ?")
_EVERY = {"周": 1, "天": 1, "年": 12}  # 一周 5 天, 一天 8 小时: so many in each, no sum


def compound(text: str, draft: Draft) -> Draft:
    """Take the smaller steps behind a quantity into it: 三年零八个月, 2 小时 15 分 30 秒."""
    unit = draft.unit
    step = STEPS.get(unit)
    if step is None or draft.shape != "number" or not isinstance(draft.value, Decimal):
        return draft
    chain, rank = step
    found = _next(text, draft.end, chain, rank)
    if found is None or _is_rate(text, draft, found) or (unit == "分" and found[2] == "分"):
        draft.value, draft.end = hundredths(text, unit, draft.value, draft.end)
        return draft
    value: Value = draft.value
    end = draft.end
    while found is not None:
        number, rank, word, end = found
        value = _sum(chain, value, unit, number, word)
        unit = unit if chain == "money" else word
        found = _next(text, end, chain, rank)
    value, end = hundredths(text, unit, value, end)
    name = active().meaning(unit).name if unit != "分" else "分钟"
    known = value is not None and chain != "money"
    draft.end, draft.value, draft.unit = end, value, name if known else draft.unit
    if draft.unit == "分":
        draft.unit = "分钟"
    return draft


_HUNDREDTHS = Late(r" ?(\d{2})(?=[，。；、！？）,;)]|$| ?(?:的|夺|获|完|冲|游|跑|打破|刷新|创))")


def hundredths(text: str, unit: str, value: Value, end: int) -> tuple[Value, int]:
    """9 秒 58, 1 分 52 秒 30: what sport writes for 9.58 秒."""
    if unit != "秒" or not isinstance(value, Decimal) or value != value.to_integral_value():
        return value, end
    match = _HUNDREDTHS.match(text, end)
    return (value + Decimal("0." + match[1]), match.end()) if match else (value, end)


def _next(text: str, at: int, chain: str, rank: int) -> tuple[Decimal, int, str, int] | None:
    """Number, rank, word and end of a smaller step that stands right behind."""
    between = _BETWEEN.match(text, at)
    at = between.end() if between else at
    first = text[at : at + 1]
    amount = amount_at(text, at) if first and (first in DIGIT or first in NUMERAL) else None
    if amount is None or amount.form in ("vague", "spelt", "power"):
        return None
    if not isinstance(amount.value, Decimal):
        return None
    start = amount.end + 1 if text[amount.end : amount.end + 1] in SPACES else amount.end
    word = starting_at(_WORDS, text, start)
    step = next(
        (place for place, step in enumerate(_CHAINS[chain]) if word in step and place > rank), None
    )
    end = start + len(word)
    if step is None or (word.isascii() and text[end : end + 1].isalnum()):
        return None
    if word == "分" and text[end : end + 1] in ("之", "钟"):
        return None
    return amount.value, step, word, end


def _is_rate(text: str, draft: Draft, found: tuple[Decimal, int, str, int]) -> bool:
    """一周 5 天, 一年 365 天: how many there are in each."""
    least = _EVERY.get(draft.unit)
    if least is None or draft.value != 1 or "零" in text[draft.end : found[3]]:
        return False
    return found[0] >= least


def _sum(chain: str, value: Value, unit: str, number: Decimal, word: str) -> Value:
    """The value in the smaller unit, by the unit table; of money in the first."""
    if not isinstance(value, Decimal):
        return None
    if chain == "money":
        smaller = word == "分" and unit not in ("角", "毛")
        return value + scaled(f"{number:f}", 0) * Decimal("0.01" if smaller else "0.1")
    scale, parts = active().in_base("分钟" if unit == "分" else unit)
    lower, others = active().in_base("分钟" if word == "分" else word)
    ratio = scale / lower
    if parts != others or ratio.denominator != 1:
        return None
    return value * ratio.numerator + number


# --- pounds, shillings and pence

_PENCE = r" (?P<d>\d{1,2})(?P<part>[½¼¾]?)d(?:\.|\b)"
_BELOW_POUNDS = Late(rf"\.?,? (?P<s>\d{{1,2}})s(?:\.|\b),?(?:{_PENCE})?")
_BELOW_SHILLINGS = Late(rf"s(?:\.|\b),?{_PENCE}")
# 6d. a week, 14s. for the rest: a point that ends no sentence.
_ALONE = Late(r"(?P<of>[sd])\.(?= [a-z]|[,;)])")
_IN_PENCE = {"£": 240, "s": 12}
_PARTS = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75"), "": Decimal(0)}


def old_money(text: str, amount: Amount) -> Draft | None:
    """£3 4s. 6d., 14s. 6d., 8½d. a loaf: British money before 1971, in pence if it is mixed."""
    value, start = amount.value, amount.start
    if not isinstance(value, Decimal):
        return None
    in_pounds = text[start - 1 : start] == "£" and start > 0
    found = (_BELOW_POUNDS if in_pounds else _BELOW_SHILLINGS).match(text, amount.end)
    if found:
        value *= _IN_PENCE["£" if in_pounds else "s"]
        value += _IN_PENCE["s"] * Decimal(found["s"] if in_pounds else 0)
        value += Decimal(found["d"] or 0) + _PARTS[found["part"] or ""]
        return Draft(start - in_pounds, found.end(), value, "pence")
    found = None if in_pounds else _ALONE.match(text, amount.end)
    unit = "pence" if found and found["of"] == "d" else "shillings"
    return Draft(start, found.end(), value, unit) if found else None


# --- primes

_PRIMES = Late(
    r"(?:(?P<m>′)(?P<s>\d{1,2}(?:\.\d+)?)″|['’](?P<p>\d\d(?:\.\d+)?)[\"”]|(?P<one>[′″])|"
    r"° ?(?P<dm>\d{1,2}(?:\.\d+)?)[′'’](?: ?(?P<ds>\d{1,2}(?:\.\d+)?)[″\"”])?)"
)
_PRIME_MARKS = frozenset("′'’″°")


def primed(text: str, amount: Amount) -> Draft | None:
    """1′20″, 39°54′20″, 27″: minutes and seconds, of time or of arc, or inches."""
    if text[amount.end : amount.end + 1] not in _PRIME_MARKS or amount.end >= len(text):
        return None
    match = _PRIMES.match(text, amount.end)
    if match is None or not isinstance(amount.value, Decimal):
        return None
    if match["one"]:
        return Draft(amount.start, match.end(), amount.value, match["one"])
    seconds = match["s"] or match["p"]
    if seconds:
        return Draft(amount.start, match.end(), amount.value * 60 + Decimal(seconds), "″")
    value = amount.value * 60 + Decimal(match["dm"])
    if match["ds"]:
        return Draft(amount.start, match.end(), value * 60 + Decimal(match["ds"]), "″")
    return Draft(amount.start, match.end(), value, "′")


# --- roots

_ROOT = Late(r"/?[√∛∜](?:\d+(?:\.\d+)?|\(\d+(?:\.\d+)?\))")
ROOT_SIGNS = frozenset("√∛∜")


def rooted(text: str, amount: Amount) -> Draft | None:
    """2√3, 1/√2 倍: a root behind a number; it has no value."""
    match = _ROOT.match(text, amount.end) if text[amount.end : amount.end + 1] in "/√∛∜" else None
    if match is None:
        return None
    start, end = unit_span(text, match.end())
    return Draft(amount.start, max(end, match.end()), None, text[start:end], "root")


# --- products

_BY = Late(r" ?[×xX*✕] ?| ?乘 ?(?=\d)")


def product(text: str, draft: Draft) -> Draft:
    """60 cm × 25 cm: factors that each have the unit."""
    values: list[Value] = [draft.value]
    end, unit = draft.end, draft.unit
    while (by := _BY.match(text, end)) and text[by.end() : by.end() + 1] in DIGIT:
        amount = digits_at(text, by.end()) if by.end() < len(text) else None
        factor = end_at(text, amount) if amount is not None else None
        if factor is None or active().meaning(factor.unit) != active().meaning(unit):
            break
        values.append(factor.value)
        end = factor.end
    if len(values) == 1:
        return draft
    first, second = values[0], values[1]
    pair = len(values) == 2 and isinstance(first, Decimal) and isinstance(second, Decimal)
    value: Value = (first, second) if pair else None  # type: ignore[assignment]
    return Draft(draft.start, end, value, unit, "size")
