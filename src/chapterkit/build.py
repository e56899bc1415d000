"""The only module that knows the order of the steps: load, render, parse, lint, cite, write."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock

from chapterkit.bibliography import Source, load_bibliography
from chapterkit.book import Book, Chapter
from chapterkit.citations import citeproc_arguments, csl_references, finish_references, languages
from chapterkit.config import Config, load_outside_config
from chapterkit.document import Block, Comment, Document, Tree, check_depth, plain_text
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.formats import Format, Printing
from chapterkit.ledger import Ledger, Number, numbers_of
from chapterkit.lint import Problem, Run, lint
from chapterkit.origins import Rendered, rendered_plainly
from chapterkit.pandoc import read_markdown, run_pandoc, transform
from chapterkit.records import read_ledger_file
from chapterkit.render import render
from chapterkit.terms import load_terms
from chapterkit.yamlfile import read_text

Progress = Callable[[str], None]

_BUILDING = ".building-"


@dataclass(frozen=True)
class Checked:
    """A chapter that was rendered, parsed and linted."""

    chapter: Chapter
    document: Document
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Written:
    """One file that was written: its size in bytes, and the seconds it took."""

    path: Path
    size: int
    seconds: float


# --- check


def check_chapter(book: Book, chapter: Chapter) -> Checked:
    """Render, parse and lint one chapter of a book; what its baseline accepts is left out."""
    document = document_of(book, chapter)
    problems = lint(document, book, Run(book.config.lint, at_hand(book)))
    return Checked(chapter, document, tuple(problems))


def at_hand(book: Book) -> frozenset[str]:
    """Return what the rules may need that there is: what came with a file, or a whole book."""
    there = {
        "book": bool(book.chapters),
        "ledger": bool(book.ledger or book.chapters),
        "bibliography": bool(book.bibliography or book.chapters),
        "terms": book.terms is not None,
    }
    return frozenset(name for name, is_there in there.items() if is_there)


def document_of(book: Book, chapter: Chapter) -> Document:
    """Render and parse one chapter of a book."""
    return parsed(render(book, chapter))


def check_file(document: Document, book: Book, given: frozenset[str]) -> list[Problem]:
    """Lint a Markdown file that belongs to no book, as `parsed_file` returns it."""
    return lint(document, book, Run(book.config.lint, given))


def parsed_file(
    path: Path, shown: str, ledger_file: Path | None, bibliography_file: Path | None
) -> tuple[Document, Book, frozenset[str]]:
    """Read a Markdown file that belongs to no book, and the ledger and bibliography given with it.

    Returns the document, a book that holds nothing but that ledger and bibliography, and which
    of the two there are. Raises ChapterkitError for a file that cannot be read or does not fit.
    """
    outside = Outside(ledger_file, bibliography_file)
    book = outside.book()
    document = file_document(read_text(path, shown), shown, book)
    return document, book, outside.given


@dataclass(frozen=True)
class Outside:
    """What is given to the check of a file outside a book: all of it, or nothing."""

    ledger: Path | None = None
    bibliography: Path | None = None
    terms: Path | None = None
    config: Path | None = None

    @property
    def given(self) -> frozenset[str]:
        """Return which of them there are, as rules name what they need."""
        files = {"ledger": self.ledger, "bibliography": self.bibliography, "terms": self.terms}
        return frozenset(name for name, file in files.items() if file)

    def book(self) -> Book:
        """Return a book that holds nothing but these.

        Raises ChapterkitError at the line of what is wrong in them.
        """
        numbers: dict[str, Number] = {}
        if self.ledger:
            shown = str(self.ledger)
            entries = read_ledger_file(read_text(self.ledger, shown), shown)
            models = {name: model for name, (model, _) in entries.items()}
            numbers = numbers_of(
                "", models, {name: origin for name, (_, origin) in entries.items()}
            )
        sources = (
            load_bibliography(self.bibliography, str(self.bibliography))
            if self.bibliography
            else {}
        )
        terms = load_terms(self.terms, str(self.terms)) if self.terms else None
        config = (
            load_outside_config(self.config, str(self.config))
            if self.config
            else Config.model_construct(root=Path())
        )
        return Book(config, {}, sources, Ledger(numbers), {}, (), None, terms)


def file_document(text: str, shown: str, book: Book) -> Document:
    """Parse a Markdown file outside a book; one that `numbers --bind` has been over is rendered."""
    bound = bool(book.ledger) and "{{" in text
    rendered = (
        render(book, Chapter("", 0, shown, text, ())) if bound else rendered_plainly(text, shown)
    )
    return parsed(rendered)


_FENCE = re.compile(r"^(`{3,}|~{3,})[^`\n]*$", re.MULTILINE)


def parsed(rendered: Rendered) -> Document:
    """Return the document that pandoc reads out of rendered Markdown, HTML comments apart.

    Raises ChapterkitError if pandoc gives up on it, or it is nested beyond all reason.
    """
    try:
        return _read(rendered)
    except RecursionError:
        raise ChapterkitError("列表或引文嵌套得太深", rendered.origin(0)) from None
    except ChapterkitError as error:
        raise error.at(rendered.origin(0)) from None


def _read(rendered: Rendered) -> Document:
    plain, comments = _without_comments(rendered)
    document = read_markdown(plain)
    check_depth(document.tree)
    return replace(document, comments=comments)


def _without_comments(rendered: Rendered) -> tuple[Rendered, tuple[Comment, ...]]:
    """Blank out HTML comments, which are the author's own notes, keeping every offset."""
    text = rendered.text
    comments: list[Comment] = []
    parts: list[str] = []
    end = 0
    for start, after in _comment_spans(text):
        comments.append(Comment(start, text[start + 4 : after - 3]))
        parts += [text[end:start], re.sub(r"[^\n]", " ", text[start:after])]
        end = after
    if not comments:
        return rendered, ()
    blank = "".join([*parts, text[end:]])
    return Rendered(blank, rendered.starts, rendered.origins), tuple(comments)


