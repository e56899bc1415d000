"""Pictures made of pixels: opened by a decoder, with limits. Pure."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import warnings
import zlib

from PIL import Image, ImageOps, UnidentifiedImageError

from chapterkit.manuscript.pictures import PictureError

MAX_PIXELS = 50_000_000
Image.MAX_IMAGE_PIXELS = MAX_PIXELS

# A progressive JPEG is gone through once for each scan that it names: in practice about ten.
_MAX_SCANNED_PIXELS = 20 * MAX_PIXELS
_SCAN = re.compile(rb"\xff\xda")
_KINDS = ("PNG", "JPEG", "GIF", "WEBP")
_SMALLER = "缩小或压缩后再用"
_AGAIN = "用看图软件打开看看，重新导出一份"


# A build looks at a picture twice: when it checks, and when it prints.
_SOUND: dict[tuple[str, str], int] = {}
_MOST_KNOWN = 1000


def pixels(data: bytes, kind: str) -> int:
    """Return how many pixels a picture of this kind has, those of all its frames together.

    Raises PictureError, the message without the picture's name, if it is of another kind,
    damaged, or larger than MAX_PIXELS.
    """
    name = kind, hashlib.sha256(data).hexdigest()
    if name not in _SOUND:
        count = _decoded(data, kind)
        if len(_SOUND) >= _MOST_KNOWN:
            _SOUND.clear()
        _SOUND[name] = count
    return _SOUND[name]


def _decoded(data: bytes, kind: str) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        warnings.simplefilter("ignore", UserWarning)
        try:
            return _pixels(data, kind)
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise _too_large() from None
        except UnidentifiedImageError:
            raise PictureError(_what_it_is(data, kind), hint=_AGAIN) from None
        except PictureError:
            raise
        except Exception:  # a decoder may stumble over damaged bytes in any way
            raise PictureError("损坏了，或没有传完", hint=_AGAIN) from None


def _pixels(data: bytes, kind: str) -> int:
    with _opened(data, (kind.upper(),)) as image:
        count = image.width * image.height * getattr(image, "n_frames", 1)
        scans = len(_SCAN.findall(data)) if kind == "jpeg" else 0
        if count > MAX_PIXELS or count * scans > _MAX_SCANNED_PIXELS:
            raise _too_large()
    with _opened(data, (kind.upper(),)) as image:
        image.verify()
    with _opened(data, (kind.upper(),)) as image:
        image.load()
    return count


def _opened(data: bytes, kinds: tuple[str, ...]) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=kinds)


def _too_large() -> PictureError:
    return PictureError(f"超过 {MAX_PIXELS // 1_000_000} 百万像素", hint=_SMALLER)


def _what_it_is(data: bytes, kind: str) -> str:
    """Say what a picture is that is not of the kind that its name says."""
    try:
        with _opened(data, _KINDS) as image:
            if image.format and image.format.lower() != kind:
                return f"的名字说是 {kind.upper()}，内容却是 {image.format}"
    except Exception:  # a decoder may stumble over damaged bytes in any way
        pass
    return f"不是 {kind.upper()}，或损坏了"


def as_png(data: bytes) -> bytes:
    """Return the first frame of a picture that was checked, as PNG."""
    out = io.BytesIO()
    with _opened(data, _KINDS) as image:
        image.save(out, "PNG")
    return out.getvalue()


def as_grey(data: bytes, kind: str) -> tuple[bytes, str]:
    """Return the first frame of a picture that was checked in grey, and its kind: PNG or JPEG.

    It stands as a viewer shows it, however the camera was held.
    """
    with _opened(data, _KINDS) as image:
        upright = ImageOps.exif_transpose(image)
        if upright.has_transparency_data:
            made = upright.convert("RGBA").convert("LA")
        else:
            made = upright.convert("L")
        out, form = io.BytesIO(), "JPEG" if kind == "jpeg" else "PNG"
        made.save(out, form, **({"quality": 92} if form == "JPEG" else {}))
    return out.getvalue(), form.lower()


_HEAD = 33  # a PNG's signature, and its first chunk
_METRE = 1 / 0.0254


def with_density(png: bytes, dots_per_inch: float) -> bytes:
    """Return a PNG that says no density with one, its pixels untouched."""
    dots = round(dots_per_inch * _METRE)
    content = b"pHYs" + struct.pack(">IIB", dots, dots, 1)
    chunk = struct.pack(">I", 9) + content + struct.pack(">I", zlib.crc32(content))
    return png[:_HEAD] + chunk + png[_HEAD:]


_PER_INCH = 96
_DENSITIES = (50, 2400)  # dots to the inch that a file may well mean


def size_of(data: bytes) -> tuple[float, float]:
    """Return the width and height that a picture has by itself, in pixels of 1/96 inch.

    It is known to be sound. What it says of its density counts, where that can be.
    """
    with Image.open(io.BytesIO(data)) as image:
        across, down = image.info.get("dpi") or (0, 0)
        least, most = _DENSITIES
        told = least <= across <= most and least <= down <= most
        wide, high = (across, down) if told else (_PER_INCH, _PER_INCH)
        return image.width * _PER_INCH / wide, image.height * _PER_INCH / high
