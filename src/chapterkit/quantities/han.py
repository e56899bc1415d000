"""Judge a Chinese numeral: a quantity, a small count, or part of a word (policy Q2–Q5, 1.2)."""

# ruff: noqa: PLR0911 (a judgement is a list of cases, each with its own answer)

from __future__ import annotations

import re
from decimal import Decimal

from chapterkit.patterns import Late
from chapterkit.quantities import exemptions
from chapterkit.quantities.amounts import DIGIT, HAN_DIGITS, HAN_POWERS, NUMERAL, Amount, han_at
from chapterkit.quantities.ends import SPACES, unit_span
from chapterkit.quantities.identifiers import time_after
from chapterkit.quantities.model import BLANK, Draft, Skip
from chapterkit.quantities.phrases import measured, percentage_at, quantity_at
from chapterkit.quantities.units import active, unit_at
from chapterkit.quantities.wordlists import (
    by_first_character,
    by_last_character,
    ending_at,
    sections,
    starting_at,
    words,
)

_NOUNS = by_first_character(words("nouns.txt"))
_CONTEXT = sections("context.txt")
_NOUN_BEFORE_SHU, _NO_SHANG, _BIG_ENOUGH, _ARTICLE_BEFORE = (
    frozenset("".join(_CONTEXT[name])) for name in ("numbered", "risen", "enough", "article")
)
_IDIOM = Late(r"成百上千|成千上万|成千成万|成百成千|成千累万")
_COUNTED_BY = Late(r"[十百千万亿]{1,2}计")
_CLOCK = Late(
    r"[一二两三四五六七八九十]{1,3}点"
    r"(?:[零一二三四五六七八九十]{2,3}分|半|整|钟|多钟|[一二三四五]?十)"
)
_MONTH = re.compile(
    r"(?:十[一二]?|[一二三四五六七八九])月(?:份|底|初|末)?(?:[一二三四五六七八九十廿]{1,3}[日号])?"
)
_CODE = re.compile(
    rf"(?:世纪|年代)(?:[一二三四五六七八九]十年代)?|号(?!召)|{'|'.join(_CONTEXT['codes'])}"
)
_FIXED_STARTS = frozenset("月点年世号维次进边面分线部周重代阶声氧氯硫价聚倍楼折段")
_ORDINAL = re.compile(
    r"[零一二三四五六七八九十百千万廿]+(?:[、到至和与或]第?[零一二三四五六七八九十百千]+)*"
)
_ONE_DAY = frozenset("天年日周夜秒")
_ER_COUNTS = frozenset("者人位国省女")
_FAN = Late(r"翻(?:了|上)?(?:([一两二三四五六七八九几数\d]+)(?:个)?([番倍])|番|倍(?![数率]))")
# 加倍努力 says how hard, 更加倍感 and 增加倍数 hold no 加倍.
_DOUBLED = Late(
    r"加倍(?![数率频感增减]|[地的]|努力|小心|珍惜|用功|用心|留[心意]|注意|谨慎|奋|爱|警|呵|关|勤|卖力|认真|疼|思)"
)
_NO_DOUBLING = frozenset("增更添叠")
_HALF_UNITS = ("time", "length", "mass", "area", "volume", "money", "age", "points", "order")
_HALF_PIECE = Late(r"半个(?:多)?(月|小时|世纪|百分点|学期|数量级|钟头|学年|星期)")
_ORDINAL_MARKS = frozenset("第" + SPACES)
_RATE_MARKS = frozenset("每" + SPACES)
_CLOCK_UNITS = frozenset("点时")
_FOLDED = frozenset(("折叠", "折线", "折射", "折返", "折半", "折扣"))
_SENTENCED = ("徒刑", "拘役", "管制", "羁押", "刑期")
_SENTENCE_ENDS = frozenset(word[-1] for word in _SENTENCED)
_COMPARED = frozenset("快慢高低大小多少好强")
_PLACES = frozenset(("图", "表", "式", "实验", "附录"))
_HALVED = frozenset("减折")
_SEVERAL = frozenset("几数")
_LABELS = sections("labels.txt")
_RULERS = by_last_character(_LABELS["ruler"])
_RULER_ENDS = frozenset(_RULERS)
_LINEAGE = by_last_character(_CONTEXT["lineage"])
_HALF_OF_AMOUNT = by_last_character(_CONTEXT["halved"])
_REIGN = Late(r"世(?![纪代间界])")


