"""Find and value quantities in running text, Chinese and Arabic: pure.

The grammar, from the outside in: `find` walks through a text once and asks `exemptions`, `han` and
`english` what each numeral is; `identifiers` knows addresses, standards and clock times; `phrases`
puts sign, number, unit and the other end together, `compounds` several numbers that are one
(1 分 40 秒), `pairs` tells two numbers from a range; `ends` reads a number with its unit, `amounts`
one number, `numerals` values a Chinese one, `units` knows the units, the book's own among them;
`masking` blanks out markup first, `traditional` makes Traditional characters Simplified ones. The
words lie in `data/quantities/*.txt`.
"""

from chapterkit.quantities.exemptions import heading_number
from chapterkit.quantities.find import explain, find_in_plain, find_quantities
from chapterkit.quantities.model import Exempt, Quantity, Value
from chapterkit.quantities.numerals import parse_chinese, to_chinese
from chapterkit.quantities.units import (
    STANDARD,
    Declared,
    Units,
    converted,
    known_unit,
    normal_unit,
    same_quantity,
    unit_kind,
    units_with,
)

__all__ = [
    "STANDARD", "Declared", "Exempt", "Quantity", "Units", "Value", "converted", "explain",
    "find_in_plain", "find_quantities", "heading_number", "known_unit", "normal_unit",
    "parse_chinese", "same_quantity", "to_chinese", "unit_kind", "units_with",
]  # fmt: skip
