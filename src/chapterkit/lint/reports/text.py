"""Text, for people: by file, each problem with the line it stands in and the place marked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, groupby
from unicodedata import east_asian_width

from chapterkit.lint.problem import Problem
from chapterkit.lint.reports import Report
from chapterkit.showing import one_line

# Columns of a terminal that the excerpt of a line may take, and how many stand before the mark.
_WIDTH, _BEFORE = 76, 30
_CODES = {"error": "31", "warning": "33", "bold": "1", "dim": "2", "mark": "36"}


def as_text(report: Report) -> str:
    """Return the problems by file, then how many there are.

    >>> print(as_text(Report([])))
    没有问题。
    """
    paint = _Paint(report.colour)
    lines: list[str] = []
    for path, problems in groupby(report.problems, key=lambda problem: problem.origin.path):
        source, shown = report.lines(path), one_line(path)
        for problem in problems:
            lines += _problem_lines(problem, shown, source, paint)
        lines.append("")
    lines += _totals(report, paint)
    return "\n".join(lines)


class _Paint:
    """Colours a text for a terminal, or leaves it as it is."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, text: str, colour: str) -> str:
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self.on else text


def _problem_lines(
    problem: Problem, path: str, source: Sequence[str], paint: _Paint
) -> Sequence[str]:
    """Return the lines that tell of a problem; `path` is its file's as it is shown."""
    origin = problem.origin
    place = paint(f"{path}:{origin.line}:{origin.column}", "bold")
    severity = paint(problem.severity, problem.severity)
    rule = paint(f"[{problem.rule}]", "dim")
    head = f"{place}: {severity}: {_in_line(problem.message)} {rule}"
    inside = 0 < origin.line <= len(source)
    excerpt = _excerpt(source[origin.line - 1], problem, paint) if inside else ()
    hint = (f"  hint: {_in_line(problem.hint)}",) if problem.hint else ()
    return head, *excerpt, *hint


# Many problems have one hint, and not a few one message.
_in_line = lru_cache(maxsize=1024)(one_line)


def _excerpt(line: str, problem: Problem, paint: _Paint) -> Sequence[str]:
    """Return as much of a line as fits, and a line with a mark below the text concerned."""
    start = min(problem.origin.column - 1, len(line))
    end = problem.end.column - 1 if problem.end else start + 1
    columns = _columns(line)
    first, after = _window(columns, start)
    excerpt = line[first:after]
    if not excerpt.isprintable():
        excerpt = "".join(map(_visible, excerpt))
    if not excerpt.strip():
        return ()
    head = "…" if first else ""
    tail = "…" if after < len(line) else ""
    gap = len(head) + columns[start] - columns[first]
    marked = columns[min(max(end, start + 1), after)] - columns[start] if start < after else 1
    bar, mark = paint("|", "dim"), paint("^" * marked, problem.severity)
    return f"  {bar} {head}{excerpt}{tail}", f"  {bar} {' ' * gap}{mark}"


def _window(columns: Sequence[int], start: int) -> tuple[int, int]:
    """Return from which character of a line to which it is shown round the one at `start`.

    A character takes a column at least, so that it is not looked for further away than that.
    """
    nearest = max(0, start - _BEFORE)
    first = bisect_left(columns, columns[start] - _BEFORE, nearest, start)
    furthest = min(first + _WIDTH + 1, len(columns))
    return first, bisect_right(columns, columns[first] + _WIDTH, first, furthest) - 1


@lru_cache(maxsize=8)
def _columns(line: str) -> Sequence[int]:
    """Return how many columns of a terminal stand before each character of a line, and all."""
    return [0, *accumulate(2 if east_asian_width(one) in "WF" else 1 for one in line)]


def _visible(character: str) -> str:
    """Return a character, or a middle dot in place of one that would upset the terminal."""
    if character == "\t":
        return " "
    return character if character.isprintable() else "·"


def _totals(report: Report, paint: _Paint) -> Iterator[str]:
    if not report.problems:
        yield "没有问题。"
        return
    counts = report.summary
    files = len({problem.origin.path for problem in report.problems})
    yield paint(
        f"错误 {counts['errors']} 个，警告 {counts['warnings']} 个，在 {files} 个文件里。", "bold"
    )
    by_rule = Counter(problem.rule for problem in report.problems)
    if len(report.problems) > 10:
        listed = "，".join(f"{rule} {count}" for rule, count in by_rule.most_common())
        yield f"按规则：{listed}。"
    mendable = sum(bool(problem.edits) for problem in report.problems)
    if mendable:
        yield f"其中 {mendable} 个可以自动改正：--diff 先看，--fix 照改。"
