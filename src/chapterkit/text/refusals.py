"""What templates get wrong, in the words of authors. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from inspect import getmembers
from typing import Any

import jinja2
from jinja2.runtime import LoopContext, TemplateReference
from jinja2.utils import missing as _nothing

from chapterkit.errors import ChapterkitError, Origin, nearest
from chapterkit.text.templates import TAG

# --- values, in words

_KINDS = {
    "Dressed": "记录里的数", "NumberView": "记录里的数", "Number": "记录里的数",
    "Numbers": "n（取数的名字）", "RecordView": "记录", "FindingView": "发现",
    "RelationView": "联系", "DataText": "文字", "str": "文字", "Markup": "文字",
    "int": "数", "float": "数", "Decimal": "数", "bool": "真假", "list": "列表", "tuple": "列表",
    "set": "集合", "dict": "映射", "dict_items": "映射", "NoneType": "空值（none）",
    "function": "要带括号调用的名字", "partial": "要带括号调用的名字", "Macro": "宏",
    "method": "要带括号调用的名字", "builtin_function_or_method": "要带括号调用的名字",
    "Call": "要带括号调用的名字", "generator": "还没有取出的列表",
    "LoopContext": "循环（loop）", "BlockReference": "block", "TemplateReference": "self",
    "Missing": "没有定义的名字",
}  # fmt: skip


def kind_in_words(value: Any) -> str:
    """Return what sort of thing a value is: 文字, 列表, 记录里的数."""
    return _kind_called(type(value).__name__)


def value_in_words(value: Any) -> str:
    """Return a text or a plain number as it is, of anything else what it is."""
    if isinstance(value, (str, int, float, Decimal)) and not isinstance(value, bool):
        return f"“{str(value)[:40]}”"
    return kind_in_words(value)


def _kind_called(name: str) -> str:
    return _KINDS.get(name.rpartition(".")[2], "这样的东西")


class Missing(jinja2.StrictUndefined):
    """What a template has no value for: whatever is done with it is refused, in Chinese."""

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint:
            return "；".join(_said(self._undefined_hint, _UNDEFINED))
        if self._undefined_obj is _nothing:
            return f"模板用了没有定义的名字：{self._undefined_name}"
        return _not_held(self._undefined_obj, self._undefined_name)


def _not_held(obj: Any, name: Any) -> str:
    """Word that a value has no such attribute, item or key."""
    if not isinstance(name, (str, int)):
        return f"不能用{kind_in_words(name)}当名字去取；方括号里写序号，或加引号的键"
    if isinstance(obj, TemplateReference):
        return f"模板用了没有定义的名字：self.{name}"
    if isinstance(obj, (list, tuple, str)) and isinstance(name, int):
        return f"{kind_in_words(obj)}里没有第 {name + 1} 项；它一共有 {len(obj)} 项，从 0 数起"
    if isinstance(obj, Mapping):
        return f"映射里没有 {name} 这个键；{_offered(str(name), map(str, obj))}"
    hint = _offered(str(name), attributes_of(obj)) or "它没有可用的属性"
    return f"{kind_in_words(obj)}没有 {name} 这个属性；{hint}"


def attributes_of(obj: Any) -> list[str]:
    """Return the attributes of one of the values that templates see."""
    kind: Any = type(obj)
    if not is_dataclass(kind) and not isinstance(obj, LoopContext):
        return []
    held = [one.name for one in fields(kind)] if is_dataclass(kind) else []
    return held + [name for name, one in getmembers(kind) if isinstance(one, property)]


def _offered(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = nearest(name, names)
    return f"最接近的是 {near}" if near else f"有：{'、'.join(names)}" if names else ""


# --- what was being done when a template failed


def explained(error: Exception, names: Iterable[str]) -> tuple[str, str]:
    """Return what went wrong in a template's expression, and what to do.

    `names` are those that it might have meant. What is not known keeps its English in
    parentheses.
    """
    if isinstance(error, jinja2.UndefinedError):
        message, _, hint = (error.message or "").partition("；")
        if found := re.fullmatch("模板用了没有定义的名字：(.*)", message):
            names = list(names)
            hint = _offered(found[1], names)
            if found[1] in names:
                hint = f"{found[1]} 只在记录的模板里有；章的正文和 import 来的模板里没有"
        return message, hint
    if isinstance(error, RecursionError):
        return "模板没完没了地调用自己，或嵌套得太深", "看看宏和 include 有没有绕回自己"
    if isinstance(error, MemoryError):
        return "模板要的内存太多", "缩短循环"
    said = (error.message or "") if isinstance(error, jinja2.TemplateError) else str(error)
    message, hint = _said(said, _FAILURES)
    return f"模板里的表达式出错：{message}", hint


_ASSIGNED = re.compile(r"\b(?:set|for|macro|import|as)\s+([^\W\d]\w*)(?:\s*,\s*([^\W\d]\w*))?")


def assigned(source: str) -> set[str]:
    """Return the names that a template gives values to, and its macros.

    >>> sorted(assigned("{% set a = 1 %}{% for b, c in d %}{% macro e(f) %}"))
    ['a', 'b', 'c', 'e']
    """
    tags = "".join(tag[0] for tag in TAG.finditer(source))
    return {name for found in _ASSIGNED.findall(tags) for name in found if name}


def _said(said: str, table: Iterable[tuple[str, str, str]]) -> tuple[str, str]:
    """Return message and hint for what a library says; kinds of values {1}, {2} in words."""
    for pattern, message, hint in table:
        if found := re.search(pattern, said, re.DOTALL):
            groups = [_kind_called(one) if message.startswith("~") else one or ""
                      for one in found.groups()]  # fmt: skip
            return (text.removeprefix("~").format(said, *groups) for text in (message, hint))  # type: ignore[return-value]
    return (
        f"这里写得不对（{said[:200]}）",
        "把这一行写得简单些，或照 chapterkit 的 docs/templates.md 里的例子写",
    )


_ALL = r"'([\w.]+)'"
# What Python and Jinja say while a template runs. With ~, what is found are names of types.
_FAILURES = (
    (
        rf"not supported between instances of {_ALL} and {_ALL}",
        "~{1}和{2}不能比大小",
        "两边用同一种东西：数和数，文字和文字",
    ),
    (
        rf"{_ALL} object is not callable",
        "~{1}后面不能加括号",
        '去掉括号；取记录里的数写 n("slug.name")',
    ),
    (
        "is not safely callable",
        "这个名字不能这样调用",
        "模板里能调用的只有 n、cite、ref、table、chart、flow、experiment 和宏",
    ),
    (
        rf"cannot unpack non-iterable {_ALL[1:-1]} object",
        "~{1}不能拆成几个",
        "for 后面的几个名字只能用于成对的列表，如 record.setup",
    ),
    (
        rf"{_ALL} object is not iterable",
        "~{1}不能用 for 逐个去取，也不能当列表用",
        "for 和列表的过滤器只用于列表，如 record.findings",
    ),
    (
        r"not enough values to unpack \(expected (\d+), got (\d+)",
        "要拆成 {1} 个，却只有 {2} 个",
        "名字的个数与每一项的个数要一样",
    ),
    (
        r"too many values to unpack \(expected (\d+)",
        "要拆成 {1} 个，每一项却不止 {1} 个",
        "名字的个数与每一项的个数要一样",
    ),
    (
        rf"bad operand type for unary ([-+~]): {_ALL}",
        "这里不能用 {1} 取正负",
        "算术写在记录的 derived 里",
    ),
    (rf"bad operand type for abs\(\): {_ALL}", "~{1}没有绝对值", "abs 只用于普通的数"),
    (
        rf"unsupported operand type\(s\) for [^:]+: {_ALL} and {_ALL}",
        "~{1}和{2}不能这样计算",
        "算术写在记录的 derived 里，拼接用 ~",
    ),
    (rf"object of type {_ALL} has no len", "~{1}没有长度", "length 只用于列表和文字"),
    (r"type (\w+) doesn't define __round__", "~{1}不能取整", "记录里的数用 approx"),
    (rf"argument of type {_ALL} is not", "~{1}里不能用 in 去找", "in 后面要一个列表或一段文字"),
    (
        r"requires string as left operand, not (\w+)",
        "~在文字里只能找文字，不能找{1}",
        "in 前面写一段加引号的文字",
    ),
    (rf"unhashable type: {_ALL}", "~{1}不能这样用：它不能当键，也不能去重", "换成文字或数"),
    (
        r"division by zero|modulo by zero|division or modulo|DivisionByZero|DivisionUndefined"
        r"|InvalidOperation",
        "除数是零",
        "先用 {{% if %}} 看它是不是零",
    ),
    (
        r"macro '(\w+)' takes no keyword argument '(\w+)'",
        "宏 {1} 没有 {2} 这个参数",
        "看 {{% macro {1}(…) %}} 里写了哪些参数",
    ),
    (
        r"macro '(\w+)' takes not more than (\d+)",
        "宏 {1} 至多有 {2} 个参数",
        "看 {{% macro {1}(…) %}} 里写了哪些参数",
    ),
    (
        r"macro '(\w+)' was invoked with two values",
        "宏 {1} 的 caller 给了两次",
        "去掉参数里的 caller",
    ),
    (r"no items for cycling given", "loop.cycle 没有给出要轮换的东西", '写 loop.cycle("甲", "乙")'),
    (r"'recursive' marker", "这个循环不能再调用 loop(…)", "写成 {{% for … in … recursive %}}"),
    (r"extended multiple times", "一个模板只能 extends 一次", "删去多出来的 {{% extends %}}"),
    (
        r"Required block '(\w+)' not found",
        "没有写 block {1}",
        "加上 {{% block {1} %}}…{{% endblock %}}",
    ),
    (r"No filter named '(.*)'", "没有 {1} 这个过滤器", "能用的见 chapterkit 的 docs/templates.md"),
    (r"No test named '(.*)'", "没有 {1} 这个测试", "能用的见 chapterkit 的 docs/templates.md"),
    (
        r"cannot assign attribute on non-namespace",
        "不能给别的东西的属性赋值",
        "换一个名字：{{% set 名字 = … %}}",
    ),
    (
        r"method must be common, ceil or floor",
        "过滤器 round 的方式只能是 common、ceil、floor",
        '写 round(1) 或 round(1, "floor")',
    ),
    (
        r"Unexpected keyword argument '(\w+)'",
        "过滤器没有 {1} 这个参数",
        '写 map(attribute="of") 或 map("signed")',
    ),
    (
        r"map requires a filter argument",
        "过滤器 map 少了要取的属性，或要用的过滤器",
        '写 map(attribute="of") 或 map("signed")',
    ),
    (r"Missing parameter for attribute name", "少了属性的名字", '写 selectattr("when")'),
    (r"argument must be iterable", "要一个列表", "写 {{{{ 列表 | map(…) }}}}"),
    (
        r"Exceeds the limit|name 'inf' is not|too large to convert|int too big|OverflowError"
        r"|Result too large",
        "数太大",
        "写小一些的数",
    ),
    (
        r"Tried to select from an empty list of templates",
        "include 后面没有模板",
        '写 {{% include "名字.md.j2" %}}',
    ),
    (r"keywords must be strings", "参数名要是文字", "直接写出参数"),
    (r"argument after \*\*? must be", "* 或 ** 后面要一个列表或映射", "直接写出参数"),
    (
        r"(?:missing|takes|got an unexpected|got multiple|required positional|expected at|expects)",
        "参数的个数或名字不对",
        "用法见 chapterkit 的 docs/templates.md",
    ),
    (
        rf"{_ALL} object is not (?:subscriptable|reversible)",
        "~{1}不是列表，取不出其中一项",
        "只从列表和文字里取：列表[0]、列表 | last",
    ),
    (r"arg must be", "参数的种类不对", "用法见 chapterkit 的 docs/templates.md"),
    (r"expected \d+ argument", "参数的个数不对", "用法见 chapterkit 的 docs/templates.md"),
    (
        r"must be (?:str|string|real number|integer)|cannot be interpreted|indices must be"
        r"|invalid literal|could not convert|not all arguments converted",
        "参数的种类不对",
        "用法见 chapterkit 的 docs/templates.md",
    ),
    (
        r"object has no attribute '(\w+)'",
        "这里没有 {1} 这个属性",
        "能用的见 chapterkit 的 docs/templates.md",
    ),
)
_UNDEFINED = (
    (
        r"inline if-expression",
        "“甲 if 条件”的条件不成立时没有东西可印",
        '写成 {{{{ 甲 if 条件 else "" }}}}',
    ),
    (
        r"there is no parent block called '(.+)'",
        "所扩展的模板里没有 {1} 这个 block",
        "去掉 super()",
    ),
    (
        r"does not export the requested name '(.+)'",
        "那个模板里没有 {1} 可以 import",
        "看看宏的名字",
    ),
    (
        r"No aggregated item|sequence was empty|No first item|No last item",
        "列表是空的，取不出东西",
        "先用 {{% if 列表 %}} 看它有没有",
    ),
    (r"No caller defined", "这里没有 caller", "caller() 只用于 {{% call %}} 调用的宏"),
    (r"parameter '(\w+)' was not provided", "宏少了参数 {1}", "调用时给出 {1}，或在宏里写默认值"),
    (r"block is required|(\w+) is undefined", "没有定义 {1}", "看看名字"),
)


# --- what cannot be compiled


@dataclass(frozen=True)
class Names:
    """What a template may name: its filters and its tests."""

    filters: tuple[str, ...]
    tests: tuple[str, ...]


def syntax_error(
    error: jinja2.TemplateSyntaxError, source: str, path: str, names: Names
) -> ChapterkitError:
    """Return what is wrong with a template's syntax, at the line that is to blame."""
    said = error.message or ""
    line, message, hint = error.lineno, "", ""
    for pattern, worded in _SYNTAX:
        if found := re.search(pattern, said, re.DOTALL):
            line, message, hint = worded(found, _Place(source, error.lineno, names))
            break
    else:
        message, hint = _said(said, _WORDED)
    return ChapterkitError(f"模板语法错误：{message}", Origin(path, line), hint)


