"""The numbers of all records together, derived ones recomputed: pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from chapterkit.errors import ChapterkitError, Gathering, Origin, nearest
from chapterkit.manuscript.pairs import Pair, called
from chapterkit.manuscript.wording import CHINESE, Wording
from chapterkit.quantities import STANDARD, Units, to_chinese

if TYPE_CHECKING:
    from chapterkit.manuscript.records import NumberModel, Record, Value
    from chapterkit.manuscript.states import Status

MAX_EXPRESSION = 400
_SIGNS = frozenset("%‰°")
MAX_DIGITS = 10
MAX_VALUE_DIGITS = 60  # of a number, as many as a record may state
MAX_EXACT_DIGITS = 300  # of what is computed on the way there


@dataclass(frozen=True)
class Number:
    """One entry of the ledger; `value` is what the record states or what was computed.

    `model` holds everything that the record says of it; what most readers of a number want stands
    here by its name. `wording` and `units` are those of the book. One that was `computed` for an
    exhibit stands in no record, and is as good as those that it was computed from.
    """

    id: str
    value: Value
    model: NumberModel
    origin: Origin
    wording: Wording = field(default=CHINESE, repr=False)
    units: Units = field(default=STANDARD, repr=False, compare=False)
    computed: bool = field(default=False, repr=False)

    @property
    def unit(self) -> str:
        """The unit, as the record writes it."""
        return self.model.unit

    @property
    def of(self) -> str:
        """What it measures."""
        return self.model.of

    @property
    def when(self) -> str | None:
        """Under which condition."""
        return self.model.when

    @property
    def cite(self) -> str:
        """The key of its source."""
        return self.model.cite

    @property
    def at(self) -> str | None:
        """Where in its source."""
        return self.model.at

    @property
    def is_placed(self) -> bool:
        """Whether the record says where in its source it stands, or what stands beside it."""
        return bool(self.model.at or self.model.near)

    @property
    def status(self) -> Status:
        """How the record came by it."""
        return self.model.status

    @property
    def measured(self) -> str:
        """What it measures, and under which condition: 成功率（换了规则）."""
        return self.wording.when.format(of=self.of, when=self.when) if self.when else self.of

    @property
    def operands(self) -> tuple[str, ...]:
        """The names in the record that a derived number is computed from."""
        if self.model.derived is None:
            return ()
        tree = parsed(self.model.derived)
        return tuple(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))

    @property
    def text(self) -> str:
        """The number as print shows it by default: 15.0%, 17～18 条, 10%～15%, 4:3."""
        value, between = self.value, self.wording.between(self.value)
        if isinstance(value, tuple) and not isinstance(value, Pair) and self.unit in _SIGNS:
            return between.join(with_unit(value_text(end), self.unit) for end in value)
        return with_unit(value_text(value, between), self.unit)


_LONG = 10_000


def value_text(value: Value, between: str = "～") -> str:
    """Return a value in digits: a real minus sign, groups of three from five digits on.

    >>> value_text(Decimal("-8.1")), value_text(Decimal("12000")), value_text(Decimal("1E+3"))
    ('−8.1', '12,000', '1000')
    >>> value_text((Decimal(17), Decimal(18)))
    '17～18'
    """
    if isinstance(value, tuple):
        return between.join(value_text(end) for end in value)
    digits = f"{abs(value):f}"
    if abs(value) >= _LONG:
        digits = f"{abs(value):,f}"
    return ("−" if value < 0 else "") + digits


def with_unit(digits: str, unit: str) -> str:
    """Put the unit behind the digits: % and the like without, anything else with a space.

    The sign of a currency stands before them, and then four digits are grouped, too.

    >>> with_unit("15.0", "%"), with_unit("3.5", "个百分点"), with_unit("24", "")
    ('15.0%', '3.5 个百分点', '24')
    >>> with_unit("12400", "£"), with_unit("−7750.5", "US$"), with_unit("3", "$/million tokens")
    ('£12,400', '−US$7,750.5', '$3/million tokens')
    >>> with_unit("35", "US$ million"), with_unit("1.2", "€bn"), with_unit("7", "USD million")
    ('US$35 million', '€1.2bn', 'USD 7 million')
    >>> with_unit("4.5", "10^9/L"), with_unit("12.3", "/10 万"), with_unit("12.3", "每 10 万人")
    ('4.5×10^9/L', '12.3/10 万', '每 10 万人 12.3')
    """
    if money := _MONEY_SIGN.match(unit):
        return _priced(digits, money[0], unit[money.end() :])
    if not unit or unit in _SIGNS or unit.startswith(("/", "×1")):
        return digits + unit
    if unit.startswith("每"):
        return f"{unit} {digits}"
    if unit[0].isdecimal():
        return f"{digits}×{unit}"
    return f"{digits} {unit}"


# $, £, US$, HK$; also before what it is paid for ($/million tokens), or how much of it is counted
# as one ($ million, €bn, USD million)
_MONEY_SIGN = re.compile(
    r"(?:[A-Z]{1,3}|U\.S\.)?[$£€¥￥₩](?=$|[/ ]|(?:[kKmMB]|mn|bn|tn)(?:$|[/ ])|[a-z]{5})"
    r"|[A-Z]{3} (?=(?:thousand|[mbtr]{1,2}illion)s?\b|[mbt]n\b)"
)
_UNGROUPED = re.compile(r"(?<![\d.,])\d{4,}(?![\d,])")


def _priced(digits: str, sign: str, rest: str) -> str:
    """Return an amount with the sign of its currency before it: £12,400, −$3/kg."""
    minus = "−" if digits.startswith("−") else ""
    amount = grouped(digits.removeprefix("−"))
    spelt = sign.endswith(" ") or len(rest) >= len("million")
    gap = " " if spelt and not rest.startswith((" ", "/")) else ""
    return f"{minus}{sign}{amount}{gap}{rest}"


def signed_text(number: Number) -> str:
    """Return the number with its sign also when positive: +3.5 个百分点."""
    return ("+" if _single(number) > 0 else "") + number.text


def approximate_text(number: Number, digits: int) -> str:
    """Return the number rounded to `digits` decimals, halves away from zero, and marked: 约 12%."""
    if not isinstance(digits, int) or not 0 <= digits <= MAX_DIGITS:
        raise ChapterkitError(f"小数位数应在 0 到 {MAX_DIGITS} 之间，不能是 {digits}")
    with localcontext() as context:
        context.prec = 100
        value = _single(number).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return f"{number.wording.approximately} {with_unit(value_text(value), number.unit)}"


def chinese_text(number: Number) -> str:
    """Return the number in Chinese numerals: 十八条, 百分之十一点五, 十七至十八条, 四比三."""
    value, unit = _by_its_word(number)
    ends = value if isinstance(value, tuple) else (value,)
    words = _BETWEEN[number.value.sign if isinstance(number.value, Pair) else ""].join(
        _spelled(end, number) for end in (reversed(ends) if _is_fraction(number) else ends)
    )
    unit = "" if unit in _IN_PARTS else unit
    if unit.startswith("每"):
        return unit + words
    return words + (" " if unit[:1].isascii() and unit else "") + unit


_BETWEEN = {"": "至", ":": "比", "×": "乘", "/": "分之"}


def _is_fraction(number: Number) -> bool:
    return isinstance(number.value, Pair) and number.value.sign == "/"


def _by_its_word(number: Number) -> tuple[Value, str]:
    """Return value and unit, what has a sign of money by its word: 35 $ million, 35000000 美元."""
    meaning = number.units.meaning(number.unit)
    if not _MONEY_SIGN.match(number.unit) or len(meaning.parts) != 1 or not meaning.known:
        return number.value, number.unit
    if isinstance(number.value, tuple):
        low, high = number.value
        return (_times(low, meaning.scale), _times(high, meaning.scale)), meaning.name
    return _times(number.value, meaning.scale), meaning.name


def _times(value: Decimal, scale: Fraction) -> Decimal:
    """Return the product; a whole one has no point, unless the value alone had it."""
    with localcontext() as context:
        context.prec = MAX_EXACT_DIGITS
        product = value * scale.numerator / scale.denominator
        whole = scale != 1 and product == product.to_integral_value()
        return product.quantize(Decimal(1)) if whole else product


def bare_text(number: Number) -> str:
    """Return the number without its unit, for a table whose head names it: 15.0, 17～18."""
    return value_text(number.value, number.wording.between(number.value))


def grouped(text: str) -> str:
    """Return a number's text with its thousands grouped, those of four digits too.

    >>> grouped("6679 个 token"), grouped("−1200.5"), grouped("12,073")
    ('6,679 个 token', '−1,200.5', '12,073')
    """
    return _UNGROUPED.sub(lambda found: f"{int(found[0]):,}", text)


def is_long(number: Number) -> bool:
    """Tell whether a number's thousands are grouped wherever it stands."""
    ends = number.value if isinstance(number.value, tuple) else (number.value,)
    return any(abs(end) >= _LONG for end in ends)


