"""The authors at the head of a typed reference, told from what comes behind them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chapterkit.han import ALL_HAN

_UPPER, _WORD = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞİŁŃŇŌŐŘŚŞŠŢŤŪŮŰŹŻŽ", r"[^\W\d_]"
_PARTICLES = (
    "(?:(?:[Vv]an|[Vv]on|[Dd]e[rln]?|[Ll]a|[Ll]e|[Dd]i|[Dd]a|[Dd]el|[Ee]l|[Dd]os|[Tt]e[rn]) )"
)
_FAMILY = rf"{_PARTICLES}{{0,3}}(?:[OD][’'])?[{_UPPER}]{_WORD}*(?:[-‐’' ][{_UPPER}]{_WORD}+){{0,2}}"
_SINGLE = rf"{_PARTICLES}{{0,3}}(?:[OD][’'])?[{_UPPER}]{_WORD}*(?:[-‐’'][{_UPPER}]?{_WORD}+){{0,2}}"
_INITIALS = rf"(?:[{_UPPER}](?:\.|(?!{_WORD}))[-‐ ]?){{1,4}}"
_JUNIOR = r"(?:,? (?:Jr|Sr)\b\.?|,? (?:II|III|IV)\b)?"
_GIVEN = rf"[{_UPPER}]{_WORD}+(?:[-‐ ][{_UPPER}]{_WORD}*\.?){{0,3}}"

_APA = re.compile(rf"(?P<family>{_FAMILY}), ?(?P<given>{_INITIALS})(?P<jr>{_JUNIOR})")
_INVERTED = re.compile(rf"(?P<family>{_FAMILY}), (?P<given>{_GIVEN})(?P<jr>{_JUNIOR})")
_VANCOUVER = re.compile(
    rf"(?P<family>{_FAMILY}) (?P<given>{_INITIALS}|[{_UPPER}]{{1,3}})(?P<jr>)"
    r"(?=\s*(?:[,.;:&，。；：(（]|$|et al|and ))"
)
_IEEE = re.compile(
    rf"(?P<given>{_INITIALS}) ?(?P<family>{_SINGLE}(?: [{_UPPER}]{_WORD}+)?)(?P<jr>{_JUNIOR})"
)
_PLAIN = re.compile(
    rf"(?P<given>{_GIVEN}) (?P<family>(?!.(?!{_WORD}|[’'])){_SINGLE})(?P<jr>{_JUNIOR})"
    rf"(?=[,.;:&(，。；：（ ]|$)"
)
_WESTERN = (_APA, _VANCOUVER, _IEEE, _INVERTED, _PLAIN)
_ALSO = re.compile(
    r"[,，;；、]?\s*(?:et\.? al\b\.?|and others\b|等人?(?=[\s.．。:：,，(（《“‘著编編]|$))"
)
_BETWEEN = re.compile(r"\s*(?:[,，;；、]\s*(?:&|and |和)?|&| and |和|与|與)\s*")
_ROLE = re.compile(
    r"\s*[,，]?\s*(?:[（(]?(?:Eds?|Hrsg)\.?[)）]|(?<![a-z])(?:eds?)\.|主编|主編|编著|編著|编|編)"
    r"(?=[\s.．。:：,，(（《]|$)"
)

_NATION = r"(?:[（(\[［〔【][^）)\]］〕】]{1,8}[）)\]］〕】]\s*)?"
_HAN_NAME = re.compile(rf"(?P<nation>{_NATION})(?P<name>[{ALL_HAN}][{ALL_HAN}·•・]{{1,29}})")
_HAN_ROLE = re.compile(r"(?:主编|主編|编著|編著|编译|編譯|校注|整理|点校|著|译|譯|编|編|撰)$")
_HAN_END = re.compile(r"\s*(?:[.．。:：(（《“‘\[［]|，\s*《|,\s*《|$|\d{4})")


@dataclass(frozen=True)
class People:
    """Names in the form of BibTeX, by role, and where in the text they end."""

    authors: tuple[str, ...]
    end: int
    editors: tuple[str, ...] = ()
    translators: tuple[str, ...] = ()


def people_at_head(text: str) -> People | None:
    """Return the people with whom a reference begins, None where that cannot be told.

    >>> people_at_head("Smith, J., & van der Berg, A. B. (2020). Title.").authors
    ('Smith, J.', 'van der Berg, A. B.')
    >>> people_at_head("VASWANI A, SHAZEER N, et al. Attention").authors
    ('VASWANI, A.', 'SHAZEER, N.', 'others')
    >>> people_at_head("[美]费正清著，张沛译：《中国》").translators
    ('张沛',)
    """
    if re.match(rf"\s*{_NATION}[{ALL_HAN}]", text):
        return _eastern(text)
    if _INSTITUTION.match(text):
        return None
    found = [one for one in (_western(text, pattern) for pattern in _WESTERN) if one]
    return max(found, key=lambda one: one.end, default=None)


_GROUP = re.compile(
    r"\s*[;,]\s*(?:and |for |on behalf of )?(?:the )?"
    r"((?:[A-Z][\w’-]*\s){1,6}(?:Group|Collaboration|Consortium|Investigators|Team|Committee)s?)\b"
)
_INSTITUTION = re.compile(
    r"[^.,(（]{0,80}\b(?:Organi[sz]ation|University|Institutes?|Association|Committee|Group|Ministry"
    r"|Inc|Office|Council|Foundation|Bank|Society|Team|Department|Agency|Cent(?:re|er)|Commission"
    r"|Nations|Bureau|Court|Consortium|Collaboration|Academy|Federation|Corporation)\b"
)


def _western(text: str, pattern: re.Pattern[str]) -> People | None:
    """Return the people that a list in one form names; the others of an inverted one are plain."""
    behind = {_APA: (_APA, _IEEE), _INVERTED: (_PLAIN, _INVERTED)}.get(pattern, (pattern,))
    names: list[str] = []
    at = 0
    while len(names) < 200:
        tried = (pattern,) if not names else behind
        found = next((one for each in tried if (one := each.match(text, at))), None)
        if found is None:
            break
        names.append(_inverted(found))
        at = found.end()
        if group := _GROUP.match(text, at):
            names.append("{" + group[1] + "}")
            at = group.end()
        if also := _ALSO.match(text, at):
            names.append("others")
            at = also.end()
            break
        between = _BETWEEN.match(text, at)
        if not between or not any(each.match(text, between.end()) for each in behind):
            if between and (also := _ALSO.match(text, between.end())):
                names.append("others")
                at = also.end()
            break
        at = between.end()
    if not names:
        return None
    if role := _ROLE.match(text, at):
        return People((), role.end(), tuple(names))
    if not re.match(r"\s*[.．。:：,，(（“\"]|\s*$|(?<=\.)\s", text[at:]) and text[at - 1] != ".":
        return None
    return People(tuple(names), at)


def _inverted(found: re.Match[str]) -> str:
    given = found["given"].strip()
    if re.fullmatch(rf"[{_UPPER}]{{1,3}}", given):
        given = " ".join(f"{letter}." for letter in given)
    given = re.sub(r"\.(?=\w)", ". ", given)
    given = re.sub(rf"(?:^|(?<=[\s-]))([{_UPPER}])$", r"\1.", given)
    junior = found["jr"].strip(" ,")
    return f"{found['family']}, {junior + ', ' if junior else ''}{given}"


def _eastern(text: str) -> People | None:
    """Return the people of a Chinese reference, or the institution that stands for them."""
    roles: dict[str, list[str]] = {"author": [], "editor": [], "translator": []}
    waiting: list[str] = []
    at = 0
    while found := _HAN_NAME.match(text, at):
        name, also = found["name"], False
        at = found.end()
        if name.endswith(("等", "等人")) and len(name) > 2:
            name, also = name.removesuffix("人").removesuffix("等"), True
        role = _HAN_ROLE.search(name)
        if role and len(name) - len(role[0]) < 2:
            role = None
        waiting.append((found["nation"] or "") + (name[: role.start()] if role else name))
        if also or (more := _ALSO.match(text, at)):
            waiting.append("others")
            at = at if also else more.end()  # type: ignore[union-attr]
        if not role and (
            behind := re.compile(r"\s*(?:主编|编著|著|译|编)(?=[\s：:.．，,])").match(text, at)
        ):
            role, at = behind, behind.end()
        if role:
            roles[_of(role[0].strip())].extend(waiting)
            waiting = []
        between = _BETWEEN.match(text, at)
        if _HAN_END.match(text, at) or not between or not _HAN_NAME.match(text, between.end()):
            break
        at = between.end()
    roles["author"].extend(waiting)
    named = [one for several in roles.values() for one in several]
    if not named or len(named) > 60 or not _HAN_END.match(text, at) or max(map(len, named)) > 30:
        return None
    return People(*(tuple(roles["author"]), at), tuple(roles["editor"]), tuple(roles["translator"]))


def _of(role: str) -> str:
    if role.endswith(("译", "譯")):
        return "translator"
    return "editor" if role in {"主编", "主編", "编", "編"} else "author"


_SURNAME = re.compile(rf"{_NATION}(.*)", re.DOTALL)


def surname_of(name: str) -> str:
    """Return what a citation calls somebody by: a family name, or a Chinese name whole."""
    plain = name.strip("{}")
    found = _SURNAME.fullmatch(plain)
    return (found[1] if found else plain).partition(",")[0].strip()
