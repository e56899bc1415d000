"""LaTeX: a source that any ctex compiles, the PDF of an author's own TeX, and nothing that acts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pypdfium2 import PdfDocument

from chapterkit.errors import ChapterkitError
from chapterkit.formats.shared.xelatex import Stopped, require_xelatex, set_by_xelatex
from chapterkit.processes import Bounds, run, sealed
from conftest import HERE, Run


def _why_no_tex() -> str:
    try:
        require_xelatex()
    except ChapterkitError as error:
        return error.message
    return "" if shutil.which("latexmk") else "latexmk is not installed"


NO_TEX = _why_no_tex()
tex = pytest.mark.skipif(bool(NO_TEX), reason=f"TeX Live: {NO_TEX}")
CHAPTER = "book/chapter3.md"


def source(root: Path, name: str = "cards") -> str:
    return (root / f"build/{name}/{name}-latex/{name}.tex").read_text("utf-8")


def test_a_source_has_files_of_its_own_and_nothing_else(minimal: Path, run: Run) -> None:
    result = run(minimal, "build", "--format", "latex")
    assert result.exit_code == 0, result.output
    folder = minimal / "build/cards/cards-latex"
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.txt", "cards.tex", "figures", "fonts.tex", "preamble.tex",
    ]  # fmt: skip
    text = source(minimal)
    assert r"\documentclass[zihao=5,linespread=1.4,twoside,openany]{ctexbook}" in text
    assert r"\booklabel{chapter}{第}{3}{章}" in text
    assert r"\section{实验~3.1　换一条规则}\label{card-game}" in text
    assert re.search(r"\\citeproc\{ref-demo2025\}\{1\}", text)


def test_the_folder_takes_the_place_of_the_old_one_as_a_whole(tmp_path: Path, run: Run) -> None:
    root = Path(shutil.copytree(HERE / "books" / "whole", tmp_path / "whole"))
    assert run(root, "build", "dam", "--format", "latex").exit_code == 0
    folder = root / "build/dam/dam-latex"
    assert (folder / "figures/figure1.pdf").read_bytes().startswith(b"%PDF")
    (folder / "notes.txt").write_text("mine", "utf-8")
    chapter = root / "book/dam.md"
    text = re.sub(r"!\[.*\n", "", chapter.read_text("utf-8")).replace('{{ ref("fig:dam") }}', "图")
    chapter.write_text(text, "utf-8")
    for other in (root / "book").glob("*.md"):
        other.write_text(other.read_text("utf-8").replace('{{ ref("fig:dam") }}', "图"), "utf-8")
    result = run(root, "build", "dam", "--format", "latex")
    assert result.exit_code == 0, result.output
    assert not list((folder / "figures").iterdir())
    assert not (folder / "notes.txt").exists()


@tex
def test_a_whole_book_compiles_with_latexmk(tmp_path: Path, run: Run) -> None:
    root = Path(shutil.copytree(HERE / "books" / "whole", tmp_path / "whole"))
    result = run(root, "build", "--book", "--format", "latex")
    assert result.exit_code == 0, result.output
    folder = root / "build/book/book-latex"
    done = subprocess.run(
        ["latexmk", "-xelatex", "-interaction=nonstopmode", "-halt-on-error", "book.tex"],
        cwd=folder, capture_output=True, check=False, timeout=200,
    )  # fmt: skip
    log = (folder / "book.log").read_text("utf-8", "replace")
    assert done.returncode == 0, log[-2000:]
    assert not re.search("Missing character|undefined", log)
    with PdfDocument(folder / "book.pdf") as opened:
        text = re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in opened))
    for words in (
        "第1章河",
        "第二部分城",
        "附录A水位",
        "图2.1堤坝的剖面",
        "（2.1）",
        "表A.1各年水位",
        "[3]",
    ):
        assert words in text.replace("　", "")
    assert "附录A后记" not in text


ACTING = r"""# 纸牌 {#cards}

文里写 \input{/etc/passwd}、`\write18{touch here}`、#1 $5、100%、a_b^c~d & {e}，都是字[@demo2025]。

``` tex
\end{verbatim}\input{/etc/passwd}
\end{bookcode}\immediate\write18{touch here}
```

{{ experiment("card-game") }}

## 小结 {#summary}

