"""book.yaml -> one frozen value; the only place where defaults are written."""

# ruff: noqa: RUF009 (each field says what its schema tells)

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, Self

from chapterkit.errors import ChapterkitError, Origin, nearest
from chapterkit.manuscript.folder import BOOK_FILE, Folder, within
from chapterkit.manuscript.units import check_units, declared_units
from chapterkit.manuscript.wording import Locale, Wording, check_words, languages, locale
from chapterkit.manuscript.yamlfile import Step, YamlFile, parse_yaml, validated_as
from chapterkit.quantities import Units

SLUG = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
NAME = r"^[a-z][a-z0-9_]*$"
# What templates may call already, so that no kind of record can be called so.
CALLED = frozenset(("n", "cite", "ref", "table", "chart", "record", "numbers"))
Severity = Literal["error", "warning", "off"]


# Plain dataclasses, which pydantic validates where a file is read (yamlfile.validated): a check of
# a file outside a book need not import it. The metadata are the arguments of pydantic's Field.


class _Model:
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    @classmethod
    def partly(cls, **given: Any) -> Self:
        """Return a value that has, beyond defaults, only what is given."""
        made = object.__new__(cls)
        for one in fields(cls):  # type: ignore[arg-type]
            if one.name in given:
                object.__setattr__(made, one.name, given[one.name])
            elif one.default is not MISSING:
                object.__setattr__(made, one.name, one.default)
            elif one.default_factory is not MISSING:
                object.__setattr__(made, one.name, one.default_factory())
        return made


def _described(description: str, /, *, default: Any = MISSING, **constraints: Any) -> Any:
    """Return a field with what its schema says of it."""
    metadata = {"description": description, **constraints}
    if default == {}:
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class ChapterConfig(_Model):
    """One chapter of the book, as book.yaml lists it."""

    slug: str = _described("章的代号：目标名、输出文件夹和文件名", pattern=SLUG)
    number: int = _described("章号：第 7 章写 7", ge=1)
    file: str = _described("章的正文，相对 book/ 的路径")


@dataclass(frozen=True)
class KindConfig(_Model):
    """One kind of record: 实验, 案例, 试验; each is counted by itself."""

    label: str = _described("印在编号前面的词：实验、案例、试验", min_length=1, max_length=12)


@dataclass(frozen=True)
class NumberingConfig(_Model):
    """What has a number in this book beyond what always has one."""

    sections: Literal["none", "decimal", "chinese"] = _described(
        "节的编号：none 不编，decimal 7.1、7.1.1，chinese 第一节、一、（一）", default="none"
    )


@dataclass(frozen=True)
class UnitConfig(_Model):
    """One unit of the book's own, or what the book adds to one that the tool knows."""

    same: tuple[str, ...] = _described("同一个单位的别种写法", default=())
    counts: bool = _described("true：数个数的（户、处）；false：量大小的", default=False)
    is_: str | None = _described("一个是多少：0.001 秒、500 米", default=None, alias="is")


@dataclass(frozen=True)
class LintConfig(_Model):
    """What the linter is told by the book: severities and options of rules."""

    rules: dict[str, Severity] = _described("规则名 → error、warning 或 off", default={})
    options: dict[str, dict[str, Any]] = _described("规则名 → 它的选项", default={})
    paths: dict[str, dict[str, Severity]] = _described(
        "文件（* 也匹配 /）→ 规则名 → 严重程度，写在后面的优先", default={}
    )
    baseline: str | None = _described("基线文件，相对书的根目录", default=None)


CjkSpace = Literal["space", "none", "any"]
Quotes = Literal["curly", "corner", "any"]
RangeGlyph = Literal["–", "～", "—"]


@dataclass(frozen=True)
class StyleConfig(_Model):
    """House style: which of several defensible conventions the book has chosen.

    `profile` names a set of them; a key given beside it overrides it.
    """

    profile: Literal["default", "compact"] = _described(
        "一套约定的名字：default，或 compact（中西文之间不空格）", default="default"
    )
    cjk_space: CjkSpace | None = _described(
        "汉字与西文、数字之间：space 空一格、none 不空、any 不管", default=None
    )
    quotes: Quotes | None = _described(
        "引号：curly “”、corner 「」、any 不管；默认随文字的简繁", default=None
    )
    range: tuple[RangeGlyph, ...] | None = _described(
        "数值范围所用的连接号，可以不止一种", default=None
    )

    @property
    def space(self) -> CjkSpace:
        """What stands between Han and Latin letters or digits."""
        return self.cjk_space or ("none" if self.profile == "compact" else "space")

    @property
    def range_glyphs(self) -> tuple[RangeGlyph, ...]:
        """Glyphs that may join the ends of a range: the dashes of GB/T 15835-2011, 5.1.3, and –."""
        return self.range or ("–", "～", "—")

    def quote_marks(self, script: str) -> Quotes:
        """Return the quotation marks for a text in `script`, zh-Hans or zh-Hant."""
        return self.quotes or ("corner" if script == "zh-Hant" else "curly")