@dataclass(frozen=True)
class _Place:
    """Where Jinja gave up, in a template's source."""

    source: str
    line: int
    names: Names

    def around(self) -> tuple[int, str]:
        """Return the line on which the tag begins that reaches to here, and what opens it."""
        for start, text in _tags(self.source):
            if start <= self.line <= start + text.count("\n"):
                found = start, text[:2]
                if start < self.line:
                    return found
        return self.line, ""


_Told = tuple[int, str, str]


def _tags(source: str) -> Iterator[tuple[int, str]]:
    """Yield each tag with its line; what stands between raw and endraw is none."""
    line, end, raw = 1, 0, False
    for tag in TAG.finditer(source):
        line += source.count("\n", end, tag.start())
        end = tag.start()
        name = _name_of(tag[0])
        raw = name == "raw" or (raw and name != "endraw")
        if not raw or name == "raw":
            yield line, tag[0]


def _name_of(tag: str) -> str:
    found = re.match(r"\{%[-+]?\s*(\w+)", tag)
    return found[1] if found else ""


_OPENING = ("if", "for", "block", "macro", "call", "filter", "set", "with", "autoescape", "raw")
_TAGS = (*_OPENING, *(f"end{one}" for one in _OPENING), "else", "elif", "extends", "include",
         "import", "from")  # fmt: skip


