"""The line: load, render, read, number, lint, cite, print. Their order stands here alone.

The last two are in `press`, so that what only checks need not load what prints.

What goes from one step to the next is a value that can be pickled. A step's key is made of the
digests of what it reads and of the tool's version: where the key is the same, so is what the step
gives, and it need not be done again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from chapterkit import __version__
from chapterkit.errors import ChapterkitError, Origin
from chapterkit.lint import Problem, Run, lint, rules_for, together
from chapterkit.manuscript.book import Book, Chapter, once
from chapterkit.manuscript.config import Config
from chapterkit.manuscript.folder import Folder, Overlay, decode
from chapterkit.pandoc import Message, converting, reading
from chapterkit.patterns import Late
from chapterkit.plugins import plugged
from chapterkit.processes import processors
from chapterkit.store import Store, store_of, tool
from chapterkit.text.document import Document, Warned
from chapterkit.text.file_links import SUFFIXES, file_addresses, led, place_of, qualified
from chapterkit.text.formulas import told_of
from chapterkit.text.numbering import (
    UNCOUNTED,
    Counting,
    Thing,
    identifiers_in,
    identifiers_of,
    places_of,
    targets_in,
    with_references,
)
from chapterkit.text.origins import Rendered, rendered_plainly
from chapterkit.text.parts import joined, parts_of
from chapterkit.text.pictures import addresses, digest_at
from chapterkit.text.placed import CLASS
from chapterkit.text.reading import (
    check_stretches,
    most_brackets,
    probable_formulas,
    with_long_lines_cut,
    without_comments,
    without_metadata,
)
from chapterkit.text.tree import (
    Tree,
    attributes_of,
    chapter_heading,
    check_depth,
    formulas_of,
    with_strings_joined,
)
from chapterkit.text.variants import EVERYTHING, Variant

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Value = TypeVar("Value")
Converted = tuple[list[Message], list[str]]


@dataclass(frozen=True)
class Form(Generic[Value]):
    """How a step's value is kept on the disk: as bytes, read again, if it `holds` even now."""

    write: Callable[[Value], bytes]
    read: Callable[[bytes], Value]
    holds: Callable[[Value], bool] = lambda _: True


@dataclass
class Memory:
    """What the steps gave last, by the text that they were for, with the keys they had then.

    `reused` counts what a store had already of the dear steps; `small` is what was asked beside the
    text at hand, and is small enough to be kept of all.
    """

    kept: dict[tuple[str, str], tuple[str, Any]] = field(default_factory=dict)
    reused: int = 0
    small: dict[tuple[str, str], tuple[str, Any]] = field(default_factory=dict)

    def step(
        self,
        name: str,
        text: str,
        key: Callable[[], str],
        do: Callable[[], Value],
        form: Form[Value] | None = None,
    ) -> Value:
        """Return what a step gave for a text, done anew if its key is another."""
        self.turn_to(text)
        return self._step(self.kept, name, text, key, do, form)

    def beside(
        self,
        name: str,
        text: str,
        key: Callable[[], str],
        do: Callable[[], Value],
        form: Form[Value] | None = None,
    ) -> Value:
        """Return what a step gave for another text than the one at hand, which does not change."""
        return self._step(self.small, name, text, key, do, form)

    def _step(
        self,
        kept: dict[tuple[str, str], tuple[str, Any]],
        name: str,
        text: str,
        key: Callable[[], str],
        do: Callable[[], Value],
        form: Form[Value] | None,
    ) -> Value:
        before, value = kept.get((name, text), ("", None))
        if before != (now := key()) or (form and not form.holds(value)):
            value = self.done(f"{name} {now}", do, form)
            kept[name, text] = now, value
        return value  # type: ignore[no-any-return]

    def aside(self) -> Memory:
        """Return a memory for a text that is read on the way, while another is at hand."""
        return self

    def turn_to(self, text: str) -> None:
        """Take note of which text comes next."""

    def done(self, name: str, do: Callable[[], Value], form: Form[Value] | None) -> Value:
        """Do a step, whose name has its key."""
        return do()


