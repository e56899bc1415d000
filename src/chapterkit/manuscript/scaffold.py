"""New books and new experiments that build at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import replace_text
from chapterkit.manuscript.bibliography import parse_bibliography
from chapterkit.manuscript.config import load_config
from chapterkit.manuscript.folder import Folder
from chapterkit.manuscript.model import is_slug
from chapterkit.manuscript.wording import locale

_SCHEMAS = Path(__file__).parents[1] / "schemas"
_MODELINE = "# yaml-language-server: $schema={}\n"
_SCHEMA_OF = {"book": "book.schema.json", "experiments": "record.schema.json"}

_IGNORED = "/build/\n/sources/\n"


def make_book(folder: Path, language: str) -> list[Path]:
    """Write a small book in `language` into `folder`, new or empty; return the files written.

    `language` is one of `languages()`. Raises ChapterkitError if the folder holds anything or
    cannot be written.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise ChapterkitError("这个文件夹不是空的", Origin(str(folder), line=0), "换一个新名字")
    return [_write(folder / relative, text) for relative, text in _book_files(language)]


def _book_files(language: str) -> Iterator[tuple[str, str]]:
    yield ".gitignore", _IGNORED
    for relative, template in locale(language).files.items():
        text = template.replace("$uuid", str(uuid.uuid4()))
        schema = _SCHEMA_OF.get(relative.partition("/")[0])
        if schema and relative.endswith(".yaml"):
            text = _MODELINE.format(f"../schemas/{schema}") + text
        yield relative, text
    for schema_file in sorted(_SCHEMAS.glob("*.json")):
        yield f"schemas/{schema_file.name}", schema_file.read_text("utf-8")


def make_experiment(folder: Folder, root: Path, slug: str) -> list[Path]:
    """Write the record of a new experiment into the book at `root`; return the files written.

    Of the book, which `folder` gives, only book.yaml and the bibliography are read: chapters may
    still be unwritten. Raises ChapterkitError for a slug that is taken or is not lower-case words
    and hyphens, and for a book without any source to cite.
    """
    path = root / "experiments" / f"{slug}.yaml"
    if not is_slug(slug):
        raise ChapterkitError(
            f"“{slug}”不能作 slug", hint="用小写字母、数字和连字符，如 first-case"
        )
    if path.exists():
        raise ChapterkitError("这条记录已经有了", Origin(f"experiments/{slug}.yaml"), "换一个 slug")
    config = load_config(folder)
    bibliography = parse_bibliography(folder.text(config.bibliography), config.bibliography)
    if not bibliography:
        raise ChapterkitError("参考文献库是空的", Origin(config.bibliography), "先加一条文献")
    schemas = [root / "schemas" / "record.schema.json", _SCHEMAS / "record.schema.json"]
    near = next((one for one in schemas if one.is_relative_to(root) and one.is_file()), None)
    named = f"../{near.relative_to(root).as_posix()}" if near else ""
    modeline = _MODELINE.format(named) if near else ""
    kinds = config.kind_labels
    text = config.locale.record.format(
        slug=slug,
        source=next(iter(bibliography)),
        modeline=modeline,
        kind=f"kind: {next(iter(kinds))}  # {'、'.join(kinds)}\n" if len(kinds) > 1 else "",
    )
    return [_write(path, text, root)]


def _write(path: Path, text: str, within: Path | None = None) -> Path:
    try:
        replace_text(path, text, within)
    except ChapterkitError as error:
        hint = error.hint or "换一个能写的地方"
        raise ChapterkitError(error.message, error.origin, hint) from None
    return path
