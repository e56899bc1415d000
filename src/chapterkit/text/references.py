"""Entries of a bibliography as citeproc is given them, for the style of a language. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pybtex.database import Person

from chapterkit.han import ALL_HAN
from chapterkit.manuscript.bibliography import Source
from chapterkit.manuscript.names import CJK, OTHERS, Fault, says_nothing
from chapterkit.manuscript.wording import Locale, locale
from chapterkit.patterns import Late
from chapterkit.text.addresses import bibtex_address
from chapterkit.text.dates import Date, month_named, read_date
from chapterkit.text.kinds import ARXIV_JOURNAL, STANDARD, is_known, kind_of, mark_of
from chapterkit.text.latex import marked_latex, plain_latex, unknown_latex

_CHINESE = locale("zh-Hans")
_HAN = Late(f"[{ALL_HAN}]")
_CJK = Late(f"[{CJK}]")
_KANA = Late("[\u3041-\u30fa\u31f0-\u31ff\uac00-\ud7af]")
_WORD = Late(r"[A-Za-z\u00c0-\u024f]+(?:['’-][A-Za-z]+)*")
Item = dict[str, Any]


def csl_references(sources: Mapping[str, Source], locale: Locale = _CHINESE) -> list[Item]:
    """Return the sources as CSL JSON, titles as they are written.

    pandoc's own BibTeX reader puts English titles into sentence case (Gpt-oss-120b) and knows
    neither preprints nor repositories; so the conversion is made here.
    """
    return [_Entry(source).item(capitals=locale.capitals) for source in sources.values()]


def faults_of(source: Source) -> tuple[Fault, ...]:
    """Return what an entry says that cannot be printed as it is meant."""
    entry = _Entry(source)
    return (*source.faults, *entry.faults())


def unprinted(source: Source) -> tuple[tuple[str, str], ...]:
    """Return the fields, with what they say, that tell a source from others and are not printed."""
    return tuple(_Entry(source).unprinted())


def visited(source: Source) -> bool:
    """Tell whether an entry says, in a way that is understood, when it was read."""
    return _Entry(source).visited() is not None


def is_web_page(source: Source) -> bool:
    """Tell whether an entry, of whatever type, is printed as a page of the web: [EB/OL]."""
    entry = _Entry(source)
    return entry.kind == "webpage" and bool(entry._addresses()[0])


def lacks_place(source: Source) -> bool:
    """Tell whether a book or thesis that is not online says nothing of where it was published."""
    entry = _Entry(source)
    kind = entry.kind
    if kind not in _OF_A_PLACE or "URL" in entry.item(capitals=False):
        return False
    return not entry.texts(kind)["publisher-place"].strip("{} ")


def languages(sources: Mapping[str, Source]) -> dict[str, str]:
    """Return each source's language by key: zh for one with a Chinese title, else what it says."""
    return {key: _language(source) for key, source in sources.items()}


def _language(source: Source) -> str:
    title = source.fields.get("title", "") or " ".join(source.authors[:1])
    if source.language in {"ja", "ko"} or not _is_chinese(title):
        return source.language
    return source.language if source.language.startswith("zh") else "zh"


def _is_chinese(title: str) -> bool:
    """Tell whether a title is Chinese: as many Han characters as Latin words, and no kana."""
    han = len(_HAN.findall(title))
    if not han or _KANA.search(title):
        return False
    return han >= len(_WORD.findall(re.sub(r"\\[a-zA-Z]+", "", title)))


# --- types

_SERIAL = frozenset({"article-journal", "article-newspaper"})
_PARTS = frozenset({"chapter", "paper-conference"})
_OF_A_PLACE = frozenset({"book", "chapter", "thesis"})
_LEGAL = frozenset({"legal_case", "legislation"})
_LOOSE = frozenset({"webpage", "document", "article", "software", "dataset"})

