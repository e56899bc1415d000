"""One typed reference into the fields of an entry, with a note of all that was guessed. Pure.

Forms: GB/T 7714 with its marks ([J], [M]…), APA, Vancouver, Chicago, IEEE, Chinese with 《》, and
what is left when none fits: then the whole is the title, and said to be a guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from chapterkit.adopting.people import People, people_at_head
from chapterkit.han import ALL_HAN

_LONGEST = 2000
_YEAR = r"(?<!\d)(?P<year>(?:1[5-9]|20)\d\d)(?P<letter>[a-z])?(?!\d)"


@dataclass(frozen=True)
class Read:
    """What a typed reference says.

    `letter` is that of 2020a; `guessed` names what is a guess: fields, 类型 for the type of entry,
    作者 for who wrote it.
    """

    type: str
    fields: Mapping[str, str]
    people: People
    letter: str = ""
    guessed: tuple[str, ...] = ()

    @property
    def year(self) -> str:
        """The year, empty if there is none."""
        return self.fields.get("year") or self.fields.get("date", "")[:4]


# --- what stands apart wherever it stands

_DOI = re.compile(
    r"[\s.,，。;；]*(?:https?://(?:dx\.|www\.)?doi\.org/|doi\s?[:：]?\s?)(10\.\d{4,9}/[^\s<>，。；（）]+)",
    re.IGNORECASE,
)
_URL = re.compile(
    r"[\s,，。;；]*(?:Available (?:at|from):? ?|Retrieved from |URL:? ?|网址[:：]|载)?<?"
    r"(https?://[^\s<>，。；（）\]]+)>?",
    re.IGNORECASE,
)
_ARXIV = re.compile(
    r"[\s,，]*(?:arXiv (?:preprint )?)?arXiv[:：]\s?(\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]+/\d{7})"
    r"(?:\s?\[[\w.-]+\])?",
    re.IGNORECASE,
)
_READ_ON = re.compile(
    r"[\s,，(（\[［]*(?:访问日期|访问时间|訪問日期|最后访问|最后访问日期|检索日期|引用日期"
    r"|[Aa]ccessed(?: on)?|[Rr]etrieved(?: on)?)"
    r"\s?[:：]?\s?((?:\d{4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?)|(?:\d{1,2} )?[A-Z][a-z]+\.? "
    r"(?:\d{1,2}, )?\d{4})[\])）］]?"
    r"|[\[［](\d{4}-\d{1,2}-\d{1,2})[\]］]"
)
_PUBLISHED = re.compile(r"[（(](\d{4}-\d{1,2}-\d{1,2})[)）]")
_MARK = re.compile(
    r"\s*[\[［]\s*(?P<type>[MJDCNRSPGAZ]|EB|DB|CP|DS|CM)(?:\s?/\s?(?P<carrier>OL|CD|DK|MT))?\s*[\]］]"
)


@dataclass(frozen=True)
class _Apart:
    text: str
    fields: Mapping[str, str]


def _apart(text: str) -> _Apart:
    """Take DOI, address, arXiv number and dates of reading out of a reference."""
    fields: dict[str, str] = {}
    for name, pattern in (("doi", _DOI), ("urldate", _READ_ON), ("url", _URL), ("eprint", _ARXIV)):
        if found := pattern.search(text):
            value = next(filter(None, found.groups()))
            fields[name] = value if name == "urldate" else value.rstrip(".,;)]")
            text = f"{text[: found.start()]} {text[found.end() :]}".strip()
    if "eprint" in fields:
        fields["archiveprefix"] = "arXiv"
    if "urldate" in fields:
        fields["urldate"] = re.sub(r"[年月/.](?=\s?\d)", "-", fields["urldate"]).rstrip("日")
    return _Apart(text, fields)


def read_reference(text: str) -> Read | None:
    """Return what a reference says, None if it says too little to be an entry.

    >>> read = read_reference("张三, 李四. 大模型综述[J]. 计算机学报, 2020, 43(3): 45-56.")
    >>> read.type, read.people.authors, read.fields["journal"], read.fields["pages"], read.guessed
    ('article', ('张三', '李四'), '计算机学报', '45--56', ())
    >>> read_reference("同上，第 5 页。") is None
    True
    """
    if len(text) > _LONGEST:
        return None
    apart = _apart(_plain(text))
    for form in (_gbt, _quoted_chinese, _apa, _ieee, _vancouver, _dated, _published):
        if (read := form(apart.text)) and read.fields.get("title"):
            return _finished(read, apart.fields)
    return _whole(apart)


_LINK = re.compile(r"!?\[([^\[\]]*)\]\((\S*?)\)(?:\{[^}]*\})?")
_AUTOLINK = re.compile(r"<(https?://[^>]+)>")


def _plain(text: str) -> str:
    """Return a reference without Markdown's marks."""
    text = _AUTOLINK.sub(r"\1", text)
    text = _LINK.sub(lambda m: m[2] if m[1].startswith("http") else f"{m[1]} {m[2]}".strip(), text)
    text = re.sub(r"(?<!\\)(?:\*{1,3}|(?<!\w)_{1,2}(?=\S)|(?<=\S)_{1,2}(?!\w)|`)", "", text)
    return " ".join(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text).split())


