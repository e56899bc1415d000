"""What stands between a book and a server that knows nothing of books."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG
from typing import Any

from chapterkit.checking.accepting import own_baseline
from chapterkit.checking.editions import check_declared
from chapterkit.checking.mending import mended, write_mended
from chapterkit.checking.subjects import chapters_of
from chapterkit.errors import ChapterkitError
from chapterkit.formats.shared.sheet import Sheet
from chapterkit.lint import Problem
from chapterkit.manuscript.folder import BOOK_FILE
from chapterkit.pipeline import problems_of
from chapterkit.reviewing.apart import Apart
from chapterkit.reviewing.clipped import Clippings, sources_of
from chapterkit.reviewing.cursor import CURSOR, STATE, told_cursor
from chapterkit.reviewing.workshop import Workshop
from chapterkit.showing import one_line

_FOLLOWED = ("book", "experiments", "templates", "review")
Answer = Mapping[str, Any]


class Bench:
    """A book's chapters, made for a server; see `preview.server.Maker`."""

    def __init__(
        self,
        root: Path,
        targets: tuple[str, ...] = (),
        edition: str = "",
        editor: str = "",
        sources: Path | None = None,
    ) -> None:
        self.root = root.resolve()
        sources = sources or sources_of(self.root)
        self.workshop = Workshop(self.root, targets, edition, editor, sources)
        self._apart = Apart(self.root, edition, editor, sources)
        self._clippings = Clippings(sources) if sources else None
        self._cursor: tuple[str, int] | None = None
        self._beside: Sequence[Path] = ()
        self._settings: tuple[str, int, int] | None = None

    def check_edition(self) -> None:
        """Raise ChapterkitError for a book that cannot be read, or lacks what was asked for."""
        book = self.workshop.book()
        book.chapters_named(self.workshop.targets)
        check_declared(book, self.workshop.edition)

    # --- sheets

    def names(self) -> Sequence[tuple[str, str]]:
        """Return slug and title of each chapter."""
        return self.workshop.names()

    def stamp(self) -> Hashable:
        """Return when each file was written that is followed, and how long it is."""
        files = [one for folder in self._folders() for one in _below(folder)]
        for folder in self._beside:
            with suppress(OSError):  # it may go at any moment
                files += folder.iterdir()
        return frozenset(filter(None, map(_written, filter(self.wants, files))))

    def quick(self, name: str) -> Sheet | None:
        """Return a chapter's sheet as far as it can be told at once."""
        return self.workshop.quick(name)

    def steps(self, name: str) -> Sequence[Callable[[], Sheet]]:
        """Return what makes a chapter's sheet: the text, then all that is to be told of it."""
        return lambda: self._whole(name), lambda: self._examined(name)

    def _whole(self, name: str) -> Sheet:
        begun = self.stamp()
        sheet, known = self._apart.whole(name)
        if known:
            self.workshop.known[name] = known
        self._keep(name, sheet, begun)
        return sheet

    def _examined(self, name: str) -> Sheet:
        begun = self.stamp()
        sheet = self._apart.examined(name)
        self._keep(name, sheet, begun)
        return sheet

    def _keep(self, name: str, sheet: Sheet, begun: Hashable) -> None:
        """Keep what was begun then if it is of the files as they now are, or the first of all."""
        with self.workshop.telling:
            if name not in self.workshop.last or self.stamp() == begun:
                self.workshop.last[name] = sheet

    def failed(self, name: str, error: Exception) -> Sheet:
        """Return the last good sheet with what is wrong."""
        return self.workshop.failed(name, error)

    # --- what is followed

    def watched(self) -> Sequence[Path]:
        """Return the folders whose files are followed."""
        return [*self._folders(), self.root / STATE]

    def _folders(self) -> list[Path]:
        return [self.root / name for name in _FOLLOWED if (self.root / name).is_dir()]

    def shallow(self) -> Sequence[Path]:
        """Return the folders of which only their own files are followed: that of refs.bib.

        It is the last one known as long as the book cannot be read.
        """
        settings = _written(self.root / BOOK_FILE)
        if settings == self._settings:
            return self._beside
        with suppress(ChapterkitError):
            bibliography = self.root / self.workshop.book().config.bibliography
            self._beside = sorted({self.root, bibliography.parent})
            self._settings = settings
        return self._beside

    def wants(self, path: Path) -> bool:
        """Tell whether a change of a file may change what is shown."""
        if path.parent == self.root and path.suffix != ".bib" and path.name not in _FOLLOWED:
            return False
        return not path.name.startswith((".", "#")) and not path.name.endswith(
            ("~", ".swp", ".chapterkit")
        )

    @contextmanager
    def announced(self) -> Iterator[None]:
        """Let a language server see that there is a preview, as long as there is."""
        folder = self.root / STATE
        folder.mkdir(parents=True, exist_ok=True)
        try:
            yield
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def cursor_file(self) -> Path:
        """The file in which a language server tells where somebody writes."""
        return self.root / CURSOR

    def cursor(self) -> tuple[str, int] | None:
        """Return where somebody writes just now, if that is new."""
        place = told_cursor(self.root)
        if place == self._cursor:
            return None
        self._cursor = place
        return place

    # --- what may be asked for

    def picture(self, name: str, of: str) -> Answer:
        """Return the lines of a source in which a number stands; see `Clippings.of`."""
        try:
            return self._clippings.of(self.workshop.book(), of) if self._clippings else {}
        except ChapterkitError as error:
            return {"why": one_line(error.message)}

    def act(self, name: str, action: str, given: Mapping[str, Any]) -> Answer:
        """Do what somebody at the page asks for; what cannot be done is answered in words."""
        known: dict[str, Callable[[str, Mapping[str, Any]], Answer]] = {
            "mend": self._mend,
            "comment": self._apart.commented,
            "changes": lambda name, given: self._apart.compared(name, str(given.get("base", ""))),
        }
        try:
            if name not in {one for one, _ in self.names()} or action not in known:
                return {"error": "不知道这是要做什么"}
            return known[action](name, given)
        except ChapterkitError as error:
            return {"error": one_line(error.message)}

    def _mend(self, name: str, given: Mapping[str, Any]) -> Answer:
        """Mend one problem, as `check --fix` would."""
        book = self.workshop.book()
        [subject] = chapters_of(book, self.root, [name])
        told = tuple(given.get(one) for one in ("path", "line", "column", "rule", "message"))
        found = [one for one in problems_of(subject) if _told(one) == told]
        if not found:
            return {"error": "这个问题已经不在了"}
        before, result = mended(subject, own_baseline(book, self.root), only=found[0])
        changed = write_mended(subject, before, result.texts)
        if not changed:
            return {"error": "这里改不成：会动到别处"}
        return {"said": f"改了 {'、'.join(changed)}"}


def _below(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and of all below it, whatever goes meanwhile."""
    for inner, _, names in os.walk(folder):
        yield from (Path(inner, name) for name in names)


def _written(path: Path) -> tuple[str, int, int] | None:
    """Return a file's name, time and size; None if it is none, or has gone meanwhile."""
    try:
        known = path.stat()
    except OSError:
        return None
    return (str(path), known.st_mtime_ns, known.st_size) if S_ISREG(known.st_mode) else None


def _told(problem: Problem) -> tuple[Any, ...]:
    at = problem.origin
    return at.path, at.line, at.column, problem.rule, problem.message
