"""The page round a sheet: for a server that sends what changes, and as one file without one."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from chapterkit.formats.shared import ASSETS
from chapterkit.formats.shared.sheet import Sheet

PAGE = ASSETS / "page"
STYLES = {
    **{
        f"{name}.css": ASSETS / "html" / f"{name}.css"
        for name in ("style", "equations", "exhibits")
    },
    "page.css": PAGE / "page.css",
}
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function\*? |const )(\w+)", re.MULTILINE)


def served_page(sheet: Sheet, token: str, others: Sequence[tuple[str, str]]) -> str:
    """Return the page that a server sends; `others` are slug and title of what else there is."""
    return _page(
        sheet,
        token=token,
        others=others,
        styles=[f"/page/{name}" for name in (*STYLES, own_style(sheet))],
    )


def own_style(sheet: Sheet) -> str:
    """Return by what name a sheet's own style is asked for."""
    return f"of-{sheet.name}.css"


def single_page(sheet: Sheet) -> str:
    """Return the page as one file: it asks for nothing, and runs no script but its own."""
    code, styles = script(), [path.read_text("utf-8") for path in STYLES.values()]
    digest = b64encode(sha256(code.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    styles.append(sheet.style)
    return _page(sheet, policy=policy, styles=[Markup(one) for one in styles], script=Markup(code))


def _page(sheet: Sheet, **given: Any) -> str:
    heading = " ".join(filter(None, (sheet.label, sheet.title)))
    told = {
        "data": dict(sheet.data),
        "head": {"title": sheet.title, "label": sheet.label, "language": sheet.language},
        "failures": list(sheet.failures),
    }
    page: str = _template().render(
        language=sheet.language,
        heading=heading,
        label=sheet.label,
        name=sheet.name,
        pieces=sheet.pieces,
        sheet=json_in_page(told),
        **{"others": (), "token": "", "policy": "", "script": "", **given},
    )
    return page


@cache
def _template() -> Any:
    environment = Environment(autoescape=True, trim_blocks=False)
    return environment.from_string((PAGE / "page.html").read_text("utf-8"))


def json_in_page(value: Any) -> str:
    r"""Return JSON that cannot end the element it stands in.

    >>> json_in_page("</script><!--")
    '"\\u003c/script\\u003e\\u003c!--"'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for one in "<>&\u2028\u2029":
        text = text.replace(one, f"\\u{ord(one):04x}")
    return text


@cache
def script() -> str:
    """Return the page's modules as one script, each a function of its own, in order of need."""
    done: dict[str, str] = {}
    _take(PAGE / "main.js", done)
    return "\n".join(done.values())


def _take(path: Path, done: dict[str, str]) -> None:
    """Add a module to what is done already, after those that it imports."""
    if path.stem in done:
        return
    text = path.read_text("utf-8")
    for _, name in _IMPORT.findall(text):
        _take(path.with_name(f"{name}.js"), done)
    names = [name for _, name in _EXPORT.findall(text)]
    body = _IMPORT.sub(_as_constant, text)
    body = _EXPORT.sub(lambda found: found[1] + found[2], body)
    done[path.stem] = (
        f"const in_{path.stem} = (() => {{\n{body}\nreturn {{ {', '.join(names)} }};\n}})();"
    )


def _as_constant(found: re.Match[str]) -> str:
    names = found[1].replace(" as ", ": ").strip().rstrip(",")
    return f"const {{ {names} }} = in_{found[2]};\n"