def in_tables(number: Number) -> set[str]:
    """Return every text in which a table may show the number besides.

    Its unit may stand in the head, and its thousands be grouped as others' of the column are.
    """
    bare = bare_text(number)
    own = {number.text, bare, f"+{bare}"}
    return own | set(map(grouped, {*own, f"+{number.text}"}))


def dresses(number: Number) -> set[str]:
    """Return every text in which a sentence may show the number."""
    texts = {number.text}
    with suppress(ChapterkitError):
        texts.add(chinese_text(number))
    if not isinstance(number.value, tuple):
        texts.add(signed_text(number))
        places = min(_decimals(number.value), MAX_DIGITS)
        texts |= {approximate_text(number, digits) for digits in range(places + 1)}
    return texts


_IN_PARTS = {"%": "百分之", "‰": "千分之"}


def _spelled(value: Decimal, number: Number) -> str:
    sign = "负" if value < 0 else ""
    table = {ord(pair[0]): pair[1] for pair in number.wording.numerals.split()}
    try:
        words = sign + _IN_PARTS.get(number.unit, "") + to_chinese(abs(value))
        return words.translate(table)
    except ValueError:
        raise ChapterkitError(f"中文数字写不出 {value}", hint="去掉过滤器 zh") from None


def _single(number: Number) -> Decimal:
    if isinstance(number.value, tuple):
        raise ChapterkitError(
            f"{number.id} 是{called(number.value)}，不能这样写", hint="去掉过滤器"
        )
    return number.value


