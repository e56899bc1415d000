"""chapterkit: book chapters whose numbers have sources and whose paragraphs are checked."""

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.quantities import (
    Quantity,
    find_quantities,
    normal_unit,
    parse_chinese,
    same_quantity,
    to_chinese,
)

__all__ = [
    "ChapterkitError", "Origin", "Quantity", "find_quantities", "normal_unit", "parse_chinese",
    "same_quantity", "to_chinese",
]  # fmt: skip
__version__ = "0.1.0"
