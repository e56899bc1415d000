"""Jinja's sandbox with bounds: what templates may do, and how much of it. Pure."""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from inspect import signature
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.bccache import Bucket
from jinja2.filters import FILTERS, make_attrgetter
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup
from pydantic import BaseModel

from chapterkit.errors import ChapterkitError
from chapterkit.text import effort, passages, templates, views
from chapterkit.text.effort import ITEM, Effort
from chapterkit.text.origins import mark
from chapterkit.text.refusals import Names, kind_in_words, value_in_words
from chapterkit.text.variants import EVERYTHING
from chapterkit.text.views import (
    DRESSES,
    Call,
    Compared,
    DataText,
    Dressed,
    NumberView,
    check_text,
    escape,
    named,
)

MAX_OUTPUT = 5_000_000
MAX_DIGITS = 100

_ALLOWED_FILTERS = [
    "abs", "default", "d", "first", "int", "join", "last", "length", "list", "lower", "map", "max",
    "min", "reject", "rejectattr", "round", "select", "selectattr", "sort", "sum", "trim", "unique",
    "upper",
]  # fmt: skip
# These go through their first argument one by one, also where that is a text.
_GOING_THROUGH = frozenset(
    ["list", "map", "max", "min", "reject", "rejectattr", "select", "selectattr", "sort", "sum",
     "unique"]
)  # fmt: skip
_OF_TEXT = frozenset(["lower", "trim", "upper"])
# A number's model is data, too: pydantic's own methods can read files.
_PLAIN_DATA = (str, bytes, int, float, Decimal, list, tuple, dict, set, BaseModel)


