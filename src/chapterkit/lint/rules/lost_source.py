"""An entry of the bibliography leads nowhere, to another work, or to one that was taken back.

Why: a reader who follows a DOI with a wrong digit finds another paper or none; a retracted paper
supports nothing. Without going online only the form can be judged: of a DOI, and the check digit of
an ISBN. `chapterkit check --links` asks the registries as well, and tells of addresses that are
dead, of DOIs that nobody has registered or that are another work's, and of retractions.

Quiet: an address that does not let programs in, or does not answer just now, is a warning.

Bad:

    ---
    bibliography: |
      @misc{demo2025, title = {A}, author = {Demo, Anna}, year = {2025}, doi = {10.1000}}
    ---
    差距来自任务[@demo2025]。

Good:

    ---
    bibliography: |
      @misc{demo2025, title = {A}, author = {Demo, Anna}, year = {2025}, doi = {10.1000/182}}
    ---
    差距来自任务[@demo2025]。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chapterkit.lint.entries import fields
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book
from chapterkit.manuscript.identifiers import identified, is_isbn
from chapterkit.text.addresses import bibtex_address
from chapterkit.text.document import Document

GROUP = "citations"
SEVERITY = "error"
NEEDS = frozenset({"bibliography"})
OF_BOOK = True


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, at its line of the bibliography, for each identifier that cannot be one."""
    for key, source in book.bibliography.items():
        said = fields(source)
        doi = bibtex_address(said.get("doi", ""))
        if re.search(r"\w", doi) and identified(doi) is None:
            message = f"参考文献 {key} 的 DOI 不是 DOI：{doi}"
            yield Problem(source.origin, message, "DOI 像 10.1038/nature14539，从原文抄全")
        for isbn in re.split(r"[,;；，、\s]+(?=97[89]|\d{9})", said.get("isbn", "").strip("{} ")):
            digits = re.sub(r"\(.*?\)|（.*?）|[-–\s]", "", isbn).upper()
            if re.fullmatch(r"\d{9}[\dX]|\d{13}", digits) and not is_isbn(digits):
                message = f"参考文献 {key} 的 ISBN 校验位不对：{isbn}"
                yield Problem(source.origin, message, "对照版权页改正")