def read_han(text: str, at: int, floor: int) -> Draft | Skip:
    """What the Chinese numeral at `at` is."""
    first = text[at]
    before = text[at - 1] if at > floor else ""
    if before and before in _RATE_MARKS and (base := exemptions.rate_base(text, at, floor)):
        return base
    if before in _ORDINAL_MARKS and exemptions.ordinal_before(text, at, floor):
        return _ordinal(text, at)
    following = text[at + 1 : at + 3]
    if following[:1] == "者" and first in HAN_DIGITS:  # 两者, 前三者
        return Skip(at, at + 2, "E5")
    if "月" in following:
        if before in _SENTENCE_ENDS and (term := _term(text, at)):
            return term
        if (date := _MONTH.match(text, at)) and date[0][-1] in "日号":
            return Skip(at, time_after(text, date.end()), "E4")
    phrase = exemptions.PHRASES.at(text, at, floor)
    if phrase is not None:
        begins = phrase[0] == at and before in _SEVERAL and first in HAN_POWERS
        vague = _vague(text, at, floor) if begins else None  # 几万难民, 数千里之外
        return vague if type(vague) is Draft else Skip(phrase[0], phrase[1], "E5")
    if first == "半":
        return _half(text, at, floor)
    if first in HAN_POWERS and before:
        vague = _vague(text, at, floor)
        if vague is not None:
            return vague
    end = run_end(text, at)
    if fixed := _fixed(text, at, end):
        return fixed
    if (before in _RULER_ENDS or text[end : end + 1] == "世") and (
        reign := _reign(text, at, end, before)
    ):
        return reign
    if following == "分之":
        percentage = percentage_at(text, at, floor)
        if percentage is not None:
            return percentage
    if before == "之" and text.startswith("分之", at - 2):
        return Skip(at, end, "E7")
    amount = han_at(text, at)
    if amount is None or (amount.form == "spelt" and text[amount.end : amount.end + 1] != "开"):
        return Skip(at, end, "E5")
    label = exemptions.label_before(text, at, floor) if exemptions.may_be_label(before) else ""
    if label:
        bare = unit_span(text, amount.end)[1] == amount.end
        bare = bare or (label == "卷" and text[amount.end] == "载")
        bare = bare and not (exemptions.names_one(label) and amount.power)
        if bare and not _is_partitive(text, amount):
            return Skip(at, amount.end, "E2" if label in _PLACES else "E9")
    if text[amount.end : amount.end + 1] in _CLOCK_UNITS and exemptions.clock_before(text, at):
        return Skip(at, amount.end + 1, "E4")
    return _judged(text, amount, quantity_at(text, amount, floor), floor)


def _term(text: str, at: int) -> Draft | None:
    """有期徒刑六月: months of a sentence, no month of the year."""
    amount = han_at(text, at) if text.endswith(_SENTENCED, 0, at) else None
    if amount is None or text[amount.end : amount.end + 1] != "月":
        return None
    return Draft(at, amount.end + 1, amount.value, "月")


def _discount(text: str, at: int, end: int) -> Draft | None:
    """九五折, 八八折: 9.5 and 8.8 tenths of the price."""
    run = text[at:end]
    if len(run) != 2 or any(c not in HAN_DIGITS for c in run) or text[end : end + 2] in _FOLDED:
        return None
    digits = han_at(run, 0)
    if digits is None or not isinstance(digits.value, Decimal) or digits.form != "spelt":
        return None
    return Draft(at, end + 1, digits.value / 10, "折")


def run_end(text: str, at: int) -> int:
    """Where the run of numerals at `at` ends."""
    end = at + 1
    size = len(text)
    while end < size and text[end] in NUMERAL:
        end += 1
    return end


def _is_partitive(text: str, amount: Amount) -> bool:
    return text.startswith("分之", amount.end) or text[amount.end : amount.end + 1] == "比"


def _vague(text: str, at: int, floor: int) -> Draft | Skip | None:
    """数百, 几十万, 上千, 成千上万, 数以百计: what stands before the magnitude belongs to it."""
    before = text[at - 1 : at] if at > floor else ""
    if not before:
        return None
    if before == "成" and (match := _IDIOM.match(text, at - 1)):
        return _with_unit(text, Draft(at - 1, match.end(), None, vague=True))
    if before == "以" and text.startswith("数", at - 2) and (m := _COUNTED_BY.match(text, at)):
        return Draft(at - 2, m.end(), None, vague=True)
    if before in ("]", BLANK) or (before == " " and text[at - 2 : at - 1] in (BLANK, "]")):
        return Skip(at, run_end(text, at), "E8") if text[at] != "百" else None
    two_before = text[at - 2 : at - 1]
    if before == "数" and (two_before in _NOUN_BEFORE_SHU and two_before):
        return None
    if before == "上" and (
        text[at] == "十"
        or (two_before in _NO_SHANG and two_before)
        or text[at + 1 : at + 2] == "分"
    ):
        return None
    if before not in "几数上幾數":
        return None
    if two_before == "第":  # 第几十次
        return Skip(at - 1, run_end(text, at), "E3")
    if text.startswith("分之", at + 1) or text[at : at + 2] in ("十分", "十足", "百科"):
        return None
    amount = han_at(text, at - 1)
    if amount is None:
        return None
    return quantity_at(text, amount, floor)


