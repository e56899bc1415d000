"""What kind of technical detail a word, a phrase or a piece of inline code is, if it is one.

Names (of models, data sets, products), versions, addresses, tokens and formulas are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chapterkit.lint.words import word_lists, word_patterns
from chapterkit.patterns import Late
from chapterkit.text.document import MATH, Block, Prose

PATH, COMMAND, OPTION, IDENTIFIER, RECIPE = "文件路径", "命令", "选项", "代码里的名字", "训练设定"

# Longer runs are data or addresses.
MOST = 300

# --- words

_WORDS = word_patterns("technical-detail")
ROOT = _WORDS["roots"]

# What a word must hold to be looked at: most words and numbers are not.
_TELLING = (
    re.compile(
        r"[_/\\($=.:-](?:(?<=[_/\\($=])|(?<=\.)(?=[A-Za-z_])|(?<=:)(?=:|\w)"
        r"|(?<=-)(?=-|[A-Za-z]\w?\s?[选選参參開开标標]))"
    ),
    re.compile(r"[A-Z](?<=[a-z].)[a-z]{2}"),
)
# Tokens, citation keys, attributes, short codes, money, TeX.
_MARKED = re.compile(r"[@#{\\]|:[\w-]+:|<|\[[\w-]+\][,.;:]?$|\$[({]?\d|.*[<>|{}]")
_TRIM = re.compile(r"""^["'(\[{<,;:!?*]*""")
_TAIL = """)"'[]}>,;:!?.*"""

_ADDRESS = re.compile(rf"(?:[\w-]+\.)+{_WORDS['top domains']}(?::\d+)?(?:/.*)?")
_NAME = re.compile(
    r"(?:arXiv|bioRxiv|medRxiv|iPhone|iPad|macOS|fastText|spaCy|nuScenes|nuPlan|openVLA|word2vec)\w*"
    r"|[A-Z]\w*\.js|d3\.js|(?:[Ll]lama|[Ww]hisper|bitnet|gemma|rwkv|stable-diffusion)\.cpp"
)
_IS_FILE = re.compile(rf"(?:[\w.~@+-]*/)*[\w@+-][\w.@+-]*\.{_WORDS['files']}")
_IS_PATH = re.compile(
    rf"(?:~|\.{{1,2}})/[\w.~-][\w./~-]*|/{ROOT}(?:/[\w.~-]+)*/?"
    rf"|(?:/[\w.-]*[a-z][\w.-]*){{2,}}/?|{_WORDS['folders']}/[\w.-]{{2,}}(?:/[\w.-]+)*/?"
    rf"|{_WORDS['further folders']}/(?:[\w.-]+/)+(?:[\w.-]+)?|{_WORDS['words']}/(?:[\w.-]+/)+"
    r"|[A-Za-z]:\\[\w\\. -]+"
)
_IS_OPTION = re.compile(r"--[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*(?:=\S*)?")
# Letters with an index (loss_t) are a formula's.
_SNAKE = re.compile(
    r"_{0,2}[a-z]{2,}[a-z0-9]*(?:_[a-z]\d*)*(?:_[a-z][a-z0-9]+)(?:_[a-z][a-z0-9]*)*_{0,2}|top_[kp]"
)
_NAMED_SNAKE = Late(rf"\w*_(?:qa|zh|en|bench|v\d+|mini|challenge)|{_WORDS['data sets']}")
_SHOUTED = re.compile(
    r"[A-Z]{2,}(?:_[A-Z]{2,}){2,}|[A-Z]{2,}_(?:KEY|TOKEN|HOME|PATH|DIR|URL|DEVICES|SIZE)"
)
_PART = re.compile(r"[qkvo]_proj|[xXy]_(?:train|test|val|pred)")
_CAMEL = re.compile(rf"{_WORDS['verbs']}(?:[A-Z][a-z]{{2,}}\w*)+")
_CALL = Late(r"[A-Za-z_][\w.]*\(\)|[a-z_]\w*(?:\.\w+)+\([^()]*\)|[a-z]+(?:_[a-z]+)+\([^()]*\)")
_DOTTED = re.compile(
    rf"{_WORDS['libraries']}(?:\.[A-Za-z_]\w+)+|{_WORDS['modules']}(?:\.[a-z_]\w+)+"
    r"|[a-z_]{2,}(?:\.[a-z_]\w+){2,}|\w+::\w+(?:::\w+)*"
)
_SETTING = re.compile(r"([A-Za-z_]\w*)[=:](?:[-+]?[\d.]+\w*|[Tt]rue|[Ff]alse|[Nn]one|null)")
_SETTING_NAME = Late(rf"{_WORDS['settings']}|\w+_\w+")


