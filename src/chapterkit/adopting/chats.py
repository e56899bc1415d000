"""Chats that were exported as JSON: what was said, in order, as Markdown. Pure.

Known are lists of messages with `role` or `sender`, and the trees that ChatGPT exports, of which
the branch that was read last is taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chapterkit.errors import ChapterkitError, Origin

_UNSOUND = re.compile("[\0\ud800-\udfff]")
_MESSAGES = ("messages", "chat_messages", "conversation", "conversations")


@dataclass
class Chat:
    """What was said, as paragraphs, and what of a file is no text that could be carried over."""

    paragraphs: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All of it as Markdown, the speakers as HTML comments."""
        return "\n\n".join(self.paragraphs) + "\n"


def is_chat(name: str) -> bool:
    """Tell whether a file is taken for a chat in JSON."""
    return name.lower().endswith(".json")


def chat_of(text: str, name: str) -> Chat:
    """Return what was said in a chat; raise ChapterkitError for what is none."""
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        hint = "重新导出一次，或另存为 Markdown"
        raise ChapterkitError("JSON 写错了", Origin(name, error.lineno), hint) from None
    except (RecursionError, ValueError):
        raise ChapterkitError(
            "JSON 嵌套得太深，或数太大", Origin(name), "另存为 Markdown"
        ) from None
    chat = Chat()
    for one in _conversations(data):
        _take(one, chat)
    if not any(not one.startswith(("<!--", "# ")) for one in chat.paragraphs):
        hint = "要有 messages，每条有 role 和 content；或另存为 Markdown"
        raise ChapterkitError("这个 JSON 里没有认得的对话", Origin(name), hint)
    return chat


def _conversations(data: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the conversations of a file: one, several, or messages alone."""
    if isinstance(data, list) and any(map(_is_message, data)):
        yield {"messages": data}
    elif isinstance(data, list):
        yield from (one for one in data if isinstance(one, dict))
    elif isinstance(data, dict):
        yield data


def _is_message(one: Any) -> bool:
    return isinstance(one, dict) and ("role" in one or "sender" in one)


def _take(conversation: Mapping[str, Any], chat: Chat) -> None:
    """Add a conversation, under its title, to a chat."""
    title = conversation.get("title") or conversation.get("name")
    if isinstance(title, str) and title.strip():
        chat.paragraphs.append("# " + _UNSOUND.sub("\ufffd", " ".join(title.split())))
    for message in _messages(conversation, chat):
        said = "\n\n".join(_said(message, chat)).strip("\n")
        if said.strip():
            who = " ".join(_speaker(message).split()).replace("--", "- -")
            chat.paragraphs += [f"<!-- 说话的人：{who} -->", said]


def _messages(conversation: Mapping[str, Any], chat: Chat) -> Sequence[Mapping[str, Any]]:
    tree = conversation.get("mapping")
    if isinstance(tree, dict):
        return _branch(tree, conversation.get("current_node"), chat)
    for name in _MESSAGES:
        if isinstance(found := conversation.get(name), list):
            return [one for one in found if isinstance(one, dict)]
    return []


def _branch(tree: Mapping[str, Any], node: Any, chat: Chat) -> list[Mapping[str, Any]]:
    """Return the messages from the root to the node that was read last."""
    nodes = {id: one for id, one in tree.items() if isinstance(one, dict)}
    node = node if isinstance(node, str) and node in nodes else next(reversed(nodes), None)
    path: list[str] = []
    while isinstance(node, str) and node in nodes and node not in path:
        path.append(node)
        node = nodes[node].get("parent")
    beside = [one for id, one in nodes.items() if id not in path]
    for message in filter(None, map(_message, beside)):
        if said := " ".join(" ".join(_said(message, chat)).split()):
            chat.lost.append(f"另一条支线上的话（{_speaker(message)}）：“{said}”")
    return [found for one in reversed(path) if (found := _message(nodes[one]))]


def _message(node: Mapping[str, Any]) -> Mapping[str, Any] | None:
    found = node.get("message")
    return found if isinstance(found, dict) else None


def _speaker(message: Mapping[str, Any]) -> str:
    author = message.get("author")
    role = author.get("role") if isinstance(author, dict) else None
    said = str(role or message.get("role") or message.get("sender") or "？")
    return _UNSOUND.sub("\ufffd", said)


def _said(message: Mapping[str, Any], chat: Chat) -> Iterator[str]:
    """Yield the texts of a message; what is no text is lost, and told."""
    content = message.get("content") or message.get("text") or []
    if isinstance(content, dict):
        content = content.get("parts") or content.get("text") or content.get("content") or []
    for part in content if isinstance(content, list) else [content]:
        text = part.get("text") or part.get("content") if isinstance(part, dict) else part
        if isinstance(text, str):
            yield _UNSOUND.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
        elif isinstance(part, dict):
            kind = part.get("content_type") or part.get("type") or "？"
            chat.lost.append(f"对话里不是文字的东西：{kind}")
