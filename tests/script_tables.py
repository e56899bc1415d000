"""Makes the tables of Traditional and Simplified characters out of OpenCC's dictionaries.

`make script-tables` runs it; it needs the package `opencc` (Apache-2.0), which ships them.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import opencc

FOLDER = Path(__file__).parent.parent / "src" / "chapterkit" / "data" / "script"
TRADITIONAL, SIMPLIFIED = FOLDER / "traditional.txt", FOLDER / "simplified.txt"

# Right in Simplified text for some of their uses, whatever the dictionary says: 奏摺, 拚命, 酒麴…
_BOTH_IN_SIMPLIFIED = "麴醣摺榘捱拚"
# Right in Traditional text: other shapes of one character rather than simplified ones.
_BOTH_IN_TRADITIONAL = "内没温黄户么霉虱肴凄并栖昵晒洒羡瓮炖苧"
_HEAD = """\
# {title}
# Derived from {source} of OpenCC {version} (Apache License 2.0, https://github.com/BYVoid/OpenCC)
# by tests/script_tables.py; written by `make script-tables`, not by hand.
# One line a character: the character, then what it may become in the other script, then dots.
"""
_WIDTH = 4


def dictionary(name: str) -> dict[str, list[str]]:
    """Return one of OpenCC's dictionaries: what each character or phrase may become."""
    folder = Path(opencc.__file__).parent / "clib"
    with tempfile.TemporaryDirectory() as temporary:
        text = Path(temporary) / "dictionary.txt"
        subprocess.run(
            [folder / "bin" / "opencc_dict", "-i", folder / "share" / "opencc" / f"{name}.ocd2",
             "-o", text, "-f", "ocd2", "-t", "text"],
            check=True, capture_output=True,
        )  # fmt: skip
        lines = text.read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {key: options.split(" ") for key, options in pairs}


def tables() -> dict[Path, str]:
    """Return what the two files hold: characters of one script only, with the other's."""
    to_simplified, to_traditional = dictionary("TSCharacters"), dictionary("STCharacters")
    regional = {
        shape for name in ("TWVariants", "HKVariants")
        for shapes in dictionary(name).values() for shape in shapes
    }  # fmt: skip
    traditional = _only(to_simplified, set(to_traditional) | set(_BOTH_IN_SIMPLIFIED))
    simplified = _as_usual(
        _only(to_traditional, set(to_simplified) | regional | set(_BOTH_IN_TRADITIONAL)),
        dictionary("TWVariants"),
    )
    return {
        TRADITIONAL: _written(traditional, "Traditional characters", "TSCharacters"),
        SIMPLIFIED: _written(simplified, "Simplified characters", "STCharacters"),
    }


def _only(pairs: dict[str, list[str]], both: set[str]) -> dict[str, list[str]]:
    """Return the characters that are wrong in the other script, whatever they mean.

    Those that may stay as they are, and those whose counterpart few fonts have, are left out;
    so are rare counterparts of a character that has a common one (缐 beside 线).
    """
    return {
        key: list(filter(_is_common, options)) or options[:1]
        for key, options in sorted(pairs.items())
        if key not in both and key not in options
        and _is_basic(key) and _is_basic(options[0])
    }  # fmt: skip


def _as_usual(pairs: dict[str, list[str]], usual: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the pairs with the shapes that are usual today: 為 and 眾, not 爲 and 衆."""
    return {
        key: list(dict.fromkeys(usual.get(one, [one])[0] for one in options))
        for key, options in pairs.items()
    }


def _is_basic(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def _is_common(character: str) -> bool:
    return any(character.encode(charset, "ignore") for charset in ("gb2312", "big5"))


def _written(pairs: dict[str, list[str]], title: str, source: str) -> str:
    head = _HEAD.format(title=title, source=source, version=opencc.__version__)
    lines = (f"{key}{''.join(options)}".ljust(_WIDTH, ".") for key, options in pairs.items())
    return head + "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, text in tables().items():
        path.write_text(text, encoding="utf-8")
