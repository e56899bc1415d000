"""The command line: load, call, print, exit code."""

from __future__ import annotations

import errno
import os
import re
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from chapterkit import __version__
from chapterkit.errors import ChapterkitError, Origin, nearest

if TYPE_CHECKING:
    from chapterkit.checking.subjects import Accepted, Subject
    from chapterkit.lint import Problem
    from chapterkit.manuscript.book import Book, Chapter
    from chapterkit.manuscript.ledger import Ledger
    from chapterkit.numbers.accounting import Accounted
    from chapterkit.printing import Written
    from chapterkit.revision.changes import Changes

PROBLEMS, CANNOT_RUN, OUR_BUG = 1, 2, 3
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EIO}


class _Group(click.Group):
    """Turns every failure into its message and exit code, in one place."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **{**kwargs, "standalone_mode": False})
        except ChapterkitError as error:
            click.echo(error.told(), err=True)
            sys.exit(CANNOT_RUN)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.ctx.get_help() if error.ctx else "")
            sys.exit(0)
        except click.UsageError as error:
            click.echo(
                ChapterkitError(error.format_message(), hint=_usage_hint(error)).told(), err=True
            )
            sys.exit(CANNOT_RUN)
        except (click.Abort, KeyboardInterrupt):
            click.echo("中断了；先前的输出没有动。", err=True)
            sys.exit(130)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except OSError as error:
            if error.errno not in _NO_ROOM:
                _our_bug()
            click.echo(ChapterkitError(f"写不出结果：{error.strerror}").told(), err=True)
            sys.exit(CANNOT_RUN)
        except Exception:
            _our_bug()


def _our_bug() -> NoReturn:
    traceback.print_exc()
    click.echo("这是 chapterkit 自己的错误，请把上面的内容报告给我们。", err=True)
    sys.exit(OUR_BUG)


def _usage_hint(error: click.UsageError) -> str:
    """Return what was probably meant, or else where to read on."""
    context = error.ctx
    typed = re.search(r"'([^']*)' is not one of", error.format_message())
    known: Sequence[str] = ()
    if isinstance(error, click.BadParameter) and error.param:
        known = getattr(error.param.type, "choices", ())
    near = nearest(typed[1], known) if typed else None
    path = context.command_path if context else "chapterkit"
    return f"最接近的是 {near}" if near else f"{path} --help 说明用法"


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="chapterkit")
def main() -> None:
    """Build book chapters out of records, and check every number and paragraph of them.

    \b
    A book is a folder with
      book/book.yaml                 title, author, chapters
      book/<chapter>.md              theory; places the experiments
      experiments/<slug>.yaml        records: setup, numbers, findings, sources
      templates/experiments/         the prose of each experiment
      refs.bib                       the sources

    Commands find the book from the current folder upwards. Start one with
    `chapterkit new book DIR`. Exit codes: 0 clean, 1 problems found, 2 cannot run, 3 our bug.
    """
    signal.signal(signal.SIGTERM, _interrupted)


def _interrupted(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def run() -> None:
    """Run the command line, then end the process at once.

    Taking a chapter's tree apart again, object by object, would take a tenth of a second.
    """
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        code = code or CANNOT_RUN
    os._exit(code if isinstance(code, int) else OUR_BUG)


_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_targets = click.argument("targets", nargs=-1, metavar="[TARGET]...")
_form = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Form of the report.",
)
_ledger = click.option(
    "--ledger", type=_FILE, help="YAML file with numbers:, for a file outside a book."
)
_bibliography = click.option(
    "--bibliography", type=_FILE, help="BibTeX file, for a file outside a book."
)
_sources = click.option(
    "--sources",
    type=_FOLDER,
    help="Folder of the papers' own text: KEY.pdf, KEY.txt, KEY.md or KEY.html; default sources/.",
)


def _format_names() -> list[str]:
    """Return the names of the output formats without importing them: one module each."""
    return _modules("formats")


def _modules(folder: str) -> list[str]:
    paths = (Path(__file__).parent.parent / folder).glob("*.py")
    return sorted(path.stem for path in paths if path.stem != "__init__")


@main.command()
@_targets
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(_format_names()),
    help="Write only this format; may be given several times. Default: html, epub, pdf, docx.",
)  # fmt: skip
@click.option(
    "--output",
    type=_FOLDER,
    help="Folder for the outputs; default build/.",
)
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 2, help="Writers at once."
)
@click.option("--depfile", type=click.Path(path_type=Path), hidden=True)
def build(
    targets: Sequence[str],
    formats: Sequence[str],
    output: Path | None,
    jobs: int,
    depfile: Path | None,
) -> None:
    """Check chapters, then write every format.

    TARGET is a chapter's slug or number; default all. Outputs are
    build/<slug>/<slug>.<ext>. A problem of severity error stops the writing, and the previous
    good outputs stay. Example:

    \b
      chapterkit build 7 --format html --format pdf
    """
    from chapterkit.checking.subjects import chapters_of, each_once, own_baseline, without_accepted
    from chapterkit.formats import all_formats
    from chapterkit.numbers.summary import summary_text
    from chapterkit.printing import build_chapter

    book = _book()
    known = all_formats().values()
    chosen = [one for one in known if one.name in formats or (one.by_default and not formats)]
    folder = output or book.config.root / "build"
    wanted = chapters_of(book, targets)
    documents = [one.parse() for one in wanted]
    linted = (one.lint(document) for one, document in zip(wanted, documents, strict=True))
    problems = list(each_once(problem for part in linted for problem in part))
    if accepted := own_baseline(book):
        problems = without_accepted(problems, accepted, wanted)
    if problems:
        _print_report(_from_here(problems, wanted), "text", wanted)
    if any(problem.severity == "error" for problem in problems):
        click.echo("有错误，什么也没有写；先前的输出没有动。", err=True)
        sys.exit(PROBLEMS)
    for chapter, document in zip(book.chapters_named(targets), documents, strict=True):
        started = time.perf_counter()
        with _progress(f"正在写 {chapter.slug}", len(chosen)) as step:
            written = build_chapter(book, chapter, document, chosen, folder, jobs, step)
        _print_written(written, time.perf_counter() - started)
        click.echo(summary_text(document, book))
        if depfile:
            _write_depfile(depfile, chapter.number, written)


def _report_names() -> list[str]:
    """Return the names of the forms of a report without importing them: one module each."""
    return _modules("lint/reports")


@main.command()
@_targets
@click.option(
    "--format", "form", type=click.Choice(_report_names()), default="text", show_default=True,
    help="Form of the report: text for people, json for programs, github for annotations in "
    "a workflow, sarif for code hosts and editors, junit for CI.",
)  # fmt: skip
@_ledger
@_bibliography
@click.option("--terms", type=_FILE, help="Terms file, for a file outside a book.")
@click.option(
    "--config", type=_FILE,
    help="YAML file with lint:, style:, budgets: as in book.yaml, for a file outside a book.",
)  # fmt: skip
@click.option(
    "--rule", "only", multiple=True, metavar="NAME",
    help="Run only this rule; may be given several times.",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option(
    "--changed-since", metavar="REV",
    help="Only problems on lines changed since this git commit.",
)  # fmt: skip
@click.option("--baseline", type=_FILE, help="Leave out the old problems that this file accepts.")
@click.option(
    "--write-baseline", type=_FILE,
    help="Accept all present problems: add them to this file. Needs --reason.",
)  # fmt: skip
@click.option("--reason", default="", help="Why the problems are accepted; kept in the baseline.")
@click.option("--prune", is_flag=True, help="Take out of the baseline what no longer occurs.")
@click.option("--diff", is_flag=True, help="Show what --fix would change; change nothing.")
@click.option("--fix", is_flag=True, help="Carry out the edits that mend problems.")
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 2, help="Texts at once."
)
def check(
    targets: Sequence[str],
    form: str,
    ledger: Path | None,
    bibliography: Path | None,
    terms: Path | None,
    config: Path | None,
    only: Sequence[str],
    strict: bool,
    changed_since: str | None,
    baseline: Path | None,
    write_baseline: Path | None,
    reason: str,
    prune: bool,
    diff: bool,
    fix: bool,
    jobs: int,
) -> None:
    """Lint chapters, or any Markdown file.

    TARGET is a chapter's slug or number (default: all of the book), a file of the book, or a
    Markdown file outside a book; then the rules run that need no book, and --ledger,
    --bibliography and --terms give them numbers, sources and terminology. Examples:

    \b
      chapterkit check 7
      chapterkit check draft.md --ledger numbers.yaml --bibliography refs.bib
      chapterkit check --diff                          what --fix would change
      chapterkit check --changed-since origin/main --format github
      chapterkit check --write-baseline baseline.yaml --reason "旧稿，逐章改"

    An exception stands before its paragraph, with its reason:
    <!-- chapterkit: allow typed-reference: 引用的是另一本书 -->
    """
    import gc

    from chapterkit.checking import subjects as checking
    from chapterkit.text.reading import Outside

    gc.disable()  # the process ends before collecting would pay

    outside = Outside(ledger, bibliography, terms, config)
    wanted = checking.subjects(targets, outside, only)
    changes = _changes(wanted, changed_since)
    if diff or fix:
        _mend(wanted, _accepted(wanted, baseline), changes, write=fix and not diff)
        if diff:
            return
        wanted = checking.subjects(targets, outside, only)
    with _progress("正在检查", len(wanted)) as step:
        found = checking.problems_of(wanted, jobs, step)
    problems = list(checking.each_once(problem for part in found for problem in part))
    if ledger:
        _print_strength(wanted)
    if write_baseline:
        _write_baseline(write_baseline, problems, reason)
        return
    accepted = _accepted(wanted, baseline)
    if prune:
        if accepted is None:
            raise click.UsageError("--prune 要有基线：加上 --baseline FILE")
        accepted = _prune(accepted, problems, wanted)
    if accepted:
        stale = not changed_since
        problems = checking.without_accepted(problems, accepted, wanted, stale=stale)
    problems = _from_here(problems, wanted)
    if changed_since:
        if fix:
            changes = _changes(wanted, changed_since)
        problems = checking.on_changed_lines(problems, changes)
    _print_report(problems, form, wanted, strict)
    if any(problem.severity == "error" or strict for problem in problems):
        sys.exit(PROBLEMS)


def _changes(wanted: Sequence[Subject], revision: str | None) -> Changes | None:
    """Return what was changed since a commit; None if that was not asked."""
    if revision is None:
        return None
    from chapterkit.revision.changes import changes_since

    return changes_since(wanted[0].folder, revision)


def _accepted(wanted: Sequence[Subject], file: Path | None) -> Accepted | None:
    """Return the baseline given, or else the book's own."""
    from chapterkit.checking.subjects import load_baseline, own_baseline

    if file:
        return load_baseline(file, _shown(file))
    return next((own_baseline(one.book) for one in wanted if one.chapter), None)


