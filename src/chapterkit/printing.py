"""Writing what was checked: cited once, the formats side by side, moved into place together."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from filelock import FileLock

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import leads_out, move_together, path_from_here, remove_left
from chapterkit.formats import AnyPrinting, BookPrinting, ChapterPrinting, Format
from chapterkit.manuscript.bibliography import Source
from chapterkit.manuscript.book import Book, Chapter
from chapterkit.manuscript.folder import Disk
from chapterkit.numbers.cards import cards, for_readers
from chapterkit.pandoc import run_pandoc, transform
from chapterkit.revision.dating import modified
from chapterkit.scratch import scratch_folder
from chapterkit.text.citations import citeproc_arguments, finish_references
from chapterkit.text.document import Block, Document
from chapterkit.text.gate import CITED, gated
from chapterkit.text.numbering import without_links_elsewhere
from chapterkit.text.pictures import pictures_of
from chapterkit.text.references import csl_references, languages
from chapterkit.text.tree import Tree, chapter_heading, inlines_of, plain_line, title_text

Progress = Callable[[str], None]

_BUILDING = ".building-"


@dataclass(frozen=True)
class Written:
    """One file that was written: its size in bytes, and the seconds it took."""

    path: Path
    size: int
    seconds: float


def printed(
    printing: AnyPrinting,
    formats: Sequence[Format[Any]],
    folder: Path,
    jobs: int,
    progress: Progress = lambda _: None,
) -> list[Written]:
    """Write a checked chapter, or a book, in formats of its scope; return what was written.

    All formats are made in a temporary folder first and moved into place together, so that a
    failure or an interruption leaves the last good files; a second build of the same folder waits.
    Raises ChapterkitError if anything cannot be made or written.
    """
    with _building(folder) as scratch:
        makers = [_Maker(one, printing, scratch, progress) for one in formats]
        with _threads(jobs, scratch.name) as pool:
            made = list(pool.map(_Maker.make, makers))
        targets = {folder / one.path.name: one.path for one in made}
        move_together(targets)
        return [replace(one, path=path) for path, one in zip(targets, made, strict=True)]


@contextmanager
def _building(folder: Path) -> Iterator[Path]:
    """Give a temporary folder inside `folder`, alone: other builds of it wait."""
    for path in (folder, folder / ".lock"):
        if path.is_symlink():
            raise leads_out(path)
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(FileLock(folder / ".lock"))
            _remove_scratch(folder)
            remove_left(folder)
            # Before the folder exists, so that no interruption can come between.
            stack.callback(_remove_scratch, folder)
            scratch = Path(mkdtemp(prefix=_BUILDING, dir=folder.absolute()))
        except OSError as error:
            hint = "用 --output 换一个能写的文件夹"
            raise ChapterkitError(
                f"写不了输出文件夹：{error.strerror}", Origin(path_from_here(folder)), hint
            ) from None
        yield scratch


@contextmanager
def _threads(count: int, name: str) -> Iterator[ThreadPoolExecutor]:
    """Give a pool all of whose threads have ended afterwards, and which ends early on a failure.

    The pool does not wait for a thread that was just being started when it was interrupted.
    """
    pool = ThreadPoolExecutor(count, name)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        for thread in threading.enumerate():
            if thread.name.startswith(name):
                thread.join()


def _remove_scratch(folder: Path) -> None:
    """Remove the temporary folders of this build, or of one that was killed."""
    for left in folder.glob(f"{_BUILDING}*"):
        shutil.rmtree(left, ignore_errors=True)


@dataclass(frozen=True)
class _Maker:
    """Makes one format in its own folder."""

    format: Format[Any]
    printing: AnyPrinting
    scratch: Path
    progress: Progress

    def make(self) -> Written:
        started = time.perf_counter()
        one = self.format
        work = self.scratch / one.name
        work.mkdir()
        printing = replace(self.printing, work=work)
        tree = one.prepare(printing)
        target = self.scratch / f"{printing.name}{one.suffix}"
        written = printing.work / f"written{one.writer_suffix}" if one.finish else target
        arguments = ["-f", "json", "--sandbox", "--fail-if-warnings", *one.arguments(printing)]
        try:
            run_pandoc([*arguments, "-o", str(written)], json.dumps(tree).encode(), folder=work)
        except ChapterkitError as error:
            raise _placed(error, printing) from None
        if one.finish:
            one.finish(printing, written, target)
        seconds = time.perf_counter() - started
        self.progress(f"{target.name}（{seconds:.1f} 秒）")
        return Written(target, target.stat().st_size, seconds)


def _placed(error: ChapterkitError, printing: AnyPrinting) -> ChapterkitError:
    """Place what pandoc said of a formula at that formula."""
    for block in (block for one in printing.chapters for block in one.document.blocks):
        for inline in block.inlines:
            formula = block.text[inline.start : inline.end]
            if inline.kind == "Math" and formula.strip() and formula.strip() in error.message:
                message = f"公式 {formula.strip()} 排不成，会原样印出来"
                hint = "检查花括号和命令；都没有写错，就换一个这种格式写得出的写法"
                return ChapterkitError(message, block.origin(inline.start), hint)
    return error.at(printing.chapters[0].document.rendered.origin(0))


def cited(document: Document, bibliography: Mapping[str, Source], title: str) -> Tree:
    """Return a document's tree with citations put in by citeproc, and references under a title.

    It has been through the gate before and after: the author's text, and what came out of the
    bibliography. There is no other tree that formats are handed.
    """
    with scratch_folder() as folder:
        references = folder / "references.json"
        references.write_text(json.dumps(csl_references(bibliography)), "utf-8")
        tree = transform(gated(document.tree), citeproc_arguments(references))
    return gated(finish_references(tree, languages(bibliography), title), CITED)


def chapter_printing(
    book: Book, root: Path, chapter: Chapter, document: Document, tree: Tree
) -> ChapterPrinting:
    """Return what a format may know of a chapter, `tree` being its document's, cited.

    Raises ChapterkitError for a chapter without a title, or a picture that cannot be used.
    """
    title = chapter_heading(tree) or _title_block(chapter, document).element
    return ChapterPrinting(
        slug=chapter.slug,
        number=chapter.number,
        title=plain_line(title_text(inlines_of(title))),
        document=document,
        tree=without_links_elsewhere(tree),
        pictures=pictures_of(document, tree, book.folder or Disk(root)),
        **_shared(book, root),
    )


def book_printing(book: Book, root: Path, chapters: Sequence[ChapterPrinting]) -> BookPrinting:
    """Return what a format may know of a book."""
    pictures = {address: one for each in chapters for address, one in each.pictures.items()}
    return BookPrinting(chapters=tuple(chapters), pictures=pictures, **_shared(book, root))


def _shared(book: Book, root: Path) -> dict[str, Any]:
    """Return what formats may know of chapters and books alike; their own folder comes later."""
    return {
        "config": replace(
            book.config, title=plain_line(book.config.title), author=plain_line(book.config.author)
        ),
        "language": book.config.language,
        "work": Path(),
        "provenance": {id: for_readers(one) for id, one in cards(book).items()},
        "modified": modified(root, book.config.bibliography),
    }


def _title_block(chapter: Chapter, document: Document) -> Block:
    for block in document.blocks:
        if block.level == 1:
            return block
    raise ChapterkitError("章没有标题", Origin(chapter.path), "第一行写一级标题：# 标题 {#slug}")
