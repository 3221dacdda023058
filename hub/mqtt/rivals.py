"""Other hubs of the same station, known by their epochs. Pure.

Law: two hubs on one database are kept apart by the lease; this is about hubs that do not know of
each other. The higher epoch has the floor. Of two with the same epoch, it is the one that spoke
last, for ids of messages ascend with the time.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protocol.messages import Message

REMEMBERED = 64
"""Ids of our own states, wills among them: more than are on their way at any time."""


class Word(Enum):
    """What a message says about who speaks for the station."""

    OURS = auto()
    OLD = auto()
    """Of an epoch that is over."""
    RIVAL = auto()
    """Another hub has the floor."""
    GONE = auto()
    """Another hub had the floor, and is gone."""


@dataclass
class Rival:
    """A hub that has the floor, or had it.

    Attributes:
        hub: its identifier, "" while only its messages were heard.
        here: it said that it is online, and nothing else since.
        told: whether people were told.
    """

    epoch: int
    hub: str = ""
    here: bool = False
    told: bool = False


class Rivals:
    """What was heard of other hubs.

    Attributes:
        mine: the epoch of this hub.
        rival: of the highest epoch above it.
    """

    def __init__(self, epoch: int) -> None:
        self.mine = epoch
        self.rival: Rival | None = None
        self._own: deque[str] = deque(maxlen=REMEMBERED)

    @property
    def told(self) -> dict[str, object] | None:
        """Return the rival for a health page."""
        rival = self.rival
        return None if rival is None else {"hub": rival.hub, "epoch": rival.epoch}

    def said(self, message_id: str) -> None:
        """A state of our own has this id."""
        self._own.append(message_id)

    def connected(self) -> None:
        """A new connection: who is here will be said anew."""
        if self.rival is not None:
            self.rival.here = False

    def hear(self, state: Message, *, online: bool) -> Word:
        """Judge a `hub/state`."""
        if state.id in self._own:
            return Word.OURS
        later = bool(self._own) and state.id > max(self._own)
        rival = self._above(state.epoch, equal=later)
        if rival is None:
            return Word.OLD
        rival.hub, rival.here = state.src, online
        return Word.RIVAL if online else Word.GONE

    def hear_of(self, epoch: int) -> Word:
        """Judge any other message: what is retained can have been said by one long gone."""
        if epoch == self.mine:
            return Word.OURS
        rival = self._above(epoch, equal=False)
        if rival is None:
            return Word.OLD
        return Word.RIVAL if rival.here else Word.GONE

    def _above(self, epoch: int, *, equal: bool) -> Rival | None:
        """Return the rival of `epoch`, None: that epoch is over."""
        known = self.mine if self.rival is None else self.rival.epoch
        if epoch > known or (epoch == self.mine == known and equal and self.rival is None):
            self.rival = Rival(epoch, told=self.rival is not None and self.rival.told)
        return self.rival if self.rival is not None and epoch == self.rival.epoch else None
