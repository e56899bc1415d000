"""How the models of the author's files are written: plain dataclasses, filled by pydantic.

They are validated where a file is read (yamlfile.validated), so that a check of a file outside a
book need not import pydantic: what it asks of a type is answered here without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Self

SLUG = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_DEVICES = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")
"""Names that Windows keeps for devices, whatever their suffix:
https://learn.microsoft.com/windows/win32/fileio/naming-a-file"""


def names_a_file(slug: str) -> None:
    """Raise ValueError for a slug after which no file or folder can be named on some system."""
    if _DEVICES.fullmatch(slug):
        raise ValueError(f"Windows 上不能有叫 {slug} 的文件，换一个代号")


def is_slug(text: str) -> bool:
    """Tell whether `text` may be a slug: lower-case letters, digits and single hyphens.

    >>> is_slug("v-irl"), is_slug("V IRL"), is_slug("con")
    (True, False, False)
    """
    return re.fullmatch(SLUG, text) is not None and not _DEVICES.fullmatch(text)


class Model:
    """A mapping of a file, in which unknown keys are errors."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    @classmethod
    def partly(cls, **given: Any) -> Self:
        """Return a value that has, beyond defaults, only what is given."""
        made = object.__new__(cls)
        for one in fields(cls):  # type: ignore[arg-type]
            if one.name in given:
                object.__setattr__(made, one.name, given[one.name])
            elif one.default is not MISSING:
                object.__setattr__(made, one.name, one.default)
            elif one.default_factory is not MISSING:
                object.__setattr__(made, one.name, one.default_factory())
        return made


def described(description: str, /, *, default: Any = MISSING, **constraints: Any) -> Any:
    """Return a field with what its schema says of it; the constraints are those of its schema."""
    metadata = {"description": description, **constraints}
    if default == {}:
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Checked:
    """Beside a type, in Annotated: `check` raises ValueError for a value that will not do."""

    check: Callable[[Any], None]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Answer what pydantic asks of a type."""
        return {
            "type": "function-after",
            "function": {"type": "no-info", "function": self._checked},
            "schema": handler(source),
        }

    def _checked(self, value: Any) -> Any:
        self.check(value)
        return value


@dataclass(frozen=True)
class Mended:
    """Beside a type, in Annotated: `mend` returns what is read in the place of what was written."""

    mend: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Answer what pydantic asks of a type."""
        return {
            "type": "function-before",
            "function": {"type": "no-info", "function": self.mend},
            "schema": handler(source),
        }


@dataclass(frozen=True)
class OneOf:
    """Beside a union of models, in Annotated: the key that tells one of them from the others.

    `models` are models by the key that only they have; a mapping without any of these keys is
    taken for the model under the empty key.
    """

    models: Mapping[str, type[Model]]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Answer what pydantic asks of a type; a model's name is its tag."""
        choices = {one.__name__: handler.generate_schema(one) for one in self.models.values()}
        return {"type": "tagged-union", "choices": choices, "discriminator": self._tag}

    def _tag(self, value: Any) -> str:
        if isinstance(value, tuple(self.models.values())):
            return type(value).__name__
        keys = value if isinstance(value, Mapping) else ()
        return self.models[next((one for one in self.models if one in keys), "")].__name__
