"""A chapter as it is read, checked and written for some formats and editions."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from chapterkit.checking.editions import Edition, Made, prepared_edition
from chapterkit.files import digest_of, files_below
from chapterkit.formats import AnyPrinting, ChapterPrinting, Format, all_formats
from chapterkit.lint import Problem
from chapterkit.manuscript.folder import Watched
from chapterkit.numbers.summary import summary_text
from chapterkit.pipeline import Memory, Subject, problems_of
from chapterkit.pipeline.manifests import manifests
from chapterkit.pipeline.press import keeping, printing_of
from chapterkit.printing import LOCK, Accompany, Written, printed, put_in_place
from chapterkit.scratch import scratch_folder
from chapterkit.text.document import Document

REVIEW, PDF = "review", "pdf"


def formats_of(names: Sequence[str], pdf: str = "") -> list[Format[Any]]:
    """Return formats by their names, the PDF as `pdf` says: usual, a "proof", by "xelatex".

    Raises ChapterkitError where there is no XeLaTeX.
    """
    return [_pdf(pdf) if one == PDF else all_formats()[one] for one in names]


def _pdf(variant: str) -> Format[Any]:
    if variant == "proof":
        from chapterkit.formats.shared.proofs import PROOF

        return PROOF
    if variant == "xelatex":
        from chapterkit.formats.latex import XELATEX
        from chapterkit.formats.shared.xelatex import require_xelatex

        require_xelatex()
        return XELATEX
    return all_formats()[PDF]


def texts_of(made: Made) -> dict[str, tuple[Subject, Document]]:
    """Return what each format has of a chapter."""
    return {
        name: (one.subject, one.document) for one in made for name in sorted(one.subject.formats)
    }


def printings_of(
    made: Made,
    formats: Sequence[str],
    memory: Memory,
    sources: Path | None = None,
    against: str = "",
) -> dict[str, ChapterPrinting]:
    """Return a chapter as each format has it.

    `sources` are the papers' own texts, where they are not in the usual place; `against` is the
    commit that a review compares with.
    """
    found: dict[str, ChapterPrinting] = {}
    for one in made:
        printing = printing_of(one.subject, one.document, memory, formats)
        found |= dict.fromkeys(sorted(one.subject.formats), printing)
        if REVIEW in one.subject.formats and REVIEW in formats:
            # What makes an editor's page is loaded only for that.
            from chapterkit.reviewing.clipped import sources_of
            from chapterkit.reviewing.workshop import review_data

            problems = problems_of(replace(one.written, formats=frozenset()), memory)
            texts = sources or sources_of(one.subject.root)
            told = review_data(one.subject, one.document, printing, problems, texts, against)
            found[REVIEW] = replace(printing, told=told)
    return found


# --- what is done with each chapter of several


@dataclass(frozen=True)
class Done:
    """What was written of a chapter in an edition, and what is said of it.

    `outputs` are the digests of all that was written, by path, and `read` those of what was looked
    at for it, if the book's folder is watched.
    """

    files: Sequence[Written]
    seconds: float
    said: str
    warned: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    read: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Writing:
    """Writes a checked chapter in some formats and editions into its own folder below `folder`."""

    formats: tuple[str, ...]
    editions: tuple[str, ...]
    folder: Path
    sources: Path | None = None
    risk: bool = False
    jobs: int = 1
    pdf: str = ""
    against: str = ""
    told: tuple[Problem, ...] = ()
    """What a check has told of all chapters; each one's part goes into its manifest."""

    def __call__(self, subject: Subject, memory: Memory) -> list[Done]:
        """Write a chapter; return what was written."""
        return [self._written(subject, one, memory) for one in self.editions]

    def _written(self, subject: Subject, edition: str, memory: Memory) -> Done:
        started = time.perf_counter()
        watched = subject.book.folder if isinstance(subject.book.folder, Watched) else None
        before = len(watched.digests) if watched else 0
        outputs: dict[str, str] = {}
        made = prepared_edition([subject], self.formats, edition, memory)
        [chapter] = made.made
        printings = printings_of(chapter, self.formats, memory, self.sources, self.against)
        wanted = served(formats_of(self.formats, self.pdf), printings)
        folder = self.folder / wanted[0][1].name
        keep = keeping(texts_of(chapter), printings, memory)
        beside = manifest_beside(made, [chapter], lambda: self.told, memory)(wanted[0][1])
        beside = noted_outputs(beside, folder, outputs)
        files = printed(wanted, folder, self.jobs, keep=keep, accompany=beside)
        said = summary_text(made.read[0][0].document, subject.book)
        if self.risk and made.region:
            said += f"\n{made.region.risk([chapter[0].document])}"
        seconds, read = time.perf_counter() - started, watched.since(before) if watched else {}
        return Done(files, seconds, said, unclipped(printings), outputs, read)


