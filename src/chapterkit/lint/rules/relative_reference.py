"""A place in the text is named by where it stands from here: 上一节, 前文, 如前所述, 上一个案例.

Why: 上一节 points at whatever stands there after the next revision, and 前文 at nothing that a
reader could turn to. A reference by title or number (`{{ ref("slug") }}`, a link) moves with its
target. The message says what 上一节 or 下一章 points to now, so that it can be named; where that
has an identifier, `--fix` puts the reference there. Records are called by the words of `kinds:` in
book.yaml: 上一个案例, 前一试验, the previous case; the previous section counts, too.

Quiet: words that only look like it (上文化课, 下一章程, 下一节课, 上下文, 以下图表, 最后一节,
此后一章), 前文 as what a
model has read so far (带着前文, 前文的分量), 上面 and 下面, 上述, quoted speech, 最后一个案例, and
下一个案例 that is any other one (理解下一个案例所需要的).

Bad:

    如前所述，两者方向相反，下一节再谈原因。

Bad:

    结果如下图所示，前文已经提到过。

Good:

    下一节课讲模型怎样利用上下文；它读着前文往下猜，综上所述并不难懂。
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from chapterkit.lint.bearers import chapter_heading
from chapterkit.lint.citing import is_quoted, sentence_round
from chapterkit.lint.grounds import names_apparatus
from chapterkit.lint.problem import Problem, problem_at, replacement
from chapterkit.lint.words import word_patterns
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import Block, Document, Hit
from chapterkit.text.tree import inlines_of, title_text

GROUP = "references"
SEVERITY = "warning"
NEEDS = frozenset[str]()


_NO_SECTION = (
    "(?![课課点點奏目能省车車气氣约假日拍电電骨竹火堂比制度流操数律选油藕会肢头頭]"
    r"|\s?(?:课|課|比赛|车厢))"
)
_NO_CHAPTER = r"(?![程鱼魚法回子印节節])"
_WORDS = word_patterns("relative-reference")
_SAYING = rf"{_WORDS['saying']}(?!什|谁|誰|怎|哪|多少)"
_ALREADY = f"(?:[中里裡]?{_WORDS['already']}{{0,3}})"
_WILL = (
    rf"(?:[中里裡]?(?:我们|我們)?{_WORDS['will']}{_WORDS['will tell']}"
    rf"|[中里裡]?{_WORDS['from here on']})"
)
# Each begins with characters that it names one by one: the search passes quickly over others.
_PATTERNS = (
    re.compile(
        r"(?P<neighbour>[上下前后後])(?:(?P<count>[一两兩几幾二三])[个個]?)(?:小?(?P<section>[节節])"
        rf"{_NO_SECTION}|(?P<chapter>章){_NO_CHAPTER})"
    ),
    re.compile(
        r"(?P<short>[上下])(?:(?P<section>[节節])(?=[，。、；：）中里裡的已曾将將我所给給讲講说說提介讨討末开開]|再[讲講说說谈談])(?!的?课)"
        r"|(?P<chapter>章)(?=[，。、；：）中里裡的已曾将將我所给給讲講说說提介讨討末开開]|[再还還会會要](?:再|要|会)?[讲講说說谈談介讨討回看]))"
    ),
    re.compile(r"(?P<said>如前所[述示言说說]|如前述|前已(?:述及|提到|说过|介绍|提及|述)|如前文?[，,]|如上(?:文|节|節)?所[述示言说說]|上文所述|前文所述)"),
    re.compile(rf"(?P<text>前文|上文)(?P<tail>{_ALREADY}{_SAYING}|(?:中|里|裡)?的?(?=[，。、；：）)])|(?:中|里|裡|的)|[^，。]{{0,3}})"),
    re.compile(rf"(?P<coming>下文|后文|後文)(?P<tail>{_WILL}|{_ALREADY}{_SAYING}|(?:中|里|裡)?的?(?=[，。、；：）)])|(?:中|里|裡|的))"),
    re.compile(rf"(?P<earlier>前面)(?:{_ALREADY}(?P<saying>{_SAYING})(?![人者])|的?[几幾各]?(?P<chapters>章节|章節|小节|小節|各章|各节))"),
    re.compile(rf"(?P<run>[前后後上下接](?:面|下来|下來))的?(?:[一两兩几幾二三][个個]?)(?:小?(?P<section>[节節]){_NO_SECTION}|(?P<chapter>章){_NO_CHAPTER})"),
    re.compile(
        r"(?P<later>后面|後面)(?:(?:我们|我們|还|還)?(?:将|將|会|會|还会|还将|还要|要|再|就会"
        r"|马上)(?:要|再|会|將|将|还|还会|详细|具体|专门|陆续)?"
        rf"{_WORDS['later']}"
        r"|的?(?:章节|章節)(?:将|會|会|还|再|中|里))"
    ),
    re.compile(
        r"(?P<figure>[上下])(?P<what>[图圖](?!书|書|片|像|案|谋|形|示?器)"
        r"|表(?![面层層现現示达達情皮格明演白亲]))"
        r"(?=\s?\d{1,2}(?:[.\-–]\d{1,2})?(?![\d.]|\s?[张張个個幅条條次份处列行本页頁件])"
        rf"|\s?(?:[中所里裡的给給显顯是列，。、；：）)]|{_WORDS['behind figure']}))"
    ),
)  # fmt: skip

# The next section of another work, or of a road, is told by what it is of.
_ENGLISH_NEIGHBOUR = re.compile(
    r"\b(?:[Tt]he|[Oo]ur|[Ii]n)\s(?P<aside>previous|preceding|next|following)\s"
    r"(?:(?P<section>section)|(?P<chapter>chapter))s?\b(?!\s(?:of|in)\s(?!this\b))(?!['’]s)"
)
# Behind the label of a record: what makes another word of it (实验室, 案例集).
_NO_RECORD = r"(?![室员員者班组組性集库庫法学學家站田品例])"


@cache
def _records(labels: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of a record that is named by where it stands, behind these labels."""
    words = "|".join(map(re.escape, sorted(labels, key=len, reverse=True)))
    one = r"(?:[那这這]?[一1]?[个個例项項次则則场場]|一)\s?"
    return re.compile(
        rf"(?<![最以此今])(?P<side>[上下前后後])(?:[面边邊]的?)?{one}"
        rf"(?P<record>{words}){_NO_RECORD}"
        r"|\b(?P<before>[Pp]revious|[Pp]receding|[Nn]ext|[Ff]ollowing)\s"
        rf"(?P<english>(?i:{words}))\b"
    )