def _write_baseline(file: Path, problems: Sequence[Problem], reason: str) -> None:
    from chapterkit.checking.subjects import load_baseline
    from chapterkit.checking.subjects import write_baseline as written

    shown = _shown(file)
    old = load_baseline(file, shown).entries if file.exists() else ()
    added = written(file, shown, old, problems, reason)
    click.echo(f"{shown}：新收 {added} 个问题，原有 {len(old)} 条。")


def _prune(accepted: Accepted, problems: Sequence[Problem], wanted: Sequence[Subject]) -> Accepted:
    """Take out of a baseline what no longer occurs; return it as it is then."""
    from chapterkit.checking.subjects import load_baseline, prune_baseline

    gone = prune_baseline(accepted, problems, wanted)
    click.echo(f"{accepted.shown}：删去 {gone} 个已经没有的问题。", err=True)
    return load_baseline(accepted.path, accepted.shown)


def _mend(
    wanted: Sequence[Subject], accepted: Accepted | None, changes: Changes | None, write: bool
) -> None:
    """Show the diff that mends problems, or carry it out."""
    from chapterkit.checking import subjects as checking
    from chapterkit.numbers.binding import as_diff

    done = 0
    with _progress("正在改正", len(wanted)) as step:
        for one in wanted:
            before, result = checking.mended(one, accepted, changes)
            done += result.done
            for path in result.texts if not write else ():
                shown = _shown_in(one, path)
                click.echo(as_diff(before[path], result.texts[path], shown), nl=False)
            if write:
                for path in checking.write_mended(one, before, result.texts):
                    click.echo(f"改了 {path}", err=True)
            for problem in result.refused:
                origin = problem.origin
                click.echo(
                    f"{origin}:{origin.column}: 改动会动到别处的结构，没有做 [{problem.rule}]",
                    err=True,
                )
            step(one.shown)
    click.echo(f"{'改正' if write else '可以改正'} {done} 处。", err=True)


