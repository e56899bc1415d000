"""Finds the rules, runs them, and puts their problems in order."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from chapterkit.errors import ChapterkitError, Origin, nearest, shortened
from chapterkit.lint import rules as rules_package
from chapterkit.lint.allow import Allow, allows, without_allowed
from chapterkit.lint.problem import Problem, in_order
from chapterkit.manuscript.book import Book, once
from chapterkit.manuscript.config import Config
from chapterkit.manuscript.model import is_slug
from chapterkit.manuscript.removals import Loss, Removal
from chapterkit.plugins import RULES, Plugin, failed, plugins
from chapterkit.text.document import Document

# The groups of rules, in the order in which they are listed.
GROUPS = {
    "structure": "结构与篇幅",
    "brief": "记录与作者的要求",
    "numbers": "数与出处",
    "citations": "引用与参考文献",
    "references": "文内的指引",
    "language": "文字与标点",
    "terms": "用语",
    "markup": "标记",
    "changes": "改动里丢了什么",
    "linter": "对检查本身的约定",
}

# What a rule may need: see at_hand; a text made for a region, which only its build has.
EDITION = "edition"
NEEDED = frozenset({"book", "ledger", "bibliography", "terms", "chinese", EDITION})

Check = Callable[[Document, Book, Any], Iterable[Problem]]


@dataclass(frozen=True)
class Leftovers:
    """What the other rules' problems met with, for the rules that review it.

    `unused` are exceptions that no problem needed, each with the rule named in vain;
    `stale` the lines of a baseline whose problems no longer occur, each with what it says;
    `losses` what the book has lost since another state, and nobody has signed off; `needless`
    the sign-offs of what was not lost.
    """

    unused: tuple[tuple[Allow, str], ...] = ()
    stale: tuple[tuple[Origin, str], ...] = ()
    losses: tuple[Loss, ...] = ()
    needless: tuple[Removal, ...] = ()

    def lost(self, rule: str) -> Iterator[Loss]:
        """Yield the losses that one rule tells of."""
        return (loss for loss in self.losses if loss.rule == rule)


Review = Callable[[Leftovers, Any], Iterable[Problem]]


@dataclass(frozen=True)
class NoOptions:
    """The options of a rule that has none."""


@dataclass(frozen=True)
class Rule:
    """One rule: a module of lint/rules/.

    `name` is the module's with hyphens; `group` one of GROUPS; `page` its docstring; `severity`
    what applies unless book.yaml says otherwise; `needs` what must be at hand for it to run at
    all (book, ledger, bibliography, terms, a book in Chinese, or an edition made for a region);
    `options` the frozen dataclass of its options; `always` whether it still warns where it is off,
    since it tells what will not be printed. A rule has a `check` of the document, or a `review` of
    what became of the others' problems. One that `is_fixed` guards the author's readers against
    the text's own author: neither book.yaml nor a baseline takes anything from it. One that
    `stops_builds` tells what no writer takes, so that no exception and no baseline can help; where
    it is off, it still warns.
    One that `tells_absence` (of a use) is right only if no format of a text has what it misses.
    One `of_book` looks at the book and its options alone, and finds the same in all texts.
    `package` is the installed package that adds it, empty for one of our own.
    """

    name: str
    group: str
    page: str
    severity: str
    needs: frozenset[str]
    options: type[Any]
    check: Check | None
    review: Review | None = None
    always: bool = False
    is_fixed: bool = False
    stops_builds: bool = False
    tells_absence: bool = False
    of_book: bool = False
    package: str = ""

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.page.strip().splitlines()[0]


@cache
def all_rules() -> dict[str, Rule]:
    """Return every rule by name, in alphabetical order: our own, and those of installed packages.

    Raises ChapterkitError, with the package's name, for a rule of others that cannot be used.
    """
    own = {name: _own_rule(name) for name in _own_names()}
    return dict(sorted((own | _rules_of_others()).items()))


@cache
def rules_for(at_hand: frozenset[str]) -> tuple[Rule, ...]:
    """Return the rules that need no more than what is at hand, in alphabetical order.

    Those of our own that need more are not even loaded. Raises ChapterkitError as `all_rules` does.
    """
    if "book" in at_hand:
        return tuple(rule for rule in all_rules().values() if rule.needs <= at_hand)
    own = {name: _own_rule(name) for name in _own_names() if needs_of(name) <= at_hand}
    others = {name: rule for name, rule in _rules_of_others().items() if rule.needs <= at_hand}
    return tuple(rule for _, rule in sorted((own | others).items()))


def rule_names() -> frozenset[str]:
    """Return the name of every rule; none of our own is loaded for that."""
    return _own_names().union(_rules_of_others())


@cache
def _rules_of_others() -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for plugin in plugins(RULES):
        taken = found.get(plugin.name)
        if taken or plugin.name in _own_names():
            whose = f"软件包 {taken.package}" if taken else "chapterkit 自己"
            raise plugin.refused(f"{whose}已经有叫这个名字的规则")
        found[plugin.name] = _rule_of(plugin)
    return found


@cache
def _own_names() -> frozenset[str]:
    """Return the names of our own rules, which are those of the modules; none is loaded."""
    found = pkgutil.iter_modules(rules_package.__path__)
    return frozenset(one.name.replace("_", "-") for one in found)


@cache
def _own_rule(name: str) -> Rule:
    module = f"{rules_package.__name__}.{name.replace('-', '_')}"
    return _rule(importlib.import_module(module), name)


_NEEDS = re.compile(r"^NEEDS = frozenset(?:\[str\]\(\)|\(\{(?P<names>[^}]*)\}\))$", re.MULTILINE)


def needs_of(name: str) -> frozenset[str]:
    """Return what a rule of our own needs, as its module says, which is read, not loaded.

    >>> sorted(needs_of("unverified-number"))
    ['book']
    """
    path = Path(rules_package.__path__[0], f"{name.replace('-', '_')}.py")
    found = _NEEDS.search(path.read_text("utf-8")) if path.is_file() else None
    if found is None:
        return _own_rule(name).needs
    return frozenset(re.findall(r"\w+", found["names"] or ""))


def _rule_of(plugin: Plugin) -> Rule:
    """Return a rule of others; raise ChapterkitError if it is not made as rules are."""
    module = plugin.load()
    if not is_slug(plugin.name):
        raise plugin.refused("名字要用小写字母、数字和连字符")
    try:
        rule = replace(_rule(module, plugin.name), package=plugin.package)
    except (AttributeError, TypeError) as error:
        raise plugin.refused(f"写得不像一条规则：{error}") from None
    wrong = {
        f"GROUP 要是 {'、'.join(GROUPS)} 之一": rule.group not in GROUPS,
        "SEVERITY 要是 error 或 warning": rule.severity not in {"error", "warning"},
        f"NEEDS 里可以有 {'、'.join(sorted(NEEDED))}": not rule.needs <= NEEDED,
        "要有一个函数 check 或 review": not (callable(rule.check) or callable(rule.review)),
        "Options 要是 dataclass": not is_dataclass(rule.options),
        "模块要有说明（docstring），它是这条规则的一页": not rule.page.strip(),
    }
    for why, is_wrong in wrong.items():
        if is_wrong:
            raise plugin.refused(why)
    return rule


def _rule(module: ModuleType, name: str) -> Rule:
    return Rule(
        name=name,
        group=module.GROUP,
        page=module.__doc__ or "",
        severity=module.SEVERITY,
        needs=frozenset(module.NEEDS),
        options=getattr(module, "Options", NoOptions),
        check=getattr(module, "check", None),
        review=getattr(module, "review", None),
        always=getattr(module, "ALWAYS", False) or getattr(module, "STOPS", False),
        is_fixed=getattr(module, "FIXED", False),
        stops_builds=getattr(module, "STOPS", False),
        tells_absence=getattr(module, "ABSENCE", False),
        of_book=getattr(module, "OF_BOOK", False),
    )


@contextmanager
def _of_others(rule: Rule) -> Iterator[None]:
    """Tell of what fails in a rule of others as theirs."""
    try:
        yield
    except ChapterkitError:
        raise
    except Exception as error:
        if not rule.package:
            raise
        why = f"{type(error).__name__}: {error}"
        raise failed(rule.package, f"规则 {rule.name}", why) from None


def find_rule(name: str) -> Rule:
    """Return the rule called `name`; raise ChapterkitError, nearest name as hint, if none is."""
    if (rule := _named(name)) is None:
        begun = [one for one in all_rules().values() if one.name.startswith(f"{name}-")]
        begun.sort(key=lambda one: (one.group != "numbers", one.name))
        near = "、".join(one.name for one in begun) or nearest(name, all_rules())
        hint = f"最接近的是 {near}" if near else "chapterkit rule 列出全部规则"
        raise ChapterkitError(f"没有 {name} 这条规则", hint=hint)
    return rule


def _named(name: str) -> Rule | None:
    """Return the rule called `name`, if any is; of our own no other is loaded for that."""
    return _own_rule(name) if name in _own_names() else all_rules().get(name)


def is_fixed(problem: Problem) -> bool:
    """Tell whether a problem is one of those that can neither be accepted nor passed over."""
    rule = _named(problem.rule)
    return rule is not None and rule.is_fixed


def can_be_accepted(problem: Problem) -> bool:
    """Tell whether an exception or a baseline may accept a problem."""
    return _can_be_accepted(problem.rule)


@cache
def _can_be_accepted(name: str) -> bool:
    rule = _named(name)
    return rule is None or not (rule.is_fixed or rule.stops_builds)


def at_hand(book: Book) -> frozenset[str]:
    """Return what the rules may need that there is: what came with a file, or a whole book."""
    there = {
        "book": bool(book.chapters),
        "ledger": bool(book.ledger or book.chapters),
        "bibliography": bool(book.bibliography or book.chapters),
        "terms": book.terms is not None,
        "chinese": book.config.locale.chinese,
    }
    return frozenset(name for name, is_there in there.items() if is_there)


@dataclass(frozen=True)
class Run:
    """One run of the linter: what book.yaml says of rules, what is at hand, which rules run.

    `only` names the rules that may run; empty for all of them.
    """

    config: Config
    at_hand: frozenset[str]
    only: tuple[str, ...] = ()

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that run. Raises ChapterkitError for a rule or option that does not exist."""
        _check_config(self.config)
        for name in self.only:
            find_rule(name)
        return tuple(rule for rule in rules_for(self.at_hand) if self.has(rule))

    def has(self, rule: Rule) -> bool:
        """Tell whether a rule runs."""
        wanted = not self.only or rule.name in self.only
        return wanted and rule.needs <= self.at_hand and self._may_matter(rule)

    def _may_matter(self, rule: Rule) -> bool:
        """Tell whether a rule is on for any path."""
        lint, name = self.config.lint, rule.name
        by_path = (rules.get(name, "off") != "off" for rules in lint.paths.values())
        return rule.always or rule.is_fixed or lint.rules.get(name) != "off" or any(by_path)

    def options(self, rule: Rule) -> Any:
        """Return the rule's options."""
        return make_options(rule, self.config.lint.options.get(rule.name, {}))

    def weighed(self, rule: Rule, problems: Iterable[Problem]) -> Iterator[Problem]:
        """Yield a rule's problems with its name and their severity; those that are off not."""
        given: dict[str, str] = {}
        for one in problems:
            path = one.origin.path
            if path not in given:
                given[path] = self._given(rule, path)
            severity = given[path] or one.severity or rule.severity
            if severity != "off":
                # A third of the time of `replace`, which counts where there are very many.
                message, hint = shortened(one.message), shortened(one.hint)
                yield Problem(
                    one.origin, message, hint, rule.name, severity, one.end, one.edits, one.context
                )

    def _given(self, rule: Rule, path: str) -> str:
        """Return the severity that a rule's problems have in a file; empty if they say it."""
        if rule.is_fixed:
            return ""
        lint = self.config.lint
        given: str = lint.rules.get(rule.name, "")
        for pattern, severities in lint.paths.items():
            if rule.name in severities and fnmatchcase(path, pattern):
                given = severities[rule.name]
        return "warning" if given == "off" and rule.always else given


