"""What a build leaves beside its files: what they were made of, with what, and their digests."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema

from chapterkit.schemas import FOLDER
from conftest import Run

SCHEMA = json.loads((FOLDER / "manifest.schema.json").read_text("utf-8"))


def manifest(folder: Path, edition: str = "") -> Any:
    told = json.loads((folder / f"manifest{edition}.json").read_text("utf-8"))
    jsonschema.validate(told, SCHEMA)
    return told


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def named(things: list[dict[str, Any]], name: str, value: str) -> dict[str, Any]:
    return {one[name]: one[value] for one in things}


def test_a_manifest_names_inputs_tools_and_outputs_with_their_digests(
    minimal: Path, run: Run
) -> None:
    (minimal / "book/dot.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
        "utf-8",
    )
    with (minimal / "book/chapter3.md").open("a", encoding="utf-8") as chapter:
        chapter.write('\n![一点。自绘。](dot.svg){#fig:dot alt="点"}\n\n图在[](#fig:dot)。\n')
    formats = ("--format", "html", "--format", "markdown", "--format", "evidence")
    assert run(minimal, "build", *formats).exit_code == 0
    told = manifest(minimal / "build/cards")
    outputs = named(told["outputs"], "file", "sha256")
    assert outputs == {path: digest(minimal / "build/cards" / path) for path in outputs}
    assert {"cards.html", "cards.md", "cards.evidence.csv"} < set(outputs)
    inputs = named(told["inputs"], "path", "sha256")
    assert inputs == {path: digest(minimal / path) for path in inputs}
    assert {"book/book.yaml", "book/chapter3.md", "book/dot.svg", "refs.bib"} < set(inputs)
    tools = named(told["tools"], "name", "sha256")
    assert {"chapterkit", "python", "pypandoc-binary", "typst"} < set(tools)
    assert all(len(one) == 64 for name, one in tools.items() if name != "python")
    assert "opencc" not in tools
    assert told["numbers"]["recorded"] == sum(told["numbers"]["states"].values())


def test_what_was_told_stands_in_the_manifest_and_a_failed_build_leaves_the_last_one(
    minimal: Path, run: Run
) -> None:
    config = (minimal / "book/book.yaml").read_text("utf-8")
    (minimal / "book/book.yaml").write_text(
        f"{config}budgets:\n  theory: {{characters: [900, 999]}}\n", "utf-8"
    )
    result = run(minimal, "build", "--format", "markdown")
    assert result.exit_code == 0, result.output
    before = manifest(minimal / "build/cards")
    assert [(one["rule"], one["line"]) for one in before["problems"]] == [("under-length", 7)]
    with (minimal / "book/chapter3.md").open("a", encoding="utf-8") as chapter:
        chapter.write("\n- 一条\n")
    assert run(minimal, "build", "--format", "markdown").exit_code == 1
    assert manifest(minimal / "build/cards") == before


def test_editions_and_the_book_have_manifests_of_their_own(minimal: Path, run: Run) -> None:
    with (minimal / "book/book.yaml").open("a", encoding="utf-8") as config:
        config.write("editions: [zh-Hant-TW]\n")
    both = ("--edition", "zh-Hant-TW", "--format", "markdown")
    assert run(minimal, "build", *both).exit_code == 0
    told = manifest(minimal / "build/cards", ".zh-Hant-TW")
    assert (told["edition"], told["language"]) == ("zh-Hant-TW", "zh-Hant-TW")
    assert "opencc" in named(told["tools"], "name", "version")
    assert not (minimal / "build/cards/manifest.json").exists()
    assert run(minimal, "build", "--book", *both).exit_code == 0
    assert manifest(minimal / "build/book", ".zh-Hant-TW")["name"] == "book"
