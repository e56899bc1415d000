"""Rules and formats of others: what installed Python packages add by entry points.

A package says in its metadata what it adds, and is loaded for that alone. None is taken from a
book's folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import Distribution, EntryPoint, distributions
from pathlib import Path
from typing import Any

from chapterkit.errors import ChapterkitError, Origin
from chapterkit.search_path import safe_path

RULES, FORMATS = "chapterkit.rules", "chapterkit.formats"
_WORDS = {RULES: "规则", FORMATS: "格式"}


@dataclass(frozen=True)
class Plugin:
    """One thing that a package adds: its name, the package with its version, what to load."""

    group: str
    name: str
    package: str
    entry: EntryPoint = field(repr=False)

    def load(self) -> Any:
        """Return what it stands for; raise ChapterkitError, naming the package, if that fails."""
        try:
            return self.entry.load()
        except (Exception, SystemExit) as error:
            raise self.refused(f"装载时出错：{type(error).__name__}: {error}") from None

    def refused(self, why: str) -> ChapterkitError:
        """Return what is said of one that cannot be used."""
        return failed(self.package, f"{_WORDS[self.group]} {self.name}", why)


class PluginError(ChapterkitError):
    """A failure of what a package adds: it is no text's, so that it has no place in any."""

    def at(self, origin: Origin) -> ChapterkitError:
        """Return the failure as it is."""
        return self


@cache
def plugged() -> bool:
    """Tell whether installed packages add anything."""
    return any(True for group in (RULES, FORMATS) for _ in plugins(group))


def failed(package: str, what: str, why: str) -> PluginError:
    """Return what is said of something of a package's that does not work."""
    hint = f"换一个版本，或卸掉它：pip uninstall {package.partition(' ')[0]}"
    return PluginError(f"软件包 {package} 的{what}不能用：{why}", hint=hint)


def plugins(group: str) -> Iterator[Plugin]:
    """Yield what installed packages add to a group, by name."""
    seen: set[str] = set()
    found: list[Plugin] = []
    for one in distributions(path=[one for one in safe_path() if _mentions(one, group)]):
        package = _name_of(one)
        if package in seen:
            continue  # the first on the path is the one that Python loads
        seen.add(package)
        for entry in one.entry_points:
            if entry.group == group:
                found.append(Plugin(group, entry.name, f"{package} {one.version}", entry))
    yield from sorted(found, key=lambda plugin: (plugin.name, plugin.package))


def _mentions(folder: str, group: str) -> bool:
    """Tell whether a package in a folder adds to a group: most do not, and are not looked into."""
    said = f"[{group}]".encode()
    files = Path(folder).glob("*-info/entry_points.txt")
    return any(said in file.read_bytes() for file in files if file.is_file())


def _name_of(distribution: Distribution) -> str:
    try:
        return distribution.name or ""
    except KeyError:  # metadata without a name
        return ""
