"""Runs of text as Word needs them, where pandoc writes less: tabs, marks of two widths, languages.

Which of its two fonts Word takes for “ ” … — depends on a hint of the run, and so it does for é,
α and ×: in a Chinese paragraph the former are as wide as Han, the latter never are.
"""

from __future__ import annotations

import re

from chapterkit.han import has_han

_PARAGRAPH = re.compile(r"<w:p(?: [^>]*)?>.*?</w:p>", re.DOTALL)
_RUN = re.compile(
    r"<w:r>(?:<w:rPr>((?:(?!</w:rPr>).)*)</w:rPr>)?<w:t(?: [^>]*)?>([^<]*)</w:t></w:r>"
)
_HINT = re.compile(r'<w:rFonts w:hint="eastAsia" ?/>')
_LANGUAGE = re.compile(r'<w:lang w:val="([^"]*)" ?/>')
_BLANK_BEFORE_TAB = re.compile(
    r'<w:t xml:space="preserve"> </w:t>'
    r'(?=</w:r><w:r>(?:<w:rPr>(?:(?!</w:rPr>).)*</w:rPr>)?<w:t xml:space="preserve">\t)'
)
_STYLE = re.compile(r"<w:rStyle [^>]*/>")
# Marks that are wide in Chinese text, and circled numbers; an apostrophe within a word is not.
_LETTER = "A-Za-z\u00c0-\u024f"
_HAN = "\u2e80-\u9fff"
_WIDE = re.compile(rf"[“”‘…—‥①-⓿]|(?<![{_LETTER}])’|’(?![{_LETTER}])|(?<=[{_HAN}])·|·(?=[{_HAN}])")
# What a hint would make wide, too, and must not: letters with accents, Greek, signs, apostrophes.
_NARROW = re.compile("[\u00a1-\u024f\u0370-\u04ff\u2010-\u2013\u2190-\u23ff’]")
_HINTED = '<w:rFonts w:hint="eastAsia" />'
# Languages as Word names them, and the fonts of those that are written in other Han.
_SPOKEN = {
    "en": "en-US",
    "fr": "fr-FR",
    "de": "de-DE",
    "ru": "ru-RU",
    "ja": "ja-JP",
    "ko": "ko-KR",
    "zh-Hans": "zh-CN",
    "zh-Hant": "zh-TW",
    "zh-Hant-TW": "zh-TW",
    "zh-Hant-HK": "zh-HK",
}
_FACES = {
    "ja-JP": "MS Mincho",
    "ko-KR": "Batang",
    "zh-CN": "宋体",
    "zh-TW": "新細明體",
    "zh-HK": "新細明體",
}


def mended(part: str, chinese: bool) -> str:
    """Return the text of a document, or its notes, with runs as Word needs them.

    `chinese` tells whether the book is: only then are there marks of two widths.
    """
    part = _BLANK_BEFORE_TAB.sub("", _LANGUAGE.sub(_spoken, part))
    return _PARAGRAPH.sub(lambda one: _paragraph(one[0], chinese), part)


def _spoken(tag: re.Match[str]) -> str:
    """Return the language of a run as Word names it, with its font if it has Han of its own."""
    name = _SPOKEN.get(tag[1], tag[1])
    face = _FACES.get(name, "")
    fonts = f'<w:rFonts w:eastAsia="{face}" w:hint="eastAsia" />' if face else ""
    own = f' w:eastAsia="{name}"' if face else ""
    return f'{fonts}<w:lang w:val="{name}"{own} />'


def _paragraph(paragraph: str, chinese: bool) -> str:
    if not (chinese and has_han(paragraph)) and "\t" not in paragraph:
        return paragraph
    is_chinese = chinese and has_han("".join(one[2] for one in _RUN.finditer(paragraph)))
    return _RUN.sub(lambda one: _run(one[1] or "", one[2], is_chinese), paragraph)


def _run(properties: str, text: str, is_chinese: bool) -> str:
    """Return a run, or several where marks of both widths stand in one."""
    if not is_chinese or "<w:lang" in properties or "VerbatimChar" in properties:
        return _of_text(properties, text)
    wide = [one.span() for one in _WIDE.finditer(text)]
    narrow = _NARROW.search(_WIDE.sub("", text)) is not None
    if not wide and not narrow:
        return _of_text(properties, text)
    bare = _HINT.sub("", properties)
    if not wide or not narrow:
        return _of_text(_with_hint(bare) if wide else bare, text)
    pieces, done = [], 0
    for start, end in [*wide, (len(text), len(text))]:
        pieces += [_of_text(bare, text[done:start]), _of_text(_with_hint(bare), text[start:end])]
        done = end
    return "".join(pieces)


def _with_hint(properties: str) -> str:
    style = _STYLE.match(properties)
    place = style.end() if style else 0
    return properties[:place] + _HINTED + properties[place:]


def _of_text(properties: str, text: str) -> str:
    """Return a run of text, tabs in it as Word has them."""
    inside = "<w:tab/>".join(
        f'<w:t xml:space="preserve">{one}</w:t>' if one else "" for one in text.split("\t")
    )
    own = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f"<w:r>{own}{inside}</w:r>" if text else ""
