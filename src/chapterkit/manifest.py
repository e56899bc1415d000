"""What a build has made of a text: `build/<slug>/manifest.json`, and how it is written. Pure.

Whoever keeps or checks the files of a book finds here what they were made of and with. The same
manuscript and the same tools give the same bytes: nothing here depends on the clock, on where the
book lies, or on how many jobs made it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from chapterkit.manuscript.model import Model, described
from chapterkit.showing import as_json

FORM = 1
"""Which form of a manifest this is: it grows when a key goes or means something else."""


@dataclass(frozen=True)
class Tool(Model):
    """A program or a package that a build handed the text to."""

    name: str = described("What it is called where it is installed from.")
    version: str = described("Its version; empty if it says none.")
    sha256: str = described("A digest of all its files; empty for Python itself.", default="")


@dataclass(frozen=True)
class Input(Model):
    """A file of the book that was read."""

    path: str = described("Its path in the book.")
    sha256: str = described("A digest of what was read.")


@dataclass(frozen=True)
class Output(Model):
    """A file that was written."""

    file: str = described("Its name, beside the manifest.")
    format: str = described("The format, as `build --format` has it.")
    bytes: int = described("How large it is.")
    sha256: str = described("A digest of what is in it.")


@dataclass(frozen=True)
class Told(Model):
    """A problem that did not stop the build."""

    path: str = described("The file of the book.")
    line: int = described("From 1 on.")
    column: int = described("From 1 on, in characters.")
    rule: str = described("The rule; `chapterkit rule NAME` explains it.")
    severity: str = described("error or warning; errors stop a build unless a baseline has them.")
    message: str = described("What is wrong.")


@dataclass(frozen=True)
class Numbers(Model):
    """How far the recorded numbers of the book were found in their sources."""

    recorded: int = described("How many numbers the records state, computed ones not counted.")
    states: Mapping[str, int] = described("How many are in each state: verified, no-source, …")
    verified_by_status: Mapping[str, int] = described(
        "How many of the verified are primary, readme, secondary, own-run."
    )


@dataclass(frozen=True)
class Text(Model):
    """A chapter, or the book, as it was made."""

    name: str = described("The chapter's slug, or book.")
    title: str = described("The title, with its number.")
    language: str = described("The language, as a BCP 47 tag.")
    edition: str = described("The edition of the book; empty for the book itself.")


@dataclass(frozen=True)
class Manifest(Text):
    """What a build has made of a chapter, or of the book."""

    dated: str = described(
        "The date that outputs carry: of the last commit that touched the manuscript, or "
        "SOURCE_DATE_EPOCH; empty if there is none."
    )
    tools: tuple[Tool, ...] = described("What it was made with, by name.")
    inputs: tuple[Input, ...] = described(
        "What of the book was read, by path; of other chapters, what the text may speak of."
    )
    outputs: tuple[Output, ...] = described("What was written, by name.")
    numbers: Numbers = described("The numbers and their verification.")  # noqa: RUF009
    problems: tuple[Told, ...] = described("What was told and did not stop the build.")
    manifest: int = described("The form of this file.", default=FORM)


@dataclass(frozen=True)
class ChapterMade(Text):
    """What builds that were joined have made of a chapter."""

    outputs: tuple[Output, ...] = described("What was written, by path: the slug, then the name.")
    problems: tuple[Told, ...] = described("What was told and did not stop the build.")


@dataclass(frozen=True)
class Library(Model):
    """The manifests of all chapters of a book as one: what a build, or its shards, have made."""

    dated: str = described("The date that outputs carry; empty if there is none.")
    tools: tuple[Tool, ...] = described("What they were made with, by name.")
    inputs: tuple[Input, ...] = described("What of the book was read, by path.")
    numbers: Numbers = described("The numbers and their verification.")  # noqa: RUF009
    chapters: tuple[ChapterMade, ...] = described("The chapters, by edition, in the book's order.")
    manifest: int = described("The form of this file.", default=FORM)


def joined(manifests: Sequence[Manifest]) -> Library:
    """Return the manifests of chapters, which belong together and are in order, as one."""
    tools = {one.name: one for each in manifests for one in each.tools}
    inputs = {one.path: one for each in manifests for one in each.inputs}
    return Library(
        manifests[0].dated,
        tuple(tools[name] for name in sorted(tools)),
        tuple(inputs[path] for path in sorted(inputs)),
        manifests[0].numbers,
        tuple(map(_chapter_made, manifests)),
    )


def _chapter_made(one: Manifest) -> ChapterMade:
    outputs = (replace(each, file=f"{one.name}/{each.file}") for each in one.outputs)
    return ChapterMade(one.name, one.title, one.language, one.edition, tuple(outputs), one.problems)


def manifest_text(manifest: Manifest | Library) -> str:
    """Return a manifest as JSON, its form first, the rest in the order of the schema."""
    told = asdict(manifest)
    return as_json({"manifest": told.pop("manifest"), **told}) + "\n"


def inputs_of(digests: Mapping[str, str]) -> tuple[Input, ...]:
    """Return files by path, given digests; what was only listed or asked for is no file."""
    files = ((path, one) for path, one in digests.items() if len(one) == _HEX and path[-1:] != "?")
    return tuple(Input(path, one) for path, one in sorted(files) if "/*" not in path)


_HEX = 2 * hashlib.sha256().digest_size
