"""One measured figure, as `station bench NAME --json` prints it: one object a line.

Law: a figure is compared with a floor or a peer of the same run where it can be; its aim stands
beside it, and which way is better.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A figure.

    Attributes:
        figure: what was measured.
        value: the result.
        unit: e.g. ``ms``, ``ratio``, ``frames``.
        aim: what is to be reached, None where there is no aim.
        better: which way is better.
    """

    figure: str
    value: float
    unit: str
    aim: float | None = None
    better: Literal["lower", "higher"] = "lower"

    @property
    def reached(self) -> bool | None:
        """Whether the aim is reached, None where there is none."""
        if self.aim is None:
            return None
        return self.value <= self.aim if self.better == "lower" else self.value >= self.aim