class Sandbox(SandboxedEnvironment):
    """Jinja's sandbox with bounds: no attribute of plain data, limited steps and characters.

    Raises ChapterkitError when a template reaches for what it may not have, or runs too long.
    """

    intercepted_binops = frozenset(["+", "-", "*", "/", "//", "%", "**"])
    intercepted_unops = frozenset(["+", "-"])

    def __init__(self, **options: Any) -> None:
        super().__init__(finalize=_at_run_time(self.printed), autoescape=True, **options)
        self.effort = Effort()
        given = {name: self.filters[name] for name in _ALLOWED_FILTERS}
        given |= {"join": _joined_with, "round": _rounded, "sum": _summed, "trim": _trimmed}
        self.filters = {name: self.counted(name, function) for name, function in given.items()}
        own: tuple[Callable[..., Any], ...] = (self.bounded, self.joined, self.spent, self.weighed)
        self.filters |= {f"_{function.__name__}": _at_run_time(function) for function in own}
        self.filters["_shown"] = _at_run_time(self.shown)
        self.variant, self.editions = EVERYTHING, frozenset[str]()
        self.globals = {}

    def counted(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a filter of Jinja's that counts what it is given and what it gives.

        It asks for the context, for then it is not run while a template is compiled.
        """
        wanted = getattr(function, "jinja_pass_arg", None)

        @jinja2.pass_context
        def run(context: Any, *args: Any, **kwargs: Any) -> Any:
            if args and isinstance(args[0], Compared) and name not in _FOR_NUMBERS:
                raise _no_number(f"过滤器 {name} 不能用于", args[0])
            self.effort.weigh(*args, *kwargs.values())
            if name in _OF_TEXT and args and not isinstance(args[0], jinja2.Undefined):
                finalized(args[0])  # which tells what cannot be a text
            if name in _GOING_THROUGH and args and isinstance(args[0], str):
                self.effort.spend(ITEM * len(args[0]))
            passed = {"context": context, "eval_context": context.eval_ctx, "environment": self}
            first = [passed[wanted.name]] if wanted else []
            try:
                result = function(*first, *args, **kwargs)
            except TypeError:
                _check_arguments(name, function, (*first, *args), kwargs)
                raise
            if isinstance(result, Iterator):
                return self.effort.metered(result)
            self.effort.weigh(result)
            return result

        run.__doc__ = function.__doc__
        return run

    def bounded(self, items: Iterable[Any], weight: int) -> Iterator[Any]:
        """Yield the items of a loop, counting each, and what its body weighs."""
        if isinstance(items, Compared):
            raise _no_number("for 不能逐个去取", items)
        for item in items:
            self.effort.step()
            self.effort.spend(weight)
            yield item

    def joined(self, items: Iterable[Any]) -> Markup:
        """Join the operands of ~ as text: data escaped, markup kept."""
        parts: list[str] = []
        length = 0
        for item in items:
            parts.append(self.printed(item))
            length += len(parts[-1])
            check_length(length)
        return Markup("".join(parts))

    def shown(self, names: str) -> bool:
        """Tell whether a passage for some formats or editions is in the text."""
        return self.variant.shows(names.replace(",", " ").split(), self.editions)

    def printed(self, value: Any) -> Markup:
        """Turn what an expression gives into Markdown, counting it."""
        self.effort.weigh(value)
        text = finalized(value)
        self.effort.spend(len(text))
        return text

    def spent(self, weight: int) -> None:
        """Count what is about to be done."""
        self.effort.spend(weight)

    def weighed(self, value: Any) -> Any:
        """Return a value as it is, all that it holds counted: something is to be done with it."""
        self.effort.weigh(value)
        return value

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Allow attributes of our own views and of Jinja's loop, none of plain data."""
        if isinstance(obj, (*_PLAIN_DATA, Call)):
            return False
        return bool(super().is_safe_attribute(obj, attr, value))

    def wrap_str_format(self, value: Any) -> None:
        """Give Jinja no way round: str.format is an attribute of plain data, and can grow."""

    def unsafe_undefined(self, obj: Any, attribute: str) -> jinja2.Undefined:
        """Refuse at once instead of handing out something undefined."""
        raise ChapterkitError(
            f"模板不能用属性 {attribute}",
            hint="模板里只有 n、cite、ref、table、chart、flow、experiment、record",
        )

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look an attribute up, our own views first."""
        if attribute.startswith("_"):
            return self.unsafe_undefined(obj, attribute)
        return super().getattr(obj, attribute)

    def call(self, context: Any, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call for a template, counting it as a step, what is given and what comes back."""
        self.effort.step()
        self.effort.weigh(*args, *kwargs.values())
        result = super().call(context, obj, *args, **kwargs)
        if isinstance(result, str):
            self.effort.spend(len(result))
        return result

    def call_test(self, name: str, value: Any, args: Any = None, *rest: Any, **others: Any) -> Any:
        """Test each of several values, counting what is compared."""
        self.effort.weigh(value, args)
        return super().call_test(name, value, args, *rest, **others)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Look up what a key names; one that is no text may hold anything."""
        if not isinstance(argument, (str, int)):
            self.effort.weigh(argument)
        return super().getitem(obj, argument)

    def get_template(self, name: Any, *args: Any, **kwargs: Any) -> jinja2.Template:
        """Load a template, counting it as a step."""
        self.effort.step()
        self.effort.weigh(name)
        return super().get_template(name, *args, **kwargs)

    def select_template(self, names: Any, *args: Any, **kwargs: Any) -> jinja2.Template:
        """Load the first of several templates that there is, counting it as a step."""
        self.effort.step()
        self.effort.weigh(names)
        return super().select_template(names, *args, **kwargs)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Compute for a template: numbers of ordinary size only, so that nothing can grow."""
        for side in (left, right):
            if isinstance(side, jinja2.Undefined):
                str(side)  # which says so
        if isinstance(left, Compared) or isinstance(right, Compared):
            raise _not_reckoned(left, _RECKONING[operator], right)
        if operator != "**" and all(_is_ordinary(side, operator) for side in (left, right)):
            return super().call_binop(context, operator, left, right)
        raise ChapterkitError(
            f"模板里不能这样用 {operator}", hint="算术写在记录的 derived 里，拼接用 ~"
        )

    def call_unop(self, context: Any, operator: str, arg: Any) -> Any:
        """Turn the sign of a plain number."""
        if isinstance(arg, Compared):
            raise _no_number(f"模板里不能用 {operator} 取正负的是", arg)
        return super().call_unop(context, operator, arg)

    @property
    def names(self) -> Names:
        """What a template may name beside values."""
        filters = (name for name in self.filters if not name.startswith("_"))
        tests = (name for name in self.tests if name.isidentifier())
        return Names(tuple(filters), tuple(tests))

    def _compile(self, source: str, filename: str) -> Any:
        with warnings.catch_warnings():  # what Python warns of fails when it is run, and is told
            warnings.simplefilter("ignore", SyntaxWarning)
            return super()._compile(source, filename)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        try:
            return _Bounding().visit(super()._parse(source, name, filename))  # type: ignore[no-any-return]
        except ValueError as error:  # a number of more digits than Python reads
            found = _LONG_NUMBER.search(source)
            line = source.count("\n", 0, found.start()) + 1 if found else 1
            raise jinja2.TemplateSyntaxError(str(error), line, name, filename) from None


# What a recorded number may be handed to; to all others it would be text without an origin.
_FOR_NUMBERS = frozenset([*DRESSES, "d", "default"])
_RECKONING = {
    "+": "相加", "-": "相减", "*": "相乘", "/": "相除", "//": "相除", "%": "取余", "**": "乘方",
}  # fmt: skip


def _no_number(what: str, value: Compared) -> ChapterkitError:
    hint = f"数可用的过滤器：{'、'.join(DRESSES)}；算术写在记录的 derived 里"
    return ChapterkitError(f"{what}记录里的数 {named(value.number)}", hint=hint)


def _not_reckoned(left: Any, how: str, right: Any) -> ChapterkitError:
    """Return the error for arithmetic with recorded numbers: what it gave would have no origin."""
    sides = "和 ".join(
        named(one.number) if isinstance(one, Compared) else value_in_words(one)
        for one in (left, right)
    )
    hint = '写进记录：derived: 甲 - 乙，再用 n("slug.name") 取它；拼接用 ~'
    return ChapterkitError(f"{sides}不能在模板里{how}", hint=hint)


def _check_arguments(
    name: str, function: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]
) -> None:
    """Raise ChapterkitError for arguments that a filter does not take."""
    with suppress(ValueError):
        wanted = signature(function)
        try:
            wanted.bind(*given, **named)
        except TypeError:
            own = [one for one in wanted.parameters if one not in _PASSED][1:]
            hint = f"它的参数：{'、'.join(own)}" if own else "它没有参数"
            raise ChapterkitError(f"过滤器 {name} 的参数不对", hint=hint) from None