@dataclass(frozen=True)
class Elsewhere:
    """What was written of a chapter elsewhere, with all files by their paths in its folder."""

    done: Done
    name: str
    files: Mapping[str, bytes]

    def put_into(self, folder: Path) -> Done:
        """Put the files into the chapter's own folder below this one."""
        own = folder / self.name
        put_in_place(self.files, own)
        return replace(
            self.done, files=[replace(one, path=own / one.path.name) for one in self.done.files]
        )


@dataclass(frozen=True)
class Making:
    """Makes a chapter's files as `writing` does, but keeps them for who asked: writes none."""

    writing: Writing

    def __call__(self, subject: Subject, memory: Memory) -> list[Elsewhere]:
        """Make the files of a chapter."""
        with scratch_folder() as folder:
            return [_kept(one) for one in replace(self.writing, folder=folder)(subject, memory)]


def _kept(done: Done) -> Elsewhere:
    [folder] = {one.path.parent for one in done.files}
    files = {path.as_posix(): (folder / path).read_bytes() for path in files_below(folder)}
    return Elsewhere(done, folder.name, {path: raw for path, raw in files.items() if path != LOCK})


Beside = Callable[[AnyPrinting], Accompany]
Told = Callable[[], Iterable[Problem]]
"""Gives what a check has told, once it has."""


def manifest_beside(edition: Edition, made: Sequence[Made], told: Told, memory: Memory) -> Beside:
    """Return what has a manifest lie beside the files of some chapters, with what was told."""
    book = made[0][0].subject.book

    def of_these() -> list[Problem]:
        own = {*edition.of_texts(made)}
        return [one for one in told() if one in own]

    return lambda printing: manifests(printing, book, of_these, memory)


def noted_outputs(beside: Accompany, folder: Path, outputs: dict[str, str]) -> Accompany:
    """Return what does the same, and notes the digests of all that will lie in `folder`, by path.

    They are those of what was made: another build may write there as soon as this one has.
    """

    def noting(written: Sequence[tuple[str, Written]]) -> Mapping[str, str]:
        texts = beside(written)
        for _, one in written:
            outputs[str((folder / one.path.name).absolute())] = digest_of(one.path)
        for name, text in texts.items():
            digest = hashlib.sha256(text.encode()).hexdigest()
            outputs[str((folder / name).absolute())] = digest
        return texts

    return noting


def unclipped(printings: Mapping[str, AnyPrinting]) -> str:
    """Return what is said of an editor's page that has not all pictures of sources; or nothing."""
    review = printings.get(REVIEW)
    without = review.told.get("unclipped") if review else None
    return f"审阅页里放不下所有原文的图片，{without} 个数没有图。" if without else ""


def served(
    chosen: Sequence[Format[Any]], printings: Mapping[str, AnyPrinting]
) -> list[tuple[Format[Any], AnyPrinting]]:
    """Return the formats that make files of a chapter or a book, each with what it has of it."""
    return [
        (one, printings[one.name])
        for one in chosen
        if one.name in printings and one.serves(printings[one.name].scope)
    ]