def _finished(read: Read, apart: Mapping[str, str]) -> Read:
    fields = {name: value.strip(" .,，。;；") for name, value in read.fields.items() if value}
    fields = {name: value for name, value in fields.items() if value}
    fields["title"] = read.fields["title"].strip(" .,，。")
    if edition := _EDITION.search(fields["title"]):
        fields["edition"] = fields.get("edition") or edition[1].rstrip(". ")
        fields["title"] = fields["title"][: edition.start()].rstrip(" ,，")
    if "pages" in fields:
        fields["pages"] = re.sub(r"\s?[-–—~～−]+\s?", "--", fields["pages"])
    kind = read.type
    if apart.get("eprint") and (kind == "online" or not fields.get("journal")):
        kind = "misc" if kind in {"article", "online"} else kind
    return replace(read, type=kind, fields={**fields, **apart})


_EDITION = re.compile(
    r"[\s,，]*[(（]((?:第?\s?[\d一二三四五六七八九十]{1,3}\s?版|修订[版本]|增订[版本]"
    r"|\d+(?:st|nd|rd|th) ed\.?"
    r"|Rev\. ed\.?))[)）]$"
)
_NOISE = re.compile(
    r"第|年版?|[期号號页頁卷版译譯著编編]|等人?|主编|载|收入|见|刊|doi|https?|doiorg|org|url|arxiv|preprint|vol|no|pp?|in"
    r"|and|et|al|eds?|nd|abs|pdf|retrieved|from|accessed|available|at|on|wwww?|ol|eb|[a-z]"
)


def left_over(text: str, read: Read) -> str:
    """Return what of a reference is in none of the fields that were read from it.

    >>> text = "钱穆：《国史大纲》（修订本），北京：商务印书馆，1996年版。"
    >>> left_over(text, read_reference(text))
    '修订本'
    """
    people = (*read.people.authors, *read.people.editors, *read.people.translators)
    parts = [word for name in people for word in re.split(r"[\s,.]+", name)]
    rest = _letters(_plain(text), "|")
    for value in sorted([*read.fields.values(), *parts], key=len, reverse=True):
        if wanted := _letters(value, ""):
            spread = r"\|*".join(map(re.escape, wanted[:400]))
            rest = re.sub(rf"(?<![a-z0-9]){spread}(?![a-z0-9])", "|", rest, count=1)
    words = [
        one
        for one in re.split(r"\|+", rest)
        if one and not re.fullmatch(rf"(?:{_NOISE.pattern})+", one)
    ]
    return " ".join(words)


def _letters(text: str, between: str) -> str:
    return re.sub(r"[\W_]+", between, text).lower()


def _last_year(text: str) -> re.Match[str] | None:
    """Return the last year of a text that is no page."""
    years = [*re.finditer(rf"(?<![-–—:：]){_YEAR}(?!\s?[-–—])", text)]
    return years[-1] if years else None


def _online(apart: _Apart) -> Read | None:
    """Return what has an address, and perhaps people and where it appeared."""
    people, rest, sure = _after_people(apart.text)
    title, behind = _title_and_rest(rest.strip())
    if not people.authors or len(title.strip(" .,，。")) < 2:
        return None
    year = _last_year(behind)
    left = f"{behind[: year.start()]} {behind[year.end() :]}" if year else behind
    fields = {
        "title": title.strip(" .,，。"),
        "howpublished": left.strip(" .,，。:：()（）"),
        "year": year["year"] if year else "",
        **apart.fields,
    }
    kept = {name: value for name, value in fields.items() if value}
    letter = (year["letter"] or "") if year else ""
    return Read("online", kept, people, letter, (*_people_guess(sure, people), "类型"))


