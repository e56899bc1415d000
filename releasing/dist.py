"""Build what a release consists of into dist/, and prove it: `make dist`.

From the commit that is checked out, not from the files that lie about: the sdist and the wheel,
built twice in two places and found equal, the wheel built once more out of the sdist; the wheel
tried in an empty environment; a list of all that it needs (CycloneDX), their licences, the
versions that were tried, and the digests of all these files.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import distributions
from pathlib import Path

import chapterkit
from releasing import licences, trial

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
PANDOC_LICENCE = "GPL-2.0-or-later"


def main() -> int:
    """Build, prove and write; return the exit code."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--release", action="store_true", help="refuse what is no release yet")
    arguments.add_argument(
        "--tools", type=Path, required=True, help="the Python with cyclonedx-bom"
    )
    chosen = arguments.parse_args()
    if chosen.release and (lacking := unready()):
        print("\n".join(f"no release yet: {one}" for one in lacking), file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        return made(Path(scratch), chosen.tools)


def unready() -> list[str]:
    """Return what is wanting before the commit that is checked out can be a release."""
    version = chapterkit.__version__
    heading = next(re.finditer(r"(?m)^## .*$", (ROOT / "CHANGELOG.md").read_text("utf-8")))[0]
    lacking = []
    if not re.fullmatch(rf"## {re.escape(version)} \(\d{{4}}-\d\d-\d\d\)", heading):
        lacking.append(
            f"CHANGELOG.md begins with “{heading}”; it needs “## {version} (YYYY-MM-DD)”"
        )
    if trial.run("git", "status", "--porcelain", cwd=ROOT):
        lacking.append("files are changed that no commit has; commit or remove them")
    if f"v{version}" in trial.run("git", "tag", cwd=ROOT).split():
        lacking.append(f"there is a tag v{version}; set another __version__")
    return lacking


def made(scratch: Path, tools: Path) -> int:
    """Do all that this module's first lines say, in `scratch`; return the exit code."""
    say("building the sdist and the wheel, twice")
    files = built(scratch / "one")
    assert digests(files) == digests(built(scratch / "two")), "two builds of one commit differ"
    sdist, wheel = files
    again = wheel_of(sdist, scratch / "three")
    assert digests([wheel]) == digests([again]), "the wheel out of the sdist is another one"

    say("installing the wheel into an empty environment")
    pins = scratch / "pins.txt"
    pins.write_text(pinned(ROOT / "requirements.lock"), encoding="utf-8")
    python = trial.installed(wheel, pins, scratch / "environment")
    say("making, checking, building and previewing a book with it")
    empty = scratch / "empty"
    empty.mkdir()
    for line in trial.tried(python, empty):
        print(f"  {line}")

    say("listing what it needs, and the licences")
    accepted = licences.policy()
    listed = [
        licences.licence_of(one, accepted)
        for one in licences.needed(distributions(path=[site_packages(python)]), "chapterkit")
    ]
    if wrong := licences.refused(listed, accepted):
        print("\n".join(f"licence not accepted: {one}" for one in wrong), file=sys.stderr)
        return 1
    title = f"Licences of what chapterkit {chapterkit.__version__} needs"
    stem = f"chapterkit-{chapterkit.__version__}"
    written = {
        wheel.name: wheel.read_bytes(),
        sdist.name: sdist.read_bytes(),
        f"{stem}.cdx.json": materials(python, tools),
        f"{stem}.licences.md": licences.page(listed, title).encode(),
        f"{stem}.pins.txt": "".join(
            f"{one.package}=={one.version}\n" for one in listed[1:]
        ).encode(),
    }
    publish(written)
    return 0


def say(what: str) -> None:
    """Tell what goes on."""
    print(f"{what} ...", flush=True)


def built(folder: Path) -> list[Path]:
    """Build the sdist and the wheel of the commit that is checked out; return both."""
    source = folder / "source"
    source.mkdir(parents=True)
    archive = folder / "source.tar"
    trial.run("git", "archive", "--output", archive, "HEAD", cwd=ROOT)
    _unpacked(archive, source)
    return [_flit("build_sdist", source, folder), _flit("build_wheel", source, folder)]


def wheel_of(sdist: Path, folder: Path) -> Path:
    """Build the wheel out of an sdist; return it."""
    folder.mkdir()
    _unpacked(sdist, folder)
    return _flit("build_wheel", next(one for one in folder.iterdir() if one.is_dir()), folder)


def _unpacked(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as packed:
        # Before 3.11.4 there is no filter; what is unpacked is our own.
        if hasattr(tarfile, "data_filter"):
            packed.extraction_filter = tarfile.data_filter
        packed.extractall(folder)


def _flit(step: str, source: Path, folder: Path) -> Path:
    """Run a step of the build back end in `source`; the date in its files is the commit's."""
    date = trial.run("git", "log", "-1", "--format=%ct", cwd=ROOT)
    code = f"import flit_core.buildapi as b; print(b.{step}({str(folder)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=source, env={**os.environ, "SOURCE_DATE_EPOCH": date},
        text=True, check=True, capture_output=True,
    )  # fmt: skip
    return folder / done.stdout.strip()


def pinned(lock: str | Path) -> str:
    """Return the versions that a lock names, a line each, as constraints without digests.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     lock = pathlib.Path(folder, "a.lock")
    ...     _ = lock.write_text("a==1 ; os_name == 'nt' \\\\\\n    --hash=sha256:0\\nb==2\\n")
    ...     pinned(lock)
    "a==1 ; os_name == 'nt'\\nb==2\\n"
    """
    lines = Path(lock).read_text(encoding="utf-8").splitlines()
    pins = (one.rstrip(" \\") for one in lines if re.match(r"[\w.-]+==", one))
    return "".join(f"{one}\n" for one in pins)


def site_packages(python: Path) -> str:
    """Return the folder in which an environment keeps its packages."""
    return trial.run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")


def materials(python: Path, tools: Path) -> bytes:
    """Return the bill of materials of an environment (CycloneDX JSON), with pandoc in it."""
    listed = json.loads(
        trial.run(
            tools, "-m", "cyclonedx_py", "environment", "--pyproject", ROOT / "pyproject.toml",
            "--output-reproducible", "--output-format", "JSON", python,
        )
    )  # fmt: skip
    version = trial.run(python, "-c", "import pypandoc; print(pypandoc.get_pandoc_version())")
    listed["components"].append(
        {
            "type": "application", "bom-ref": f"pandoc=={version}", "name": "pandoc",
            "version": version, "licenses": [{"license": {"id": PANDOC_LICENCE}}],
            "description": "a program of its own, in the wheel of pypandoc-binary",
        }
    )  # fmt: skip
    return (json.dumps(listed, ensure_ascii=False, indent=2) + "\n").encode()


def digests(files: list[Path]) -> list[str]:
    """Return the SHA-256 digests of files."""
    return [hashlib.sha256(one.read_bytes()).hexdigest() for one in files]


def publish(written: dict[str, bytes]) -> None:
    """Write the files into dist/ in place of what was there, with their digests."""
    DIST.mkdir(exist_ok=True)
    for old in DIST.iterdir():
        old.unlink()
    sums = [f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in written.items()]
    for name, content in {**written, "SHA256SUMS": ("\n".join(sums) + "\n").encode()}.items():
        (DIST / name).write_bytes(content)
        print(f"  dist/{name}: {len(content)} bytes")


if __name__ == "__main__":
    sys.exit(main())
