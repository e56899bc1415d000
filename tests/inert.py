"""Outputs that do nothing: no script, no handler, no address that is asked for, no secret.

Tags, attributes and schemes are allow-listed: what is not known here is told.
"""

from __future__ import annotations

import base64
import ctypes
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, unquote_to_bytes, urlsplit
from xml.etree import ElementTree

import pypdfium2
import pypdfium2.raw as pdfium

_TAGS = frozenset(
    """html head meta title style link body header main nav section aside article footer div p span a button
    h1 h2 h3 h4 h5 h6 ol ul li dl dt dd blockquote pre code em strong u del s sup sub b i q hr br wbr
    table thead tbody tfoot tr th td col colgroup caption figure figcaption img math semantics
    annotation mi mn mo mrow msub msup msubsup mfrac msqrt mroot mtext mspace munder mover munderover
    mtable mtr mtd mpadded mphantom menclose mstyle merror ms mprescripts mmultiscripts none""".split()  # noqa: SIM905
)
_SVG_TAGS = frozenset(
    """svg g path rect circle ellipse line polyline polygon text tspan textpath title desc defs use
    symbol marker clippath mask pattern lineargradient radialgradient stop image style
    switch filter""".split()  # noqa: SIM905
)
_ATTRIBUTES = re.compile(
    r"id|class|lang|xml:lang|xmlns(:epub|:xlink|:ibooks)?|property|aria-current|title|href|src|alt|width|height|role|type|rel"
    r"|aria-(label|labelledby|hidden|describedby)|epub:(type|prefix)|alttext|hidden|charset|name|content"
    r"|data-(number|cites|entry-spacing|line-spacing|keep)|colspan|rowspan|start|scope|span|style"
    r"|popover(target)?|encoding|display|mathvariant|form|stretchy|lspace|rspace|accent|accentunder|fence|separator"
    r"|tabindex|columnalign|columnspacing|rowspacing|scriptlevel|displaystyle|linethickness|notation|mathsize"
    r"|minsize|maxsize|depth|voffset|rowlines|columnlines|symmetric|movablelimits|align|mathcolor"
    r"|reversed|cite|http-equiv|prefix|dir|version|viewbox|preserveaspectratio|xlink:href|open|close"
)  # fmt: skip
_LENGTHS = re.compile(r"((width|height|text-align|list-style-type): ?[a-z0-9.%-]+;? ?)+")
_FOR_READERS = frozenset({"http", "https", "mailto", "doi"})
_CSS = re.compile(
    r"url\(|@import|expression\(|-moz-binding|(?<!-)behavior:|javascript:|</", re.IGNORECASE
)
_POLICY = "content-security-policy"


def leaks(folder: Path, secret: str = "", size: tuple[int, int] = (0, 0)) -> Iterator[str]:
    """Yield what a folder of outputs does that it may not, each with the file's name.

    `secret` may stand nowhere, however it is encoded, and no picture may be of this `size`.
    """
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.suffix == ".lock":
            continue
        raw = path.read_bytes()
        does = _of_site(path) if path.parent.name == "site" else _READERS.get(path.suffix, _nothing)
        for told in (*does(raw), *_secrets(raw, secret, size)):
            yield f"{path.name}: {told}"


def _nothing(raw: bytes) -> Iterator[str]:
    yield from ()


def _of_site(path: Path) -> Callable[[bytes], Iterator[str]]:
    """Return what reads a file of a site: a page in its frame, or the text that is searched."""

    def does(raw: bytes) -> Iterator[str]:
        if path.name == "search-index.js":
            json.loads(raw.decode().removeprefix("searchTexts(").removesuffix(");\n"))
        elif path.suffix == ".html":
            page = raw.decode()
            for own in _FRAME:
                page = own.sub("", page, count=1)
            yield from page_does(
                page.encode(), lambda one: (path.parent / one.partition("#")[0]).is_file()
            )

    return does


# What each page of a site has once: its script, its search, its neighbours.
_FRAME = tuple(
    re.compile(one, re.DOTALL)
    for one in (
        '<script src="site.js" defer></script>', '<form id="toc-search" role="search".*?</form>',
        r'<link rel="prev" href="[\w-]+\.html">', r'<link rel="next" href="[\w-]+\.html">',
    )
)  # fmt: skip


