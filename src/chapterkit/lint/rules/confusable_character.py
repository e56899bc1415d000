"""A character stands in the place of another that looks like it.

Why: a search for Transformer does not find Тransformer with a Cyrillic Т, a dictionary knows 用
and not the radical ⽤, and a font that has the one may lack the other (Unicode TR 39; GB/T
15835-2011 writes 〇 in years, GB/T 15834-2011, 4.14, the middle dot · in names). Most come with
text copied from PDF, from scans, or typed with the wrong input method.

What is flagged: full-width letters and digits; Cyrillic or Greek letters in a Latin word, and the
other way about; compatibility ideographs, radicals used as characters, ligatures, squared units
and other compatibility forms (ﬁ, ㎏, ﹐, ｡, mathematical letters outside of formulas); ○, O and 0
for 〇 in numbers in words; the letters O, l, I among digits, x for × between two sizes; a single
dash for 一 (第—章), 丨 for |, a kana for the Han character that it resembles, and the reverse;
dots other than · between the parts of a name, hyphens other than - in a Latin word.

Left alone: α-helix, μm, Δt, whole Cyrillic or Greek words, ℃, №, Ⅳ, ①, placeholders (张○○),
Japanese beside other kana, and a character in quotation marks where the paragraph talks of
characters (部首“⻌”, 全角的“Ａ”).

Bad:

    １２个模型里，Тransformer 的成绩最好。

Bad:

    二○二四年，约翰•史密斯重做了这个实验，⽤的是同一批数据。

Good:

    12 个模型里，Transformer 的成绩最好，α-helix 与 10 μm 都照写。

Good:

    二〇二四年，约翰·史密斯与张○○重做了这个实验。
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from chapterkit.han import COMMON_HAN as HAN
from chapterkit.lint.problem import Problem, problem_at, replacement
from chapterkit.lint.script import characters_of, script_of
from chapterkit.lint.words import word_lists, word_patterns
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import Block, Document, Hit

GROUP = "language"
SEVERITY = "warning"
NEEDS = frozenset({"chinese"})

_KANA = "\u3041-\u3096\u30a1-\u30fa\u30fc\uff66-\uff9d"


@dataclass(frozen=True)
class _Kind:
    """One kind of confusion: where to look, what is said of it, what should stand there.

    `triggers` are characters without one of which there is nothing to look for. `right` returns
    what should stand there: the text itself if it is as it should be, nothing if nobody can tell.
    """

    triggers: frozenset[str]
    pattern: Late
    said: str
    right: Callable[[str], str]


def _kind(
    triggers: Iterable[str], pattern: str, said: str, right: Callable[[str], str] | str
) -> _Kind:
    """Return a kind; for each character of the text stands the one that is `right`."""
    returned = right if callable(right) else lambda text: right * len(text)
    return _Kind(frozenset(triggers), Late(pattern), said, returned)


def _range(first: str, last: str) -> frozenset[str]:
    return frozenset(map(chr, range(ord(first), ord(last) + 1)))


def _translated(pairs: Mapping[str, str]) -> Callable[[str], str]:
    table = str.maketrans(dict(pairs))
    return lambda text: text.translate(table)


def _pairs(name: str) -> dict[str, str]:
    return {pair[0]: pair[1] for pair in word_lists("confusable-character")[name]}


# --- letters of two alphabets in one word

_FROM_CYRILLIC, _FROM_GREEK = _pairs("cyrillic"), _pairs("greek")
_TO_CYRILLIC = {latin: other for other, latin in _FROM_CYRILLIC.items()}
_TO_GREEK = {latin: other for other, latin in _FROM_GREEK.items()} | {"v": "ν"}
_LATIN = re.compile("[A-Za-z]")


def _one_alphabet(word: str, to_latin: Mapping[str, str], from_latin: Mapping[str, str]) -> str:
    """Return a word in one alphabet if it can be; as it is if its letters do not resemble any."""
    foreign = [one for one in word if ord(one) > 0x7F and one.isalpha()]
    latin = _LATIN.findall(word)
    if len(latin) >= 2 and all(one in to_latin for one in foreign):
        return "".join(to_latin.get(one, one) for one in word)
    apart = sum(one not in to_latin for one in foreign)
    if apart >= 2 and len(foreign) >= 3 and all(one in from_latin for one in latin):
        return "".join(from_latin.get(one, one) for one in word)
    return word


def _cyrillic_word(word: str) -> str:
    return _one_alphabet(word, _FROM_CYRILLIC, _TO_CYRILLIC)


def _greek_word(word: str) -> str:
    return _one_alphabet(word, _FROM_GREEK, _TO_GREEK)


# --- compatibility characters

_RADICALS = _pairs("radicals")
_UNIFIED = frozenset("\ufa0e\ufa0f\ufa11\ufa13\ufa14\ufa1f\ufa21\ufa23\ufa24\ufa27\ufa28\ufa29")
_COMPATIBLE = (
    _range("\uf900", "\ufaff") | _range("\u2f00", "\u2fd5") | _range("\U0002f800", "\U0002fa1d")
) - _UNIFIED | _RADICALS.keys()
_POWERS = {f"{unit}{power}": f"{unit}{sign}" for unit in ("mm", "cm", "m", "km")
           for power, sign in (("2", "²"), ("3", "³"))}  # fmt: skip
_SMALL = _pairs("marks")


def _folded(text: str) -> str:
    return "".join(_RADICALS.get(one) or unicodedata.normalize("NFKC", one) for one in text)


def _unit(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    return _POWERS.get(folded, folded)


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


# --- signs

_NUMERALS = "一二三四五六七八九"
_DOTS = "．•・‧∙⋅"
_KANA_FOR_HAN = _pairs("kana")
_HAN_FOR_KANA = {han: kana for kana, han in _KANA_FOR_HAN.items()} | {"一": "ー"}


def _digits(text: str) -> str:
    return text.translate(str.maketrans("OlI", "011"))


def _mixed(letters: str) -> str:
    """Return a pattern for a word of Latin letters and others, each word looked at once."""
    rest = f"[A-Za-z{letters}]*"
    return rf"(?<![A-Za-z{letters}])(?:[A-Za-z]+[{letters}]|[{letters}]+[A-Za-z]){rest}"


_KINDS = (
    _kind("○◯Ｏ", f"(?<=[{_NUMERALS}〇])[○◯Ｏ]+(?=[{_NUMERALS}〇十年月日号號级級届屆])",
          "不是数字〇", "〇"),
    _kind(_range("Ａ", "Ｚ") | _range("ａ", "ｚ") | _range("０", "９"),
          r"[Ａ-Ｚａ-ｚ０-９]+(?:[．－／＋＆＿][Ａ-Ｚａ-ｚ０-９]+)*％?",
          "是全角字母或数字", _half_width),
    _kind(_range("\u0400", "\u052f"), _mixed("\u0400-\u052f"),
          "混用了拉丁字母和西里尔字母", _cyrillic_word),
    _kind(_FROM_GREEK, _mixed("\u0391-\u03c9"), "混用了拉丁字母和希腊字母", _greek_word),
    _kind(_COMPATIBLE,
          f"[{''.join(sorted(_RADICALS))}\u2f00-\u2fd5\uf900-\ufa0d\ufa10\ufa12\ufa15-\ufa1e\ufa20\ufa22"
          "\ufa25\ufa26\ufa2a-\ufaff\U0002f800-\U0002fa1d]+",
          "是部首或兼容汉字，不是通常的汉字", _folded),
    _kind(_range("\ufb00", "\ufb06"), r"[\ufb00-\ufb06]+", "是连字", _half_width),
    _kind(_range("\u3380", "\u33df"), r"[\u3380-\u33df]", "是挤成一个字符的单位", _unit),
    _kind("\u212a\u212b", r"[\u212a\u212b]", "是兼容字符，不是通常的字母", _half_width),
    _kind(_range("\U0001d400", "\U0001d7ff"), r"[\U0001d400-\U0001d7ff]+",
          "是数学字母，只该用在公式里", _half_width),
    _kind(_SMALL, f"(?<![{_KANA}])[{''.join(_SMALL)}](?![{_KANA}])",
          "是小号或半角的兼容标点", _translated(_SMALL)),
    _kind("ɡɑ", r"(?<![^\W_])(?=[a-zɡɑ]*[a-z]{3})[A-Za-z]*[ɡɑ][A-Za-zɡɑ]*(?![^\W_])",
          "里有音标字母", _translated({"ɡ": "g", "ɑ": "a"})),
    _kind(_DOTS, rf"(?<=[{HAN}])(?<![{_NUMERALS}十甲乙丙丁])[{_DOTS}](?=[{HAN}])",
          "不是间隔号", "·"),
    _kind("．", r"(?<=[0-9])．(?=[0-9])", "不是小数点", "."),
    _kind("—",
          rf"—(?:(?<=[这這每第某另]—)(?=[{HAN}])|(?<=[是有了同]—)(?=[个個些种種切样樣直定般]))",
          "是破折号，不是数字", "一"),
    _kind("丨", "丨", "是部首，不是竖线", "|"),
    _kind("ㄧ", rf"(?<=[{HAN}，。])ㄧ(?=[{HAN}])", "是注音符号，不是汉字", "一"),
    _kind(_KANA_FOR_HAN, rf"(?<=[{HAN}])[{''.join(_KANA_FOR_HAN)}](?=[{HAN}])",
          "是片假名，不是汉字", _translated(_KANA_FOR_HAN)),
    _kind(_range("ァ", "ヺ"), rf"(?<=[ァ-ヺー])[{''.join(_HAN_FOR_KANA)}](?=[ァ-ヺー])",
          "是汉字，不是片假名", _translated(_HAN_FOR_KANA)),
    _kind("‐‑−－", r"[‐‑−－](?<=[A-Za-z]{2}.)(?=[A-Za-z]{2})", "不是连字符", "-"),
    _kind("´", r"(?<=[A-Za-z])´(?=[A-Za-z])", "不是撇号", "’"),
    _kind("∶", rf"(?<=[{HAN}”）])∶(?![0-9])", "是比号，不是冒号", "："),
    _kind("‚", rf"(?<=[{HAN}”）])‚", "不是逗号", "，"),
)  # fmt: skip
# What ASCII everywhere is made of: one look for all of them first, with ? for other characters.
_ASCII = re.compile(rb"[0-9](?:[OlI][0-9OlI]|[xX][0-9]{2})|l[0-9]{2}|\?[O0]+\?")
_ASCII_KINDS = (
    _kind((), r"(?<![A-Za-z0-9_.-])(?:[0-9]+[OlI]+[0-9][0-9OlI]*|[0-9]+O{2,}|l[0-9]{2,})"
          r"(?![A-Za-z0-9_-])", "里混了字母", _digits),
    _kind((), r"(?<![A-Za-z0-9_.-])[1-9][0-9]+[xX][1-9][0-9]+(?![A-Za-z0-9_-])",
          "里的乘号是字母", lambda text: re.sub("[xX]", "×", text)),
    _kind((), f"(?<=[{_NUMERALS}〇])[O0]+(?=[{_NUMERALS}〇年])", "不是数字〇", "〇"),
)  # fmt: skip

_TALK_OF_CHARACTERS = Late(rf"{word_patterns('talk')['characters']}|U\+[0-9A-F]{{4}}")
_QUOTED = re.compile(r"[“「‘『][^“”「」‘’『』\n]{1,8}[”」’』]|（[^（）\n]{1,2}）")


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem for each character, or run of them, that stands for another."""
    present = characters_of(document)
    examples, seen = _Examples(), set[tuple[int, int]]()
    chosen = [kind for kind in _KINDS if not present.isdisjoint(kind.triggers)]
    if _ASCII.search(document.prose.text.encode("ascii", "replace")):
        chosen += _ASCII_KINDS
    for kind in chosen:
        for hit in document.prose.finditer(kind.pattern):
            wrong = hit.match[0]
            right = kind.right(wrong)
            if right == wrong or _is_at_home(wrong, hit, document, book):
                continue
            place = (id(hit.block), hit.start)
            if place not in seen and not examples.hold(hit):
                seen.add(place)
                yield _problem(hit, wrong, right, kind.said)


