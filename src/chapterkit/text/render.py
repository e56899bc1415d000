"""Book -> rendered Markdown with origins: pure, in Jinja's sandbox."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup
from pydantic import BaseModel

from chapterkit.errors import ChapterkitError, Origin, nearest
from chapterkit.manuscript.book import Book, Chapter, check_citation, unknown_experiment
from chapterkit.manuscript.ledger import Ledger, Number, approximate_text, chinese_text, signed_text
from chapterkit.manuscript.records import Record
from chapterkit.text.origins import MARK_END, MARK_START, Rendered, mark, without_marks

_STRINGS = r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
_TAG = re.compile(
    rf"""(?P<comment>\{{%\#.*?\#%\}})
      | (?P<statement>\{{%(?:{_STRINGS}|[^"'%]|%(?!\}}))*%\}})
      | (?P<expression>\{{\{{(?:{_STRINGS}|[^"'}}]|\}}(?!\}}))*\}}\}})""",
    re.VERBOSE | re.DOTALL,
)
_OUR_MARKS = re.compile(f"[{MARK_START}{MARK_END}]")
MAX_STEPS = 100_000
MAX_OUTPUT = 5_000_000


class OriginMarks(Extension):
    """Puts an origin mark before each stretch of text and each expression of a template.

    Marks stand directly before what is visible, never before white space, so that Jinja's
    own handling of white space round its tags is not disturbed.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the template's source with marks; called by Jinja before it compiles."""
        if found := _OUR_MARKS.search(source):
            line = source.count("\n", 0, found.start()) + 1
            raise ChapterkitError("文本里有 Unicode 非字符", Origin(filename or "", line), "删去它")
        return "".join(_marked(source, filename or name or ""))


def _marked(source: str, path: str) -> Iterator[str]:
    position = _Position(path)
    end = 0
    for tag in _TAG.finditer(source):
        yield from _marked_text(source[end : tag.start()], position)
        if tag.lastgroup == "expression" and not tag[0].startswith("{{-"):
            yield mark(position.origin(), advances=False)
        yield tag[0]
        position.pass_over(tag[0])
        end = tag.end()
    yield from _marked_text(source[end:], position)


def _marked_text(text: str, position: _Position) -> Iterator[str]:
    for line in text.splitlines(keepends=True):
        visible = line.lstrip()
        indent = line[: len(line) - len(visible)]
        yield indent
        position.pass_over(indent)
        if visible:
            yield mark(position.origin(), advances=True) + visible
            position.pass_over(visible)


@dataclass
class _Position:
    """A cursor over a source text."""

    path: str
    line: int = 1
    column: int = 1

    def origin(self) -> Origin:
        return Origin(self.path, self.line, self.column)

    def pass_over(self, text: str) -> None:
        breaks = text.count("\n")
        self.line += breaks
        after = len(text) - text.rfind("\n") - 1
        self.column = after + 1 if breaks else self.column + after


# --- values as templates see them


class DataText(str):
    """A text from a record, with its place."""

    origin: Origin

    @classmethod
    def of(cls, text: str, origin: Origin) -> DataText:
        """Return `text` as data written at `origin`."""
        made = cls(text)
        made.origin = origin
        return made


@dataclass(frozen=True)
class Dressed:
    """A recorded number in the dress that a sentence wants; the value never changes."""

    number: Number
    shown: str

    def __str__(self) -> str:
        return self.shown

    def markdown(self) -> str:
        """Return the span that the linter trusts.

        The text is data (a unit may hold anything), so it is escaped.
        """
        return f'[{escape(self.shown)}]{{.number data-number="{self.number.id}"}}'


def dress_signed(dressed: Dressed) -> Dressed:
    """Show the sign also of a positive number: +3.5 个百分点."""
    return replace(dressed, shown=signed_text(dressed.number))


def dress_approx(dressed: Dressed, digits: int = 0) -> Dressed:
    """Round to `digits` decimals and say so: 约 12%."""
    return replace(dressed, shown=approximate_text(dressed.number, digits))


def dress_zh(dressed: Dressed) -> Dressed:
    """Spell the number in Chinese: 十五, 十八条, 百分之十一点五."""
    return replace(dressed, shown=chinese_text(dressed.number))


_SPECIAL = re.compile(r"([\\`*_~^$@\[\]<>#|&{}])")
# What opens a block at the start of a line: a single mark, or an item number before its point.
_LEADING = re.compile(r"^\s*(?:[-+:=%!(]|(?:\d+|[A-Za-z]+)(?=[.)](?:\s|$)))")


def escape(text: str) -> str:
    r"""Return `text` so that pandoc reads it as nothing but text, also at the start of a line.

    >>> print(escape("a*b @c"), escape("1. 年"), escape("- 2 度"))
    a\*b \@c 1\. 年 \- 2 度
    """
    if _OUR_MARKS.search(text):
        raise ChapterkitError("文本里有 Unicode 非字符", hint="删去它")
    escaped = _SPECIAL.sub(r"\\\1", " ".join(text.split("\n")))
    if found := _LEADING.match(escaped):
        at = found.end() if found[0][-1].isalnum() else found.end() - 1
        return f"{escaped[:at]}\\{escaped[at:]}"
    return escaped


class Numbers:
    """`n` in templates: `n.gpl_rl` in an experiment's own template, `n("slug.name")` anywhere."""

    def __init__(self, ledger: Ledger, slug: str | None) -> None:
        self._ledger = ledger
        self._slug = slug

    def __call__(self, key: str) -> Dressed:
        """Return the number `slug.name` of any record."""
        number = self._ledger.find(str(key))
        return Dressed(number, number.text)

    def __getattr__(self, name: str) -> Dressed:
        if name.startswith(("__", "jinja_")) or name in {"unsafe_callable", "alters_data"}:
            raise AttributeError(name)  # what Jinja asks of every callable
        if self._slug is None:
            hint = f'写成 n("slug.{name}")，slug 是那个数所在的记录'
            raise ChapterkitError(f"这里不在实验的模板里，n.{name} 不知是哪个实验的数", hint=hint)
        return self(f"{self._slug}.{name}")


@dataclass(frozen=True)
class RecordView:
    """A record as the default template sees it: texts are data with their places."""

    slug: str
    number: str
    title: DataText
    setup: tuple[tuple[str, DataText], ...]
    sources: tuple[DataText, ...]
    findings: tuple[FindingView, ...]
    others: tuple[NumberView, ...]
    relations: tuple[RelationView, ...]


@dataclass(frozen=True)
class FindingView:
    """A finding with the numbers it rests on."""

    claim: DataText
    rests_on: tuple[NumberView, ...]
    cite: str
    at: str | None


@dataclass(frozen=True)
class NumberView:
    """A number with what it measures."""

    number: Number
    of: DataText
    when: DataText | None

    @property
    def shown(self) -> Dressed:
        """The number as print shows it."""
        return Dressed(self.number, self.number.text)

    @property
    def cite(self) -> str:
        """The key of its source."""
        return self.number.cite

    @property
    def at(self) -> str | None:
        """Where in its source."""
        return self.number.at

    @property
    def status(self) -> str:
        """How the record came by it."""
        return self.number.status


@dataclass(frozen=True)
class RelationView:
    """A relation to another experiment."""

    to: str
    how: DataText


# --- the environment


class _Loader(jinja2.BaseLoader):
    """Serves the texts that the book has loaded; templates cannot reach any other file."""

    def __init__(self, book: Book, chapter: Chapter) -> None:
        self.texts = {name: (text, f"templates/{name}") for name, text in book.templates.items()}
        self.texts[chapter.path] = (chapter.text, chapter.path)

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Return text, path as shown in errors, and that it is current."""
        if template not in self.texts:
            raise jinja2.TemplateNotFound(template)
        text, path = self.texts[template]
        return text, path, lambda: True


_ALLOWED_FILTERS = [
    "abs",
    "default",
    "d",
    "first",
    "int",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "round",
    "select",
    "selectattr",
    "sort",
    "trim",
    "unique",
    "upper",
]
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
        text = "".join(_finalized(item) for item in items)
        return Markup(_checked_length(text))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Allow attributes of our own views and of Jinja's loop, none of plain data."""
        if isinstance(obj, _PLAIN_DATA):
            return False
        return bool(super().is_safe_attribute(obj, attr, value))

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


def _through(name: str, node: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _checked_length(text: str) -> str:
    if len(text) > MAX_OUTPUT:
        raise ChapterkitError(f"模板的结果超过 {MAX_OUTPUT} 个字符")
    return text


def _finalized(value: Any) -> Markup:
    """Turn what an expression gives into Markdown: markup as it is, all else as escaped data."""
    match value:
        case Markup():
            return value
        case jinja2.Undefined():
            return Markup(str(value))
        case Dressed():
            return Markup(value.markdown())
        case DataText():
            return Markup(mark(value.origin, advances=False) + escape(value))
    return Markup(escape(_checked_length(str(value))))


def make_environment(book: Book, chapter: Chapter) -> Sandbox:
    """Return the one environment in which a chapter and its templates are rendered."""
    environment = Sandbox(
        loader=_Loader(book, chapter),
        extensions=[OriginMarks],
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        finalize=_finalized,
        comment_start_string="{%#",
        comment_end_string="#%}",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        cache_size=-1,
    )
    environment.filters |= {"signed": dress_signed, "approx": dress_approx, "zh": dress_zh}
    environment.globals |= {
        "n": Numbers(book.ledger, None),
        "cite": lambda key, at=None: _cite(book, key, at),
        "ref": lambda slug: _ref(book, chapter, str(slug)),
        "experiment": lambda slug: _experiment(environment, book, chapter, str(slug)),
    }
    return environment


def _cite(book: Book, key: str, at: str | None) -> Markup:
    check_citation(str(key), book.bibliography)
    locator = f", {escape(str(at))}" if at else ""
    return Markup(f"[@{key}{locator}]")


def _ref(book: Book, chapter: Chapter, slug: str) -> Markup:
    """Return 实验 7.4; as a link if it stands in the same chapter, and so in the same file."""
    shown = f"实验 {book.number_of(slug)}"
    return Markup(f"[{shown}](#{slug})" if slug in chapter.experiments else shown)


def _experiment(environment: Sandbox, book: Book, chapter: Chapter, slug: str) -> Markup:
    if slug not in book.records:
        raise unknown_experiment(slug, book.records)
    if slug not in chapter.experiments:
        raise ChapterkitError(
            f'{{{{ experiment("{slug}") }}}} 要单独占一行', hint="前后的文字另起一段"
        )
    own = f"experiments/{slug}.md.j2"
    name = own if own in book.templates else "experiment.md.j2"
    record = _view(book, book.records[slug])
    template = environment.get_template(name)
    numbers = Numbers(book.ledger, slug)
    rendered = template.render(record=record, n=numbers)
    if f"{{#{slug}}}" not in without_marks(rendered).text:
        raise ChapterkitError(
            f"实验 {slug} 的文字里没有它的标题",
            Origin(f"templates/{name}"),
            '开头写 {% extends "experiment.md.j2" %}，文字写在它的 block 里',
        )
    return Markup(rendered)


_EXTENDS = re.compile(r"""\{%-?\s*extends\s+["']([^"']+)["']""")
_BLOCK = re.compile(r"\{%-?\s*block\s+(\w+)")
_OPENS = re.compile(r"\{%-?\s*(?:block|macro|call|filter)\b|\{%-?\s*set\s+\w+\s*-?%\}")
_CLOSES = re.compile(r"\{%-?\s*end(?:block|macro|call|filter|set)\b")


def check_templates(templates: Mapping[str, str], records: Mapping[str, Record]) -> None:
    """Raise ChapterkitError for text that a template would lose without a word.

    That is a block which the template it extends does not have, text outside any block there,
    and a template of an experiment that does not exist.
    """
    for name, text in templates.items():
        path = f"templates/{name}"
        slug = name.removeprefix("experiments/").removesuffix(".md.j2")
        if name.startswith("experiments/") and slug not in records:
            raise unknown_experiment(slug, records).at(Origin(path))
        parent = _EXTENDS.search(text)
        if parent and parent[1] in templates:
            known = set(_BLOCK.findall(templates[parent[1]]))
            _check_child(text, path, known)


def _check_child(text: str, path: str, known: set[str]) -> None:
    position, depth, end = _Position(path), 0, 0
    for tag in [*_TAG.finditer(text), None]:
        between = text[end : tag.start()] if tag else text[end:]
        if depth == 0 and between.strip():
            position.pass_over(between[: len(between) - len(between.lstrip())])
            hint = f"移进一个 block：{'、'.join(sorted(known))}"
            raise ChapterkitError("写在 block 外面的文字不会印出来", position.origin(), hint)
        if tag is None:
            return
        position.pass_over(between)
        block = _BLOCK.match(tag[0])
        if block and depth == 0 and block[1] not in known:
            near = nearest(block[1], known)
            hint = f"最接近的是 {near}" if near else f"有：{'、'.join(sorted(known))}"
            raise ChapterkitError(
                f"所扩展的模板没有 {block[1]} 这个 block", position.origin(), hint
            )
        depth += bool(_OPENS.match(tag[0])) - bool(_CLOSES.match(tag[0]))
        position.pass_over(tag[0])
        end = tag.end()


def _view(book: Book, record: Record) -> RecordView:
    model = record.model
    shown = {name: _number_view(book, record, name) for name in model.numbers}
    used = {name for finding in model.findings for name in finding.rests_on}
    return RecordView(
        slug=record.slug,
        number=book.number_of(record.slug),
        title=DataText.of(model.title, record.origin("title")),
        setup=tuple(
            (key, DataText.of(text, record.origin("setup", key)))
            for key, text in model.setup.items()
        ),
        sources=tuple(
            DataText.of(key, record.origin("sources", place))
            for place, key in enumerate(model.sources)
        ),
        findings=tuple(
            FindingView(
                DataText.of(finding.claim, record.origin("findings", index, "claim")),
                tuple(shown[name] for name in finding.rests_on),
                finding.cite,
                finding.at,
            )
            for index, finding in enumerate(model.findings)
        ),
        others=tuple(view for name, view in shown.items() if name not in used),
        relations=tuple(
            RelationView(
                relation.to, DataText.of(relation.how, record.origin("relations", index, "how"))
            )
            for index, relation in enumerate(model.relations)
        ),
    )


def _number_view(book: Book, record: Record, name: str) -> NumberView:
    number = book.ledger[f"{record.slug}.{name}"]
    when = number.when and DataText.of(number.when, record.origin("numbers", name, "when"))
    of = DataText.of(number.of, record.origin("numbers", name, "of"))
    return NumberView(number, of, when or None)


def render(book: Book, chapter: Chapter) -> Rendered:
    """Return the chapter's Markdown, experiments in place, with the origin of every part.

    Raises ChapterkitError at file and line for anything a template gets wrong: syntax, unknown
    names, what the sandbox forbids, loops without end.
    """
    check_templates(book.templates, book.records)
    environment = make_environment(book, chapter)
    try:
        parts, length = [], 0
        for part in environment.get_template(chapter.path).generate():
            length += len(part)
            if length > 2 * MAX_OUTPUT:
                raise ChapterkitError(f"模板的结果超过 {MAX_OUTPUT} 个字符")
            parts.append(part)
    except ChapterkitError as error:
        raise error.at(_failing_line(error, chapter)) from None
    except jinja2.TemplateSyntaxError as error:
        origin = Origin(error.filename or chapter.path, error.lineno)
        raise ChapterkitError(
            f"模板语法错误：{error.message}", origin, _syntax_hint(error)
        ) from None
    except jinja2.TemplateNotFound as error:
        message = f"没有 templates/{error.name} 这个模板"
        raise ChapterkitError(message, _failing_line(error, chapter)) from None
    except Exception as error:
        # Whatever else a template's own code raises (a wrong argument, text where a number
        # should be) is the template's mistake, since templates can reach nothing of ours.
        raise ChapterkitError(_explained(error), _failing_line(error, chapter)) from None
    return without_marks(_joined_citations("".join(parts)))


_MARKS = f"(?:{MARK_START}[^{MARK_END}]*{MARK_END})*"
_CITATION = r"\[@(?:\\.|[^\[\]\\])*\]"
_NEIGHBOURS = re.compile(f"{_CITATION}(?:{_MARKS}{_CITATION})+")


def _joined_citations(marked: str) -> str:
    """Make one citation of neighbours: pandoc takes `[@a][@b]` for half a link."""
    between = re.compile(rf"\]{_MARKS}\[@")
    return _NEIGHBOURS.sub(lambda found: between.sub("; @", found[0]), marked)


def _explained(error: Exception) -> str:
    match error:
        case jinja2.UndefinedError():
            return f"模板用了没有定义的名字：{error.message}"
        case RecursionError():
            return "模板没完没了地调用自己"
    return f"模板里的表达式出错：{error}"


def _syntax_hint(error: jinja2.TemplateSyntaxError) -> str:
    if "No filter named" in (error.message or ""):
        return "数可用的过滤器：signed、approx、zh"
    return "检查 {{ }} 与 {% %} 是否成对，block 是否有 endblock"


def _failing_line(error: BaseException, chapter: Chapter) -> Origin:
    """Return the innermost template line on the way to the error."""
    origin = Origin(chapter.path)
    trace = error.__traceback__
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if path.endswith((".md", ".j2")):
            origin = Origin(path, trace.tb_lineno)
        trace = trace.tb_next
    return origin