def lint(document: Document, book: Book, run: Run) -> list[Problem]:
    """Run the rules over one document; return the problems in the order of the text.

    Problems that the author has allowed are left out; exceptions that nothing needed are
    problems themselves. Raises ChapterkitError for a rule or option that does not exist.
    """
    found: dict[Problem, None] = {}  # in the order of the rules, which is most of sorting
    for rule in run.rules:
        if rule.check:
            with _of_others(rule):
                found |= dict.fromkeys(_found(rule, document, book, run))
    made = allows(document)
    lasting = [problem for problem in found if not can_be_accepted(problem)]
    kept, used = without_allowed(filter(can_be_accepted, found), made)
    ran = {rule.name for rule in run.rules} | (set() if run.only else _unknown(made))
    unused = tuple(
        (allow, name)
        for allow in made
        for name in allow.rules
        if name in ran and (allow, name) not in used
    )
    return in_order([*kept, *lasting, *reviewed(Leftovers(unused=unused), run)])


def _found(rule: Rule, document: Document, book: Book, run: Run) -> Iterable[Problem]:
    """Return what a rule finds; what it finds in a book is found once for all of its texts."""
    assert rule.check
    if not rule.of_book:
        return run.weighed(rule, rule.check(document, book, run.options(rule)))
    known = _of_books(book)
    if rule.name not in known:
        known[rule.name] = [*run.weighed(rule, rule.check(document, book, run.options(rule)))]
    return known[rule.name]