# --- pages


def page_does(raw: bytes, exists: Callable[[str], bool] = lambda _: False) -> Iterator[str]:
    """Yield what a page does; `exists` tells whether an address is a file beside it."""
    page = _Page(exists)
    page.feed(raw.decode("utf-8"))
    page.close()
    yield from page.told


class _Page(HTMLParser):
    def __init__(self, exists: Callable[[str], bool]) -> None:
        super().__init__()
        self.exists = exists
        self.told: list[str] = []
        self.within: list[str] = []
        self.policies = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        drawn = "svg" in self.within or tag == "svg"
        if tag not in (_TAGS | _SVG_TAGS if drawn else _TAGS):
            self.told.append(f"<{tag}>")
        if drawn:
            self.told.extend(_drawing_attributes(tag, attrs, self.exists))
        else:
            self._attributes(tag, [(name, value or "") for name, value in attrs])
        if tag in ("svg", "style"):
            self.within.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in ("svg", "style"):
            self.within.pop()

    def handle_endtag(self, tag: str) -> None:
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        if "style" in self.within and (found := _CSS.search(_without_own_font(data))):
            self.told.append(f"a style with {found[0]}")

    def handle_pi(self, data: str) -> None:
        if not data.startswith(('xml version="1.0"', "xml version='1.0'")):
            self.told.append(f"<?{data[:40]}")

    def _attributes(self, tag: str, attributes: list[tuple[str, str]]) -> None:
        given = dict(attributes)
        for name, value in attributes:
            if not _ATTRIBUTES.fullmatch(name):
                self.told.append(f"<{tag} {name}={value[:60]!r}>")
            elif name in ("href", "src", "xlink:href", "cite"):
                self.told.extend(_address(tag, name, value, self.exists))
            elif name == "style" and not _LENGTHS.fullmatch(value):
                self.told.append(f"<{tag} style={value[:60]!r}>")
            elif name == "tabindex" and value not in ("-1", "0"):
                self.told.append(f"<{tag} tabindex={value!r}>")
            elif name == "http-equiv" and value.lower() not in (_POLICY, "content-type"):
                self.told.append(f"<meta http-equiv={value!r}>")
        if tag == "link" and given.get("rel") != "stylesheet":
            self.told.append(f"<link rel={given.get('rel')!r}>")
        self.policies += given.get("http-equiv", "").lower() == _POLICY


def _address(tag: str, name: str, value: str, exists: Callable[[str], bool]) -> Iterator[str]:
    if value.startswith("#"):
        return
    scheme = urlsplit(value).scheme.lower()
    if tag == "a" and scheme in _FOR_READERS and value == value.strip():
        return
    if tag in ("img", "image") and value.startswith("data:image/"):
        yield from _data(value)
    elif scheme or value.startswith(("/", "\\")) or not exists(value):
        yield f"<{tag} {name}={value[:80]!r}>"


def _data(address: str) -> Iterator[str]:
    head, _, body = address.partition(",")
    raw = base64.b64decode(body) if head.endswith(";base64") else unquote_to_bytes(body)
    if "svg" in head:
        yield from drawing_does(raw)
    elif not raw.startswith((b"\x89PNG", b"\xff\xd8", b"GIF8", b"RIFF")):
        yield f"{head} is no picture: {raw[:40]!r}"


def _drawing_attributes(
    tag: str, attributes: list[tuple[str, str | None]], exists: Callable[[str], bool]
) -> Iterator[str]:
    for name, given in attributes:
        value = (given or "").strip()
        address = name.lower() in ("href", "xlink:href", "src")
        if name.lower().startswith("on"):
            yield f"<{tag} {name}={value[:60]!r}>"
        elif address and not value.startswith("#") and not exists(value):
            yield from _address("image", name, value, exists)
        elif "url(" in value.lower() and not re.fullmatch(r"url\(\s*['\"]?#[^)]*\)", value.lower()):
            yield f"<{tag} {name}={value[:60]!r}>"