def runs(text: str) -> Iterator[tuple[int, str]]:
    """Yield each run of ASCII that may hold a detail, and where it begins; some of them twice."""
    for telling in _TELLING:
        after = 0
        for found in telling.finditer(text):
            if found.start() < after:
                continue
            start = found.start()
            while start > after and "!" <= text[start - 1] <= "~":
                start -= 1
            after = _ASCII.match(text, start).end()  # type: ignore[union-attr]
            yield start, text[start:after]


_ASCII = re.compile("[!-~]*")


def core_of(run: str) -> tuple[str, int]:
    """Return a run of ASCII without the punctuation round it, and where it begins.

    >>> core_of("(config.yaml),"), core_of("fit().")
    (('config.yaml', 1), ('fit()', 0))
    """
    if len(run) > MOST or _MARKED.match(run):
        return "", 0
    found = _TRIM.match(run)
    lead = found.end() if found else 0
    core = run[lead:].rstrip(_TAIL)
    if "(" in core and core.count("(") > core.count(")"):
        core = run[lead : lead + len(core) + 1]
    return core, lead


def kind_of_word(word: str) -> str | None:
    """Return what kind of detail a word is, None for a name or a plain word.

    >>> kind_of_word("learning_rate"), kind_of_word("Qwen/Qwen3-8B"), kind_of_word("a/b.py")
    ('代码里的名字', None, '文件路径')
    """
    if not word or _ADDRESS.fullmatch(word) or _NAME.fullmatch(word):
        return None
    if _IS_OPTION.fullmatch(word):
        return OPTION
    if _IS_FILE.fullmatch(word) or _IS_PATH.fullmatch(word):
        return PATH
    return IDENTIFIER if _is_identifier(word) else None


def _is_identifier(word: str) -> bool:
    if _SNAKE.fullmatch(word):
        return not _NAMED_SNAKE.fullmatch(word)
    if "(" in word:
        return _CALL.fullmatch(word) is not None
    if setting := _SETTING.fullmatch(word):
        return _SETTING_NAME.fullmatch(setting[1]) is not None
    return any(one.fullmatch(word) for one in (_SHOUTED, _PART, _DOTTED, _CAMEL))


# --- phrases

_COMMANDS = Late(
    rf"(?<![\w./-])(?:{_WORDS['package managers']}\s+{_WORDS['package actions']}\b"
    r"(?:\s+[\w.\[\]=<>@/-]+)?"
    + rf"|{_WORDS['commands']}\b".replace(r"\ ", r"\s+")
    + r"|docker(?:-compose|\s+compose)?\s+(?:run|build|pull|push|exec|up|compose)\b"
    r"|(?:npm|yarn|cargo|uv|poetry)\s+run\b(?:\s+[\w.-]+)?"
    r"|sudo\s+[a-z][\w-]*|chmod\s+[+\w]+"
    r"|python3?\s+-[mc]\b|(?:torchrun|deepspeed|accelerate\s+launch)\s+[\w./-]+"
    r"|huggingface-cli\s+\w+|nvidia-smi\b)"
)

_SETS = (
    r"(?:\s?[（(][^（）()\n]{1,30}[)）])?"
    r"(?:\s*[=:：]\s*|\s+(?:of|is)\s+|\s*(?:统一|均|都|分别|固定|初始)?(?:设置|设定|设|定|取|调|选)?"
    r"(?:为|成|到|在|是|用|取|作)?\s*)约?\s*"
)
_POWER = r"\^?\{?[-−⁻][\d⁰¹²³⁴-⁹]{1,3}"
_SMALL = (
    rf"(?:\d+(?:\.\d+)?\s*(?:[eE]\s*[-−–]\s*\d+|[×x·]\s*10\s*{_POWER})"
    rf"|0\.\d+(?!\d|\s*[%％])|10\s*{_POWER}|[百千万十]+分之[一二两三五]|{MATH}+)"
)
_WHOLE = rf"(?:[\d０-９]+(?:,\d{{3}})*(?:\s*[kK])?(?![\d.]*\s*[%％倍])|{MATH}+)"
_SHARE = rf"(?:{_SMALL}|0?\.\d+(?!\d|\s*[%％]))"
_NUMBER = r"[\d.]+(?!\d|\s*[%％倍])"
# What follows the names of each list of what a recipe sets, if one is given a value.
_RECIPES = {
    "recipe rate": Late(rf"(?![A-Za-z]){_SETS}{_SMALL}"),
    "recipe batch": Late(rf"{_SETS}{_WHOLE}"),
    "recipe decay": Late(rf"(?:率|系数|概率|比例)?{_SETS}{_SHARE}"),
    "recipe warmup": Late(
        rf"\s?(?:(?:步数|步|steps?){_SETS}{_NUMBER}|(?:比例|率|ratio){_SETS}{_SHARE})"
    ),
    "recipe gradient": Late(rf"(?:步数|阈值|范数|值)?{_SETS}{_NUMBER}"),
    "recipe sampling": Late(rf"{_SETS}{_NUMBER}"),
    "recipe rank": Late(rf"\s*的?(?:秩|[Rr]ank|α|alpha)\s*(?:[rα]|alpha)?{_SETS}{_NUMBER}"),
}
_DIGIT = re.compile(r"(?<![\w{])\d")


