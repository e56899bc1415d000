"""book.yaml -> one frozen value; the only place where defaults are written."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chapterkit.errors import ChapterkitError, Origin, nearest
from chapterkit.yamlfile import parse_yaml, read_text, validated

BOOK_FILE = "book/book.yaml"

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Severity = Literal["error", "warning", "off"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ChapterConfig(_Model):
    """One chapter of the book, as book.yaml lists it."""

    slug: Slug = Field(description="章的代号：目标名、输出文件夹和文件名")
    number: int = Field(ge=1, description="章号：第 7 章写 7")
    file: str = Field(description="章的正文，相对 book/ 的路径")


class LintConfig(_Model):
    """What the linter is told by the book: severities and options of rules."""

    rules: dict[str, Severity] = Field(default={}, description="规则名 → error、warning 或 off")
    options: dict[str, dict[str, Any]] = Field(default={}, description="规则名 → 它的选项")
    paths: dict[str, dict[str, Severity]] = Field(
        default={}, description="文件（* 也匹配 /）→ 规则名 → 严重程度，写在后面的优先"
    )
    baseline: str | None = Field(default=None, description="基线文件，相对书的根目录")


CjkSpace = Literal["space", "none", "any"]
Quotes = Literal["curly", "corner", "any"]
RangeGlyph = Literal["–", "～", "—"]


class StyleConfig(_Model):
    """House style: which of several defensible conventions the book has chosen.

    `profile` names a set of them; a key given beside it overrides it.
    """

    profile: Literal["default", "compact"] = Field(
        default="default", description="一套约定的名字：default，或 compact（中西文之间不空格）"
    )
    cjk_space: CjkSpace | None = Field(
        default=None, description="汉字与西文、数字之间：space 空一格、none 不空、any 不管"
    )
    quotes: Quotes | None = Field(
        default=None, description="引号：curly “”、corner 「」、any 不管；默认随文字的简繁"
    )
    range: tuple[RangeGlyph, ...] | None = Field(
        default=None, description="数值范围所用的连接号，可以不止一种"
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


class Budget(_Model):
    """How long a section may be: least and most, both included."""

    characters: tuple[int, int] | None = Field(default=None, description="字数：[至少, 至多]")
    paragraphs: tuple[int, int] | None = Field(default=None, description="段数：[至少, 至多]")


class BudgetsConfig(_Model):
    """Lengths that book.yaml asks of experiments, of theory sections, and of single sections."""

    experiment: Budget = Budget()
    theory: Budget = Budget()
    sections: dict[str, Budget] = Field(default={}, description="某一节的标识 → 它自己的篇幅")

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


class FontConfig(_Model):
    """Families preferred where the system has them; the bundled Noto fonts are the fallback."""

    serif: tuple[str, ...] = ("Noto Serif CJK SC", "Source Han Serif SC", "Source Han Serif CN")
    sans: tuple[str, ...] = ("Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN")


class BookModel(_Model):
    """The whole of book.yaml."""

    title: str = Field(min_length=1, description="书名")
    author: str = Field(min_length=1, description="作者")
    language: Literal["zh-Hans", "zh-Hant"] = Field(default="zh-Hans", description="书稿的文字")
    identifier: str = Field(min_length=1, description="全书唯一的标识，如 urn:isbn:… 或 urn:uuid:…")
    chapters: tuple[ChapterConfig, ...] = Field(min_length=1, description="各章，按书中的顺序")
    bibliography: str = Field(default="refs.bib", description="参考文献库，相对书的根目录")
    verified_at_least: Decimal = Field(
        default=Decimal(0), ge=0, le=1, description="至少多大一部分数要核对过，0 到 1"
    )
    page: Literal["a5", "16k"] = Field(default="16k", description="PDF 的开本")
    fonts: FontConfig = FontConfig()
    style: StyleConfig = StyleConfig()
    budgets: BudgetsConfig = BudgetsConfig()
    lint: LintConfig = LintConfig()


class Config(BookModel):
    """book.yaml with the folder it governs: `root` is the folder that holds book/."""

    root: Path

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


class _OutsideModel(_Model):
    """What book.yaml may say that concerns a file outside a book, too."""

    language: Literal["zh-Hans", "zh-Hant"] = "zh-Hans"
    style: StyleConfig = StyleConfig()
    budgets: BudgetsConfig = BudgetsConfig()
    lint: LintConfig = LintConfig()


def load_outside_config(path: Path, shown: str) -> Config:
    """Read house style, budgets and rules for files outside a book; a book.yaml will do.

    Raises ChapterkitError at the line that does not fit.
    """
    file = parse_yaml(read_text(path, shown), shown)
    if "chapters" in file.data:
        model: _OutsideModel | BookModel = validated(file, BookModel.model_validate, shown + " ")
    else:
        model = validated(file, _OutsideModel.model_validate, shown + " ")
    known = {name: getattr(model, name) for name in _OutsideModel.model_fields}
    return Config.model_construct(root=Path(), **known)


def find_root(start: Path) -> Path | None:
    """Return the nearest folder at or above `start` that holds book/book.yaml, or None."""
    return next(
        (folder for folder in (start, *start.parents) if (folder / BOOK_FILE).is_file()), None
    )


def load_config(root: Path) -> Config:
    """Read book.yaml below `root`; raise ChapterkitError at the line that does not fit."""
    file = parse_yaml(read_text(root / BOOK_FILE, BOOK_FILE), BOOK_FILE)
    model = validated(file, BookModel.model_validate, "book.yaml ")
    for index, chapter in enumerate(model.chapters):
        for earlier in model.chapters[:index]:
            if chapter.slug == earlier.slug or chapter.number == earlier.number:
                raise ChapterkitError(
                    f"两章同名或同号：{chapter.slug}（{chapter.number}）",
                    file.origin("chapters", index),
                )
    return Config.model_construct(root=root, **dict(model))
