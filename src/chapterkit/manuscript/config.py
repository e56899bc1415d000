"""book.yaml -> one frozen value; the only place where defaults are written."""

# ruff: noqa: RUF009 (each field says what its schema tells)

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from chapterkit.errors import ChapterkitError, Gathering, Origin, nearest
from chapterkit.manuscript.folder import BOOK_FILE, Folder, within
from chapterkit.manuscript.model import Checked, Mended
from chapterkit.manuscript.model import Model as _Model
from chapterkit.manuscript.model import described as _described
from chapterkit.manuscript.plan import (
    ChapterConfig,
    MatterConfig,
    Plan,
    PlanItem,
    Planned,
    wrong_plan,
    wrong_shape,
)
from chapterkit.manuscript.publication import AUTHOR, AuthorConfig, Date, Isbn, check_address
from chapterkit.manuscript.units import check_units, declared_units
from chapterkit.manuscript.wording import Locale, Wording, check_words, languages, locale, regions
from chapterkit.quantities import Units

if TYPE_CHECKING:
    from chapterkit.manuscript.yamlfile import Step, YamlFile

NAME = r"^[a-z][a-z0-9_]*$"
# What templates may call already, so that no kind of record can be called so.
CALLED = frozenset(("n", "cite", "ref", "table", "chart", "record", "numbers"))
Severity = Literal["error", "warning", "off"]


@dataclass(frozen=True)
class KindConfig(_Model):
    """One kind of record: 实验, 案例, 试验; each is counted by itself."""

    label: str = _described("印在编号前面的词：实验、案例、试验", min_length=1, max_length=12)
    level: int = _described("标题是几级：2 与节并列，3 放在节里，比节低一级", default=2, ge=2, le=4)


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


# What would read or write files, run programs, or end the preamble: the source would no longer be
# one folder that compiles anywhere.
_NO_PREAMBLE = re.compile(
    r"\\@*(?:input|include|includeonly|openin|openout|read|readline|write|immediate|special|dump"
    r"|ShellEscape|directlua|latelua|XeTeXpicfile|XeTeXpdffile|XeTeXinputencoding|includepdf"
    r"|verbatiminput|lstinputlisting|inputminted|import|subfile|subimport|documentclass|endinput"
    r"|InputIfFileExists|scantokens|batchmode|csname|catcode"
    r"|(?:begin|end)\s*\{document\})(?![A-Za-z@])|\^\^"
)


def check_preamble(text: str) -> None:
    """Raise ValueError for a preamble that does more than say how a text is set."""
    if found := _NO_PREAMBLE.search(text):
        raise ValueError(f"这里不能有 {found[0]}；只写版式，不读写文件，也不执行程序")
    if not all(one.isprintable() or one in "\n\t" for one in text):
        raise ValueError("里面有看不见的控制字符；删去它们")


def check_class(text: str) -> None:
    """Raise ValueError for what is no name of a class."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,60}", text):
        raise ValueError("这不是文档类的名字；只用字母、数字和连字符，如 ctexbook")


def check_option(text: str) -> None:
    """Raise ValueError for what can be no option of a class."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 =.:*+-]{0,80}", text):
        raise ValueError("这不是文档类的选项；一项写一个，如 fontset=fandol、a4paper")


def _without_dates(given: object) -> object:
    """Return a policy as it was written, without what older books say of dates: none counts."""
    if isinstance(given, dict):
        return {kind: choice for kind, choice in given.items() if kind != "date"}
    return given


Policy = Annotated[PolicyConfig, Mended(_without_dates)]


@dataclass(frozen=True)
class PdfConfig(_Model):
    """How the PDF is printed."""

    colour: Literal["full", "grey"] = _described(
        "full 照原样；grey 只用黑和灰，给单色印刷：图和照片都换成灰度", default="full"
    )


@dataclass(frozen=True)
class LatexConfig(_Model):
    """How the LaTeX source is set, and the PDF that XeLaTeX makes of it."""

    class_: Annotated[str, Checked(check_class)] = _described(
        "文档类，如 ctexbook、ctexrep、ctexart；出版社自己的也可以",
        default="ctexbook",
        alias="class",
    )
    options: tuple[Annotated[str, Checked(check_option)], ...] = _described(
        "文档类的选项，如 fontset=fandol", default=()
    )
    preamble: Annotated[str, Checked(check_preamble)] = _described(
        "导言区里自己的设置，写成 own.tex；不能读写文件", default="", max_length=50_000
    )

    @property
    def is_usual(self) -> bool:
        """Whether pages are to be as in the other PDF: a class of the author's has its own."""
        return self.class_ == "ctexbook"

    @property
    def is_article(self) -> bool:
        """Whether the class has no chapters."""
        return self.class_.endswith(("art", "article", "artcl"))

    @property
    def numbers_chapters(self) -> bool:
        """Whether the class prints a chapter's number as it is told."""
        return self.class_ in {"ctexbook", "ctexrep"}

    @property
    def has_matter(self) -> bool:
        """Whether the class tells front matter from the text."""
        return self.class_ in {"ctexbook", "book", "scrbook", "memoir"}


