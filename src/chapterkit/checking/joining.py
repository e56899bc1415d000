"""Builds of shards: what each leaves to be known by; manifests made one, files brought together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import TypeAdapter, ValidationError

from chapterkit.checking.sharding import (
    MOST_TOLD,
    Shard,
    ShardReport,
    check_whole,
    json_at,
    listed,
    read_report,
    shard_report,
)
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.files import path_from_here, replace_text
from chapterkit.manifest import Library, Manifest, joined
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.folder import read_file
from chapterkit.pipeline import Subject
from chapterkit.printing import put_in_place
from chapterkit.showing import as_json

_MANIFESTS, _SHARDS = "manifest*.json", "shard-*-of-*.json"
_MOST_BYTES = 2_000_000_000


def leave_shard(
    folder: Path, named: str, wanted: Sequence[Subject], asked: str, costs: Mapping[str, float]
) -> None:
    """Leave in a shard's folder which one it is, what it was made of and what that has cost."""
    shard = Shard.named(named)
    told = shard_report(shard, wanted, [()] * len(wanted), (), asked, costs)
    name = f"shard-{shard.number}-of-{shard.of}.json"
    replace_text(folder / name, as_json({"shard": told}) + "\n", folder)


@dataclass(frozen=True)
class Built:
    """What a build has made of one chapter: its manifest, and where that lies, with the files."""

    path: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """The manifest's path, as messages name it."""
        return path_from_here(self.path)

    @property
    def what(self) -> tuple[str, str]:
        """Which chapter it is, in which edition."""
        return self.manifest.edition, self.manifest.name


@dataclass(frozen=True)
class Builds:
    """Manifests of chapters, and what the shards that they are of have left beside them."""

    built: tuple[Built, ...]
    shards: Mapping[str, ShardReport]


def is_manifest(path: Path) -> bool:
    """Tell whether a file may be a build's manifest, whatever it is called."""
    given = json_at(path)
    return isinstance(given, dict) and "manifest" in given


def builds_in(named: Iterable[Path], book: Book) -> Builds:
    """Return what builds have made of the chapters of a book: manifests, or those in folders.

    Raises ChapterkitError for a manifest that is none, and a folder that has none.
    """
    slugs = {one.slug for one in book.chapters}
    built: list[Built] = []
    shards: dict[str, ShardReport] = {}
    for path in named:
        files = list(_below(path, slugs)) if path.is_dir() else [path]
        if not files:
            hint = "写 chapterkit build --shard 2/4 --output DIR 的 DIR，或它里面的 manifest.json"
            raise ChapterkitError(
                "这里没有哪一章的 manifest.json", Origin(path_from_here(path)), hint
            )
        built += (Built(one, _manifest_at(one)) for one in files)
        for folder in dict.fromkeys(one.parents[1] for one in files if path.is_dir()):
            left = (one for one in sorted(folder.glob(_SHARDS)) if not one.is_symlink())
            shards |= {path_from_here(one): read_report(one) for one in left}
    return Builds(tuple(built), shards)


def _below(folder: Path, slugs: set[str]) -> Iterator[Path]:
    """Yield the manifests in a chapter's folder, or in those below; links lead nowhere."""
    there = sorted(folder.glob(_MANIFESTS)) if folder.resolve().name in slugs else []
    own = [one for one in there if not one.is_symlink()]
    yield from own
    if not own:
        for one in sorted(folder.iterdir()):
            if one.is_dir() and not one.is_symlink():
                yield from _below(one, slugs)


def _manifest_at(path: Path) -> Manifest:
    try:
        return _form().validate_python(json_at(path))
    except ValidationError:
        hint = "用 chapterkit build 写出的 manifest.json"
        message = "这不是一章的 manifest.json"
        raise ChapterkitError(message, Origin(path_from_here(path)), hint) from None


@cache
def _form() -> TypeAdapter[Manifest]:
    return TypeAdapter(Manifest)


# --- whether they belong together


def library_of(builds: Builds, book: Book) -> Library:
    """Return the manifests as one, in the book's order.

    Raises ChapterkitError that tells all that keeps them from being joined: a shard or a chapter
    that is missing or there twice, other tools, formats, dates, another manuscript than here.
    """
    if builds.shards:
        check_whole(builds.shards)
    said = [
        *_chapters_wrong(builds.built, book),
        *_tools_apart(builds.built),
        *_made_apart(builds.built),
        *_inputs_apart(builds.built, book),
    ]
    if said:
        hint = "各份都用同一个提交、同一版 chapterkit、同样的选项来做，在那个提交里合并"
        raise ChapterkitError("；".join(said), hint=hint)
    return joined([one.manifest for one in _in_order(builds.built, book)])


