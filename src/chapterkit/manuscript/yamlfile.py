"""YAML as the manuscript needs it: safe, limited, digits kept, every value with its line."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar, get_args, get_type_hints

import yaml
from pydantic import TypeAdapter, ValidationError

from chapterkit.errors import ChapterkitError, Origin, nearest

MAX_BYTES = 2_000_000
MAX_DEPTH = 20

Step = str | int
Model = TypeVar("Model")


@dataclass(frozen=True)
class YamlFile:
    """One parsed file: plain data (every scalar is text or None), and where each value stands."""

    path: str
    data: Any
    places: dict[tuple[Step, ...], tuple[int, int]]

    def origin(self, *steps: Step) -> Origin:
        """Return where the value at `steps` stands, or else the nearest value round it."""
        while steps and steps not in self.places:
            steps = steps[:-1]
        return Origin(self.path, *self.places.get(steps, ()))


def parse_yaml(text: str, path: str) -> YamlFile:
    """Parse one YAML document whose top level is a mapping.

    Raises ChapterkitError at the line concerned for broken YAML, duplicate keys, several
    documents, custom tags, anchors, aliases, merge keys, and whatever passes the limits on size
    and depth.
    """
    if len(text) > MAX_BYTES:
        raise ChapterkitError(f"YAML 文件超过 {MAX_BYTES} 个字符", Origin(path))
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        builder = _Builder(path, yaml.parse(text, Loader=loader))
        data = builder.document()
    except yaml.MarkedYAMLError as error:
        raise _broken(error, path, text) from None
    except yaml.YAMLError as error:
        raise ChapterkitError(f"YAML 写错了：{error}", Origin(path)) from None
    return YamlFile(path, data, builder.places)


def _broken(error: yaml.MarkedYAMLError, path: str, text: str) -> ChapterkitError:
    mark = error.problem_mark or error.context_mark
    origin = Origin(path, mark.line + 1, mark.column + 1) if mark else Origin(path)
    what = error.problem or error.context or "无法解析"
    lines = text.split("\n")
    for line in (origin.line, origin.line - 1):
        if 0 < line <= len(lines) and _WIDE_COLON.match(lines[line - 1]):
            hint = "键后面的全角冒号“：”改成半角冒号加空格"
            return ChapterkitError("YAML 写错了：键后面是全角冒号", Origin(path, line), hint)
    hint = "检查这一行的缩进、冒号后的空格和引号是否成对"
    return ChapterkitError(f"YAML 写错了：{what}", origin, hint)


_WIDE_COLON = re.compile(r"\s*[A-Za-z_]+：")


class _Builder:
    """Turns YAML's events into plain data, in one pass; places are lines and columns."""

    def __init__(self, path: str, events: Iterator[Any]) -> None:
        self.path = path
        self.events = events
        self.places: dict[tuple[Step, ...], tuple[int, int]] = {}
        self.depth = 0

    def document(self) -> Any:
        """Return what the only document holds; it must be a mapping."""
        next(self.events)  # the stream's start
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise self._no_mapping(Origin(self.path))
        first = next(self.events)
        if not isinstance(first, yaml.MappingStartEvent):
            deque(self.events, maxlen=0)  # a mistake further on is more to the point
            raise self._no_mapping(self._origin(first))
        data = self._node(first, ())
        next(self.events)  # the document's end
        if not isinstance(further := next(self.events), yaml.StreamEndEvent):
            raise ChapterkitError(
                "YAML 文件里不止一个文档", self._origin(further), "删去 --- 和它后面的内容"
            )
        return data

    def _no_mapping(self, origin: Origin) -> ChapterkitError:
        return ChapterkitError("最外层应当是“键: 值”的映射", origin, "例如 slug: card-game")

    def _origin(self, event: Any) -> Origin:
        return Origin(self.path, event.start_mark.line + 1, event.start_mark.column + 1)

    def _node(self, event: Any, steps: tuple[Step, ...]) -> Any:
        if event.anchor is not None:
            raise self._is_shared(event)
        mark = event.start_mark
        self.places.setdefault(steps, (mark.line + 1, mark.column + 1))
        if type(event) is yaml.ScalarEvent:
            return self._scalar(event)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ChapterkitError(f"YAML 嵌套超过 {MAX_DEPTH} 层", self._origin(event))
        if type(event) is yaml.MappingStartEvent:
            value: Any = dict(self._pairs(steps))
        else:
            value = [self._node(item, (*steps, index)) for index, item in enumerate(self._items())]
        self.depth -= 1
        return value

    def _items(self) -> Iterator[Any]:
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield event

    def _is_shared(self, event: Any) -> ChapterkitError:
        """Return the error for a value that is named to be used again, or so used."""
        used = isinstance(event, yaml.AliasEvent)
        return self._shared(f"别名 *{event.anchor}" if used else f"锚点 &{event.anchor}", event)

    def _shared(self, what: str, event: Any) -> ChapterkitError:
        return ChapterkitError(f"这里不能用 YAML 的{what}", self._origin(event), "把值直接写出来")

    def _scalar(self, event: Any) -> str | None:
        tag = event.tag
        if tag is None or tag == "!":
            plain = event.implicit[0]
            return None if plain and event.value in _NULL else str(event.value)
        if not tag.startswith("tag:yaml.org,2002:"):
            raise ChapterkitError(f"不认识的 YAML 标签 {tag}", self._origin(event))
        return None if tag.endswith(":null") else str(event.value)

    def _pairs(self, steps: tuple[Step, ...]) -> Iterator[tuple[str, Any]]:
        seen: dict[str, int] = {}
        for event in self.events:
            if type(event) is yaml.MappingEndEvent:
                return
            key = self._key(event)
            line, column = event.start_mark.line + 1, event.start_mark.column + 1
            if key in seen:
                raise ChapterkitError(
                    f"键 {key} 写了两次（先在第 {seen[key]} 行）",
                    Origin(self.path, line, column),
                    "删去或改名其中一个",
                )
            seen[key] = line
            self.places[(*steps, key)] = line, column
            yield key, self._node(next(self.events), (*steps, key))

    def _key(self, event: Any) -> str:
        if event.anchor is not None:
            raise self._is_shared(event)
        if type(event) is not yaml.ScalarEvent:
            raise ChapterkitError("键应当是一个词", self._origin(event))
        if event.value == "<<" and event.implicit[0]:
            raise self._shared("合并键 <<", event)
        return str(event.value)


