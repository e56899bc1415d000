"""Values that are made by the hundred thousand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

Kind = TypeVar("Kind")


@dataclass_transform(frozen_default=True, order_default=True, field_specifiers=(field,))
def light(kind: type[Kind]) -> type[Kind]:
    """Make a class a dataclass that can be compared, and is frozen: the type checker holds that.

    Where Python itself holds it, to make one takes five times as long.
    """
    return dataclass(order=True, unsafe_hash=True)(kind)