def commands(prose: Prose) -> Iterator[tuple[Block, int, int]]:
    """Yield the shell commands in running text."""
    for tool in word_lists("technical-detail")["tools"]:
        for at in _places(tool.replace("_", " "), prose.text):
            if found := _COMMANDS.match(prose.text, at):
                block, start = prose.place(at)
                yield block, start, start + len(found[0])


def recipes(prose: Prose) -> Iterator[tuple[Block, int, int]]:
    """Yield the settings of a training run that running text gives, each with its value."""
    for recipe, follows in _RECIPES.items():
        for name in word_lists("technical-detail")[recipe]:
            for at in _places(name, prose.text):
                block, start = prose.place(at)
                value = follows.match(block.prose, start + len(name))
                glued = name.isascii() and block.prose[max(0, start - 1) : start].isalpha()
                if value and not (glued and name == "lr") and _is_value(value, block):
                    yield block, start, value.end()


def _is_value(found: re.Match[str], block: Block) -> bool:
    """Tell a value in a formula from a symbol with an index."""
    return MATH not in found[0] or bool(_DIGIT.search(block.text, found.start(), found.end()))


def _places(name: str, text: str) -> Iterator[int]:
    at = text.find(name)
    while at >= 0:
        yield at
        at = text.find(name, at + len(name))


# --- inline code

_CODE_COMMAND = re.compile(
    r"[$#%>]\s+[a-z][\w-]*(?:\s.*)?"
    rf"|{_WORDS['shell']}\s+\S.*"
    r"|.*\s&&\s.*|ls|pwd"
)
_CODE_OPTION = re.compile(r"-[A-Za-z]{1,2}\d?|--[A-Za-z][\w-]*(?:[= ]\S+)?")
_CODE_LINE = re.compile(
    r"(?:import|from)\s+[\w.]+(?:\s+import\s.*)?|def\s+\w+\(.*|return\s+\w.*"
    r"|[\w.]+\s*[+-]?=\s*\w+\(.*"
)
_CODE_CALL = re.compile(r"(?P<name>[A-Za-z_][\w.]*)\([^()]*\)")
_FUNCTION = re.compile(rf"\w{{1,3}}|{_WORDS['functions']}")
_CODE_WORD = re.compile(r"[a-z]{2,}(?:[A-Z][a-z]{2,})+|[a-z_]\w+\.[a-zA-Z_]\w{2,}(?:\.\w+)*")
_CODE_PATH = re.compile(r"[A-Za-z_.][\w.-]*(?:/[\w.-]+){2,}/?|[A-Za-z_.][\w.-]*/")


def kind_of_code(code: str) -> str | None:
    """Return what kind of detail a piece of inline code is; what is a name in prose is one here.

    >>> kind_of_code("cd /data"), kind_of_code("<think>"), kind_of_code("getName")
    ('命令', None, '代码里的名字')
    """
    if not code or len(code) > MOST or code[0] in "<{[|":
        return None
    if _CODE_COMMAND.fullmatch(code) or _COMMANDS.match(code):
        return COMMAND
    if _CODE_OPTION.fullmatch(code):
        return OPTION
    return kind_of_word(code) or (_kind_of_line(code) if " " in code else _kind_of_name(code))


def _kind_of_name(code: str) -> str | None:
    if _ADDRESS.fullmatch(code) or _NAME.fullmatch(code):
        return None
    if call := _CODE_CALL.fullmatch(code):
        return None if _FUNCTION.fullmatch(call["name"]) else IDENTIFIER
    if _CODE_WORD.fullmatch(code):
        return IDENTIFIER
    return PATH if _CODE_PATH.fullmatch(code) else None


def _kind_of_line(code: str) -> str | None:
    if _CODE_LINE.fullmatch(code):
        return IDENTIFIER
    return next(filter(None, (kind_of_word(word.rstrip(",;:")) for word in code.split())), None)
