"""Rules and formats of others: a package that is really installed, and what may be wrong with one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chapterkit.formats import all_formats, format_names
from chapterkit.search_path import safe_path
from conftest import HERE

CHAPTER = "book/chapter3.md"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the example into a folder of its own."""
    folder = tmp_path_factory.mktemp("installed")
    source = Path(shutil.copytree(HERE / "plugin", folder / "source"))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--target", str(folder / "packages"), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / "packages"


def written(folder: Path, name: str, entry: str, files: dict[str, str]) -> Path:
    """Write a package as an installer would; return the folder."""
    about = folder / f"{name.replace('-', '_')}-2.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0\n")
    (about / "entry_points.txt").write_text(entry)
    for path, text in files.items():
        (folder / path).write_text(text)
    return folder


def run(
    root: Path, packages: Path, *arguments: str, module: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run the program in a book with a folder of packages on Python's path."""
    program = [sys.executable, "-m", "chapterkit"] if module else [str(_program())]
    environment = {**os.environ, "PYTHONPATH": str(packages)}
    return subprocess.run(
        [*program, *arguments], cwd=root, env=environment, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip


def _program() -> Path:
    return Path(sys.executable).parent / "chapterkit"


def test_an_installed_package_adds_a_rule_and_a_format(minimal: Path, installed: Path) -> None:
    with (minimal / CHAPTER).open("a", encoding="utf-8") as file:
        file.write(
            "\n## 完了！ {#end}\n\n{% only plain %}\n只在纯文本里[@demo2025]。\n{% endonly %}\n"
        )
    checked = run(minimal, installed, "check", "--rule", "loud-heading")
    assert "标题不用叹号 [loud-heading]" in checked.stdout
    assert "loud-heading" in run(minimal, installed, "rule").stdout
    assert "A heading shouts." in run(minimal, installed, "rule", "loud-heading").stdout
    built = run(minimal, installed, "build", "--format", "plain", "--format", "markdown")
    assert built.returncode == 0, built.stderr
    assert "只在纯文本里" in (minimal / "build/cards/cards.txt").read_text("utf-8")
    assert "只在纯文本里" not in (minimal / "build/cards/cards.md").read_text("utf-8")


def test_a_rule_of_others_has_options_and_can_be_switched_off(
    minimal: Path, installed: Path
) -> None:
    with (minimal / CHAPTER).open("a", encoding="utf-8") as file:
        file.write("\n## 完了？ {#end}\n")
    with (minimal / "book/book.yaml").open("a", encoding="utf-8") as file:
        file.write("lint:\n  options: {loud-heading: {marks: ？}}\n")
    assert "loud-heading" in run(minimal, installed, "check").stdout
    with (minimal / "book/book.yaml").open("a", encoding="utf-8") as file:
        file.write("  rules: {loud-heading: off}\n")
    assert "loud-heading" not in run(minimal, installed, "check").stdout


RULE = "[chapterkit.rules]\n"
FORMAT = "[chapterkit.formats]\n"
HEAD = '"""A rule."""\nGROUP, SEVERITY, NEEDS = "language", "error", ()\n'


@pytest.mark.parametrize(
    ("entry", "module", "why"),
    [
        (f"{RULE}odd-thing = bad:nothing", "", "规则 odd-thing不能用：装载时出错：AttributeError"),
        (f"{RULE}odd-thing = absent", "", "ModuleNotFoundError"),
        (f"{RULE}odd-thing = bad", "1/0", "ZeroDivisionError"),
        (f"{RULE}odd-thing = bad", "raise SystemExit(0)", "SystemExit"),
        (f"{RULE}odd-thing = bad", "GROUP = 1", "写得不像一条规则"),
        (f"{RULE}odd-thing = bad", HEAD, "要有一个函数 check 或 review"),
        (f"{RULE}odd-thing = bad", HEAD.replace("language", "odd"), "GROUP 要是"),
        (f"{RULE}Odd = bad", f"{HEAD}def check(*_): return []", "名字要用小写字母"),
        (f"{RULE}filler = bad", f"{HEAD}def check(*_): return []", "chapterkit 自己已经有叫这个名字的规则"),
        (f"{RULE}odd-thing = bad", f"{HEAD}def check(*_): return 1 + ''", "TypeError"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_used_is_one_line_with_its_package(
    entry: str, module: str, why: str, minimal: Path, tmp_path: Path
) -> None:
    packages = written(tmp_path / "packages", "chapterkit-bad", entry, {"bad.py": module})
    result = run(minimal, packages, "check")
    assert result.returncode == 2
    first, hint, *rest = result.stderr.splitlines()
    assert first.startswith("软件包 chapterkit-bad 2.0 的规则 ")
    assert why in first
    assert hint.startswith("hint: ")
    assert rest == []


HEAD_OF_FORMAT = "from chapterkit.formats import Format\n"


@pytest.mark.parametrize(
    ("entry", "module", "why"),
    [
        (f"{FORMAT}odd = bad:FORMAT", "FORMAT = 1", "它不是 chapterkit.formats.Format"),
        (f"{FORMAT}html = bad:FORMAT", "FORMAT = Format('html', '.x', list, dict)", "已经有叫这个名字的格式"),
        (f"{FORMAT}odd = bad:FORMAT", "FORMAT = Format('other', '.x', list, dict)", "登记的名字要一样"),
        (f"{FORMAT}odd = bad:FORMAT", "FORMAT = Format('odd', '.pdf', list, dict)", "格式 pdf 已经用了后缀 .pdf"),
        (f"{FORMAT}odd = bad:FORMAT", "FORMAT = Format('odd', '.x', list, lambda p: 1/0)", "ZeroDivisionError"),
    ],
)  # fmt: skip
def test_a_format_that_cannot_be_used_is_one_line_with_its_package(
    entry: str, module: str, why: str, minimal: Path, tmp_path: Path
) -> None:
    files = {"bad.py": HEAD_OF_FORMAT + module}
    packages = written(tmp_path / "packages", "chapterkit-bad", entry, files)
    result = run(minimal, packages, "build", "--format", "odd")
    assert result.returncode == 2
    assert result.stderr.splitlines()[0].startswith("软件包 chapterkit-bad 2.0 的格式 ")
    assert why in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("module", [False, True])
@pytest.mark.parametrize("place", ["", "book", "vendor/packages"])
@pytest.mark.parametrize("on_path", ["PYTHONPATH", "link"])
def test_nothing_is_loaded_from_a_books_folder(
    place: str, on_path: str, module: bool, minimal: Path, tmp_path: Path
) -> None:
    heard = tmp_path / "heard"
    evil = f"open({str(heard)!r}, 'w')"
    folder = written(minimal / place, "chapterkit-evil", f"{RULE}evil = evil", {"evil.py": evil})
    (folder / "jinja2.py").write_text(evil)
    if on_path == "link":
        (tmp_path / "elsewhere").symlink_to(folder)
        folder = tmp_path / "elsewhere"
    result = run(minimal, folder, "check", module=module)
    assert result.returncode == 0, result.stderr
    assert not heard.exists()


def test_python_finds_this_program_and_its_own_wherever_they_lie() -> None:
    import chapterkit

    assert str(Path(chapterkit.__file__).parents[1]) in safe_path()
    assert any("site-packages" in entry for entry in safe_path())


def test_the_names_of_formats_are_those_of_their_modules() -> None:
    assert format_names() == tuple(all_formats())