def _with_unit(text: str, draft: Draft) -> Draft:
    start, end = unit_span(text, draft.end)
    draft.unit, draft.end = text[start:end], max(draft.end, end)
    return draft


def _ordinal(text: str, at: int) -> Skip:
    match = _ORDINAL.match(text, at)
    end = match.end() if match else run_end(text, at)
    unit = unit_at(text, end)
    return Skip(at, end + len(unit), "E2" if unit[:1] in ("章", "节", "条", "页", "卷") else "E3")


def _fixed(text: str, at: int, end: int) -> Draft | Skip | None:
    """Dates, clock times, codes and discounts in Chinese numerals."""
    following = text[end : end + 1]
    if following not in _FIXED_STARTS:
        return None
    if following == "折":
        return _discount(text, at, end)
    if following == "段" and text[at - 1 : at] == "路":  # 信义路五段
        return Skip(at, end + 1, "E3")
    if following == "月" and (match := _MONTH.match(text, at)):
        return Skip(at, match.end(), "E4")
    if following == "点" and (match := _CLOCK.match(text, at)):
        return Skip(at, match.end(), "E4")
    if following == "年" and not text.startswith("年级", end):
        run = text[at:end]
        spelt = len(run) == 4 and not any(c in HAN_POWERS for c in run)
        if spelt or exemptions.era_before(text, at):
            return Skip(at, end + 1, "E4")
    if match := _CODE.match(text, end):
        return Skip(at, match.end(), "E4" if match[0][:2] in ("世纪", "年代") else "E9")
    return None


def _reign(text: str, at: int, end: int, before: str) -> Skip | None:
    """约翰二十三世, 路易十四: which of a name; 传了十二世 counts generations."""
    if match := _REIGN.match(text, end):
        return None if ending_at(_LINEAGE, text, at) else Skip(at, match.end(), "E5")
    if before not in _RULER_ENDS or not ending_at(_RULERS, text, at):
        return None
    return Skip(at, end, "E5") if unit_span(text, end)[1] == end else None


def _judged(text: str, amount: Amount, draft: Draft, floor: int) -> Draft | Skip:
    """Whether a number that could be read is meant as one."""
    plain = draft.shape == "number" and not draft.parts and text[draft.start : amount.end]
    run = text[amount.start : amount.end]
    if draft.shape in ("ratio", "fraction") or draft.parts:
        return _with_smallness(draft)
    if amount.form == "small":
        if draft.unit in ("成", "倍"):
            return draft
        if run == "一":
            return _one(text, amount, draft, floor)
        return _small(text, amount, draft, run)
    if amount.form == "power":
        return _power(text, amount, draft, run, floor)
    if amount.form == "capital":
        return draft if draft.unit in ("元", "圆") else Skip(amount.start, amount.end, "E5")
    if amount.form == "range":
        if not draft.unit and _top(draft) <= 10:
            noun = starting_at(_NOUNS, text, amount.end)
            if not noun:
                return Skip(amount.start, amount.end, "E5")
        return _with_smallness(draft)
    return draft if plain or draft else Skip(amount.start, amount.end, "E5")


def _top(draft: Draft) -> Decimal:
    value = draft.value
    if isinstance(value, tuple):
        return max(value)
    return value if value is not None else Decimal(100)


def _with_smallness(draft: Draft) -> Draft:
    """A range of small counts (两三个, 三到五个) is a small count itself."""
    if draft.shape == "range" and not measured(draft) and draft.unit not in ("成", "倍", "折"):
        draft.small = _top(draft) <= 10 and draft.value is not None
    return draft


def _small(text: str, amount: Amount, draft: Draft, run: str) -> Draft | Skip:
    """二 … 十 with a unit of measurement is a quantity, with a classifier a small count."""
    if run in "零〇" or (run == "二" and draft.start == amount.start and not _plain_two(draft)):
        return Skip(amount.start, amount.end, "E5")
    if draft.unit == "分" and not _scored(text, amount.start):
        return Skip(amount.start, draft.end, "E5")
    if measured(draft):
        return draft
    if run in "俩仨" or draft.unit:
        draft.small = True
        return draft
    if starting_at(_NOUNS, text, amount.end):
        draft.small = True
        return draft
    return Skip(amount.start, amount.end, "E5")


