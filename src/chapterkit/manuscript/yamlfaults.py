"""What a YAML parser finds wrong, in the words of authors, at the place that is to blame. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import yaml
from yaml.reader import Reader

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.conflicts import HINT, MESSAGE, conflict_line
from chapterkit.patterns import Late

SAID = "YAML 写错了"


@dataclass(frozen=True)
class Fault:
    """A mistake in YAML: what is wrong, what to do, and where; lines and columns from 1.

    `mended` is the text with a harmless character in place of the wrong one, where the mistake
    touches nothing else, so that the parser can look for more.
    """

    message: str
    hint: str
    line: int
    column: int = 1
    mended: str | None = None

    def error(self, path: str) -> ChapterkitError:
        """Return the fault as it is told."""
        return ChapterkitError(
            f"{SAID}：{self.message}", Origin(path, self.line, self.column), self.hint
        )


def fault_of(error: yaml.YAMLError | UnicodeEncodeError, text: str) -> Fault:
    """Return what a parser's error means; one that is not known keeps its English in parentheses.

    Both parsers of PyYAML are understood: the one in C, which words most of it differently, and
    the one in Python.
    """
    if line := conflict_line(text):
        return Fault(MESSAGE, HINT, line)
    if isinstance(error, yaml.MarkedYAMLError):
        return _marked(_Found.of(error, text))
    unfit = _UNFIT.search(text)
    line, column = _place(text, unfit.start() if unfit else 0)
    code = f" U+{ord(unfit[0]):04X}" if unfit else ""
    return Fault(f"有一个不能写在 YAML 里的字符{code}", "删去它，或重新输入这个字", line, column)


_UNFIT = Late(f"[\ud800-\udfff]|{Reader.NON_PRINTABLE.pattern}")


def _place(text: str, position: int) -> tuple[int, int]:
    line = text.count("\n", 0, position) + 1
    return line, position - (text.rfind("\n", 0, position) + 1) + 1


@dataclass(frozen=True)
class _Found:
    """What the parser says, and the places it names: where it gave up, and where it began."""

    said: str
    within: str
    line: int
    column: int
    first_line: int
    first_column: int
    lines: tuple[str, ...]

    @classmethod
    def of(cls, error: yaml.MarkedYAMLError, text: str) -> _Found:
        mark = error.problem_mark or error.context_mark
        first = error.context_mark or mark
        at = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        begun = (first.line + 1, first.column + 1) if first else (1, 1)
        said, within = error.problem or error.context or "", error.context or ""
        return cls(said, within, *at, *begun, tuple(text.split("\n")))

    def at(self, line: int) -> str:
        """Return a line's text, nothing where there is none."""
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""

    @property
    def character(self) -> str:
        """The character at which the parser gave up, nothing at the end of a line."""
        return self.at(self.line)[self.column - 1 : self.column]

    def with_character(self, other: str) -> str:
        """Return the text with another character there."""
        line = self.at(self.line)
        changed = f"{line[: self.column - 1]}{other}{line[self.column :]}"
        return "\n".join((*self.lines[: self.line - 1], changed, *self.lines[self.line :]))

    def here(self, message: str, hint: str, mended: str | None = None) -> Fault:
        """Return a fault where the parser gave up."""
        return Fault(message, hint, self.line, self.column, mended)

    def begun(self, message: str, hint: str) -> Fault:
        """Return a fault where that began in which the parser gave up."""
        return Fault(message, hint, self.first_line, self.first_column)


def _marked(found: _Found) -> Fault:
    for line in (found.line, found.line - 1, found.first_line):
        if _WIDE_COLON.match(found.at(line)):
            hint = "键后面的全角冒号“：”改成半角冒号加空格"
            return Fault("键后面是全角冒号", hint, line)
    for pattern, worded in _FAULTS:
        if re.search(pattern, found.said):
            if callable(worded):
                return worded(found)
            return found.here(*worded)
    hint = "检查这一行的缩进、冒号后的空格和引号是否成对"
    return found.here(f"这里读不懂（{found.said or '?'}）", hint)


_WIDE_COLON = Late(r"\s*[A-Za-z_][\w-]*：")
_NO_SPACE = Late(r"\s*(?:- +)?([A-Za-z_][\w-]*):(?=[^\s:/])")
_TAB = ("缩进用了制表符（Tab）", "缩进只能用空格：把行首的 Tab 改成空格")


def _strange_character(found: _Found) -> Fault:
    character = found.character
    if character == "\t":
        return found.here(*_TAB)
    if character in "%@`" and character:
        rest = _value_from(found)
        return found.here(
            f"没加引号的值不能以 {character} 开头",
            f'加上引号，写成 "{rest}"',
            found.with_character("_"),
        )
    named = f" {character} " if character.isprintable() and character else "的字符"
    return found.here(f"这里不能有{named}", "值里有符号时，整个值加上引号")


def _value_from(found: _Found) -> str:
    """Return the value that begins where the parser gave up, as far as its line has it."""
    ends = r"[,\]}]|\s#|$" if set("[{") & set(found.at(found.line)[: found.column]) else r"\s#|$"
    rest = found.at(found.line)[found.column - 1 :]
    return re.split(ends, rest, maxsplit=1)[0].strip()[:30].replace('"', '\\"')


