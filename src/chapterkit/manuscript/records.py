"""experiments/*.yaml -> validated records; every value knows its file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from chapterkit.errors import ChapterkitError, Gathering, Origin, nearest
from chapterkit.manuscript.config import Config
from chapterkit.manuscript.exhibits import ChartModel, ExhibitId, FlowModel, TableModel
from chapterkit.manuscript.folder import Folder, not_read
from chapterkit.manuscript.misread import way_out
from chapterkit.manuscript.model import SLUG, Checked, names_a_file
from chapterkit.manuscript.pairs import Pair, written_apart
from chapterkit.manuscript.states import Status
from chapterkit.manuscript.yamlfile import Step, YamlFile, read_yaml, validated
from chapterkit.quantities.units import LONGEST_UNIT

Value = Decimal | tuple[Decimal, Decimal]
MAX_EXPONENT = 30


def read_decimal(text: Any) -> Decimal:
    """Return the number that `text` spells, with its digits as written.

    >>> read_decimal("15.0")
    Decimal('15.0')

    Raises ValueError for anything that is not a finite number of reasonable size.
    """
    try:
        value = Decimal(str(text).strip().replace("_", ""))
    except InvalidOperation:
        raise ValueError(f"“{text}”不是一个数；{way_out(str(text))}") from None
    if not value.is_finite():
        raise ValueError(f"“{text}”不是有限的数")
    if abs(value.adjusted()) > MAX_EXPONENT or len(value.as_tuple().digits) > 2 * MAX_EXPONENT:
        raise ValueError(f"“{text}”太大或太小")
    return value


def _read_value(data: Any) -> Value | None:
    if data is None or isinstance(data, dict):
        raise ValueError("要一个数；或两个数的列表 [小, 大]")
    if isinstance(data, list):
        if len(data) != 2:
            raise ValueError("列表要恰好两个数：[小, 大]")
        return read_decimal(data[0]), read_decimal(data[1])
    if pair := written_apart(str(data)):
        first, sign, second = pair
        return Pair(read_decimal(first), read_decimal(second), sign)
    return read_decimal(data)


def _written_value(value: Value | None) -> str | list[str] | None:
    """Return a value as JSON has it, its digits as written."""
    if isinstance(value, Pair):
        return value.sign.join(map(str, value))
    if isinstance(value, tuple):
        return [str(end) for end in value]
    return None if value is None else str(value)


def _read_unit(data: Any) -> str:
    if data is not None and not isinstance(data, str):
        raise ValueError("要一个单位，不能是列表或映射；例如 unit: 次/分")
    unit = " ".join((data or "").split())
    if len(unit) > LONGEST_UNIT or not unit.isprintable():
        raise ValueError(
            f"单位不能超过 {LONGEST_UNIT} 个字，也不能有看不见的字符；说明写在 of: 或 when: 里"
        )
    return unit


_number_or_text = {"type": ["number", "string"]}
ValueField = Annotated[
    Value | None,
    PlainValidator(_read_value),
    PlainSerializer(_written_value, when_used="json"),
    WithJsonSchema(
        {
            "anyOf": [
                _number_or_text,
                {"type": "array", "items": _number_or_text, "minItems": 2, "maxItems": 2},
            ]
        }
    ),
]
Slug = Annotated[str, StringConstraints(pattern=SLUG), Checked(names_a_file)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
SetupKey = Annotated[str, StringConstraints(pattern=r"^[^\W\d_][\w \-·（）()]{0,40}$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Brief(_Model):
    """One thing that the author asked the record to bring out."""

    point: Text = Field(description="要讲出来的一点")
    terms: tuple[Text, ...] = Field(min_length=1, description="正文里必须出现的词")


class NumberModel(_Model):
    """One number: what it is, what it measures, where it comes from."""

    value: ValueField = Field(
        default=None,
        description="数值，数字照原文；范围写 [小, 大]；比、乘积、分数照原样写：4:3、1280×720、3/8",
    )
    derived: str | None = Field(default=None, description="由本记录其他数算出：after - before")
    digits: int | None = Field(default=None, ge=0, le=10, description="算出的数保留几位小数")
    unit: Annotated[str, BeforeValidator(_read_unit)] = Field(
        default="", description="单位：%、个百分点、条、次/分、例/10 万人……"
    )
    of: Text = Field(description="量的是什么")
    when: Text | None = Field(default=None, description="在什么条件下")
    cite: Text = Field(description="来源，refs.bib 里的键")
    at: Text | None = Field(default=None, description="在来源的何处：图 6、表 1、第 5.1 节")
    printed: Text | None = Field(default=None, description="来源印出的写法，与值加单位不同时才写")
    status: Status = Field(default="primary", description="这个数的来历")
    near: tuple[Text, ...] = Field(default=(), description="来源里这个数附近的词，供核对")
    equals: tuple[Text, ...] = Field(
        default=(), description="同一个数的别种写法：11.5% 写 0.115，500 ms 写 0.5 秒"
    )
    count: Name | None = Field(default=None, description="百分数的分子，本记录里的一个数")
    of_total: Name | None = Field(default=None, description="百分数的分母，本记录里的一个数")
    change_of: tuple[Name, Name] | None = Field(
        default=None, description="变化量的前后两个数：[之前, 之后]；差、增幅（%）或倍数都可以"
    )
    note: Text | None = Field(default=None, description="接受一处出入的理由")

    @model_validator(mode="after")
    def _either_typed_or_derived(self) -> NumberModel:
        if (self.value is None) == (self.derived is None):
            raise ValueError(
                "value 与 derived 必须有一个，也只能有一个；量得的写 value，算出的写 derived"
            )
        if self.digits is not None and self.derived is None:
            raise ValueError("digits 只用于 derived")
        if self.count is not None and self.of_total is None:
            raise ValueError("有 count 就要有 of_total")
        return self


class FindingModel(_Model):
    """A claim with the numbers it rests on and its citation."""

    claim: Text = Field(description="发现了什么，一句话")
    rests_on: tuple[Name, ...] = Field(default=(), description="它所依据的数")
    cite: Text = Field(description="来源，refs.bib 里的键")
    at: Text | None = Field(default=None, description="在来源的何处")


class Relation(_Model):
    """How this record relates to another."""

    to: Slug = Field(description="另一条记录的 slug")
    how: Text = Field(description="怎样的联系")


class RecordModel(_Model):
    """One record's YAML file."""

    slug: Slug = Field(description="记录的代号，与文件名相同")
    title: Text = Field(description="记录的标题")
    kind: Name | None = Field(default=None, description="哪一种记录，book.yaml 的 kinds 里的一个")
    part: Text | None = Field(default=None, description="属于哪一部分，book.yaml 的 parts 里的一个")
    sources: tuple[Text, ...] = Field(min_length=1, description="主要来源，refs.bib 里的键")
    brief: tuple[Brief, ...] = Field(default=(), description="作者要求讲出来的")
    setup: dict[SetupKey, Text] = Field(
        default={}, description="怎样做的：键由作者定，称呼写在 book.yaml 的 labels 里"
    )
    numbers: dict[Name, NumberModel] = Field(default={}, description="这条记录的数")
    findings: tuple[FindingModel, ...] = Field(default=(), description="发现")
    relations: tuple[Relation, ...] = Field(default=(), description="与其他记录的联系")
    tables: dict[ExhibitId, TableModel] = Field(
        default={}, description='由记录的数排成的表格，用 {{ table("标识") }} 放进正文'
    )
    charts: dict[ExhibitId, ChartModel] = Field(
        default={}, description='由记录的数画成的图表，用 {{ chart("标识") }} 放进正文'
    )
    flows: dict[ExhibitId, FlowModel] = Field(
        default={}, description='画做法的流程图，用 {{ flow("标识") }} 放进正文'
    )