_NULL = {"", "~", "null", "Null", "NULL"}


def validated(
    file: YamlFile, validate: Callable[[Any], Model], what: str, kind: Any = None
) -> Model:
    """Run a pydantic validator over the file's data; `kind` is what it makes, if not a model.

    Raises ChapterkitError at the line of the first value that does not fit, worded for
    authors, with the nearest known key as hint for an unknown one.
    """
    try:
        return validate(file.data)
    except ValidationError as failure:
        errors = failure.errors()
        misspelt = [error for error in errors if error["type"] in _MISSPELT]
        missing = [error for error in errors if error["type"] == "missing"]
        if missing and not misspelt:
            raise _incomplete(file, missing, what) from None
        kind = kind or getattr(validate, "__self__", None)
        raise _misfit(file, (misspelt or errors)[0], kind, what) from None


def validated_as(kind: type[Model], file: YamlFile, what: str) -> Model:
    """Do the same for a plain dataclass, which pydantic fills."""
    return validated(file, TypeAdapter(kind).validate_python, what, kind)


# How pydantic calls an unknown key of a model and of a dataclass.
_MISSPELT = {"extra_forbidden", "unexpected_keyword_argument"}


def _incomplete(file: YamlFile, missing: Sequence[Any], what: str) -> ChapterkitError:
    """Word the keys that are missing from the first mapping that lacks any."""
    first = missing[0]["loc"][:-1]
    where = _without_tags(file.data, first)
    keys = [str(error["loc"][-1]) for error in missing if error["loc"][:-1] == first]
    place = f"{'.'.join(map(str, where))} " if where else ""
    hint = "补上 " + " ".join(f"{key}:" for key in keys)
    return ChapterkitError(
        f"{what.strip()} {place}缺少 {'、'.join(keys)}", file.origin(*where), hint
    )


