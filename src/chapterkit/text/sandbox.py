"""Jinja's sandbox with bounds: what templates may do, and how much of it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.bccache import Bucket
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup
from pydantic import BaseModel

from chapterkit.errors import ChapterkitError
from chapterkit.text import templates, views
from chapterkit.text.origins import mark
from chapterkit.text.views import DataText, Dressed, escape

MAX_STEPS = 100_000
MAX_OUTPUT = 5_000_000

_ALLOWED_FILTERS = [
    "abs", "default", "d", "first", "int", "join", "last", "length", "list", "lower", "map", "max",
    "min", "reject", "rejectattr", "round", "select", "selectattr", "sort", "trim", "unique",
    "upper",
]  # fmt: skip
# A number's model is data, too: pydantic's own methods can read files.
_PLAIN_DATA = (str, bytes, int, float, Decimal, list, tuple, dict, set, BaseModel)


class Sandbox(SandboxedEnvironment):
    """Jinja's sandbox with bounds: no attribute of plain data, limited steps and characters.

    Raises ChapterkitError when a template reaches for what it may not have, or runs too long.
    """

    intercepted_binops = frozenset(["+", "*", "**", "%"])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.steps = 0
        self.filters = {name: self.filters[name] for name in _ALLOWED_FILTERS}
        self.filters |= {"_bounded": self.bounded, "_joined": self.joined}
        self.globals = {}

    def step(self) -> None:
        """Count one step of the rendering."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise ChapterkitError(f"模板的循环超过 {MAX_STEPS} 步", hint="缩短循环")

    def bounded(self, items: Iterable[Any]) -> Iterator[Any]:
        """Yield the items of a loop, counting each."""
        for item in items:
            self.step()
            yield item

    def joined(self, items: Iterable[Any]) -> Markup:
        """Join the operands of ~ as text: data escaped, markup kept."""
        text = "".join(finalized(item) for item in items)
        return Markup(_checked_length(text))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Allow attributes of our own views and of Jinja's loop, none of plain data."""
        if isinstance(obj, _PLAIN_DATA):
            return False
        return bool(super().is_safe_attribute(obj, attr, value))

    def wrap_str_format(self, value: Any) -> None:
        """Give Jinja no way round: str.format is an attribute of plain data, and can grow."""

    def unsafe_undefined(self, obj: Any, attribute: str) -> jinja2.Undefined:
        """Refuse at once instead of handing out something undefined."""
        raise ChapterkitError(
            f"模板不能用属性 {attribute}", hint="模板里只有 n、cite、ref、experiment、record"
        )

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look an attribute up, our own views first."""
        if attribute.startswith("_"):
            return self.unsafe_undefined(obj, attribute)
        return super().getattr(obj, attribute)

    def call(self, context: Any, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call for a template, counting it as a step."""
        self.step()
        return super().call(context, obj, *args, **kwargs)

    def get_template(self, *args: Any, **kwargs: Any) -> jinja2.Template:
        """Load a template, counting it as a step."""
        self.step()
        return super().get_template(*args, **kwargs)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Compute for a template: numbers of ordinary size only, so that nothing can grow."""
        small = all(isinstance(side, (int, float)) and abs(side) < 1e9 for side in (left, right))
        if small and operator != "**":
            return super().call_binop(context, operator, left, right)
        raise ChapterkitError(
            f"模板里不能这样用 {operator}", hint="算术写在记录的 derived 里，拼接用 ~"
        )

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return _Bounding().visit(super()._parse(source, name, filename))  # type: ignore[no-any-return]


class _Bounding(jinja2.visitor.NodeTransformer):
    """Routes every loop and every concatenation through the sandbox's own filters."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802
        self.generic_visit(node)
        node.iter = _through("_bounded", node.iter)  # type: ignore[arg-type]
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802
        self.generic_visit(node)
        return _through("_joined", nodes.List(node.nodes, lineno=node.lineno))


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
    for module in (__file__, templates.__file__, views.__file__):
        digest.update(Path(module).read_bytes())
    return digest.hexdigest()[:16]


def _through(name: str, node: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _checked_length(text: str) -> str:
    if len(text) > MAX_OUTPUT:
        raise ChapterkitError(f"模板的结果超过 {MAX_OUTPUT} 个字符")
    return text


@jinja2.pass_context
def finalized_when_run(_: jinja2.runtime.Context, value: Any) -> Markup:
    """Return `finalized`, also of what stands fixed: Jinja would write that as it is."""
    return finalized(value)


def finalized(value: Any) -> Markup:
    """Turn what an expression gives into Markdown: markup as it is, all else as escaped data."""
    match value:
        case Markup():
            return value
        case jinja2.Undefined():
            return Markup(str(value))
        case Dressed():
            return Markup(value.markdown())
        case DataText():
            try:
                return Markup(mark(value.origin, advances=False) + escape(value))
            except ChapterkitError as error:
                raise error.at(value.origin) from None
    return Markup(escape(_checked_length(str(value))))