@dataclass(frozen=True)
class Record:
    """A validated record and where each of its values stands."""

    model: RecordModel
    file: YamlFile

    @property
    def slug(self) -> str:
        """The record's identity."""
        return self.model.slug

    def origin(self, *steps: Step) -> Origin:
        """Return where the value at `steps` stands in the record's file."""
        return self.file.origin(*steps)

    def citations(self) -> Iterator[tuple[str, Origin]]:
        """Yield every citation key of the record with its place."""
        for index, key in enumerate(self.model.sources):
            yield key, self.origin("sources", index)
        for name, number in self.model.numbers.items():
            yield number.cite, self.origin("numbers", name, "cite")
        for index, finding in enumerate(self.model.findings):
            yield finding.cite, self.origin("findings", index, "cite")


@lru_cache(maxsize=256)  # a book is loaded again and again, of which little has changed
def parse_record(text: str, path: str) -> Record:
    """Return the record that `text` holds.

    Raises ChapterkitError that tells all that does not fit, each at its line.
    """
    file = read_yaml(text, path)
    wrong = Gathering()
    with wrong.taken():
        model = validated(file, RecordModel.model_validate, "记录")
    wrong.add(_unknown_names(file))
    wrong.tell()
    return Record(model, file)


def _unknown_names(file: YamlFile) -> Iterator[ChapterkitError]:
    """Yield an error for each name of a number that there is not, also where more does not fit."""
    if ("numbers",) in file.doubled:
        return  # one of the two may be the one that is looked for
    numbers = file.data.get("numbers")
    numbers = numbers if isinstance(numbers, dict) else {}
    for name, number in numbers.items():
        for key in ("count", "of_total", "change_of"):
            named = number.get(key) if isinstance(number, dict) else None
            for other in _texts(named):
                if other not in numbers:
                    near = nearest(other, numbers)
                    yield ChapterkitError(
                        f"{key} 提到的 {other} 不在本记录的 numbers 里",
                        file.origin("numbers", name, key),
                        f"最接近的是 {near}" if near else f"先在 numbers 里写下它，或删去 {key}",
                    )
    findings = file.data.get("findings")
    for index, finding in enumerate(findings if isinstance(findings, list) else ()):
        rests_on = finding.get("rests_on") if isinstance(finding, dict) else None
        for place, name in enumerate(rests_on if isinstance(rests_on, list) else ()):
            if isinstance(name, str) and name not in numbers:
                near = nearest(name, numbers)
                yield ChapterkitError(
                    f"rests_on 提到的 {name} 不在本记录的 numbers 里",
                    file.origin("findings", index, "rests_on", place),
                    f"最接近的是 {near}" if near else "先在 numbers 里写下它，或从 rests_on 里删去",
                )