_NO_PAGES = Late(r"-\s*pp?\b|\d\s*(?:pp?\.?|pages|页)$|\?")
_IS_URL = Late(r"\W*(?:https?://|www\.)\S+\W*$", re.IGNORECASE)
_DOI_URL = Late(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*|doi\s+)", re.IGNORECASE)
_ARXIV_NUMBER = Late(r"(?<![\d.])\d{4}\.\d{4,5}(?!\d)|\b[a-z-]+(?:\.[A-Z]{2})?/\d{7}\b")
_COMMIT = Late(r"\b([0-9a-f]{10})[0-9a-f]{6,}\b")
_PUBLISHERS = ("publisher", "school", "institution", "organization", "howpublished")
_PUBLISHERS_OF = {
    "thesis": ("school", "institution", "organization", "publisher", "howpublished"),
    "report": ("institution", "school", "organization", "publisher", "howpublished"),
}
_URL = Late(r"\\(?:url|path|nolinkurl)\s*\{([^{}]*)\}|(?<![\w/{])(https?://[^\s{}<>]+)")
_READ_ON = ("urldate", "lastchecked", "citedate", "accessdate", "lastaccessed")
_VOLUMES_OF_A_YEAR = 10
_MEETING = Late(
    r"\b(?:proc(?:eedings|\.)|conference|conf\.|symposium|workshops?|findings|meeting|congress"
    r"|convention|advances in neural|transactions)",
    re.IGNORECASE,
)
_MEETING_ITSELF = Late(
    r"\b(?:proc(?:eedings|\.)|conf|symposium|workshops?|meeting|congress)|会议|研讨会|文集",
    re.IGNORECASE,
)
_JOURNAL = Late(
    r"^(?:The |IEEE |ACM |IEEE/ACM )?(?:Trans(?:actions|\.)|Journal|J\.)(?=\s|$)"
    r"|\b(?:Journal|Letters|Magazine)$|学报$|杂志$|期刊$"
)
_VISITED = Late(
    r"[（(\[]?(?:online;?\s*)?(?:last\s+)?(?:accessed|visited|retrieved|访问(?:日期|时间)?|引用日期)"
    r"\s*(?:on)?[:：]?\s*([^\])）]+?)[\])）.]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Entry:
    """An entry on its way to CSL."""

    source: Source

    @property
    def fields(self) -> Mapping[str, str]:
        return self.source.fields

    def _first(self, *names: str) -> str:
        return next(filter(None, map(self.fields.get, names)), "")

    @cached_property
    def kind(self) -> str:
        """The CSL type; what only a preprint server has is an `article`."""
        preprint = bool(self._arxiv_url())
        return kind_of(self.source.type.lower(), self.fields, self._url(), preprint=preprint)

    def item(self, *, capitals: bool) -> Item:
        """Return the entry as CSL JSON, families' names in capitals if that is the style."""
        kind = self.kind
        item: Item = {"id": self.source.key, "type": kind}
        texts = {name: marked_latex(text) for name, text in self.texts(kind).items() if text}
        item.update({name: text for name, text in texts.items() if text})
        if "page" in item:
            item["page"] = _pages(item["page"])
        url, doi = self._addresses()
        item.update({name: value for name, value in (("URL", url), ("DOI", doi)) if value})
        item.update(self._dates(kind))
        for role, names in self._people(kind).items():
            item[role] = [_capital(one) if capitals else one for one in names]
        if kind == "article-newspaper":
            page = self._first("pages", "number")
            _put_page_after_date(item, re.sub(r"^0+(?=\d)", "", page))
        return item

    def texts(self, kind: str) -> dict[str, str]:
        """Return the texts that are printed, in LaTeX as they are written, by CSL's names."""
        volume = _without_noughts(self._first("volume"))
        title = self._title(kind)
        container = self._container(kind)
        if kind == "book" and volume and self._has_series():
            volume = ""  # the series counts its volumes, not the book
        whole, named = self._first("maintitle"), f": {self._volume(volume)}" if volume else ""
        if whole and kind in {"book", *_PARTS} and not self._is_chapter_named(kind):
            of_volume = title if kind == "book" else container
            of_volume = f"{whole}{named}: {of_volume}" if of_volume else f"{whole}{named}"
            title, container = (of_volume, "") if kind == "book" else (title, of_volume)
            volume = ""
        elif kind == "book" and volume:
            title, volume = f"{title}{named}", ""
        elif container and volume and (kind == "chapter" or self._shows_volume(kind, volume)):
            container, volume = f"{container}: {self._volume(volume)}", ""
        elif kind not in _SERIAL:
            volume = ""
        return {
            "title": title,
            "container-title": container,
            "publisher": self._publisher(kind),
            "publisher-place": "" if kind == "patent" else self._place(),
            "volume": volume,
            "issue": self._issue() if kind == "article-journal" else "",
            "number": self._number(kind),
            "edition": self._edition(kind),
            "page": ""
            if kind in _LEGAL
            else self._first("pages")
            or (self._first("eid", "articleno") if kind in _SERIAL else ""),
        }

    def _has_series(self) -> bool:
        """Tell whether a source is in a series, which reference managers may keep in a note."""
        return bool(self._first("series")) or "Series Title:" in self._first("note")

    def _title(self, kind: str) -> str:
        """Return the title; of a part of a book that calls it its chapter, that."""
        if self._is_chapter_named(kind):
            return self._first("chapter")
        return _with_subtitle(_unstopped(self._first("title")), self._first("subtitle"))

    def _is_chapter_named(self, kind: str) -> bool:
        """Tell whether the field `chapter` is a title, and `title` that of the book."""
        chapter = self._first("chapter")
        return kind == "chapter" and not self._first("booktitle") and len(_letters(chapter)) > 5

    def _place(self) -> str:
        """Return the place of publication; of a list that BibLaTeX takes (`and`), the first."""
        return self._first("address") or re.split(r"\s+and\s+", self._first("location"))[0]

    def _issue(self) -> str:
        """Return the number of a journal's issue, without the noughts of a catalogue: 06."""
        return _without_noughts(self._first("number", "issue"))

    def _is_chinese_part(self, kind: str) -> bool:
        """Tell whether an entry is a part of Chinese proceedings, whose volume and editor matter.

        Proceedings in other languages are found by their name alone, if it is that of a meeting.
        """
        return kind in _PARTS and _language(self.source).startswith("zh")

    def _shows_volume(self, kind: str, volume: str) -> bool:
        """Tell whether the volume of proceedings is one of several of a year: 33 counts years."""
        if self._is_chinese_part(kind):
            return True
        few = not volume.isdecimal() or int(volume) <= _VOLUMES_OF_A_YEAR
        return kind in _PARTS and few and not self._has_series()

    def _shows_editors(self, kind: str) -> bool:
        """Tell whether who edited what a source is a part of, is needed to find it."""
        if kind != "paper-conference" or self._is_chinese_part(kind):
            return True
        return not (self.source.authors and _MEETING.search(self._first("booktitle")))

    def _volume(self, volume: str) -> str:
        """Return the volume of a book: 第3卷, Vol 3; words as they are."""
        if not re.fullmatch(r"[\dIVXivx]+(?:[-–]+[\dIVXivx]+)?", volume):
            return volume
        return f"第{volume}卷" if _language(self.source).startswith("zh") else f"Vol {volume}"

    def _container(self, kind: str) -> str:
        if kind in _SERIAL:
            journal = self._first("journal", "journaltitle")
            if kind == "article-newspaper":
                journal = journal or self._first("secondarytitle", "publisher")
            return _with_subtitle(journal, self._first("journalsubtitle"))
        if self._is_chapter_named(kind):
            return _with_subtitle(self._first("title"), self._first("subtitle"))
        if kind in _PARTS:
            return _with_subtitle(self._first("booktitle"), self._first("booksubtitle"))
        return ""

    def _publisher(self, kind: str) -> str:
        if kind == "article":
            return "arXiv" if self._arxiv_url() else self._first("publisher")
        if kind == "patent":
            return ""
        found = next(filter(None, map(self._told, _PUBLISHERS_OF.get(kind, _PUBLISHERS))), "")
        comma = "，" if _language(self.source).startswith("zh") else ", "
        if kind in _LEGAL:
            found = found or self._told("court")
            return comma.join(filter(None, (found, self._told("note"))))
        if self.source.type.lower() == "unpublished" or (kind in _LOOSE and not found):
            note = _without_label(self._told("note"))
            found = comma.join(filter(None, (found, note if note != found else "")))
        return _COMMIT.sub(r"\1", found) if found else ""

    def _told(self, name: str) -> str:
        """Return a field without addresses and reading dates in it, which are printed elsewhere."""
        text = self.fields.get(name, "")
        if name in {"howpublished", "note"} and text:
            without = _VISITED.sub("", _URL.sub("", _TYPED_MARK.sub("", text))).strip(" ,.;，。；")
            return without if re.search(r"\w", without) else ""
        return text

    def _number(self, kind: str) -> str:
        number = self._first("number") or self._number_elsewhere(kind)
        if kind in _LEGAL:
            report = (self._first("volume"), self._reporter(), self._first("pages"))
            docket = self._first("number", "docket")
            return ", ".join(filter(None, (docket, " ".join(filter(None, report)))))
        if kind != "patent":
            return number if kind in {"report", "standard", "document"} else ""
        country = self._first("location", "address")
        return f"{country}, {number}" if country and number[:1].isdigit() else number

    def _number_elsewhere(self, kind: str) -> str:
        """Return the number of a report, standard or patent out of the fields of databases."""
        if kind in {"report", "document"}:
            return self._first("reportnumber")
        if kind == "patent":
            return self._first("typeofwork", "isbn", "note").strip("{} ")
        if kind != "standard" or STANDARD.search(self._first("title")):
            return ""
        found = map(STANDARD.search, map(self._first, ("isbn", "typeofwork", "howpublished")))
        return next((one[0] for one in found if one), "")

    def _reporter(self) -> str:
        """Return the series of law reports, or the gazette, that a judgment or statute is in."""
        return self._first("reporter", "journal", "journaltitle", "code")

    def _edition(self, kind: str) -> str:
        if kind == "periodical":
            return self._run()
        return _edition(self._first("edition"))

    def _run(self) -> str:
        """Return what of a periodical is meant: 1936, 1(1)-."""
        volume, number = self._first("volume"), self._first("number")
        if not volume.isdecimal():
            return volume
        issued = self._issued()
        first = f"{volume}({number})-" if number else f"{volume}-"
        return f"{issued.parts[0]}, {first}" if issued and issued.parts else first

    # --- addresses

    def _url(self) -> str:
        typed = self._first("url")
        found = _URL.search(typed)
        url = bibtex_address(found[1] or found[2] if found and found[1] else typed)
        if url:
            return url
        for name in ("howpublished", "note"):
            if found := _URL.search(self._first(name)):
                return bibtex_address(found[1] or found[2]).rstrip(".,;")
        return ""

    def _addresses(self) -> tuple[str, str]:
        """Return the address of an entry, and its DOI, which needs none."""
        doi = _DOI_URL.sub("", bibtex_address(self._first("doi")))
        url = self._url() or self._arxiv_url()
        if url.lower().startswith("http") and _DOI_URL.match(url):
            doi, url = doi or _DOI_URL.sub("", url), ""
        return url, doi

    def _arxiv_url(self) -> str:
        number = self._arxiv_number()
        return f"https://arxiv.org/abs/{number}" if number else ""

    def _arxiv_number(self) -> str:
        """Return the number at arXiv, out of whichever field has it."""
        server = self._first("archiveprefix", "eprinttype").lower()
        eprint = re.sub(r"^arxiv:\s*", "", self._first("eprint"), flags=re.IGNORECASE)
        if server == "arxiv" and eprint:
            return eprint
        if not server and _ARXIV_NUMBER.fullmatch(eprint):
            return eprint
        journal = self._first("journal", "journaltitle")
        if ARXIV_JOURNAL.search(journal):
            places = (journal, *map(self._first, ("volume", "number", "pages", "note", "doi")))
            found = filter(None, map(_ARXIV_NUMBER.search, places))
            return next((one[0] for one in found), "")
        return ""

    # --- dates

    def _dates(self, kind: str) -> Item:
        """Return issued (the year), available-date (the full date of what is online), accessed."""
        found: Item = {}
        issued, visited = self._issued(), self.visited()
        if issued:
            full = issued.parts if kind in {"patent", "article-newspaper", *_LEGAL} else ()
            found["issued"] = _csl_date(full) if len(full) == 3 else self._year(issued)
            if len(issued.parts) == 3 and self._shows_day(kind):
                found["available-date"] = {"date-parts": [list(issued.parts)]}
                if kind == "report":
                    del found["issued"]
        if visited and visited.parts and self._addresses()[0]:
            found["accessed"] = {"date-parts": [list(visited.parts)]}
        return found

    def _shows_day(self, kind: str) -> bool:
        """Tell whether the day of what is online is printed: (2012-01-16)[2013-03-26]."""
        if kind == "article-journal":
            return bool(self._url() and self._first("urldate"))
        alone = kind == "report" and bool(self._url()) and not self._publisher(kind)
        return alone or kind in {"webpage", "article", "software"}

    def _year(self, date: Date) -> Item:
        if date.parts:
            return {"date-parts": [[date.parts[0]]]}
        year = date.year
        if year.startswith("公元前") and not _language(self.source).startswith("zh"):
            year = f"{year.removeprefix('公元前')} BC"
        return {"literal": year}

    def _issued(self) -> Date | None:
        if whole := self._first("date"):
            return read_date(whole)
        date = read_date(year) if (year := self._first("year")) else None
        if date is None or (year.startswith("-") and not date.parts):
            pubstate = self._first("pubstate")
            return Date(pubstate) if pubstate and not year else None
        month, day = _month_and_day(self._first("month"), self._first("day"))
        if len(date.parts) != 1 or month is None:
            return date
        return read_date(f"{date.parts[0]:04}-{month}" + (f"-{day}" if day else "")) or date

    def visited(self) -> Date | None:
        """Return the day on which the source was read, out of its own field or a note."""
        if typed := self._first(*_READ_ON):
            return read_date(typed)
        for name in ("note", "howpublished"):
            if found := _VISITED.search(self._first(name)):
                return read_date(found[1])
        return None

    # --- people

    def _people(self, kind: str) -> dict[str, list[dict[str, str]]]:
        source = self.source
        authors = source.authors or (source.holders if kind == "patent" else ())
        if not authors and (group := self._first("collaboration")) and not source.editors:
            authors = ("{" + _collaboration(group) + "}",)
        hosts = source.book_authors if kind in _PARTS and source.book_authors else source.editors
        people = {
            "author": authors,
            "editor": hosts if self._shows_editors(kind) else (),
            "translator": source.translators,
        }
        return {role: [_name(one) for one in names] for role, names in people.items() if names}

    # --- what cannot be printed

    def faults(self) -> Iterator[Fault]:
        """Yield what the entry says that cannot be printed as it is meant."""
        yield from self._unclear_dates()
        yield from self._unknown_kind()
        texts = self.texts(self.kind)
        for name, text in texts.items():
            if not text:
                continue
            if says_nothing(text):
                yield Fault(f"{name} 是“{text}”，会原样印出来", "补上；没有就删去这个字段")
            if name in {"title", "container-title", "publisher"} and _IS_URL.match(text):
                said = f"{text} 会当作题名、刊名或出版者印出来"
                yield Fault(said, "网址写进 url，条目改成 @online，urldate 写读到它的那一天")
            if name == "page" and _NO_PAGES.search(text):
                yield Fault(f"pages 是 {text}，看不出是哪几页", "写成 11--19；只有总页数就删去")
        people = (self.source.authors, self.source.editors, self.source.translators)
        names = [name for group in people for name in group]
        for text in (*texts.values(), *names):
            for command in unknown_latex(text):
                hint = (
                    "换成字符本身，或只用常见的命令"
                    if command != "$"
                    else r"美元写 \$，公式两头都要有 $"
                )
                yield Fault(f"认不得里面的 {command}，会原样印出来", hint)

    def _unknown_kind(self) -> Iterator[Fault]:
        """Yield what is wrong with the type of an entry, and with what is of no use for it."""
        kind = self.source.type
        if not is_known(kind.lower()) and not mark_of(self.fields):
            said = f"认不得条目类型 @{kind}，会印成 [{'EB/OL' if self._url() else 'Z'}]"
            hint = "换一种类型：书是 @book，文章 @article，网页 @online（加上 urldate），其余 @misc"
            yield Fault(said, hint)
        host = self._first("booktitle")
        is_journal = _JOURNAL.search(host) and not _MEETING_ITSELF.search(host)
        if self.kind == "paper-conference" and is_journal:
            said = f"booktitle 是 {host}，像刊名，会印成 [C]//"
            yield Fault(said, "期刊文章写 @article 和 journal")
        if self.kind == "article" and not any(self._addresses()):
            hint = "补上 eprint = {编号}, archiveprefix = {arXiv}"
            yield Fault("预印本没有编号，也没有网址", hint)

    def unprinted(self) -> Iterator[tuple[str, str]]:
        """Yield each field, and what it says, that would tell sources apart and is not printed."""
        kind = self.kind
        names = (*_TELLING.get(kind, _ALWAYS_TELLING), *_HOSTS)
        telling = {name: self._told(name) for name in names}
        if not any(telling.values()):
            return
        item = self.item(capitals=False)
        printed = " ".join(str(item[name]) for name in item.keys() - {"id", "URL", "DOI"})
        for name, said in telling.items():
            is_aside = name == "note" and _ASIDE.match(said)
            if is_aside or _is_in(plain_latex(said), printed) or self._goes_without(kind, name):
                continue
            # What has become something else on its way: 第二版, a first edition, an arXiv number.
            # The number within a series goes as the series does: references show neither.
            if name in {"number", "issue", "volume"} and _is_in(_without_noughts(said), printed):
                continue
            if name == "edition" and _edition(said) in {"", item.get("edition")}:
                continue
            yield name, said

    def _goes_without(self, kind: str, name: str) -> bool:
        """Tell whether a field says nothing that readers would look for in an entry of a kind."""
        if name in {"number", "volume"}:
            return self._has_series()  # which references do not show, either
        if name == "pages":
            return kind not in {"webpage", "document"}
        if name == "chapter":
            return kind != "chapter" or bool(self._first("pages"))
        if name == "booktitle":
            return kind in {*_SERIAL, *_LEGAL}
        return name in {"journal", "journaltitle"} and bool(ARXIV_JOURNAL.search(self._first(name)))

    def _unclear_dates(self) -> Iterator[Fault]:
        hint = "写成 2020、2020-05 或 2020-05-06；估计的年份写 [1960]，版权年写 c1960"
        dated = "date" if self._first("date") else "year"
        for name in (dated, *_READ_ON):
            written = self._first(name)
            if written.strip("{}\"' ") and not _is_missing(written) and self._unread(name, written):
                yield Fault(f"{name} 是 {written}，看不出是哪一天或哪一年", hint)

    def _unread(self, name: str, written: str) -> bool:
        date = read_date(written)
        if date is None or (name == "year" and written.strip("{} ").startswith("-")):
            return True
        if name in _READ_ON:
            return not date.parts
        month, day = _month_and_day(self._first("month"), self._first("day"))
        if name != "year" or len(date.parts) != 1 or not (month and day):
            return name == "year" and bool(day) and not month
        return read_date(f"{date.parts[0]:04}-{month}-{day}") is None


_ALWAYS_TELLING = (
    "number",
    "issue",
    "docket",
    "volume",
    "edition",
    "titleaddon",
    "addendum",
    "note",
)
# What a source is a part of, and where in it.
_HOSTS = (
    "booktitle",
    "journal",
    "journaltitle",
    "pages",
    "chapter",
    "howpublished",
    "booktitleaddon",
)
# Proceedings are found by their name, preprints by their address, whatever else is said of them.
_TELLING = {
    "paper-conference": ("titleaddon", "addendum", "note"),
    "article": ("titleaddon", "addendum", "note"),
    "software": ("titleaddon", "addendum", "note"),
}
# What reference managers keep in a note: `Publisher: X`, `arXiv:2001.01234 [cs]`, comments.
_ASIDE = Late(r"_?[A-Za-z][\w .-]{0,30}\s*[:=]|arxiv|\d+ pages", re.IGNORECASE)


_LABELLED = Late(
    r"_?(?:publisher|institution|organi[sz]ation|school)\s*[:=]\s*([^:=]+)", re.IGNORECASE
)


def _without_label(note: str) -> str:
    """Return a note that is printed: of `Institution: X` X, of other notes of programs nothing.

    >>> [_without_label(one) for one in ("Publisher: MIT", "ISSN: 1234-5678", "手抄本")]
    ['MIT', '', '手抄本']
    """
    if found := _LABELLED.fullmatch(note):
        return found[1].strip()
    return "" if _ASIDE.match(note) else note


def _collaboration(name: str) -> str:
    """Return what a collaboration is called: CMS Collaboration, CMS Tracker Group."""
    bare = name.strip("{} ")
    return bare if " " in bare or not bare.isascii() else f"{bare} Collaboration"


def _without_noughts(number: str) -> str:
    return re.sub(r"^0+(?=\d+$)", "", number)


def _is_in(said: str, printed: str) -> bool:
    """Tell whether what is said is printed: its letters and digits, a short one as a word."""
    letters = _letters(said)
    if len(letters) > _SHORT:
        return letters in _letters(printed)
    whole = rf"(?<![A-Za-z0-9]){re.escape(said.strip())}(?![A-Za-z0-9])"
    return not letters or re.search(whole, printed) is not None


_SHORT = 6


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


def _is_missing(written: str) -> bool:
    """Tell whether a field says that nothing is known: other rules tell of those."""
    return not re.search(r"\w", written) or written.strip("{} ").lower() in {"todo", "tbd", "xxx"}


def _with_subtitle(title: str, subtitle: str) -> str:
    if not subtitle or not title:
        return title
    return (
        f"{title} {subtitle}"
        if title.rstrip("} ").endswith(tuple("?!？！:："))
        else f"{title}: {subtitle}"
    )


_TYPED_MARK = Late(r"\s*[\[［](?:[A-Z]|DB|CP|EB|CM)(?:/OL)?[\]］](?=[}\s.]*$)")


def _unstopped(title: str) -> str:
    """Return a title without what is typed behind it: a catalogue's full stop, a mark: [J].

    >>> _unstopped("{Long short-term memory.}"), _unstopped("And so on..."), _unstopped("甲[J]")
    ('{Long short-term memory}', 'And so on...', '甲')
    """
    title = _TYPED_MARK.sub("", title)
    return re.sub(r"(?<=[a-z]{3})\.(?=[}\s]*$)", "", title)


def _pages(text: str) -> str:
    """Return pages with a hyphen between the first and the last.

    >>> _pages("pp. 11--19"), _pages("235 – 236"), _pages("第3-9页"), _pages("扉页")
    ('11-19', '235-236', '3-9', '扉页')
    """
    text = re.sub(r"\s*[-–—]+\s*", "-", text)
    return re.sub(r"^(?:pp?\.?\s*(?=\d)|第\s*)|(?<=\d)\s*页$", "", text)


_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth",
)  # fmt: skip
_CHINESE_DIGITS = "一二三四五六七八九十"
_NUMBERED = Late(
    r"(?:第\s*)?([\d一二三四五六七八九十]+)\s*(?:版|次修订版)?|(\d+)\s*(?:st|nd|rd|th|\.)?\s*(?:ed(?:ition|n)?\.?)?|([a-z]+)\s*(?:ed(?:ition|n)?\.?)?",
    re.IGNORECASE,
)


