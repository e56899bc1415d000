"""The protocol's messages: each is taken apart here, answered elsewhere."""

from __future__ import annotations

import os
import signal
import sys

from lsprotocol import types

from chapterkit.lsp import convert
from chapterkit.lsp.completion import candidates
from chapterkit.lsp.definition import definitions
from chapterkit.lsp.desk import path_of
from chapterkit.lsp.hover import hover_text
from chapterkit.lsp.server import Server
from chapterkit.reviewing.cursor import tell_cursor

# How long typing must rest, in seconds, before what was typed is checked.
REST = 0.2
_WATCHED = (
    "**/book/**/*.md",
    "**/book/*.yaml",
    "**/experiments/*.yaml",
    "**/review/*.yaml",
    "**/experiments/verified.lock",
    "**/templates/**/*.j2",
    "**/*.bib",
)


def serve() -> int:
    """Talk to an editor over standard input and output until it is done; return the exit code."""
    # The command line's own handler would wait for a last word from the editor.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    spoken = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing else may speak to the editor
    server = make_server()
    server.start_io(sys.stdin.buffer, spoken)
    return 0 if server.was_shut_down else 1


def make_server() -> Server:
    """Return a server that takes and answers an editor's messages."""
    server = Server()
    _take_session(server)
    _take_documents(server)
    _answer_questions(server)
    _answer_with_actions(server)
    _tell_cursor(server)
    return server


def _take_session(server: Server) -> None:
    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        watched = workspace.did_change_watched_files if workspace else None
        if watched and watched.dynamic_registration:
            server.client_register_capability(_watching())

    @server.feature(types.SHUTDOWN)
    def shutdown(_: None) -> None:
        server.was_shut_down = True


def _watching() -> types.RegistrationParams:
    watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
    method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    return types.RegistrationParams([types.Registration("files", method, options)])


def _take_documents(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        if desk := server.take(params.text_document):
            server.check_soon(desk)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        text = server.workspace.get_text_document(document.uri).source
        if changed := server.change(document.uri, text, document.version):
            server.check_soon(*changed, REST)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        if one := server.open.get(params.text_document.uri):
            server.check_soon(server.desks[one.root])

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        server.close(params.text_document.uri)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        paths = [path_of(change.uri) for change in params.changes]
        for desk in server.desks.values():
            if any(desk.holds(path) for path in paths):
                server.check_soon(desk, None, REST)


def _answer_questions(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        asked = await server.asked_at(params.text_document.uri, params.position)
        place = asked.place() if asked else None
        text = hover_text(asked.book, place, asked.desk.things()) if asked and place else None
        if asked is None or place is None or text is None:
            return None
        content = types.MarkupContent(types.MarkupKind.Markdown, text)
        return types.Hover(content, asked.lines.columns(asked.number, place.start, place.end))

    triggers = types.CompletionOptions(trigger_characters=[".", '"', "'", "@", " ", "#"])

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, triggers)
    async def complete(params: types.CompletionParams) -> types.CompletionList | None:
        asked = await server.asked_at(params.text_document.uri, params.position)
        if asked is None:
            return None
        offered = candidates(asked.book, asked.path, asked.before, asked.desk.things())
        return convert.completion(offered, asked.position, asked.lines)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: types.DefinitionParams) -> list[types.Location]:
        asked = await server.asked_at(params.text_document.uri, params.position)
        place = asked.place() if asked else None
        if asked is None or place is None:
            return []
        return list(
            server.locations(asked.desk, definitions(asked.book, place, asked.desk.things()))
        )


def _tell_cursor(server: Server) -> None:
    """Tell a preview where the cursor stands; no editor says so, but it asks for highlights there.

    There are none: an editor's own are better.
    """

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def highlights(params: types.DocumentHighlightParams) -> None:
        if one := server.open.get(params.text_document.uri):
            tell_cursor(one.root, one.path, params.position.line + 1)


def _answer_with_actions(server: Server) -> None:
    quick_fix = types.CodeActionKind.QuickFix
    kinds = types.CodeActionOptions(code_action_kinds=[quick_fix])

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, kinds)
    def code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        only = params.context.only
        if only is not None and quick_fix not in only and "" not in only:
            return []
        return server.actions(params.text_document.uri, params.range)
