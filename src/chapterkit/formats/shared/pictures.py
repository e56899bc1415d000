"""Pictures on their way through pandoc: handed on as what was opened, never as an address.

pandoc may read no file. What it is given stands in for a picture, has its kind and no more than
a writer wants to know of it, and is changed for the picture in what pandoc wrote: pandoc takes
many times the room of what it is given.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from html import escape
from struct import pack

from chapterkit.errors import ChapterkitError
from chapterkit.formats import AnyPrinting
from chapterkit.manuscript.pictures import Picture, PictureError
from chapterkit.text.passes import over_elements
from chapterkit.text.pictures import origin_of
from chapterkit.text.tree import Element, Pass, Target, target_of, with_target

_NAME_LENGTH = 63
_LONG_NAME = re.compile(rb'descr="data:image/[a-z]+;base64,([A-Za-z0-9+/=]+)"')
_LONGEST_HEAD = 1_000_000
_IHDR = 16  # where a PNG says its size: behind its signature, and the length and kind of the chunk


def standing_in(printing: AnyPrinting) -> Pass:
    """Return the pass that lets a little picture stand in for each: see `put_in` and `named`."""
    return _pointing_at(lambda one: _address(one, _stand_in(one)), printing)


def embedded(printing: AnyPrinting, change: Callable[[Picture], Picture]) -> Pass:
    """Return the pass for a writer that measures pictures, each changed as it needs them.

    A PNG, which may be large, is left in the format's folder, and one of its size without pixels
    put in its place: see `restored`. Raises ChapterkitError, at the picture, where `change` raises
    PictureError.
    """
    return _pointing_at(lambda one: _measurable(change(one), one, printing), printing)


def _measurable(picture: Picture, original: Picture, printing: AnyPrinting) -> bytes:
    head, pixels, _ = picture.data.partition(b"IDAT")
    name = _stand_in(original)
    if not pixels or picture.kind != "png" or len(head) > _LONGEST_HEAD:
        return _address(picture, picture.data + name)
    (printing.work / name.decode()).write_bytes(picture.data)
    return _address(picture, _in_plain_colours(head[:-4]) + _NO_PIXELS + name)


def _in_plain_colours(head: bytes) -> bytes:
    """Return a PNG's head of which pixels would have eight bits a colour, whatever they had.

    Where there are no pixels, pandoc's reader of packed ones would look for them in vain.
    """
    width_and_height = head[_IHDR:][:8]
    plain = _chunk(b"IHDR", width_and_height + bytes((8, 2, 0, 0, 0)))
    return head[: _IHDR - 8] + plain + head[_IHDR + 17 :]


def _chunk(kind: bytes, data: bytes) -> bytes:
    """Return a part of a PNG: how long it is, its kind, its content, and a sum."""
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))


_NO_PIXELS = _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND", b"")


def restored(name: str, part: bytes, printing: AnyPrinting) -> bytes:
    """Return a part of what such a writer wrote, with the pictures, and their names, in place."""
    if not name.startswith("word/media/"):
        return _LONG_NAME.sub(lambda found: _short_name(found, printing), part)
    id = part[-_NAME_LENGTH:]
    if id not in named(printing):
        return part
    file = printing.work / id.decode()
    return file.read_bytes() if file.is_file() else part[:-_NAME_LENGTH]


def _short_name(found: re.Match[bytes], printing: AnyPrinting) -> bytes:
    """Return what the writer calls a picture: its address, as it would a file's."""
    id = b64decode(found[1])[-_NAME_LENGTH:]
    addresses = {_stand_in(one): address for address, one in printing.pictures.items()}
    return b'descr="%b"' % escape(addresses[id]).encode() if id in addresses else found[0]


def _pointing_at(address_of: Callable[[Picture], bytes], printing: AnyPrinting) -> Pass:
    addresses: dict[str, str] = {}
    for address, picture in printing.pictures.items():
        try:
            addresses[address] = address_of(picture).decode()
        except PictureError as error:
            raise placed(error, address, printing) from None

    def pointed(element: Element) -> Element:
        address, title = target_of(element)
        return with_target(element, Target(addresses[address], title))

    return over_elements(pointed, {"Image"})


def as_printed(printing: AnyPrinting) -> Mapping[str, Picture]:
    """Return the pictures as they go to print: in grey, if the book is printed so.

    Raises ChapterkitError, at the picture, for one that cannot be drawn.
    """
    if printing.config.pdf.colour == "full":
        return printing.pictures
    from chapterkit.formats.shared.grey import in_grey  # few books need it, and the decoders

    made: dict[str, Picture] = {}
    for address, picture in printing.pictures.items():
        try:
            made[address] = in_grey(picture, printing.work)
        except PictureError as error:
            raise placed(error, address, printing) from None
    return made


def placed(error: PictureError, address: str, printing: AnyPrinting) -> ChapterkitError:
    """Return an error about a picture, its message without a name, as one at that picture."""
    document = next(one.document for one in printing.chapters if address in one.pictures)
    message = f"图片 {address} {error.message}"
    return ChapterkitError(message, origin_of(address, document), error.hint)


def _address(picture: Picture, data: bytes) -> bytes:
    """Return the address of a picture that is its own content."""
    return b"data:%b;base64,%b" % (picture.media_type.encode(), b64encode(data))


def _stand_in(picture: Picture) -> bytes:
    """Return the bytes that stand in for a picture: 63, so that base64 needs no filling."""
    return picture.digest[:_NAME_LENGTH].encode()


def put_in(written: bytes, printing: AnyPrinting) -> bytes:
    """Return a page with the pictures where others stood in for them."""
    for one in printing.pictures.values():
        written = written.replace(_address(one, _stand_in(one)), _address(one, one.data))
    return written


def put_beside(
    written: bytes, printing: AnyPrinting, folder: str
) -> tuple[bytes, dict[str, bytes]]:
    """Return a page that asks for its pictures in a folder beside it, and these by their names."""
    beside: dict[str, bytes] = {}
    for one in printing.pictures.values():
        name = f"{one.digest[:16]}.{one.kind}"
        if (address := _address(one, _stand_in(one))) in written:
            written = written.replace(address, f"{folder}/{name}".encode())
            beside[name] = one.data
    return written, beside


def with_drawings(written: bytes, printing: AnyPrinting) -> bytes:
    """Return a page with the drawings made for it as parts of it, for wide and narrow screens."""
    for address, narrow in printing.narrow.items():
        wide = printing.pictures[address]
        drawn = b'<span class="drawing">%b</span><span class="drawing narrow">%b</span>' % (
            _as_part(wide.data),
            _as_part(narrow.data),
        )
        image = rb'<img\b[^>]*\bsrc="%b"[^>]*>' % re.escape(_address(wide, _stand_in(wide)))
        written = re.sub(image, lambda _, drawn=drawn: drawn, written)  # type: ignore[misc]
    return written


def _as_part(drawing: bytes) -> bytes:
    """Return a drawing as a part of a page: without the declaration that a file begins with."""
    return re.sub(rb"^<\?xml[^>]*\?>\s*", b"", drawing)


def named(printing: AnyPrinting) -> Mapping[bytes, bytes]:
    """Return the bytes of each picture by those that stand in for it."""
    return {_stand_in(one): one.data for one in printing.pictures.values()}