def _misfit(file: YamlFile, error: Any, model: Any, what: str) -> ChapterkitError:
    steps = _without_tags(file.data, error["loc"])
    origin = file.origin(*steps)
    name = ".".join(map(str, steps))
    kind = error["type"]
    if kind in _MISSPELT:
        known = _known_keys(model, error["loc"][:-1])
        near = nearest(str(error["loc"][-1]), known)
        hint = f"最接近的是 {near}" if near else f"可用的键：{'、'.join(known)}"
        return ChapterkitError(f"{what}里没有 {name} 这个键", origin, hint)
    if kind == "value_error":
        message, _, hint = str(error["ctx"]["error"]).partition("；")
        return ChapterkitError(f"{name or what.strip()}：{message}", origin, hint or _example(name))
    return ChapterkitError(f"{name} 的值不对：{worded(error)}", origin, _example(name))


def _without_tags(data: Any, steps: Sequence[Step]) -> list[Step]:
    """Return the steps to a value without those that only say which of several models was meant."""
    kept: list[Step] = []
    for step in steps:
        held = data if isinstance(data, dict) else dict(enumerate(data or ()))
        if step in held:
            kept.append(step)
            data = held.get(step)
    return kept


_WORDS = {
    "string_type": "这里要一段文字",
    "list_type": "这里要一个列表（[甲, 乙]）",
    "tuple_type": "这里要一个列表（[甲, 乙]）",
    "dict_type": "这里要一个“键: 值”的映射",
    "model_type": "这里要一个“键: 值”的映射",
    "dataclass_type": "这里要一个“键: 值”的映射",
    "decimal_parsing": "这里要一个数",
    "decimal_type": "这里要一个数，或两个数的列表 [小, 大]",
    "int_parsing": "这里要一个整数",
    "int_type": "这里要一个整数",
    "int_from_float": "这里要一个整数",
    "float_parsing": "这里要一个数",
    "float_type": "这里要一个数",
    "bool_parsing": "这里要 true 或 false",
    "too_short": "列表太短",
    "too_long": "列表太长",
    "finite_number": "这里要一个有限的数",
}


def worded(error: Any) -> str:
    """Return what one of pydantic's errors says, in the words of authors."""
    if error["type"] == "literal_error":
        return f"只能是 {error['ctx']['expected'].replace(' or ', ', ').replace(', ', '、')}"
    return str(_WORDS.get(error["type"], error["msg"]))


def _example(name: str) -> str:
    """Return what a value at this place looks like."""
    key = name.rpartition(".")[2]
    examples = {"value": "例如 value: 15.0", "unit": '例如 unit: "%"', "slug": "例如 card-game"}
    return examples.get(key, "照 schema 里的说明改；编辑器认得文件首行的 $schema")


def _known_keys(model: Any, steps: tuple[Step, ...]) -> list[str]:
    """Return the keys that the model nested at `steps` knows."""
    for step in steps:
        model = _model_within(_fields_of(model).get(step, model), step)
    return [str(name) for name in _fields_of(model)]


def _fields_of(model: Any) -> dict[Step, Any]:
    """Return the names of a model's or a dataclass's fields, and their types."""
    if hasattr(model, "model_fields"):
        return {name: one.annotation for name, one in model.model_fields.items()}
    if is_dataclass(model):
        hints = get_type_hints(model)
        return {one.metadata.get("alias", one.name): hints[one.name] for one in fields(model)}
    return {}


def _model_within(annotation: Any, called: Step = "") -> Any:
    """Return the model in a type; of several, the one called so, or else the first."""
    models = list(_models_within(annotation))
    named = [one for one in models if one.__name__ == called]
    return next(iter([*named, *models]), None)


def _models_within(annotation: Any) -> Iterator[Any]:
    is_kind = isinstance(annotation, type)
    if is_kind and (hasattr(annotation, "model_fields") or is_dataclass(annotation)):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_within(inner)
