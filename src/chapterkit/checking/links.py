"""Whether the sources of a book can still be found: asked of the registries, when asked for."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from chapterkit.errors import ChapterkitError
from chapterkit.files import replace_text
from chapterkit.lint import Problem
from chapterkit.lint.entries import doi, fields, title
from chapterkit.manuscript.bibliography import Source
from chapterkit.pipeline import Subject
from chapterkit.registries.lookup import of_doi, of_pmid, retraction
from chapterkit.registries.web import UnreachableError, answer
from chapterkit.showing import one_line
from chapterkit.text.addresses import bibtex_address

RULE = "lost-source"
AT_ONCE = 8
KEPT_SECONDS = 7 * 24 * 3600
_READ = 2_000  # bytes of a page: that it comes is enough
_DEAD = frozenset({404, 410})


@dataclass(frozen=True)
class _Told:
    """What became of one identifier: what is wrong, if anything, and whether that is certain."""

    message: str = ""
    hint: str = ""
    certain: bool = True
    reached: bool = True
    nameless: bool = False


@dataclass
class _Cache:
    """What was found in order lately, by what was asked; what was wrong is asked again."""

    path: Path
    known: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def at_hand(cls) -> _Cache:
        """Return the cache of this user; an unreadable one is empty."""
        path = _cache_folder() / "chapterkit" / "links.json"
        try:
            known = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            known = {}
        return cls(path, known if isinstance(known, dict) else {})

    def has(self, asked: str) -> bool:
        at = self.known.get(asked)
        return isinstance(at, (int, float)) and 0 <= time.time() - at < KEPT_SECONDS

    def keep(self, asked: Sequence[str]) -> None:
        """Remember what is in order; a cache that cannot be written is none."""
        self.known.update(dict.fromkeys(asked, int(time.time())))
        try:
            replace_text(self.path, json.dumps(self.known, indent=0, sort_keys=True))
        except (ChapterkitError, OSError):
            return


def _cache_folder() -> Path:
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def sources_of(subjects: Sequence[Subject]) -> list[Source]:
    """Return the entries of the bibliographies of some texts, each once."""
    books = {id(one.book): one.book for one in subjects}.values()
    found = {(one.origin, one.key): one for book in books for one in book.bibliography.values()}
    return list(found.values())


def lost_sources(
    sources: Sequence[Source], progress: Callable[[str], None] = lambda _: None
) -> list[Problem]:
    """Return a problem for each source that leads nowhere, elsewhere or to what was taken back.

    Raises ChapterkitError where nothing at all could be reached.
    """
    cache = _Cache.at_hand()
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        asking = [(one, pool.submit(_asked, one, cache)) for one in sources]
        answers = []
        for source, result in asking:
            answers.append((source, result.result()))
            progress(source.key)
    finally:
        pool.shutdown(cancel_futures=True)
    told = [one for _, each in answers for one in each.values()]
    if told and not any(one.reached for one in told):
        raise ChapterkitError(
            f"连不上网络，{len(told)} 个地址一个也没有查成：{told[0].message}", hint="联网之后再查"
        )
    cache.keep([asked for _, each in answers for asked, one in each.items() if not one.message])
    return [problem for source, each in answers for problem in _problems(source, each)]


def _problems(source: Source, told: Mapping[str, _Told]) -> Iterator[Problem]:
    for one in told.values():
        if one.message:
            severity = "error" if one.certain or one.nameless else "warning"
            message = one_line(f"参考文献 {source.key}：{one.message}")
            yield Problem(source.origin, message, one.hint, RULE, severity)


def _asked(source: Source, cache: _Cache) -> dict[str, _Told]:
    """Return what became of each identifier of a source that the cache does not have."""
    questions: dict[str, Callable[[], _Told]] = {}
    said = fields(source)
    if name := doi(source):
        questions[f"doi:{name}"] = lambda: _of_doi(source, name)
    if (pmid := said.get("pmid", "").strip()).isdecimal():
        questions[f"pmid:{pmid}"] = lambda: _of_pmid(pmid)
    address = bibtex_address(said.get("url", ""))
    if address.startswith(("http://", "https://")) and "doi.org/" not in address:
        questions[address] = lambda: _of_address(address)
    new = {asked: ask for asked, ask in questions.items() if not cache.has(asked)}
    return {asked: _guarded(ask) for asked, ask in new.items()}


def _guarded(ask: Callable[[], _Told]) -> _Told:
    try:
        return ask()
    except UnreachableError as error:
        hint = "自己打开看看；只是这一次不通的话，过一会儿再查"
        return _Told(
            f"连不上：{error}", hint, certain=False, reached=False, nameless=error.nameless
        )
    except ChapterkitError as error:
        return _Told(error.message, error.hint)


def _of_doi(source: Source, name: str) -> _Told:
    record = of_doi(name)
    if record is None:
        return _Told(f"没有这个 DOI：{name}", "对照原文看看有没有抄错")
    registered = record.fields.get("title", "")
    if _is_other(title(source), registered):
        return _Told(f"DOI {name} 是另一篇的：{registered}", "对照原文，改 DOI 或改题名")
    if taken_back := record.retracted or retraction(name):
        return _retracted(taken_back)
    return _Told()


def _of_pmid(pmid: str) -> _Told:
    record = of_pmid(pmid)
    if record is None:
        return _Told(f"没有这个 PMID：{pmid}", "对照原文看看有没有抄错")
    return _retracted(record.retracted) if record.retracted else _Told()


def _retracted(how: str) -> _Told:
    return _Told(f"这篇已经撤回：{how}", "不再引用它；确要引用，在文中说明它已撤回")


def _of_address(address: str) -> _Told:
    status = answer(address, "text/html,*/*", most=_READ).status
    if status in _DEAD:
        return _Told(f"地址已经没有了（{status}）：{address}", "换成新的地址，或存档的地址")
    if status >= 400:
        hint = "自己打开看看：也许只是不让程序访问"
        return _Told(f"地址打不开（{status}）：{address}", hint, certain=False)
    return _Told()


def _is_other(ours: str, registered: str) -> bool:
    """Tell whether two titles are of different works; one in another script cannot tell."""
    theirs = "".join(filter(str.isalnum, re.sub(r"\\[a-zA-Z]+", "", registered))).lower()
    if not ours or not theirs or ours.isascii() != theirs.isascii():
        return False
    if ours in theirs or theirs in ours:
        return False
    return SequenceMatcher(None, ours[:300], theirs[:300], autojunk=False).ratio() < 0.6
