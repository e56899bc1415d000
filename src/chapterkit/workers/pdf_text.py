"""The PDF reader in a process of its own: a PDF in, JSON of its pages' text or of a refusal out."""

from __future__ import annotations

import json
import sys

import pypdfium2
from pypdfium2 import raw

SCANNED = 20  # characters: fewer on a page with a picture mean that it is one


def pages(data: bytes, most_pages: int, longest: int) -> dict[str, object]:
    """Return the text of the pages, the numbers that they bear, and which of them (from 1) have a
    picture and hardly any text.

    Or why there is none: damaged, pages (how many), long.
    """
    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
        if count > most_pages:
            return {"pages": count}
        texts: list[str] = []
        labels: list[str] = []
        scanned: list[int] = []
        for index in range(count):
            page = document[index]
            layer = page.get_textpage()
            texts.append(str(layer.get_text_bounded()))
            layer.close()
            labels.append(document.get_page_label(index))
            if len(texts[-1].strip()) < SCANNED and _has_picture(page):
                scanned.append(index + 1)
            page.close()
            longest -= len(texts[-1])
            if longest < 0:
                return {"long": True}
    except pypdfium2.PdfiumError as error:
        return {"damaged": str(error)}
    return {"texts": texts, "labels": labels, "scanned": scanned}


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    kinds = (raw.FPDF_PAGEOBJ_IMAGE,)
    return next(iter(page.get_objects(filter=kinds, max_depth=3)), None) is not None


if __name__ == "__main__":
    found = pages(sys.stdin.buffer.read(), *map(int, sys.argv[1:3]))
    json.dump(found, sys.stdout)
