"""Lists of references that were typed, as rules on lists report them: once, with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from chapterkit.lint.problem import Problem, problem_at
from chapterkit.text.document import Block, Document
from chapterkit.text.reference_lists import ReferenceList, reference_lists

MESSAGE = "这里是手写的参考文献表"


class TypedReferences:
    """The lists of references of a document, looked for when the first list is found in it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._told: set[int] = set()

    @cached_property
    def _by_block(self) -> dict[int, ReferenceList]:
        found = reference_lists(self.document)
        return {id(block): one for one in found for block in one.blocks}

    def hold(self, block: Block) -> bool:
        """Tell whether a block is a part of a list of references."""
        return id(block) in self._by_block

    def problem(self, block: Block) -> Iterator[Problem]:
        """Yield the problem of the list that a block is a part of, once for each."""
        found = self._by_block[id(block)]
        if id(found) not in self._told:
            self._told.add(id(found))
            path = block.origin().path
            hint = f"用 chapterkit adopt {path} 收进 refs.bib，文中改写 [@键]；文献表由工具来印"
            yield problem_at(block, 0, 1, MESSAGE, hint)
