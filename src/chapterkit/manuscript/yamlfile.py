"""YAML as the manuscript needs it: safe, limited, digits kept, every value with its line."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from itertools import chain
from typing import Any, TypeVar, get_args, get_type_hints

import yaml
from pydantic import TypeAdapter, ValidationError

from chapterkit.errors import ChapterkitError, Origin, nearest, together
from chapterkit.manuscript.yamlfaults import Fault, fault_of

MAX_BYTES = 2_000_000
MAX_DEPTH = 20

Step = str | int
Model = TypeVar("Model")
_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


@dataclass(frozen=True)
class YamlFile:
    """One parsed file: plain data (every scalar is text or None), and where each value stands.

    `wrong` is what has been found wrong in it so far; `spoilt` are the values concerned, `doubled`
    the mappings with a key that occurs twice (one of them may be meant to be another), and
    `mended` the lines where a value was replaced, so that the rest could be read.
    """

    path: str
    data: Any
    places: dict[tuple[Step, ...], tuple[int, int]]
    wrong: tuple[Any, ...] = ()  # of ChapterkitError, for which pydantic has no schema
    spoilt: frozenset[tuple[Step, ...]] = frozenset()
    doubled: frozenset[tuple[Step, ...]] = frozenset()
    mended: frozenset[int] = frozenset()

    def origin(self, *steps: Step) -> Origin:
        """Return where the value at `steps` stands, or else the nearest value round it."""
        while steps and steps not in self.places:
            steps = steps[:-1]
        return Origin(self.path, *self.places.get(steps, ()))

    def is_spoilt(self, steps: tuple[Step, ...]) -> bool:
        """Tell whether a value, or one round it, is not what the author meant: told already."""
        if not self.wrong:
            return False
        if self.origin(*steps).line in self.mended:
            return True
        return any(steps[:length] in self.spoilt for length in range(len(steps) + 1))


def read_yaml(text: str, path: str) -> YamlFile:
    """Parse one YAML document whose top level is a mapping.

    What is wrong in it without spoiling all of it (duplicate keys, custom tags, single mistakes of
    YAML's form) stands beside the data in `wrong`, each at its line: `validated` tells it together
    with what does not fit. Raises ChapterkitError for what makes the file unreadable: broken YAML,
    several documents, anchors, aliases, merge keys, whatever passes the limits on size and depth.
    """
    if len(text) > MAX_BYTES:
        raise ChapterkitError(f"YAML 文件超过 {MAX_BYTES} 个字符", Origin(path))
    if found := _OTHER_BREAKS.search(text):
        line, before = text.count("\n", 0, found.start()) + 1, text.rfind("\n", 0, found.start())
        message = f"这里有一个看不见的换行符 U+{ord(found[0]):04X}"
        raise ChapterkitError(message, Origin(path, line, found.start() - before), "换成普通的换行")
    faults: list[Fault] = []
    while True:
        builder = _Builder(path, text)
        told = [fault.error(path) for fault in faults]
        try:
            data = builder.document(yaml.parse(text, Loader=_LOADER))
        except (yaml.YAMLError, UnicodeEncodeError) as error:
            faults.append(fault := fault_of(error, text))
            if fault.mended is None or len(faults) > MOST_FAULTS:
                raise fault.error(path).beside(*told, *builder.wrong) from None
            text = fault.mended
        except ChapterkitError as error:
            raise error.beside(*told, *builder.wrong) from None
        else:
            lines = frozenset(fault.line for fault in faults)
            wrong = (*told, *builder.wrong)
            spoilt, doubled = frozenset(builder.spoilt), frozenset(builder.doubled)
            return YamlFile(path, data, builder.places, wrong, spoilt, doubled, lines)


_OTHER_BREAKS = re.compile("[\x85\u2028\u2029]")
"""Line breaks of YAML 1.1 alone: no editor counts a line there, and nobody sees one."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST_FAULTS = 20  # of the parser's, each of which costs another reading


class _Builder:
    """Turns YAML's events into plain data, in one pass; places are lines and columns."""

    events: Iterator[Any]

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        # Only where there is one may a comment have been meant as a part of a value.
        self.lines = text.split("\n") if _NUMBER_SIGN.search(text) else []
        self.places: dict[tuple[Step, ...], tuple[int, int]] = {}
        self.depth = 0
        self.wrong: list[ChapterkitError] = []
        self.spoilt: set[tuple[Step, ...]] = set()
        self.doubled: set[tuple[Step, ...]] = set()

    def document(self, events: Iterator[Any]) -> Any:
        """Return what the only document holds; it must be a mapping."""
        self.events = events
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
        mark = event.start_mark
        self.places.setdefault(steps, (mark.line + 1, mark.column + 1))
        if event.anchor is not None:
            self._spoil(steps, self._is_shared(event))
            if type(event) is yaml.AliasEvent:
                return None
        if type(event) is yaml.ScalarEvent:
            return self._scalar(event, steps)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message, hint = f"YAML 嵌套超过 {MAX_DEPTH} 层", "少套几层；是不是有括号没有关上？"
            raise ChapterkitError(message, self._origin(event), hint)
        if event.tag is not None and not _is_known(event.tag):
            self._spoil(steps, self._unknown_tag(event))
        if type(event) is yaml.MappingStartEvent:
            value: Any = dict(self._pairs(steps))
        else:
            value = [self._node(item, (*steps, index)) for index, item in enumerate(self._items())]
        self.depth -= 1
        return value

    def _spoil(self, steps: tuple[Step, ...], error: ChapterkitError) -> None:
        self.wrong.append(error)
        self.spoilt.add(steps)

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

    def _scalar(self, event: Any, steps: tuple[Step, ...]) -> str | None:
        tag = event.tag
        if tag is None or tag == "!":
            plain = event.implicit[0]
            if plain and self.lines:
                self._check_rest(event, steps)
            return None if plain and event.value in _NULL else str(event.value)
        if not _is_known(tag):
            self._spoil(steps, self._unknown_tag(event))
        return None if tag.endswith(":null") else str(event.value)

    def _check_rest(self, event: Any, steps: tuple[Step, ...]) -> None:
        """Note a value that goes on with #1, which YAML takes for a comment."""
        end = event.end_mark
        if event.value and (cut := _NUMBER_SIGN.match(self.lines[end.line], end.column)):
            said = f"“{cut[0].strip()}”会当作注释丢掉：值里有空格和 #"
            origin = Origin(self.path, end.line + 1, cut.start(1) + 1)
            hint = f'整个值加上引号："{event.value[:40]}{cut[0]}"；真是注释，# 后面空一格'
            self._spoil(steps, ChapterkitError(said, origin, hint))

    def _unknown_tag(self, event: Any) -> ChapterkitError:
        written = event.tag.replace(_STANDARD, "!!", 1)
        near = nearest(written.removeprefix("!!"), _TAGS) if written.startswith("!!") else None
        hint = f"最接近的是 !!{near}；" if near else ""
        return ChapterkitError(
            f"不认识的 YAML 标签 {written}",
            self._origin(event),
            f"{hint}标签用不着，删去它；值以 ! 开头时加上引号",
        )

    def _pairs(self, steps: tuple[Step, ...]) -> Iterator[tuple[str, Any]]:
        seen: dict[str, int] = {}
        for event in self.events:
            if type(event) is yaml.MappingEndEvent:
                return
            key = self._key(event)
            line, column = event.start_mark.line + 1, event.start_mark.column + 1
            if key in seen:
                twice = f"键 {key} 写了两次（先在第 {seen[key]} 行）"
                at = Origin(self.path, line, column)
                self.wrong.append(ChapterkitError(twice, at, "删去或改名其中一个"))
                self.doubled.add(steps)
                self._node(next(self.events), (*steps, key, len(self.wrong)))  # nobody looks there
                continue
            seen[key] = line
            self.places[(*steps, key)] = line, column
            yield key, self._node(next(self.events), (*steps, key))

    def _key(self, event: Any) -> str:
        if event.anchor is not None:
            raise self._is_shared(event)
        if type(event) is not yaml.ScalarEvent:
            hint = "写成 键: 值；键里有括号时加上引号"
            raise ChapterkitError("键应当是一个词", self._origin(event), hint)
        if event.value == "<<" and event.implicit[0]:
            raise self._shared("合并键 <<", event)
        return str(event.value)


# No. 1 as #1: written as no comment is.
_NUMBER_SIGN = re.compile(r"[ \t]+(#\d\S{0,20})")
_STANDARD = "tag:yaml.org,2002:"
_TAGS = ("str", "int", "float", "bool", "null", "seq", "map", "timestamp", "binary")


def _is_known(tag: str) -> bool:
    """Tell whether a tag is one that YAML itself has; all of them leave a value as it is here."""
    return tag == "!" or (tag.startswith(_STANDARD) and tag.removeprefix(_STANDARD) in _TAGS)


_NULL = {"", "~", "null", "Null", "NULL"}


def validated(
    file: YamlFile, validate: Callable[[Any], Model], what: str, kind: Any = None
) -> Model:
    """Run a pydantic validator over the file's data; `kind` is what it makes, if not a model.

    Raises ChapterkitError that tells everything that does not fit, and all that was wrong with
    the file already, each at its line, worded for authors, with the nearest known key as hint for
    an unknown one.
    """
    try:
        made = validate(file.data)
    except ValidationError as failure:
        kind = kind or getattr(validate, "__self__", None)
        misfits = _misfits(file, failure.errors(), kind, what)
        if not (wrong := together(chain(file.wrong, misfits))):
            raise
        raise wrong from None
    if wrong := together(file.wrong):
        raise wrong
    return made


def validated_as(kind: type[Model], file: YamlFile, what: str) -> Model:
    """Do the same for a plain dataclass, which pydantic fills."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    made: Model = validated(file, _ADAPTERS[kind].validate_python, what, kind)
    return made


# How pydantic calls an unknown key of a model and of a dataclass.
_MISSPELT = {"extra_forbidden", "unexpected_keyword_argument"}


def _misfits(
    file: YamlFile, errors: Sequence[Any], kind: Any, what: str
) -> Iterator[ChapterkitError]:
    """Yield everything that does not fit, but for what follows from something that is told."""
    missing: dict[tuple[Step, ...], list[str]] = {}
    for error in errors:
        *within, last = error["loc"] or ("",)
        if error["type"] == "missing":
            missing.setdefault(_without_tags(file.data, within), []).append(str(last))
    for error in errors:
        steps = _without_tags(file.data, error["loc"])
        if error["type"] in _MISSPELT:
            lacking = missing.get(steps[:-1], [])
            if (meant := nearest(str(steps[-1]), lacking)) is not None:
                lacking.remove(meant)
        told = error["type"] == "missing" or _follows(error, errors)
        if not told and not file.is_spoilt(steps):
            yield _misfit(file, error, kind, what)
    for steps, keys in missing.items():
        if keys and steps not in file.doubled and not file.is_spoilt(steps):
            yield _incomplete(file, steps, keys, what)


def _follows(error: Any, errors: Sequence[Any]) -> bool:
    """Tell whether a list is too short only since pydantic does not count items that do not fit."""
    place = error["loc"]
    return error["type"] == "too_short" and any(
        one["loc"][: len(place)] == place and len(one["loc"]) > len(place) for one in errors
    )


def _without_tags(data: Any, steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps to a value without those that only say which of several models was meant."""
    kept: list[Step] = []
    for step in steps:
        held = data if isinstance(data, dict) else dict(enumerate(data or ()))
        if step in held:
            kept.append(step)
            data = held.get(step)
    return tuple(kept)


def _incomplete(
    file: YamlFile, steps: tuple[Step, ...], keys: Sequence[str], what: str
) -> ChapterkitError:
    """Word the keys that are missing from a mapping."""
    place = f"{'.'.join(map(str, steps))} " if steps else ""
    hint = "补上 " + " ".join(f"{key}:" for key in keys)
    return ChapterkitError(
        f"{what.strip()} {place}缺少 {'、'.join(keys)}", file.origin(*steps), hint
    )


def _misfit(file: YamlFile, error: Any, model: Any, what: str) -> ChapterkitError:
    kind, steps = error["type"], _without_tags(file.data, error["loc"])
    origin, name = file.origin(*steps), ".".join(map(str, steps))
    of_key = error["loc"][-1:] == ("[key]",)
    if kind in _MISSPELT and (parted := _grouped(file, steps) or _parted(file, steps)):
        return parted
    if kind in _MISSPELT:
        known = _known_keys(model, steps[:-1])
        near = nearest(str(steps[-1]), known)
        hint = f"最接近的是 {near}" if near else f"可用的键：{'、'.join(known)}"
        return ChapterkitError(f"{what}里没有 {name} 这个键", origin, hint)
    if kind == "value_error":
        message, _, hint = str(error["ctx"]["error"]).partition("；")
        told = f"{name or what.strip()}：{message}"
        return ChapterkitError(told, origin, hint or _example(model, steps))
    if of_key:
        hint = _KEYS.get(str(steps[0]), "用小写字母开头，后面是小写字母、数字和 _")
        return ChapterkitError(f"{name} 不能作键：{worded(error)}", origin, hint)
    hint = _example(model, steps)
    is_item = isinstance(given := error["input"], str) and not _known_keys(model, (*steps, 0))
    if kind in _LISTS and is_item and given.isprintable():
        hint = f"写成 {steps[-1]}: [{given[:40]}]；{hint}"
    return ChapterkitError(f"{name} 的值不对：{worded(error)}", origin, hint)


_LISTS = frozenset({"list_type", "tuple_type", "frozen_set_type", "set_type"})


_GROUP = re.compile(r"\d{3}(?:\.\d+)?")


def _grouped(file: YamlFile, steps: tuple[Step, ...]) -> ChapterkitError | None:
    """Word a number with commas in {…}, which YAML reads as keys of their own: value: 4,200."""
    pairs, at = _pairs_round(file, steps)
    first = last = at
    while first and _is_group(*pairs[first]):
        first -= 1
    while last + 1 < len(pairs) and _is_group(*pairs[last + 1]):
        last += 1
    key, begun = pairs[first]
    groups = [str(group) for group, _ in pairs[first + 1 : last + 1]]
    if not groups or not re.fullmatch(r"[+-]?\d{1,3}", str(begun)):
        return None
    origin = file.origin(*steps[:-1], key)
    message = f"{'.'.join(map(str, (*steps[:-1], key)))} 的值不对：{{…}} 里的逗号隔开两个键"
    return ChapterkitError(message, origin, f"千位逗号要去掉：{key}: {begun}{''.join(groups)}")


def _parted(file: YamlFile, steps: tuple[Step, ...]) -> ChapterkitError | None:
    """Word a text with a comma in {…}, whose rest YAML reads as a key: how: once, and again."""
    pairs, at = _pairs_round(file, steps)
    rest = str(steps[-1])
    if not at or pairs[at][1] not in (None, "") or not re.search(r"[^a-z_]", rest):
        return None
    key, begun = pairs[at - 1]
    if not isinstance(begun, str) or not begun:
        return None
    origin = file.origin(*steps[:-1], key)
    message = f"{'.'.join(map(str, (*steps[:-1], key)))} 里有逗号：{{…}} 里的逗号隔开两个键"
    return ChapterkitError(message, origin, f'整段文字加上引号：{key}: "{begun}, {rest}"')


def _pairs_round(file: YamlFile, steps: tuple[Step, ...]) -> tuple[list[tuple[Step, Any]], int]:
    """Return the keys and values of the mapping that a key is in, and its place among them."""
    mapping: Any = file.data
    for step in steps[:-1]:
        mapping = mapping[step]
    return list(mapping.items()), list(mapping).index(steps[-1])


def _is_group(key: Step, value: Any) -> bool:
    return value in (None, "") and _GROUP.fullmatch(str(key)) is not None


# What keys that the author chooses look like.
_KEYS = {"setup": "键以文字开头，不超过四十个字，不带标点"}

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
    "bool_type": "这里要 true 或 false",
    "tuple_unexpected": "这里要一个列表（[甲, 乙]）",
    "none_required": "这里要空着",
    "int_parsing_size": "这个整数太大",
    "date_parsing": "这里要一个日期：2025-01-31",
    "date_type": "这里要一个日期：2025-01-31",
    "date_from_datetime_parsing": "这里要一个日期：2025-01-31",
    "string_unicode": "这里有坏字符",
    "missing_argument": "这里缺一个值",
    "recursion_loop": "这里绕成了圈",
    "no_such_attribute": "没有这个键",
    "invalid_key": "键应当是一个词",
    "frozen_set_type": "这里要一个列表（[甲, 乙]）",
    "set_type": "这里要一个列表（[甲, 乙]）",
    "mapping_type": "这里要一个“键: 值”的映射",
    "finite_number": "这里要一个有限的数",
}