def _edition(text: str) -> str:
    """Return the number of an edition, nothing for the first; words that give none as they are.

    >>> [_edition(one) for one in ("第2版", "第三版", "2nd ed.", "Fourth", "修订版", "1", "十二版")]
    ['2', '3', '2', '4', '修订版', '', '12']
    """
    plain = text.replace("{", "").replace("}", "").strip()
    found = _NUMBERED.fullmatch(plain)
    if not found:
        return text
    number = _counted(found[1] or found[2] or found[3] or "")
    return text if number is None else "" if number == 1 else str(number)


def _counted(text: str) -> int | None:
    if text.isdecimal():
        return int(text)
    if text.lower() in _ORDINALS:
        return _ORDINALS.index(text.lower()) + 1
    tens, ten, ones = text.rpartition("十")
    if set(text) <= set(_CHINESE_DIGITS) and len(tens) <= 1 and len(ones) <= 1:
        value = (_CHINESE_DIGITS.index(tens) + 1 if tens else 1) * 10 if ten else 0
        return value + (_CHINESE_DIGITS.index(ones) + 1 if ones else 0)
    return None


def _month_and_day(month: str, day: str) -> tuple[int | None, str]:
    """Return month and day out of their fields; the day may stand in the month: 5~May, May 5."""
    plain = re.sub(r"[~.,{}]+", " ", month).strip()
    found = re.fullmatch(r"(\d{1,2}) ([A-Za-z]+)|([A-Za-z]+) (\d{1,2})", plain)
    if found:
        return month_named(found[1 + 1] or found[3]), found[1] or found[4]
    return month_named(plain), day.strip("{} ") if day.strip("{} ").isdecimal() else ""