_PASSED = frozenset(["context", "eval_ctx", "environment"])


def _is_ordinary(value: Any, operator: str) -> bool:
    """Tell whether a value is a number that cannot grow by an operator: a record's are limited."""
    if isinstance(value, Decimal):
        return operator in "-//" and abs(value.adjusted()) < MAX_DIGITS
    return isinstance(value, (int, float)) and abs(value) < 1e9


class _Bounding(jinja2.visitor.NodeTransformer):
    """Routes through the sandbox's own filters whatever may be done often, or with much.

    Loops, macros and blocks count what stands in them each time; concatenations, slices, tests and
    comparisons what they are given.
    """

    written = 0

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        """Count what is written: texts by their length, everything else alike."""
        self.written += len(node.data) if isinstance(node, nodes.TemplateData) else ITEM
        return super().visit(node, *args, **kwargs)

    def _written_in(self, node: nodes.Node) -> int:
        before = self.written
        self.generic_visit(node)
        return self.written - before

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802
        weight = self._written_in(node)
        node.iter = _through("_bounded", node.iter, weight)  # type: ignore[arg-type]
        if node.recursive:
            node.body.insert(0, _spending(weight, node))
        return node

    def _with_own_weight(self, node: Any) -> Any:
        node.body.insert(0, _spending(self._written_in(node), node))
        return node

    visit_Macro = visit_CallBlock = visit_Block = visit_Template = _with_own_weight  # noqa: N815

    def visit_NSRef(self, node: nodes.NSRef) -> nodes.NSRef:  # noqa: N802
        raise jinja2.TemplateSyntaxError("cannot assign attribute", node.lineno)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802
        self.generic_visit(node)
        return _through("_joined", nodes.List(node.nodes, lineno=node.lineno))

    def visit_Compare(self, node: nodes.Compare) -> nodes.Compare:  # noqa: N802
        self.generic_visit(node)
        node.expr = _weighed(node.expr)
        for operand in node.ops:
            operand.expr = _weighed(operand.expr)
        return node

    def visit_Test(self, node: nodes.Test) -> nodes.Test:  # noqa: N802
        self.generic_visit(node)
        if node.name not in _PEEKING:
            node.node = _weighed(node.node)
            node.args = [_weighed(one) for one in node.args]
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Getitem:  # noqa: N802
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = _weighed(node.node)
        return node


