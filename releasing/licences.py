"""Which licences the packages bear that chapterkit needs, and whether it may come with them."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

ACCEPTED = Path(__file__).with_name("licences.toml")


@dataclass(frozen=True)
class Licence:
    """A package, its version, and its licence as an SPDX expression; empty where it says none."""

    package: str
    version: str
    expression: str
    note: str = ""


@dataclass(frozen=True)
class Policy:
    """Licences that may come along, other names for them, and what was found out by hand."""

    accepted: frozenset[str]
    names: dict[str, str]
    packages: dict[str, dict[str, str]]


def policy(path: Path = ACCEPTED) -> Policy:
    """Return the policy that `path` (TOML) states."""
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    return Policy(frozenset(said["accepted"]), said["names"], said["packages"])


def needed(installed: Iterable[Distribution], start: str) -> list[Distribution]:
    """Return what `start` needs to run here, itself first, without extras, by name.

    Raises KeyError where a package is needed and not installed.
    """
    known = {canonicalize_name(one.metadata["Name"]): one for one in installed}
    found: dict[NormalizedName, Distribution] = {}
    waiting = [canonicalize_name(start)]
    while waiting:
        if (name := waiting.pop()) not in found:
            found[name] = known[name]
            waiting.extend(_requirements(known[name]))
    first, *rest = found
    return [found[name] for name in (first, *sorted(rest))]


def _requirements(package: Distribution) -> Iterator[NormalizedName]:
    for line in package.requires or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield canonicalize_name(requirement.name)


def licence_of(package: Distribution, accepted: Policy) -> Licence:
    """Return the licence of `package`: what was found out by hand, else what it says itself."""
    name = canonicalize_name(package.metadata["Name"])
    by_hand = accepted.packages.get(name, {})
    expression = by_hand.get("licence") or _said(package, accepted)
    return Licence(name, package.version, expression, by_hand.get("note", ""))


def _said(package: Distribution, accepted: Policy) -> str:
    """Return the licence that the metadata state: an expression, classifiers, or a short name."""
    if expression := _field(package, "License-Expression"):
        return expression
    classified = [
        accepted.names[last]
        for line in package.metadata.get_all("Classifier") or ()
        if line.startswith("License ::") and (last := line.rpartition(" :: ")[2]) in accepted.names
    ]
    if classified:
        return " AND ".join(sorted(set(classified)))
    typed = _field(package, "License")
    return accepted.names.get(typed, typed if "\n" not in typed else "")


def _field(package: Distribution, name: str) -> str:
    return (package.metadata[name] or "").strip() if name in package.metadata else ""


def refused(licences: Iterable[Licence], accepted: Policy) -> list[str]:
    """Return a line for each licence that is not accepted, or that nobody knows.

    Of licences joined by OR one is enough, of those joined by AND each has to be accepted.
    """
    return [
        f"{one.package} {one.version}: {one.expression or 'says no licence that is known'}"
        for one in licences
        if not _acceptable(one.expression, accepted.accepted)
    ]


def _acceptable(expression: str, accepted: frozenset[str]) -> bool:
    def each(part: str) -> bool:
        return all(one.strip() in accepted for one in re.split(r"\bAND\b", part))

    return any(each(part) for part in re.split(r"\bOR\b", re.sub(r"[()]", "", expression)))


def page(licences: Iterable[Licence], title: str) -> str:
    """Return the licences as a page of Markdown: a table, then what is to be known of some."""
    licences = list(licences)
    rows = [f"| {one.package} | {one.version} | {one.expression} |" for one in licences]
    notes = [f"{one.package}: {one.note}" for one in licences if one.note]
    table = ["| package | version | licence |", "|---|---|---|", *rows]
    return "\n\n".join([f"# {title}", "\n".join(table), *notes]) + "\n"