@dataclass(frozen=True, kw_only=True)
class BookModel(_Model):
    """The whole of book.yaml."""

    title: str = _described("书名", min_length=1)
    author: str = _described("作者；不止一位就写 authors", default="", min_length=1)
    authors: tuple[AuthorConfig, ...] = _described("各位作者、编者、译者", default=())
    subtitle: str = _described("副书名", default="")
    series: str = _described("丛书名", default="")
    publisher: str = _described("出版者", default="")
    isbn: Isbn | None = _described("ISBN，可以带连字符；校验码会核对", default=None)
    edition: str = _described("版次：第 1 版", default="")
    date: Date | None = _described("出版日期：2026、2026-03 或 2026-03-01", default=None)
    price: str = _described("定价，连同货币：68.00 元", default="")
    rights: str = _described("版权页上的权利声明", default="")
    description: str = _described("书店和读者看的一段简介，进 EPUB 和网页", default="")
    address: Annotated[str, Checked(check_address)] = _described(
        "网站放在哪里，如 https://example.org/book/；写了，各页就注明自己的地址，并有 sitemap.xml",
        default="",
    )
    cover: str | None = _described("封面的图片，相对 book/ 的路径；不写就画一个", default=None)
    language: str = _described("书稿的文字：zh-Hans、zh-Hant 或 en", default="zh-Hans")
    identifier: str = _described("全书唯一的标识，如 urn:isbn:… 或 urn:uuid:…", min_length=1)
    front: tuple[MatterConfig, ...] = _described("正文之前的前言等，没有编号", default=())
    chapters: tuple[PlanItem, ...] = _described(
        "各章，按书中的顺序；也可以是一个部分和它的各章", min_length=1
    )
    appendices: tuple[MatterConfig, ...] = _described("附录，依次编号 A、B", default=())
    back: tuple[MatterConfig, ...] = _described("附录之后的后记等，没有编号", default=())
    references: Literal["book", "chapter"] = _described(
        "整本书的参考文献：book 放在书末，chapter 放在各章之后", default="book"
    )
    locators: Literal["short", "full", "none"] = _described(
        "正文引用处印不印来源里的位置：short 只印图、表、节、页，full 照写，none 不印",
        default="short",
    )
    appendix: Literal["evidence"] | None = _described(
        "整本书的最后一个附录：evidence 是每个数的来源、位置与核对", default=None
    )
    lists: tuple[Literal["figures", "tables"], ...] = _described(
        "整本书目录之后要列的：figures 插图、tables 表格", default=()
    )
    kinds: dict[str, KindConfig] = _described(
        "记录的种类：名字 → 印出来的词；不写就只有一种，experiment（实验）", default={}
    )
    parts: tuple[str, ...] = _described("记录的 part 可以写哪些；不写就不管", default=())
    editions: tuple[str, ...] = _described(
        "书的几种版本，如 teacher；{% only teacher %} 的文字只在这一版里。zh-Hant-TW、zh-Hant-HK "
        "是由简体书稿转成的台湾、香港繁体版",
        default=(),
    )
    allow_stale_opencc: bool = _described(
        "true：繁体版也用词典陈旧的 opencc-python-reimplemented 来转换", default=False
    )
    templates: bool = _described(
        "false：各章都是普通的 Markdown，{{ … }} 和 {% … %} 原样印出；默认 true，当作命令",
        default=True,
    )
    numbering: NumberingConfig = NumberingConfig()
    labels: dict[str, str] = _described("记录 setup 里的键 → 书里对它的称呼", default={})
    keep: tuple[str, ...] = _described(
        "不许动的部分，写标题的标识或文字：那里改一个字也要签字（check --against）", default=()
    )
    units: dict[str, UnitConfig | None] = _described(
        "本书自己的单位：名字 → 别种写法、数还是量、怎样换算", default={}
    )
    words: dict[str, str] = _described("工具自己印出的词，改成本书的说法", default={})
    bibliography: str = _described("参考文献库，相对书的根目录", default="refs.bib")
    verified_at_least: Decimal = _described(
        "至少多大一部分数要核对过，0 到 1", default=Decimal(0), ge=0, le=1
    )
    page: Literal["a5", "16k", "a4"] = _described("PDF 的开本", default="16k")
    pdf: PdfConfig = PdfConfig()
    fonts: FontConfig = FontConfig()
    latex: LatexConfig = LatexConfig()
    style: StyleConfig = StyleConfig()
    budgets: BudgetsConfig = BudgetsConfig()
    policy: Policy = PolicyConfig()
    lint: LintConfig = LintConfig()


