"""Carrying out the edits of problems: in memory first, then in the author's files, all or none."""

from __future__ import annotations

from pathlib import Path

from chapterkit.checking.accepting import Accepted, without_accepted
from chapterkit.checking.places import fence_of
from chapterkit.checking.running import on_changed_lines
from chapterkit.files import replace_texts
from chapterkit.lint import Problem
from chapterkit.lint.fix import ROUNDS, Mended, Texts, mend
from chapterkit.manuscript.folder import MAX_TEXT_BYTES, Disk, decode, read_file
from chapterkit.pipeline import Subject, checked, document_of, linted, of_all, variants
from chapterkit.revision.changes import Changes
from chapterkit.text.document import Document


def mended(
    subject: Subject,
    accepted: Accepted | None = None,
    changes: Changes | None = None,
    only: Problem | None = None,
) -> tuple[Texts, Mended]:
    """Carry out, in memory, the edits of a subject's problems; return its files before and after.

    What a baseline accepts is left alone; with `changes`, all that stands on other lines, too:
    then there is one round, for edits may join lines and so move the changed ones. With `only`,
    one problem is mended and no other.
    """
    texts = _sources(subject)

    def problems_of(changed: Texts, document: Document) -> list[Problem]:
        now = subject.changed(changed)
        made = variants(now)
        # The document has the passages of every format, which are wrong or right in their own.
        alike = len(made) == 1
        problems = linted(now, document) if alike else of_all([(one, checked(one)) for one in made])
        if accepted:
            problems = without_accepted(problems, accepted, [subject], stale=False)
        wanted = [one for one in problems if only in {None, one}]
        return on_changed_lines(wanted, changes, subject.root)

    def parse(changed: Texts) -> Document:
        return document_of(subject.changed(changed))

    return texts, mend(texts, parse, problems_of, 1 if changes or only else ROUNDS)


def _sources(subject: Subject) -> dict[str, str]:
    """Return the files in which edits may be made, as they are on disk, line ends included."""
    inner = [path for path in subject.paths() if not path.startswith("experiments/")]
    return {path: _exactly(_read(subject, path), path) for path in inner}


def _read(subject: Subject, path: str) -> bytes:
    if subject.root == Path():
        return read_file(Path(path), path, MAX_TEXT_BYTES)
    return Disk(subject.root).read(path, MAX_TEXT_BYTES)


def _exactly(raw: bytes, name: str) -> str:
    """Return a file's text with its byte order mark; raise ChapterkitError if it is no text."""
    decode(raw, name)
    return raw.decode("utf-8")


def write_mended(subject: Subject, before: Texts, after: Texts) -> list[str]:
    """Write the files that mending has changed, all of them or none; return their paths."""
    changed = [path for path in after if after[path] != before[path]]
    fence = fence_of(subject.root / subject.name)
    replace_texts({subject.root / path: after[path] for path in changed}, fence)
    return changed