def _comment_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each comment begins and ends; in fenced or inline code there are none."""
    end = 0
    fence = _FENCE.search(text)
    while (start := text.find("<!--", end)) >= 0:
        while fence and fence.start() < start:
            closing = text.find(f"\n{fence[1]}", fence.end())
            end = len(text) if closing < 0 else closing + 1 + len(fence[1])
            fence = _FENCE.search(text, end)
        if start < end:
            continue
        after = text.find("-->", start + 4)
        if after < 0:
            return
        end = after + 3
        while fence and fence.start() < end:
            fence = _FENCE.search(text, end)
        if text[start - 1 : start] != "`":
            yield start, end


# --- build


def build_chapter(
    book: Book,
    checked: Checked,
    formats: Sequence[Format],
    output: Path,
    jobs: int,
    progress: Progress = lambda _: None,
) -> list[Written]:
    """Write one checked chapter in the formats given; return what was written.

    All formats are made in a temporary folder first and moved into place together, so that a
    failure or an interruption leaves the last good files; a second build of the same folder waits.
    Raises ChapterkitError if anything cannot be made or written.
    """
    chapter = checked.chapter
    folder = output / chapter.slug
    with _building(folder) as scratch:
        tree = _cited(book, checked, scratch)
        printing = _printing(book, checked, tree, scratch)
        makers = [_Maker(one, printing, tree, scratch, progress) for one in formats]
        with ThreadPoolExecutor(max_workers=jobs) as pool:
            made = list(pool.map(_Maker.make, makers))
        return [_moved(one, folder) for one in made]


@contextmanager
def _building(folder: Path) -> Iterator[Path]:
    """Give a temporary folder inside `folder`, alone: other builds of it wait."""
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(FileLock(folder / ".lock"))
            _remove_scratch(folder)
            # Before the folder exists, so that no interruption can come between.
            stack.callback(_remove_scratch, folder)
            scratch = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=folder))
        except OSError as error:
            hint = "用 --output 换一个能写的文件夹"
            raise ChapterkitError(
                f"写不了输出文件夹：{error.strerror}", Origin(str(folder)), hint
            ) from None
        yield scratch


def _remove_scratch(folder: Path) -> None:
    """Remove the temporary folders of this build, or of one that was killed."""
    for left in folder.glob(f"{_BUILDING}*"):
        shutil.rmtree(left, ignore_errors=True)


def _moved(written: Written, folder: Path) -> Written:
    target = folder / written.path.name
    try:
        written.path.replace(target)
    except OSError as error:
        message = f"写不了这个文件：{error.strerror}"
        raise ChapterkitError(
            message, Origin(str(target)), "它是不是正被别的程序打开着？"
        ) from None
    return Written(target, written.size, written.seconds)


@dataclass(frozen=True)
class _Maker:
    """Makes one format of a chapter in its own folder."""

    format: Format
    printing: Printing
    tree: Tree
    scratch: Path
    progress: Progress

    def make(self) -> Written:
        started = time.perf_counter()
        one = self.format
        printing = self._own_printing()
        tree = one.prepare(self.tree, printing)
        target = self.scratch / f"{printing.chapter_slug}{one.suffix}"
        written = printing.work / f"written{one.writer_suffix}" if one.finish else target
        arguments = ["-f", "json", "--fail-if-warnings", *one.arguments(printing)]
        try:
            run_pandoc(
                [*arguments, "-o", str(written)],
                json.dumps(tree).encode(),
                folder=printing.config.root,
                environment={"SOURCE_DATE_EPOCH": str(printing.modified)},
            )
        except ChapterkitError as error:
            raise _placed(error, printing.document) from None
        if one.finish:
            one.finish(printing, written, target)
        seconds = time.perf_counter() - started
        self.progress(f"{target.name}（{seconds:.1f} 秒）")
        return Written(target, target.stat().st_size, seconds)

    def _own_printing(self) -> Printing:
        work = self.scratch / self.format.name
        work.mkdir()
        return replace(self.printing, work=work)


def _placed(error: ChapterkitError, document: Document) -> ChapterkitError:
    """Place what pandoc said of a formula at that formula."""
    for block in document.blocks:
        for inline in block.inlines:
            formula = block.text[inline.start : inline.end]
            if inline.kind == "Math" and formula.strip() and formula.strip() in error.message:
                message = f"公式 {formula.strip()} 写错了，会原样印出来"
                hint = "检查花括号是否成对、命令是否存在"
                return ChapterkitError(message, block.origin(inline.start), hint)
    return error


def _newest_input(root: Path) -> int:
    """Return when the manuscript was last changed, in seconds: the date that outputs carry."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given.isdigit():
        return int(given)
    files = [
        path for name in ("book", "experiments", "templates") for path in (root / name).rglob("*")
    ]
    return int(max((path.stat().st_mtime for path in files if path.is_file()), default=0))


