"""A field of a cited entry that tells one source from another is not printed.

Why: each type of entry has its own form in the list of references, and a field that the form has
no place for is left out: a number of a thesis, a note beside a publisher. The author has typed it
for readers to find the source by, and would not miss it before the book is out.

Quiet: fields that references never show (series, abstract, keywords), the volume of proceedings,
what reference managers keep in notes (`Publisher: X`), the address and the reading day in a note.
Judgments and statutes print their number, court, day and note: `@jurisdiction`, `@legislation`.

Bad:

    ---
    bibliography: |
      @book{demo2025, title = {题名}, author = {张三}, publisher = {某社}, year = {2025},
        note = {手抄本，卷末缺两叶}}
    ---
    差距来自任务[@demo2025]。

Good:

    ---
    bibliography: |
      @jurisdiction{demo2025, title = {甲诉乙案一审判决书}, institution = {某市中级人民法院},
        number = {（2019）某01民初12号}, date = {2019-08-20}, langid = {chinese}}
    ---
    法院没有支持[@demo2025]。
"""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.entries import cited_keys
from chapterkit.lint.problem import Problem
from chapterkit.manuscript.book import Book, once
from chapterkit.text.document import Document
from chapterkit.text.references import unprinted

GROUP = "citations"
SEVERITY = "warning"
NEEDS = frozenset({"bibliography"})
_HINT = (
    "要让读者看见就写进标题，或换一种条目（期刊文章 @article，文集中的文章 @incollection，"
    "判决 @jurisdiction，法规 @legislation）；不要就删去"
)


def check(document: Document, book: Book, options: object) -> Iterator[Problem]:
    """Yield a problem, at its line of the bibliography, for each field that print leaves out."""
    cited = cited_keys(document, book)
    for key, left_out in _left_out(book).items():
        for name, said in left_out if key in cited else ():
            message = f"参考文献 {key} 的 {name}（{said[:40]}）不会印出来"
            yield Problem(book.bibliography[key].origin, message, _HINT)


@once
def _left_out(book: Book) -> dict[str, list[tuple[str, str]]]:
    """Return the fields that print leaves out of entries, where there are any."""
    found = ((key, [*unprinted(source)]) for key, source in book.bibliography.items())
    return {key: fields for key, fields in found if fields}
