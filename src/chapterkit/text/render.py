"""Book -> rendered Markdown with origins, in Jinja's sandbox. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import jinja2
from markupsafe import Markup

from chapterkit.errors import ChapterkitError, Origin, nearest
from chapterkit.manuscript.book import PLACE, Book, Chapter, check_citation, unknown_record
from chapterkit.text.exhibits import placing, with_placed
from chapterkit.text.numbering import REF, STYLES
from chapterkit.text.origins import MARK_END, MARK_START, Rendered, check_characters, without_marks
from chapterkit.text.passages import Only
from chapterkit.text.refusals import Missing, assigned, explained, syntax_error
from chapterkit.text.sandbox import MAX_OUTPUT, CompiledTemplates, Sandbox
from chapterkit.text.templates import OriginMarks, check_templates
from chapterkit.text.variants import EVERYTHING, Variant
from chapterkit.text.views import DRESSES, Call, Numbers, citation, escape, record_view

DEFAULT_TEMPLATE = "experiment.md.j2"


class _Loader(jinja2.BaseLoader):
    """Serves the texts that the book has loaded; templates cannot reach any other file."""

    def __init__(self, book: Book, chapter: Chapter) -> None:
        self.book, self.chapter = book, chapter

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Return text, path as errors name it, and that it is current."""
        if template == self.chapter.path:
            return self.chapter.text, template, lambda: True
        if template not in self.book.templates:
            raise jinja2.TemplateNotFound(template)
        return self.book.templates[template], f"templates/{template}", lambda: True


def make_environment(book: Book, chapter: Chapter, variant: Variant = EVERYTHING) -> Sandbox:
    """Return the one environment in which a chapter and its templates are rendered."""
    environment = Sandbox(
        loader=_Loader(book, chapter),
        extensions=[OriginMarks, Only],
        undefined=Missing,
        comment_start_string="{%#",
        comment_end_string="#%}",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        cache_size=-1,
        bytecode_cache=CompiledTemplates.at_hand(),
    )
    environment.variant, environment.editions = variant, frozenset(book.config.editions)
    environment.filters |= {name: environment.counted(name, one) for name, one in DRESSES.items()}
    environment.globals["n"] = Numbers(book.ledger, None)
    calls = [
        Call("cite", 'cite("chu2025sft", "图 6")', partial(_cite, book)),
        Call("ref", 'ref("slug")', partial(_ref, book)),
        Call("table", 'table("标识")', _table),
        Call("chart", 'chart("标识")', _chart),
        Call("flow", 'flow("标识")', _flow),
    ]
    for name in dict.fromkeys((PLACE, *book.config.kind_labels)):
        place = partial(_placed, environment, book, chapter, name)
        calls.append(Call(name, f'{name}("slug")', place))
    environment.globals |= {call.name: call for call in calls}
    return environment


def _cite(book: Book, key: str, at: str | int | None = None) -> Markup:
    """Return a citation of a source, with the place in it: `[@chu2025sft, 图 6]`."""
    if str(at) in book.bibliography:
        of_both = f'{{{{ cite("{key}") }}}}{{{{ cite("{at}") }}}}'
        hint = of_both if key in book.bibliography else f'{{{{ cite("{at}", "{key}") }}}}'
        message = f"cite 的第二项是在来源的何处，{at} 却是一条文献的键"
        raise ChapterkitError(message, hint=f"写成 {hint}")
    check_citation(str(key), book.bibliography)
    return Markup(citation(str(key), str(at) if at else ""))


def _ref(book: Book, name: str, style: str = "number") -> Markup:
    """Return a link to what has an identifier, with its number as text: `[实验 7.4](#points)`.

    What is no record is known only once the text has been read: a link without a text, which gets
    one then; so do titles. Raises ChapterkitError for what cannot be one.
    """
    if style not in STYLES:
        raise ChapterkitError(f"ref 的 style 不能是 {style}", hint=f"可以是 {'、'.join(STYLES)}")
    if not _IDENTIFIER.fullmatch(name):
        raise ChapterkitError(f"“{name}”不能作标识", hint="标识是字母、数字和 - _ : .")
    if name in book.records and style == "number":
        return Markup(f"[{escape(book.label_of(name))}](#{name})")
    styled = "" if style == "number" else f" style={style}"
    return Markup(f"[](#{name}){{.{REF}{styled}}}")


def _table(name: str) -> Markup:
    """Return a table that a record or book/exhibits declares; the call stands on its own line."""
    return placing("table", name)


def _chart(name: str) -> Markup:
    """Return a chart that a record or book/exhibits declares; the call stands on its own line."""
    return placing("chart", name)


def _flow(name: str) -> Markup:
    """Return a flow drawing that is declared so; the call stands on its own line."""
    return placing("flow", name)


_IDENTIFIER = re.compile(r"\w[\w.:-]{0,99}")