def _whole(apart: _Apart) -> Read | None:
    """Return a reference of which only the year, and perhaps the people, can be told."""
    year = _last_year(apart.text)
    if not year and not apart.fields:
        return None
    if "url" in apart.fields and (read := _online(apart)):
        return read
    people = people_at_head(apart.text)
    rest = (apart.text[people.end :] if people else apart.text).strip(" .,，。:：")
    if len(rest) < 4:
        return None
    fields = {"title": rest, "year": year["year"] if year else "", **apart.fields}
    letter = (year["letter"] or "") if year else ""
    kept = {name: value for name, value in fields.items() if value}
    guessed = ("类型", "题名", "作者") if people else ("类型", "题名")
    return Read("misc", kept, people or People((), 0), letter, guessed)


# --- people, then the rest

_STOP = re.compile(r"[.．。]\s*(?=\S)")


def _after_people(text: str) -> tuple[People, str, bool]:
    """Return the people at the head, what comes behind them, and whether they were told surely."""
    if people := people_at_head(text):
        return people, text[people.end :].lstrip(" .．。,，:："), True
    for stop in _STOP.finditer(text):
        head = text[: stop.start()].strip()
        if len(head) > 3 and not re.search(r"[\s.][A-Z]$", head):
            name = head if re.fullmatch(f"[{ALL_HAN}]+", head) else "{" + head + "}"
            return People((name,), stop.end()), text[stop.end() :], False
    return People((), 0), text, False


def _people_guess(sure: bool, people: People) -> tuple[str, ...]:
    return () if sure else ("作者",)


# --- GB/T 7714

_TYPES = {
    "J": "article", "M": "book", "D": "phdthesis", "C": "inproceedings", "N": "article",
    "R": "techreport", "S": "standard", "P": "patent", "G": "book", "A": "misc", "Z": "misc",
    "EB": "online", "DB": "online", "CP": "software", "DS": "dataset", "CM": "misc",
}  # fmt: skip
_VOLUME = r"(?:(?P<volume>\d+)\s*)?(?:[(（]\s*(?P<number>[^)）]{1,20})[)）])?"
_PAGES = r"(?:\s*[:：]\s*(?:pp?\.\s?)?(?P<pages>[A-Za-z]?\d[\w\s,，+–—~～-]{0,30}))?"
_JOURNAL = re.compile(
    rf"[\s.．。,，]*(?P<journal>[^\d,，][^,，]*?)\s*[,，.．]\s*{_YEAR}\s*"
    rf"(?:[,，]\s*)?{_VOLUME}{_PAGES}\s*[.．。]?$"
)
_NEWSPAPER = re.compile(
    r"[\s.．。,，]*(?P<journal>[^\d,，][^,，]*?)\s*[,，.．]\s*(?P<date>\d{4}-\d{1,2}-\d{1,2})\s*"
    r"(?:[(（](?P<pages>[^)）]+)[)）])?\s*[.．。]?$"
)
_IMPRINT = re.compile(
    r"[\s.．。,，]*(?:(?P<edition>第?\s?[\d一二三四五六七八九十]{1,3}\s?版|修订版"
    r"|\d+(?:st|nd|rd|th) ed\.?"
    r"|Rev\. ed\.?)[.．,，\s]+)?"
    r"(?:(?P<translator>[^.．。:：]{2,40}?)[,，]?\s*(?:译|譯)[.．。,，\s]+)?"
    rf"(?:(?P<address>[^.．。:：\d]{{2,40}}?)\s*[:：]\s*)?"
    rf"(?P<publisher>[^:：]{{2,60}}?)\s*[,，.．]\s*{_YEAR}{_PAGES}\s*[.．。]?$"
)


