"""Which citation key was meant, where text has run into it."""

from __future__ import annotations

import re
from collections.abc import Container

# In braces whatever BibTeX allows; without them, what pandoc takes for a key.
KEY = re.compile(
    r"@\{?((?<=@\{)[^{}\s]+(?=\})"
    r"|[A-Za-z0-9_](?:[A-Za-z0-9_]|[:.#$%&\-+?<>~/](?=[A-Za-z0-9_]))*)"
)


def cited_key(key: str, known: Container[str]) -> str:
    """Return the key that was meant: `key` itself, or its part before Chinese text.

    >>> cited_key("chu2025sft所述", {"chu2025sft"})
    'chu2025sft'
    """
    if key in known:
        return key
    found = re.match(r"[\x21-\x7e]+", key)
    return found[0].rstrip(".,;:") if found else key
