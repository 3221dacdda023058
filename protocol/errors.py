"""Every error of the project stands under one root that says who erred and where.

Law: no error is raised that a person cannot act on. `message` says what is wrong and what to do,
`where` names the place (``file:line`` of a configuration, row of a feed, topic of a message).
"""

from __future__ import annotations

from enum import StrEnum


class Blame(StrEnum):
    """Who has to act."""

    OPERATOR = "operator"
    """A configuration, a command line, a request typed by a person."""
    FEED = "feed"
    """What came in from the dispatching side."""
    DEVICE = "device"
    """A subsystem, a vendor's device, a broker, a disk."""
    US = "us"
    """A defect of this program."""


class StationError(Exception):
    """Root of all errors.

    Args:
        message: what is wrong and what to do about it, one sentence.
        where: the place, empty when there is none to name.
    """

    blame: Blame = Blame.US

    def __init__(self, message: str, *, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.message = message
        self.where = where


class OperatorError(StationError):
    """A person gave us something that cannot be used."""

    blame = Blame.OPERATOR


class FeedError(StationError):
    """The dispatching side sent something that cannot be used."""

    blame = Blame.FEED


class DeviceError(StationError):
    """A subsystem, broker, port or disk does not do what it should."""

    blame = Blame.DEVICE


class MessageError(DeviceError):
    """A message does not follow the protocol; `where` is its topic."""