def _gbt(text: str) -> Read | None:
    mark = _MARK.search(text)
    if not mark or mark.start() < 4:
        return None
    people, rest, sure = _after_people(text[: mark.start()])
    if not rest:
        people, rest, sure = People((), 0), text[: mark.start()], False
    title, numbers = _told_apart(mark["type"], rest.strip())
    behind = text[mark.end() :]
    kind, guessed = _TYPES[mark["type"].upper()], list(_people_guess(sure, people))
    if host := re.match(r"\s*[.．]?\s*//\s*", behind):
        return _within(people, title, behind[host.end() :], guessed, mark["type"])
    published = _PUBLISHED.search(behind)
    if published:
        behind = behind[: published.start()] + behind[published.end() :]
    fields, told = _behind_mark(kind, mark["type"], behind)
    if published:
        fields = {**fields, "date": published[1]}
        told = told or not behind.strip(" .．。,，")
        fields.pop("year", "")
    if kind == "phdthesis" and re.search(r"硕士|碩士|[Mm]aster", text):
        kind = "mastersthesis"
    elif kind == "phdthesis" and not re.search(r"博士|Ph\.?D|doctor", text, re.IGNORECASE):
        guessed.append("类型")
    if not told:
        guessed.append("出版信息")
    letter = fields.pop("letter", "")
    translators = _named(fields.pop("translator", ""))
    people = replace(people, translators=people.translators + translators)
    return Read(kind, {"title": title, **numbers, **fields}, people, letter, tuple(guessed))


_PATENT = re.compile(r"(.+?)\s*[:：]\s*(?:(\w{2,12})\s*[,，]\s*)?([A-Z]{0,2}\s?\d[\d.X]{5,})")
_STANDARD = re.compile(r"(.+?)\s*[:：]\s*([A-Z]{1,8}(?:/[A-Z]{1,4})?\s?\d[\w.—–-]*)")


def _told_apart(mark: str, title: str) -> tuple[str, dict[str, str]]:
    """Return a title without the number of a patent or standard, and that.

    >>> _told_apart("P", "压舌板: 中国, 92214985.2")
    ('压舌板', {'location': '中国', 'number': '92214985.2'})
    """
    if mark == "P" and (found := _PATENT.fullmatch(title)):
        return found[1], {"location": found[2] or "", "number": found[3]}
    if mark == "S" and (found := _STANDARD.fullmatch(title)):
        return found[1], {"number": found[2]}
    return title, {}


def _named(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in re.split(r"[,，、;；]", text) if one.strip())


def _behind_mark(kind: str, mark: str, behind: str) -> tuple[dict[str, str], bool]:
    """Return the fields of what stands behind a mark of type, and whether it was understood."""
    patterns = {"J": (_JOURNAL,), "N": (_NEWSPAPER, _JOURNAL)}.get(mark, (_IMPRINT,))
    for pattern in patterns:
        if found := pattern.match(behind):
            fields = {name: value for name, value in found.groupdict().items() if value}
            if kind in {"phdthesis", "mastersthesis"}:
                fields["school"] = fields.pop("publisher", "")
            if kind == "techreport":
                fields["institution"] = fields.pop("publisher", "")
            return fields, True
    rest = behind.strip(" .．。,，")
    if day := re.fullmatch(r"(\d{4}-\d{1,2}-\d{1,2})", rest):
        return {"date": day[1]}, True
    year = re.search(_YEAR, rest)
    fields = {"year": year["year"]} if year else {}
    left = (rest[: year.start()] + rest[year.end() :] if year else rest).strip(" .．。,，:：")
    if left:
        name = {"J": "journal", "N": "journal", "D": "school", "C": "booktitle"}.get(mark)
        name = name or ("howpublished" if kind in {"misc", "online"} else "publisher")
        fields[name] = left
    return fields, not left and bool(year)


_HOST = re.compile(
    rf"(?:(?P<editor>[^.．。]{{2,60}}?)[,，]?\s*(?:主编|編|编|eds?\.?)?[.．。]\s*)?"
    rf"(?P<booktitle>[^.．。]{{4,200}}?)(?:\s*[\[［][A-Z](?:/OL)?[\]］])?"
    rf"[.．。]\s*(?:(?P<address>[^.．。:：\d]{{2,40}}?)\s*[:：]\s*)?"
    rf"(?P<publisher>[^:：.]{{2,60}}?)\s*[,，]\s*{_YEAR}{_PAGES}\s*[.．。]?$"
)


