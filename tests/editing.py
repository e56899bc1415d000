"""An author at work on the real chapter: edits whose outcome is known, carried out in memory."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chapterkit.manuscript.folder import Folder

CHAPTER = "book/chapter7.md"
_OWN = re.compile(r"\{\{[^}]*\b(?:n|record)\b")
_HAN = "因此然后并非以及对于其中可能由此显著逐步稍微总体大致通常往往仍然依旧随即"

Place = tuple[str, int]


@dataclass
class Desk:
    """The manuscript's texts as lines, and what is known of the lines that were edited.

    `fate` says, for each line of old by file and number, what was done with it. No line is edited
    twice, so that the truth stays plain.
    """

    files: dict[str, list[str]]
    fate: dict[Place, str] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    # Where each line of old is now; lines are only marked while edits go on.
    now: dict[str, list[Place | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now = {
            path: [(path, at) for at in range(len(rows))] for path, rows in self.files.items()
        }

    @property
    def paragraphs(self) -> list[Place]:
        """The lines that hold a paragraph and have not been edited yet, as they are now."""
        return [
            (path, at)
            for path, rows in sorted(self.files.items())
            if not path.endswith(".yaml")
            for at, row in enumerate(rows)
            if len(row) > 80
            and row[0] not in "#{<!|"
            and self._old(path, at) not in self.fate
            and self._old(path, at)
        ]

    def _old(self, path: str, at: int) -> Place | None:
        return self.now[path][at]

    def done(self, place: Place, what: str) -> None:
        old = self._old(*place)
        assert old
        self.fate[old] = what

    def put(self, place: Place, rows: Sequence[str], old: Place | None = None) -> None:
        """Replace one line by several, with blank lines between them."""
        path, at = place
        spread = [part for row in rows for part in (row, "")][:-1] or [""]
        self.files[path][at : at + 1] = spread
        self.now[path][at : at + 1] = [old, *[None] * (len(spread) - 1)]

    def texts(self) -> dict[str, str]:
        return {path: "\n".join(rows) for path, rows in self.files.items()}


Edit = Callable[[Desk, random.Random], None]


def desk_of(folder: Folder) -> Desk:
    paths = [
        CHAPTER,
        *folder.list("templates/experiments", ".j2"),
        *folder.list("experiments", ".yaml"),
    ]
    return Desk({path: folder.text(path).split("\n") for path in paths})


def delete(desk: Desk, chance: random.Random) -> None:
    place = chance.choice(desk.paragraphs)
    desk.done(place, "deleted")
    desk.put(place, [])


def move(desk: Desk, chance: random.Random) -> None:
    """Carry a paragraph elsewhere; into another file if it has no numbers of its record's own."""
    path, at = chance.choice(desk.paragraphs)
    row, old = desk.files[path][at], desk.now[path][at]
    desk.done((path, at), "moved")
    desk.put((path, at), [])
    goals = [
        (other, line)
        for other, line in desk.paragraphs
        if other == path or (not _OWN.search(row) and path == CHAPTER)
    ]
    goal = chance.choice(goals)
    target, line = goal
    desk.files[target][line:line] = [row, ""]
    desk.now[target][line:line] = [old, None]


def split(desk: Desk, chance: random.Random) -> None:
    places = [place for place in desk.paragraphs if len(_ends(desk, place)) > 1]
    place = chance.choice(places)
    row, end = desk.files[place[0]][place[1]], chance.choice(_ends(desk, place)[:-1])
    old = desk.now[place[0]][place[1]]
    desk.done(place, "split")
    desk.put(place, [row[:end], row[end:]], old)


def merge(desk: Desk, chance: random.Random) -> None:
    whole = set(desk.paragraphs)
    places = [
        (path, at) for path, at in whole if (path, at + 2) in whole and not desk.files[path][at + 1]
    ]
    if not places:
        return
    path, at = chance.choice(sorted(places))
    old = desk.now[path][at]
    rows = desk.files[path]
    desk.done((path, at), "merged")
    desk.done((path, at + 2), "merged")
    rows[at : at + 3] = [rows[at] + rows[at + 2]]
    desk.now[path][at : at + 3] = [old]