def _unclosed(source: str) -> list[tuple[str, int]]:
    """Return the blocks that are not closed, outermost first, each with its line."""
    opened: list[tuple[str, int]] = []
    for line, tag in _tags(source):
        name = _name_of(tag)
        if name == "set" and "=" in tag:
            continue
        if name in _OPENING:
            opened.append((name, line))
        elif opened and name == f"end{opened[-1][0]}":
            opened.pop()
    return opened


def _end_of_template(found: re.Match[str], place: _Place) -> _Told:
    inner = re.search(r"innermost block that needs to be closed is '(\w+)'", found.string)
    name = inner[1] if inner else "block"
    lines = [line for one, line in _unclosed(place.source) if one == name]
    line = lines[-1] if lines else place.line
    return (
        line,
        f"{{% {name} %}} 没有结束",
        f"在它管的文字后面写 {{% end{name} %}}；if 与 endif、for 与 endfor 是否成对",
    )


def _unknown_tag(found: re.Match[str], place: _Place) -> _Told:
    name = found[1]
    inner = re.search(r"innermost block that needs to be closed is '(\w+)'", found.string)
    if name in _TAGS:
        if inner:
            what = f"这里是 {{% {name} %}}，要结束的却是 {{% {inner[1]} %}}"
            return place.line, what, f"先写 {{% end{inner[1]} %}}，再写别的；看看是否成对"
        if name.startswith("end"):
            what = f"{{% {name} %}} 前面没有 {{% {name[3:]} %}}"
            return place.line, what, f"补上 {{% {name[3:]} %}}，或删去它；看看是否成对"
        return place.line, f"{{% {name} %}} 不在 {{% if %}} 或 {{% for %}} 里面", "看看前面是否成对"
    near = "elif" if name in {"elseif", "elsif"} else nearest(name, _TAGS)
    meant = f"最接近的是 {near}；" if near else ""
    hint = f"{meant}可用的：if、for、set、block、macro、include、extends"
    return place.line, f"没有 {{% {name} %}} 这种标记", hint


