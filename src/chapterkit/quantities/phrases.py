"""Put a whole quantity together: sign, number, unit, and the other end of a range or ratio."""

from __future__ import annotations

import re
from decimal import Decimal

from chapterkit.han import is_han
from chapterkit.patterns import Late
from chapterkit.quantities.amounts import DIGIT, NUMERAL, Amount, amount_at, digits_at
from chapterkit.quantities.compounds import (
    ROOT_SIGNS,
    STEPS,
    compound,
    old_money,
    primed,
    product,
    rooted,
)
from chapterkit.quantities.ends import SPACES, end_at, times_ten, unit_span
from chapterkit.quantities.model import Draft, Value
from chapterkit.quantities.numerals import DIGITS, scaled
from chapterkit.quantities.pairs import choice, is_change, one_in
from chapterkit.quantities.units import active, is_measure, per_end

_CONNECTOR = re.compile(r"(?:-to-|- to )(?=\d)| ?(?:(?<!—)—(?!—)|[~〜∼–‐\-−]|到|至| to )(?!-) ?")
_CONNECTOR_STARTS = frozenset(" —~〜∼–‐-−到至")
_RATIO = re.compile(r" ?[:∶：] ?|比| 比 (?=\d)|/")
_TIMES_SIGNS = frozenset("×xX*✕乘")
_BELOW_A_POUND = frozenset(".sd")
_PARTICULAR = frozenset(" .sd/√∛∜′'’″°")
_BY = re.compile(r" ?[×xX*✕] ?| ?乘 ?(?=\d)")
_DEVICE = Late(r" ?[×xX*] ?(?=[A-Z])([A-Z][A-Za-z]*(?:[ \-]?\d+[A-Za-z]*)?)")
_TENS = tuple("10" + power for power in "^⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SPOKEN = ("到", "至", "to")
_PLUS_MINUS = re.compile(r" ?(?:±|\+/[-−]|\+[-−]) ?")
_MARK_BEFORE = Late(r"(?:(?<![A-Za-z])(?:U\.S\.|US|HK|NT|NZ|CA|AU|RMB|CN|[ACSR]))?[$¥￥€£₩] ?$")
# 美元 3 万, 港币三百万, USD 40,000; but 人民币兑美元 7.1 is a rate.
_MONEY_BEFORE = Late(
    r"(?<![兑对换比A-Za-z])("
    r"人民币|美元|美金|港币|港元|欧元|英镑|日元|日圆|新台币|台币|澳元|加元|韩元|卢布|卢比|瑞士法郎|法郎|马克|里拉|"
    r"银元|银圆|USD|CNY|RMB|EUR|GBP|HKD|JPY|"
    r"CHF|AUD|CAD|KRW|SGD|TWD|SEK|NOK|DKK) ?$"
)
_MONEY_ENDS = frozenset("币元金镑圆布比郎克拉DYBRPFNWK ")
_SIGNS = "+-−–±"
SIGNED_AFTER = frozenset("为是到至得记给减负从约达在于由、，；：（和与或比低")
_NOT_NEGATIVE = frozenset("胜抱欺辜背肩担正孤自")


def quantity_at(text: str, amount: Amount, floor: int) -> Draft:
    """The quantity whose first number is `amount`; it may reach back to `floor`."""
    draft = None
    if amount.form == "digits":
        if text[amount.end : amount.end + 1] in _PARTICULAR and (
            draft := _particular(text, amount)
        ):
            return _signed(text, draft, floor)
        if amount.whole and _is_times(text, amount.end):
            draft = _grid(text, amount) or _device(text, amount)
    if draft is None:
        draft = end_at(text, amount)
        if draft.unit in STEPS:
            draft = compound(text, draft)
        if draft.unit and _is_times(text, draft.end):
            draft = product(text, draft)
    ratio = None
    if draft.end == amount.end or text.startswith("分之", amount.end):
        ratio = _ratio(text, amount, draft)
    if ratio is not None:
        draft = ratio
    elif draft.shape != "size":
        draft = _plus_minus(text, _range(text, amount, draft))
    return _signed(text, draft, floor)


def _is_times(text: str, at: int) -> bool:
    following = text[at : at + 1]
    return (text[at + 1 : at + 2] if following == " " else following) in _TIMES_SIGNS


def _particular(text: str, amount: Amount) -> Draft | None:
    """1′20″, 1/√2, 25/50/100 mg, 1 in 20: told by what stands right behind the number."""
    following = text[amount.end : amount.end + 2]
    in_shillings = following[:1] in _BELOW_A_POUND or text[amount.start - 1 : amount.start] == "£"
    if in_shillings and (money := old_money(text, amount)):
        return money
    if following[:1] == " ":
        return one_in(text, amount) if following[1:] in ("i", "o") else None
    if following[:1] == "/":
        return rooted(text, amount) or choice(text, amount)
    if following[:1] in ROOT_SIGNS:
        return rooted(text, amount)
    return primed(text, amount)


def _grid(text: str, amount: Amount) -> Draft | None:
    """1280×720 and its like; more than two numbers have no value."""
    if not amount.whole:
        return None
    numbers, end = [amount.value], amount.end
    while (by := _BY.match(text, end)) and text[by.end() : by.end() + 1] in DIGIT:
        if by.end() >= len(text):
            break
        further = digits_at(text, by.end())
        if further is None or not further.whole:
            break
        numbers.append(further.value)
        end = further.end
    if len(numbers) == 1:
        return None
    unit_start, unit_end = unit_span(text, end)
    if unit_start == unit_end:
        unit_end = end
    first, second = numbers[0], numbers[1]
    pair = len(numbers) == 2 and isinstance(first, Decimal) and isinstance(second, Decimal)
    value: Value = (first, second) if pair else None  # type: ignore[assignment]
    return Draft(amount.start, unit_end, value, text[unit_start:unit_end], "size")


def _device(text: str, amount: Amount) -> Draft | None:
    """8×A800: so many devices of a named kind."""
    if not amount.whole:
        return None
    match = _DEVICE.match(text, amount.end)
    if match is None:
        return None
    return Draft(amount.start, match.end(), amount.value, match[1], "number")


def _ratio(text: str, amount: Amount, draft: Draft) -> Draft | None:
    """2:3, 3/8, 六比四, 三分之二; of more than two terms the value is None."""
    if text.startswith("分之", amount.end) and (
        amount.form != "power" or amount.end - amount.start > 1
    ):
        return _fraction(text, amount)
    if draft.unit or draft.shape not in ("number", "range"):
        return None
    mark = _RATIO.match(text, amount.end)
    if mark is None:
        return _shares(text, amount)
    sign = mark[0].strip()
    second = _ratio_term(text, mark.end(), sign, amount)
    if second is None:
        return None
    values, end = [amount.value, second.value], second.end
    while (
        sign != "/"
        and (more := _RATIO.match(text, end))
        and more[0].strip() == sign
        and (further := _ratio_term(text, more.end(), sign, amount))
    ):
        values.append(further.value)
        end = further.end
    if sign == "/" and text[end : end + 1] == "/":
        return None
    unit_start, unit_end = unit_span(text, end)
    unit = text[unit_start:unit_end] if sign == "/" else ""
    pair = _pair(values[0], values[1]) if len(values) == 2 else None
    shape = "fraction" if sign == "/" else "ratio"
    return Draft(amount.start, unit_end if unit else end, pair, unit, shape)


def _ratio_term(text: str, at: int, sign: str, first: Amount) -> Amount | None:
    following = text[at : at + 1]
    if not following or following not in (DIGIT if sign == "/" else NUMERAL | DIGIT):
        return None
    term = amount_at(text, at)
    if term is None or term.form in ("vague", "power") or isinstance(term.value, tuple):
        return None
    if sign == "/" and not (term.whole and first.whole and first.value):
        return None
    if sign in ":：∶" and first.form != "digits" and is_han(text[term.end : term.end + 1]):
        return None  # 难处有三：一般……
    if sign == "比" and unit_span(text, term.end)[1] > term.end:
        return None
    return term


def _shares(text: str, amount: Amount) -> Draft | None:
    """五五开, 三七开."""
    end = amount.end
    run = text[amount.start : end]
    if len(run) != 2 or text[end : end + 1] != "开" or any(c not in DIGITS for c in run):
        return None
    if text[end + 1 : end + 2] in ("始", "发", "放", "展", "局", "口", "会"):
        return None
    value = Decimal(DIGITS[run[0]]), Decimal(DIGITS[run[1]])
    return Draft(amount.start, end + 1, value, "", "ratio")


def _pair(first: Value, second: Value) -> Value:
    if isinstance(first, Decimal) and isinstance(second, Decimal):
        return first, second
    return None


def _fraction(text: str, amount: Amount) -> Draft | None:
    """三分之二 is the pair (2, 3), as 2/3 is."""
    at = amount.end + 2
    if text[at : at + 1] in SPACES:
        at += 1
    numerator = amount_at(text, at) if text[at : at + 1] not in ("上", "") else None
    if numerator is None:
        return None
    value = _pair(numerator.value, amount.value)
    return Draft(amount.start, numerator.end, value, "", "fraction", vague=value is None)


def percentage_at(text: str, at: int, floor: int) -> Draft | None:
    """百分之…, 千分之…, 万分之…, with ranges (百分之三到五)."""
    if not text.startswith("分之", at + 1):
        return None
    unit = {"百": "%", "千": "‰", "万": "‱", "萬": "‱"}.get(text[at])
    if unit is None:
        return None
    start = at + 3
    if text[start : start + 1] in SPACES:
        start += 1
    following = text[start : start + 1]
    if following == "几":
        return Draft(at, start + 1 + (text[start + 1 : start + 2] == "十"), None, unit, vague=True)
    if following == "负":
        start += 1
    number = amount_at(text, start) if text[start : start + 1] not in ("上", "") else None
    if number is None:
        return None
    value = number.value
    if following == "负" and isinstance(value, Decimal):
        value = value.copy_negate()
    shape = "range" if isinstance(value, tuple) else "number"
    draft = Draft(at, number.end, value, unit, shape, vague=value is None)
    return _signed(text, _percent_range(text, draft), floor)


def _percent_range(text: str, draft: Draft) -> Draft:
    match = _CONNECTOR.match(text, draft.end)
    if match is None:
        return draft
    at = match.end()
    if text.startswith("百分之", at):
        at += 3
    following = text[at : at + 1]
    second = amount_at(text, at) if following in NUMERAL or following in DIGIT else None
    if not following or second is None or unit_span(text, second.end)[1] > second.end:
        return draft
    if is_change(text, draft.start, second.end, (draft.value, second.value), powers=False):
        return draft
    other = Draft(at, second.end, second.value, draft.unit)
    return Draft(
        draft.start, second.end, _pair(draft.value, second.value), draft.unit, "range",
        parts=(draft, other),
    )  # fmt: skip


def _range(text: str, amount: Amount, first: Draft) -> Draft:
    """Add the other end, if a connector and a second number follow."""
    starts = text[first.end : first.end + 1] in _CONNECTOR_STARTS
    match = _CONNECTOR.match(text, first.end) if starts else None
    if match is None:
        return first
    at = match.end()
    sign = ""
    if text[at : at + 1] and text[at] in "+-−$¥￥€£":
        sign, at = text[at], at + 1
    if text.startswith("百分之", at):
        return first
    second = amount_at(text, at) if text[at : at + 1] != "上" else None
    if second is None or second.form == "spelt":
        return first
    other = end_at(text, second)
    mark = match[0].strip(" -") or match[0].strip()
    joined = _joined(text, amount, first, second, other, mark)
    if joined is None:
        return first
    value, unit = joined
    if mark in _SPOKEN and _changes(text, first, other):
        first.unit = first.unit or other.unit
        return first
    if sign in ("-", "−") and isinstance(other.value, Decimal):
        other.value = other.value.copy_negate()
        value = _pair(value[0] if isinstance(value, tuple) else None, other.value)
    other.start = match.end()
    return Draft(
        first.start, other.end, value, unit, "range",
        vague=first.vague or other.vague, parts=(first, other),
    )  # fmt: skip


def _changes(text: str, first: Draft, other: Draft) -> bool:
    """Whether the words make two ends a change; powers of ten are no range (10^6 到 10^9)."""
    powers = all(text.startswith(_TENS, one.start) for one in (first, other))
    values = first.value, other.value
    return is_change(text, first.start, other.end, values, powers=powers)


def _joined(
    text: str, amount: Amount, first: Draft, second: Amount, other: Draft, mark: str
) -> tuple[Value, str] | None:
    """Value and unit of a range, or None if the two numbers are no range."""
    spoken = mark in _SPOKEN
    if amount.form == "small" and not (first.unit or other.unit or second.form == "large"):
        return None
    if second.form in ("small", "power", "capital") and not other.unit:
        return None
    if first.unit and not other.unit and spoken:
        return None
    if text[other.end : other.end + 1].isascii() and text[other.end : other.end + 1].isalpha():
        return None
    kinds = active().kind(first.unit), active().kind(other.unit)
    if first.unit and other.unit and kinds[0] != kinds[1]:
        return None
    low, high = first.value, other.value
    shared = not first.unit and second.power and not amount.power
    if shared and isinstance(low, Decimal) and isinstance(high, Decimal):
        raised = scaled(f"{low:f}", second.power)
        low = first.value = raised if raised <= high else low
    if not first.unit and other.unit == "成" and isinstance(low, Decimal):
        low = first.value = times_ten(low)
    unit = other.unit or first.unit
    if (
        first.unit
        and other.unit
        and active().meaning(first.unit).parts != active().meaning(other.unit).parts
    ):
        unit = f"{first.unit}–{other.unit}"
    return _pair(low, high), unit


def _plus_minus(text: str, draft: Draft) -> Draft:
    if text[draft.end : draft.end + 1] not in (" ", "±", "+"):
        return draft
    match = _PLUS_MINUS.match(text, draft.end)
    if match is None or text[match.end() : match.end() + 1] not in DIGIT:
        return draft
    margin = digits_at(text, match.end())
    if margin is None:
        return draft
    other = end_at(text, margin)
    draft.end = other.end
    draft.unit = other.unit or draft.unit
    draft.margin = other.value if isinstance(other.value, Decimal) else None
    draft.shape = "plus-minus" if draft.shape == "number" else draft.shape
    return draft


def _signed(text: str, draft: Draft, floor: int) -> Draft:
    """Take a sign, 负 or 零下, and a currency mark into the span."""
    start = draft.start
    before = text[start - 1 : start] if start > floor else ""
    if not before:
        return draft
    if before in " $¥￥€£₩":
        mark = _MARK_BEFORE.search(text[max(floor, start - 6) : start])
        if mark:
            start -= len(mark[0])
            _priced(text, draft, mark[0].strip())
            before = text[start - 1 : start] if start > floor else ""
    if before in _MONEY_ENDS and not draft.unit and draft.shape in ("number", "range"):
        low = max(floor, start - 6)
        if (word := _MONEY_BEFORE.search(text, low, start)) and word[1] in active().table:
            _priced(text, draft, word[1])
            start = word.start()
            before = text[start - 1 : start] if start > floor else ""
    if before and before in _SIGNS and _is_sign(text, start - 1, floor, draft):
        start -= 1
        if before in "-−–":
            _negate(draft)
    elif before == "负" and text[start - 2 : start - 1] not in _NOT_NEGATIVE:
        start -= 1
        _negate(draft)
    elif before in ROOT_SIGNS:
        start, draft.value, draft.shape = start - 1, None, "root"
    elif before in "号 " and text.endswith(("根号", "根号 "), floor, start):
        start, draft.value, draft.shape = text.rindex("根", 0, start), None, "root"
    elif before == "下" and start - 2 >= floor and text.startswith("零下", start - 2):
        start -= 2
        _negate(draft)
    elif before == " " and text.startswith("零下 ", start - 3) and start - 3 >= floor:
        start -= 3
        _negate(draft)
    draft.start = start
    return draft


def _priced(text: str, draft: Draft, mark: str) -> None:
    """Give an amount its currency, and what it is paid for: $3/million tokens."""
    if not draft.unit and (end := per_end(text, draft.end)) > draft.end:
        draft.unit, draft.end = text[draft.end : end], end
    if draft.unit.startswith("per "):
        draft.unit = f"{mark} {draft.unit}"
    elif not draft.unit or draft.unit.lstrip().startswith("/"):
        draft.unit = mark + draft.unit


def _is_sign(text: str, at: int, floor: int, draft: Draft) -> bool:
    before = text[at - 1 : at]
    if not before or before in SPACES or before in "([{（【「“=<>≈~,，、；：。/\n\t*_":
        return True
    if text[at] in "±+−":
        return not before.isascii() or not before.isalnum()
    if text[at] == "–" or before.isascii():
        return False
    return before in SIGNED_AFTER or bool(draft.unit)


def _negate(draft: Draft) -> None:
    """The sign belongs to the first number; of a range, to its first end."""
    if isinstance(draft.value, Decimal):
        draft.value = draft.value.copy_negate()
    elif isinstance(draft.value, tuple) and draft.shape == "range":
        draft.value = draft.value[0].copy_negate(), draft.value[1]
        if draft.parts and isinstance(draft.parts[0].value, Decimal):
            draft.parts[0].value = draft.parts[0].value.copy_negate()


def measured(draft: Draft) -> bool:
    """Whether the unit makes a number of any size a quantity."""
    return (
        is_measure(draft.unit)
        or (bool(draft.unit) and active().kind(draft.unit) == "rate")
        or (
            draft.unit not in active().table
            and active().kind(draft.unit) not in ("count", "number", "tokens", "parameters")
        )
    )
