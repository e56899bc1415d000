"""What verifying says of a number: its status, and all that goes with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from chapterkit.manuscript.ledger import Number

Status = Literal["verified", "elsewhere", "not-found", "no-source", "stale"]
STATUSES: tuple[Status, ...] = ("verified", "elsewhere", "not-found", "no-source", "stale")


@dataclass(frozen=True)
class Result:
    """What became of one number: `where` and `context` in its source, `why` unless all is well."""

    number: Number
    status: Status
    where: str = ""
    context: str = ""
    why: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Results:
    """What became of all numbers, in the ledger's order."""

    numbers: tuple[Result, ...]

    def counts(self) -> dict[str, int]:
        """Count the numbers of each status."""
        return {
            status: sum(1 for one in self.numbers if one.status == status) for status in STATUSES
        }

    @property
    def clean(self) -> bool:
        """Whether nothing contradicts the records (a source that is not at hand does not)."""
        return all(one.status in ("verified", "no-source") for one in self.numbers)