def _unknown_name(found: re.Match[str], place: _Place) -> _Told:
    what, known = (
        ("过滤器", place.names.filters) if found[1] == "filter" else ("测试", place.names.tests)
    )
    near = nearest(found[2], known)
    hint = f"最接近的是 {near}；" if near else ""
    return place.line, f"没有 {found[2]} 这个{what}", f"{hint}可用的：{'、'.join(sorted(known))}"


def _not_ended(found: re.Match[str], place: _Place) -> _Told:
    closer = _TOKENS.get(found[1], found[1])
    opener = {"}}": "{{", "%}": "{%"}.get(closer)
    if not opener:
        return (
            place.line,
            f"模板在这里就完了，还应当有 {closer}",
            f"补上 {closer}；看看括号是否成对",
        )
    lines = [line for line, text in _tags(place.source) if text.startswith(opener)]
    return (
        lines[-1] if lines else place.line,
        f"{opener} 没有用 {closer} 结束",
        f"补上 {closer}；要印出 {opener} 本身，写 {{% raw %}}",
    )


def _other_token(found: re.Match[str], place: _Place) -> _Told:
    wanted, got = _token(found[1]), _token(found[2])
    line, opener = place.around()
    if wanted in {"}}", "%}"} and opener:
        start = "{{" if wanted == "}}" else "{%"
        return line, f"{start} 没有用 {wanted} 结束", f"补上 {wanted}"
    hint = "看看前面是否少了逗号、引号或括号，{{ }} 与 {% %} 是否成对"
    if wanted in {"}}", "%}"}:
        hint = f"在 {got} 前面补上 {wanted}，或看看是否少了 | 、逗号、引号或括号"
    return place.line, f"这里应当是 {wanted}，却是 {got}", hint