_BOUNDS = {
    "greater_than": "要大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "要小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "multiple_of": "要是 {multiple_of} 的倍数",
    "string_too_short": "不能是空的，至少 {min_length} 个字",
    "string_too_long": "不能超过 {max_length} 个字",
    "too_short": "列表太短，至少要有 {min_length} 项",
    "too_long": "列表太长，至多 {max_length} 项",
    "decimal_max_digits": "不能超过 {max_digits} 位",
    "decimal_max_places": "小数不能超过 {decimal_places} 位",
    "decimal_whole_digits": "整数部分不能超过 {whole_digits} 位",
}
_PATTERNS = {
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": "只能是小写字母、数字和连字号，以字母开头：general-points",
    r"^[a-z][a-z0-9_]*$": "只能是小写字母、数字和 _，以字母开头：gpl_rl",
    r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$": "只能是小写字母、数字、- 和 _，以字母开头：ood-bars",
}


def worded(error: Any) -> str:
    """Return what one of pydantic's errors says, in the words of authors."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "literal_error":
        return f"只能是 {context['expected'].replace(' or ', ', ').replace(', ', '、')}"
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], "写法不对")
    if kind in _BOUNDS:
        return _BOUNDS[kind].format(**context)
    return _WORDS.get(kind) or f"这里写得不对（{error['msg']}）"


def _example(model: Any, steps: tuple[Step, ...]) -> str:
    """Return what a value at this place looks like, or else what its model says of it."""
    examples = {"value": "例如 value: 15.0", "unit": '例如 unit: "%"', "slug": "例如 card-game"}
    if (key := str(steps[-1]) if steps else "") in examples:
        return examples[key]
    about = _about(model, steps)
    return about or "照 schema 里的说明改；编辑器认得文件首行的 $schema"


def _about(model: Any, steps: tuple[Step, ...]) -> str:
    """Return what a model says of the innermost of its fields on the way to a value."""
    said = ""
    for step in steps:
        about = _descriptions_of(model).get(step)
        said = f"{step}：{about}" if about else said
        model = _model_within(_fields_of(model).get(step, model))
    return said


def _descriptions_of(model: Any) -> dict[Step, str | None]:
    if hasattr(model, "model_fields"):
        return {name: one.description for name, one in model.model_fields.items()}
    if is_dataclass(model):
        return {
            one.metadata.get("alias", one.name): one.metadata.get("description")
            for one in fields(model)
        }
    return {}


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
