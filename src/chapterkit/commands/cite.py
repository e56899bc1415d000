"""chapterkit cite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from chapterkit.checking.subjects import text_from_here
from chapterkit.commands import _options
from chapterkit.commands._saying import say, say_lines
from chapterkit.errors import ChapterkitError
from chapterkit.files import path_from_here, replace_text
from chapterkit.lint.entries import arxiv, doi, fields
from chapterkit.manuscript.bibliography import Source, parse_bibliography
from chapterkit.manuscript.config import Config
from chapterkit.manuscript.folder import Disk, find_root
from chapterkit.manuscript.identifiers import Identifier, identified
from chapterkit.pipeline import load
from chapterkit.pipeline.press import reference_line
from chapterkit.registries.lookup import looked_up
from chapterkit.registries.records import Record
from chapterkit.text.references import languages


@click.command()
@click.argument("identifiers", nargs=-1, required=True, metavar="IDENTIFIER...")
@click.option("--add", is_flag=True, help="Write the entries at the end of the bibliography.")
@click.option("--key", help="Key of the entry, instead of one made of author, year and title.")
@_options.bibliography
def cite(identifiers: Sequence[str], add: bool, key: str | None, bibliography: Path | None) -> None:
    """Fetch entries by DOI, arXiv number, ISBN or PMID from the public registries.

    Shows each entry, and how this book prints it; --add writes it to refs.bib, or to the file
    that --bibliography names. Nothing is written unless all are found. Goes online, which a build
    and a plain check never do: doi.org, Crossref, arXiv, Open Library, Google Books, PubMed.
    Examples:

    \b
      chapterkit cite 10.1038/nature14539
      chapterkit cite arXiv:1706.03762 978-7-115-50281-0 --add
      chapterkit cite PMID:26652862 --key bijlsma2016
    """
    if key and len(identifiers) > 1:
        raise click.UsageError("--key 只能用于一个")
    asked = [_identified(one) for one in identifiers]
    path, within, config = _place(bibliography, add)
    text = text_from_here(path, path_from_here(path)) if path and path.exists() else ""
    name = path_from_here(path) if path else "refs.bib"
    added: list[str] = []
    for one in asked:
        known = parse_bibliography("\n".join([text, *added]), name)
        if same := _known(one, known):
            say(f"已经有了：{same.key}（{same.origin}）")
            continue
        record = _in_chinese(looked_up(one))
        entry = record.bibtex(key or record.key(known))
        added.append(entry)
        _show(record, entry, config)
    if added and add and path:
        whole = "\n".join([text.rstrip("\n") + "\n" if text else "", *added]).lstrip("\n")
        parse_bibliography(whole, name)
        replace_text(path, whole, within)
        say(f"写进了 {name}：{len(added)} 条", err=True)
    elif added:
        say("没有写进文献库；要写，加上 --add", err=True)


def _identified(text: str) -> Identifier:
    found = identified(text)
    if found is None:
        hint = "给 DOI、arXiv 编号、ISBN 或 PMID；数字抄错一位，ISBN 的校验位就不对"
        raise ChapterkitError(f"认不出这是什么编号：{text}", hint=hint)
    return found


def _place(bibliography: Path | None, add: bool) -> tuple[Path | None, Path | None, Config]:
    """Return the bibliography, the folder that writing it must not lead out of, and settings."""
    if bibliography:
        return bibliography, None, Config.partly()
    root = find_root(Path.cwd())
    if root:
        config = load(Disk(root)).config
        return root / config.bibliography, root, config
    if add:
        hint = "到书的文件夹里运行，或用 --bibliography 给出文献库"
        raise ChapterkitError("不知道写进哪一个文献库", hint=hint)
    return None, None, Config.partly()


def _known(asked: Identifier, known: Mapping[str, Source]) -> Source | None:
    """Return the entry that has an identifier already."""
    for source in known.values():
        said = fields(source)
        has = {
            "doi": doi(source),
            "arxiv": arxiv(source),
            "isbn": said.get("isbn", "").replace("-", "").replace(" ", ""),
            "pmid": said.get("pmid", ""),
        }
        if has[asked.kind] == asked.value:
            return source
    return None


def _in_chinese(record: Record) -> Record:
    """Return a record that says it is Chinese, if its title is."""
    found = languages(parse_bibliography(record.bibtex("k"), ""))
    if not found["k"].startswith("zh"):
        return record
    return replace(record, fields={**record.fields, "langid": "chinese"})


def _show(record: Record, entry: str, config: Config) -> None:
    [source] = parse_bibliography(entry, "").values()
    say_lines(entry)
    say(reference_line(source, config))
    if record.retracted:
        say(f"注意：这篇已经撤回（{record.retracted}）", err=True)