@dataclass
class Lasting(Memory):
    """Remembers what the steps gave to one text only, and has the rest in a store on the disk."""

    store: Store | None = None
    text: str = ""

    def turn_to(self, text: str) -> None:
        """Forget another text than this."""
        if text != self.text:
            self.kept.clear()
            self.text = text

    def aside(self) -> Memory:
        """Return another that has the same store."""
        return Lasting(store=self.store)

    def done(self, name: str, do: Callable[[], Value], form: Form[Value] | None) -> Value:
        """Return what the store has of a step, or do it and put it there."""
        if not (form and self.store):
            return do()
        named = f"{tool()} {name}"
        if (raw := self.store.get(named)) is not None and form.holds(value := form.read(raw)):
            self.reused += name.startswith(("lint ", "print "))
            return value
        value = do()
        self.store.put(named, form.write(value))
        return value


class Forgetful(Memory):
    """Remembers nothing: for a process that does each step once."""

    def _step(
        self,
        kept: dict[tuple[str, str], tuple[str, Any]],
        name: str,
        text: str,
        key: Callable[[], str],
        do: Callable[[], Value],
        form: Form[Value] | None,
    ) -> Value:
        return do()


FORGETFUL = Forgetful()


def memory_at(root: Path) -> Memory:
    """Return the memory of the book at `root`, which has a store on the disk.

    With packages that add rules or formats there is none: what they do may depend on anything.
    """
    return Lasting(store=None if plugged() else store_of(root))


@dataclass(frozen=True)
class Subject:
    """A text that goes down the line as a whole: a chapter of a book, or a file outside of one.

    `name` is its path as problems name it. A file outside a book has its own `text`, and a book
    that holds what goes with it. `only` names the rules that may run, all where it is empty;
    `given` tells what those may need that there is. `at` are the files of a book whose problems
    alone are asked for, empty for all of them. Paths are relative to `root`. `variant` is what it
    is made for where there are passages that not every format has, and `formats` those to which
    all that applies alike, empty for any.
    """

    name: str
    book: Book
    chapter: Chapter | None = None
    text: str = field(default="", repr=False)
    given: frozenset[str] = frozenset()
    only: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    root: Path = Path()
    variant: Variant = EVERYTHING
    formats: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """What it is known by, its name and what it is made for."""
        return f"{self.name}|{self.variant.format}|{self.variant.edition}"

    @property
    def made_for(self) -> str:
        """What it is made for, in words; empty where all formats and editions are alike."""
        if not self.variant.format:
            return ""
        edition = f"（{self.variant.edition}）" if self.variant.edition else ""
        return "、".join(sorted(self.formats)) + edition

    @property
    def run(self) -> Run:
        """The run of the linter over it."""
        return Run(self.book.config, self.given, self.only)

    def paths(self) -> tuple[str, ...]:
        """Return the files that it is made of."""
        if not self.chapter:
            return (self.name,)
        if self.at:
            return self.at
        templates = (f"templates/{name}" for name in self.book.templates)
        records = (self.book.records[slug].file.path for slug in self.chapter.records)
        exhibits = {one.file.path for one in self.book.exhibits.values() if not one.slug}
        return (self.chapter.path, *templates, *records, *sorted(exhibits))

    def changed(self, texts: Mapping[str, str]) -> Subject:
        """Return the subject with other texts in place of some of its files'."""
        if not self.chapter or not self.book.folder:
            text = texts.get(self.name)
            return self if text is None else replace(self, text=decode(text.encode(), self.name))
        now = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in texts.items()}
        if now.items() <= self.book.digests.items():
            return self
        book = load(Overlay(self.book.folder, texts))
        return replace(self, book=book, chapter=book.chapter(self.chapter.slug))


# --- the steps


def load(folder: Folder) -> Book:
    """Return the book of a folder; raise ChapterkitError at the first thing wrong in its files."""
    from chapterkit.manuscript.loading import load_book  # for a book alone

    return load_book(folder)


def rendered(subject: Subject) -> Rendered:
    """Return a subject's Markdown, experiments and numbers in place.

    A file outside a book, and of a book without templates, is taken as it is, but for metadata at
    its head, which are no prose; one that `numbers --bind` has been over is rendered. Raises
    ChapterkitError at the line of what a template gets wrong.
    """
    chapter, variant = subject.chapter, subject.variant
    text = without_metadata(chapter.text if chapter else subject.text)
    if not chapter and subject.book.ledger and "{{" in text:
        chapter, variant = Chapter("", "", subject.name, text), EVERYTHING
    elif not (chapter and subject.book.config.templates):
        return rendered_plainly(text, subject.name)
    from chapterkit.text.render import render  # what is no template need not load what renders

    return render(subject.book, chapter, variant)


