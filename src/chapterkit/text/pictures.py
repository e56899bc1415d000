"""Which pictures a text shows: each found and opened once, and known by its address. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.manuscript.folder import Folder, meant
from chapterkit.manuscript.pictures import Picture, PictureError, opened, place_of
from chapterkit.showing import excerpt
from chapterkit.text.addresses import picture_path
from chapterkit.text.document import Document
from chapterkit.text.tree import Tree, elements_of, target_of

MAX_BYTES_TOGETHER = 100_000_000
"""What the pictures of one text may have: a writer holds them all in memory, and more than once."""

_PUT_IT = "把图片放进 book/，按相对 book/ 的路径写"
_LONGEST = 100


def addresses(tree: Tree) -> list[str]:
    """Return the addresses of a tree's pictures, each once, in order."""
    pictures = elements_of(tree, {"Image"})
    return list(dict.fromkeys(target_of(one).address for one in pictures))


def picture_at(address: str, folder: Folder) -> Picture:
    """Return the picture at an address of a text.

    Raises PictureError if it is not in the book's folder, or cannot be used.
    """
    shown = excerpt(address, _LONGEST)
    name = picture_path(address)
    try:
        picture = opened(name, folder) if name else None
    except PictureError as error:
        raise PictureError(f"图片 {shown} {error.message}", hint=error.hint) from None
    if picture is None:
        hint = meant(f"book/{unquote(address)}", folder) or _PUT_IT
        raise PictureError(f"图片 {shown} 不在书的文件夹里", hint=hint)
    return picture


def place_at(address: str, folder: Folder) -> str | None:
    """Return the path in the book's folder of a picture of a text; None if there is none."""
    name = picture_path(address)
    return place_of(name, folder) if name else None


def digest_at(address: str, folder: Folder) -> str:
    """Return a digest of the file at an address of a text; empty where none can be read."""
    path = place_at(address, folder)
    try:
        return hashlib.sha256(folder.read(path)).hexdigest() if path else ""
    except ChapterkitError:
        return ""


def pictures_of(
    document: Document, tree: Tree, folder: Folder, drawn: Mapping[str, Picture]
) -> dict[str, Picture]:
    """Return the pictures of a document's tree, as it is printed, by their addresses.

    `drawn` are those that were drawn for it, and lie nowhere.

    Raises ChapterkitError, at the picture, for the first that cannot be used.
    """
    found: dict[str, Picture] = {}
    for address in addresses(tree):
        try:
            found[address] = drawn.get(address) or picture_at(address, folder)
            if wrong := too_much(found.values()):
                raise wrong
        except PictureError as error:
            raise error.at(origin_of(address, document)) from None
    return found


def too_much(found: Iterable[Picture]) -> PictureError | None:
    """Return what is said of pictures that are too large together, None where they are not."""
    if sum(len(one.data) for one in found) <= MAX_BYTES_TOGETHER:
        return None
    limit = MAX_BYTES_TOGETHER // 1_000_000
    return PictureError(f"图片一共超过 {limit} MB", hint="缩小或压缩后再用")


def origin_of(address: str, document: Document) -> Origin:
    """Return where the first picture with this address stands in the manuscript."""
    for block in document.blocks:
        for inline in block.inlines:
            if inline.kind == "Image" and inline.target == address:
                return block.origin(inline.start)
    return document.rendered.origin(max(0, document.rendered.text.find(address)))
