"""python -m chapterkit."""

from chapterkit.commands import run

run()