def drawing_does(raw: bytes) -> Iterator[str]:
    """Yield what an SVG does."""
    if b"<!ENTITY" in raw.upper() or b"<!DOCTYPE" in raw.upper():
        yield "an SVG with declarations"
        return
    try:
        root = ElementTree.fromstring(raw)
    except ElementTree.ParseError as error:
        yield f"an SVG that is none: {error}"
        return
    for element in root.iter():
        space, _, tag = str(element.tag).rpartition("}")
        if tag.lower() not in _SVG_TAGS or space not in ("{http://www.w3.org/2000/svg", ""):
            yield f"<{tag}> in an SVG"
        named = [(name.rpartition("}")[2], value) for name, value in element.attrib.items()]
        yield from _drawing_attributes(tag, [*named], lambda _: False)
        if tag == "style" and (found := _CSS.search(element.text or "")):
            yield f"a style with {found[0]} in an SVG"


# --- packages


def _html(raw: bytes) -> Iterator[str]:
    yield from page_does(raw)


def _epub(raw: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        names = set(package.namelist())
        yield from (f"{name} leads out" for name in names if ".." in name or name.startswith("/"))
        for name in sorted(names):
            data = package.read(name)
            if name.endswith((".xhtml", ".html")):
                inside = _beside(name, names)
                if wrong := _malformed(data):
                    yield f"{name}: {wrong}"
                yield from (f"{name}: {told}" for told in page_does(data, inside))
            elif name.endswith(".svg"):
                yield from (f"{name}: {told}" for told in drawing_does(data))
            elif name.endswith(".css") and (found := _CSS.search(_without_own_font(data.decode()))):
                yield f"{name}: a style with {found[0]}"
            elif name.endswith(".opf"):
                yield from (f"{name}: {told}" for told in _package(data))


def _without_own_font(style: str) -> str:
    """Return a style sheet without the font for formulas that comes along."""
    return _OWN_FONT.sub("", style, 1)


_OWN_FONT = re.compile(
    r'src: url\("(\.\./fonts/formulas\.ttf|data:font/ttf;base64,[A-Za-z0-9+/=]+)"\)'
)


def _malformed(raw: bytes) -> str:
    try:
        ElementTree.fromstring(raw)
    except ElementTree.ParseError as error:
        return str(error)
    return ""


def _beside(name: str, names: set[str]) -> Callable[[str], bool]:
    def exists(address: str) -> bool:
        path = unquote(address.partition("#")[0])
        parts: list[str] = []
        for part in (PurePosixPath(name).parent / path).parts:
            parts = parts[:-1] if part == ".." else [*parts, part]
        return "/".join(parts) in names

    return exists


def _package(raw: bytes) -> Iterator[str]:
    for item in ElementTree.fromstring(raw).iter("{http://www.idpf.org/2007/opf}item"):
        properties = (item.get("properties") or "").split()
        for one in properties:
            if one in ("scripted", "remote-resources"):
                yield f"property {one}"
        if "javascript" in (item.get("media-type") or ""):
            yield f"a script: {item.get('href')}"
        if urlsplit(item.get("href") or "").scheme:
            yield f"an item elsewhere: {item.get('href')}"


_FIELDS = re.compile(
    rb"<w:(instrText|fldSimple|altChunk|object|control|subDoc|attachedTemplate)\b([^>]*>[^<]*)"
)
_KNOWN_FIELDS = re.compile(
    rb' w:instr=" (PAGE|STYLEREF 1) ">$'
    rb'| xml:space="preserve"> (SEQ [A-Za-z\x80-\xff]+ \\\* ARABIC \\s 1|(PAGE)?REF _(Ref|Toc)[0-9]{10} \\h'
    rb'|TOC \\o "[1-3]-[1-3]" \\h \\z \\u) $'
)


def _docx(raw: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        for name in package.namelist():
            data = package.read(name)
            if name.endswith((".rels", ".xml")) and (wrong := _malformed(data)):
                yield f"{name}: {wrong}"
            elif name.endswith(".rels"):
                yield from (f"{name}: {told}" for told in _relations(data))
            elif name.endswith(".xml"):
                for found in _FIELDS.finditer(data):
                    if not _KNOWN_FIELDS.match(found[2]):
                        yield f"{name}: {found[0][:80]!r}"
            elif not name.startswith("word/media/") and not name.endswith("/"):
                yield f"{name} in the package"


def _relations(raw: bytes) -> Iterator[str]:
    for one in ElementTree.fromstring(raw):
        kind, target = (one.get("Type") or "").rpartition("/")[2], one.get("Target") or ""
        if kind in (
            "attachedTemplate",
            "oleObject",
            "aFChunk",
            "frame",
            "subDocument",
            "vbaProject",
        ):
            yield f"a {kind}"
        if one.get("TargetMode") == "External" and (
            kind != "hyperlink" or urlsplit(target).scheme.lower() not in _FOR_READERS
        ):
            yield f"{kind} {target[:80]!r}"


def _pdf(raw: bytes) -> Iterator[str]:
    document = pypdfium2.PdfDocument(raw)
    try:
        if count := pdfium.FPDFDoc_GetAttachmentCount(document):
            yield f"{count} attachments"
        if count := pdfium.FPDFDoc_GetJavaScriptActionCount(document):
            yield f"{count} scripts"
        for number in range(len(document)):
            page = document[number]
            yield from _page_links(document, page)
            page.close()
    finally:
        document.close()


def _page_links(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> Iterator[str]:
    place, link = ctypes.c_int(0), pdfium.FPDF_LINK()
    while pdfium.FPDFLink_Enumerate(page, ctypes.byref(place), ctypes.byref(link)):
        action = pdfium.FPDFLink_GetAction(link)
        kind = pdfium.FPDFAction_GetType(action)
        if kind not in (0, pdfium.PDFACTION_GOTO, pdfium.PDFACTION_URI):
            yield f"a link of kind {kind}"
        if kind == pdfium.PDFACTION_URI:
            length = pdfium.FPDFAction_GetURIPath(document, action, None, 0)
            held = ctypes.create_string_buffer(length)
            pdfium.FPDFAction_GetURIPath(document, action, held, length)
            address = held.value.decode("utf-8", "replace")
            if urlsplit(address).scheme.lower() not in _FOR_READERS:
                yield f"a link to {address[:80]!r}"


_READERS: dict[str, Callable[[bytes], Iterator[str]]] = {
    ".html": _html, ".epub": _epub, ".docx": _docx, ".pdf": _pdf,
}  # fmt: skip


# --- secrets


def _secrets(raw: bytes, secret: str, size: tuple[int, int]) -> Iterator[str]:
    """Yield a secret that stands in bytes, packed or encoded as they may be."""
    if not secret:
        return
    for part in _unpacked(raw):
        for form in _forms(secret):
            if form in part:
                yield f"holds the secret: {part[max(0, part.find(form) - 20) :][:60]!r}"
                return
        if part.startswith(b"\x89PNG") and _png_size(part) == size:
            yield "holds a picture from outside"
    if raw.startswith(b"%PDF"):
        yield from _secrets_in_pdf(raw, secret, size)


def _forms(secret: str) -> list[bytes]:
    raw = secret.encode()
    shifted = [base64.b64encode(b"\0" * shift + raw)[4:-4] for shift in range(3)]
    return [raw, raw.hex().encode(), secret.encode("utf-16-le"), *shifted]


def _unpacked(raw: bytes) -> Iterator[bytes]:
    yield raw
    if zipfile.is_zipfile(io.BytesIO(raw)):  # also behind the seal of what is kept between runs
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            for name in package.namelist():
                yield from _unpacked(package.read(name))
    for found in re.finditer(rb"data:[^,\"' ]*;base64,([A-Za-z0-9+/=]+)", raw):
        whole = len(found[1]) // 4 * 4  # what a text has for base64 may end anywhere
        yield base64.b64decode(found[1][:whole])


def _png_size(raw: bytes) -> tuple[int, int]:
    return int.from_bytes(raw[16:20], "big"), int.from_bytes(raw[20:24], "big")


def _secrets_in_pdf(raw: bytes, secret: str, size: tuple[int, int]) -> Iterator[str]:
    document = pypdfium2.PdfDocument(raw)
    try:
        for number in range(len(document)):
            page = document[number]
            if secret in page.get_textpage().get_text_range():
                yield "prints the secret"
            for image in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]):
                if tuple(image.get_px_size()) == size:
                    yield "shows a picture from outside"
    finally:
        document.close()