def _is_at_home(wrong: str, hit: Hit, document: Document, book: Book) -> bool:
    """Tell whether a dot or kana is what the language round it writes."""
    if wrong == "‧":
        return script_of(document, book) == "zh-Hant"
    if wrong in _KANA_FOR_HAN or wrong == "・":
        near = hit.block.prose[max(0, hit.start - 12) : hit.end + 12]
        return len(re.findall(f"[{_KANA}]", near)) > (wrong != "・")
    return False


def _problem(hit: Hit, wrong: str, right: str, said: str) -> Problem:
    codes = "" if len(wrong) > 1 else f"（U+{ord(wrong):04X}）"
    return problem_at(
        hit.block,
        hit.start,
        hit.end,
        f"“{_short(wrong)}”{codes}{said}",
        f"改为“{_short(right)}”",
        edits=replacement(hit.block, hit.start, hit.end, right),
    )


def _short(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:18]}……"


class _Examples:
    """Whether a block talks of characters, and which it quotes."""

    def __init__(self) -> None:
        self.block: Block | None = None
        self.quoted: list[tuple[int, int]] = []

    def hold(self, hit: Hit) -> bool:
        """Tell whether a hit stands in quotation marks as an example."""
        if hit.block is not self.block:
            self.block = hit.block
            talks = _TALK_OF_CHARACTERS.search(hit.block.text)
            found = _QUOTED.finditer(hit.block.text) if talks else ()
            self.quoted = [one.span() for one in found]
        index = bisect_right(self.quoted, (hit.start, hit.end)) - 1
        return index >= 0 and hit.end <= self.quoted[index][1]