@once
def _of_books(_: Book) -> dict[str, list[Problem]]:
    """Return a place for what rules find in a book as it is, by their names."""
    return {}


def together(
    found: Sequence[tuple[str, Sequence[Problem]]], shown: Sequence[Collection[Origin]] = ()
) -> list[Problem]:
    """Return the problems of a text that is made for several formats: what for, and its problems.

    What is wrong only for some of them says so in its hint; what nothing uses is used if it is
    in any of them. `shown` are the places of the comments in each: one that only some of them
    have is needless if it is so in all of these.
    """
    if len(found) == 1:
        return list(found[0][1])
    where: dict[Problem, list[str]] = {}
    for made_for, problems in found:
        for problem in problems:
            where.setdefault(problem, []).append(made_for)
    kept: list[Problem] = []
    for problem, places in where.items():
        rule = _named(problem.rule)
        if len(places) == len(found):
            kept.append(problem)
        elif rule and rule.tells_absence:
            holders = [one for one in shown if problem.origin in one]
            kept += [problem] if len(places) == len(holders) else []
        else:
            hint = "；".join(filter(None, [problem.hint, f"只有这些里面这样：{'；'.join(places)}"]))
            kept.append(replace(problem, hint=hint))
    return sorted(kept)


def _unknown(made: Iterable[Allow]) -> set[str]:
    """Return the names in exceptions that no rule has."""
    return {name for allow in made for name in allow.rules} - rule_names()