_LINKING = Late(
    r"(?:^|[\W\da-zA-Z_]"
    r"|[如见見在由從从據据和與与及或到至按对對将將把用看参即是于而合承跟同照接给])\s?$"
)
_AT_CLAUSE = Late(rf"(?:^|[，。；：！？（“(、\n—…]|{_WORDS['at clause']})$")
_POINTS = Late(f"{_WORDS['points']}$")
_BESIDE = rf"(?:{_WORDS['beside']}|相(?!对论))"
_NOT_BEFORE = {
    "text": Late("[当當目历歷身网網马馬晚早天地手之]$|历史$"),
    "coming": Late("[上以天手地乡属部名旗笔目没沒有了无無]$"),
    "later": Late("[在到往向从走站坐跑排冲于最正]$"),
    "earlier": Late("[到往向从走站坐跑排冲冲于最正]$"),
    "figure": Late("[以地手网網路马馬纸紙墙牆晚钟鐘桌身之世海天楼往向线]$"),
}
# 最后一节, 此后一章, 剩下两章: the mark of the side ends a word that is about something else.
_WORD_ENDS = Late(f"(?:{_WORDS['ends in a side']})$")
_METAPHOR = Late(
    r"(?:》|(?:那|这|此|[我你他她]的)[一两]?[本部篇]书|人生|历史|故事|翻开了?|翻到了?|生命|生活|新|小说|职业生涯|旋律|比赛|球|课)的?$"
    r"|(?:读|讀|看|写|寫|抄|背|翻)[完到了过過](?:了|过)?$"
)
# What the model has read so far has a length; a text of one's own has arguments.
_AS_READ = Late(f"的?{_WORDS['as read']}")
_OF_MODELS = Late("词元|詞元|预测|預測|上下文|[Tt]oken|续写|續寫|注意力|窗口")
_IDIOM = Late(r"(?:没有|沒有|有|没了|无|杳无|等不到|不见|什么|还有)(?:了)?$")
_PLAYED = Late("[球赛賽课課诗詩]")
_SAID_BEFORE = Late(rf"{_ALREADY}(?:{_SAYING})的")
_SPOKEN = "说說讲講看见見用谈談解交"
_BEFORE = 10


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each such word in running text."""
    headings = _Headings(document, book)
    reported: set[tuple[int, int]] = set()
    labels = tuple(book.config.kind_labels.values()) if book.chapters else ()
    for pattern in (*_PATTERNS, _ENGLISH_NEIGHBOUR, *([_records(labels)] if labels else ())):
        for hit in document.prose.finditer(pattern):
            block = hit.block
            if block.kind == "Header" or "BlockQuote" in block.within:
                continue
            place = id(block), hit.start
            if place in reported or not block.is_typed(hit.start):
                continue
            if _points(hit) and not is_quoted(block.prose, hit.start):
                reported.add(place)
                yield _problem(hit, headings)


def _points(hit: Hit) -> bool:
    """Tell whether a match names a place of the text."""
    text, groups = hit.block.prose, hit.match.groupdict()
    before = text[max(0, hit.start - _BEFORE) : hit.start]
    kind = next(name for name, one in groups.items() if one)
    if kind in _NOT_BEFORE and _NOT_BEFORE[kind].search(before):
        return False
    tail, points = groups.get("tail") or "", True
    match kind:
        case "neighbour" | "short" | "run":
            points = _names_section(hit, before, kind)
        case "text":
            points = _names_text(before, text[hit.start + 2 : hit.end + 6], tail)
            points = points or (tail.startswith("的") and _is_own_text(hit, before))
        case "coming":
            points = _names_coming(before, text[hit.end : hit.end + 1], tail)
        case "earlier" | "later":
            # 他站在前面说过话 is about a place in the world.
            there = before.endswith("在") and (groups.get("saying") or "章")[0] in _SPOKEN
            points = not there and _AT_CLAUSE.search(before) is not None
        case "figure" | "side":
            points = _LINKING.search(before) is not None
    return points


def _is_own_text(hit: Hit, before: str) -> bool:
    """Tell whether 上文的…… at the head of a clause means the text, not what a model has read."""
    text, end = hit.block.prose, hit.start + 2
    if hit.match["text"] != "上文" or not _AT_CLAUSE.search(before) or before.endswith("以"):
        return False
    first, last = sentence_round(text, hit.start, hit.end)
    return not _AS_READ.match(text, end) and not _OF_MODELS.search(text, first, last)


def _names_section(hit: Hit, before: str, kind: str) -> bool:
    text, groups = hit.block.prose, hit.match.groupdict()
    if _METAPHOR.search(before) or _WORD_ENDS.search(before + hit.match[0][0]):
        return False
    if kind == "run" and (
        before.endswith(("在", "往", "向")) and groups["run"] in {"上面", "下面"}
    ):
        return False
    if kind == "short" and not _LINKING.search(before):
        return False
    if groups["section"]:
        first, last = sentence_round(text, hit.start, hit.end)
        return not _PLAYED.search(text, first, last)
    return True


def _names_coming(before: str, behind: str, tail: str) -> bool:
    """Tell whether 下文 or 后文 is this text's own."""
    within = tail == "中" and behind not in "，。、；：）的"
    if tail.strip("中里裡的") or within:
        return _AT_CLAUSE.search(before) is not None
    return _POINTS.search(before) is not None and not _IDIOM.search(before)