def _wrong_author(model: BookModel, file: YamlFile) -> Iterator[ChapterkitError]:
    known = [one.name for one in fields(BookModel)]
    meant = (nearest(key, ["author"]) for key in file.data if key not in known)
    if not (model.author or model.authors or any(meant)):
        name = file.path.rpartition("/")[2]
        yield ChapterkitError(
            f"{name} 缺少 author", file.origin(), "补上 author: 姓名，不止一位就写 authors"
        )
    if model.author and model.authors:
        hint = "都写进 authors，删去 author"
        yield ChapterkitError("author 和 authors 只能写一个", file.origin("author"), hint)


def _check_language(tag: str, file: YamlFile) -> None:
    if tag not in languages():
        named = "、".join(f"{one}（{locale(one).name}）" for one in languages())
        known = "、".join(f"'{one}'" for one in languages())
        message = f"language 的值不对：没有 {tag} 这种文字的词，可以写 {known}"
        raise ChapterkitError(message, file.origin("language"), named)


def _wrong_words(model: BookModel, file: YamlFile) -> Iterator[ChapterkitError]:
    for key, word in model.words.items():
        try:
            check_words({key: word}, model.language)
        except ValueError as error:
            message, _, hint = str(error).partition("；")
            yield ChapterkitError(message, file.origin("words", key), hint)


def _wrong_numbering(model: BookModel, file: YamlFile) -> Iterator[ChapterkitError]:
    if model.numbering.sections == "chinese" and not locale(model.language).chinese:
        name = locale(model.language).name
        message = f"numbering.sections 写了 chinese，{name}的书里没有这样的编号"
        origin = file.origin("numbering", "sections")
        yield ChapterkitError(message, origin, "写 decimal（7.1、7.1.1），或 none")


def _wrong_kinds(model: BookModel, file: YamlFile) -> Iterator[ChapterkitError]:
    own = locale(model.language).wording
    wording = own.changed({key: one for key, one in model.words.items() if hasattr(own, key)})
    labels = {
        form.format(number="").strip().casefold(): f"words 的 {word}"
        for word, form in (
            ("figure", wording.figure), ("table", wording.table), ("appendix", wording.appendix),
        )
    }  # fmt: skip
    for name, kind in model.kinds.items():
        if not re.fullmatch(NAME, name) or name in CALLED:
            yield ChapterkitError(
                f"kinds.{name} 不能作种类的名字",
                file.origin("kinds", name),
                "用小写字母，如 case、trial",
            )
        origin = file.origin("kinds", name, "label")
        if not kind.label.isprintable() or kind.label.strip() != kind.label:
            message = f"kinds.{name} 的 label 前后有空格，或有看不见的字符"
            yield ChapterkitError(message, origin, "只写印出来的词")
        if (taken := labels.get(kind.label.casefold())) is not None:
            yield ChapterkitError(
                f"{taken} 和 kinds 里的 {name} 都叫“{kind.label}”",
                origin,
                "各用各的词，读者才分得开",
            )
        labels[kind.label.casefold()] = f"kinds 里的 {name}"


def _wrong_editions(model: BookModel, file: YamlFile) -> Iterator[ChapterkitError]:
    listed = "、".join(regions())
    for place, name in enumerate(model.editions):
        origin = file.origin("editions", place)
        if name in regions() and name not in model.editions[:place]:
            if model.language != "zh-Hans":
                message = f"{name} 这一版要由简体书稿来转，这本书的 language 是 {model.language}"
                hint = "删去这一版；直接 build 出来的就是书稿这种文字的版本"
                yield ChapterkitError(message, origin, hint)
        elif not re.fullmatch(NAME, name) or name in model.editions[:place]:
            near = nearest(name, regions())
            hint = f"最接近的是 {near}" if near else "用小写字母，各不相同，如 teacher、student"
            hint += f"；繁体版写 {listed}"
            yield ChapterkitError(f"“{name}”不能作版本的名字，或者写了两次", origin, hint)


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
    def listed(self) -> Plan:
        """What is listed of the book's texts, as it is written."""
        return Plan(self.chapters, self.front, self.appendices, self.back)

    @cached_property
    def plan(self) -> tuple[Planned, ...]:
        """Every text of the book, in order, with its role and number."""
        return self.listed.texts(self.locale, self.wording)

    @property
    def makers(self) -> tuple[AuthorConfig, ...]:
        """Those who made the book, each with a role."""
        return self.authors or (AuthorConfig(self.author),)

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


@dataclass(frozen=True)
class _OutsideModel(_Model):
    """What book.yaml may say that concerns a file outside a book, too."""

    language: str = "zh-Hans"
    units: dict[str, UnitConfig | None] = field(default_factory=dict)
    style: StyleConfig = StyleConfig()
    budgets: BudgetsConfig = BudgetsConfig()
    policy: Policy = PolicyConfig()
    lint: LintConfig = LintConfig()


