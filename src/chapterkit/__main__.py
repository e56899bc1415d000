"""python -m chapterkit."""

from chapterkit.cli import run

run()
