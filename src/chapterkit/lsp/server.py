"""The server: when the open documents are checked, and what the editor is shown of them."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path

from chapterkit import __version__
from chapterkit.checking.subjects import MARKDOWN
from chapterkit.errors import Origin
from chapterkit.lint import Edit, Problem
from chapterkit.lsp import convert
from chapterkit.lsp.actions import allowing, fitting
from chapterkit.lsp.convert import Lines
from chapterkit.lsp.desk import Asked, Desk, Open, path_of, plain, saved_text
from chapterkit.lsp.positions import Encoding
from chapterkit.manuscript.folder import find_root
from chapterkit.showing import one_line

_ENCODINGS: dict[str, Encoding] = {"utf-8": "utf-8", "utf-32": "utf-32"}


class Server(LanguageServer):
    """Holds the open documents, and checks the books and files to which they belong."""

    def __init__(self) -> None:
        # Whole texts are sent: pygls counts lines by str.splitlines, which breaks them also at
        # U+2028 and form feeds, where no editor does.
        sync = types.TextDocumentSyncKind.Full
        super().__init__("chapterkit", __version__, text_document_sync_kind=sync)
        self.open: dict[str, Open] = {}
        self.desks: dict[Path, Desk] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.was_shut_down = False

    # --- what the editor holds

    def take(self, document: types.TextDocumentItem) -> Desk | None:
        """Keep a document that was opened; None if it is neither Markdown nor of any book."""
        path = path_of(document.uri)
        root = find_root(path.parent)
        if root is None and document.language_id != "markdown" and path.suffix not in MARKDOWN:
            return None
        key = root or path
        text = plain(document.text)
        self.open[document.uri] = Open(document.uri, path, key, text, document.version)
        return self.desks.setdefault(key, Desk(key, root is not None))

    def change(self, uri: str, text: str, version: int | None) -> tuple[Desk, Path] | None:
        """Keep an open document's new text."""
        one = self.open.get(uri)
        if one is None:
            return None
        self.open[uri] = Open(uri, one.path, one.root, plain(text), version)
        return self.desks[one.root], one.path

    def close(self, uri: str) -> None:
        """Forget a document; its file counts again, if anything else of its book is open."""
        one = self.open.pop(uri, None)
        if one is None:
            return
        desk = self.desks[one.root]
        if any(other.root == one.root for other in self.open.values()):
            self.check_soon(desk)
            return
        desk.asked += 1
        desk.checked.set()
        del self.desks[one.root]
        for known in desk.published.keys() | {uri}:
            self._publish(known, [])

    def texts(self) -> dict[Path, str]:
        """Return the open texts by path."""
        return {one.path: one.text for one in self.open.values()}

    def uri_of(self, path: Path) -> str:
        """Return a file's URI: the editor's own where it is open."""
        known = (one.uri for one in self.open.values() if one.path == path)
        return next(known, str(from_fs_path(str(path))))

    def lines_of(self, path: Path, texts: Mapping[Path, str]) -> Lines:
        """Return a file's lines: as the editor holds them, or else as they are saved."""
        text = texts[path] if path in texts else saved_text(path)
        encoding = _ENCODINGS.get(self.workspace.position_encoding or "", "utf-16")
        return Lines(text.split("\n"), encoding)

    # --- checking

    def check_soon(self, desk: Desk, changed: Path | None = None, rest: float = 0) -> None:
        """Check a desk once typing rests, for the sake of one file or (None) altogether."""
        if changed is None:
            desk.changed = None
        elif desk.changed is not None:
            desk.changed |= {desk.named(changed)}
        desk.asked += 1
        task = asyncio.get_running_loop().create_task(self._check(desk, desk.asked, rest))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _check(self, desk: Desk, asked: int, rest: float) -> None:
        """Check, unless that was asked for again; one that is late is not shown."""
        await asyncio.sleep(rest)
        async with desk.turn:
            if asked != desk.asked:
                return
            texts = self.texts()
            try:
                diagnosis = await asyncio.to_thread(desk.check, texts, desk.changed)
            except Exception as error:
                traceback.print_exc()
                self._tell(desk, one_line(f"chapterkit 自己的错误，请报告给我们：{error!r}"))
                desk.checked.set()
                return
            desk.book = diagnosis.book or desk.book
            if asked == desk.asked:
                desk.keep(diagnosis)
                desk.checked.set()
                self._show(desk, texts)
                self._tell(desk, "\n".join(failure.report() for failure in diagnosis.failures))

    def _tell(self, desk: Desk, message: str) -> None:
        """Show what has no place in any file, once."""
        if message and message != desk.last_message:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, message))
        desk.last_message = message

    def _show(self, desk: Desk, texts: Mapping[Path, str]) -> None:
        """Publish a desk's problems at their files, and clear the files that have none any more."""
        by_path: dict[Path, dict[Problem, None]] = {}
        for part, problems in desk.problems.items():
            for problem in problems:
                path = desk.path(problem.origin.path or part)
                by_path.setdefault(path, {})[problem] = None
        before, desk.published = desk.published, {}
        for path, each in by_path.items():
            lines = self.lines_of(path, texts)
            desk.published[self.uri_of(path)] = [
                (convert.diagnostic(problem, lines), problem) for problem in sorted(each)
            ]
        here = [one.uri for one in self.open.values() if one.root == desk.root]
        for uri in dict.fromkeys([*before, *desk.published, *here]):
            self._publish(uri, [diagnostic for diagnostic, _ in desk.published.get(uri, ())])

    def _publish(self, uri: str, diagnostics: list[types.Diagnostic]) -> None:
        version = self.open[uri].version if uri in self.open else None
        params = types.PublishDiagnosticsParams(uri, diagnostics, version)
        self.text_document_publish_diagnostics(params)

    # --- what the editor asks

    async def asked_at(self, uri: str, position: types.Position) -> Asked | None:
        """Return what is needed to answer about a position; None if there is no book to ask."""
        one = self.open.get(uri)
        if one is None:
            return None
        desk = self.desks[one.root]
        await desk.checked.wait()
        if desk.book is None:
            return None
        lines = self.lines_of(one.path, self.texts())
        return Asked(desk, desk.book, desk.named(one.path), lines, position)

    def locations(self, desk: Desk, origins: Iterable[Origin]) -> Iterator[types.Location]:
        """Yield the places at which something was written."""
        texts = self.texts()
        for origin in origins:
            path = desk.path(origin.path)
            yield convert.location(origin, self.uri_of(path), self.lines_of(path, texts))

    def actions(self, uri: str, wanted: types.Range) -> list[types.CodeAction]:
        """Return what mends the problems that a range touches, then what allows them."""
        one = self.open.get(uri)
        if one is None:
            return []
        desk = self.desks[one.root]
        here = [pair for pair in desk.published.get(uri, ()) if _touch(pair[0].range, wanted)]
        files = _Files(self, desk)
        mending = [
            self._action(files, f"改好：{problem.hint or problem.message}", diagnostic, edits, True)
            for diagnostic, problem in here
            if (edits := fitting(problem.edits, files))
        ]
        allowed = [
            self._action(files, f"允许 {problem.rule}，并写明理由", diagnostic, [edit])
            for diagnostic, problem in here
            if (edit := allowing(problem, files[problem.origin.path]))
        ]
        return [*mending, *allowed]

    def _action(
        self,
        files: _Files,
        title: str,
        diagnostic: types.Diagnostic,
        edits: Sequence[Edit],
        is_mending: bool = False,
    ) -> types.CodeAction:
        changes: dict[str, list[types.TextEdit]] = {}
        for edit in edits:
            uri = self.uri_of(files.desk.path(edit.origin.path))
            changed = convert.text_edit(edit, files.lines(edit.origin.path))
            changes.setdefault(uri, []).append(changed)
        return types.CodeAction(
            title=one_line(title),
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            is_preferred=is_mending,
            edit=types.WorkspaceEdit(changes=dict(changes)),
        )


class _Files(dict[str, Sequence[str]]):
    """The lines of a desk's files by the path that problems name, read when asked for."""

    def __init__(self, server: Server, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._server = server
        self._texts = server.texts()

    def lines(self, named: str) -> Lines:
        """Return a file's lines with the units of its columns."""
        return self._server.lines_of(self.desk.path(named), self._texts)

    def __missing__(self, named: str) -> Sequence[str]:
        return self.setdefault(named, self.lines(named).lines)


def _touch(one: types.Range, other: types.Range) -> bool:
    return _key(one.start) <= _key(other.end) and _key(other.start) <= _key(one.end)


def _key(position: types.Position) -> tuple[int, int]:
    return position.line, position.character
