"""The pictures of a book: found inside its folder, read once, known to be what they are.

What is returned is what every format is handed: nothing reads the file again.
"""

from __future__ import annotations

import hashlib
import posixpath
from dataclasses import dataclass, field
from functools import cached_property

from chapterkit.errors import ChapterkitError
from chapterkit.manuscript.folder import Folder

MAX_BYTES = 30_000_000
KINDS = {
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".gif": "gif",
    ".webp": "webp",
    ".svg": "svg",
}
"""The kind of picture that the end of a name, in small letters, stands for."""

_PLACES = ("book/", "")


class PictureError(ChapterkitError):
    """A picture that cannot be used; whoever knows where it is named places it there."""


@dataclass(frozen=True)
class Picture:
    """A picture that was opened: its path in the book, its kind (see KINDS), its bytes.

    A drawing's bytes are those that were built anew; all others' are the file's own.
    """

    path: str
    kind: str
    data: bytes = field(repr=False)

    @cached_property
    def digest(self) -> str:
        """A digest of its bytes."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def size(self) -> tuple[float, float]:
        """The width and height that it has by itself, in pixels of 1/96 inch."""
        from chapterkit.manuscript import drawings, rasters

        if self.kind == "svg":
            return drawings.size_of(self.data)
        return rasters.size_of(self.data)

    @property
    def media_type(self) -> str:
        """What the web calls its kind."""
        return media_type(self.kind)


def media_type(kind: str) -> str:
    """Return what the web calls a kind of picture.

    >>> media_type("svg")
    'image/svg+xml'
    """
    return "image/svg+xml" if kind == "svg" else f"image/{kind}"


def opened(name: str, folder: Folder) -> Picture | None:
    """Return the picture that lies at `name` below book/ or the book's folder; None if none does.

    Raises PictureError, the message without a name, if it is of no known kind, cannot be read,
    or is not what its name says.
    """
    path = place_of(name, folder)
    if path is None:
        return None
    kind = KINDS.get(posixpath.splitext(name)[1].lower())
    if not kind:
        raise PictureError("不是认得的种类", hint="能用的有 PNG、JPEG、GIF、WebP、SVG")
    return Picture(path, kind, checked(_read(path, folder), kind))


def place_of(name: str, folder: Folder) -> str | None:
    """Return the path of what lies at `name` below book/, or the book's folder, or None."""
    paths = (f"{place}{name}" for place in _PLACES)
    return next((path for path in paths if _is_there(path, folder)), None)


def _is_there(path: str, folder: Folder) -> bool:
    """Tell whether there is something at a path; there is nothing outside the folder."""
    try:
        return folder.exists(path)
    except ChapterkitError:
        return False


def _read(path: str, folder: Folder) -> bytes:
    try:
        return folder.read(path, MAX_BYTES)
    except ChapterkitError as error:
        raise PictureError(f"读不了：{error.message}", hint=error.hint) from None


def checked(data: bytes, kind: str) -> bytes:
    """Return the bytes of a picture that may be used: its own, or a drawing built anew.

    Raises PictureError, the message without the picture's name, if they are not of this kind,
    damaged, too large, or (a drawing) hold what no picture of a book needs.
    """
    # Few texts have pictures: a check of those that have none need not load the decoders.
    from chapterkit.manuscript import drawings, rasters

    if kind == "svg":
        return drawings.rebuilt(data)
    rasters.pixels(data, kind)
    return data
