"""Exported chats: lines that only say who speaks are no prose, and become notes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chapterkit.adopting.changes import Change
from chapterkit.adopting.manuscript import Manuscript
from chapterkit.text.reading import code_spans

_ASKS = r"user|you(?: said)?|human|me|prompt|用户|用戶|我|你|你说|你說|提问|提問"
_ANSWERS = (
    r"assistant|chatgpt(?: said)?|gpt-?\S{0,6}|claude|gemini|copilot|deepseek|kimi|grok|bot|ai"
    r"|model|response|system|助手|助理|豆包|元宝|通义千问|文心一言|智谱清言|回答|chatgpt ?[说說]"
)
_TURN = re.compile(
    rf"^(?:#{{1,6}}[ \t]+)?[*_]{{0,2}}(?:(?P<asks>{_ASKS})|(?P<answers>{_ANSWERS}))"
    r"[ \t]*[:：]?[*_]{0,2}[ \t]*[:：]?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)


def turns(manuscript: Manuscript) -> Iterator[Change]:
    """Yield the lines that say who speaks, if both sides of a chat do, as HTML comments."""
    text = manuscript.text
    code = code_spans(text)
    found = [
        one
        for one in _TURN.finditer(text)
        if not any(start <= one.start() < end for start, end in code)
    ]
    if not any(one["asks"] for one in found) or not any(one["answers"] for one in found):
        return
    for one in found:
        said = one[0].strip("#*_ \t:：")
        note = "对话里说话的人，不是正文"
        yield Change(one.start(), one[0], f"<!-- 说话的人：{said} -->", "turn", False, note)
