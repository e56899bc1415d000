"""A sentence appeals to research, literature or common knowledge and cites nothing.

Why: 研究表明 lends a sentence the weight of a source that its reader cannot look up. Whoever knows
the source can cite it in the same sentence; whoever does not should say the sentence in his own
name. (众所周知 is no source either.)

Quiet: what the text itself did (本实验表明, 我们的研究发现), what it has just cited (该论文指出
behind the citation), what is denied, asked or supposed (没有研究表明, 是否有研究表明？), what is
quoted, and noun phrases (研究发现的方法). A citation, a note, a link, 《a title》 or a reference to
a place of the text in the sentence, or right behind it, is a source.

Options: `phrases`, further phrases that claim a source.

Bad:

    研究表明，睡眠不足会损害记忆。

Bad:

    众所周知，强化学习比监督微调更能泛化。

Good:

    研究表明，睡眠不足会损害记忆[@demo2025]。

Good:

    本章的实验表明，两者方向相反；目前还没有研究表明这与规模有关。
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chapterkit.lint.citing import Sourced, is_quoted, sentence_round
from chapterkit.lint.problem import Problem, problem_at
from chapterkit.lint.words import any_of, word_patterns
from chapterkit.manuscript.book import Book
from chapterkit.patterns import Late
from chapterkit.text.document import Block, Document, Hit

GROUP = "citations"
SEVERITY = "error"
NEEDS = frozenset[str]()


@dataclass(frozen=True)
class Options:
    """Further phrases that claim a source."""

    phrases: tuple[str, ...] = ()


_WORDS = word_patterns("uncited-claim")
_SHOWS = _WORDS["shows"]
_ADVERBS = f"{_WORDS['adverbs']}{{0,2}}"
_SCHOLAR = rf"(?:[^，。；：、“”\s]{{0,4}}?(?:学者|學者|学家|學家)|{_WORDS['scholars']})"
# Each begins with characters that it names one by one: the search passes quickly over others.
_CLAIMS = (
    re.compile(
        rf"(?P<study>{_WORDS['studies']})"
        rf"(?:者们?|者們?|人员们?|人員們?)?{_WORDS['results']}?{_ADVERBS}(?P<verb>{_SHOWS}|{_WORDS['tells']})"
    ),
    re.compile(f"(?P<known>{_WORDS['known']})"),
    re.compile(f"(?P<agreed>{_WORDS['agreed']}){_WORDS['how agreed']}?{_WORDS['agree']}"),
    re.compile(
        f"(?P<older>{_WORDS['older']})的?(?:大量|许多|許多)?{_WORDS['works']}"
        f"(?:中|里|裡)?{_ADVERBS}(?:{_SHOWS}|报告|報告|{_WORDS['reviewed']})"
    ),
    re.compile(
        rf"(?P<reported>[据據])(?:{_WORDS['whose']}?(?:统计|統計)(?![局学學部司处處员員法量口年计])"
        rf"|{_WORDS['reported']}"
        r"(?=[，,：:]|显示|顯示|表明|指出))"
    ),
    re.compile(
        f"(?P<scholars>{_WORDS['some']})的?{_SCHOLAR}(?:们|們)?{_ADVERBS}"
        rf"(?:{_SHOWS}|{_WORDS['judge']})"
    ),
    re.compile(
        rf"(?P<scientists>{_WORDS['scientists']})(?:们|們)?{_WORDS['how they say']}{{0,2}}"
        rf"{_WORDS['they say']}(?=[，,：:])"
    ),
)
_ENGLISH = (
    re.compile(
        rf"(?P<english>{_WORDS['english studies']})"
        r"(?:ers)?\s(?:(?:has|have|had)\s)?(?:(?:also|consistently|repeatedly|long|now)\s)?"
        rf"{_WORDS['english shows']}\b"
    ),
    re.compile(
        "(?P<english>it is|It is|as is|As is)"
        " (?:(?:well|widely|generally|commonly) (?:known|believed|accepted|agreed|acknowledged))"
    ),
)

# What stands right before, within the clause.
_CLAUSE = Late(r"[，。；：！？,;:!?、（(“”「」\n—…]")
_DENIED = Late(rf"{_WORDS['denied']}[^，。；：]{{0,7}}$|{_WORDS['denied before']}$")
_QUANTIFIED = Late(rf"{_WORDS['quantified']}的?$")
_OWN = Late(
    r"(?:(?<![日基样根版剧课资成标])本[书書章文节節项項次组組课课题]?|我们|我們|(?<!自)我|咱们"
    r"|笔者|筆者|自己|本书作者|课题组|本组|我校|我院|我司)的?"
    r"(?:[^\W\da-zA-Z_]{0,2})$"
)
_POINTED = Late(
    r"(?:该|該|这[项一篇份组些个两次类]?|這[項一篇份組些個兩次類]?|那[项一篇份组些个次]?"
    r"|此[项一篇次]?|上述|以上|前述|前面|后面|下面|其(?!实)|[他她]的"
    r"|他们的|他們的|她们的|同一|两项|两篇|三项|前者|后者|作者|原|对照"
    r"|消融)的?(?:[^\W\da-zA-Z_]{0,2}的)?$"
)
_STRONGLY_POINTED = Late(r"(?:上述|以上|前述|这些|這些|前面的?|后面的?|下面的?)$")
_OF_PEOPLE = Late(
    r"(?:[我你他她它咱]们?|們|[人师員员警局]|博士|教授|先生|女士|仔细|认真|深入|反复|一番|[经經])$"
)
_CONNECTIVE = Late(f"{_WORDS['connectives']}?$")
_OWN_WORK = Late(
    f"{_WORDS['own work']}|我们(?:对|用|在|以|将|把|共)?[^，。；]{{0,10}}{_WORDS['investigating']}"
)
_OWN_RESULTS = Late(rf"{_WORDS['own results']}|(?:实验|實驗|[图表圖])\s?\d")
# What stands behind: a noun phrase (研究发现的方法), or a question.
_NOUN = Late(
    r"[的之者完]|得(?![出知到])|过[，。]|過[，。]|了?(?:什么|什麼|哪些|哪|多少|怎样|如何|谁)|\s?[与與和及、]|\s?[。；！？”」）)】]"
)
_NOUN_FINDING = Late(_WORDS["no finding"])
_FINDINGS = Late(f"{_WORDS['findings']}$")
_REPORTING = Late(f"{_WORDS['reporting']}$")
_ENGLISH_OWN = Late(rf"\w$|\b{_WORDS['english own']}\s$", re.IGNORECASE)
_QUESTION = Late(r"[？?][”’」』）)]*\s?$")
_NOT_BY = frozenset("数數证證依凭憑收票单單占佔论論字")
_ON_TRIAL = Late("实验|實驗")
_OF_SCHOLARS = Late(f"{_WORDS['of scholars']}$")
_WRITTEN = frozenset({"研究", "论文", "論文", "文献", "文獻", "报告", "報告"})
_NEEDS_QUANTITY = frozenset({"证据", "證據", "数据", "數據"})
# How far back from a phrase, in characters, what stands before it matters; and in its paragraph.
_BEFORE = 24
_PARAGRAPH = 1500


def check(document: Document, book: Book, options: Options) -> Iterator[Problem]:
    """Yield a problem for each such phrase in running text, unless its sentence has a source."""
    sourced = Sourced()
    before = _previous(document)
    reported: tuple[Block | None, int] = None, 0
    for hit in _hits(document, options):
        block = hit.block
        if reported[0] is block and hit.start < reported[1]:
            continue
        if block.kind == "Header" or not {"BlockQuote", "Table"}.isdisjoint(block.within):
            continue
        first, last = sentence_round(block.prose, hit.start, hit.end)
        if (
            is_quoted(block.prose, hit.start)
            or _QUESTION.search(block.prose, max(first, last - 9), last)
            or not _Claim(hit, sourced, before(block)).is_made()
            or sourced.between(block, first, last)
        ):
            continue
        reported = block, hit.end
        yield _problem(hit)


def _hits(document: Document, options: Options) -> list[Hit]:
    """Return where the phrases stand, in order, the longer of two that overlap first."""
    own = (re.compile(any_of(options.phrases)),) if options.phrases else ()
    found = [hit for one in (*_CLAIMS, *_ENGLISH, *own) for hit in document.prose.finditer(one)]
    return sorted(found, key=lambda hit: (hit.match.start(), -hit.match.end()))


def _previous(document: Document) -> Callable[[Block], Block | None]:
    """Return a function that gives the block before another."""
    blocks = document.prose.blocks
    before = dict(zip(map(id, blocks[1:]), blocks, strict=False))
    return lambda block: before.get(id(block))


def _problem(hit: Hit) -> Problem:
    excerpt = hit.match[0].strip()
    if hit.match.groupdict().get("known"):
        message = f"“{excerpt}”不是出处，这一句也没有引用"
        hint = "引用能说明这一点的文献，或者直接说"
    else:
        message = f"“{excerpt}”没有指明出处，这一句也没有引用"
        hint = "在这一句里引用所说的文献；找不到，就用自己的话说"
    return problem_at(hit.block, hit.start, hit.end, message, hint)


@dataclass(frozen=True)
class _Claim:
    """A phrase in its surroundings: does it appeal to others' work that it does not name?"""

    hit: Hit
    sourced: Sourced
    previous: Block | None

    @property
    def text(self) -> str:
        return self.hit.block.prose

    @property
    def clause(self) -> str:
        """What stands before the phrase in its clause, the end of it."""
        before = self.text[max(0, self.hit.start - _BEFORE) : self.hit.start]
        return _CLAUSE.split(before)[-1].strip()

    def is_made(self) -> bool:
        kind = next(iter(self.hit.match.groupdict()), "")
        if kind == "english":
            before = self.text[max(0, self.hit.start - _BEFORE) : self.hit.start]
            return not _ENGLISH_OWN.search(before)
        if _NOUN.match(self.text, self.hit.end) or _DENIED.search(self.clause):
            return False
        judge = {
            "reported": self._is_reported,
            "scholars": self._is_of_scholars,
            "scientists": self._begins_clause,
            "older": self._is_older,
            "study": self._shows,
        }.get(kind)
        return judge is None or judge()

    def _is_reported(self) -> bool:
        return self.text[self.hit.start - 1 : self.hit.start] not in _NOT_BY

    def _is_of_scholars(self) -> bool:
        return not self.clause.endswith(("如", "若", "纵", "只", "凡", "所"))

    def _is_older(self) -> bool:
        own = _OWN.search(self.clause) is not None
        on_trial = _ON_TRIAL.search(self.hit.match[0]) is not None
        return not own and not (on_trial and self._in_own_work())

    def _begins_clause(self) -> bool:
        return _CONNECTIVE.fullmatch(self.clause) is not None

    def _shows(self) -> bool:
        noun, clause = self.hit.match["study"], self.clause
        own = _OWN.search(clause) or _STRONGLY_POINTED.search(clause)
        if own or (self.hit.match["verb"] in {"发现", "發現"} and self._is_finding()):
            return False
        if _POINTED.search(clause):
            return noun in _WRITTEN and not self._is_introduced()
        if noun == "研究":
            is_verb = _OF_PEOPLE.search(clause) and not _OF_SCHOLARS.search(clause)
            return not is_verb and not self._is_of_own_work()
        if noun in _WRITTEN:
            return not self.sourced.between(self.hit.block, 0, self.hit.start)
        return self._is_vague(noun)

    def _is_vague(self, noun: str) -> bool:
        """Tell whether 实验表明, 统计显示, 证据表明 appeals to others', not to own results."""
        quantified = _QUANTIFIED.search(self.clause) is not None
        if noun in _NEEDS_QUANTITY:
            return quantified
        return (quantified or self._begins_clause()) and not self._in_own_work()

    def _is_finding(self) -> bool:
        """Tell whether 研究发现 is a noun."""
        if _REPORTING.search(self.clause):
            return True
        says = self.text.startswith(("，", "：", ","), self.hit.end)
        named = _FINDINGS.search(self.clause) is not None
        return not says and (named or _NOUN_FINDING.match(self.text, self.hit.end) is not None)

    def _is_introduced(self) -> bool:
        """Tell whether what 该研究 points at is named before it or in the last paragraph."""
        if self.sourced.between(self.hit.block, 0, self.hit.start):
            return True
        return self.previous is not None and self.sourced.anywhere(self.previous)

    def _is_of_own_work(self) -> bool:
        start = max(0, self.hit.start - _PARAGRAPH)
        return _OWN_WORK.search(self.text, start, self.hit.start) is not None

    def _in_own_work(self) -> bool:
        """Tell whether the paragraph tells of experiments of its own, or of cited ones."""
        start, end = self.hit.start - _PARAGRAPH, self.hit.end + _PARAGRAPH
        return (
            _OWN_RESULTS.search(self.text, max(0, start), end) is not None
            or self.sourced.between(self.hit.block, 0, self.hit.start)
            or self._is_of_own_work()
        )