def _names_text(before: str, behind: str, tail: str) -> bool:
    """Tell whether 前文 or 上文 is this text's own, by what stands before and behind it."""
    if before.endswith("以"):
        return _SAID_BEFORE.match(behind) is not None
    if re.match(rf"{_ALREADY}{_SAYING}", tail):
        return _AT_CLAUSE.search(before) is not None
    if _POINTS.search(before):
        return re.match(r"[中里裡]?的?[，。、；：）)\s\d]|[中里裡的所已提]", behind) is not None
    joined = re.search(r"(?:与|與|和|跟|同|在|从|從|由)$", before)
    return joined is not None and re.match(rf"[中里裡]?{_BESIDE}", behind) is not None


def _problem(hit: Hit, headings: _Headings) -> Problem:
    groups = hit.match.groupdict()
    tail = groups.get("tail") or ""
    end = hit.end - len(tail)
    excerpt = hit.block.text[hit.start : end]
    now = headings.now(hit)
    message = f"“{excerpt}”要看站在哪里才知道指什么" + (f"，{now.said}" if now.said else "")
    hint = "指明是哪一处：{{ ref(…) }}，或链接 [标题](#标识)，编号由工具来印"
    edits = replacement(hit.block, hit.start, end, now.reference) if now.reference else ()
    return problem_at(hit.block, hit.start, end, message, hint, edits=edits)


# --- what it points to now


@dataclass(frozen=True)
class _Now:
    """What such a word points to at present, as the message says it, and the reference to that.

    Either is empty where it cannot be told.
    """

    said: str = ""
    reference: str = ""


_NOTHING = _Now()
_PLAIN_TITLE = re.compile(r"[^\[\]\\`*_~^$@<>#|&{}\ufffc]+")


