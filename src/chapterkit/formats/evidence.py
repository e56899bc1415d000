"""The evidence: every number of a chapter or book, as a page, as a PDF and as values."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from chapterkit.formats import AnyPrinting, ChapterPrinting, Format, html, pdf
from chapterkit.formats.shared.evidence import evidence_blocks, evidence_csv
from chapterkit.text.tree import Attributes, Tree, header, raw_block, string, with_blocks


def _as_text(printing: AnyPrinting) -> ChapterPrinting:
    """Return the evidence as a text of its own, which other formats print like any."""
    chapter = printing.chapters[0]
    title = _title(printing)
    document = replace(
        chapter.document, counting=replace(chapter.document.counting, sections="none")
    )
    heading = header(1, Attributes("evidence", ["unnumbered"]), [string(title)])
    tree = with_blocks(chapter.tree, [heading, *evidence_blocks(printing)])
    return replace(
        chapter, label="", number="", title=title, start_page=1, part=None, role="back",
        document=document, tree=tree, work=printing.work, evidence=printing.evidence,
        pictures={}, narrow={}, beside=frozenset(),
    )  # fmt: skip


def _title(printing: AnyPrinting) -> str:
    """Return what the evidence is called: 第 7 章　规则与记忆：数据与来源."""
    wording = printing.config.wording
    of = printing.labelled_title
    return wording.evidence_of.format(title=of, evidence=wording.evidence)


def _as_csv(printing: AnyPrinting) -> Tree:
    tree = printing.chapters[0].tree
    return {**with_blocks(tree, [raw_block("plain", evidence_csv(printing))]), "meta": {}}


def _file(name: str, own: Format[AnyPrinting]) -> Format[AnyPrinting]:
    """Return the format that prints the evidence as another one prints a text."""

    def finish(printing: AnyPrinting, written: Path, target: Path) -> None:
        assert own.finish
        own.finish(_as_text(printing), written, target)

    return Format(
        name=name,
        suffix=f".evidence{own.suffix}",
        arguments=lambda printing: own.arguments(_as_text(printing)),
        prepare=lambda printing: own.prepare(_as_text(printing)),
        finish=finish,
        writer_suffix=own.writer_suffix,
        scope="both",
    )


_CSV = Format(
    name="evidence-csv",
    suffix=".evidence.csv",
    arguments=lambda _: ["--to=plain-smart", "--wrap=none"],
    prepare=_as_csv,
    scope="both",
)
_HTML = _file("evidence-html", html.FORMAT)
FORMAT = replace(
    _HTML, name="evidence", by_default=False, files=(_HTML, _file("evidence-pdf", pdf.FORMAT), _CSV)
)