def reword(desk: Desk, chance: random.Random) -> None:
    """Put other words for some: up to a sixth of the characters."""
    path, at = place = chance.choice(desk.paragraphs)
    row = desk.files[path][at]
    free = [
        spot for spot in range(1, len(row) - 3) if re.fullmatch("[一-鿿]{2}", row[spot : spot + 2])
    ]
    free = [spot for spot in free if not _inside(row, spot)]
    if not free:
        return
    for _ in range(max(1, len(row) // chance.choice([12, 20, 40]))):
        spot = chance.choice(free)
        row = row[:spot] + "".join(chance.choices(_HAN, k=2)) + row[spot + 2 :]
    desk.done(place, "reworded")
    desk.files[path][at] = row


def shorten(desk: Desk, chance: random.Random) -> None:
    """Take sentences away: a third of the paragraph at least, two thirds at most."""
    places = [place for place in desk.paragraphs if len(_ends(desk, place)) > 3]
    path, at = place = chance.choice(places)
    row = desk.files[path][at]
    cut = [end for end in _ends(desk, place) if len(row) / 3 <= end <= len(row) * 2 / 3]
    if cut:
        desk.done(place, "shortened")
        desk.files[path][at] = row[: chance.choice(cut)]


def double(desk: Desk, chance: random.Random) -> None:
    path, at = chance.choice(desk.paragraphs)
    row = desk.files[path][at]
    desk.done((path, at), "doubled")
    desk.doubled.append(row)
    desk.files[path][at:at] = [row, ""]
    desk.now[path][at:at] = [desk.now[path][at], None]
    desk.now[path][at + 2] = None


def add(desk: Desk, chance: random.Random) -> None:
    path, at = chance.choice(desk.paragraphs)
    row = "".join(chance.choices(_HAN, k=chance.randint(80, 200))) + "。"
    desk.files[path][at:at] = [row, ""]
    desk.now[path][at:at] = [None, None]


def renumber(desk: Desk, chance: random.Random) -> None:
    """Let two experiments change places."""
    rows = desk.files[CHAPTER]
    calls = [at for at, row in enumerate(rows) if row.startswith("{{ experiment(")]
    one, other = chance.sample(calls, 2)
    rows[one], rows[other] = rows[other], rows[one]


def change_figure(desk: Desk, chance: random.Random) -> None:
    """Change the last digit of a value."""
    found = [
        (path, at, value)
        for path, rows in sorted(desk.files.items())
        if path.endswith(".yaml")
        for at, row in enumerate(rows)
        if (value := re.search(r"(?P<name>\w+): \{value: (?P<value>[0-9.]*[0-9])(?=[,}])", row))
    ]
    path, at, value = chance.choice(found)
    id = f"{path.removeprefix('experiments/').removesuffix('.yaml')}.{value['name']}"
    if id not in desk.numbers:
        row, last = desk.files[path][at], value.end("value") - 1
        desk.files[path][at] = row[:last] + str((int(row[last]) + 1) % 10 or 1) + row[last + 1 :]
        desk.numbers.add(id)


EDITS: dict[str, Edit] = {
    one.__name__: one
    for one in (delete, move, split, merge, reword, shorten, double, add, renumber, change_figure)
}


def _ends(desk: Desk, place: Place) -> list[int]:
    row = desk.files[place[0]][place[1]]
    return [
        one.end()
        for one in re.finditer("[。！？][”’」』）]*", row)
        if not _inside(row, one.start())
    ]


def _inside(row: str, spot: int) -> bool:
    """Tell whether a place is in a call, a citation or an attribute."""
    before = row[: spot + 2]
    return before.count("{") > before.count("}") or before.count("[") > before.count("]")
