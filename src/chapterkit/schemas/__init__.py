"""JSON Schemas for the files that authors write, and for a build's manifest (`make schemas`)."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import TypeAdapter

from chapterkit.manifest import Library, Manifest
from chapterkit.manuscript.config import BookModel
from chapterkit.manuscript.exhibits import ExhibitsModel
from chapterkit.manuscript.records import RecordModel
from chapterkit.manuscript.terms import TermsModel

FOLDER = Path(__file__).parent


def schemas() -> dict[str, str]:
    """Return the text of each schema file by name."""
    models = {
        "record.schema.json": RecordModel,
        "book.schema.json": BookModel,
        "exhibits.schema.json": ExhibitsModel,
        "terms.schema.json": TermsModel,
        "manifest.schema.json": Manifest,
        "library.schema.json": Library,
    }
    return {
        name: json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                **TypeAdapter(model).json_schema(),
            },
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
        for name, model in models.items()
    }


def write() -> None:
    """Write the schema files beside this module."""
    for name, text in schemas().items():
        (FOLDER / name).write_text(text, "utf-8")
