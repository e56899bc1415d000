"""Finds the rules, runs them, and puts their problems in order."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from types import ModuleType
from typing import Any

from chapterkit.book import Book
from chapterkit.config import BOOK_FILE
from chapterkit.document import Document
from chapterkit.errors import ChapterkitError, Origin, nearest
from chapterkit.lint import rules as rules_package
from chapterkit.lint.problem import Problem

# The groups of rules, in the order in which they are listed.
GROUPS = (
    "structure", "brief", "numbers", "citations", "references", "language", "terms", "markup",
    "linter",
)  # fmt: skip

Check = Callable[[Document, Book, Any], Iterable[Problem]]


@dataclass(frozen=True)
class Rule:
    """One rule: a module of lint/rules/.

    `name` is the module's with hyphens; `group` one of GROUPS; `page` its docstring; `severity` what applies unless
    book.yaml says otherwise; `needs` what must be at hand for it to run at all
    (book, ledger, bibliography, terms); `options` the frozen dataclass of its options.
    """

    name: str
    group: str
    page: str
    severity: str
    needs: frozenset[str]
    options: type[Any]
    check: Check

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.page.strip().splitlines()[0]


@cache
def all_rules() -> dict[str, Rule]:
    """Return every rule by name, in alphabetical order."""
    modules = (
        importlib.import_module(f"{rules_package.__name__}.{found.name}")
        for found in pkgutil.iter_modules(rules_package.__path__)
    )
    rules = [_rule(module) for module in modules]
    return {rule.name: rule for rule in sorted(rules, key=lambda rule: rule.name)}


def _rule(module: ModuleType) -> Rule:
    return Rule(
        name=module.__name__.rpartition(".")[2].replace("_", "-"),
        group=module.GROUP,
        page=module.__doc__ or "",
        severity=module.SEVERITY,
        needs=frozenset(module.NEEDS),
        options=module.Options,
        check=module.check,
    )


def find_rule(name: str) -> Rule:
    """Return the rule called `name`; raise ChapterkitError, nearest name as hint, if none is."""
    rules = all_rules()
    if name not in rules:
        near = nearest(name, rules)
        hint = f"最接近的是 {near}" if near else "chapterkit rule 列出全部规则"
        raise ChapterkitError(f"没有 {name} 这条规则", hint=hint)
    return rules[name]


def lint(
    document: Document,
    book: Book,
    at_hand: frozenset[str],
    severities: Mapping[str, str],
    options: Mapping[str, Mapping[str, Any]],
) -> list[Problem]:
    """Run every rule that has what it needs; return the problems in the order of the text.

    `severities` and `options` are book.yaml's, by rule; a rule set to off does not run.
    Raises ChapterkitError for a rule or an option that does not exist.
    """
    for name in (*severities, *options):
        try:
            find_rule(name)
        except ChapterkitError as error:
            raise error.at(Origin(BOOK_FILE)) from None
    problems = {
        problem
        for rule in all_rules().values()
        if rule.needs <= at_hand
        for problem in _problems(rule, document, book, severities, options)
    }
    return sorted(problems)


def _problems(
    rule: Rule,
    document: Document,
    book: Book,
    severities: Mapping[str, str],
    options: Mapping[str, Mapping[str, Any]],
) -> Iterator[Problem]:
    chosen_severity = severities.get(rule.name)
    if chosen_severity == "off":
        return
    chosen = make_options(rule, options.get(rule.name, {}))
    for problem in rule.check(document, book, chosen):
        severity = chosen_severity or problem.severity or rule.severity
        yield replace(problem, rule=rule.name, severity=severity)


def make_options(rule: Rule, given: Mapping[str, Any]) -> Any:
    """Return the rule's options with what book.yaml says.

    Raises ChapterkitError if that does not fit.
    """
    from pydantic import TypeAdapter, ValidationError

    known = [field.name for field in fields(rule.options)]
    for name in given:
        if name not in known:
            near = nearest(name, known)
            hint = f"最接近的是 {near}" if near else f"它的选项：{'、'.join(known) or '（没有）'}"
            raise ChapterkitError(f"规则 {rule.name} 没有选项 {name}", Origin(BOOK_FILE), hint)
    if not given:
        return rule.options()
    try:
        return TypeAdapter(rule.options).validate_python(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        message = f"规则 {rule.name} 的选项 {name} 不对：{first['msg']}"
        raise ChapterkitError(message, Origin(BOOK_FILE)) from None
