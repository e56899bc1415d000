"""Pictures on their way through pandoc: handed on as what was opened, never as an address.

pandoc may read no file. Where it need not look at a picture, a little one stands in for it that
has its kind and no more, and is changed for the picture in what pandoc wrote: pandoc takes many
times the room of what it is given.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping

from chapterkit.errors import ChapterkitError
from chapterkit.formats import AnyPrinting
from chapterkit.manuscript.pictures import Picture, PictureError
from chapterkit.text.passes import over_elements
from chapterkit.text.pictures import origin_of
from chapterkit.text.tree import Element, Pass, Target, kind_of, target_of, with_target


def standing_in(printing: AnyPrinting) -> Pass:
    """Return the pass that lets a little picture stand in for each: see `put_in` and `named`."""
    return _pointing_at(lambda one: _address(one, _stand_in(one)), printing)


def embedded(printing: AnyPrinting, change: Callable[[Picture], Picture]) -> Pass:
    """Return the pass that puts each picture itself, changed as a format needs it, in its place.

    Raises ChapterkitError, at the picture, where `change` raises PictureError.
    """
    return _pointing_at(lambda one: _address(changed := change(one), changed.data), printing)


def _pointing_at(address_of: Callable[[Picture], bytes], printing: AnyPrinting) -> Pass:
    addresses: dict[str, str] = {}
    for address, picture in printing.pictures.items():
        try:
            addresses[address] = address_of(picture).decode()
        except PictureError as error:
            raise placed(error, address, printing) from None

    def pointed(element: Element) -> Element:
        if kind_of(element) != "Image":
            return element
        address, title = target_of(element)
        return with_target(element, Target(addresses[address], title))

    return over_elements(pointed)


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
    return hashlib.sha256(picture.data).hexdigest()[:63].encode()


def put_in(written: bytes, printing: AnyPrinting) -> bytes:
    """Return a page with the pictures where others stood in for them."""
    for one in printing.pictures.values():
        written = written.replace(_address(one, _stand_in(one)), _address(one, one.data))
    return written


def named(printing: AnyPrinting) -> Mapping[bytes, bytes]:
    """Return the bytes of each picture by those that stand in for it."""
    return {_stand_in(one): one.data for one in printing.pictures.values()}