def _no_expression(found: re.Match[str], place: _Place) -> _Told:
    return (
        place.line,
        f"这里应当有一个表达式，却是 {_token(found[1])}",
        "补上名字或条件；看看 {{ }} 与 {% %} 是否成对",
    )


def _unexpected(found: re.Match[str], place: _Place) -> _Told:
    got, wanted = _token(found[1]), found.groupdict().get("wanted")
    if wanted:
        return (
            place.line,
            f"括号不成对：这里应当是 {wanted}，却是 {got}",
            f"改成 {wanted}，或补上前面的括号",
        )
    hint = "删去它，或补上与它成对的括号；{{ }} 与 {% %} 各用两个符号"
    return place.line, f"这里多出 {got}", hint


_HALF_WIDTH = dict(zip("，。：；（）“”‘’｜！＝、【】｛｝％", ",.:;()\"\"''|!=,[]{}%", strict=True))


def _strange(found: re.Match[str], place: _Place) -> _Told:
    character = found[1].strip()
    half = _HALF_WIDTH.get(character)
    if half:
        return place.line, f"标记里用了全角的 {character}", f"改成半角的 {half}"
    if character in {'"', "'"}:
        return place.line, f"引号 {character} 没有成对", f"补上另一个 {character}"
    return place.line, f"标记里不能有 {character}", "要印出的文字写在标记外面，或加上引号"


