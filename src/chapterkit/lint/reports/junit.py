"""JUnit XML, which most CI systems show as test results: a suite a file, a case a problem."""

from __future__ import annotations

from collections import defaultdict
from xml.etree import ElementTree as Xml

from chapterkit.lint.problem import Problem
from chapterkit.lint.reports import Report, in_line
from chapterkit.showing import many_lines


def as_text(report: Report) -> str:
    """Return a suite for each file checked; a file without problems is one passed case.

    An error is a failure; a warning is a passed case with its words as output, unless warnings
    fail.
    """
    by_path: defaultdict[str, list[Problem]] = defaultdict(list)
    for path in report.checked:
        by_path[path] = []
    for problem in report.problems:
        by_path[problem.origin.path].append(problem)
    root = Xml.Element("testsuites", name="chapterkit")
    for path, problems in by_path.items():
        _add_suite(root, path, problems, report.strict)
    total = [int(suite.get(key, "0")) for suite in root for key in ("tests", "failures")]
    root.set("tests", str(sum(total[::2])))
    root.set("failures", str(sum(total[1::2])))
    Xml.indent(root)
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return many_lines(declaration + Xml.tostring(root, encoding="unicode"))


def _add_suite(root: Xml.Element, path: str, problems: list[Problem], strict: bool) -> None:
    failures = sum(strict or problem.severity == "error" for problem in problems)
    suite = Xml.SubElement(
        root,
        "testsuite",
        name=in_line(path),
        tests=str(max(1, len(problems))),
        failures=str(failures),
        errors="0",
        skipped="0",
    )
    if not problems:
        Xml.SubElement(suite, "testcase", name=in_line(path), classname="chapterkit")
    for problem in problems:
        origin = problem.origin
        case = Xml.SubElement(
            suite,
            "testcase",
            name=in_line(f"{problem.rule} {origin.line}:{origin.column}"),
            classname=in_line(f"chapterkit.{problem.rule}"),
            file=in_line(path),
            line=str(origin.line),
        )
        lines = (f"{origin}:{origin.column}: {problem.message}", problem.hint)
        words = "\n".join(map(in_line, filter(None, lines)))
        if strict or problem.severity == "error":
            failure = Xml.SubElement(
                case, "failure", type=problem.rule, message=in_line(problem.message)
            )
            failure.text = words
        else:
            Xml.SubElement(case, "system-out").text = words