def reviewed(leftovers: Leftovers, run: Run) -> Iterator[Problem]:
    """Yield the problems of the rules that judge what became of the others'."""
    for rule in run.rules:
        if rule.review:
            with _of_others(rule):
                reviews = list(run.weighed(rule, rule.review(leftovers, run.options(rule))))
            yield from reviews


def _check_config(config: Config) -> None:
    lint = config.lint
    for name in lint.rules:
        _check_name(name, config.origin("lint", "rules", name))
    for pattern, severities in lint.paths.items():
        for name in severities:
            _check_name(name, config.origin("lint", "paths", pattern, name))
    for name, given in lint.options.items():
        _check_name(name, config.origin("lint", "options", name))
        try:
            make_options(find_rule(name), given)
        except _MisfitError as error:
            raise error.at(config.origin("lint", "options", name, error.option)) from None


def _check_name(name: str, origin: Origin) -> None:
    try:
        find_rule(name)
    except ChapterkitError as error:
        raise error.at(origin) from None


class _MisfitError(ChapterkitError):
    """An option that does not fit its rule."""

    def __init__(self, message: str, option: str, hint: str) -> None:
        super().__init__(message, None, hint)
        self.option = option


def make_options(rule: Rule, given: Mapping[str, Any]) -> Any:
    """Return the rule's options with what book.yaml says.

    Raises ChapterkitError if that does not fit.
    """
    if not given:
        return rule.options()
    known = [one.name for one in fields(rule.options)]
    page = f"chapterkit rule {rule.name} 说明它的选项"
    for name in given:
        if name not in known:
            near = nearest(name, known)
            hint = f"最接近的是 {near}" if near else f"它的选项：{'、'.join(known) or '（没有）'}"
            raise _MisfitError(f"规则 {rule.name} 没有选项 {name}", name, hint)
    # Loaded for the few books that set options alone.
    from pydantic import TypeAdapter, ValidationError

    from chapterkit.manuscript.yamlfile import worded

    try:
        made = TypeAdapter(rule.options).validate_python(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        message = f"规则 {rule.name} 的选项 {name} 不对：{worded(first)}"
        raise _MisfitError(message, name, page) from None
    for name in given:
        value = getattr(made, name)
        if isinstance(value, (int, float)) and value < 0:
            raise _MisfitError(f"规则 {rule.name} 的选项 {name} 不能小于零", name, page)
    return made
