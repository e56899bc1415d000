"""From the Markdown's lines to the blocks that they became."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from chapterkit.text.document import Block, Document


class Placed:
    """The blocks of running text in the order of the Markdown, for looking them up by offset."""

    def __init__(self, document: Document) -> None:
        # An image's caption is placed twice: as text, and as the alternative text.
        blocks = (one for one in document.prose.blocks if one.offsets)
        self._blocks = sorted(blocks, key=lambda one: one.offsets[0])
        self._starts = [one.offsets[0] for one in self._blocks]

    def around(self, offset: int) -> Block | None:
        """Return the block in whose Markdown an offset lies; None if it is between blocks.

        Where a note stands inside a paragraph's lines, that is the note.
        """
        index = bisect_right(self._starts, offset) - 1
        if index < 0:
            return None
        block = self._blocks[index]
        return block if offset <= block.offsets[-1] else None

    def position(self, offset: int) -> tuple[Block, int] | None:
        """Return the block and the position in its text that an offset of the Markdown became.

        None if the character at that offset is no text (markup, what stands between blocks).
        """
        block = self.around(offset)
        if block is None:
            return None
        at = bisect_left(block.offsets, offset)
        return (block, at) if block.offsets[at] == offset else None