# Tests that look no further than at what a value is; of an undefined one, too.
_PEEKING = frozenset(["defined", "undefined", "none", "string", "number", "mapping", "sequence"])


_LONG_NUMBER = re.compile(r"\d[\d_]{4000}")


def _spending(weight: int, at: nodes.Node) -> nodes.ExprStmt:
    spent = nodes.Filter(
        nodes.Const(weight, lineno=at.lineno), "_spent", [], [], None, None, lineno=at.lineno
    )
    return nodes.ExprStmt(spent, lineno=at.lineno)


def _at_run_time(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that is not run while a template is compiled: it asks for the context."""

    @jinja2.pass_context
    def run(context: Any, *args: Any) -> Any:
        return function(*args)

    return run


def _weighed(node: nodes.Expr) -> nodes.Expr:
    """Have a value weighed where it is used, unless it stands there in so many words."""
    return node if isinstance(node, nodes.Const) else _through("_weighed", node)


class CompiledTemplates(jinja2.FileSystemBytecodeCache):
    """Compiled templates of earlier runs, each kept under its path and used for the same source.

    They lie in a folder of the user's own below the system's temporary one, never in a book's:
    what is loaded from there is run. Whatever goes wrong there is a miss.
    """

    @classmethod
    def at_hand(cls) -> CompiledTemplates | None:
        """Return the kept templates; None if there is no safe place for them."""
        try:
            return cls(pattern=f"__chapterkit_{_made_by()}_%s.cache")
        except (OSError, RuntimeError):
            return None

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template, if there is room."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


@cache
def _made_by() -> str:
    """Return a digest of all that a compiled template depends on besides its own source."""
    digest = hashlib.sha256(version("jinja2").encode())
    for module in (
        __file__,
        effort.__file__,
        passages.__file__,
        templates.__file__,
        views.__file__,
    ):
        digest.update(Path(module).read_bytes())
    return digest.hexdigest()[:16]


def _through(name: str, node: nodes.Expr, *arguments: int) -> nodes.Filter:
    given: list[nodes.Expr] = [nodes.Const(one, lineno=node.lineno) for one in arguments]
    return nodes.Filter(node, name, given, [], None, None, lineno=node.lineno)


def check_length(length: int) -> None:
    """Raise ChapterkitError for a text of so many characters, if no chapter is as long."""
    if length > MAX_OUTPUT:
        raise ChapterkitError(f"模板的结果超过 {MAX_OUTPUT} 个字符")


# --- filters of our own in place of Jinja's


@jinja2.pass_context
def _joined_with(context: Any, value: Iterable[Any], d: Any = "", attribute: Any = None) -> Any:
    """Join the items of a list; recorded numbers and citations stay what they are."""
    environment = context.environment
    pick = make_attrgetter(environment, attribute) if attribute is not None else lambda one: one
    if not isinstance(d, str):
        check_text("过滤器 join ", d, 'join("、")')
    texts: list[str] = []
    for item in value:
        picked = pick(item)
        environment.effort.weigh(picked, d)
        printed = finalized(picked)
        plain = isinstance(picked, (str, int, float, Decimal)) and not isinstance(picked, Markup)
        texts.append(str(picked) if plain else printed)
        environment.effort.spend(ITEM + len(texts[-1]))
    if not any(isinstance(one, Markup) for one in texts):
        return FILTERS["join"](context.eval_ctx, texts, str(d))
    return Markup(finalized(d).join(finalized(one) for one in texts))


def _rounded(value: Any, precision: Any = 0, method: Any = "common") -> Any:
    """Round as Jinja does, to so many digits as a number may have."""
    if not isinstance(precision, int) or abs(precision) > MAX_DIGITS:
        raise ChapterkitError(f"过滤器 round 的位数应在 -{MAX_DIGITS} 到 {MAX_DIGITS} 之间")
    return FILTERS["round"](value, precision, method)


@jinja2.pass_environment
def _summed(environment: Any, value: Iterable[Any], attribute: Any = None, start: Any = 0) -> Any:
    """Add plain numbers; recorded ones are added where they are recorded."""
    pick = make_attrgetter(environment, attribute) if attribute is not None else lambda one: one
    total: Any = start
    before: Any = None
    for count, item in enumerate(value):
        one = pick(item)
        if isinstance(one, Compared):
            before = one if before is None else before
            if one is before and not count:
                continue
        if before is not None:
            raise _not_reckoned(before, "相加", one)
        if not _is_ordinary(one, "+") or isinstance(one, bool):
            what = kind_in_words(one)
            raise ChapterkitError(f"过滤器 sum 只能把普通的数相加，不能加{what}", hint=_DERIVED)
        total += one
    if before is not None:
        raise _no_number("过滤器 sum 不能用于", before)
    return total


_DERIVED = '记录里的数在记录里相加：derived: 甲 + 乙，再用 n("slug.name") 取它'


def _trimmed(value: Any, chars: str | None = None) -> Any:
    """Trim as Jinja does; each character of the text is compared with each of those given."""
    if chars is not None and len(chars) > MAX_DIGITS:
        raise ChapterkitError(f"过滤器 trim 的字符不能超过 {MAX_DIGITS} 个")
    return FILTERS["trim"](value, chars)


def finalized(value: Any) -> Markup:
    """Turn what an expression gives into Markdown: markup as it is, all else as escaped data."""
    match value:
        case Markup():
            return value
        case jinja2.Undefined():
            return Markup(str(value))
        case Dressed():
            return Markup(value.markdown())
        case NumberView():
            return Markup(value.shown.markdown())
        case DataText():
            try:
                return Markup(mark(value.origin, advances=False) + escape(value))
            except ChapterkitError as error:
                raise error.at(value.origin) from None
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise _unprintable(value)
    text = str(value)
    check_length(len(text))
    return Markup(escape(text))


def _unprintable(value: Any) -> ChapterkitError:
    """Return the error for what is no text, no number: print would show Python's words for it."""
    if value is None:
        hint = "先看它有没有：{% if 值 %}{{ 值 }}{% endif %}"
        return ChapterkitError("这里没有东西可印：值是空的（none）", hint=hint)
    if isinstance(value, bool):
        return ChapterkitError("真假不能印成文字", hint="写 {% if 条件 %}甲{% else %}乙{% endif %}")
    hint = "列表逐项去印：{% for 项 in 列表 %}，或用过滤器 join；记录印它的属性，如 record.title"
    if callable(value):
        hint = '调用时带上括号和参数，如 n("slug.name")、cite("key")'
    what = f"{value.name} " if isinstance(value, Call) else kind_in_words(value)
    return ChapterkitError(f"{what}不能直接印出来", hint=hint)