@dataclass(frozen=True)
class Budget(_Model):
    """How long a section may be: least and most, both included."""

    characters: tuple[int, int] | None = _described("字数：[至少, 至多]", default=None)
    paragraphs: tuple[int, int] | None = _described("段数：[至少, 至多]", default=None)

    def __post_init__(self) -> None:
        for pair in (self.characters, self.paragraphs):
            if pair and not 0 <= pair[0] <= pair[1]:
                raise ValueError("至少的数不能比至多的大，也不能小于零；写 [至少, 至多]")


@dataclass(frozen=True)
class BudgetsConfig(_Model):
    """Lengths that book.yaml asks of experiments, of theory sections, and of single sections."""

    experiment: Budget = Budget()
    theory: Budget = Budget()
    sections: dict[str, Budget] = _described("某一节的标识 → 它自己的篇幅", default={})

    def of(self, slug: str, kind: Literal["experiment", "theory"]) -> Budget:
        """Return the budget of the section `slug`: its own where it has one, else its kind's."""
        general: Budget = getattr(self, kind)
        own = self.sections.get(slug)
        return (
            own
            and Budget(
                characters=own.characters or general.characters,
                paragraphs=own.paragraphs or general.paragraphs,
            )
        ) or general


Choice = Literal["record", "cite", "free"]


@dataclass(frozen=True)
class PolicyConfig(_Model):
    """Which typed numbers need a record, by what they say; what is not named goes by `default`.

    `record`: only what comes from a record may stand there; `cite`: a typed one may where its
    sentence is cited, or its paragraph rests on one source; `free`: it may anywhere.
    """

    default: Choice = _described("没有单独写的各种", default="record")
    result: Choice | None = _described("结果：率、倍数、百分点、比值、系数", default=None)
    share: Choice | None = _described("份额：占 22%、三分之二、八成", default=None)
    money: Choice | None = _described("钱", default=None)
    duration: Choice | None = _described("时间的长短：三年、六小时", default=None)
    age: Choice | None = _described("年龄", default=None)
    date: Choice | None = _described("日期（年份和写全的日期从来不算）", default=None)
    count: Choice | None = _described("个数：312 例、十七国", default=None)
    size: Choice | None = _described("大小：长度、面积、重量、容量、规模", default=None)
    vague: Choice | None = _described("说不准的：上百人、几百米、一百多年", default=None)

    def of(self, kind: str) -> Choice:
        """Return what is asked of one kind of number."""
        own: Choice | None = getattr(self, kind)
        return own or self.default

    @property
    def is_strict(self) -> bool:
        """Whether every number must come from a record."""
        return {getattr(self, one.name) for one in fields(self)} <= {"record", None}


@dataclass(frozen=True)
class FontConfig(_Model):
    """Families of the system to be used, the first that it has; the bundled Noto fonts otherwise.

    Without a `kai`, what is emphasised has dots below, and quotations stand in the serif.
    """

    serif: tuple[str, ...] = ()
    sans: tuple[str, ...] = ()
    kai: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BookModel(_Model):
    """The whole of book.yaml."""

    title: str = _described("书名", min_length=1)
    author: str = _described("作者", min_length=1)
    language: str = _described("书稿的文字：zh-Hans、zh-Hant 或 en", default="zh-Hans")
    identifier: str = _described("全书唯一的标识，如 urn:isbn:… 或 urn:uuid:…", min_length=1)
    chapters: tuple[ChapterConfig, ...] = _described("各章，按书中的顺序", min_length=1)
    kinds: dict[str, KindConfig] = _described(
        "记录的种类：名字 → 印出来的词；不写就只有一种，experiment（实验）", default={}
    )
    parts: tuple[str, ...] = _described("记录的 part 可以写哪些；不写就不管", default=())
    numbering: NumberingConfig = NumberingConfig()
    labels: dict[str, str] = _described("记录 setup 里的键 → 书里对它的称呼", default={})
    units: dict[str, UnitConfig | None] = _described(
        "本书自己的单位：名字 → 别种写法、数还是量、怎样换算", default={}
    )
    words: dict[str, str] = _described("工具自己印出的词，改成本书的说法", default={})
    bibliography: str = _described("参考文献库，相对书的根目录", default="refs.bib")
    verified_at_least: Decimal = _described(
        "至少多大一部分数要核对过，0 到 1", default=Decimal(0), ge=0, le=1
    )
    page: Literal["a5", "16k"] = _described("PDF 的开本", default="16k")
    fonts: FontConfig = FontConfig()
    style: StyleConfig = StyleConfig()
    budgets: BudgetsConfig = BudgetsConfig()
    policy: PolicyConfig = PolicyConfig()
    lint: LintConfig = LintConfig()


def _check_language(tag: str, file: YamlFile) -> None:
    if tag not in languages():
        known = "、".join(f"'{one}'" for one in languages())
        raise ChapterkitError(
            f"language 的值不对：没有 {tag} 这种文字的词",
            file.origin("language"),
            f"可以写 {known}",
        )


def _check_words(model: BookModel, file: YamlFile) -> None:
    for key, word in model.words.items():
        try:
            check_words({key: word}, model.language)
        except ValueError as error:
            message, _, hint = str(error).partition("；")
            raise ChapterkitError(message, file.origin("words", key), hint) from None


