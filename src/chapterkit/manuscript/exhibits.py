"""Tables, charts and flow drawings as records and book/exhibits/*.yaml declare them. Pure.

What stands here is the form of the files. What the names in them mean, and whether they fit
together, is found out in `exhibited`, once the ledger is known.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

MOST_ROWS = 300
MOST_COLUMNS = 40
MOST_CELLS = 400
LONGEST_WORDS = 300
_ID = r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$"
_NAME = re.compile(r"[a-z][a-z0-9_]*|[a-z][a-z0-9]*(?:-[a-z0-9]+)*\.[a-z][a-z0-9_]*")
# What Markdown or HTML would make something else of than it says.
_MARKUP = re.compile(
    r"\*\*|__|~~|`|\{\{|\{%|\$[^$\s]|\]\(|\[@|\[\^|\^[^^\s]+\^|(?<!\w)\*[^*\s]|^\s*#+\s|^\s*>"
    r"|<[A-Za-z/!?]|&(?:#\w+|[A-Za-z]+);"
)
_TYPED_NUMBER = re.compile(r"[+\-−]?\d[\d,_]*(?:\.\d+)?\s*[%％‰]?")
_IN_WORDS = re.compile(r"\{([^{}]*)\}")


def read_words(data: Any) -> str:
    """Return a text that is printed as it is: a caption, a label.

    Raises ValueError for what is no text, or holds markup, which would be printed as it stands.
    """
    if not isinstance(data, str) or not data.strip():
        raise ValueError("要一段文字")
    words = " ".join(data.split())
    if len(words) > LONGEST_WORDS:
        raise ValueError(f"这里的文字不能超过 {LONGEST_WORDS} 个字")
    if not words.isprintable():
        raise ValueError("这里有看不见的字符，请删去")
    if found := _MARKUP.search(words):
        raise ValueError(f"这里只能写纯文字，不能有标记“{found[0].strip()}”")
    return words


Words = Annotated[
    str, BeforeValidator(read_words), WithJsonSchema({"type": "string", "minLength": 1})
]
ExhibitId = Annotated[str, StringConstraints(pattern=_ID, max_length=80)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


_NOTHING = frozenset({"", "—", "－", "-", "–"})


class CellModel(_Model):
    """What a cell, a bar or a point shows: a number by its name, words, or both.

    `number` is a name in the ledger; `words` are printed, each `{name}` in them as that number.
    """

    number: str | None = Field(default=None, description="记录里一个数的名字")
    text: Words | None = Field(default=None, description="文字；其中的 {名字} 印成那个数")
    low: str | None = Field(default=None, description="区间的下端，记录里一个数的名字")
    high: str | None = Field(default=None, description="区间的上端，记录里一个数的名字")
    interval: str | None = Field(default=None, description="区间，记录里值为 [小, 大] 的一个数")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of numbers that it shows, in order."""
        own = (self.number, *_IN_WORDS.findall(self.text or ""))
        return tuple(one for one in (*own, self.low, self.high, self.interval) if one)

    @property
    def parts(self) -> tuple[tuple[str, bool], ...]:
        """What it shows, piece by piece: a text, and whether that is the name of a number."""
        if self.number:
            return ((self.number, True),)
        pieces = _IN_WORDS.split(self.text or "")
        return tuple((one, place % 2 == 1) for place, one in enumerate(pieces) if one)


def read_cell(data: Any) -> Any:
    """Return a cell as its file has it: a name, words, a mapping, or nothing.

    Raises ValueError for a number that was typed, and for what is no cell.
    """
    if data is None or (isinstance(data, str) and data.strip() in _NOTHING):
        return CellModel()
    if isinstance(data, list):
        raise ValueError("一格里只能有一个数或一段文字，不能是列表")  # noqa: TRY004 (pydantic)
    if isinstance(data, CellModel) or not isinstance(data, str):
        return data
    text = data.strip()
    if _TYPED_NUMBER.fullmatch(text):
        raise ValueError(f"这里不能手写数（{text}）：先记在 numbers 里，再写它的名字")
    return CellModel(number=text) if _NAME.fullmatch(text) else CellModel(text=read_words(text))


def _read_row(data: Any) -> Any:
    if isinstance(data, (str, dict)) or data is None:
        data = [data]  # a row of one column
    if not data:
        raise ValueError("这一行没有格子")
    if len(data) > MOST_CELLS:
        raise ValueError(f"一行不能超过 {MOST_CELLS} 格")
    return data


