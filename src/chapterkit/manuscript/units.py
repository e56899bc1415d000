"""`units:` of book.yaml: the book's own units, checked against the tool's table. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from chapterkit.errors import ChapterkitError, Gathering
from chapterkit.quantities import STANDARD, Declared, Units, units_with

if TYPE_CHECKING:
    from chapterkit.manuscript.config import UnitConfig
    from chapterkit.manuscript.yamlfile import YamlFile

_IS = re.compile(r"([-−]?\d{1,30}(?:\.\d{1,30})?)(?: ?/ ?([1-9]\d{0,9}))? ?(\D.*)")
_NAME = re.compile(r"[^\W\d].{0,29}|[^\w\s]\S{0,29}")


def declared_units(given: Mapping[str, UnitConfig | None]) -> Units:
    """Return the table of units with what a book declares, which has been checked."""
    return units_with(tuple(_declared(name, one) for name, one in given.items()))


def _declared(name: str, one: UnitConfig | None) -> Declared:
    if one is None:
        return Declared(name)
    factor, other = _read(one.is_) or (None, "")
    return Declared(name, one.same, one.counts, factor, other)


def _read(text: str | None) -> tuple[Fraction, str] | None:
    match = _IS.fullmatch(text.strip()) if text else None
    if match is None:
        return None
    return Fraction(match[1].replace("−", "-")) / int(match[2] or 1), match[3].strip()


def check_units(given: Mapping[str, UnitConfig | None], file: YamlFile) -> None:
    """Raise ChapterkitError at the lines of declarations that do not make sense, all of them.

    A spelling of two units, a conversion that is no number and unit, is not positive, leads to no
    known unit, round in a circle or against the tool's own table.
    """
    wrong = Gathering()
    wrong.add(_wrong_spellings(given, file))
    converted = {name: one.is_ for name, one in given.items() if one and one.is_ is not None}
    for name, text in converted.items():
        with wrong.taken():
            _check_factor(name, text, file)
    wrong.tell()
    units = declared_units(given)
    for name in converted:
        with wrong.taken():
            _check_target(name, units, file)
    wrong.tell()


def _wrong_spellings(
    given: Mapping[str, UnitConfig | None], file: YamlFile
) -> Iterator[ChapterkitError]:
    owners: dict[str, str] = {}
    for name, one in given.items():
        for index, spelling in enumerate((name, *(one.same if one else ()))):
            steps = ("units", name, "same", index - 1) if index else ("units", name)
            if not _NAME.fullmatch(spelling) or not spelling.isprintable():
                yield ChapterkitError(
                    f"“{spelling}”不能作单位",
                    file.origin(*steps),
                    "单位以文字或符号开头，不超过三十个字",
                )
            owner = owners.setdefault(spelling, name)
            if owner != name:
                yield ChapterkitError(
                    f"“{spelling}”既是 {owner} 又是 {name}",
                    file.origin(*steps),
                    "只留在一个单位下面",
                )
            known = STANDARD.table.get(spelling, ("", ""))[0]
            if index and known and known != STANDARD.table.get(name, (name, ""))[0]:
                hint = f"写成 {known}: {{same: [{name}]}}，或换一个写法"
                message = f"“{spelling}”在单位表里是 {known}，不能又是 {name}"
                yield ChapterkitError(message, file.origin(*steps), hint)


def _check_factor(name: str, text: str, file: YamlFile) -> None:
    origin, read = file.origin("units", name, "is"), _read(text)
    if read is None:
        raise ChapterkitError(
            f"units.{name}.is 要一个数和一个单位，不能是“{text}”", origin, "例如 is: 0.001 秒"
        )
    if read[0] <= 0:
        raise ChapterkitError(f"units.{name}.is 的数要大于零", origin, "例如 is: 0.001 秒")


def _check_target(name: str, units: Units, file: YamlFile) -> None:
    origin = file.origin("units", name, "is")
    own = units.table[units.meaning(name).name][0]
    factor, target = units.scales[own]
    if not units.known(target):
        hint = f"先在 units 里声明 {target}，或换算成工具认识的单位"
        raise ChapterkitError(f"units.{name}.is 里的“{target}”不是单位", origin, hint)
    passed, last = [own], target
    while len(parts := units.meaning(last).parts) == 1:
        passed.append(parts[0][0])
        if parts[0][0] in passed[:-1]:
            circle = " → ".join(passed)
            raise ChapterkitError(
                f"单位换算绕成了圈：{circle}", origin, "去掉其中一个 is，它的单位就是最基本的"
            )
        if parts[0][0] not in units.scales:
            break
        last = units.scales[parts[0][0]][1]
    _check_against_table(own, factor, target, file, name)


def _check_against_table(
    own: str, factor: Fraction, target: str, file: YamlFile, name: str
) -> None:
    """Compare with what the tool's own table says of the same two units."""
    entry = STANDARD.table.get(own)
    if entry is None or entry[1] == "count" or not STANDARD.known(target):
        return
    origin = file.origin("units", name, "is")
    if STANDARD.kind(target) != entry[1]:
        raise ChapterkitError(
            f"{own} 和 {target} 量的不是同一种东西，不能换算", origin, "换一个单位，或删去 is"
        )
    (mine, own_base), (theirs, base) = STANDARD.in_base(own), STANDARD.in_base(target)
    if own_base == base and mine != factor * theirs:
        raise ChapterkitError(
            f"1 {own} 在单位表里是 {float(mine / theirs):g} {target}",
            origin,
            "改正这个数，或删去 is",
        )
