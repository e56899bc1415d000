"""Writing a checked chapter: cited once, the formats side by side, moved into place together."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.formats import Format, Printing
from chapterkit.manuscript.book import Book, Chapter
from chapterkit.numbers.cards import cards, for_readers
from chapterkit.pandoc import run_pandoc, transform
from chapterkit.text.citations import (
    citeproc_arguments,
    csl_references,
    finish_references,
    languages,
)
from chapterkit.text.document import Block, Document
from chapterkit.text.tree import Tree, chapter_heading, inlines_of, plain_text

Progress = Callable[[str], None]

_BUILDING = ".building-"


@dataclass(frozen=True)
class Written:
    """One file that was written: its size in bytes, and the seconds it took."""

    path: Path
    size: int
    seconds: float


def build_chapter(
    book: Book,
    root: Path,
    chapter: Chapter,
    document: Document,
    formats: Sequence[Format],
    output: Path,
    jobs: int,
    progress: Progress = lambda _: None,
) -> list[Written]:
    """Write one checked chapter of the book at `root` in some formats; return what was written.

    All formats are made in a temporary folder first and moved into place together, so that a
    failure or an interruption leaves the last good files; a second build of the same folder waits.
    Raises ChapterkitError if anything cannot be made or written.
    """
    folder = output / chapter.slug
    with _building(folder) as scratch:
        tree = _cited(book, document, scratch)
        printing = _printing(book, root, chapter, document, tree, scratch)
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
                folder=printing.root,
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


def _cited(book: Book, document: Document, scratch: Path) -> Tree:
    """Let citeproc put citations and references in."""
    references = scratch / "references.json"
    references.write_text(json.dumps(csl_references(book.bibliography)), "utf-8")
    cited = transform(document.tree, citeproc_arguments(references))
    return finish_references(cited, languages(book.bibliography))


def _title_block(chapter: Chapter, document: Document) -> Block:
    for block in document.blocks:
        if block.level == 1:
            return block
    raise ChapterkitError("章没有标题", Origin(chapter.path), "第一行写一级标题：# 标题 {#slug}")


def _printing(
    book: Book, root: Path, chapter: Chapter, document: Document, tree: Tree, scratch: Path
) -> Printing:
    title = chapter_heading(tree) or _title_block(chapter, document).element
    return Printing(
        config=book.config,
        chapter_slug=chapter.slug,
        chapter_number=chapter.number,
        chapter_title=plain_text(inlines_of(title)),
        language=book.config.language,
        document=document,
        root=root,
        work=scratch,
        provenance={id: for_readers(one) for id, one in cards(book).items()},
        modified=_newest_input(root),
    )