def _check_kinds(kinds: Mapping[str, KindConfig], file: YamlFile) -> None:
    labels: dict[str, str] = {}
    for name, kind in kinds.items():
        if not re.fullmatch(NAME, name) or name in CALLED:
            raise ChapterkitError(
                f"kinds.{name} 不能作种类的名字",
                file.origin("kinds", name),
                "用小写字母，如 case、trial",
            )
        if kind.label in labels:
            raise ChapterkitError(
                f"kinds 里的 {labels[kind.label]} 和 {name} 都叫“{kind.label}”",
                file.origin("kinds", name, "label"),
                "各用各的词，读者才分得开",
            )
        labels[kind.label] = name


@dataclass(frozen=True, kw_only=True)
class Config(BookModel):
    """book.yaml, or what stands in its place, and where each of its values was written."""

    file: YamlFile | None = None

    @cached_property
    def wording(self) -> Wording:
        """What the tool prints in this book: the language's words, and the book's own."""
        return self.locale.wording.changed(self.words)

    @cached_property
    def unit_table(self) -> Units:
        """The units that the tool knows, and the book's own."""
        return declared_units(self.units)

    @property
    def locale(self) -> Locale:
        """What goes with the book's language."""
        return locale(self.language)

    @property
    def kind_labels(self) -> Mapping[str, str]:
        """The label of each kind of record by name; one of its own where none is declared."""
        declared = {name: kind.label for name, kind in self.kinds.items()}
        return declared or {"experiment": self.wording.experiment}

    def origin(self, *steps: Step) -> Origin:
        """Return where the value at `steps` stands in the file that was read."""
        return self.file.origin(*steps) if self.file else Origin(BOOK_FILE)

    @property
    def serif(self) -> tuple[str, ...]:
        """Families for the text, preferred first."""
        return self.fonts.serif

    @property
    def sans(self) -> tuple[str, ...]:
        """Families for headings, preferred first."""
        return self.fonts.sans

    def chapter(self, target: str) -> ChapterConfig:
        """Return the chapter whose slug or number is `target`; raise ChapterkitError if none is."""
        for chapter in self.chapters:
            if target in (chapter.slug, str(chapter.number)):
                return chapter
        names = [name for chapter in self.chapters for name in (chapter.slug, str(chapter.number))]
        near = nearest(target, names)
        listed = "、".join(f"{chapter.slug}（{chapter.number}）" for chapter in self.chapters)
        raise ChapterkitError(
            f"没有 {target} 这一章",
            Origin(BOOK_FILE),
            f"最接近的是 {near}" if near else f"book.yaml 里有：{listed}",
        )


@dataclass(frozen=True)
class _OutsideModel(_Model):
    """What book.yaml may say that concerns a file outside a book, too."""

    language: str = "zh-Hans"
    units: dict[str, UnitConfig | None] = field(default_factory=dict)
    style: StyleConfig = StyleConfig()
    budgets: BudgetsConfig = BudgetsConfig()
    policy: PolicyConfig = PolicyConfig()
    lint: LintConfig = LintConfig()


def parse_outside_config(text: str, path: str) -> Config:
    """Return house style, budgets and rules for files outside a book; a book.yaml will do.

    Raises ChapterkitError at the line that does not fit.
    """
    file = parse_yaml(text, path)
    kind: type[BookModel | _OutsideModel]
    kind = BookModel if "chapters" in file.data else _OutsideModel
    model = validated_as(kind, file, f"{path} ")
    check_units(model.units, file)
    _check_language(model.language, file)
    known = {one.name: getattr(model, one.name) for one in fields(_OutsideModel)}
    return Config.partly(file=file, **known)


def load_config(folder: Folder) -> Config:
    """Read book.yaml; raise ChapterkitError at the line that does not fit."""
    file = parse_yaml(folder.text(BOOK_FILE), BOOK_FILE)
    model = validated_as(BookModel, file, "book.yaml ")
    _check_language(model.language, file)
    _check_words(model, file)
    _check_kinds(model.kinds, file)
    taken: set[str | int] = set()
    check_units(model.units, file)
    for index, chapter in enumerate(model.chapters):
        if chapter.slug in taken or chapter.number in taken:
            raise ChapterkitError(
                f"两章同名或同号：{chapter.slug}（{chapter.number}）",
                file.origin("chapters", index),
            )
        taken |= {chapter.slug, chapter.number}
    _check_inside(model, file)
    return Config.partly(file=file, **vars(model))


def _check_inside(model: BookModel, file: YamlFile) -> None:
    """Raise ChapterkitError, at its line, for a path that leads out of the book's folder."""
    named: list[tuple[tuple[Step, ...], str | None]] = [
        (("bibliography",), model.bibliography),
        (("lint", "baseline"), model.lint.baseline),
    ]
    named += [
        (("chapters", index, "file"), f"book/{chapter.file}")
        for index, chapter in enumerate(model.chapters)
    ]
    for steps, path in named:
        try:
            within(path or "")
        except ChapterkitError as error:
            raise ChapterkitError(error.message, file.origin(*steps), error.hint) from None