def parse_outside_config(text: str, path: str) -> Config:
    """Return house style, budgets and rules for files outside a book; a book.yaml will do.

    Raises ChapterkitError at the line that does not fit.
    """
    from chapterkit.manuscript.yamlfile import read_yaml, validated_as  # where there is a file

    file = read_yaml(text, path)
    kind: type[BookModel | _OutsideModel]
    kind = BookModel if "chapters" in file.data else _OutsideModel
    model = validated_as(kind, file, f"{path} ")
    wrong = Gathering()
    if isinstance(model, BookModel):
        wrong.add(_wrong_author(model, file))
    with wrong.taken():
        check_units(model.units, file)
    with wrong.taken():
        _check_language(model.language, file)
    wrong.tell()
    known = {one.name: getattr(model, one.name) for one in fields(_OutsideModel)}
    return Config.partly(file=file, **known)


def load_config(folder: Folder) -> Config:
    """Read book.yaml; raise ChapterkitError that tells all that does not fit, each at its line."""
    from chapterkit.manuscript.yamlfile import read_yaml, validated_as  # where there is a file

    file = read_yaml(folder.text(BOOK_FILE), BOOK_FILE)
    wrong = Gathering()
    model: BookModel | None = None
    if shapeless := list(wrong_shape(file)):
        wrong.add([*file.wrong, *shapeless])
    else:
        with wrong.taken():
            model = validated_as(BookModel, file, "book.yaml ")
    known = model or _as_far_as_it_fits(file.data)
    wrong.add(_wrong_author(known, file))
    with wrong.taken():
        check_units(known.units, file)
    with wrong.taken():
        _check_language(known.language, file)
    if known.language not in languages():  # the rest is looked at nevertheless
        known = BookModel.partly(**{**vars(known), "language": "zh-Hans"})
    wrong.add(_wrong_words(known, file))
    wrong.add(_wrong_kinds(known, file))
    wrong.add(_wrong_numbering(known, file))
    wrong.add(_wrong_editions(known, file))
    config = Config.partly(file=file, **{**vars(known), "author": _author(known)})
    wrong.add(wrong_plan(config.plan, file.origin))
    wrong.add(_leading_out(config, file))
    wrong.tell()
    return config


def _author(model: BookModel) -> str:
    """Return who wrote the book, in one line: those who are its authors, if any one is."""
    wording = locale(model.language).wording
    authors = [one.name for one in model.authors if one.role == AUTHOR]
    return model.author or wording.listed.join(authors or [one.name for one in model.authors])


def _as_far_as_it_fits(data: Mapping[str, Any]) -> BookModel:
    """Return what a book.yaml that does not fit says nevertheless, for what else is looked at."""
    return BookModel.partly(
        author=str(data.get("author") or ""),
        authors=(AuthorConfig(""),) if data.get("authors") else (),  # that there are any
        language=data["language"] if isinstance(data.get("language"), str) else "zh-Hans",
        words={key: one for key, one in _mapping(data, "words") if isinstance(one, str)},
        kinds={
            key: KindConfig(one["label"])
            for key, one in _mapping(data, "kinds")
            if isinstance(one, dict) and isinstance(one.get("label"), str)
        },
        chapters=_fitting_chapters(data.get("chapters")),
    )


def _fitting_chapters(items: Any) -> tuple[ChapterConfig, ...]:
    """Return chapters that are listed without parts; none if one of them lacks slug or file."""
    chapters: list[ChapterConfig] = []
    for one in items if isinstance(items, list) else ():
        slug, file = (one.get("slug"), one.get("file")) if isinstance(one, dict) else (None, None)
        if not (isinstance(slug, str) and isinstance(file, str)):
            return ()
        number = str(one.get("number") or "")
        given = int(number) if re.fullmatch("[0-9]{1,4}", number) else None
        chapters.append(ChapterConfig(slug, file, given))
    return tuple(chapters)


def _mapping(data: Mapping[str, Any], key: str) -> Iterator[tuple[str, Any]]:
    value = data.get(key)
    yield from value.items() if isinstance(value, dict) else ()


def _leading_out(config: Config, file: YamlFile) -> Iterator[ChapterkitError]:
    """Yield an error for each path that leads out of the book's folder."""
    named: list[tuple[tuple[Step, ...], str | None]] = [
        (("bibliography",), config.bibliography),
        (("lint", "baseline"), config.lint.baseline),
    ]
    named += [((*text.place, "file"), f"book/{text.file}") for text in config.plan]
    for steps, path in named:
        try:
            within(path or "")
        except ChapterkitError as error:
            yield ChapterkitError(error.message, file.origin(*steps), error.hint)
