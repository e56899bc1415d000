"""A new rule of the linter, for those who change chapterkit: its module and its cases."""

from __future__ import annotations

from pathlib import Path
from string import Template

from chapterkit.errors import ChapterkitError, Origin, nearest
from chapterkit.files import replace_texts
from chapterkit.lint.engine import GROUPS
from chapterkit.manuscript.model import is_slug

_PACKAGE = Path(__file__).parents[1]
_SCAFFOLD = _PACKAGE / "assets" / "scaffold-rule"
CLONE = _PACKAGE.parents[1]


def make_rule(name: str, group: str, clone: Path | None = None) -> list[Path]:
    """Write a rule that finds a placeholder, with its cases, into a clone; return the files.

    The clone is the one that this code runs from, unless another is given.
    Raises ChapterkitError outside a clone, for a group that does not exist, and for a name that
    is taken or is not lower-case words and hyphens.
    """
    clone = clone or CLONE
    files = rule_files(name, group)
    folders = (clone / "src" / "chapterkit" / "lint" / "rules", clone / "tests" / "rules")
    if not all(folder.is_dir() for folder in folders):
        hint = "git clone 之后，在里面 make setup，再运行 .venv/bin/chapterkit new rule"
        raise ChapterkitError("只有在 chapterkit 的源码里才能添规则", hint=hint)
    if taken := next((path for path in files if (clone / path).exists()), None):
        raise ChapterkitError("这条规则已经有了", Origin(taken), "换一个名字")
    replace_texts({clone / path: text for path, text in files.items()}, clone)
    return [clone / path for path in files]


def rule_files(name: str, group: str) -> dict[str, str]:
    """Return the files of a new rule: path within a clone → text. The module comes first.

    Raises ChapterkitError for a name that is not lower-case words and hyphens, or no group.
    """
    if not is_slug(name):
        hint = "用小写字母、数字和连字符说出毛病是什么，如 unsourced-number"
        raise ChapterkitError(f"“{name}”不能作规则的名字", hint=hint)
    if group not in GROUPS:
        near = nearest(group, GROUPS)
        hint = f"最接近的是 {near}" if near else f"分组有：{'、'.join(GROUPS)}"
        raise ChapterkitError(f"没有 {group} 这个分组", hint=hint)
    module = f"src/chapterkit/lint/rules/{name.replace('-', '_')}.py"
    cases = (path.name for path in sorted(_SCAFFOLD.iterdir()) if path.suffix != ".txt")
    paths = {module: "rule.py.txt"} | {f"tests/rules/{name}/{case}": case for case in cases}
    return {
        path: Template((_SCAFFOLD / scaffold).read_text("utf-8")).safe_substitute(group=group)
        for path, scaffold in paths.items()
    }