def _second_colon(found: _Found) -> Fault:
    line = found.at(found.line)
    if (above := _no_space(found, found.line - 1)) and _indent(line) <= _indent(
        found.at(found.line - 1)
    ):
        return above
    before = line[: found.column - 1]
    if re.match(r"\s*(?:- +)?[^\s:#\"'][^:]*:\s+\S", before):
        key, _, rest = line.partition(":")
        value = rest.strip()[:60].replace('"', '\\"')
        hint = f'值里有冒号时加引号：{key.strip().removeprefix("- ")}: "{value}"'
        return found.here("一行里有两个“键:”", hint, found.with_character("_"))
    if re.match(r"\s*[\"']", before):
        return found.here("这里不能有冒号", "键不用加引号；看看上一行的引号是否成对")
    above_line = next((n for n in range(found.line - 1, 0, -1) if found.at(n).strip()), 0)
    if above_line and _indent(line) > _indent(found.at(above_line)):
        hint = f"与第 {above_line} 行对齐；它若是第 {above_line} 行的下一层，那一行冒号后面要空着"
        return found.here("缩进不对：比上一行缩得深，上一行却已经有值", hint)
    if above_line and ":" not in found.at(above_line):
        return Fault("这一行没有“键:”", "写成 键: 值，冒号后空一格", above_line)
    return found.here("这里不能有冒号", "值里有冒号时，整个值加上引号")


def _no_space(found: _Found, line: int) -> Fault | None:
    match = _NO_SPACE.match(found.at(line))
    if not match:
        return None
    return Fault(f"{match[1]}: 后面少一个空格", f"写成 {match[1]}: 值", line, match.end() + 1)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _no_colon(found: _Found) -> Fault:
    if missing := _no_space(found, found.first_line):
        return missing
    if (opened := _open_quote(found)) is not None:
        return opened
    word = found.at(found.first_line).strip()[:30]
    hint = "写成 键: 值；若是上一行值的下文，接到上一行，或缩进得比它深"
    return found.begun(f"“{word}”后面没有冒号", hint)


def _no_key(found: _Found) -> Fault:
    line = found.at(found.line)
    if (opened := _open_quote(found)) is not None:
        return opened
    before = line[: found.column - 1].rstrip()
    if before.endswith(('"', "'")):
        mark = before[-1]
        other = "'" if mark == '"' else '"'
        twice = "''" if mark == "'" else '\\"'
        hint = f"值里有 {mark} 时，外面的引号改用 {other}，或把里面的写成 {twice}"
        return found.here(f"引号 {mark} 在值的中间就结束了", hint)
    if line.lstrip().startswith("- ") or line.strip() == "-":
        return found.here("这里不该有 - 开头的一项", "列表写在自己的键下面，缩进对齐")
    return found.here("缩进不对：与上面任何一层都不对齐", "与同一层的键对齐，每层多两个空格")


def _open_quote(found: _Found) -> Fault | None:
    """Return the fault of a quotation mark that its line does not close, nearest above."""
    for number in range(found.line, max(0, found.line - 40), -1):
        opened = _OPENED.search(found.at(number))
        if opened:
            return Fault(*_unclosed(opened[1]), number, opened.start(1) + 1)
    return None


_OPENED = Late(r"""[:\[{,-]\s*(?:(?=(["']))(?:"(?:\\.|[^"\\])*|'(?:[^']|'')*))$""")


def _unclosed(mark: str) -> tuple[str, str]:
    return f"引号 {mark} 没有结束", f"在值的末尾补上 {mark}"


def _quote_to_the_end(found: _Found) -> Fault:
    mark = found.at(found.first_line)[found.first_column - 1 : found.first_column]
    return found.begun(*_unclosed(mark if mark in "\"'" and mark else '"'))


def _in_brackets(found: _Found) -> Fault:
    opener = "[" if "sequence" in found.within else "{"
    closer = "]" if opener == "[" else "}"
    hint = f"各项之间写逗号，末尾写 {closer}；值里有逗号、冒号或括号时加引号"
    ended = not found.character or found.at(found.line).strip().startswith("...")
    next_key = found.line > found.first_line and re.match(
        r"[A-Za-z_][\w-]*:(?:\s|$)", found.at(found.line).lstrip(" ")
    )
    outside = _indent(found.at(found.line)) <= _indent(found.at(found.first_line))
    if ended or (next_key and outside):
        return found.begun(f"括号 {opener} 没有结束", f"在末尾补上 {closer}")
    if found.character in "]}":
        return found.here(f"括号不成对：{opener} 要用 {closer} 结束", f"改成 {closer}")
    if wide := _wide_mark(found):
        return wide
    if found.character == ":":
        what = "括号里少一个逗号，或值里有冒号"
        return found.here(what, hint)
    return found.here("括号里少一个逗号", hint)


