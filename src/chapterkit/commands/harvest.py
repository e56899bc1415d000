"""chapterkit harvest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from chapterkit.commands import _options
from chapterkit.commands._saying import say_lines
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.config import load_config
from chapterkit.manuscript.folder import Disk, find_root
from chapterkit.numbers.verify.harvesting import as_yaml
from chapterkit.numbers.verify.harvesting import harvest as quantities_of
from chapterkit.numbers.verify.texts import read_source
from chapterkit.quantities import STANDARD


@click.command()
@click.argument("source")
@click.option("--near", multiple=True, metavar="WORD", help="Only near this word; repeatable.")
@_options.sources
def harvest(source: str, near: Sequence[str], sources: Path | None) -> None:
    """List a paper's quantities as ready-made YAML entries to pick from.

    SOURCE is a citation key, or a PDF, text, Markdown or HTML file. Each entry has value,
    unit, source, place and words near it; the sentence stands above it as a comment. This is
    how a record is started. Example:

    \b
      chapterkit harvest chu2025sft --near GP-L
    """
    path, root = Path(source), find_root(Path.cwd())
    if path.is_file():
        _options.refuse_idle("sources", "给的是一个文件，不用到别处找", "不写 --sources")
        folder, key = path.parent, path.stem
    else:
        folder = sources or Disk(root or Path.cwd()).place("sources")
        key = source
    text = read_source(folder, key)
    if text is None:
        hint = f"把 {key}.pdf、.txt、.md 或 .html 放进这个文件夹"
        raise ChapterkitError(f"没有 {key} 的原文", Origin(str(folder), line=0), hint)
    units = load_config(Disk(root)).unit_table if root else STANDARD
    say_lines(as_yaml(key, quantities_of(text, near, units)), nl=False)