def _within(people: People, title: str, behind: str, guessed: list[str], mark: str) -> Read:
    """Return the entry of a work that stands in another: 题名[C]//文集. 地: 社, 年: 页."""
    kind = "inproceedings" if mark.upper() == "C" else "incollection"
    if mark.upper() == "C" and not re.search(r"会议|會議|大会|Proc|Conf|Symp|Workshop", behind):
        kind = "incollection"
    if found := _HOST.match(behind):
        fields = {name: value for name, value in found.groupdict().items() if value}
        editors = _named(fields.pop("editor", ""))
        letter = fields.pop("letter", "")
        if editors:
            guessed.append("编者")
        people = replace(people, editors=people.editors + editors)
        return Read(kind, {"title": title, **fields}, people, letter, tuple(guessed))
    year = re.search(_YEAR, behind)
    pages = re.search(r"[:：]\s*(\d+\s?[-–—]\s?\d+)", behind)
    end = min((one.start() for one in (year, pages) if one), default=len(behind))
    fields = {"title": title, "booktitle": behind[:end].strip(" .,，。:：")}
    fields["year"] = year["year"] if year else ""
    fields["pages"] = pages[1] if pages else ""
    letter = (year["letter"] or "") if year else ""
    return Read(kind, fields, people, letter, (*guessed, "出版信息"))


# --- Chinese, with 《》 or quotation marks

_BOOK = re.compile(r"(?P<title>《[^《》]+(?:《[^《》]+》[^《》]*)*》)(?P<behind>.*)$")
_ARTICLE = re.compile(
    r"[，,、\s]*(?:载|載|收入|见|刊)?\s*(?P<host>(?:[^《》“”]{0,30}[：:]\s*)?《[^《》]+》)(?P<behind>.*)$"
)
_ISSUE = re.compile(
    rf"{_YEAR}\s*年?\s*(?:第?\s?(?P<volume>\d+)\s?卷)?[，,\s]*(?:第?\s?(?P<number>[\d-]+"
    rf"|[一二三四五六七八九十]+)\s?[期号號])?"
)
_PAGE = re.compile(
    r"第?\s?(?P<pages>\d+(?:\s?[-–—~～、，]+\s?\d+)*)\s?[页頁]|[:：]\s?(?P<bare>\d+\s?[-–—~～]\s?\d+)"
)
_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_SOCIETY = re.compile(
    rf"(?:(?P<address>[{ALL_HAN}]{{2,8}})\s*[：:]\s*)?"
    rf"(?P<publisher>[^，,：:。《》（）()]{{2,40}}?)[，,\s]*{_YEAR}\s*年?(?P<edition>[^，,。]{{0,8}}版)?"
)


def _quoted_chinese(text: str) -> Read | None:
    """Return 作者：《书名》，北京：某社，1985年 or 作者：《题名》，《刊名》2020年第3期."""
    people = people_at_head(text) or People((), 0)
    rest = text[people.end :].lstrip(" ：:，,.。")
    quoted = (
        re.match(r"[“\"‘](?P<title>[^”\"’]+)[”\"’](?P<behind>.*)$", rest)
        if re.search(f"[{ALL_HAN}]", rest)
        else None
    )
    found = quoted or _BOOK.match(rest)
    if not found:
        return None
    title = found["title"].removeprefix("《").removesuffix("》")
    behind = found["behind"]
    pages = _PAGE.search(behind)
    page = (pages["pages"] or pages["bare"]) if pages else ""
    without = behind[: pages.start()] + behind[pages.end() :] if pages else behind
    if host := _ARTICLE.match(without):
        return _in_journal(people, title, host, page)
    if quoted:
        return None
    imprint = _SOCIETY.search(without)
    year = re.search(_YEAR, without)
    fields = {"title": title, "pages": page}
    if not imprint or not year:
        if not year:
            return None
        kind = "misc" if not people.authors else "book"
        letter = year["letter"] or ""
        return Read(kind, {**fields, "year": year["year"]}, people, letter, ("类型", "出版信息"))
    fields |= {
        "address": imprint["address"] or "",
        "publisher": imprint["publisher"].strip("，,（( "),
    }
    fields |= {"year": imprint["year"], "edition": (imprint["edition"] or "").removesuffix("年版")}
    if fields["edition"] in {"版", ""}:
        del fields["edition"]
    if middle := re.match(r"[，,]?\s*([^，,《》]{2,20}?)\s*(?:译|譯)[，,]", without):
        people = replace(people, translators=_named(middle[1]))
    kind, fields = _as_thesis(fields, without)
    return Read(kind, fields, people, imprint["letter"] or "")


_THESIS = re.compile("(?:博士|硕士|碩士)(?:学位|學位)?(?:论文|論文)")


