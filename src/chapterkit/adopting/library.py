"""The bibliography that typed references go to: keys, entries that are there already, BibT"
"eX. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count

from pypinyin import lazy_pinyin

from chapterkit.adopting.entries import Read, left_over
from chapterkit.adopting.people import surname_of
from chapterkit.han import ALL_HAN
from chapterkit.lint.entries import arxiv, doi, title, year
from chapterkit.manuscript.bibliography import Source, parse_bibliography
from chapterkit.text.reference_lists import Entry

_MOST_WORDS = 3  # of a name in a key; of a longer one, its initials
_BOOKS = frozenset({"book", "phdthesis", "mastersthesis", "techreport", "misc"})


@dataclass
class Work:
    """A work that is cited: its key, its names and year as citations call it, and its references.

    `known` is the entry of the bibliography that was there already; `read` what was read.
    """

    key: str
    names: tuple[str, ...]
    year: str
    letter: str = ""
    known: Source | None = None
    read: Read | None = None
    typed: list[str] = field(default_factory=list)
    guessed: tuple[str, ...] = ()
    several: bool = False

    @property
    def shown(self) -> str:
        """The work as an author is told of it: 张三、李四 2020，题名."""
        title = self.read.fields["title"] if self.read else ""
        return "，".join(filter(None, (f"{'、'.join(self.names[:3])} {self.year}".strip(), title)))

    def bibtex(self) -> str:
        """Return the entry as it is written, with the reference as it was typed and what i"
        "s guessed."""
        assert self.read
        said = dict(self.read.fields)
        people = self.read.people
        fields = {
            "title": said.pop("title"),
            "author": " and ".join(people.authors),
            "editor": " and ".join(people.editors) or said.pop("editor", ""),
            "translator": " and ".join(people.translators),
            **said,
        }
        if self.several and self.read.type in _BOOKS:
            fields.pop("pages", None)
        if re.search(f"[{ALL_HAN}]", fields["title"]):
            fields["langid"] = "chinese"
        fields = {name: _latex(value, name) for name, value in fields.items() if value}
        fields["annotation"] = _latex(self._annotation(), "annotation")
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
        return f"@{self.read.type}{{{self.key},\n" + ",\n".join(lines) + "\n}\n"

    def _annotation(self) -> str:
        guess = f"请核对（猜的：{'、'.join(self.guessed)}）。" if self.guessed else ""
        return f"{guess}原文：{'；'.join(dict.fromkeys(self.typed))}"


_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", **{one: f"\\{one}" for one in "&%#_$"},
}  # fmt: skip
_PEOPLE = frozenset({"author", "editor", "translator"})


