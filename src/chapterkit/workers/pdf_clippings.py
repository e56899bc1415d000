"""Lines of a PDF as pictures, in a process of its own: a PDF in, JSON of clippings out.

`places` are page (from 1), first and last character of what is sought in the text of the page, as
`pdf_text` gives it, divided by colons; several are divided by commas. What cannot be cut is null.
"""

from __future__ import annotations

import ctypes
import json
import struct
import sys
import zlib
from base64 import b64encode

import pypdfium2
from pypdfium2 import raw

MOST_WIDE, MOST_HIGH = 1100, 340
"""How large a picture may be, in pixels."""
LETTERS = 26
"""How high a line of text is drawn, in pixels."""
LEAST_SCALE, MOST_SCALE = 0.5, 6.0
AROUND = 30
BESIDE = 200
LONGEST = 400
_SHADES = bytes(value >> 4 for value in range(256))

Box = tuple[float, float, float, float]  # left, top, right, bottom, in pixels


def clippings(data: bytes, places: list[tuple[int, int, int]]) -> list[dict[str, object] | None]:
    """Return the lines round each place as a picture, with what they say and where it stands."""
    found: list[dict[str, object] | None] = []
    document = pypdfium2.PdfDocument(data)
    for number, start, end in places:
        try:
            page = document[number - 1]
            found.append(_Page(page).clipping(start, end))
            page.close()
        except (pypdfium2.PdfiumError, IndexError, ValueError):
            found.append(None)
    return found


class _Page:
    """A page, its characters but for blanks, and the places of these in pixels."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self.page = page
        self.layer = page.get_textpage()
        self.text = plain(self.layer.get_text_bounded())
        self.scale = 1.0
        self.letters: list[str] = []
        self.indices: list[int] = []
        for index in range(self.layer.count_chars()):
            letter = chr(raw.FPDFText_GetUnicode(self.layer, index))
            if not _is_blank(letter):
                self.letters.append(letter)
                self.indices.append(index)

    def clipping(self, start: int, end: int) -> dict[str, object] | None:
        """Return the lines round a stretch of the text as a picture; None if it is not found."""
        first = self._found(start, end)
        if first is None:
            return None
        line_start = self.text.rfind("\n", 0, start) + 1
        line_end = self.text.find("\n", end)
        line_end = len(self.text) if line_end < 0 else line_end
        # The lines before and behind belong to the picture, if they stand there.
        further_start = self.text.rfind("\n", 0, max(0, line_start - 1)) + 1
        further_end = self.text.find("\n", line_end + 1)
        further_end = len(self.text) if further_end < 0 else further_end
        last = first + len(_packed(self.text[start:end]))
        before = first - len(_packed(self.text[further_start:start]))
        after = last + len(_packed(self.text[end:further_end]))
        words = " ".join(self.text[line_start:line_end].split())[:LONGEST]
        return self._cut((first, last), (max(0, before), min(after, len(self.letters))), words)

    def _found(self, start: int, end: int) -> int | None:
        """Return which letter a stretch begins with: where it should be, or the nearest like it."""
        expected = len(_packed(self.text[:start]))
        every, wanted = "".join(self.letters), _packed(self.text[start:end])
        for around in (AROUND, 8, 0):
            before = _packed(self.text[max(0, start - around) : start])
            sought = before + wanted + _packed(self.text[end : end + around])
            at, near = every.find(sought), None
            while at >= 0 and sought:
                here = at + len(before)
                if near is None or abs(here - expected) < abs(near - expected):
                    near = here
                at = every.find(sought, at + 1)
            if near is not None:
                return near
        return None

    def _cut(
        self, hit: tuple[int, int], lines: tuple[int, int], words: str
    ) -> dict[str, object] | None:
        self.scale = 1.0
        marked = self._boxes(*hit)
        if not marked:
            return None
        high = max(bottom - top for _, top, _, bottom in marked)
        self.scale = min(MOST_SCALE, max(LEAST_SCALE, LETTERS / max(high, 1.0)))
        width, height = self._size()
        marked = self._boxes(*hit)
        left, top, right, bottom = _round(marked)
        high = max(one[3] - one[1] for one in marked)
        beside = [
            one for one in self._boxes(*lines)
            if min(one[3], bottom + 1.5 * high) - max(one[1], top - 1.5 * high) > 0
        ]  # fmt: skip
        wide = _round([*beside, *marked])
        crop_left, crop_right = _within(
            min(wide[0] - high, left - BESIDE), max(wide[2] + high, right + BESIDE),
            (left + right) / 2, MOST_WIDE, width,
        )  # fmt: skip
        crop_top, crop_bottom = _within(
            top - 1.9 * high, bottom + 1.9 * high, (top + bottom) / 2, MOST_HIGH, height
        )
        scale = self.scale
        crop = (crop_left / scale, (height - crop_bottom) / scale,
                (width - crop_right) / scale, crop_top / scale)  # fmt: skip
        bitmap = self.page.render(
            scale=scale, crop=crop, grayscale=True, draw_annots=False, may_draw_forms=False
        )
        size = bitmap.width, bitmap.height
        png = _png(bytes(bitmap.buffer), bitmap.stride, *size)
        marks = [
            [round(value, 4) for value in (
                (one[0] - crop_left) / size[0], (one[1] - crop_top) / size[1],
                (one[2] - one[0]) / size[0], (one[3] - one[1]) / size[1])]
            for one in _joined(marked)
        ]  # fmt: skip
        return {
            "words": words, "png": b64encode(png).decode(), "width": size[0], "height": size[1],
            "marks": marks,
        }  # fmt: skip

    def _size(self) -> tuple[int, int]:
        """Return how large the page is, in pixels."""
        return (
            -int(-self.page.get_width() * self.scale // 1),
            -int(-self.page.get_height() * self.scale // 1),
        )

    def _boxes(self, first: int, last: int) -> list[Box]:
        """Return the boxes of some letters that have any, in pixels."""
        boxes: list[Box] = []
        for place in range(first, last):
            left, bottom, right, top = self.layer.get_charbox(self.indices[place], loose=True)
            corners = [self._pixel(left, bottom), self._pixel(right, top)]
            (x1, x2), (y1, y2) = (sorted(one) for one in zip(*corners, strict=True))
            if x2 > x1 and y2 > y1:
                boxes.append((x1, y1, x2, y2))
        return boxes

    def _pixel(self, x: float, y: float) -> tuple[int, int]:
        """Return where a place of the page is drawn, whichever way the page is turned."""
        to_x, to_y = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(self.page, 0, 0, *self._size(), 0, x, y, to_x, to_y)
        return to_x.value, to_y.value


def plain(text: str) -> str:
    """Return a page's text with line ends of one kind."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _is_blank(letter: str) -> bool:
    return letter.isspace() or letter in "\0\x02\ufffe\u00ad"