第 3 章{{ cite("demo2025") }}。
"""
ALL_OFF = "\nlint: {rules: {literal-tex: off, unsourced-number: off, block-in-text: off}}\n"


@tex
def test_what_a_text_says_is_set_and_not_done(minimal: Path, run: Run) -> None:
    (minimal / CHAPTER).write_text(ACTING, "utf-8")
    with (minimal / "book/book.yaml").open("a", encoding="utf-8") as file:
        file.write(ALL_OFF)
    result = run(minimal, "build", "--format", "pdf", "--pdf-engine", "xelatex")
    assert result.exit_code == 0, result.output
    with PdfDocument(minimal / "build/cards/cards.pdf") as opened:
        text = "".join(page.get_textpage().get_text_range() for page in opened)
    assert r"\input{/etc/passwd}" in text
    assert r"\write18{touch here}" in re.sub(r"\s+", " ", text)
    assert "root:" not in text


FORMULAS = [
    r"\input{x}",
    r"\text{\write18{x}}",
    r"\def\x{1}",
    r"\csname input\endcsname x",
    "^^5cinput",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_with_a_command_that_acts_is_refused(
    formula: str, minimal: Path, run: Run
) -> None:
    text = (minimal / CHAPTER).read_text("utf-8") + f"\n算式 $a + {formula}$。\n"
    (minimal / CHAPTER).write_text(text, "utf-8")
    with (minimal / "book/book.yaml").open("a", encoding="utf-8") as file:
        file.write("\nlint: {rules: {broken-formula: off}}\n")
    result = run(minimal, "build", "--format", "latex")
    assert result.exit_code in {1, 2}, result.output
    assert not (minimal / "build/cards/cards-latex").exists()


REFUSED = [
    ("preamble: '\\input{secrets}'", "input"),
    ("preamble: '\\makeatletter\\@@input /etc/passwd'", "input"),
    ("preamble: '\\immediate\\write18{id}'", "immediate"),
    ("preamble: '\\special{pdf:x}'", "special"),
    ("preamble: '^^5cinput x'", r"\^\^"),
    ("preamble: '\\begin{document}'", "document"),
    ("class: '../evil'", "文档类的名字"),
    ("options: ['a]{x}\\input{y}']", "文档类的选项"),
]


@pytest.mark.parametrize(("setting", "says"), REFUSED)
def test_settings_that_would_act_are_refused_at_their_line(
    setting: str, says: str, minimal: Path, run: Run
) -> None:
    with (minimal / "book/book.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\nlatex:\n  {setting}\n")
    result = run(minimal, "build", "--format", "latex")
    assert result.exit_code == 2, result.output
    assert re.search(rf"book\.yaml:\d+: .*{says}", result.output)


def test_class_options_and_preamble_come_from_book_yaml(minimal: Path, run: Run) -> None:
    with (minimal / "book/book.yaml").open("a", encoding="utf-8") as file:
        file.write("\nlatex:\n  class: book\n  options: [11pt]\n  preamble: '\\linespread{1.5}'\n")
    assert run(minimal, "build", "--format", "latex").exit_code == 0
    text = source(minimal)
    assert "\\documentclass[11pt]{book}\n\\usepackage{ctex}" in text
    assert r"\chapter{第 3 章　纸牌}" in text
    own = minimal / "build/cards/cards-latex/own.tex"
    assert own.read_text("utf-8") == r"\linespread{1.5}"


def test_without_tex_one_line_says_what_to_install_and_outputs_stay(
    minimal: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(minimal, "build", "--format", "pdf").exit_code == 0
    before = (minimal / "build/cards/cards.pdf").read_bytes()
    monkeypatch.setenv("PATH", str(minimal))
    result = run(minimal, "build", "--format", "pdf", "--pdf-engine", "xelatex")
    assert result.exit_code == 2
    lines = result.output.strip().split("\n")
    assert len(lines) == 2
    assert "没有 xelatex" in lines[0]
    assert "texlive-xetex" in lines[1]
    assert (minimal / "build/cards/cards.pdf").read_bytes() == before


def test_the_engine_is_only_for_the_pdf(minimal: Path, run: Run) -> None:
    result = run(minimal, "build", "--format", "html", "--pdf-engine", "xelatex")
    assert result.exit_code == 2
    assert "没有 PDF 要写" in result.output


def alone(folder: Path, body: str) -> Stopped | Path:
    """Have XeLaTeX set a text in a folder of its own, whatever its preamble may do."""
    folder.mkdir()
    (folder / "a.tex").write_text(
        f"\\documentclass{{article}}\\begin{{document}}{body}\\end{{document}}", "utf-8"
    )
    return set_by_xelatex(folder, "a", 0)


HOSTILE = [
    r"\input{SECRET}x",
    r"\newread\r\openin\r=SECRET \ifeof\r\else GOT\fi x",
    r"\immediate\write18{cp SECRET got.txt}x",
    r"\newwrite\w\immediate\openout\w=OUT \immediate\write\w{x}\immediate\closeout\w x",
    r"\input{|cat SECRET}x",
    r"\special{pdf:fstream @got (SECRET)}x",
]


@tex
def test_tex_reads_writes_and_runs_nothing_outside_of_its_folder(tmp_path: Path) -> None:
    secret, out = tmp_path / "secret.txt", tmp_path / "out.tex"
    secret.write_text("topsecret", "utf-8")
    for number, body in enumerate(HOSTILE):
        folder = tmp_path / f"work{number}"
        told = body.replace("SECRET", str(secret)).replace("OUT", str(out))
        made = alone(folder, told)
        assert not out.exists()
        assert not (folder / "got.txt").exists()
        if isinstance(made, Path):
            with PdfDocument(made) as opened:
                text = "".join(page.get_textpage().get_text_range() for page in opened)
            assert "GOT" not in text
            assert "topsecret" not in text
            assert b"topsecret" not in made.read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's walls are Linux's")
def test_a_sealed_program_cannot_leave_its_folder(tmp_path: Path) -> None:
    own, secret = tmp_path / "own", tmp_path / "secret.txt"
    own.mkdir()
    secret.write_text("topsecret", "utf-8")
    script = f"echo mine > mine.txt; cat mine.txt; cat {secret}; echo x > {tmp_path}/out.txt"
    readable = ["/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache"]
    done = run(
        sealed(["/bin/sh", "-c", script], own, readable),
        name="sh", bounds=Bounds(20), folder=own, environment={"PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    if b"topsecret" in done.printed and (tmp_path / "out.txt").exists():
        pytest.skip("the kernel has no Landlock")
    assert done.printed == b"mine\n"
    assert not (tmp_path / "out.txt").exists()