def _as_thesis(fields: dict[str, str], imprint: str) -> tuple[str, dict[str, str]]:
    """Return the type and the fields of a book that says that it is a thesis, or is a book."""
    if not (thesis := _THESIS.search(imprint)):
        return "book", fields
    school = _THESIS.sub("", fields.pop("publisher")).strip("，, ")
    kind = "phdthesis" if thesis[0].startswith("博") else "mastersthesis"
    return kind, fields | {"school": school, "type": thesis[0]}


def _in_journal(people: People, title: str, host: re.Match[str], page: str) -> Read | None:
    behind = host["behind"]
    name = re.search(r"《([^《》]+)》", host["host"])
    issue = re.search(_ISSUE, behind)
    if not name or not issue:
        return None
    fields = {"title": title, "pages": page}
    imprint = _SOCIETY.search(behind)
    if imprint and re.search("社|局|馆|館|Press", imprint["publisher"]):
        editor = re.match(r"([^《：:]+?)\s*(?:主编|编|編)?[：:]", host["host"])
        people = replace(people, editors=_named(editor[1])) if editor else people
        fields |= {"booktitle": name[1], "publisher": imprint["publisher"], "year": imprint["year"]}
        fields["address"] = imprint["address"] or ""
        return Read("incollection", fields, people, imprint["letter"] or "")
    fields |= {"journal": name[1], "volume": issue["volume"] or "", "number": issue["number"] or ""}
    if day := _DAY.search(behind):
        fields["date"] = f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}"
    else:
        fields["year"] = issue["year"]
    told = day or issue["number"] or issue["volume"] or page
    return Read("article", fields, people, issue["letter"] or "", () if told else ("类型",))


# --- APA, Chicago, Vancouver, IEEE

_APA_YEAR = re.compile(
    rf"[\s,，.]*[(（]\s*(?:{_YEAR}(?:, [A-Z][a-z]+(?: \d{{1,2}})?)?|(?P<none>n\.\s?d\.|in press"
    rf"|forthcoming|无日期|待出版))\s*[)）]\s*[.．。,，:：]?\s*",
    re.IGNORECASE,
)
_TITLE_END = re.compile(
    r"(?<![A-Z.]\.)(?<!\bvs)(?<!\bNo)(?<!\bSt)(?:[.．。](?=\s|$|[^\x00-\x7f])|(?<=[?!？！])\s)"
)
_SERIAL = re.compile(
    r"(?P<journal>[^\d,，][^,，;；]*?)\s*[,，]?\s*(?:[Vv]ol\.?\s?)?(?P<volume>\d+)\s*(?:[,，]?\s*"
    r"(?:[(（](?P<number>[^)）]{1,20})[)）]|(?:no|No|issue)\.?\s?(?P<issue>\d+)))?"
    r"(?:\s*[(（](?:[A-Z][a-z]+\.? )?(?P<when>\d{4})[)）])?(?:\s*[,，:：]\s*(?:pp?\.\s?"
    r"|Article )?(?P<pages>[A-Za-z]?\d[\w–—~～-]*))?\s*[.．。]?$"
)
_IN = re.compile(
    r"In:? (?:(?P<editor>.+?),? [(（]?[Ee]ds?\.?[)）]?[.,]? )?(?P<booktitle>.+?)(?:,? ?[(（]"
    r"(?:[^()（）]*?)pp?\.\s?(?P<pages>[\d–—-]+)[)）])?(?:,? ?pp\.\s?(?P<later>[\d–—-]+))?"
    r"(?:[.:,] (?P<publisher>[^.]{2,80}))?\.?$"
)


def _title_and_rest(text: str) -> tuple[str, str]:
    """Return a title, without quotation marks, and what comes behind it."""
    if quoted := re.match(r"[“\"](?P<title>.+?)[,.]?[”\"][,.]?\s*", text):
        return quoted["title"], text[quoted.end() :]
    stop = _TITLE_END.search(text)
    return (text[: stop.start()], text[stop.end() :].strip()) if stop else (text, "")


def _apa(text: str) -> Read | None:
    dated = _APA_YEAR.search(text)
    if not dated or dated.start() > 600:
        return None
    head = text[: dated.start()].strip()
    people = people_at_head(head)
    sure = people is not None and people.end >= len(head.rstrip(" .,，"))
    if people is None or not sure:
        if not head or len(head) > 120 or re.search(r"[.。] \S+ \S+", head):
            return None
        people = People(
            (head if re.fullmatch(f"[{ALL_HAN}]+", head) else "{" + head.strip(" .,") + "}",), 0
        )
    title, rest = _title_and_rest(text[dated.end() :])
    fields = {"title": title, "year": dated["year"] or ""}
    if dated["none"]:
        fields["year"] = "" if dated["none"].lower().startswith(("n", "无")) else dated["none"]
    kind, more, guessed = _container(rest)
    guess = (*_people_guess(sure, people), *guessed)
    return Read(kind, {**fields, **more}, people, dated["letter"] or "", guess)