def _from_here(problems: Sequence[Problem], wanted: Sequence[Subject]) -> list[Problem]:
    """Return the problems with paths from the current folder."""
    from chapterkit.checking.subjects import relocated

    folder = next((one.folder for one in wanted if one.folder != Path()), None)
    if folder is None:
        return list(problems)
    files = {one.shown for one in wanted if one.folder == Path()}
    outside = [problem for problem in problems if problem.origin.path in files]
    inside = [problem for problem in problems if problem.origin.path not in files]
    return sorted([*outside, *relocated(inside, folder)])


def _shown_in(one: Subject, path: str) -> str:
    """Return a file of a text as it is shown: from the current folder."""
    return path if one.folder == Path() else _shown(one.folder / path)


def _print_report(
    problems: Sequence[Problem], form: str, wanted: Sequence[Subject], strict: bool = False
) -> None:
    from chapterkit.checking.subjects import source_lines
    from chapterkit.lint.reports import Report, written

    checked = tuple(dict.fromkeys(_shown_in(one, one.shown) for one in wanted))
    report = Report(problems, source_lines(), checked, _colour(), strict)
    click.echo(written(report, form))


def _colour() -> bool:
    """Tell whether output goes to a terminal that wants colours (NO_COLOR says it does not)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _print_strength(wanted: Sequence[Subject]) -> None:
    """Say how far a match of typed values can be trusted."""
    from chapterkit.numbers.matching import chance_matches

    ledger = next((one.book.ledger for one in wanted if not one.chapter), None)
    if ledger is None:
        return
    by_chance = chance_matches(ledger.values())
    click.echo(
        f"核对强度：账本有 {len(ledger)} 个数；不看单位和来源，1～100 的整数里"
        f"有 {by_chance} 个碰巧也对得上，所以只认单位相同、同一段引了来源的数。",
        err=True,
    )


@main.command()
@_targets
@_form
@_ledger
@_bibliography
@click.option(
    "--bind",
    type=_FILE,
    metavar="FILE",
    help="Show, as a diff, the typed quantities of FILE that exactly one recorded number fits, "
    "replaced by {{ n(…) }}.",
)
@click.option("--write", is_flag=True, help="With --bind: carry the diff out.")
def numbers(
    targets: Sequence[str],
    form: str,
    ledger: Path | None,
    bibliography: Path | None,
    bind: Path | None,
    write: bool,
) -> None:
    """List every quantity in the prose and what backs it.

    Status: recorded (a number of the ledger, put in by name), matched (typed, and a number of
    the same value and unit is cited in the paragraph), exempt (no quantity by the policy, with
    the clause), unsourced. Example:

    \b
      chapterkit numbers 7
      chapterkit numbers draft.md --ledger numbers.yaml
      chapterkit numbers --bind draft.md --ledger numbers.yaml --write
    """
    from chapterkit.checking.subjects import is_file
    from chapterkit.manuscript.yamlfile import read_text
    from chapterkit.numbers.accounting import accounts
    from chapterkit.text.reading import Outside, document_of, file_document

    if write and not bind:
        raise click.UsageError("--write goes with --bind FILE")
    if bind and ledger:
        targets = [str(bind)]
    listed: list[Accounted] = []
    known: Ledger | None = None
    for file in filter(is_file, targets):
        given = Outside(ledger, bibliography).book()
        document = file_document(read_text(Path(file), file), file, given)
        listed += accounts(document, given.ledger, exempt=True)
        known = given.ledger
    if chapters := _chapters_of(targets):
        book, wanted = chapters
        names = book.config.lint.options.get("unsourced-number", {}).get("names", ())
        for one in wanted:
            listed += accounts(document_of(book, one), book.ledger, names, exempt=True)
        known = book.ledger
    if bind and known is not None:
        _bind(bind, listed, known, write)
        return
    _print_accounts(listed, form)


def _bind(path: Path, listed: Sequence[Accounted], ledger: Ledger, write: bool) -> None:
    """Print the diff that puts recorded numbers into a file; carry it out if told to."""
    from chapterkit.files import replace_text
    from chapterkit.manuscript.yamlfile import read_text
    from chapterkit.numbers.binding import as_diff, bindings, bound

    shown = _shown(path)
    before = read_text(path, shown)
    after = bound(before, shown, bindings(listed, ledger))
    click.echo(as_diff(before, after, shown) or "没有可以替换的数。", nl=False)
    if write and after != before:
        replace_text(path, after)
        click.echo(f"写了 {shown}")


def _print_accounts(listed: Sequence[Accounted], form: str) -> None:
    from chapterkit.numbers.accounting import as_json, as_text

    click.echo(as_json(listed) if form == "json" else as_text(listed))


def _chapters_of(targets: Sequence[str]) -> tuple[Book, list[Chapter]] | None:
    """Return the book and the chapters that the targets name; None if all of them are files."""
    from chapterkit.checking.subjects import is_file

    named = [target for target in targets if not is_file(target)]
    if targets and not named:
        return None
    book = _book()
    return book, book.chapters_named(named)


@main.command()
@_targets
@_sources
@_form
@click.option("--all", "everything", is_flag=True, help="List the verified numbers, too.")
def verify(targets: Sequence[str], sources: Path | None, form: str, everything: bool) -> None:
    """Look each number up in its source's own text, and write experiments/verified.lock.

    TARGET is a chapter's slug or number, an experiment's slug, or a number (slug.name);
    default all. A number is verified if its printed form stands where the record says, or
    near the record's own words; elsewhere, if it stands in another place; not-found;
    no-source, if the text is not at hand; stale, if it was changed since. Commit the lock:
    `check` compares the records with it, so that CI needs no papers. Example:

    \b
      chapterkit verify --sources ~/papers
      chapterkit verify general-points --all
    """
    from datetime import date

    from chapterkit.manuscript.lock import LOCK_FILE, write_lock
    from chapterkit.numbers.verify.check import as_json, as_text, sources_of
    from chapterkit.numbers.verify.check import verify as verified
    from chapterkit.numbers.verify.results import merge_lock, with_lock

    book = _book()
    only = _numbers_named(book, targets)
    root = book.config.root
    if sources is not None and not sources.is_dir():
        raise ChapterkitError("没有这个文件夹", Origin(str(sources)), "原文放在那里，以引用键命名")
    with _progress("正在核对", len(sources_of(book.ledger, only))) as step:
        results = verified(book.ledger, sources or root / "sources", only, step)
    lock = book.lock or {}
    today = date.today().isoformat()
    if merged := merge_lock(lock, results, book.ledger, today):
        write_lock(root / LOCK_FILE, merged)
    if results.numbers and all(one.status == "no-source" for one in results.numbers):
        folder = _shown(sources or root / "sources")
        click.echo(f"{folder} 里没有读到任何原文；下面照先前的核对记录。", err=True)
    results = with_lock(results, lock)
    click.echo(as_json(results) if form == "json" else as_text(results, everything=everything))
    if not results.clean:
        sys.exit(PROBLEMS)


def _numbers_named(book: Book, targets: Sequence[str]) -> list[str] | None:
    """Return the ids that the targets name; None for all."""
    if not targets:
        return None
    named: list[str] = []
    for target in targets:
        if target in book.ledger:
            named.append(target)
            continue
        slugs = [target]
        if target not in book.records:
            slugs = list(book.chapter(book.config.chapter(target).slug).experiments)
        named += [id for id in book.ledger if id.partition(".")[0] in slugs]
    return named


@main.command()
@click.argument("source")
@click.option("--near", multiple=True, metavar="WORD", help="Only near this word; repeatable.")
@_sources
def harvest(source: str, near: Sequence[str], sources: Path | None) -> None:
    """List a paper's quantities as ready-made YAML entries to pick from.

    SOURCE is a citation key, or a PDF, text, Markdown or HTML file. Each entry has value,
    unit, source, place and words near it; the sentence stands above it as a comment. This is
    how a record is started. Example:

    \b
      chapterkit harvest chu2025sft --near GP-L
    """
    from chapterkit.manuscript.config import find_root
    from chapterkit.numbers.verify.harvesting import as_yaml
    from chapterkit.numbers.verify.harvesting import harvest as harvested
    from chapterkit.numbers.verify.texts import read_source

    path = Path(source)
    if path.is_file():
        folder, key = path.parent, path.stem
    else:
        folder = sources or (find_root(Path.cwd()) or Path.cwd()) / "sources"
        key = source
    text = read_source(folder, key)
    if text is None:
        hint = f"把 {key}.pdf、.txt、.md 或 .html 放进这个文件夹"
        raise ChapterkitError(f"没有 {key} 的原文", Origin(str(folder)), hint)
    click.echo(as_yaml(key, harvested(text, near)), nl=False)


@main.command()
@click.argument("name", required=False)
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown"]), default="text",
    help="markdown: all pages as one document.",
)  # fmt: skip
def rule(name: str | None, form: str) -> None:
    """List the rules of the linter by group, or print one rule's page.

    \b
    Example:
      chapterkit rule unsourced-number
    """
    from chapterkit.lint import find_rule, pages

    if name:
        click.echo(pages.page(find_rule(name)))
    elif form == "markdown":
        click.echo(pages.markdown(), nl=False)
    else:
        click.echo(pages.listing())


@main.command()
@click.option("--stdio", is_flag=True, help="Accepted; there is no other way of talking.")
def lsp(stdio: bool) -> None:
    """Serve an editor: problems as one types, what a name stands for, mending.

    Speaks the Language Server Protocol over standard input and output. The editor starts it;
    the README says how to set that up.
    """
    from chapterkit.lsp.features import serve

    sys.exit(serve())


@main.group()
def new() -> None:
    """Start a book or an experiment; both build at once."""


@new.command("book")
@click.argument("folder", type=click.Path(path_type=Path))
def new_book(folder: Path) -> None:
    """Make a small book in DIR that builds at once.

    \b
    Example:
      chapterkit new book mybook && cd mybook && chapterkit build
    """
    from chapterkit.manuscript.scaffold import make_book

    _print_made(make_book(folder))
    click.echo(f"接着：cd {folder} && chapterkit build")


@new.command("experiment")
@click.argument("slug")
def new_experiment(slug: str) -> None:
    """Write the record of a new experiment, with one number and one finding to replace.

    It renders at once through the default template; place it in a chapter with
    {{ experiment("SLUG") }} on a line of its own.
    """
    from chapterkit.manuscript.scaffold import make_experiment

    book = _book()
    _print_made(make_experiment(book, slug))
    click.echo(f'接着：在章的正文里单独一行写 {{{{ experiment("{slug}") }}}}')


# --- loading and printing


def _book() -> Book:
    from chapterkit.checking.subjects import this_root
    from chapterkit.manuscript.book import load_book

    return load_book(this_root())


def _print_written(written: Sequence[Written], seconds: float) -> None:
    width = max(len(_shown(one.path)) for one in written)
    for one in written:
        click.echo(f"{_shown(one.path):<{width}}  {_size(one.size):>9}  {one.seconds:5.1f} 秒")
    click.echo(f"写好 {len(written)} 个文件，共 {seconds:.1f} 秒。")


def _print_made(paths: Sequence[Path]) -> None:
    for path in paths:
        click.echo(f"写了 {_shown(path)}")


def _shown(path: Path) -> str:
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _size(size: int) -> str:
    return f"{size / 1024:.0f} KiB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MiB"


@contextmanager
def _progress(title: str, total: int) -> Iterator[Callable[[str], None]]:
    """Show a progress bar on a terminal for more than one thing, else nothing."""
    if total < 2 or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=total)
        yield lambda done: progress.update(task, advance=1, description=f"{title}：{done}")


def _write_depfile(depfile: Path, number: int, written: Sequence[Written]) -> None:
    """Tell make which files the chapter's stamp stands for: a deleted one is built again."""
    paths = [os.path.relpath(one.path).replace(os.sep, "/") for one in written]
    stamp = f"build/chapter{number}.built"
    text = f"{stamp}: {' '.join(paths)}\n" + "".join(f"{path}:\n" for path in paths)
    depfile.parent.mkdir(parents=True, exist_ok=True)
    depfile.write_text(text, "utf-8")
