"""What has changed between what a browser shows and what it should show. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chapterkit.formats.shared.sheet import Sheet


@dataclass
class Shown:
    """What one browser has been sent: the pieces by their keys, and the values that panels show."""

    keys: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    failures: tuple[Mapping[str, Any], ...] = ()
    head: tuple[str, str, str] = ("", "", "")

    def patch(self, sheet: Sheet) -> dict[str, Any]:
        """Return what is to be sent so that a sheet is shown; empty if it is shown already."""
        told: dict[str, Any] = {}
        keys = tuple(one.key for one in sheet.pieces)
        if keys != self.keys:
            known = set(self.keys)
            told["order"] = list(keys)
            told["html"] = {one.key: one.html for one in sheet.pieces if one.key not in known}
        changed = {
            name: value for name, value in sheet.data.items() if self.data.get(name) != value
        }
        if changed:
            told["data"] = changed
        if sheet.failures != self.failures:
            told["failures"] = list(sheet.failures)
        head = (sheet.title, sheet.label, sheet.language)
        if head != self.head:
            told["head"] = dict(zip(("title", "label", "language"), head, strict=True))
        self.keys, self.failures, self.head = keys, sheet.failures, head
        self.data = dict(sheet.data)
        return told