def _packed(text: str) -> str:
    return "".join(one for one in text if not _is_blank(one))


def _round(boxes: list[Box]) -> Box:
    """Return the box round some boxes."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _joined(boxes: list[Box]) -> list[Box]:
    """Return a box for each line of boxes."""
    rows: list[list[Box]] = []
    for one in boxes:
        if rows and min(one[3], rows[-1][0][3]) - max(one[1], rows[-1][0][1]) > 0:
            rows[-1].append(one)
        else:
            rows.append([one])
    return [_round(row) for row in rows]


def _within(
    start: float, end: float, middle: float, most: float, whole: float
) -> tuple[float, float]:
    """Return a stretch that is no longer than may be, lies on the page, and has its middle."""
    start, end = max(0.0, start), min(whole, end)
    if end - start > most:
        start = min(max(start, middle - most / 2), end - most)
        end = start + most
    return float(int(start)), float(int(end))


def _png(pixels: bytes, stride: int, width: int, height: int) -> bytes:
    """Return shades of grey as a PNG of sixteen of them."""
    rows = []
    for y in range(height):
        row = pixels[y * stride : y * stride + width].translate(_SHADES) + b"\x0f" * (width % 2)
        rows.append(b"\0" + bytes(a << 4 | b for a, b in zip(row[::2], row[1::2], strict=True)))
    head = struct.pack(">2I5B", width, height, 4, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part))
        for kind, part in parts
    )


if __name__ == "__main__":
    given = [tuple(map(int, one.split(":"))) for one in sys.argv[1].split(",")]
    json.dump(clippings(sys.stdin.buffer.read(), given), sys.stdout)  # type: ignore[arg-type]
