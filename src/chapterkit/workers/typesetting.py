"""Typst in a process of its own: JSON of the arguments in, JSON of what is wrong out."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import typst


def typeset(given: dict[str, Any]) -> dict[str, Any]:
    """Compile; return nothing, or what Typst says is wrong."""
    options: dict[str, Any] = given["options"]
    fonts = typst.Fonts(include_system_fonts=False, font_paths=given["fonts"])
    try:
        typst.compile(given["source"], font_paths=fonts, **options)
    except typst.TypstError as error:
        return {"message": error.message, "hints": error.hints, "where": error.diagnostic}
    except OSError as error:
        return {"unwritten": str(error), "number": error.errno or _number(error)}
    return {}


def _number(error: OSError) -> int:
    """Return the number that Typst puts behind the system's words."""
    found = re.search(r"os error (\d+)", str(error))
    return int(found[1]) if found else 0


if __name__ == "__main__":
    json.dump(typeset(json.load(sys.stdin)), sys.stdout)
