"""Names of people and institutions as bibliographies have them, put into one form. Pure.

A list of names becomes names that BibTeX and citations both read: `Family, Given`, `{Institution}`,
a Chinese name whole, `others`. What cannot be told apart is said, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pybtex.bibtex.utils import split_name_list
from pybtex.database import Person

from chapterkit.han import ALL_HAN
from chapterkit.patterns import Late

OTHERS = "others"
# A surname of one word, a comma, given names: most names, of which nothing needs to be asked.
_USUAL = Late(
    r"[A-Z][A-Za-z'-]*[a-z][A-Za-z'-]*, "
    r"(?!(?:Inc|Ltd|LLC|Corp|GmbH|Limited)\b)[A-Z][A-Za-z.'-]*(?: [A-Z][A-Za-z.'-]*)*"
)
# Letters of China, Japan and Korea: such names stand as they are written, family name first.
CJK = f"\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\uac00-\ud7af{ALL_HAN}"
_CJK = Late(f"[{CJK}]")
_LATIN = Late(r"[A-Za-z\u00c0-\u024f]")
_HINT = "人名之间写 and：{张三 and 李四}；一个机构再加一层花括号：{{机构名}}"


@dataclass(frozen=True)
class Fault:
    """What an entry says that cannot be printed as it is meant, and what to do about it."""

    message: str
    hint: str


class _UnclearError(Exception):
    """A name that may be several, or is none; says why, and what to do."""

    def __init__(self, why: str, hint: str = _HINT) -> None:
        super().__init__(why)
        self.hint = hint


_WITH_WA = re.compile(f"[{CJK}]{{1,4}}和[{CJK}]{{1,3}}")


def names_in(
    text: str, field: str, *, japanese: bool = False
) -> tuple[tuple[str, ...], tuple[Fault, ...]]:
    """Return the names of a field, in one form, and what is wrong with them.

    In a `japanese` entry 和 is a part of given names (細井和喜蔵), and joins none.

    >>> names_in("张 三 and （美）约翰·史密斯 著 and Quoc V. Le and 王五 等", "author")[0]
    ('张三', '史密斯', 'Le, Quoc V.', '王五', 'others')
    >>> names_in("张三；李四", "author")[1][0].message
    'author 里的“张三；李四”像是用“；”隔开的几个人'
    """
    found: list[_Name] = []
    faults: list[Fault] = []
    written = [name for one in split_name_list(text) if (name := one.strip())]
    parted = len(written) > 1 and (" of " in text or " for " in text)
    if parted and not _BRACES.search(text) and any(map(_is_of_something, written)):
        said = f"{field} 里的“{text}”像是一个机构，却会在 and 处断开"
        return ("{" + text + "}",), (Fault(said, _HINT),)
    for name in written:
        if _USUAL.fullmatch(name) or (japanese and _WITH_WA.fullmatch(name)):
            found.append(_Name(name))
            continue
        if says_nothing(name):
            faults.append(Fault(f"{field} 里的“{name}”不是人名", "补上作者；没有就删去这个字段"))
            continue
        try:
            found.extend(_read(name, alone=len(written) == 1))
        except _UnclearError as unclear:
            faults.append(Fault(f"{field} 里的“{name}”{unclear}", unclear.hint))
            found.append(_Name("{" + name.strip("{}") + "}"))
    return tuple(_told_apart(found)), tuple(faults)


@dataclass(frozen=True)
class _Name:
    """A name; of a foreigner in Chinese letters, the surname, the whole and the initials."""

    shown: str
    whole: str = ""
    initials: str = ""


def _told_apart(names: list[_Name]) -> Iterator[str]:
    """Yield the names; foreigners of one surname with initials or, failing those, whole."""
    for one in names:
        namesakes = [other for other in names if other.whole and other.shown == one.shown]
        if len(namesakes) < 2:
            yield one.shown
        else:
            yield f"{one.shown} {one.initials}" if all(n.initials for n in namesakes) else one.whole


_NOTHING = frozenset({
    "null", "none", "nil", "nan", "n/a", "n.a.", "n.a", "undefined", "unknown", "no author",
    "not available", "无", "無", "不详", "不詳", "未知", "-", "--", "?", "??",
})  # fmt: skip

_LONG = 20  # longer than each of these words with braces round it


def says_nothing(text: str) -> bool:
    """Tell whether a field holds the word that a program puts where it knows nothing: Null."""
    return len(text) < _LONG and text.strip("{}\"' \t").lower() in _NOTHING


def _read(name: str, *, alone: bool) -> Iterator[_Name]:
    if name.startswith("{") and name.endswith("}") and _is_one_group(name):
        # Reference managers put braces round every Chinese name; a nationality tells a person.
        person = _BEFORE.match(name[1:-1]) and _CJK.search(name)
        yield from _eastern(name) if person else [_Name(_whole_group(name))]
    elif name.lower().rstrip(".") in {OTHERS, "et al", "等", "etc"}:
        yield _Name(OTHERS)
    elif _CJK.search(_outside_braces(name)):
        yield from _eastern(name)
    else:
        yield from _western(name, alone=alone)


def _is_one_group(name: str) -> bool:
    depth = 0
    for place, character in enumerate(name):
        depth += (character == "{") - (character == "}")
        if not depth:
            return place == len(name) - 1
    return False


def _whole_group(name: str) -> str:
    """Return a name in braces; those of Chinese letters alone need none."""
    inner = name[1:-1]
    if _CJK.search(inner) and not re.search(r"[\s,，;；、{}\\]", inner):
        return inner
    return name


def _outside_braces(name: str) -> str:
    return re.sub(r"\{[^{}]*\}", "", name)


# --- names in Chinese letters

_JOINERS = "；;、，/|｜&＆"
_BEFORE = Late(r"\s*[（(\[［【〔〈]\s*([^）)\]］】〕〉]{1,8})\s*[）)\]］】〕〉]\s*")
_ORIGINAL = Late(r"\s*[（(［\[]\s*([^（）()\[\]［］]+?)\s*[）)］\]]\s*$")
_ALSO = Late(r"[\s,，、]+等\.?$|(?<=\S{2})等$|[,，]?\s*\bet\s+al\.?$")
_PARTED = Late(rf"[A-Za-z.][\s,，]+[{CJK}]|[{CJK}][\s,，]+[A-Za-z]|\\|\$")
_INITIALLED = Late(rf"([{CJK}]+)[\s,，]\s*((?:[A-Z]\b\.?[\s-]*){{1,4}})")
_DOTS = "·•・‧∙．"


def _eastern(name: str) -> Iterator[_Name]:
    text = name.replace("{", "").replace("}", "").rstrip(_JOINERS + " .。")
    also = False
    foreign = False
    if found := _BEFORE.match(text):
        text, foreign = text[found.end() :], bool(_CJK.search(found[1]))
    text, role = _without_role(text)
    if found := _ALSO.search(text):
        also, text = True, text[: found.start()]
    also = also or role.startswith("等")
    original = ""
    if (found := _ORIGINAL.search(text)) and _is_original(text[: found.start()], found[1]):
        original, text = found[1], text[: found.start()]
    yield _personal(text.strip(), original, foreign)
    if also:
        yield _Name(OTHERS)


def _without_role(text: str) -> tuple[str, str]:
    """Return a name without 著, 主编 and the like behind it, and that word."""
    for role in _words()["roles"]:
        if not text.endswith(role) or len(text) <= len(role):
            continue
        before = text[: -len(role)]
        apart = (
            before[-1].isspace() or before[-1] in "）)］]" or any(dot in before for dot in _DOTS)
        )
        if apart or (len(role) > 1 and len(before) >= 2):
            return before.rstrip(" ,，"), role
        if len(before) >= 3 or (len(before) == 2 and role in "著譯译編编撰"):
            raise _UnclearError(f"：末尾的“{role}”是名字的一部分吗？不是就删去")
    return text, ""


def _is_original(name: str, inside: str) -> bool:
    """Tell whether what stands in parentheses behind a name is that name in its own letters."""
    if _CJK.search(inside) or not _LATIN.search(inside):
        return False
    return " " in inside or any(dot in name for dot in _DOTS) or not _is_institution(name)


def _personal(text: str, original: str, foreign: bool) -> _Name:
    _check_one(text)
    if any(dot in text for dot in _DOTS):
        parts = [part.strip() for part in re.split(f"[{_DOTS}]", text)]
        whole = "·".join(parts)
        if not (foreign or original):
            return _Name(whole)
        start = len(parts) - 1
        while start > 1 and parts[start - 1] in _words()["particles"]:
            start -= 1
        initials = " ".join(word[0] for word in original.split()[:-1])
        return _Name("·".join(parts[start:]), whole, initials)
    if found := _INITIALLED.fullmatch(text):
        return _Name(f"{found[1]} {' '.join(re.findall('[A-Z]', found[2]))}")
    if _LATIN.search(text):
        parted = _PARTED.search(text) is not None
        if original or (parted and not _is_institution(text)):
            raise _UnclearError("里中西文混写，分不清姓名")
        return _Name("{" + re.sub(rf"(?<=[{CJK}])\s+(?=[{CJK}])", "", text) + "}")
    return _Name(re.sub(r"[\s,]", "", text))


def _check_one(text: str) -> None:
    """Raise _UnclearError where a name looks like several."""
    for joiner in _JOINERS:
        if joiner in text:
            raise _UnclearError(f"像是用“{joiner}”隔开的几个人")
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 2 or (len(parts) == 2 and not _is_surname(parts[0], parts[1])):
        raise _UnclearError("像是用“,”隔开的几个人")
    if len(parts) == 2 and _is_foreign(*parts):
        family, given = parts
        hint = f"外国人写成 {{（国名）{given}·{family}}}，只印姓；日本人等不写逗号"
        raise _UnclearError(f"会连着印成“{family}{given}”", hint)
    words = text.split()
    if set(words[1:-1]) & {"和", "与", "與", "及"}:
        raise _UnclearError("像是用“和”连起来的几个人")
    if re.fullmatch(f"[{CJK}]{{2,3}}[和与與及][{CJK}]{{2,3}}", text) and not _is_institution(text):
        raise _UnclearError("像是用“和”连起来的几个人")
    if len(words) > 1 and all(map(is_whole_name, words)) and not _is_institution(text):
        raise _UnclearError("像是用空格隔开的几个人")


def _is_surname(first: str, second: str) -> bool:
    """Tell whether a surname stands before a comma: 陈, 大文; 欧阳, 修; not 陈大文, 李小龙."""
    if not second or len(first) == 1 or first in _words()["two-character surnames"]:
        return True
    return not is_whole_name(first) or not is_whole_name(second)


def _is_foreign(family: str, given: str) -> bool:
    """Tell whether a surname in Han is longer than those of China: 韦伯, 卡尔; not 欧阳, 修."""
    written = re.fullmatch(f"[{ALL_HAN}]{{2,}}", family) and re.fullmatch(f"[{ALL_HAN}]+", given)
    return written is not None and family not in _words()["two-character surnames"]


def is_whole_name(word: str) -> bool:
    """Tell whether a word is a Chinese name of its own: a surname of China and a given name."""
    known = _words()["two-character surnames"]
    return 2 <= len(word) <= 3 and word not in known and word[0] in _surnames()


def _is_institution(text: str) -> bool:
    return text.endswith(_words()["institutions"])


@cache
def _surnames() -> frozenset[str]:
    return frozenset("".join(_words()["surnames"]))


@cache
def _words() -> dict[str, tuple[str, ...]]:
    """Return the lists of data/bibliography/names.txt by their names."""
    text = files("chapterkit").joinpath("data", "bibliography", "names.txt").read_text("utf-8")
    lists: dict[str, tuple[str, ...]] = {}
    own = ""
    for line in text.splitlines():
        if line.startswith("["):
            own = line.strip("[]")
        elif own:
            lists[own] = (*lists.get(own, ()), *line.split())
    return lists


# --- names in other letters

_JUNIOR = Late(r"(?:jr|sr|jun|sen|[ivx]+|\d(?:st|nd|rd|th))\.?", re.IGNORECASE)
_INITIALS = Late(r"(?:[A-Z]\.?[- ]?){1,4}")
_ET_AL = Late(r"[,;]?\s+et\.?\s+al\.?,?$", re.IGNORECASE)


def _western(name: str, *, alone: bool) -> Iterator[_Name]:
    also = _ET_AL.search(name)
    text = name[: also.start()] if also else name
    text = _LIFE.sub("", text.strip().rstrip(",;，；"))
    if "," not in text:
        text = _LONG_WORD_STOPPED.sub("", text)
    bare = _outside_braces(text)
    if _is_organization(bare, alone=alone) or _is_handle(text, alone=alone):
        yield _Name("{" + text.replace("{", "").replace("}", "") + "}")
    else:
        _check_western(bare)
        yield _Name(str(Person(_family_first(text))))
    if also:
        yield _Name(OTHERS)


def _check_western(bare: str) -> None:
    """Raise _UnclearError where a name looks like several, or like none."""
    for joiner in ";；，、":
        if joiner in bare:
            raise _UnclearError(f"像是用“{joiner}”隔开的几个人")
    if re.search(r"\s(?:\\?&|und|et|y)\s", bare):
        raise _UnclearError("像是用 & 连起来的几个人")
    if found := _NO_LETTERS.search(bare):
        hint = "只留姓名，写成 {姓, 名}；一个机构或网名再加一层花括号：{{机构名}}"
        raise _UnclearError(f"里有“{found[0]}”，分不清姓名", hint)
    _check_commas(bare)


# What no name has: brackets, digits, addresses.
_NO_LETTERS = Late(r"[()\[\]<>@/:（）［］【】]|\d+(?!\w*(?:st|nd|rd|th)\b)")
_LIFE = Late(r",?\s*[(（]?\b\d{4}-[\d.]*[)）]?$")  # as catalogues of libraries have it
_LONG_WORD_STOPPED = Late(r"(?<=[a-z]{4})\.$")
_BRACES = Late(r"[{}]")


def _family_first(text: str) -> str:
    """Return a name of three parts or of initials in the order that BibTeX knows.

    >>> [_family_first(one) for one in ("Peebles, Peyton Z., Jr.", "Smith J. A.", "WANG Xiaoming")]
    ['Peebles, Jr., Peyton Z.', 'Smith, J. A.', 'WANG, Xiaoming']
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 3 and _JUNIOR.fullmatch(parts[2]):
        return f"{parts[0]}, {parts[2]}, {parts[1]}"
    family, _, junior = parts[0].rpartition(" ")
    if len(parts) == 2 and family and re.fullmatch(r"(?:Jr|Sr)\.?", junior):
        return f"{family}, {junior}, {parts[1]}"
    if len(parts) > 1 or _BRACES.search(text):
        return text
    first, _, rest = text.partition(" ")
    if _BEHIND.fullmatch(rest) and len(first) > 2 and not _JUNIOR.fullmatch(rest):
        return f"{first}, {rest}" if not _INITIALS.fullmatch(first) else text
    if _RAISED.fullmatch(first) and re.fullmatch(r"[A-Z][a-z]+(?:[- ]?[A-Za-z][a-z]+)?", rest):
        return f"{first}, {rest}"
    if re.search(r"\s[A-Z]\.?$", text) and " " in text.strip():
        raise _UnclearError("分不清哪个是姓", "写成 {姓, 名}")
    return text


