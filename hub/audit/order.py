"""A person's command with who gives it, from where, and what that person had seen.

Law: values only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.audit.record import Actor, Record
    from hub.kernel.objections import Answer
    from hub.kernel.override import Command
    from protocol.runs import Run

NEVER = -1
"""As `Order.seen_hand`: somebody else was there in between; refuse it, and say who."""


@dataclass(frozen=True)
class Order:
    """A command on its way to the kernel.

    Attributes:
        action: name in the audit.
        seen_hand: number in the audit of the last command to that run which the person knew of, 0:
            there was none. A later one by anybody refuses this one. None: that is not asked.
        beside: more for the audit, e.g. the batch that it is a part of.
    """

    command: Command
    actor: Actor
    action: str
    seen_hand: int | None = None
    beside: dict[str, object] = field(default_factory=dict)

    @property
    def command_id(self) -> str:
        """The command's."""
        return self.command.command_id


@dataclass(frozen=True)
class Orders:
    """Orders that are done one after another in one transaction: a crash leaves all, or none.

    Attributes:
        whole: none is done if one of them is refused. False: the others are.
    """

    orders: tuple[Order, ...]
    whole: bool = False

    @property
    def command_id(self) -> str:
        """That of the first."""
        return self.orders[0].command_id


@dataclass(frozen=True)
class Obeyed:
    """What became of it.

    Attributes:
        overtaken: what others have done since, when that is why it was refused.
        hand: its number in the audit, 0: it had been done before, or is only asked about.
        mark: the hash of that record: what is noted outside of the database.
    """

    answer: Answer
    overtaken: tuple[Record, ...] = ()
    hand: int = 0
    mark: str = ""


@dataclass(frozen=True)
class Rehearsed:
    """What would become of commands, done one after another, of which nothing was done.

    Attributes:
        answers: in their order; of a run that several are about, each has it as it would be last.
        also: runs that no command names and that would be told otherwise, by id: those that leave
            with the stock of one that is named.
    """

    answers: tuple[Obeyed, ...]
    also: Mapping[str, Run]