def _scored(text: str, at: int) -> bool:
    before = text[at - 1 : at]
    return bool(before) and before in "得扣打加减满差评高低了约为"


def _plain_two(draft: Draft) -> bool:
    """两 is used before classifiers; 二 there makes a term (二级, 二次), but for a few."""
    if draft.unit in _ER_COUNTS:
        return True
    return measured(draft) and draft.unit not in ("元", "度", "番", "折", "日", "月", "天", "夜")


def _one(text: str, amount: Amount, draft: Draft, floor: int) -> Draft | Skip:
    """一 counts only before a measure (一周, 一个小时); else it is an article."""
    at = amount.start
    before = text[at - 1 : at] if at > floor else ""
    if text[amount.end : amount.end + 1] == "半":
        if before and before in "这那每前后上下另同":
            return Skip(at, amount.end + 1, "E5")
        if before and before in "到至" and not ending_at(_HALF_OF_AMOUNT, text, at - 1):
            return Skip(at, amount.end + 1, "E5")  # 写到一半
        return Draft(at, amount.end + 1, Decimal("0.5"), "")
    if not measured(draft):
        return Skip(at, max(amount.end, draft.end), "E6")
    if before and before in _ARTICLE_BEFORE and not _is_step(text, at, draft):
        return Skip(at, draft.end, "E6")
    if before == "有" and draft.unit in _ONE_DAY:
        return Skip(at, draft.end, "E6")
    if draft.unit in ("度", "折", "里", "番", "夜", "点", "分", "日") and before != "翻":
        return Skip(at, draft.end, "E5")
    return draft


def _is_step(text: str, at: int, draft: Draft) -> bool:
    """快上一个数量级: how much faster; behind other words 上一个 is the one before."""
    compared = text[at - 2 : at - 1] in _COMPARED and text[at - 1] == "上"
    return compared and active().kind(draft.unit) == "order"


def _power(text: str, amount: Amount, draft: Draft, run: str, floor: int) -> Draft | Skip:
    """百, 千, 万, 百万 … without a digit count only with a unit or a word like 近 before them."""
    at = amount.start
    before = text[at - 1 : at] if at > floor else ""
    if before and before in SPACES:
        before = text[at - 2 : at - 1]
    if before and (before in DIGIT or before == BLANK):
        return Skip(at, amount.end, "E8")
    if draft.unit or (before and before in _BIG_ENOUGH):
        return draft
    adverb = run in ("千万", "亿万", "万万", "千百")
    if len(run) > 1 and not (adverb and not starting_at(_NOUNS, text, amount.end)):
        return draft
    return Skip(at, amount.end, "E5")


def _half(text: str, at: int, floor: int) -> Draft | Skip:
    """半小时, 半数, 减半, 过半; 半 in other words is none."""
    before = text[at - 1 : at] if at > floor else ""
    half = Decimal("0.5")
    if text.startswith("半数", at):
        return Draft(at, at + 2, half)
    if match := _HALF_PIECE.match(text, at):
        return Draft(at, match.end(), half, text[at + 1 : match.end()].replace("多", ""))
    if before and before in _HALVED:
        return Draft(at - 1, at + 1, half)
    if before in ("过", "近", "占") and text[at + 1 : at + 2] not in NUMERAL | frozenset("小天年"):
        return Draft(at, at + 1, half)
    unit = unit_at(text, at + 1)
    if (
        unit
        and active().kind(unit) in _HALF_UNITS
        and unit not in ("夜", "里", "角", "日", "旬", "寸")
    ):
        return Draft(at, at + 1 + len(unit), half, unit)
    return Skip(at, at + 1, "E5")


def read_doubling(text: str, at: int) -> Draft | None:
    """翻倍, 加倍, 翻番, 翻了两番: value and unit as stated; 翻倍 is 2 倍, 翻番 is 1 番."""
    if text[at] == "加":
        doubled_by = _DOUBLED.match(text, at) if text[at - 1 : at] not in _NO_DOUBLING else None
        return Draft(at, at + 2, Decimal(2), "倍") if doubled_by else None
    match = _FAN.match(text, at)
    if match is None:
        return None
    if match[1] is None:
        doubled = match[0].endswith("倍")
        return Draft(at, match.end(), Decimal(2 if doubled else 1), "倍" if doubled else "番")
    if match[1].isdigit():
        return Draft(at, match.end(), Decimal(match[1]), match[2])
    amount = han_at(text, match.start(1))
    value = None if amount is None else amount.value
    shape = "range" if isinstance(value, tuple) else "number"
    return Draft(at, match.end(), value, match[2], shape, vague=value is None)
