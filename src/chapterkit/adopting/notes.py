"""Footnotes that are references into citations: [^1] with `[^1]: 张三：《题名》…` behind. Pure.

A note that says something else stays; one that only looks like a reference is left and told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chapterkit.adopting.changes import Change, Left
from chapterkit.adopting.entries import read_reference
from chapterkit.adopting.library import Library, Work
from chapterkit.adopting.manuscript import Manuscript
from chapterkit.han import ALL_HAN
from chapterkit.text.reference_lists import Entry, looks_like_reference

PAGED = frozenset({"book", "phdthesis", "mastersthesis", "techreport", "misc"})
SAME = re.compile(
    r"\s*(?:同上[书書注]?|同前[书書]?|ibid\.?)[,，.。\s]*"
    r"(?:第?\s?(?P<pages>\d+(?:\s?[-–—]\s?\d+)?)\s?[页頁]|pp?\.\s?(?P<latin>[\d–—-]+))?[.。\s]*",
    re.IGNORECASE,
)
_REPEATED = re.compile(
    r"(?:同上|同前|见?前引|前揭|ibid|op\. ?cit)|.{0,40}(?:前引[书書文]|前揭[书書文]|op\. ?cit)",
    re.IGNORECASE,
)
_DEFINED = re.compile(
    r"^ {0,3}\[\^(?P<label>[^\]\s]{1,40})\]:[ \t]*"
    r"(?P<text>[^\n]+(?:\n(?! {0,3}\[\^)[^\n]*\S[^\n]*)*)",
    re.MULTILINE,
)
_FURTHER = re.compile(r"\n(?:[ \t]*\n)+(?: {4}|\t)\S")  # another paragraph of the same note
_CALLED = re.compile(r"(?:\[\^[^\]\s]{1,40}\](?!:))+")
_LABEL = re.compile(r"\[\^([^\]]+)\]")
_INLINE = re.compile(r"\^\[(?P<text>[^\[\]\n^]{8,600})\]")
_CODE = re.compile(
    r"^(`{3,}|~{3,})[^\n]*\n.*?^\1[`~]*[ \t]*$|(`+)[^`].*?\2", re.MULTILINE | re.DOTALL
)
_SEE = re.compile(
    r"\s*(?P<see>(?:另|又|亦|也)?可?(?:参见|參見|参看|參看|参阅|參閱|详见|詳見|转引自|轉引自|见|見)"
    r"|see(?: also)?|cf\.|quoted in)\s*[:：]?\s*",
    re.IGNORECASE,
)
_MANY = 2000  # notes of one text; a longer row is no manuscript's
_GUESS = "脚注认作引用"


@dataclass(frozen=True)
class _Note:
    """A note: its label, where it is defined, and its text on one line."""

    label: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class _Meaning:
    """What a note cites, as the inner part of a citation, and the last work in it."""

    inner: str
    work: Work


def noted(manuscript: Manuscript, library: Library) -> Iterator[Change | Left]:
    """Yield what becomes of the notes that are references, which go into the library."""
    text = manuscript.text
    if "[^" not in text and "^[" not in text:
        return
    plain = _CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    notes = {one.label: one for one in _notes(plain)}
    calls = list(_CALLED.finditer(plain))
    order = [label for call in calls for label in _LABEL.findall(call[0])]
    meanings: dict[str, _Meaning] = {}
    previous: _Meaning | None = None
    for label in dict.fromkeys(order):
        if not (note := notes.get(label)):
            continue
        found = _meaning(note.text, manuscript.line(note.start), library, previous)
        if isinstance(found, _Meaning):
            meanings[label] = found
        elif found:
            yield Left(note.start, note.text, "citation", found, "写成 [@键]；是注解就不用管")
        previous = found if isinstance(found, _Meaning) else None
    yield from _calls(calls, meanings)
    for label, meaning in meanings.items():
        yield _without(text, notes[label], meaning.work)
    yield from _inline(plain, manuscript, library)


def _notes(text: str) -> Iterator[_Note]:
    """Yield the notes of one paragraph each."""
    for found, _ in zip(_DEFINED.finditer(text), range(_MANY), strict=False):
        if not _FURTHER.match(text, found.end()):
            words = " ".join(found["text"].split())
            yield _Note(found["label"], found.start(), found.end(), words)


def _meaning(
    text: str, line: int, library: Library, previous: _Meaning | None
) -> _Meaning | str | None:
    """Return what a note cites, in words why that cannot be told, or None if it cites nothing."""
    if same := SAME.fullmatch(text):
        if previous is None:
            return "“同上”指的是哪一条，看不出来"
        page = _page(same["pages"] or same["latin"] or "", text)
        return _Meaning(f"@{previous.work.key}{page}", previous.work)
    if _REPEATED.match(text):
        return "像是前面引过的文献，看不出是哪一条"
    see = _SEE.match(text)
    parts = _parts(text[see.end() :] if see else text)
    if not parts:
        return "像是引用，看不出是哪一条文献" if _is_alike(text) else None
    cited: list[str] = []
    for part in parts:
        read = read_reference(part)
        assert read
        work = library.add(Entry(line, line, 0, part), read)
        work.several = True
        pages = read.fields.get("pages", "") if read.type in PAGED else ""
        cited.append(f"@{work.key}{_page(pages, part)}")
    prefix = f"{see['see']} " if see else ""
    return _Meaning(prefix + "; ".join(cited), work)


def _parts(text: str) -> Sequence[str]:
    """Return the references of a note, none if it is not sure that it is nothing else."""
    for parts in ([text], re.split(r"[;；]\s*", text)):
        kept = [one.strip() for one in parts if one.strip()]
        if kept and all(map(_is_reference, kept)):
            return kept
    return ()


def _is_reference(text: str) -> bool:
    if not looks_like_reference(text) or text.count("：《") + text.count(":《") > 1:
        return False
    read = read_reference(text)
    return bool(read and read.people.authors and not {"题名", "作者"}.intersection(read.guessed))


def _is_alike(text: str) -> bool:
    """Tell whether a note may be a reference that was not understood: short, and it looks so."""
    return len(text) < 200 and looks_like_reference(text)


def _page(pages: str, text: str) -> str:
    """Return the page that a reference names, as the locator of a citation.

    >>> _page("12--14", "张三：《河工考》"), _page("12", "Doe, J. Docks"), _page("", "")
    (', 第 12–14 页', ', p. 12', '')
    """
    if not pages:
        return ""
    shown = re.sub(r"\s?[-–—]+\s?", "–", pages)
    if re.search(f"[{ALL_HAN}]", text):
        return f", 第 {shown} 页"
    return f", {'pp.' if '–' in shown else 'p.'} {shown}"


def _calls(calls: Sequence[re.Match[str]], meanings: Mapping[str, _Meaning]) -> Iterator[Change]:
    """Yield the marks in the text: several side by side become one citation if all are known."""
    for call in calls:
        labels = _LABEL.findall(call[0])
        if len(labels) > 1 and all(label in meanings for label in labels):
            inner = "; ".join(meanings[label].inner for label in labels)
            yield Change(call.start(), call[0], f"[{inner}]", "citation", False, _GUESS)
            continue
        for one in _LABEL.finditer(call[0]):
            if meaning := meanings.get(one[1]):
                start = call.start() + one.start()
                yield Change(start, one[0], f"[{meaning.inner}]", "citation", False, _GUESS)


def _without(text: str, note: _Note, work: Work) -> Change:
    """Return the change that takes a note out of the text, with the blank lines behind it."""
    end = note.end
    while end < len(text) and text[end] == "\n":
        end += 1
    guessed = f"；猜的：{'、'.join(work.guessed)}" if work.guessed else ""
    said = f"{'已有' if work.known else '收进'} {work.key}{guessed}"
    return Change(note.start, text[note.start : end], "", "reference", not guessed, said)


def _inline(text: str, manuscript: Manuscript, library: Library) -> Iterator[Change | Left]:
    """Yield the notes that stand in the text itself: ^[张三：《题名》…]."""
    for found in _INLINE.finditer(text):
        meaning = _meaning(found["text"], manuscript.line(found.start()), library, None)
        if isinstance(meaning, _Meaning):
            new = f"[{meaning.inner}]"
            yield Change(found.start(), found[0], new, "citation", False, _GUESS)