_BEHIND = Late(r"(?:[A-Z]\.?[- ]?){1,4}|[A-Z]{1,3}")
_RAISED = Late(r"[A-Z]{3,}|[B-DF-HJ-NP-TV-Z][AEIOU]|A[IN]|OU")


def _is_organization(text: str, *, alone: bool) -> bool:
    """Tell whether a name without braces is that of no person: CMS Collaboration, Meta AI."""
    words = text.replace(",", "").split()
    if len(words) < 2 or _DIVIDED.search(text):
        return False
    known = _words()["organizations"]
    last = "companies" if "," in text else "organizations at the end"
    if words[-1].strip(".") in _words()[last]:
        return True
    if words[0] == "The" or (alone and _is_of_something(text)):
        return True
    return "," not in text and any(word in known for word in words)


_DIVIDED = Late(r"[;；，、()\[\]@]")


def _is_of_something(name: str) -> bool:
    """Tell whether a name has a word that leads to another: Institute of Physics."""
    words = name.split()
    return "," not in name and len(words) > 2 and not {"of", "for"}.isdisjoint(words[1:])


def _is_handle(text: str, *, alone: bool) -> bool:
    """Tell whether one word is no family's name: what stands alone (Google), OpenAI."""
    if _BRACES.search(text) or "," in text or "\\" in text or not re.fullmatch(r"\S+", text):
        return False
    return (
        alone
        or re.search(r"(?<!^Mc)(?<!^Mac)(?<!^De)(?<!^La)(?<!^Le)(?<=[a-z])[A-Z]", text) is not None
    )


def _check_commas(bare: str) -> None:
    """Raise _UnclearError where commas part people, not the parts of one name."""
    parts = [part.strip() for part in bare.split(",")]
    if len(parts) > 3 or (len(parts) == 3 and not any(map(_JUNIOR.fullmatch, parts[1:]))):
        raise _UnclearError("逗号太多，像是用“,”隔开的几个人")
    if len(parts) == 2 and all(map(_is_vancouver, parts)):
        raise _UnclearError("像是用“,”隔开的几个人")
    if len(parts) == 2 and all(map(_begins_with_given_name, parts)):
        raise _UnclearError("像是用“,”隔开的几个人")


def _is_vancouver(part: str) -> bool:
    """Tell whether a part is a surname with initials: Smith J."""
    surname, _, initials = part.rpartition(" ")
    return len(surname) > 1 and bool(_INITIALS.fullmatch(initials)) and "." not in surname


def _begins_with_given_name(part: str) -> bool:
    words = part.split()
    return len(words) > 1 and words[0].lower() in _words()["given names"]