def read(
    markdown: Rendered,
    memory: Memory = FORGETFUL,
    text: str = "",
    meanwhile: Callable[[], object] = lambda: None,
) -> Document:
    """Return the document that pandoc reads out of rendered Markdown, HTML comments apart.

    What pandoc made of it may be known to the memory, `text` being what it is called there;
    `meanwhile` is done while pandoc is at work.

    Raises ChapterkitError, at the line that is to blame where that can be told, if pandoc gives
    up on it, or it is nested beyond all reason.
    """
    plain, comments = without_comments(markdown)
    key, parse = partial(key_of, "parse", plain.text), partial(_parsed, plain, meanwhile)
    parsed = memory.step("parse", text, key, parse, _PARSED)
    warned = tuple(Warned(message["type"], message) for message in parsed[1])
    return Document(parsed[0], plain, warned, comments)


Parsed = tuple[Tree, list[Message]]
"""What pandoc makes of a text: its tree, and what it warns of."""
_PARSED = Form[Parsed](lambda one: json.dumps(one).encode(), json.loads)


def _parsed(plain: Rendered, meanwhile: Callable[[], object]) -> Parsed:
    """Return what pandoc makes of rendered Markdown without comments; raise as `read` does."""
    try:
        text = with_long_lines_cut(plain.text)
        check_stretches(plain, text)
        formulas = probable_formulas(plain.text)
        # At once, so that formulas cost no time of their own.
        parts = parts_of(text, processors())
        with reading_in(parts) as result, converting(formulas) as said:
            meanwhile()
            tree, messages = result()
            if text != plain.text:
                tree = with_strings_joined(tree)
            check_depth(tree)
            if "$" in plain.text:
                messages += _warned_of(tree, plain, formulas, said)
    except RecursionError as error:
        place = plain.origin(max(0, plain.text.find(str(error))))
        raise ChapterkitError("列表、引文或强调嵌套得太深", place, "少套几层") from None
    except ChapterkitError as error:
        raise error.at(plain.origin(most_brackets(plain.text))) from None
    return tree, messages


@contextmanager
def reading_in(parts: Sequence[str]) -> Iterator[Callable[[], Parsed]]:
    """Let pandoc read the parts of a text side by side; it gives what `reading` does of the text.

    Where that cannot be put together of what was read, the text is read once more, as a whole.
    """
    with ExitStack() as stack:
        results = [stack.enter_context(reading(one)) for one in parts]

        def tree_and_messages() -> Parsed:
            read = [result() for result in results]
            if len(read) == 1:
                return read[0]
            told = any(messages for _, messages in read)  # they count the lines of a part
            tree = None if told else joined(parts, [tree for tree, _ in read])
            if tree is not None:
                return tree, []
            with reading("".join(parts)) as whole:
                return whole()

        yield tree_and_messages


def _warned_of(
    tree: Tree, markdown: Rendered, asked: Sequence[str], said: Callable[[], Converted]
) -> list[Message]:
    """Return what pandoc warns of a tree's formulas, and what Typst will make of them.

    What pandoc was asked about beforehand may be no formula, and be too much for it: then it is
    asked again.
    """
    formulas = set(formulas_of(tree))
    if not formulas:
        return []
    try:
        told = told_of(asked, *said())
    except ChapterkitError:
        told, asked = [], ()
    more = sorted(formulas.difference(asked))
    with converting(more) as rest:
        try:
            told += told_of(more, *rest())
        except ChapterkitError as error:
            worst = max(formulas, key=lambda formula: formula.count("{"))
            place = markdown.origin(max(0, markdown.text.find(worst)))
            hint = "看看这个公式：括号没有配对的补齐，套得太深的拆开"
            raise ChapterkitError(error.message, place, hint) from None
    return [one for one in told if one.get("contents") in formulas]