def _in_order(built: Iterable[Built], book: Book) -> list[Built]:
    order = {one.slug: place for place, one in enumerate(book.chapters)}
    editions = ("", *book.config.editions)
    return sorted(built, key=lambda one: (editions.index(one.what[0]), order[one.what[1]]))


def _chapters_wrong(built: Sequence[Built], book: Book) -> Iterator[str]:
    files: dict[tuple[str, str], list[str]] = {}
    for one in built:
        files.setdefault(one.what, []).append(one.name)
    known = {one.slug for one in book.chapters}
    for edition, slug in files:
        if slug not in known or edition not in {"", *book.config.editions}:
            yield f"{files[edition, slug][0]} 不是这本书里的一章"
    for edition in dict.fromkeys(edition for edition, _ in files):
        missing = [one.slug for one in book.chapters if (edition, one.slug) not in files]
        if missing:
            of = f"版本 {edition} 里" if edition else ""
            yield f"{of}没有一份做了 {listed(missing)}"
    for (_, slug), names in files.items():
        if len(names) > 1:
            yield f"{slug} 做了不止一次：{'、'.join(names)}"


def _tools_apart(built: Sequence[Built]) -> Iterator[str]:
    first: dict[str, tuple[str, Any]] = {}
    told: set[str] = set()
    for one in built:
        for tool in one.manifest.tools:
            name, other = first.setdefault(tool.name, (one.name, tool))
            if tool != other and tool.name not in told:
                told.add(tool.name)
                differ = f"（{tool.version} 与 {other.version}）"
                yield f"{one.name} 与 {name} 的 {tool.name} 不同{differ}"


def _made_apart(built: Sequence[Built]) -> Iterator[str]:
    """Tell what was made on another date, of other numbers, or in other formats than the first."""
    first = built[0]
    for one in built:
        has = {
            "日期": (one.manifest.dated, first.manifest.dated),
            "核对的情况": (one.manifest.numbers, first.manifest.numbers),
            "格式": (_formats(one), _formats(first)),
        }
        if apart := [word for word, (own, other) in has.items() if own != other]:
            yield f"{one.name} 与 {first.name} 的{'、'.join(apart)}不同"
            return


def _formats(one: Built) -> set[str]:
    return {each.format for each in one.manifest.outputs}


def _inputs_apart(built: Sequence[Built], book: Book) -> Iterator[str]:
    """Tell which files of the book were others than those here."""
    inputs = {(each.path, each.sha256): one for one in built for each in one.manifest.inputs}
    apart = [(path, one) for (path, digest), one in inputs.items() if _here(book, path) != digest]
    for path, one in apart[:MOST_TOLD]:
        yield f"{one.name} 所用的 {path} 与这里的不同"


def _here(book: Book, path: str) -> str:
    if path in book.digests:
        return book.digests[path]
    there = book.folder and book.folder.exists(path)
    return hashlib.sha256(book.folder.read(path)).hexdigest() if book.folder and there else ""


# --- files brought together


def bring_together(builds: Builds, folder: Path) -> int:
    """Put the files of all chapters, with their manifests, below a folder; return how many.

    Raises ChapterkitError, and puts nothing, if a file is missing or is not the one that was made.
    """
    for one in builds.built:
        _files_of(one)
    return sum(_put(one, folder / one.manifest.name) for one in builds.built)


def _put(one: Built, folder: Path) -> int:
    files = _files_of(one)
    put_in_place(files, folder)
    return len(files)


def _files_of(one: Built) -> dict[str, bytes]:
    """Return the files that a manifest tells of, and itself, by their paths beside it."""
    files = {each.file: _made(one, each.file, each.sha256) for each in one.manifest.outputs}
    return {**files, one.path.name: read_file(one.path, one.name, _MOST_BYTES)}


def _made(one: Built, file: str, digest: str) -> bytes:
    parts = PurePosixPath(file).parts
    path = one.path.parent.joinpath(*parts)
    origin = Origin(path_from_here(path))
    links = [path, *(one.path.parent.joinpath(*parts[:end]) for end in range(1, len(parts)))]
    if ".." in parts or PurePosixPath(file).is_absolute() or any(map(Path.is_symlink, links)):
        raise ChapterkitError("这个文件不在那一章的文件夹里", origin)
    raw = read_file(path, origin.path, _MOST_BYTES)
    if hashlib.sha256(raw).hexdigest() != digest:
        hint = "把那一份再做一遍，连同 manifest.json 一起取来"
        raise ChapterkitError(f"不是 {one.name} 所说的那个文件", origin, hint)
    return raw