def _decimals(value: Decimal) -> int:
    return max(0, -int(value.as_tuple().exponent))


class Ledger(Mapping[str, Number]):
    """All numbers by id (`slug.name`), and the units that the book knows."""

    def __init__(self, numbers: Mapping[str, Number], units: Units = STANDARD) -> None:
        self._numbers = dict(numbers)
        self.units = units

    def __getitem__(self, key: str) -> Number:
        return self._numbers[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    @cached_property
    def recorded(self) -> tuple[Number, ...]:
        """The numbers that records state, without those that were computed for exhibits."""
        return tuple(number for number in self._numbers.values() if not number.computed)

    @cached_property
    def by_source(self) -> Mapping[str, Sequence[Number]]:
        """The numbers by the keys of their sources."""
        found: dict[str, list[Number]] = {}
        for number in self._numbers.values():
            found.setdefault(number.cite, []).append(number)
        return found

    @cached_property
    def by_record(self) -> Mapping[str, Sequence[Number]]:
        """The numbers by the slugs of their records, empty for those of none."""
        found: dict[str, list[Number]] = {}
        for number in self._numbers.values():
            found.setdefault(number.id.rpartition(".")[0], []).append(number)
        return found

    def citing(self, keys: Collection[str]) -> list[Number]:
        """Return the numbers that have one of these sources, in the ledger's order."""
        if len(keys) == 1:
            return [*self.by_source.get(next(iter(keys)), ())]
        found = [one for key in set(keys) for one in self.by_source.get(key, ())]
        return sorted(found, key=lambda one: self._order[one.id])

    @cached_property
    def _order(self) -> Mapping[str, int]:
        return {id: place for place, id in enumerate(self._numbers)}

    def sibling(self, number: Number, name: str) -> Number:
        """Return the number called `name` in the record of another."""
        slug = number.id.rpartition(".")[0]
        return self._numbers[f"{slug}.{name}" if slug else name]

    def beneath(self, ids: Iterable[str]) -> set[str]:
        """Return the ids of the numbers that some are computed from, and of those beneath these."""
        found: set[str] = set()
        waiting = [id for id in ids if id in self._numbers]
        while waiting:
            number = self._numbers[waiting.pop()]
            new = {self.sibling(number, name).id for name in number.operands} - found
            found |= new
            waiting += new
        return found

    def find(self, key: str) -> Number:
        """Return the number called `key`; raise ChapterkitError with the nearest name otherwise."""
        try:
            return self._numbers[key]
        except KeyError:
            near = nearest(key, self._numbers) or _same_record(key, self._numbers)
            hint = f"最接近的是 {near}" if near else "记录里还没有任何数"
            raise ChapterkitError(f"没有记录过的数：{key}", hint=hint) from None


def _same_record(key: str, known: Mapping[str, Number]) -> str:
    slug = key.partition(".")[0]
    return "、".join(name for name in known if name.startswith(f"{slug}."))[:200]


def make_ledger(
    records: Mapping[str, Record], wording: Wording = CHINESE, units: Units = STANDARD
) -> Ledger:
    """Return the numbers of all records, derived ones computed from the others of their record.

    `wording` and `units` are those of the book.

    Raises ChapterkitError at the record's line for a `derived` expression that names an unknown
    number, is circular, divides by zero, is more than arithmetic, or leaves digits unsaid.
    """
    numbers: dict[str, Number] = {}
    wrong = Gathering()
    for slug, record in records.items():
        origins = {
            name: record.origin("numbers", name, "derived" if model.derived else "value")
            for name, model in record.model.numbers.items()
        }
        with wrong.taken():
            numbers.update(numbers_of(slug, record.model.numbers, origins, wording, units))
    wrong.tell()
    return Ledger(numbers, units)


def numbers_of(
    slug: str,
    models: Mapping[str, NumberModel],
    origins: Mapping[str, Origin],
    wording: Wording = CHINESE,
    units: Units = STANDARD,
) -> dict[str, Number]:
    """Return the numbers of one record by id, computed and in the record's order.

    An empty `slug` gives ids without a prefix (a ledger outside a book).
    """
    values, wrong = _Values(models, origins), Gathering()
    for name in models:
        with wrong.taken():
            values.value(name)
    wrong.tell()
    prefix = f"{slug}." if slug else ""
    return {
        prefix + name: Number(
            prefix + name, values.value(name), model, origins[name], wording, units
        )
        for name, model in models.items()
    }


class _Values:
    """Computes the numbers of one record, each once, and each after what it rests on."""

    def __init__(self, models: Mapping[str, NumberModel], origins: Mapping[str, Origin]) -> None:
        self.models = models
        self.origins = origins
        self.done: dict[str, Value] = {}
        self.failed: dict[str, ChapterkitError] = {}

    def value(self, name: str) -> Value:
        if name in self.done:
            return self.done[name]
        # The numbers that are begun, in order, each with those that it still waits for: a chain of
        # thousands must not be as many calls deep.
        begun: dict[str, Iterator[str]] = {}
        try:
            self._compute(name, begun)
        except ChapterkitError as error:
            self.failed.update(dict.fromkeys(begun, error))
            raise
        return self.done[name]

    def _compute(self, name: str, begun: dict[str, Iterator[str]]) -> None:
        self._begin(name, begun)
        while begun:
            last = next(reversed(begun))
            needed = next((one for one in begun[last] if one not in self.done), None)
            if needed is None:
                self.done[last] = self._settled(last)
                del begun[last]
            elif needed in begun:
                raise self._circle([*begun, needed])
            else:
                self._begin(needed, begun)

    def _begin(self, name: str, begun: dict[str, Iterator[str]]) -> None:
        if name in self.failed:
            raise self.failed[name]
        begun[name] = iter(())  # so that it fails, too, if its expression cannot be read
        begun[name] = self._operands_of(name)

    def _operands_of(self, name: str) -> Iterator[str]:
        derived = self.models[name].derived
        nodes = _in_reading_order(self._parsed(name)) if derived is not None else ()
        names = (node.id for node in nodes if isinstance(node, ast.Name))
        return (one for one in names if one in self.models)

    def _circle(self, names: list[str]) -> ChapterkitError:
        circle = names[names.index(names[-1]) :]
        message = f"derived 绕成了圈：{' → '.join(circle)}"
        return ChapterkitError(message, self.origins[names[-1]], "其中一个要写 value")

    def _settled(self, name: str) -> Value:
        model = self.models[name]
        if model.value is not None:
            return model.value
        try:
            exact, decimals = self._evaluate(self._parsed(name))
            return _rounded(exact, model.digits, decimals)
        except RecursionError:
            raise _not_arithmetic(model.derived or "").at(self.origins[name]) from None
        except ChapterkitError as error:
            raise error.at(self.origins[name]) from None

    def _parsed(self, name: str) -> ast.expr:
        try:
            return parsed(self.models[name].derived or "")
        except ChapterkitError as error:
            raise error.at(self.origins[name]) from None

    def _evaluate(self, node: ast.expr) -> tuple[Fraction, int]:
        """Return the exact value of an expression and the most decimals among its operands."""
        match node:
            case ast.Name(id=name):
                return self._operand(name)
            case ast.Constant(value=Decimal() as literal):
                return Fraction(literal), 0
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value, decimals = self._evaluate(operand)
                return -value, decimals
            case ast.BinOp(left=left, op=op, right=right):
                (a, a_decimals), (b, b_decimals) = self._evaluate(left), self._evaluate(right)
                return _checked_size(_combined(op, a, b)), max(a_decimals, b_decimals)
        raise _not_arithmetic(ast.unparse(node))

    def _operand(self, name: str) -> tuple[Fraction, int]:
        if name not in self.models:
            near = nearest(name, self.models)
            raise ChapterkitError(
                f"derived 提到的 {name} 不在本记录的 numbers 里",
                hint=f"最接近的是 {near}" if near else "先记录它",
            )
        value = self.done[name]
        if isinstance(value, tuple):
            raise ChapterkitError(
                f"derived 不能用{called(value)} {name} 来算", hint="把两端分别记录"
            )
        return Fraction(value), _decimals(value)


def _combined(op: ast.operator, a: Fraction, b: Fraction) -> Fraction:
    match op:
        case ast.Add():
            return a + b
        case ast.Sub():
            return a - b
        case ast.Mult():
            return a * b
        case ast.Div():
            if b == 0:
                raise ChapterkitError("derived 除以零", hint="看看作除数的那个数，或那几个数的差")
            return a / b
    raise _not_arithmetic(type(op).__name__)


def _checked_size(exact: Fraction) -> Fraction:
    """Return what was computed; raise ChapterkitError where its digits grow without end."""
    if max(abs(exact.numerator), exact.denominator) >= 10**MAX_EXACT_DIGITS:
        raise _too_many_digits(MAX_EXACT_DIGITS)
    return exact


def _too_many_digits(most: int) -> ChapterkitError:
    return ChapterkitError(f"derived 算出的数超过 {most} 位", hint="量没有这样大，也没有这样精确")


def _not_arithmetic(what: str) -> ChapterkitError:
    return ChapterkitError(
        f"derived 只能用加减乘除、括号、数和本记录的名字，不能有 {what[:60]}",
        hint="例如 gpl_rl - gpl_init",
    )


_LITERAL = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")


def parsed(expression: str) -> ast.expr:
    """Parse the expression of a derived number; its literal numbers become exact Decimals."""
    if len(expression) > MAX_EXPRESSION:
        hint = "分成几步：先把一部分写成另一个 derived 的数"
        raise ChapterkitError(f"derived 超过 {MAX_EXPRESSION} 个字符", hint=hint)
    literals = iter(_LITERAL.findall(expression))
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _not_arithmetic(expression) from None
    for node in _in_reading_order(tree):
        if isinstance(node, ast.Constant):
            literal = next(literals, None)
            if type(node.value) not in (int, float) or literal is None:
                raise _not_arithmetic(repr(node.value))
            node.value = Decimal(literal)  # type: ignore[assignment]
    return tree


def _in_reading_order(tree: ast.expr) -> list[ast.AST]:
    return sorted(
        ast.walk(tree), key=lambda n: (getattr(n, "lineno", 0), getattr(n, "col_offset", 0))
    )


def _rounded(exact: Fraction, digits: int | None, decimals: int) -> Decimal:
    places = decimals if digits is None else digits
    scaled = exact * 10**places
    if digits is None and scaled.denominator != 1:
        raise ChapterkitError(
            f"derived 算出的 {float(exact):.6g} 比各个数的小数位更多",
            hint="用 digits: 写明保留几位",
        )
    if abs(scaled) >= 10**MAX_VALUE_DIGITS:
        raise _too_many_digits(MAX_VALUE_DIGITS)
    whole = int(abs(scaled) + Fraction(1, 2)) * (1 if scaled >= 0 else -1)
    with localcontext() as context:
        context.prec = 100
        return Decimal(whole).scaleb(-places)