def numbered(
    subject: Subject,
    document: Document,
    memory: Memory = FORGETFUL,
    known: Mapping[str, Thing] = MappingProxyType({}),
) -> Document:
    """Return a document in which references have their numbers, of other chapters' things, too.

    Other chapters are read only where a link points to what this one has not, and what is not
    `known` of them. Raises ChapterkitError, where it was written, for a `ref()` to nothing.
    """
    document = replace(document, counting=counting_of(subject), formats=subject.formats)
    document, files = _led_to_files(subject, document, memory)
    targets = targets_in(document.rendered)
    if not (targets or files):
        return document
    elsewhere = _elsewhere(subject, document, targets, memory, known) | files
    document = replace(document, elsewhere=elsewhere)
    if "[](" not in document.rendered.text:
        return document
    known = elsewhere | identifiers_of(document.things)
    tree, markdown = with_references(
        document.tree,
        document.rendered,
        known,
        document.counting,
        subject.book.records,
        document.leading,
    )
    return replace(document, tree=tree, rendered=markdown)


def _led_to_files(
    subject: Subject, document: Document, memory: Memory
) -> tuple[Document, dict[str, Thing]]:
    """Return a document whose links to files of the book lead to their chapters, and these places.

    A link to a file that is no chapter stays as it is.
    """
    if not subject.chapter or not any(suffix in document.rendered.text for suffix in SUFFIXES):
        return document, {}
    chapters = _by_path(subject.book)
    leading: dict[str, str] = {}
    found: dict[str, Thing] = {}
    for address in file_addresses(document.tree):
        path, identifier = place_of(address, subject.chapter.path)
        if not (chapter := chapters.get(path)):
            continue
        other = replace(subject, name=chapter.path, chapter=chapter, at=())
        tree = document.tree if chapter == subject.chapter else _read_of(other, memory).tree
        heading = chapter_heading(tree)
        identifier = identifier or (attributes_of(heading).identifier if heading else "")
        if chapter == subject.chapter:
            leading[address] = identifier
            continue
        leading[address] = name = qualified(chapter.slug, identifier)
        if thing := places_of(tree, counting_of(other)).get(identifier):
            found[name] = replace(thing, identifier=name)
    tree = led(leading)(document.tree)
    return replace(document, tree=tree, leading=leading), found


@once
def _by_path(book: Book) -> dict[str, Chapter]:
    return {one.path: one for one in book.chapters}


def _elsewhere(
    subject: Subject,
    document: Document,
    targets: set[str],
    memory: Memory,
    known: Mapping[str, Thing],
) -> dict[str, Thing]:
    """Return what other chapters of the book have of the targets.

    Where a record stands is known without reading. Another chapter is read only for what it alone
    may have; those whose own files speak of it come first.
    """
    missing = targets - identifiers_in(document.tree)
    if not subject.chapter or not missing:
        return {}
    found = {name: known[name] for name in missing & known.keys()}
    found |= {name: one for name in missing if (one := _record(subject, name))}
    for other in _likely_first(subject.book, missing - found.keys()):
        if missing <= found.keys():
            break
        if other.slug == subject.chapter.slug:
            continue
        places = _places(replace(subject, name=other.path, chapter=other, at=()), memory)
        found |= {name: places[name] for name in missing & places.keys() - found.keys()}
    return found


def _record(subject: Subject, slug: str) -> Thing | None:
    """Return a record that another chapter places; None for whatever else is called so."""
    book, home = subject.book, subject.book.homes.get(slug)
    if home is None or home == subject.chapter:
        return None
    title = book.records[slug].model.title
    return Thing(slug, "record", book.label_of(slug), title, home.slug, home.label)


def _likely_first(book: Book, names: Collection[str]) -> Iterator[Chapter]:
    """Yield chapters: first those whose files give names as identifiers, or place what has them."""
    if not names:
        return
    exhibits = (book.exhibits[one].slug for one in names if one in book.exhibits)
    likely = {home.slug for one in exhibits if (home := book.homes.get(one))}
    likely.update(*(_giving(book).get(name, ()) for name in names))
    yield from (book.chapter(slug) for slug in sorted(likely, key=book.order.__getitem__))
    yield from (one for one in book.chapters if one.slug not in likely)


@once
def _giving(book: Book) -> dict[str, set[str]]:
    """Return which chapters' files may give what as an identifier: {#name}."""
    found: dict[str, set[str]] = {}
    for chapter in book.chapters:
        for name in _GIVEN.findall(chapter.text):
            found.setdefault(name, set()).add(chapter.slug)
    return found


_GIVEN = Late(r"#([^\s{}#]+)")


def _places(other: Subject, memory: Memory) -> dict[str, Thing]:
    """Return all that has an identifier in another chapter than the one at hand."""
    return memory.beside(
        "places",
        other.key,
        lambda: render_key(other),
        lambda: places_of(_read_of(other, memory.aside()).tree, counting_of(other)),
        _PLACES,
    )