def _container(rest: str) -> tuple[str, dict[str, str], tuple[str, ...]]:
    """Return type, fields and guesses of what stands behind a title in APA and its like."""
    rest = rest.strip(" .,，。")
    if found := _SERIAL.fullmatch(rest):
        fields = found.groupdict(default="")
        fields["number"] = fields["number"] or fields.pop("issue")
        fields.pop("issue", "")
        fields.pop("when", "")
        return "article", fields, ()
    if rest.startswith("In ") and (within := _IN.fullmatch(rest)):
        fields = within.groupdict(default="")
        fields["pages"] = fields["pages"] or fields.pop("later")
        fields.pop("later", "")
        editor = fields.pop("editor")
        kind = "inproceedings" if re.search("Proc|Conf|Symp|Workshop", rest) else "incollection"
        if editor:
            fields["editor"] = editor
        return kind, fields, ("类型",)
    if re.search(r"[Dd]issertation|Ph\.?D|博士", rest):
        return "phdthesis", {"school": rest}, ("学校",)
    if imprint := re.fullmatch(
        r"(?:(?P<address>[^:：.\d]{2,40})[:：]\s*)?(?P<publisher>[^:：.\d]{2,80})", rest
    ):
        return "book", imprint.groupdict(default=""), ("类型",)
    told = re.match("arXiv|SSRN|bioRxiv|medRxiv", rest)
    return "misc", {"howpublished": rest}, ("类型",) if told or not rest else ("类型", "出版信息")


_VANCOUVER = re.compile(
    rf"(?P<journal>[^.;；]+?(?:\. ?[A-Z][^.;；]*?)*)[.,]?\s+{_YEAR}(?: [A-Z][a-z]{{2}}"
    rf"(?: \d{{1,2}})?)?\s*[;；]\s*{_VOLUME}{_PAGES}\s*[.．]?$"
)


def _vancouver(text: str) -> Read | None:
    people = people_at_head(text)
    if people is None:
        return None
    title, rest = _title_and_rest(text[people.end :].lstrip(" .,，:："))
    if found := _VANCOUVER.match(rest):
        fields = found.groupdict(default="")
        letter = fields.pop("letter")
        return Read("article", {"title": title, **fields}, people, letter)
    return None


_QUOTED = re.compile(r"[\s,，]*[“\"](?P<title>.+?)[,.]?[”\"][,.]?\s*(?P<behind>.*)$")


def _ieee(text: str) -> Read | None:
    people = people_at_head(text)
    found = _QUOTED.match(text, people.end) if people else None
    if not people or not found:
        return None
    behind = found["behind"]
    year = _last_year(behind)
    if not year:
        return None
    fields = {"title": found["title"], "year": year["year"]}
    parts = {
        "volume": r"\bvol\.\s?(\d+)",
        "number": r"\bno\.\s?(\d+)",
        "pages": r"\bpp?\.\s?([\d–—-]+)",
    }
    end = year.start()
    for name, pattern in parts.items():
        if part := re.search(pattern, behind):
            fields[name] = part[1]
            end = min(end, part.start())
    inside = re.match(r"[Ii]n:? ", behind)
    if not inside and not fields.get("volume") and (serial := _SERIAL.fullmatch(behind)):
        told = serial.groupdict(default="")
        fields |= {name: told[name] for name in ("journal", "volume", "pages")}
        fields["number"] = told["number"] or told["issue"]
        return Read("article", fields, people, year["letter"] or "")
    host = re.sub(r"[(（]?(?:[A-Z][a-z]{2}\.?)?\s*$", "", behind[:end]).strip(" ,.")
    if inside:
        fields["booktitle"] = host[inside.end() :]
        return Read("inproceedings", fields, people, year["letter"] or "")
    guess = () if "volume" in fields or "pages" in fields else ("类型",)
    return Read("article", {**fields, "journal": host}, people, year["letter"] or "", guess)