def _csl_date(parts: tuple[int, ...]) -> Item:
    year, month, day = parts
    return {"literal": f"{year}-{month:02}-{day:02}"}


def _put_page_after_date(item: Item, page: str) -> None:
    """Put a newspaper's page where GB/T 7714 has it: 2013-01-12(2)."""
    item.pop("page", None)
    issued = item.get("issued", {})
    if page and issued:
        date = issued.get("literal") or str(issued["date-parts"][0][0])
        item["issued"] = {"literal": f"{date}({page})"}


def _name(written: str) -> dict[str, str]:
    """Return one name as CSL has it: a Chinese name, an institution and "others" stay whole.

    >>> _name("张三")
    {'literal': '张三'}
    >>> _name("{Canopy Labs}")
    {'literal': 'Canopy Labs'}
    >>> _name("Le, Quoc V.")
    {'family': 'Le', 'given': 'Quoc V.'}
    """
    if written == OTHERS:
        return {"literal": "et al."}
    if _CJK.search(written) or (written.startswith("{") and written.endswith("}")):
        return {"literal": plain_latex(written)}
    person = Person(written)
    parts = {
        "family": person.last_names,
        "given": _initials([*person.first_names, *person.middle_names]),
        "non-dropping-particle": person.prelast_names,
        "suffix": person.lineage_names,
    }
    return {part: plain_latex(" ".join(words)) for part, words in parts.items() if words}


def _initials(given: list[str]) -> list[str]:
    """Return given names, initials that stand together one by one: ZS is Z S."""
    return [" ".join(one) if re.fullmatch("[A-Z]{2,3}", one) else one for one in given]


def _capital(name: dict[str, str]) -> dict[str, str]:
    """Return a name, the family's in capitals: the style would raise institutions, too."""
    raised = {"family", "non-dropping-particle"}
    return {part: text.upper() if part in raised else text for part, text in name.items()}
