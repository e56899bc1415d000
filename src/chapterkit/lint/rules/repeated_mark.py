"""A mark stands twice, or beside one that excludes it; or an ellipsis or dash is not doubled.

Why: ，，  。。 ，。 are slips of the keyboard. The ellipsis is …… and the dash —— (GB/T 15834-2011,
4.11, 4.10): six dots, two ems; 。。。 is neither. House style allows ？！ and ！？ but no second ！
or ？; the standard knows up to three for the strongest feeling, and so may the book.

Quiet: ellipses beside other marks (？……, ……。), twelve dots for whole lines left out, — as the
connector of two names or years (秦岭—淮河线), marks that are themselves the topic (“？？”).

Options: `exclamations`, how many ！ or ？ may stand together (1).

Bad:

    他走了。。

Bad:

    真的吗？？太好了！！！

Bad:

    等等…他还没说完。。。

Good:

    真的吗？！等等……他说——算了。秦岭—淮河线以南。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from chapterkit.han import is_han
from chapterkit.lint.problem import Problem, problem_at, replacement
from chapterkit.lint.typography import in_chinese, speaks_chinese
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import CITE, OPAQUE, Block, Document

GROUP = "language"
SEVERITY = "warning"
NEEDS = frozenset[str]()

_RUN = re.compile(
    rf"[，。、；：！？](?=[，。、；：！？,;!?.:”」』{CITE}{OPAQUE}])"
    r"(?:[，。、；：！？]+|[,;!?](?![A-Za-z0-9=])|\.(?![A-Za-z0-9.])|:(?![A-Za-z0-9()])"
    rf"|(?:(?<=。)[{CITE}{OPAQUE}]+|(?<=。)[”」』])。)"
)
# Found by their first character, which is faster than one pattern for all.
_OTHER_RUNS = {one: re.compile(f"{one[0]}{{{len(one)},}}") for one in ("…", "—", "···", "・・・")}
_DOTS = re.compile(r"[。·・]{3,}")
_LOUD = re.compile(r"[！？]+")
_OPENERS, _CLOSERS = "“‘「『（《【", "”’」』）》】"
_CHINESE = frozenset("，。；：？！、“”‘’（）《》「」『』【】")
# What goes on after a dash, or ends before one; names that — connects have none of these.
_GOES_ON = Late(
    r"[这那就也又不是即但而他她它我你因所如从在只还都却有把被让使可最很更要会能没尤甚或"
    r"這從還卻讓會沒]"
)
_ENDS = Late(r"[了的着过吗呢啊吧们来去说道想是著過嗎們來說]")


@dataclass(frozen=True)
class Options:
    """How many ！ or ？ may stand together."""

    exclamations: int = 1


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for each run of marks that is none of those allowed."""
    if not in_chinese(document):
        return
    text = document.prose.text
    patterns = [_RUN, *(pattern for least, pattern in _OTHER_RUNS.items() if least in text)]
    for hit in chain.from_iterable(map(document.prose.finditer, patterns)):
        run = hit.match[0]
        if run in ("……", "——"):
            continue
        better = _better(hit.block.prose, hit.start, hit.end, options)
        if better and better != run and speaks_chinese(hit.block.prose):
            yield _problem(hit.block, hit.start, hit.end, better)


def _problem(block: Block, start: int, end: int, better: str) -> Problem:
    run = block.text[start:end]
    if CITE in better or OPAQUE in better:
        return problem_at(block, start, end, "引用或注号前后都有句号", "只留后面的一个")
    if run[0] in "…—":
        message = f"“{run}”应该写成“{better}”"
    elif better == "……":
        message = f"“{run}”不是省略号"
    else:
        message = f"标点重叠：“{run}”"
    edits = replacement(block, start, end, better) if len(better) < len(run) + 2 else ()
    return problem_at(block, start, end, message, f"改成“{better}”", edits=edits)


def _better(text: str, start: int, end: int, options: Options) -> str:
    """Return what a run should be; the run itself, or nothing, where it may stay."""
    run, before, after = text[start:end], text[start - 1 : start], text[end : end + 1]
    if run[0] == "…":
        return _ellipsis(run, before, after)
    if run[0] == "—":
        return _dash(text, start, end)
    if _is_topic(before, after):
        return run
    if _DOTS.fullmatch(run):
        return "……" if run[0] != "·" or is_han(before) else run
    if _LOUD.fullmatch(run):
        return _loud(run, options.exclamations)
    return _one_of(run)


def _is_chinese(character: str) -> bool:
    return is_han(character) or character in _CHINESE


def _is_topic(before: str, after: str) -> bool:
    """Tell whether a run is spoken of: “？？”, （！！）."""
    opened = not before.strip() or before in _OPENERS
    closed = not after.strip() or after in _CLOSERS
    return opened and closed


def _ellipsis(run: str, before: str, after: str) -> str:
    beside = _is_chinese(before) or _is_chinese(after)
    if not beside or len(run) in (2, 4):
        return run
    return "……" if len(run) < 4 else "…………"


def _dash(text: str, start: int, end: int) -> str:
    before, after = text[start - 1 : start], text[end : end + 1]
    if end - start > 2:
        return "——" if _is_chinese(before) and _is_chinese(after) else ""
    if before == " " and after == " ":
        before, after = text[start - 2 : start - 1], text[end + 1 : end + 2]
        return "——" if is_han(before) and is_han(after) else ""
    if not (before and after) or not (_is_chinese(before) and _is_chinese(after)):
        return ""
    both = is_han(before) and is_han(after)
    speaks = not both or _GOES_ON.match(after) or _ENDS.match(before)
    return "——" if speaks else ""


def _loud(run: str, most: int) -> str:
    """Return a run of ！ and ？ with no more of them than may be; ？！ and ！？ may stay.

    >>> _loud("！！！", 1), _loud("？！", 1), _loud("？？！", 1), _loud("！！！", 3)
    ('！', '？！', '？！', '！！！')
    """
    if len(run) <= most or (len(run) == 2 and run[0] != run[1]):
        return run
    return run[0] * most if len(set(run)) == 1 else "".join(dict.fromkeys(run))


# Which of several marks ends more than the others.
_WEIGHTS = {mark: weight for weight, mark in enumerate("、，：；。！？")}
_FULL = str.maketrans(",.;:!?", "，。；：！？")


def _one_of(run: str) -> str:
    """Return the mark that weighs most; what stands between two 。 stays.

    >>> _one_of("，。"), _one_of("、、"), _one_of("。”。"), _one_of("？？，")
    ('。', '、', '。”', '？')
    """
    between = run.strip("".join(_WEIGHTS) + ",.;:!?")
    if between:
        return f"。{between}" if between in _CLOSERS else f"{between}。"
    return max(run.translate(_FULL), key=lambda mark: _WEIGHTS[mark])