_CELL_SCHEMA = {
    "anyOf": [
        {"type": ["string", "null"]},
        {"type": "object", "additionalProperties": {"type": "string"}},
    ]
}
Cell = Annotated[CellModel, BeforeValidator(read_cell), WithJsonSchema(_CELL_SCHEMA)]
Row = Annotated[
    tuple[Cell, ...],
    BeforeValidator(_read_row),
    WithJsonSchema({"anyOf": [*_CELL_SCHEMA["anyOf"], {"type": "array", "items": _CELL_SCHEMA}]}),
]


def _read_rows(data: Any) -> Any:
    if not isinstance(data, dict) or not data:
        raise ValueError("要写成“行的名称: [格子……]”，至少一行")
    if len(data) > MOST_ROWS:
        raise ValueError(f"不能超过 {MOST_ROWS} 行")
    return data


def _read_columns(data: Any) -> Any:
    """Return columns by the groups that they stand in, an empty name for none."""
    if isinstance(data, list):
        data = {"": data}
    if not isinstance(data, dict) or not data or not all(map(_is_list, data.values())):
        raise ValueError("要一个列表：[前, 后]；分组时写 {组: [列, 列]}")
    if sum(map(len, data.values())) > MOST_COLUMNS:
        raise ValueError(f"不能超过 {MOST_COLUMNS} 列")
    return {
        group and read_words(group): tuple(map(read_words, names)) for group, names in data.items()
    }


def _is_list(data: Any) -> bool:
    return isinstance(data, (list, tuple)) and bool(data)


_WORDS_SCHEMA = {"type": "array", "items": {"type": "string"}, "minItems": 1}
Columns = Annotated[
    dict[str, tuple[str, ...]],
    BeforeValidator(_read_columns),
    WithJsonSchema(
        {"anyOf": [_WORDS_SCHEMA, {"type": "object", "additionalProperties": _WORDS_SCHEMA}]}
    ),
]


def _read_best(data: Any) -> Any:
    """Return what is best in which row, by the rows' names; an empty name stands for all."""
    found = data if isinstance(data, dict) else {"": data}
    if not found or any(one not in {"highest", "lowest"} for one in found.values()):
        raise ValueError("只能是 highest 或 lowest；也可以写 {行的名称: highest}")
    return found


_BEST_SCHEMA = {"enum": ["highest", "lowest"]}
BestField = Annotated[
    dict[str, Literal["highest", "lowest"]],
    BeforeValidator(_read_best),
    WithJsonSchema(
        {"anyOf": [_BEST_SCHEMA, {"type": "object", "additionalProperties": _BEST_SCHEMA}]}
    ),
]
Rows = Annotated[dict[Words, Row], BeforeValidator(_read_rows)]
Operation = Literal["difference", "ratio"]
NAMED_OPERATIONS: dict[str, Operation] = {
    "差": "difference", "差值": "difference", "變化": "difference", "变化": "difference",
    "difference": "difference", "change": "difference",
    "倍数": "ratio", "倍數": "ratio", "倍": "ratio", "比": "ratio", "ratio": "ratio",
}  # fmt: skip
"""What a derived column computes, by the names that say so themselves."""


class SourceModel(_Model):
    """A source that the line under an exhibit names beside those of its numbers."""

    cite: Annotated[str, StringConstraints(min_length=1)] = Field(description="refs.bib 里的键")
    at: Words | None = Field(default=None, description="在来源的何处：图 1、第 3 节")


class DerivedModel(_Model):
    """A column that is computed from two others: what is done, and with which, first and last."""

    operation: Operation | None = Field(
        default=None, description="difference 是差（后减前），ratio 是倍数（后除以前）"
    )
    of: tuple[Words, Words] | None = Field(
        default=None, description="哪两列：[前, 后]；不写就是第一列和最后一列"
    )
    digits: int | None = Field(default=None, ge=0, le=6, description="倍数保留几位小数")