class _Headings:
    """The headings of a document, read once, and what chapters the book has."""

    def __init__(self, document: Document, book: Book) -> None:
        self.document = document
        self.book = book

    @cached_property
    def blocks(self) -> list[Block]:
        """The headings in order."""
        return [one for one in self.document.blocks if one.kind == "Header"]

    @cached_property
    def starts(self) -> list[int]:
        """Where they begin."""
        return [one.start for one in self.blocks]

    @cached_property
    def levels(self) -> list[int]:
        """Their levels."""
        return [one.level for one in self.blocks]

    def now(self, hit: Hit) -> _Now:
        """Say what 上一节 or 下一章 is at present, if one can tell."""
        groups = hit.match.groupdict()
        if side := groups.get("side") or groups.get("before"):
            return self._record(hit, groups.get("record") or groups["english"], side)
        if (
            groups.get("run")
            or not (groups.get("section") or groups.get("chapter"))
            or groups.get("count") not in {None, "一"}
        ):
            return _NOTHING
        side = groups.get("neighbour") or groups.get("short") or groups.get("aside")
        back = side in {"上", "前", "previous", "preceding"}
        if groups.get("chapter") and self.book.chapters:
            return self._chapter(hit.block.origin().path, back)
        return self._neighbour(hit.block.start, back=back, chapter=bool(groups.get("chapter")))

    def _chapter(self, path: str, back: bool) -> _Now:
        chapters = [one for one in self.book.chapters if one.role == "chapter"]
        place = next((at for at, one in enumerate(chapters) if one.path == path), None)
        if place is None:
            return _NOTHING
        wanted = place + (-1 if back else 1)
        if not 0 <= wanted < len(chapters):
            return _none(back, "章")
        chapter = chapters[wanted]
        title, named = chapter_heading(chapter.text)
        said = f"现在指{chapter.label}“{title or chapter.slug}”"
        return _Now(said, f"[](#{named})" if named else "")

    def _record(self, hit: Hit, label: str, side: str) -> _Now:
        """Say which record of the book a label beside a place names at present."""
        book, here = self.book, self.document.counting.records
        alike = [one for one in book.placed if book.kind_label(one).lower() == label.lower()]
        start = hit.block.start
        before = [one for one in self.blocks if one.identifier in here and one.start < start]
        passed = {one.identifier for one in before}
        for chapter in book.chapters:
            if chapter.slug == self.document.counting.chapter:
                break
            passed |= {*chapter.records}
        within = before[-1].identifier if before and self._holds(before[-1], start) else ""
        back = side.lower() in {"上", "前", "previous", "preceding"}
        beside = [one for one in alike if (one in passed) == back and one != within]
        if not beside:
            return _none(back, label)
        slug = beside[-1 if back else 0]
        reference = f'{{{{ ref("{slug}") }}}}'
        return _Now(f"现在指“{book.label_of(slug)}”，写作 {reference}", reference)

    def _holds(self, heading: Block, start: int) -> bool:
        """Tell whether what begins at `start` stands in the section of a heading."""
        place = self.blocks.index(heading)
        behind = (one.start for one in self.blocks[place + 1 :] if one.level <= heading.level)
        return start < next(behind, start + 1)

    def _neighbour(self, start: int, *, back: bool, chapter: bool) -> _Now:
        """Tell what stands before or behind the section at `start`.

        References and exercises are no section that a text speaks of so.
        """
        own = bisect_left(self.starts, start) - 1
        if own < 0:
            return _NOTHING
        levels = self.levels
        level = min(levels) if chapter else levels[own]
        while own and levels[own] > level:  # up to the chapter that the section stands in
            own -= 1
        if level == 1 and levels.count(1) == 1:
            opening = not chapter and not back and own + 1 < len(levels)
            return self._at(own + 1) if opening else _NOTHING
        step = -1 if back else 1
        at = own + step
        while 0 <= at < len(levels) and self._is_passed_over(at, level):
            at += step
        if not 0 <= at < len(levels):
            return _NOTHING if back else _none(back, "章" if chapter else "节")
        # Before the first section of a chapter there is none; behind the last begins a chapter.
        if levels[at] == level:
            return self._at(at)
        return _NOTHING if back else _Now(self._at(at).said)

    def _is_passed_over(self, at: int, level: int) -> bool:
        return self.levels[at] > level or names_apparatus(self.blocks[at].text)

    def _at(self, at: int) -> _Now:
        """Return what is said of a heading, and a reference where the author has named it."""
        heading = self.blocks[at]
        title, identifier = title_text(inlines_of(heading.element)), heading.identifier
        said = f"现在指“{title}”"
        if not identifier or f"#{identifier}" not in self.document.rendered.text:
            return _Now(said)
        counting = self.document.counting
        if counting.chapter:
            return _Now(said, f"[](#{identifier})")
        if not _PLAIN_TITLE.fullmatch(title):
            return _Now(said)
        return _Now(said, counting.wording.quoted.format(text=f"[{title}](#{identifier})"))


def _none(back: bool, what: str) -> _Now:
    return _Now(f"而{'前' if back else '后'}面没有别的{what}")
