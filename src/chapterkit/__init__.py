"""chapterkit: book chapters whose numbers have sources and whose paragraphs are checked."""

from chapterkit.errors import ChapterkitError
from chapterkit.quantities import find_quantities

__all__ = ["ChapterkitError", "find_quantities"]
__version__ = "0.1.0"