def _dated(text: str) -> Read | None:
    """Return Chicago's author and date: Smith, John. 2020. Title. City: Publisher."""
    people = people_at_head(text)
    dated = _THEN_YEAR.match(text, people.end) if people else None
    if not dated and (institution := _INSTITUTION_DATED.match(text)):
        people = People(("{" + institution[1] + "}",), institution.end(1))
        dated = _THEN_YEAR.match(text, people.end)
    if not people or not dated:
        return None
    title, rest = _title_and_rest(text[dated.end() :])
    kind, more, guessed = _container(rest)
    fields = {"title": title, "year": dated["year"], **more}
    return Read(kind, fields, people, dated["letter"] or "", guessed)


_THEN_YEAR = re.compile(rf"[\s.．。,，]*{_YEAR}\s*[.．。,，]\s*")
_INSTITUTION_DATED = re.compile(
    r"((?:[A-Z][\w&’-]*)(?: (?:of|for|the|and"
    r"|[A-Z][\w&’-]*)){0,8})[.,] \d{4}[a-z]?[.,] "
)


_BOOKLIKE = re.compile(
    rf"(?:(?P<edition>[^.,]{{1,30}}? ed\.?)[,.]?\s*)?(?:"
    rf"(?P<address>[^.．。:：\d]{{2,40}}?)\s*[:：]\s*)"
    rf"(?P<publisher>[^:：.]{{2,60}}?)[,，;]\s*{_YEAR}(?:[:：,]\s?(?P<pages>[\d–—-]+))?[.．。]?$"
)
_SERIALLIKE = re.compile(
    rf"(?P<journal>[^\d,，][^,，]*?)[,，]\s*{_YEAR}\s*(?:[,，]\s*)?{_VOLUME}{_PAGES}[.．。]?$"
)


def _published(text: str) -> Read | None:
    """Return what has people, a title and an imprint, or a journal, but no mark of its type."""
    people, rest, sure = _after_people(text)
    title, behind = _title_and_rest(rest)
    guessed = (*_people_guess(sure, people), "类型")
    for kind, pattern in _IMPRINTS:
        if found := pattern.match(behind):
            fields = found.groupdict(default="")
            letter = fields.pop("letter")
            if is_book := bool(_PUBLISHER.search(fields.get("journal", ""))):
                fields["publisher"] = fields.pop("journal")
            return Read(
                "book" if is_book else kind, {"title": title, **fields}, people, letter, guessed
            )
    return None


_MONTH = r"(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? )?"
# As BibTeX's own styles print: Journal, 7(3):535–547, 2021; In Proceedings, pages 1–9, 2020.
_BIBTEX = re.compile(
    r"(?P<journal>[^\d,，]{3,120}?),? (?P<volume>\d+)(?:\((?P<number>[^)]{1,20})\))?"
    rf"(?::\s?(?P<pages>[\w–—-]+))?, {_MONTH}{_YEAR}\.?$"
)
_BIBTEX_IN = re.compile(
    r"In (?P<booktitle>.{4,200}?)(?:, (?:volume|vol\.) (?P<volume>\d+)(?: of [^,]+)?)?"
    rf"(?:, (?:pages|pp\.) (?P<pages>[\d–—-]+))?(?:[,.] "
    rf"(?P<publisher>[^,.\d]{{2,60}}))?[,.] {_MONTH}{_YEAR}\.?$"
)
# As Springer prints: Journal 12(3), 45–56 (2020); Press, City (2008).
_SPRINGER = re.compile(
    r"(?P<journal>[^\d,，]{3,120}?),? (?P<volume>\d+)(?:\((?P<number>[^)]{1,20})\))?"
    rf", (?P<pages>[\w–—-]+) \({_YEAR}\)\.?$"
)
_SPRINGER_BOOK = re.compile(
    rf"(?P<publisher>[^.,\d]{{2,60}}), (?P<address>[^.,(\d]{{2,40}}) \({_YEAR}\)\.?$"
)
_YEAR_ALONE = re.compile(rf"[\s,，.．]*{_YEAR}年?[.．。]?$")
_PUBLISHER = re.compile("出版社|出版公司|[书書]局|印[书書][馆館]|Press|Publish|Verlag|Books$")
_IMPRINTS = (
    ("inproceedings", _BIBTEX_IN),
    ("book", _BOOKLIKE),
    ("book", _SPRINGER_BOOK),
    ("article", _BIBTEX),
    ("article", _SPRINGER),
    ("article", _SERIALLIKE),
    ("misc", _YEAR_ALONE),
)
