"""SARIF 2.1.0, which code hosts and editors read: problems with their rules' pages and fixes."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from chapterkit import __version__
from chapterkit.lint.baseline import fingerprint
from chapterkit.lint.engine import GROUPS, Rule, find_rule
from chapterkit.lint.problem import Edit, Problem
from chapterkit.lint.reports import Report
from chapterkit.showing import as_json as to_json

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


# Lone surrogates, but for those that stand for a byte of a file's name.
_NO_BYTES = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def as_text(report: Report) -> str:
    """Return one run with every rule that reported something, and a result for each problem."""
    names = sorted({problem.rule for problem in report.problems})
    index = {name: place for place, name in enumerate(names)}
    driver = {
        "name": "chapterkit",
        "semanticVersion": __version__,
        "rules": [_rule(find_rule(name)) for name in names],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": [
            {"location": {"uri": _uri(path)}, "sourceLanguage": "markdown"}
            for path in dict.fromkeys(
                [*report.checked, *(problem.origin.path for problem in report.problems)]
            )
        ],
        "results": [_result(problem, index[problem.rule]) for problem in report.problems],
    }
    if report.shard:
        run["properties"] = {"shard": report.shard}
    return to_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "help": {"text": rule.page.strip(), "markdown": rule.page.strip()},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": [rule.group], "group": GROUPS[rule.group]},
    }


def _result(problem: Problem, rule_index: int) -> dict[str, Any]:
    text = problem.message + (f"\n{problem.hint}" if problem.hint else "")
    result: dict[str, Any] = {
        "ruleId": problem.rule,
        "ruleIndex": rule_index,
        "level": problem.severity,
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(problem.origin.path)},
                    "region": _region(problem),
                }
            }
        ],
        "partialFingerprints": {"sentence/v1": fingerprint(problem)},
    }
    if problem.edits:
        result["fixes"] = [_fix(problem)]
    return result


def _region(problem: Problem) -> dict[str, int]:
    region = {"startLine": problem.origin.line, "startColumn": problem.origin.column}
    if problem.end:
        region |= {"endLine": problem.end.line, "endColumn": problem.end.column}
    return region


def _fix(problem: Problem) -> dict[str, Any]:
    by_path: dict[str, list[Edit]] = {}
    for edit in problem.edits:
        by_path.setdefault(edit.origin.path, []).append(edit)
    return {
        "description": {"text": problem.hint or problem.message},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": _uri(path)},
                "replacements": [_replacement(edit) for edit in edits],
            }
            for path, edits in by_path.items()
        ],
    }


def _replacement(edit: Edit) -> dict[str, Any]:
    region = {
        "startLine": edit.origin.line,
        "startColumn": edit.origin.column,
        "endLine": edit.end.line,
        "endColumn": edit.end.column,
    }
    return {"deletedRegion": region, "insertedContent": {"text": edit.new}}


@lru_cache(maxsize=64)
def _uri(path: str) -> str:
    """Return a path as an address; its bytes are kept where they are not UTF-8."""
    known = _NO_BYTES.sub("\ufffd", path.replace("\\", "/"))
    return quote(known, errors="surrogateescape")