def _read_derived(data: Any) -> Any:
    """Return derived columns by their heads; a list names them, and so what they compute."""
    if isinstance(data, str):
        data = [data]
    if isinstance(data, list):
        data = {one: None for one in data if isinstance(one, str)} if _all_texts(data) else data
    if not isinstance(data, dict):
        hint = "要写成 [差]、[倍数]，或 {列的名称: {operation: difference, of: [前, 后]}}"
        raise ValueError(hint)  # noqa: TRY004 (pydantic)
    return {head: _read_one_derived(one) for head, one in data.items()}


def _all_texts(data: list[Any]) -> bool:
    return all(isinstance(one, str) for one in data)


def _read_one_derived(one: Any) -> Any:
    if one is None:
        return {}
    return {"of": one} if isinstance(one, list) else one


class ExhibitModel(_Model):
    """What every exhibit has: a caption, and what stands under it."""

    caption: Words = Field(description="题注，纯文字；编号由工具加上")
    alt: Words | None = Field(
        default=None, description="替代文字；图不写就由工具按数据写，表格本来就读得出来"
    )
    note: Words | None = Field(default=None, description="注，印在下面")
    unlike: Words | None = Field(
        default=None, description="里面的数不出自同一种测评时，在这里说明，印在注里"
    )
    sources: tuple[SourceModel, ...] = Field(
        default=(), description="除了各个数的来源以外，还要写出的来源"
    )


class TableModel(ExhibitModel):
    """A table of numbers of the ledger."""

    columns: Columns = Field(description="各列的名称；分组时写 {组: [列, 列]}")
    rows: Rows = Field(
        description="各行：名称，和它的格子；格子是数的名字、文字，或带 {名字} 的文字"
    )
    groups: dict[Words, tuple[Words, ...]] = Field(
        default={}, description="把行分组：{组: [行的名称, ……]}"
    )
    corner: Words | None = Field(default=None, description="第一列的名称")
    derived: Annotated[dict[Words, DerivedModel], BeforeValidator(_read_derived)] = Field(
        default={}, description="算出的列：[差]、[倍数]，或 {列的名称: {operation, of, digits}}"
    )
    best: BestField = Field(
        default={}, description="标出每行最好的：highest 或 lowest；也可以按行的名称分别写"
    )
    wide: Literal["turn", "divide"] | None = Field(
        default=None, description="太宽时转过来（turn）还是拆开（divide）；不写就由工具定"
    )


_WIDTH = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)(%|cm|mm)")
_LINE_IN_CM = 14.0  # of a page in 16k
_NARROWEST_IN_CM = 5.0


def read_width(data: Any) -> float:
    """Return how wide a drawing is, in pixels of 1/96 inch: 8cm, or 60% of the line.

    Raises ValueError for anything else, and for what is too narrow to be read, or wider than a
    line.
    """
    found = _WIDTH.fullmatch(data) if isinstance(data, str) else None
    if not found:
        raise ValueError("宽度写成 8cm、80mm 或 60%（占一行的多少）")
    factor = {"%": _LINE_IN_CM / 100, "cm": 1.0, "mm": 0.1}[found[2]]
    wide = float(found[1]) * factor
    if not _NARROWEST_IN_CM <= wide <= _LINE_IN_CM:
        raise ValueError("宽度要在 5cm 和 14cm（一行）之间")
    return round(wide / 2.54 * 96, 2)


Width = Annotated[
    float,
    BeforeValidator(read_width),
    WithJsonSchema({"type": "string", "pattern": _WIDTH.pattern}),
]


class DrawnModel(ExhibitModel):
    """What every drawing has besides."""

    width: Width | None = Field(
        default=None, description="多宽：8cm、80mm，或 60%（占一行的多少）；字的大小不变"
    )


class ChartModel(DrawnModel):
    """A chart of numbers of the ledger that share a unit."""

    kind: Literal["bars", "dots", "lines", "slopes", "shares", "times"] = Field(
        description="条形 bars、带区间的点 dots、随步数的线 lines、前后的斜线 slopes、份额 shares、"
        "一段接一段的时间 times"
    )
    columns: tuple[Words, ...] = Field(default=(), description="各列的名称：条形图里是各组的条")
    rows: Rows = Field(description="各行：名称，和它的数")
    axis: Words | None = Field(default=None, description="数轴上写的：量的是什么")
    across: Words | None = Field(default=None, description="另一条轴上写的，如 步数")
    marked: tuple[Words, ...] = Field(default=(), description="要突出的行或列的名称")
    from_zero: bool | None = Field(default=None, description="数轴是否从零起；条形总是从零起")
    whole: str | None = Field(default=None, description="份额图里整条是多少：一个数的名字")

    @model_validator(mode="after")
    def _fitting(self) -> ChartModel:
        if self.kind == "slopes" and len(self.columns) != 2:
            raise ValueError("slopes 要恰好两列：columns: [之前, 之后]")
        if self.whole and self.kind != "shares":
            raise ValueError("whole 只用于 shares")
        return self


