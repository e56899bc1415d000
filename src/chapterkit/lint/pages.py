"""The rules' pages put together: the list of all rules, and one document of all pages. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from chapterkit.lint.engine import GROUPS, Rule, all_rules

_NEEDS = {
    "book": "a book",
    "ledger": "a ledger (--ledger)",
    "bibliography": "a bibliography (--bibliography)",
    "terms": "a terms file (--terms)",
    "edition": "an edition made for a region",
    "chinese": "a text in Chinese",
}


def by_group() -> Iterator[tuple[str, list[Rule]]]:
    """Yield each group's name with its rules in alphabetical order."""
    for group in GROUPS:
        yield group, [rule for rule in all_rules().values() if rule.group == group]


def listing() -> str:
    """Return one line a rule (name, severity, what it flags), by group."""
    width = max(map(len, all_rules()))
    lines: list[str] = []
    for group, rules in by_group():
        lines += ["", f"{group}（{GROUPS[group]}）"]
        lines += [f"  {one.name:<{width}}  {one.severity:<7}  {one.summary}" for one in rules]
    return "\n".join(lines[1:])


def page(rule: Rule) -> str:
    """Return one rule's page with its severity and what it needs."""
    needs = "、".join(_NEEDS[name] for name in sorted(rule.needs))
    needs = f"\n\nNeeds: {needs}." if needs else ""
    return f"{rule.name}（{rule.group}，{rule.severity}）\n\n{rule.page.strip()}{needs}"


def markdown() -> str:
    """Return all pages as one Markdown document, with a table of the rules before them."""
    parts = [
        "# Rules",
        "Made from the rules' own docstrings by `make rules`. Severities and options are set in"
        " `book.yaml` under `lint:`; `chapterkit rule NAME` prints one page.",
    ]
    for group, rules in by_group():
        rows = [f"| [{one.name}](#{one.name}) | {one.severity} | {one.summary} |" for one in rules]
        table = ["| rule | severity | what it flags |", "|---|---|---|", *rows]
        parts += [f"## {group}", "\n".join(table)]
    for _, rules in by_group():
        for rule in rules:
            parts += [f"### {rule.name}", page(rule).partition("\n\n")[2]]
    return "\n\n".join(parts) + "\n"
