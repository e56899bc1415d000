"""The colours of drawings, in print and on dark screens, by the names that parts of them bear.

Those of series differ in lightness as well as in hue, so that they are told apart in grey and by
who sees no red or green. Print's stand in the SVG as attributes; a page's style sheet changes them
by the classes beside them, for attributes count less than any style sheet.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Colour:
    """A colour on light paper and on a dark screen, and the one of text that stands on it.

    In grey print it is as light as it was, or as `grey` says.
    """

    light: str
    dark: str
    text: str = "ink"
    grey: str = ""


_COLOURS = {
    "ink": Colour("#1f1d1a", "#d9d4ca", grey="#000000"),
    "soft": Colour("#5f5a52", "#a8a190"),
    "axis": Colour("#8a847a", "#7d776b"),
    "line": Colour("#dedad2", "#3a3733"),
    "paper": Colour("#ffffff", "#191817"),
    "wash": Colour("#f1eee8", "#292623"),
    "accent": Colour("#9c3a24", "#e08c70"),
    "white": Colour("#ffffff", "#191817"),
    "black": Colour("#1f1d1a", "#191817"),
    # Series, in the order in which they are used.
    "s1": Colour("#2b4c7e", "#86b0e3", "white", grey="#404040"),
    "s2": Colour("#dda23a", "#e3b75f", "black", grey="#b9b9b9"),
    "s3": Colour("#b04a3a", "#e38a78", "white", grey="#696969"),
    "s4": Colour("#b7cfe3", "#b6bcc2", "black", grey="#dedede"),
    "s5": Colour("#4f9087", "#3f9c8e", "black", grey="#949494"),
    "s6": Colour("#3b3733", "#f0ece4", "white", grey="#191919"),
    # Series beside one that stands out.
    "g1": Colour("#b3aea4", "#8f887a", "black"),
    "g2": Colour("#cbc6bc", "#5c574f"),
    "g3": Colour("#8f897e", "#aaa391", "black"),
    # What lies under text: stretches of a trace, kinds of boxes.
    "t1": Colour("#dde6f2", "#26364b", grey="#f4f4f4"),
    "t2": Colour("#f7e9cc", "#4a3a1c", grey="#dfdfdf"),
    "t3": Colour("#f3dcd6", "#4c2a23", grey="#cacaca"),
    "t4": Colour("#dcebe8", "#203d39", grey="#b5b5b5"),
    "t5": Colour("#e7e0ee", "#392d47", grey="#a0a0a0"),
    "t6": Colour("#ece9e3", "#302d29", grey="#ffffff"),
}
IN_GREY = {one.light: one.grey for one in _COLOURS.values() if one.grey}
"""What becomes of colours in grey print that would not be told apart there."""
SERIES = ("s1", "s2", "s3", "s4", "s5", "s6")
GREYS = ("g1", "g2", "g3")
TINTS = ("t1", "t2", "t3", "t4", "t5", "t6")
Paint = dict[str, str]


def fill(name: str) -> Paint:
    """Return the attributes of what is filled with a colour."""
    return {"class": f"d-f-{name}", "fill": _COLOURS[name].light}


def stroke(name: str, width: float = 1) -> Paint:
    """Return the attributes of a line of a colour."""
    return {
        "class": f"d-k-{name}",
        "fill": "none",
        "stroke": _COLOURS[name].light,
        "stroke-width": f"{width:g}",
    }


def both(inside: str, line: str, width: float = 1) -> Paint:
    """Return the attributes of what has one colour inside and another round it."""
    of_line = stroke(line, width)
    return {**of_line, **fill(inside), "class": f"d-f-{inside} {of_line['class']}"}


def text_on(name: str) -> str:
    """Return the name of the colour of text that stands on another."""
    return _COLOURS[name].text


def colours_of(marked: list[bool]) -> list[str]:
    """Return the colours of series, of which some may stand out; the others are grey then."""
    if not any(marked):
        return [SERIES[number % len(SERIES)] for number in range(len(marked))]
    bright, grey = ("s1", "s3", "s2", "s5"), iter(GREYS * len(marked))
    first = iter(bright * len(marked))
    return [next(first) if one else next(grey) for one in marked]


def style_sheet(*, chosen: bool = False) -> str:
    """Return CSS for a page that holds drawings: their colours on dark screens, their font.

    The page may have variables `--sans` and `--paper`. What stands in `.d-wide` is for wide
    screens and for paper, what stands in `.d-narrow` for phones. `chosen` says that a reader may
    choose light or dark: the page's root then has it as `data-theme`.
    """
    if chosen:
        by_system, by_choice = ':root:not([data-theme="light"]) ', ':root[data-theme="dark"] '
        return f"{_style_sheet(by_system)}@media screen {{\n{_dark(by_choice)}}}\n"
    return _style_sheet("")


def _dark(within: str) -> str:
    colours = "".join(
        f"  {within}.d-f-{name} {{ fill: {one.dark}; }} "
        f"{within}.d-k-{name} {{ stroke: {one.dark}; }}\n"
        for name, one in _COLOURS.items()
    )
    return f"{colours}  {within}.d-f-paper {{ fill: var(--paper, #191817); }}\n"


def _style_sheet(within: str) -> str:
    return (
        ".d-drawing { max-width: 100%; height: auto; overflow: visible; }\n"
        ".d-drawing text { font-family: var(--sans, sans-serif); }\n"
        "@media screen and (max-width: 34rem) { .d-wide { display: none; } }\n"
        "@media print, (min-width: 34.01rem) { .d-narrow { display: none; } }\n"
        ".d-f-paper { fill: var(--paper, #fff); }\n"
        f"@media screen and (prefers-color-scheme: dark) {{\n{_dark(within)}}}\n"
    )