class NodeModel(_Model):
    """A box of a flow drawing."""

    label: Words = Field(description="框里的文字；其中的 {名字} 印成那个数")
    kind: Literal["step", "data", "model", "reward", "start", "end", "note"] = Field(
        default="step", description="框是什么：步骤、数据、模型、奖励、起点、终点、说明"
    )
    marked: bool = Field(default=False, description="是否突出")


class ArrowModel(_Model):
    """An arrow of a flow drawing, from one box to another."""

    start: str = Field(alias="from", description="从哪个框")
    end: str = Field(alias="to", description="到哪个框")
    label: Words | None = Field(default=None, description="箭头上的文字")
    dashed: bool = Field(default=False, description="是否虚线")


def _read_node(data: Any) -> Any:
    return {"label": data} if isinstance(data, str) else data


_ARROW = re.compile(r"\s*(\S+)\s*(-->|->|→)\s*(\S+)\s*")


def _read_arrow(data: Any) -> Any:
    """Return an arrow, which may be written a -> b, or a -> b with its label behind a colon."""
    text, label = data, None
    if isinstance(data, dict) and len(data) == 1:
        [(text, label)] = data.items()
    if not isinstance(text, str):
        return data
    found = _ARROW.fullmatch(text)
    if not found:
        raise ValueError("箭头写成 a -> b，或 {from: a, to: b, label: 文字}")
    return {"from": found[1], "to": found[3], "label": label, "dashed": found[2] == "-->"}


class SegmentModel(_Model):
    """A stretch of a trace: what stands in it, who wrote it, and whether it is masked."""

    text: Words = Field(description="这一段的文字")
    kind: Words | None = Field(default=None, description="是谁写的；同一种颜色相同")
    masked: bool = Field(default=False, description="是否遮去（不计入损失）")


def _read_segment(data: Any) -> Any:
    return {"text": data} if isinstance(data, str) else data


_TEXT_OR_OBJECT = WithJsonSchema({"type": ["string", "object"]})
Node = Annotated[NodeModel, BeforeValidator(_read_node), _TEXT_OR_OBJECT]
Arrow = Annotated[ArrowModel, BeforeValidator(_read_arrow), _TEXT_OR_OBJECT]
Segment = Annotated[SegmentModel, BeforeValidator(_read_segment), _TEXT_OR_OBJECT]


class FlowModel(DrawnModel):
    """A drawing of a method: boxes and arrows, or a trace of segments."""

    nodes: dict[ExhibitId, Node] = Field(default={}, description="各个框：{代号: 文字}")
    arrows: tuple[Arrow, ...] = Field(default=(), description="箭头：[a -> b, {b -> c: 文字}]")
    lanes: dict[Words, tuple[str, ...]] = Field(
        default={}, description="把框分到几道里：{名称: [代号, ……]}"
    )
    direction: Literal["across", "down"] = Field(default="down", description="箭头往右还是往下")
    trace: dict[Words, tuple[Segment, ...]] = Field(
        default={}, description="一条或几条轨迹，各由几段组成：{名称: [段, ……]}"
    )
    masked_means: Words | None = Field(default=None, description="遮去的段是什么意思，印在图例里")

    @model_validator(mode="after")
    def _one_of_two(self) -> FlowModel:
        if bool(self.nodes) == bool(self.trace):
            raise ValueError("nodes（框和箭头）与 trace（轨迹）要有一个，也只能有一个")
        return self


class ExhibitsModel(_Model):
    """A file of book/exhibits: what spans several records. Names of numbers are slug.name.

    A file may also hold one exhibit alone, which is called as the file is.
    """

    tables: dict[ExhibitId, TableModel] = Field(default={}, description="表格")
    charts: dict[ExhibitId, ChartModel] = Field(default={}, description="图表")
    flows: dict[ExhibitId, FlowModel] = Field(default={}, description="流程图")
