"""The newest snapshot as far as it has come: symbols in, the contents of all of them out.

Law: pure, and bounded: one generation at a time, no more symbols of a block than it needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from one_way_feed.erasure import recover
from one_way_feed.octets import BodyError

if TYPE_CHECKING:
    from one_way_feed.bodies import Manifest, Symbol


@dataclass
class _Block:
    """Symbols of one block that have come."""

    count: int
    data: dict[int, bytes] = field(default_factory=dict)
    parity: dict[int, bytes] = field(default_factory=dict)

    @property
    def enough(self) -> bool:
        return len(self.data) + len(self.parity) >= self.count

    def contents(self) -> list[bytes]:
        if len(self.data) == self.count:
            return [self.data[index] for index in range(self.count)]
        length = len(next(iter(self.parity.values())))
        if any(len(symbol) != length for symbol in self.parity.values()) or any(
            len(symbol) > length for symbol in self.data.values()
        ):
            raise BodyError("symbols of one block differ in length")
        padded = {index: symbol.ljust(length, b"\0") for index, symbol in self.data.items()}
        return recover(self.count, padded, self.parity) or []


class Assembly:
    """One generation.

    Attributes:
        generation: its number, 0: none has come yet.
        manifest: None before it has come.
        done: nothing more is wanted of it.
    """

    def __init__(self, generation: int = 0) -> None:
        self.generation = generation
        self.manifest: Manifest | None = None
        self.done = False
        self._blocks: dict[int, _Block] = {}

    @property
    def complete(self) -> bool:
        """Whether everything can be had now."""
        if self.manifest is None or self.done or len(self._blocks) < self.manifest.blocks:
            return False
        return all(block.enough for block in self._blocks.values())

    def wants(self, symbol: Symbol) -> bool:
        """Return whether a symbol of this generation brings anything new.

        Raises:
            BodyError: it contradicts the symbols that came before.
        """
        block = self._blocks.get(symbol.block)
        if self.done or block is None:
            return not self.done
        if block.count != symbol.count:
            raise BodyError(f"block {symbol.block} has {block.count} symbols, not {symbol.count}")
        return not block.enough

    def add(self, symbol: Symbol, *, parity: bool) -> None:
        """Keep a symbol that is wanted."""
        block = self._blocks.setdefault(symbol.block, _Block(symbol.count))
        (block.parity if parity else block.data)[symbol.index] = symbol.content

    def take(self) -> tuple[list[bytes], int]:
        """Return the contents of all data symbols, and how many the code restored; forget them.

        Only when complete. Restored symbols have padding at their end.

        Raises:
            BodyError: the symbols do not belong together; they are forgotten all the same.
        """
        blocks, self._blocks = self._blocks, {}
        restored = sum(block.count - len(block.data) for block in blocks.values())
        return [c for number in sorted(blocks) for c in blocks[number].contents()], restored

    def close(self) -> None:
        """Want nothing more of it."""
        self.done = True
        self._blocks.clear()