def _wide_mark(found: _Found) -> Fault | None:
    """Return what is wrong if a full-width comma stands where the next key of {…} begins."""
    before = found.at(found.line)[: found.column - 1]
    wide = re.search(r"[，、；]\s*[\w-]+\s*$", before)
    if found.character != ":" or wide is None:
        return None
    mark = wide[0][0]
    hint = f"改成半角的逗号加空格“, ”；“{mark}”若是值里的话，给那个值加引号"
    return Fault(f"括号里的“{mark}”是全角的，分不开两项", hint, found.line, wide.start() + 1)


def _no_value(found: _Found) -> Fault:
    character = found.character
    if found.within.endswith("flow node") and not "".join(found.lines[found.line - 1 :]).strip():
        for number in range(found.line, 0, -1):
            if brackets := re.findall(r"[\[{]", found.at(number)):
                closer = "]" if brackets[-1] == "[" else "}"
                what = f"括号 {brackets[-1]} 没有结束"
                return Fault(what, f"在末尾补上 {closer}", number)
    if character in "]}":
        opener = "[" if character == "]" else "{"
        hint = f"补上前面的 {opener}，或删去它；它若是值里的字，整个值加上引号"
        return found.here(f"多出一个 {character}", hint)
    if character == ",":
        return found.here("这里多出一个逗号", "删去它；它若是值里的字，整个值加上引号")
    return found.here("这里应当有一个值", "补上值，或删去这个键")


def _no_dash(found: _Found) -> Fault:
    return found.here(
        "列表里有一行不以 - 开头", "每一项都写 - ；若是上一项的下文，与那一项里的键对齐"
    )


def _list_in_line(found: _Found) -> Fault:
    return found.here(
        "“键:”的同一行不能接着写 -",
        "另起一行缩进后写 - ，或写成 [甲, 乙]；值本来就以 - 开头时加引号",
        None,
    )


def _unknown_escape(found: _Found) -> Fault:
    return found.here(
        "双引号里的反斜线 \\ 后面不能是这个字符", "改用单引号，或把 \\ 写成两个：\\\\"
    )


def _no_name(found: _Found) -> Fault:
    return found.here(*(_ANCHOR if re.search("anchor|alias", found.within) else _DIRECTIVE))


_HEXADECIMAL = (
    "双引号里 \\x、\\u 后面的字符编号不对",
    "直接写出这个字；要写反斜线本身，就写两个：\\\\",
)
_DIRECTIVE = ("% 开头的指令用不着", '删去这一行；它若是一个值，写成 键: "%"')
_ANCHOR = ("& 或 * 后面没有名字", "值以 & 或 * 开头时加上引号")
_TAG = ("! 开头的标签写得不对", "删去标签；值以 ! 开头时加上引号")
_BLOCK = ("| 或 > 后面不能接着写字", "文字从下一行起写，缩进两格")
_DOCUMENTS = ("上一部分已经结束，这里又有内容", "删去 --- 或 ... 这一行，一个文件只有一份")
_ENCODING = ("文件不是好的 UTF-8", "用编辑器另存为 UTF-8")
Worded = tuple[str, str] | Callable[[_Found], Fault]

# What the two parsers say, the one in C and the one in Python.
_FAULTS: tuple[tuple[str, Worded], ...] = (
    ("character .*that cannot start any token", _strange_character),
    ("found a tab character", _TAB),
    ("mapping values are not allowed", _second_colon),
    ("mapping keys are not allowed", ("这里不能用 ? 开头的键", "写成 键: 值；值以 ? 开头时加引号")),
    ("sequence entries are not allowed", _list_in_line),
    ("could not find expected ':'", _no_colon),
    ("did not find expected key|expected <block end>, but found '<(?:scalar|block)", _no_key),
    ("did not find expected '-' indicator|expected <block end>, but found '\\?'", _no_dash),
    ("expected <block end>", _no_key),
    ("found unexpected end of stream", _quote_to_the_end),
    ("found unexpected document (?:indicator|separator)", _quote_to_the_end),
    (r"expected ',' or '[\]}]'", _in_brackets),
    ("expected (?:the )?node content", _no_value),
    ("found unexpected ':'", ("括号里的值不能有冒号", "整个值加上引号")),
    ("unknown escape character", _unknown_escape),
    ("hexa?decimal number|Unicode character escape", _HEXADECIMAL),
    ("undefined tag handle|expected '!'|'>'|tag URI|expected URI|URI esca|UTF-8 octet", _TAG),
    ("non-specific tag|too many tags|tag handle|%TAG", _TAG),
    ("indentation indicator", ("| 或 > 后面的数字要在 1 到 9 之间", "删去这个数字")),
    ("alphabetic|alphanumeric", _no_name),
    ("expected (?:' '|whitespace)", _TAG),
    ("chomping|comment or (?:a )?line break", _BLOCK),
    ("undefined alias|duplicate anchor", ("这里不能用 YAML 的锚点或别名", "把值直接写出来")),
    ("<document start>|DOCUMENT-START|single document", _DOCUMENTS),
    (
        "YAML directive|YAML document|version number|directive name|digit|unknown directive",
        _DIRECTIVE,
    ),
    ("invalid (?:leading|trailing)|incomplete|surrogate|not allowed$|invalid Unicode", _ENCODING),
    ("too long", ("文件太长", "分成几个文件")),
)
