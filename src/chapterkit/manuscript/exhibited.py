"""Exhibits whose names have been looked up: every number in them is one of the ledger. Pure.

Derived cells (差, 倍数) become numbers of the ledger, too, computed exactly, under a name made of
those of their parts, unless the record has such a number already.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any, Literal

from chapterkit.errors import ChapterkitError, Gathering, Origin, nearest
from chapterkit.manuscript.exhibits import (
    NAMED_OPERATIONS,
    CellModel,
    ChartModel,
    DerivedModel,
    ExhibitModel,
    ExhibitsModel,
    FlowModel,
    Operation,
    TableModel,
)
from chapterkit.manuscript.folder import Folder, not_read
from chapterkit.manuscript.ledger import Ledger, Number, numbers_of
from chapterkit.manuscript.pairs import Pair, called
from chapterkit.manuscript.records import NumberModel, Record
from chapterkit.manuscript.yamlfile import Step, YamlFile, read_yaml, validated

EXHIBITS = "book/exhibits"
Kind = Literal["table", "chart", "flow"]
KEYS: Mapping[str, Kind] = {"tables": "table", "charts": "chart", "flows": "flow"}
IN_WORDS: Mapping[Kind, str] = {"table": "表格", "chart": "图表", "flow": "流程图"}
MOST_POINTS = 400


def _called(*numbers: Number) -> str:
    """Return what the first of some numbers is that is two in one: a range, a ratio."""
    return next(called(one.value) for one in numbers if isinstance(one.value, tuple))


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, or is drawn as a bar: words and numbers in turn, and where it is said.

    `low` and `high` are the ends of an interval; `best` says that it is marked as such, `derived`
    that it was computed from other cells.
    """

    parts: tuple[str | Number, ...]
    origin: Origin
    low: Number | None = None
    high: Number | None = None
    best: bool = False
    derived: bool = False

    @property
    def number(self) -> Number | None:
        """The number, if the cell holds nothing else."""
        alone = self.parts[0] if len(self.parts) == 1 else None
        return alone if isinstance(alone, Number) else None

    @property
    def ends(self) -> tuple[Decimal | None, Decimal | None]:
        """The ends of the interval, None where there is none."""
        low = self.low.value if self.low else None
        high = self.high.value if self.high else None
        return (
            low[0] if isinstance(low, tuple) else low,
            high[1] if isinstance(high, tuple) else high,
        )

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Every number that it shows, those of its interval included."""
        own = [one for one in self.parts if isinstance(one, Number)]
        return tuple(dict.fromkeys([*own, *filter(None, (self.low, self.high))]))


@dataclass(frozen=True)
class Row:
    """A row of a table or chart: its name, its cells, the group that it stands in, and its line."""

    name: str
    cells: tuple[Cell, ...]
    group: str
    origin: Origin


@dataclass(frozen=True)
class Column:
    """A column: its name, its line, the group that it stands in, and whether it was computed."""

    name: str
    origin: Origin
    group: str = ""
    derived: bool = False


@dataclass(frozen=True)
class Exhibit:
    """A table, chart or flow drawing, checked: what its file says, and the numbers that it shows.

    `slug` is the record that declares it, empty for a file of its own; `texts` are the numbers
    that its texts name, by these names. `file` and `steps` tell where it is declared.
    """

    id: str
    kind: Kind
    model: ExhibitModel
    slug: str
    file: YamlFile = field(repr=False, compare=False)
    steps: tuple[Step, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    texts: Mapping[str, Number] = field(default_factory=dict)
    whole: Number | None = None

    def origin(self, *steps: Step) -> Origin:
        """Return where it is declared, or the value at `steps` in it."""
        return self.file.origin(*self.steps, *steps)

    def origin_of(self, text: str) -> Origin:
        """Return where in its declaration a text stands first; the declaration if it does not."""
        data: Any = self.file.data
        for step in self.steps:
            data = data[step]
        return self.origin(*next(_steps_to(text, data), ()))

    @property
    def wide(self) -> str:
        """What is to be done with it if it is too wide, where the author says: turn, divide."""
        return getattr(self.model, "wide", None) or ""

    @property
    def width(self) -> float | None:
        """How wide it is drawn, in pixels, where the author says."""
        return getattr(self.model, "width", None)

    @property
    def alternative(self) -> str:
        """The alternative text that the author has written, empty where there is none."""
        return self.model.alt or ""

    @property
    def cells(self) -> Iterator[Cell]:
        """Its cells, row by row."""
        return (cell for row in self.rows for cell in row.cells)

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Every number that it shows, each once, in order."""
        shown = [number for cell in self.cells for number in cell.numbers]
        whole = [self.whole] if self.whole else []
        return tuple({one.id: one for one in [*shown, *self.texts.values(), *whole]}.values())

    @property
    def sources(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The sources of its numbers, and those that it names, each once with all its places."""
        found: dict[str, dict[str, None]] = {}
        named = [(one.cite, one.at) for one in self.model.sources]
        for cite, at in [*((one.cite, one.at) for one in self.numbers), *named]:
            found.setdefault(cite, {}).update({at: None} if at else {})
        return tuple((cite, tuple(places)) for cite, places in found.items())


def _steps_to(text: str, data: Any) -> Iterator[tuple[Step, ...]]:
    """Yield the steps to each value of a file that holds a text, or is called by one."""
    if isinstance(data, str) and text in data:
        yield ()
    if not isinstance(data, (dict, list, tuple)):
        return
    for step, value in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(step, str) and text in step:
            yield (step,)
        yield from ((step, *further) for further in _steps_to(text, value))


@dataclass(frozen=True)
class Declared:
    """An exhibit as a file declares it, its names not looked up yet."""

    id: str
    kind: Kind
    model: Any
    file: YamlFile
    steps: tuple[Step, ...]
    record: Record | None

    def origin(self, *steps: Step) -> Origin:
        """Return where the value at `steps` in it stands."""
        return self.file.origin(*self.steps, *steps)

    def citations(self) -> Iterator[tuple[str, Origin]]:
        """Yield every citation key that it names itself, with its place."""
        for place, source in enumerate(self.model.sources):
            yield source.cite, self.origin("sources", place)


def load_exhibit_files(folder: Folder) -> list[tuple[ExhibitsModel, YamlFile]]:
    """Read every file of book/exhibits: lists of exhibits, or one that is called as the file is.

    Raises ChapterkitError that tells all that does not fit in them, each at its line.
    """
    found: list[tuple[ExhibitsModel, YamlFile]] = []
    wrong = Gathering()
    wrong.add(not_read(folder, EXHIBITS))
    for path in folder.list(EXHIBITS, ".yaml"):
        with wrong.taken():
            file = _listing(read_yaml(folder.text(path), path))
            found.append((validated(file, ExhibitsModel.model_validate, "图表的文件"), file))
    wrong.tell()
    return found


def _listing(file: YamlFile) -> YamlFile:
    """Return a file of exhibits; one that holds a single exhibit as if it listed that."""
    if not isinstance(file.data, dict) or "caption" not in file.data:
        return file
    key = "flows" if {"nodes", "trace"} & file.data.keys() else "charts"
    key = key if key == "flows" or "kind" in file.data else "tables"
    above = (key, PurePosixPath(file.path).stem)
    return replace(
        file,
        data={key: {above[1]: file.data}},
        places={(): (1, 1)} | {(*above, *steps): place for steps, place in file.places.items()},
        spoilt=frozenset((*above, *steps) for steps in file.spoilt),
        doubled=frozenset((*above, *steps) for steps in file.doubled),
    )


def declared(
    records: Mapping[str, Record], files: Iterable[tuple[ExhibitsModel, YamlFile]]
) -> list[Declared]:
    """Return all exhibits of a book's files; raise ChapterkitError for an id used twice."""
    found: dict[str, Declared] = {}
    wrong = Gathering()
    given: list[tuple[Any, YamlFile, Record | None]] = [
        *((record.model, record.file, record) for record in records.values()),
        *((model, file, None) for model, file in files),
    ]
    for model, file, record in given:
        for key, kind in KEYS.items():
            for id, one in getattr(model, key).items():
                made = Declared(id, kind, one, file, (key, id), record)
                if id in records or id in found:
                    first = found[id].origin() if id in found else records[id].origin("slug")
                    message = f"标识 {id} 已经用过：{first.path} 第 {first.line} 行"
                    wrong.add(
                        [ChapterkitError(message, made.origin(), "全书的标识不能相同，换一个")]
                    )
                found.setdefault(id, made)
    wrong.tell()
    return list(found.values())


def exhibits_of(
    given: Sequence[Declared], ledger: Ledger
) -> tuple[dict[str, Exhibit], dict[str, Number]]:
    """Return exhibits by their ids, and the numbers that were computed for them.

    Raises ChapterkitError that tells all that is wrong in them, each at its line: a name that is
    no number's, rows of different lengths, numbers that cannot be compared.
    """
    found: dict[str, Exhibit] = {}
    made: dict[str, Number] = {}
    wrong = Gathering()
    for one in given:
        maker = _Maker(one, ledger, made)
        with wrong.taken():
            found[one.id] = maker.exhibit()
        wrong.add(maker.wrong.errors)
    wrong.tell()
    return found, made


class _Maker:
    """Makes one exhibit; what is wrong in it is gathered, and what is computed for it noted."""

    def __init__(self, one: Declared, ledger: Ledger, made: dict[str, Number]) -> None:
        self.one, self.ledger, self.made, self.wrong = one, ledger, made, Gathering()

    def exhibit(self) -> Exhibit:
        one = self.one
        plain = Exhibit(
            one.id, one.kind, one.model, one.record.slug if one.record else "",
            one.file, one.steps, texts=self.texts(),
        )  # fmt: skip
        match one.model:
            case TableModel():
                return self.table(plain, one.model)
            case ChartModel():
                return self.chart(plain, one.model)
            case FlowModel():
                return self.flow(plain, one.model)
        raise AssertionError(one.model)

    # --- names and cells

    def texts(self) -> dict[str, Number]:
        """Return the numbers that its texts name."""
        found: dict[str, Number] = {}
        for steps, text in _texts_of(self.one.model):
            for name in CellModel(text=text).names:
                with self.wrong.taken():
                    found[name] = self.number(name, self.one.origin(*steps))
        return found

    def number(self, name: str, origin: Origin) -> Number:
        """Return the number of the ledger that is called so: in the record, or slug.name.

        Raises ChapterkitError, with the nearest name as hint, if there is none.
        """
        slug = f"{self.one.record.slug}." if self.one.record else ""
        for id in (f"{slug}{name}" if "." not in name else name, name):
            if id in self.ledger:
                return self.ledger[id]
        known = [id.removeprefix(slug) if slug else id for id in self.ledger]
        near = nearest(name, known)
        unless = "；若是一个词，写成 {text: " + name + "}"
        if not self.one.record and "." not in name:
            hint = f"这里写 slug.name：slug 是那个数所在的记录{unless}"
        else:
            hint = f"最接近的是 {near}{unless}" if near else f"先在 numbers 里记下它{unless}"
        raise ChapterkitError(f"没有记录过的数：{name}", origin, hint)

    def cell(self, model: CellModel, origin: Origin) -> Cell:
        parts = tuple(
            self.number(text, origin) if is_name else text for text, is_name in model.parts
        )
        low, high = (self.number(one, origin) if one else None for one in (model.low, model.high))
        if model.interval:
            low = high = self.number(model.interval, origin)
            if not isinstance(low.value, tuple):
                message = f"{low.id} 不是区间"
                raise ChapterkitError(message, origin, "interval 要一个值为 [小, 大] 的数")
        for end in filter(None, (low, high)):
            if isinstance(end.value, Pair):
                message = f"{end.id} 是{called(end.value)}（{end.text}），不是区间"
                raise ChapterkitError(message, origin, "区间的值写 [小, 大]，或两头各是一个数")
        return Cell(parts, origin, low, high)

    def row(self, name: str, cells: Sequence[CellModel], width: int, group: str) -> Row:
        origin = self.one.origin("rows", name)
        if len(cells) != width:
            message = f"“{name}”有 {len(cells)} 格，columns 却有 {width} 列"
            raise ChapterkitError(message, origin, "每一行的格子要和列一样多；空着的写 —")
        done: list[Cell] = []
        for place, cell in enumerate(cells):
            with self.wrong.taken():
                done.append(self.cell(cell, self.one.origin("rows", name, place)))
        return Row(name, tuple(done), group, origin)

    def rows(self, model: Any, width: int, groups: Mapping[str, str]) -> tuple[Row, ...]:
        rows: list[Row] = []
        for name, cells in model.rows.items():
            with self.wrong.taken():
                rows.append(self.row(name, cells, width, groups.get(name, "")))
        self.wrong.tell()
        return tuple(rows)

    def columns(self, given: Mapping[str, Sequence[str]]) -> tuple[Column, ...]:
        return tuple(
            Column(name, self.one.origin("columns", *filter(None, (group,)), place), group)
            for group, names in given.items()
            for place, name in enumerate(names)
        )

    # --- tables

    def table(self, plain: Exhibit, model: TableModel) -> Exhibit:
        columns = self.columns(model.columns)
        rows = self.rows(model, len(columns), self.groups(model))
        rows = tuple(sorted(rows, key=lambda one: [*model.groups, ""].index(one.group)))
        for head, one in model.derived.items():
            rows = self.with_derived(head, one, [column.name for column in columns], rows)
        rows = tuple(self.with_best(row, model) for row in rows)
        self.check_named("best", filter(None, model.best), model.rows)
        computed = tuple(
            Column(head, self.one.origin("derived", head), derived=True) for head in model.derived
        )
        return replace(plain, columns=(*columns, *computed), rows=rows)

    def groups(self, model: TableModel) -> dict[str, str]:
        homes: dict[str, str] = {}
        for group, names in model.groups.items():
            self.check_named("groups", names, model.rows)
            for name in names:
                if name in homes:
                    message = f"“{name}”分在两组里：{homes[name]}、{group}"
                    raise ChapterkitError(message, self.one.origin("groups", group), "只留一处")
                homes[name] = group
        return homes

    def check_named(self, key: str, names: Iterable[str], known: Iterable[str]) -> None:
        known = list(known)
        for name in names:
            if name not in known:
                near = nearest(name, known)
                hint = f"最接近的是 {near}" if near else f"有：{'、'.join(known)}"
                message = f"{key} 提到的“{name}”不在里面"
                raise ChapterkitError(message, self.one.origin(key, name), hint)

    def with_derived(
        self, head: str, one: DerivedModel, names: Sequence[str], rows: Sequence[Row]
    ) -> tuple[Row, ...]:
        origin = self.one.origin("derived", head)
        operation = one.operation or NAMED_OPERATIONS.get(head)
        if not operation:
            hint = "写 {operation: difference}（差）或 {operation: ratio}（倍数）"
            raise ChapterkitError(f"“{head}”没有说是差还是倍数", origin, hint)
        first, last = one.of or (names[0], names[-1])
        self.check_named("derived", (first, last), names)
        if first == last or names.count(first) > 1 or names.count(last) > 1:
            hint = "of 写两列的名称：[前, 后]；列的名称不能相同"
            raise ChapterkitError(f"“{head}”要由不同的两列算出", origin, hint)
        places = names.index(first), names.index(last)
        done: list[Row] = []
        for row in rows:
            with self.wrong.taken():
                cell = self.computed(row, places, operation, one.digits, head)
                done.append(replace(row, cells=(*row.cells, cell)))
        self.wrong.tell()
        return tuple(done)

    def computed(
        self, row: Row, places: tuple[int, int], operation: Operation, digits: int | None, head: str
    ) -> Cell:
        first, last = (row.cells[place].number for place in places)
        origin = self.one.origin("derived", head)
        if not first or not last:
            return Cell((), origin, derived=True)
        slug, other = (one.id.rpartition(".")[0] for one in (first, last))
        both = f"{first.id} 和 {last.id} "
        if slug != other:
            hint = "差和倍数只在一条记录之内算：两条记录的测评未必可比"
            raise ChapterkitError(f"{both}不在同一条记录里，不能相比", row.origin, hint)
        if first.units.in_base(first.unit) != last.units.in_base(last.unit):
            raise ChapterkitError(
                f"{both}单位不同，不能相比", row.origin, "改正 unit，或不算这一列"
            )
        if isinstance(first.value, tuple) or isinstance(last.value, tuple):
            raise ChapterkitError(
                f"{both}里有{_called(first, last)}，不能相比", row.origin, "不算这一列"
            )
        return Cell((self.derived(first, last, operation, digits),), origin, derived=True)

    def derived(
        self, first: Number, last: Number, operation: Operation, digits: int | None
    ) -> Number:
        """Return the number of a record that is computed so, made anew unless there is one."""
        slug, _, before = first.id.rpartition(".")
        after = last.id.rpartition(".")[2]
        sign, joined = ("-", "minus") if operation == "difference" else ("/", "over")
        name = f"{after}_{joined}_{before}"
        own = self.ledger.by_record.get(slug, ())
        for one in (*own, *self.made.values()):
            expression = "".join((one.model.derived or "").split())
            alike = expression == f"{after}{sign}{before}" and one.id.rpartition(".")[0] == slug
            if alike and (digits is None or one.model.digits == digits):
                return one
        models = {number.id.rpartition(".")[2]: number.model for number in own}
        while name in models:
            name += "_again"
        wording = first.wording
        places = digits
        if operation == "ratio":
            unit, places = wording.times, 1 if digits is None else digits
        else:
            unit = wording.points if first.unit == "%" else first.unit
        model = NumberModel(
            derived=f"{after} {sign} {before}",
            digits=places,
            unit=unit,
            of=last.of,
            when=wording.comma.join(filter(None, (last.when, first.when))) or None,
            cite=last.cite,
            at=last.at if last.at == first.at else None,
            status=max(first.status, last.status, key=_SAFEST.index),
        )
        origins = {one: self.ledger[f"{slug}.{one}"].origin for one in models}
        origins[name] = self.one.origin()
        units = first.units
        id = f"{slug}.{name}"
        numbers = numbers_of(slug, {**models, name: model}, origins, wording, units)
        made = replace(numbers[id], computed=True)
        self.made[made.id] = made
        return made

    def with_best(self, row: Row, model: TableModel) -> Row:
        best = model.best.get(row.name) or model.best.get("")
        compared = [cell.number for cell in row.cells if cell.number and not cell.derived]
        if not best or len(compared) < 2:
            return row
        if len({one.units.in_base(one.unit) for one in compared}) > 1:
            message = f"“{row.name}”里单位不同，分不出最好的"
            raise ChapterkitError(message, row.origin, "best 按行的名称分别写，或不写")
        if any(isinstance(one.value, tuple) for one in compared):
            message = f"“{row.name}”里有{_called(*compared)}，分不出最好的"
            raise ChapterkitError(message, row.origin, "best 按行的名称分别写，或不写")
        value = (max if best == "highest" else min)(one.value for one in compared)
        return replace(
            row,
            cells=tuple(
                replace(cell, best=True)
                if cell.number and not cell.derived and cell.number.value == value
                else cell
                for cell in row.cells
            ),
        )

    # --- charts

    def chart(self, plain: Exhibit, model: ChartModel) -> Exhibit:
        columns = (
            self.columns({"": model.columns}) if model.columns else (Column("", self.one.origin()),)
        )
        rows = self.rows(model, len(columns), {})
        whole = self.number(model.whole, self.one.origin("whole")) if model.whole else None
        made = replace(plain, columns=columns, rows=rows, whole=whole)
        self.check_named("marked", model.marked, [*model.rows, *model.columns])
        self.wrong.add(_undrawable(made))
        return made

    # --- flows

    def flow(self, plain: Exhibit, model: FlowModel) -> Exhibit:
        self.wrong.add(self.loose(model))
        self.wrong.add(self.circles(model))
        self.wrong.add(self.long(model))
        return plain

    def circles(self, model: FlowModel) -> Iterator[ChapterkitError]:
        """Yield an error for each arrow that closes a circle of plain ones: which way is on?"""
        onward: dict[str, list[str]] = {}
        for place, arrow in enumerate(model.arrows):
            if arrow.dashed:
                continue
            if way := _way(arrow.end, arrow.start, onward):
                circle = " → ".join([*way, arrow.end])
                hint = f"往回的一支写成虚线：{arrow.start} --> {arrow.end}"
                origin = self.one.origin("arrows", place)
                yield ChapterkitError(f"箭头绕成了一圈：{circle}", origin, hint)
            else:
                onward.setdefault(arrow.start, []).append(arrow.end)

    def long(self, model: FlowModel) -> Iterator[ChapterkitError]:
        """Yield an error for each label that is too long to be taken in at a glance."""
        named: list[tuple[tuple[Step, ...], str]] = []
        named += [(("nodes", id), node.label) for id, node in model.nodes.items()]
        named += [(("arrows", place), one.label or "") for place, one in enumerate(model.arrows)]
        for name, segments in model.trace.items():
            named += [(("trace", name, place), one.text) for place, one in enumerate(segments)]
        for steps, label in named:
            if _length_in_han(label) >= _LONG_LABEL or any(
                len(word) >= _LONG_LABEL for word in label.split()
            ):
                message = f"图里的文字太长，有 {len(label)} 个字：{label[:12]}……"
                hint = f"少于 {_LONG_LABEL} 个字；细说的放到正文里"
                yield ChapterkitError(message, self.one.origin(*steps), hint)

    def loose(self, model: FlowModel) -> Iterator[ChapterkitError]:
        """Yield an error for each arrow or lane that names a box which there is not."""
        named: list[tuple[tuple[Step, ...], str]] = []
        for place, arrow in enumerate(model.arrows):
            named += [(("arrows", place), arrow.start), (("arrows", place), arrow.end)]
        for lane, ids in model.lanes.items():
            named += [(("lanes", lane), id) for id in ids]
        for steps, id in named:
            if id not in model.nodes:
                near = nearest(id, model.nodes)
                hint = f"最接近的是 {near}" if near else f"先在 nodes 里写下它：{id}: 文字"
                yield ChapterkitError(f"没有 {id} 这个框", self.one.origin(*steps), hint)


_LONG_LABEL = 40


def _length_in_han(text: str) -> float:
    """Return how long a text is, in Han characters: a Latin letter is half of one."""
    return sum(1.0 if unicodedata.east_asian_width(one) in "WFA" else 0.5 for one in text)


def _way(start: str, end: str, onward: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the boxes on a way from one to another, both included; none if there is no way."""
    ways = [[start]]
    seen = {start}
    while ways:
        way = ways.pop(0)
        if way[-1] == end:
            return way
        further = [one for one in onward.get(way[-1], ()) if one not in seen]
        seen.update(further)
        ways += [[*way, one] for one in further]
    return []


_SAFEST = ("primary", "readme", "secondary", "own-run")


def _undrawable(chart: Exhibit) -> Iterator[ChapterkitError]:
    """Yield what of a chart cannot be drawn: words, ranges, several units, nothing at all."""
    cells = [cell for cell in chart.cells if cell.parts]
    shown = [number for cell in cells for number in cell.numbers]
    if not shown:
        yield ChapterkitError("图表里一个数也没有", chart.origin("rows"), "写上数的名字")
        return
    if len(cells) > MOST_POINTS:
        message = f"图表里有 {len(cells)} 个点，超过 {MOST_POINTS} 个"
        yield ChapterkitError(message, chart.origin("rows"), "少画一些，或分成几张")
    for cell in cells:
        yield from _wrong_in(cell, chart)
    first = shown[0]
    for cell in cells:
        for number in cell.numbers:
            if number.units.in_base(number.unit) != first.units.in_base(first.unit):
                message = f"{number.id}（{number.text}）与 {first.id}（{first.text}）单位不同"
                yield ChapterkitError(
                    message, cell.origin, "一张图表里的数要用同一个单位；分成两张，或改用表格"
                )


def _wrong_in(cell: Cell, chart: Exhibit) -> Iterator[ChapterkitError]:
    number = cell.number
    if number is None:
        yield ChapterkitError("图表里只能有数，不能有文字", cell.origin, "写一个数的名字；空着写 —")
    elif isinstance(number.value, tuple):
        message = f"{number.id} 是一个{called(number.value)}（{number.text}），画不成一个点"
        hint = "点用一个数，范围写成区间：{number: 名字, interval: 名字}"
        yield ChapterkitError(message, cell.origin, hint)
    elif wrong := _wrong_interval(cell, number.value):
        message = f"{number.id}（{number.text}）的{wrong}"
        yield ChapterkitError(message, cell.origin, "区间写 {number: 名字, low: 名字, high: 名字}")
    elif getattr(chart.model, "kind", "") == "shares" and number.value < 0:
        message = f"份额不能是负的：{number.id}（{number.text}）"
        yield ChapterkitError(message, cell.origin, "改用条形图 bars")
    elif getattr(chart.model, "kind", "") == "times" and number.value <= 0:
        message = f"时间要大于零：{number.id}（{number.text}）"
        yield ChapterkitError(message, cell.origin, "空着写 —，或改用条形图 bars")


def _wrong_interval(cell: Cell, value: Decimal) -> str:
    low, high = cell.ends
    if (low is None) != (high is None):
        return "区间缺了一头"
    if low is None or high is None:
        return ""
    if low > high:
        return "区间颠倒了"
    return "" if low <= value <= high else "值不在自己的区间里"


def _texts_of(model: ExhibitModel) -> Iterator[tuple[tuple[Step, ...], str]]:
    """Yield the texts of an exhibit that may name numbers, and where each stands."""
    for key in ("caption", "note", "unlike"):
        if text := getattr(model, key):
            yield (key,), text
    if not isinstance(model, FlowModel):
        return
    for id, node in model.nodes.items():
        yield ("nodes", id), node.label
    for place, arrow in enumerate(model.arrows):
        if arrow.label:
            yield ("arrows", place), arrow.label
    for name, segments in model.trace.items():
        for place, segment in enumerate(segments):
            yield ("trace", name, place), segment.text