_PLACES = Form[dict[str, Thing]](
    lambda places: json.dumps([astuple(one) for one in places.values()]).encode(),
    lambda raw: {one[0]: Thing(*one) for one in json.loads(raw)},
)


def counting_of(subject: Subject) -> Counting:
    """Return how the things of a subject are counted."""
    book, chapter = subject.book, subject.chapter
    if not chapter:
        return UNCOUNTED
    return Counting(
        chapter.slug,
        chapter.number,
        chapter.label,
        book.config.wording,
        {slug: book.label_of(slug) for slug in chapter.records},
        book.config.numbering.sections if chapter.number else "none",
        tuple(book.config.kind_labels.values()),
    )


def linted(subject: Subject, document: Document) -> list[Problem]:
    """Return the problems of a subject's document, in the order of the text."""
    problems = lint(document, subject.book, subject.run)
    if subject.at:
        return [problem for problem in problems if problem.origin.path in subject.at]
    return problems


# --- down the line


def document_of(subject: Subject, memory: Memory = FORGETFUL) -> Document:
    """Return a subject's document: rendered, read by pandoc once for everything, and numbered."""
    document = _read_of(subject, memory)
    return memory.step(
        "number",
        subject.key,
        lambda: key_of("number", read_key(document.rendered), render_key(subject)),
        lambda: numbered(subject, document, memory),
    )


def _read_of(subject: Subject, memory: Memory) -> Document:
    return with_shapes(subject, plainly_read(subject, memory))


def plainly_read(subject: Subject, memory: Memory) -> Document:
    """Return a subject's document as pandoc read it, exhibits without their shape."""
    name = subject.key
    load_rules = partial(rules_for, subject.given)  # whoever reads a text will lint it
    markdown = memory.step("render", name, lambda: render_key(subject), lambda: rendered(subject))
    return memory.step(
        "read", name, lambda: read_key(markdown), lambda: read(markdown, memory, name, load_rules)
    )


def with_shapes(subject: Subject, document: Document) -> Document:
    """Return a document in which the exhibits that it shows have their shape."""
    if CLASS in document.rendered.text:
        from chapterkit.text.exhibits import with_exhibits  # for what has any alone

        document = replace(document, tree=with_exhibits(document, subject.book.exhibits))
    return document


def problems_of(subject: Subject, memory: Memory = FORGETFUL) -> list[Problem]:
    """Return the problems of a subject: rendered, read and linted, for each format and edition."""
    return of_all([(one, checked(one, memory)) for one in variants(subject)])


@dataclass(frozen=True)
class Checked:
    """What a check found: the problems of a document, and where its comments stand.

    `pictures` are the addresses that rules looked at, each with a digest of what lay there.
    """

    problems: list[Problem]
    comments: frozenset[Origin]
    pictures: dict[str, str]


def of_all(found: Sequence[tuple[Subject, Checked]]) -> list[Problem]:
    """Return the problems of a text that is made for several formats and editions."""
    told = [(one.made_for, done.problems) for one, done in found]
    return together(told, [done.comments for _, done in found])


def checked(
    subject: Subject, memory: Memory = FORGETFUL, elsewhere: Callable[[], Checked] | None = None
) -> Checked:
    """Return what the rules find in a subject, or have found `elsewhere`, unless it is known."""
    find = elsewhere or (lambda: _linted(subject, memory))
    return memory.step("lint", subject.key, partial(lint_key, subject), find, _form(subject))


def _linted(subject: Subject, memory: Memory) -> Checked:
    document = document_of(subject, memory)
    problems = linted(subject, document)
    comments = frozenset(document.rendered.origin(one.offset) for one in document.comments)
    return Checked(problems, comments, pictures_held(subject, addresses(document.tree)))


def _form(subject: Subject) -> Form[Checked]:
    """Return the form of what was found in a subject: it holds while its pictures do."""

    def holds(done: Checked) -> bool:
        return pictures_held(subject, done.pictures) == done.pictures

    return Form(
        lambda done: _checked_form().dump_json(done),
        lambda raw: _checked_form().validate_json(raw),
        holds,
    )


@cache
def _checked_form() -> TypeAdapter[Checked]:
    from pydantic import TypeAdapter  # for what is kept alone

    return TypeAdapter(Checked)