def _latex(text: str, name: str) -> str:
    """Return text for a field, in which nothing can be taken for a command or a brace."""
    if name in {"doi", "url", "eprint"}:
        return re.sub(r"[{}\\\s]", "", text)
    text = " ".join(text.split())
    if name in _PEOPLE:
        names = re.sub(r"[\\]", "", text)
        names = names if _balanced(names) else re.sub("[{}]", "", names)
        return re.sub(r"([&%#_$])", r"\\\1", names)
    special = dict(_SPECIAL)
    if not _balanced(text):
        special |= {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
    return "".join(special.get(one, one) for one in text)


def _balanced(text: str) -> bool:
    depth = 0
    for one in text:
        depth += (one == "{") - (one == "}")
        if depth < 0:
            return False
    return not depth


class Library:
    """A bibliography, and what typed references add to it."""

    def __init__(self, known: Mapping[str, Source]) -> None:
        self.works: dict[str, Work] = {key: _known(source) for key, source in known.items()}
        self._taken = {key.lower() for key in known}
        self._by_mark: dict[str, Work] = {}
        self._counts: dict[str, count[int]] = {}
        for key, source in known.items():
            for mark in _marks(source):
                self._by_mark.setdefault(mark, self.works[key])

    @property
    def added(self) -> list[Work]:
        """The works that the bibliography did not have, in the order of their references."""
        return [one for one in self.works.values() if one.read and not one.known]

    def add(self, entry: Entry, read: Read) -> Work:
        """Return the work of a reference, one that is there already if it is the same."""
        people = read.people
        names = tuple(map(surname_of, people.authors or people.editors or people.translators))
        draft = Work("draft", names, read.year, read.letter, read=read, typed=[entry.text])
        [source] = parse_bibliography(draft.bibtex(), "").values()
        marks = list(_marks(source))
        for mark in marks:
            if work := self._by_mark.get(mark):
                work.several = work.several or entry.text not in work.typed
                work.typed.append(entry.text)
                work.letter = work.letter or read.letter
                return work
        rest = left_over(entry.text, read)
        draft.guessed = (*read.guessed, *([f"没有归到字段的“{rest}”"] if rest else ()))
        draft.key = self._key(draft)
        self.works[draft.key] = draft
        self._by_mark.update((mark, draft) for mark in marks)
        return draft

    def _key(self, work: Work) -> str:
        assert work.read
        first = work.names[0] if work.names else ""
        if len(words := re.findall(r"[A-Z]\w*", first)) > _MOST_WORDS:
            first = "".join(word[0] for word in words)
        name = in_plain_letters(first, 1 if re.search(f"[{ALL_HAN}]", first) else 9)
        head = in_plain_letters(work.read.fields["title"], 3)
        base = f"{name or head or 'source'}{work.year if work.year.isdigit() else ''}"
        base = base if base[0].isalpha() else f"source{base}"
        if name and not work.year.isdigit():
            base += head
        letters = (work.letter, *"bcdefghijklmnopqrstuvwxyz")
        choices = chain((base + one for one in letters), self._numbered(base))
        key: str = next(one for one in choices if one.lower() not in self._taken)
        self._taken.add(key.lower())
        return key

    def _numbered(self, base: str) -> Iterator[str]:
        """Yield keys with numbers behind, each once."""
        for number in self._counts.setdefault(base, count(2)):
            yield f"{base}-{number}"

    def text(self, before: str) -> str:
        """Return the bibliography's text with what was added behind it."""
        entries = [one.bibtex() for one in self.added]
        head = before.rstrip("\n") + "\n\n" if before.strip() else ""
        return head + "\n".join(entries) if entries else before


def _known(source: Source) -> Work:
    names = tuple(map(surname_of, source.authors or source.editors))
    found = re.search(r"([a-z])$", source.key)
    letter = found[1] if found and re.search(r"\d[a-z]$", source.key) else ""
    return Work(source.key, names, year(source), letter, known=source)


def _marks(source: Source) -> Iterable[str]:
    """Yield by what a work is known again: its DOI, its number at arXiv, its title and year."""
    if number := doi(source):
        yield f"doi {number}"
    if number := arxiv(source):
        yield f"arxiv {number}"
    if len(title(source)) >= 4:
        first = next(iter(source.authors or source.editors), "")
        yield f"{folded(surname_of(first))} {title(source)} {year(source)}"


def folded(name: str) -> str:
    """Return a name's letters, small and without accents, by which names are compared."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(one for one in plain if one.isalnum()).lower()


def in_plain_letters(text: str, words: int = 1) -> str:
    """Return the beginning of a name or title in plain letters; Chinese in pinyin.

    >>> in_plain_letters("费孝通"), in_plain_letters("Müller"), in_plain_letters("乡土中国", 3)
    ('fei', 'muller', 'xiangtuzhong')
    """
    text = re.sub("[’']", "", unicodedata.normalize("NFKC", text))
    characters = re.findall(f"[{ALL_HAN}]|[^\\W{ALL_HAN}_]+", text)
    latin = "".join(lazy_pinyin(characters[:words]))
    plain = unicodedata.normalize("NFKD", latin)
    return re.sub(r"[^a-z0-9]", "", plain.lower())[:30]


def named(works: Sequence[Work], others: Sequence[str], year: str) -> tuple[list[Work], bool]:
    """Return those of an author's works that are of a year, with others as far as they are named.

    `year` may have a letter behind it; several works of one year without letters have them in
    the order of their references. Whether that was needed is returned, too: it is a guess.
    """
    digits, letter = (year[:-1], year[-1]) if re.fullmatch(r"\d{4}[a-z]", year) else (year, "")
    found = [one for one in works if one.year == digits and _has_all(one, others)]
    if letter:
        if len(found) > 1 and not any(one.letter for one in found):
            place = ord(letter) - ord("a")
            return found[place : place + 1], True
        return [one for one in found if one.letter == letter], False
    return found, False


def _has_all(work: Work, others: Sequence[str]) -> bool:
    known = {folded(one) for one in work.names}
    return all(folded(one) in known for one in others)