_TOKENS = {
    "end of print statement": "}}", "end of statement block": "%}",
    "begin of print statement": "{{", "begin of statement block": "{%",
    "begin of comment": "{%#", "end of comment": "#%}", "end of template": "模板的末尾",
    "template data / text": "文字", "name": "一个名字", "string": "一段加引号的文字",
    "integer": "一个整数", "float": "一个数", "comment": "注释", "whitespace": "空白",
    "variable_end": "}}", "block_end": "%}",
}  # fmt: skip


def _token(said: str) -> str:
    return _TOKENS.get(said, said)


_SYNTAX = (
    (r"^No (filter|test) named '(.+)'", _unknown_name),
    (r"^Encountered unknown tag '(.+?)'", _unknown_tag),
    (r"^Unexpected end of template", _end_of_template),
    (r"^unexpected end of template, expected '(.+?)'", _not_ended),
    (r"^expected token '(.+?)', got '(.+)'", _other_token),
    (r"^expected token '(.+?)', got \"(.+)\"", _other_token),
    (r"^Expected an expression, got '(.+)'", _no_expression),
    (r"^unexpected char ['\"](.+)['\"] at \d+", _strange),
    (r"^unexpected '(.+?)'(?:, expected '(?P<wanted>.+)')?$", _unexpected),
)
_PAIRS = "看看 {{{{ }}}} 与 {{% %}} 是否成对"
_WORDED = (
    ("Missing end of comment tag", "注释 {{%# 没有结束", "在末尾补上 #%}}"),
    ("Missing end of raw directive", "{{% raw %}} 没有结束", "在末尾写 {{% endraw %}}"),
    ("Invalid character in identifier", "名字里有不能用的字符", "名字用字母、数字和 _"),
    ("tag name expected", "{{% 后面没有标记的名字", "例如 {{% if 条件 %}}；" + _PAIRS),
    ("Block names in Jinja", "block 的名字里不能有连字号", "改用 _"),
    ("Required blocks can only", "required 的 block 里不能有文字", "把文字写在扩展它的模板里"),
    ("starting with an underline", "以 _ 开头的名字不能 import", "换一个名字"),
    ("non-default argument follows", "有默认值的参数要排在后面", "把没有默认值的参数移到前面"),
    ("^expected call", "{{% call %}} 后面要调用一个宏", "写成 {{% call 宏的名字() %}}"),
    (r"can't assign to '(\w+)'", "不能给它赋值", "set 和 for 后面写一个新名字"),
    ("expected name or number", "点号后面要一个名字", "例如 record.title"),
    ("expected subscript expression", "[ ] 里要一个序号或键", "例如 列表[0]"),
    (
        "invalid syntax for function call",
        "括号里的参数写得不对",
        "参数之间写逗号，带名字的参数放在后面",
    ),
    ("cannot chain multiple tests", "is 后面只能有一个测试", "用 and 连接两个条件"),
    ("chunk after expression", "表达式后面还有多余的东西", _PAIRS),
    (r"block '(.+)' defined twice", "block {1} 写了两次", "改名或删去其中一个"),
    ("extend from a non top-level", "extends 不能写在 if 或 for 里", "写在模板的开头"),
    ("special loop variable", "for 后面的名字不能是 loop", "换一个名字"),
    ('special "caller" argument', "宏的 caller 参数要有默认值", "去掉它，或写 caller=none"),
    ("Exceeds the limit", "数太大", "写小一些的数"),
    ("cannot assign attribute", "不能给别的东西的属性赋值", "换一个名字：{{% set 名字 = … %}}"),
    ("too many nested|too deeply", "模板嵌套得太深", "少套几层"),
)