def _placed(environment: Sandbox, book: Book, chapter: Chapter, call: str, slug: str) -> Markup:
    """Return the text of a record, out of its own template, its kind's, or the default one."""
    slug = str(slug)
    if slug not in book.records:
        raise unknown_record(slug, book.records)
    if slug not in chapter.records:
        raise ChapterkitError(f'{{{{ {call}("{slug}") }}}} 要单独占一行', hint="前后的文字另起一段")
    own, of_kind = f"experiments/{slug}.md.j2", f"{book.kind_of(slug)}.md.j2"
    name = next((one for one in (own, of_kind) if one in book.templates), DEFAULT_TEMPLATE)
    record = record_view(book, book.records[slug])
    template = environment.get_template(name)
    numbers = Numbers(book.ledger, slug)
    rendered = template.render(record=record, n=numbers, numbers=record.numbers)
    if f"{{#{slug}}}" not in without_marks(rendered).text:
        raise ChapterkitError(
            f"{book.kind_label(slug)} {slug} 的文字里没有它的标题",
            Origin(f"templates/{name}"),
            f'开头写 {{% extends "{DEFAULT_TEMPLATE}" %}}，文字写在它的 block 里',
        )
    kind = book.config.kinds.get(book.kind_of(slug))
    return Markup(_lowered(rendered, kind.level - 2 if kind else 0))


_LINE_HEAD = re.compile(
    f"(?:{MARK_START}[^{MARK_END}]*{MARK_END})*(?P<says>#+(?=[ \\t])|`{{3,}}|~{{3,}})?"
)


def _lowered(rendered: str, by: int) -> str:
    """Return a record's text with all its headings `by` levels lower; templates write level 2.

    What is put before a line's marks keeps the places of what follows.
    """
    if not by:
        return rendered
    lines, fence = [], ""
    for line in rendered.split("\n"):
        found = _LINE_HEAD.match(line)
        says = (found and found["says"]) or ""
        if says and says[0] in "`~":
            fence = "" if fence and says.startswith(fence) else fence or says
        is_heading = says.startswith("#") and not fence
        lines.append("#" * by + line if is_heading else line)
    return "\n".join(lines)


def render(book: Book, chapter: Chapter, variant: Variant = EVERYTHING) -> Rendered:
    """Return the chapter's Markdown, experiments in place, with the origin of every part.

    Of passages for some formats or editions only it has those of `variant`.
    Raises ChapterkitError at file and line for anything a template gets wrong: syntax, unknown
    names, what the sandbox forbids, loops without end.
    """
    check_templates(book)
    environment = make_environment(book, chapter, variant)
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
        path = error.filename or chapter.path
        raise syntax_error(error, _source(book, chapter, path), path, environment.names) from None
    except jinja2.TemplateNotFound as error:
        raise _no_template(error, book).at(_failing_line(error, chapter)) from None
    except Exception as error:
        # Whatever else a template's own code raises (a wrong argument, text where a number
        # should be) is the template's mistake, since templates can reach nothing of ours.
        origin = _failing_line(error, chapter)
        known = (
            *environment.globals,
            "record",
            "numbers",
            *assigned(_source(book, chapter, origin.path)),
        )
        message, hint = explained(error, known)
        raise ChapterkitError(message, origin, hint) from None
    rendered = without_marks(with_placed(_joined_citations("".join(parts)), book))
    check_characters(rendered)
    return rendered


_MARKS = f"(?:{MARK_START}[^{MARK_END}]*{MARK_END})*"
_CITATION = r"\[@(?:\\.|[^\[\]\\])*\]"
_NEIGHBOURS = re.compile(f"{_CITATION}(?:{_MARKS}{_CITATION})+")


def _joined_citations(marked: str) -> str:
    """Make one citation of neighbours: pandoc takes `[@a][@b]` for half a link."""
    between = re.compile(rf"\]{_MARKS}\[@")
    return _NEIGHBOURS.sub(lambda found: between.sub("; @", found[0]), marked)


def _source(book: Book, chapter: Chapter, path: str) -> str:
    """Return the text of a template by its path as errors name it."""
    if path == chapter.path:
        return chapter.text
    return book.templates.get(path.removeprefix("templates/"), "")


_NO_TEMPLATES = "templates/ 里没有模板；另外 chapterkit new book 一本，从那里复制 templates/"


def _no_template(error: jinja2.TemplateNotFound, book: Book) -> ChapterkitError:
    names = [str(name) for name in getattr(error, "templates", [error.name])]
    if not names:
        hint = '写 {% include "名字.md.j2" %}'
        return ChapterkitError("include 后面没有模板的名字", hint=hint)
    near = nearest(names[-1], book.templates)
    listed = "、".join(sorted(book.templates)[:10])
    hint = f"最接近的是 {near}" if near else f"有：{listed}" if listed else _NO_TEMPLATES
    return ChapterkitError(
        f"没有 {'、'.join(f'templates/{one}' for one in names)} 这个模板", hint=hint
    )


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
