"""YAML as the manuscript needs it: safe, limited, digits kept, every value with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from chapterkit.errors import ChapterkitError, Origin, nearest

MAX_BYTES = 2_000_000
MAX_TEXT_BYTES = 8_000_000
MAX_DEPTH = 20
MAX_ALIASES = 100

if TYPE_CHECKING:
    import yaml

Step = str | int
Model = TypeVar("Model")


@dataclass(frozen=True)
class YamlFile:
    """One parsed file: plain data (every scalar is text or None), and where each value stands."""

    path: str
    data: Any
    origins: dict[tuple[Step, ...], Origin]

    def origin(self, *steps: Step) -> Origin:
        """Return where the value at `steps` stands, or else the nearest value round it."""
        while steps and steps not in self.origins:
            steps = steps[:-1]
        return self.origins.get(steps, Origin(self.path))


_UNSAVED: ContextVar[Mapping[Path, str] | None] = ContextVar("unsaved", default=None)


@contextmanager
def unsaved(texts: Mapping[Path, str]) -> Iterator[None]:
    """Let read_text return these texts in place of what the files hold; by resolved path.

    So an editor's buffers are read before they are saved.
    """
    token = _UNSAVED.set(texts)
    try:
        yield
    finally:
        _UNSAVED.reset(token)


def _unsaved(path: Path) -> bytes | None:
    texts = _UNSAVED.get()
    text = texts.get(path.resolve()) if texts else None
    return None if text is None else text.encode("utf-8", "surrogatepass")


def read_text(path: Path, shown: str) -> str:
    """Return the text of a manuscript file, named `shown` in errors; line ends become \\n.

    Raises ChapterkitError if the file is missing, unreadable, a folder, not UTF-8, or holds NUL.
    """
    try:
        held = _unsaved(path)
        raw = path.read_bytes() if held is None else held
    except FileNotFoundError:
        hint = "检查文件名与 book.yaml 里写的是否一致"
        raise ChapterkitError("文件不存在", Origin(shown), hint) from None
    except OSError as error:
        raise ChapterkitError(f"读不了这个文件：{error.strerror}", Origin(shown)) from None
    if len(raw) > MAX_TEXT_BYTES:
        limit = MAX_TEXT_BYTES // 1_000_000
        raise ChapterkitError(f"文件超过 {limit} MB", Origin(shown), "一章分成几个文件")
    return decode(raw, shown)


def decode(raw: bytes, shown: str) -> str:
    """Return `raw` as text; raise ChapterkitError at the line whose bytes are not UTF-8."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ChapterkitError(
            f"不是 UTF-8 编码的文本{_looks_like(raw)}",
            Origin(shown, line),
            "用编辑器把文件另存为 UTF-8",
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ChapterkitError("文件里有 NUL 字符", Origin(shown, line), "这大概不是文本文件")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _looks_like(raw: bytes) -> str:
    """Say which encoding a file that is not UTF-8 has, where that is beyond doubt."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "，是 UTF-16"
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    common = sum(text.count(character) for character in "的一是不了在有人我他这")
    return "，像是 GBK" if common * 100 > len(text) else ""


def parse_yaml(text: str, path: str) -> YamlFile:
    """Parse one YAML document whose top level is a mapping.

    Raises ChapterkitError at the line concerned for broken YAML, duplicate keys, several
    documents, custom tags, and whatever passes the limits on size, depth and aliases.
    """
    if len(text) > MAX_BYTES:
        raise ChapterkitError(f"YAML 文件超过 {MAX_BYTES} 个字符", Origin(path))
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_events(text, path, loader)
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        raise _broken(error, path, text) from None
    except yaml.YAMLError as error:
        raise ChapterkitError(f"YAML 写错了：{error}", Origin(path)) from None
    if not isinstance(node, yaml.MappingNode):
        origin = _origin(node, path) if node else Origin(path)
        raise ChapterkitError("最外层应当是“键: 值”的映射", origin, "例如 slug: general-points")
    origins: dict[tuple[Step, ...], Origin] = {}
    data = _Builder(path, origins).build(node, ())
    return YamlFile(path, data, origins)


def _check_events(text: str, path: str, loader: Any) -> None:
    import yaml

    depth = aliases = 0
    for event in yaml.parse(text, Loader=loader):
        line = event.start_mark.line + 1  # type: ignore[union-attr]
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
        if depth > MAX_DEPTH:
            raise ChapterkitError(f"YAML 嵌套超过 {MAX_DEPTH} 层", Origin(path, line))
        if aliases > MAX_ALIASES:
            raise ChapterkitError(
                f"YAML 别名（*名字）超过 {MAX_ALIASES} 个", Origin(path, line), "把值直接写出来"
            )


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


def _origin(node: yaml.Node, path: str) -> Origin:
    return Origin(path, node.start_mark.line + 1, node.start_mark.column + 1)


class _Builder:
    """Turns YAML nodes into plain data; shared (aliased) nodes are built once, cycles refused."""

    def __init__(self, path: str, origins: dict[tuple[Step, ...], Origin]) -> None:
        self.path = path
        self.origins = origins
        self.open: set[int] = set()
        self.built = 0

    def build(self, node: Any, steps: tuple[Step, ...]) -> Any:
        self.origins.setdefault(steps, _origin(node, self.path))
        self.built += 1
        if id(node) in self.open or self.built > MAX_BYTES // 10:
            raise ChapterkitError("YAML 别名展开后没有尽头", _origin(node, self.path))
        if node.id == "scalar":
            return self._scalar(node)
        self.open.add(id(node))
        try:
            if node.id == "mapping":
                return dict(self._pairs(node, steps))
            return [self.build(item, (*steps, index)) for index, item in enumerate(node.value)]
        finally:
            self.open.discard(id(node))

    def _scalar(self, node: Any) -> str | None:
        if not node.tag.startswith("tag:yaml.org,2002:"):
            raise ChapterkitError(f"不认识的 YAML 标签 {node.tag}", _origin(node, self.path))
        return None if node.tag.endswith(":null") else str(node.value)

    def _pairs(self, node: Any, steps: tuple[Step, ...]) -> Iterator[tuple[str, Any]]:
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            origin = _origin(key_node, self.path)
            if key_node.id != "scalar":
                raise ChapterkitError("键应当是一个词", origin)
            key = str(key_node.value)
            if key in seen:
                raise ChapterkitError(
                    f"键 {key} 写了两次（先在第 {seen[key]} 行）", origin, "删去或改名其中一个"
                )
            seen[key] = origin.line
            self.origins[(*steps, key)] = origin
            yield key, self.build(value_node, (*steps, key))


def validated(
    file: YamlFile, validate: Callable[[Any], Model], what: str, kind: Any = None
) -> Model:
    """Run a pydantic validator over the file's data; `kind` is what it makes, if not a model.

    Raises ChapterkitError at the line of the first value that does not fit, worded for
    authors, with the nearest known key as hint for an unknown one.
    """
    from pydantic import ValidationError

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
    from pydantic import TypeAdapter

    return validated(file, TypeAdapter(kind).validate_python, what, kind)


# How pydantic calls an unknown key of a model and of a dataclass.
_MISSPELT = {"extra_forbidden", "unexpected_keyword_argument"}


def _incomplete(file: YamlFile, missing: Sequence[Any], what: str) -> ChapterkitError:
    """Word the keys that are missing from the first mapping that lacks any."""
    where = missing[0]["loc"][:-1]
    keys = [str(error["loc"][-1]) for error in missing if error["loc"][:-1] == where]
    place = f"{'.'.join(map(str, where))} " if where else ""
    hint = "补上 " + " ".join(f"{key}:" for key in keys)
    return ChapterkitError(
        f"{what.strip()} {place}缺少 {'、'.join(keys)}", file.origin(*where), hint
    )


def _misfit(file: YamlFile, error: Any, model: Any, what: str) -> ChapterkitError:
    origin = file.origin(*error["loc"])
    name = ".".join(str(step) for step in error["loc"])
    kind = error["type"]
    if kind in _MISSPELT:
        known = _known_keys(model, error["loc"][:-1])
        near = nearest(str(error["loc"][-1]), known)
        hint = f"最接近的是 {near}" if near else f"可用的键：{'、'.join(known)}"
        return ChapterkitError(f"{what}里没有 {name} 这个键", origin, hint)
    if kind == "value_error":
        told, _, hint = str(error["ctx"]["error"]).partition("；")
        return ChapterkitError(f"{name}：{told}", origin, hint or _example(name))
    return ChapterkitError(f"{name} 的值不对：{_worded(error)}", origin, _example(name))


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
    "finite_number": "这里要一个有限的数",
}


def _worded(error: Any) -> str:
    if error["type"] == "literal_error":
        return f"只能是 {error['ctx']['expected'].replace(' or ', '、')}"
    return str(_WORDS.get(error["type"], error["msg"]))


def _example(name: str) -> str:
    """Return what a value at this place looks like."""
    key = name.rpartition(".")[2]
    examples = {
        "value": "例如 value: 15.0",
        "unit": '例如 unit: "%"',
        "slug": "例如 general-points",
    }
    return examples.get(key, "照 schema 里的说明改；编辑器认得文件首行的 $schema")


def _known_keys(model: Any, steps: tuple[Step, ...]) -> list[str]:
    """Return the keys that the model nested at `steps` knows."""
    for step in steps:
        model = _model_within(_fields_of(model).get(step, model))
    return [str(name) for name in _fields_of(model)]


def _fields_of(model: Any) -> dict[Step, Any]:
    """Return the names of a model's or a dataclass's fields, and their types."""
    from typing import get_type_hints

    if hasattr(model, "model_fields"):
        return {name: one.annotation for name, one in model.model_fields.items()}
    if is_dataclass(model):
        hints = get_type_hints(model)
        return {one.name: hints[one.name] for one in fields(model)}
    return {}


def _model_within(annotation: Any) -> Any:
    from typing import get_args

    is_kind = isinstance(annotation, type)
    if is_kind and (hasattr(annotation, "model_fields") or is_dataclass(annotation)):
        return annotation
    for inner in get_args(annotation):
        if (found := _model_within(inner)) is not None:
            return found
    return None