def variants(
    subject: Subject, formats: Collection[str] = (), editions: Sequence[str] = ()
) -> list[Subject]:
    """Return a subject for each set of formats and editions that have other passages than others.

    Only these formats count, any where none is named, and these editions, all where none is named;
    the empty name is the book as it is in no edition. Raises ChapterkitError for a passage, or an
    edition, that is named wrongly.
    """
    config = subject.book.config
    check_editions(config)
    all_alike = Variant(edition=editions[0]) if len(editions) == 1 else EVERYTHING
    alike = [replace(subject, variant=all_alike, formats=frozenset(formats))]
    if not (subject.chapter and config.templates) or not (
        "only" in subject.chapter.text or _templates_tell_apart(subject.book)
    ):
        return alike
    # For the few texts that have passages alone.
    from chapterkit.formats import format_names
    from chapterkit.text.passages import apart, check_passages, passages_of

    if not (passages := passages_of(_templates(subject))):
        return alike
    check_passages(passages, format_names(), config.editions)
    made = (
        Variant(format, edition)
        for edition in (editions or ("", *config.editions))
        for format in sorted(formats or format_names())
    )
    return [
        replace(subject, variant=group[0], formats=frozenset(one.format for one in group))
        for group in apart(passages, made, config.editions)
    ]


def check_editions(config: Config) -> None:
    """Raise ChapterkitError, at its line, for an edition that is called like a format."""
    if not config.editions:
        return
    from chapterkit.formats import format_names  # for the few books that have editions alone

    for place, name in enumerate(config.editions):
        if name in format_names():
            origin = config.origin("editions", place)
            raise ChapterkitError(f"版本不能叫 {name}：这是一种格式的名字", origin, "换一个名字")


def _templates(subject: Subject) -> dict[str, str]:
    """Return the texts that a chapter is made of, by their paths."""
    assert subject.chapter
    texts = {f"templates/{name}": text for name, text in subject.book.templates.items()}
    return texts | {subject.chapter.path: subject.chapter.text}


@once
def _templates_tell_apart(book: Book) -> bool:
    """Tell whether any template may have passages for some formats or editions."""
    return any("only" in text for text in book.templates.values())


# --- keys


def render_key(subject: Subject) -> str:
    """Return the key of rendering: what the subject is, and all that its book was read from."""
    chapter = subject.chapter.slug if subject.chapter else ""
    made_for = (subject.key, *sorted(subject.formats))
    language = subject.book.config.language  # of an edition, too, which is read from the same files
    return key_of("render", *made_for, language, chapter, subject.text, book_key(subject.book))


@once
def book_key(book: Book) -> str:
    """Return the key of a book: all that it was read from."""
    return key_of("book", *(f"{path}={digest}" for path, digest in sorted(book.digests.items())))


def read_key(markdown: Rendered) -> str:
    """Return the key of reading: the Markdown, and where each part of it was written."""
    places = (f"{at.path}:{at.line}:{at.column}:{typed}" for at, typed in markdown.origins)
    return key_of("read", markdown.text, *map(str, markdown.starts), *places)


def lint_key(subject: Subject) -> str:
    """Return the key of linting: rules look at the document, and at all of the book beside it.

    Pictures, whose addresses only the document tells, are compared beside.
    """
    asked = ("only", *subject.only, "at", *subject.at, "given", *sorted(subject.given))
    return key_of("lint", render_key(subject), *fonts_held(subject.book.config), *asked)


def pictures_held(subject: Subject, named: Iterable[str]) -> dict[str, str]:
    """Return addresses of pictures, each with a digest of what lies there."""
    folder = subject.book.folder
    return {one: digest_at(one, folder) for one in named} if folder else {}


def fonts_held(config: Config) -> tuple[str, ...]:
    """Return what fonts of this machine a book names: where they are, and of which date."""
    if not (named := (*config.serif, *config.sans, *config.fonts.kai)):
        return ()
    from chapterkit import fonts  # few books name fonts, and only these need load what finds them

    return tuple(f"{family}={fonts.state_of(family)}" for family in named)


def key_of(*parts: str) -> str:
    """Return a digest of the tool's version and some texts, each of which counts for itself."""
    digest = hashlib.sha256(__version__.encode())
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(f"{len(raw)}:".encode() + raw)
    return digest.hexdigest()
