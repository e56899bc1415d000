"""Metadata that stand in a text, as other tools have them at a file's head. Pure."""

from __future__ import annotations

import re

_LINE = re.compile(r"""[\w."'-]+[ \t]*[:=](?:[ \t]|$)|-[ \t]|#|[ \t]|$""")
_ENDS = {"---": ("---", "..."), "+++": ("+++",)}


def metadata_end(text: str, start: int = 0) -> int:
    """Return where YAML (between ---) or TOML (between +++) ends that begins at `start`; 0 if none.

    >>> metadata_end("---\\ntitle: 甲\\n---\\n乙"), metadata_end("---\\n甲\\n---\\n")
    (16, 0)
    """
    line_end = text.find("\n", start)
    ends = _ENDS.get(text[start:line_end].rstrip(), ()) if line_end >= 0 else ()
    while ends and 0 <= line_end < len(text) - 1:
        at = line_end + 1
        line_end = text.find("\n", at)
        line = text[at : line_end if line_end >= 0 else len(text)].rstrip()
        if line in ends:
            return at + len(line)
        if not _LINE.match(line):
            break
    return 0
