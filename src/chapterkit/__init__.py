"""chapterkit: book chapters whose numbers have sources and whose paragraphs are checked."""

from importlib import import_module

TYPE_CHECKING = False  # as in typing, which takes long to load
if TYPE_CHECKING:
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


def __getattr__(name: str) -> object:
    """Load what is asked for: the program's start needs none of it, and must be short."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "errors" if name in {"ChapterkitError", "Origin"} else "quantities"
    return getattr(import_module(f"{__name__}.{home}"), name)