def _cited(book: Book, checked: Checked, scratch: Path) -> Tree:
    """Number the chapter's heading and let citeproc put citations and references in."""
    references = scratch / "references.json"
    references.write_text(json.dumps(csl_references(book.bibliography)), "utf-8")
    tree = _with_chapter_number(checked)
    cited = transform(tree, citeproc_arguments(references))
    return finish_references(cited, languages(book.bibliography))


def _title_block(checked: Checked) -> Block:
    for block in checked.document.blocks:
        if block.kind == "Header" and block.element["c"][0] == 1:
            return block
    raise ChapterkitError(
        "章没有标题", Origin(checked.chapter.path), "第一行写一级标题：# 标题 {#slug}"
    )


def _with_chapter_number(checked: Checked) -> Tree:
    title = _title_block(checked).element
    number = [{"t": "Str", "c": f"第 {checked.chapter.number} 章"}, {"t": "Str", "c": "\u3000"}]
    level, attributes, inlines = title["c"]
    numbered = {"t": "Header", "c": [level, attributes, [*number, *inlines]]}
    tree = checked.document.tree
    return {**tree, "blocks": [numbered if one is title else one for one in tree["blocks"]]}


def _printing(book: Book, checked: Checked, tree: Tree, scratch: Path) -> Printing:
    return Printing(
        config=book.config,
        chapter_slug=checked.chapter.slug,
        chapter_number=checked.chapter.number,
        chapter_title=plain_text(_title_block(checked).element["c"][2]),
        language=book.config.language,
        document=checked.document,
        work=scratch,
        provenance=provenance(book),
        modified=_newest_input(book.config.root),
    )


def provenance(book: Book) -> dict[str, str]:
    """Return for each number one line that says what it is and where it comes from."""
    return {
        id: _provenance_line(number, book.bibliography[number.cite])
        for id, number in book.ledger.items()
    }


_STATUS = {"readme": "项目说明", "secondary": "转引", "own-run": "作者自己的运行"}


def _provenance_line(number: Number, cited: Source) -> str:
    when = f"（{number.when}）" if number.when else ""
    source = "，".join(filter(None, (cited.short, number.cite, number.at)))
    computed = f"，由 {number.derived} 算出" if number.derived else ""
    status = f"，{_STATUS[number.status]}" if number.status in _STATUS else ""
    return f"{number.of}{when}：{number.text}。来源：{source}{status}{computed}。记录：{number.id}"