def _texts(value: Any) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def load_records(folder: Folder, config: Config) -> dict[str, Record]:
    """Read every record of experiments/, by slug, in order of file name.

    Raises ChapterkitError for a record that does not fit, a slug that is not its file's name
    (so that no slug can occur twice), a kind or part that book.yaml does not declare, and a
    relation to a record that does not exist.
    """
    records: dict[str, Record] = {}
    wrong = Gathering()
    wrong.add(not_read(folder, "experiments"))
    for path in folder.list("experiments", ".yaml"):
        name = PurePosixPath(path)
        if len(name.parts) > 2:
            continue
        with wrong.taken():
            record = parse_record(folder.text(path), path)
            wrong.add(_misplaced(record, name, records))
            wrong.add(_undeclared(record, config))
            records.setdefault(record.slug, record)
    wrong.tell()
    wrong.add(_unrelated(records))
    wrong.tell()
    return records


def _misplaced(
    record: Record, name: PurePosixPath, records: Mapping[str, Record]
) -> Iterator[ChapterkitError]:
    origin = record.origin("slug")
    if record.slug in records:
        first = records[record.slug].file.path
        yield ChapterkitError(f"slug {record.slug} 已由 {first} 使用", origin, "换一个代号")
    elif record.slug != name.stem:
        yield ChapterkitError(
            f"slug 是 {record.slug}，文件名却是 {name.name}",
            origin,
            f"把文件改名为 {record.slug}.yaml，或改 slug",
        )


def _undeclared(record: Record, config: Config) -> Iterator[ChapterkitError]:
    kinds, part = config.kind_labels, record.model.part
    if record.model.kind is None and len(kinds) > 1:
        named = "、".join(f"{name}（{label}）" for name, label in kinds.items())
        yield ChapterkitError("没有说是哪一种记录", record.origin(), f"写 kind:，可以是 {named}")
    if record.model.kind not in {None, *kinds}:
        near = nearest(record.model.kind or "", kinds)
        yield ChapterkitError(
            f"book.yaml 的 kinds 里没有 {record.model.kind} 这一种",
            record.origin("kind"),
            f"最接近的是 {near}" if near else f"有：{'、'.join(kinds)}",
        )
    if part is not None and config.parts and part not in config.parts:
        near = nearest(part, config.parts)
        yield ChapterkitError(
            f"book.yaml 的 parts 里没有 {part} 这一部分",
            record.origin("part"),
            f"最接近的是 {near}" if near else f"有：{'、'.join(config.parts)}",
        )


def _unrelated(records: Mapping[str, Record]) -> Iterator[ChapterkitError]:
    for record in records.values():
        for index, relation in enumerate(record.model.relations):
            if relation.to not in records:
                yield ChapterkitError(
                    f"relations 提到的 {relation.to} 没有记录",
                    record.origin("relations", index, "to"),
                    f"有：{'、'.join(records)}",
                )


def read_ledger_file(text: str, path: str) -> dict[str, tuple[NumberModel, Origin]]:
    """Read a YAML file that holds nothing but `numbers:` (for manuscripts outside a book)."""
    file = read_yaml(text, path)
    model = validated(file, _LedgerModel.model_validate, "账本")
    return {name: (number, file.origin("numbers", name)) for name, number in model.numbers.items()}


class _LedgerModel(_Model):
    numbers: dict[Name, NumberModel]
