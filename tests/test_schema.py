"""The schemas that editors use are the models' own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from chapterkit.errors import ChapterkitError
from chapterkit.manuscript.config import load_config
from chapterkit.manuscript.folder import Disk
from chapterkit.manuscript.records import read_ledger_file
from chapterkit.schemas import FOLDER, schemas
from conftest import HERE

ROOT = HERE.parent
RECORDS = sorted((ROOT / "experiments").glob("*.yaml"))


def schema(name: str) -> Any:
    return json.loads((FOLDER / name).read_text("utf-8"))


def test_schema_files_are_current() -> None:
    for name, text in schemas().items():
        assert (FOLDER / name).read_text("utf-8") == text, "make schemas"


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_the_books_records_fit_and_name_the_schema(path: Path) -> None:
    text = path.read_text("utf-8")
    first = text.splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    named = (path.parent / first.partition("$schema=")[2]).resolve()
    assert named == (FOLDER / "record.schema.json").resolve()
    jsonschema.validate(yaml.safe_load(text), schema("record.schema.json"))


def test_book_yaml_fits() -> None:
    text = (ROOT / "book/book.yaml").read_text("utf-8")
    jsonschema.validate(yaml.safe_load(text), schema("book.schema.json"))


def test_schema_refuses_what_the_models_refuse() -> None:
    wrong = {"slug": "a", "title": "b", "prat": "rl", "sources": ["c"]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema("record.schema.json"))


def test_what_older_books_say_of_dates_is_passed_over(minimal: Path) -> None:
    path = minimal / "book/book.yaml"
    path.write_text(path.read_text("utf-8") + "policy: {default: cite, date: free}\n", "utf-8")
    assert load_config(Disk(minimal)).policy.default == "cite"


def test_a_number_with_commas_in_a_flow_mapping_is_told_for_what_it_is() -> None:
    entry = "numbers:\n  x: {value: 4,200,000.5, unit: 米, of: 长, cite: k}\n"
    with pytest.raises(ChapterkitError) as refused:
        read_ledger_file(entry, "ledger.yaml")
    assert refused.value.hint == "千位逗号要去掉：value: 4200000.5"


def test_a_comma_in_a_text_between_braces_is_told_with_the_quotation_marks_to_add() -> None:
    entry = "numbers:\n  x: {value: 3, unit: 米, of: 长, when: in May, and in June, cite: k}\n"
    with pytest.raises(ChapterkitError) as refused:
        read_ledger_file(entry, "ledger.yaml")
    assert refused.value.hint == '整段文字加上引号：when: "in May, and in June"'
