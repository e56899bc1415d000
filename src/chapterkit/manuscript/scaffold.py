"""New books and new experiments that build at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import replace_text
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.records import is_slug

_SCAFFOLD = Path(__file__).parents[1] / "assets" / "scaffold"
_SCHEMAS = Path(__file__).parents[1] / "schemas"
_MODELINE = "# yaml-language-server: $schema={}\n"
_SCHEMA_OF = {"book": "book.schema.json", "experiments": "record.schema.json"}

_RECORD = """\
{modeline}slug: {slug}
title: 写实验的标题
sources: [{source}]
setup:
  对象: 写拿什么做的
  做法: 写怎样做的
# 数和发现从来源里来；chapterkit harvest {source} 列出可以挑选的数。写法是：
# numbers:
#   result: {{value: 15.0, unit: "%", of: 成功率, when: 训练之后, cite: {source}, at: 表 1}}
# findings:
#   - {{claim: 训练之后成功率更高, rests_on: [result], cite: {source}, at: 表 1}}
"""


def make_book(folder: Path) -> list[Path]:
    """Write a small book into `folder`, which must be new or empty; return the files written.

    Raises ChapterkitError if the folder holds anything or cannot be written.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise ChapterkitError("这个文件夹不是空的", Origin(str(folder)), "换一个新名字")
    return [_write(folder / relative, text) for relative, text in _book_files()]


def _book_files() -> Iterator[tuple[str, str]]:
    for source in sorted(path for path in _SCAFFOLD.rglob("*") if path.is_file()):
        relative = source.relative_to(_SCAFFOLD).as_posix()
        text = source.read_text("utf-8").replace("$uuid", str(uuid.uuid4()))
        schema = _SCHEMA_OF.get(relative.partition("/")[0])
        if schema and source.suffix == ".yaml":
            text = _MODELINE.format(f"../schemas/{schema}") + text
        yield (".gitignore" if relative == "gitignore" else relative), text
    for schema_file in sorted(_SCHEMAS.glob("*.json")):
        yield f"schemas/{schema_file.name}", schema_file.read_text("utf-8")


def make_experiment(book: Book, root: Path, slug: str) -> list[Path]:
    """Write the record of a new experiment into the book at `root`; return the files written.

    Raises ChapterkitError for a slug that is taken or is not lower-case words and hyphens, and
    for a book without any source to cite.
    """
    path = root / "experiments" / f"{slug}.yaml"
    if not is_slug(slug):
        raise ChapterkitError(
            f"“{slug}”不能作 slug", hint="用小写字母、数字和连字符，如 general-points"
        )
    if path.exists():
        raise ChapterkitError(
            "这个实验已经有记录", Origin(f"experiments/{slug}.yaml"), "换一个 slug"
        )
    if not book.bibliography:
        raise ChapterkitError("参考文献库是空的", Origin(book.config.bibliography), "先加一条文献")
    schemas = [root / "schemas" / "record.schema.json", _SCHEMAS / "record.schema.json"]
    near = next((one for one in schemas if one.is_relative_to(root) and one.is_file()), None)
    named = f"../{near.relative_to(root).as_posix()}" if near else ""
    modeline = _MODELINE.format(named) if near else ""
    text = _RECORD.format(slug=slug, source=next(iter(book.bibliography)), modeline=modeline)
    return [_write(path, text, root)]


def _write(path: Path, text: str, within: Path | None = None) -> Path:
    try:
        replace_text(path, text, within)
    except ChapterkitError as error:
        hint = error.hint or "换一个能写的地方"
        raise ChapterkitError(error.message, error.origin, hint) from None
    return path
