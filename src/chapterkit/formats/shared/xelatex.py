"""XeLaTeX, for authors who have TeX: a source made a PDF, in a folder that it cannot leave."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chapterkit.errors import ChapterkitError
from chapterkit.processes import Bounds, Done, run, sealed

_BOUNDS = Bounds(seconds=300)
_ROUNDS = 5
_PROGRAMS = ("xelatex", "xdvipdfmx", "kpsewhich")
_NEEDED = ("ctexbook.cls", "unicode-math.sty", "booktabs.sty", "xurl.sty", "pzdr.tfm")
INSTALL = (
    "装上 TeX Live：apt install texlive-xetex texlive-lang-chinese texlive-latex-extra "
    "texlive-fonts-recommended，或 tug.org/texlive；不装就用 --pdf-engine typst"
)
# What TeX reads besides its own folder: programs, libraries, settings and fonts of the system.
_SYSTEM = (
    "/usr", "/bin", "/lib", "/lib64", "/etc/texmf", "/etc/fonts", "/etc/ld.so.cache",
    "/etc/alternatives", "/var/lib/texmf", "/var/cache/fontconfig",
)  # fmt: skip


@dataclass(frozen=True)
class Stopped:
    """What XeLaTeX says of a source that it does not set, and where: a file, and a line of it."""

    message: str
    file: str = ""
    line: int = 0


def require_xelatex() -> None:
    """Raise ChapterkitError, with what to install, if TeX or a part of it is absent."""
    for name in _PROGRAMS:
        if shutil.which(name) is None:
            raise ChapterkitError(f"--pdf-engine xelatex：这台机器没有 {name}", hint=INSTALL)
    for name in _NEEDED:
        found = run(
            ["kpsewhich", name], name="kpsewhich", bounds=Bounds(30), environment=_environment()
        )
        if not found.printed.strip():
            raise ChapterkitError(f"--pdf-engine xelatex：TeX 里没有 {name}", hint=INSTALL)


def set_by_xelatex(folder: Path, name: str, modified: int | None) -> Stopped | Path:
    """Have XeLaTeX set `name`.tex, which may read what lies beside it; return the PDF.

    Returns what it says if it does not set it, or sets it without a character. Raises
    ChapterkitError if it crashes, or takes too much time or memory; OSError if it cannot write.
    """
    before = b""
    for _ in range(_ROUNDS):
        done = _run(["xelatex", *_SILENT, f"{name}.tex"], folder, modified)
        if done.code != 0:
            return _stopped(folder / f"{name}.log", done)
        now = b"".join(path.read_bytes() for path in sorted(folder.glob("*")) if _is_told(path))
        if now == before:
            break
        before = now
    if lost := _LOST.search(_log(folder / f"{name}.log")):
        return Stopped(lost[1])
    done = _run(["xdvipdfmx", "-q", "-o", f"{name}.pdf", f"{name}.xdv"], folder, modified)
    pdf = folder / f"{name}.pdf"
    if done.code != 0 or not pdf.is_file():
        raise ChapterkitError(f"xdvipdfmx 失败（{done.code}）：{_words(done)[-300:]}")
    return pdf


_SILENT = (
    "-no-shell-escape", "-no-pdf", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error",
)  # fmt: skip


def _is_told(path: Path) -> bool:
    """Tell whether a file is what one round tells the next."""
    return path.suffix in {".aux", ".toc", ".lof", ".lot", ".out"}


def _run(command: Sequence[str], folder: Path, modified: int | None) -> Done:
    program = shutil.which(command[0])
    assert program
    own = Path(program).resolve().parents[2]  # of a TeX Live that lies somewhere of its own
    readable = [*_SYSTEM, str(own)] if len(own.parts) > 2 else [*_SYSTEM]
    dated = {"SOURCE_DATE_EPOCH": str(modified or 0), "FORCE_SOURCE_DATE": "1"}
    return run(
        sealed([program, *command[1:]], folder, readable),
        name=command[0],
        bounds=_BOUNDS,
        folder=folder,
        environment={**_environment(), **dated},
    )


def _environment() -> dict[str, str]:
    """Return what TeX is told: to read and write nothing outside, and to run nothing."""
    program = shutil.which("xelatex") or ""
    nowhere = "/nonexistent"
    return {
        "PATH": f"{Path(program).parent}:/usr/bin:/bin",
        **dict.fromkeys(("openin_any", "openout_any"), "p"),
        "shell_escape": "f",
        **dict.fromkeys(("TEXMFHOME", "TEXMFVAR", "TEXMFCONFIG"), nowhere),
        **dict.fromkeys(("MKTEXTFM", "MKTEXPK", "MKTEXMF", "MKTEXTEX"), "0"),
        "max_print_line": "5000",
    }


_LOST = re.compile(r"^Missing character: There is no (.)", re.MULTILINE)
_WRONG = re.compile(r"^(?:\./)?([^\s:]+):(\d+): (.+)|^! (.+)", re.MULTILINE)


def _stopped(log: Path, done: Done) -> Stopped:
    text = _log(log) or _words(done)
    found = _WRONG.search(text)
    if not found:
        return Stopped(text.strip()[-300:] or "没有说为什么")
    detail = text[found.end() :].strip().split("\n")[0] if "Undefined" in found[0] else ""
    said = " ".join(filter(None, (found[3] or found[4], detail)))
    return Stopped(said[:300], found[1] or "", int(found[2] or 0))


def _log(path: Path) -> str:
    return path.read_text("utf-8", "replace") if path.is_file() else ""


def _words(done: Done) -> str:
    return (done.printed + done.words).decode("utf-8", "replace").strip()
