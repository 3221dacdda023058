"""The table of channels: what goes over which topic, from whom, with which QoS, retained or not.

Law: values and pure look-ups. AsyncAPI, permissions and conformance all follow this table; the
strings of topics are still built in `protocol.topics` alone, and a test holds the two together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from protocol.errors import MessageError
from protocol.identifiers import MAX_LENGTH
from protocol.messages import TYPE_NAMES, Event, Plan
from protocol.notices import Notice
from protocol.runs import Run

if TYPE_CHECKING:
    from protocol.messages import Body, Message


class Sender(StrEnum):
    """Who publishes on a channel. The other side reads."""

    HUB = "hub"
    DEVICE = "device"


@dataclass(frozen=True)
class Channel:
    """One kind of topic.

    Attributes:
        address: without the root; parameters in braces, e.g. ``dev/{device}/cmd``.
        type_name: the envelope's ``t``.
        sender: who publishes.
        qos: 0 or 1.
        retained: whether with the retained flag.
        summary: one sentence.
        clauses: sections of the protocol that rule it.
        will: whether the sender's will is published here too.
    """

    address: str
    type_name: str
    sender: Sender
    qos: int
    retained: bool
    summary: str
    clauses: tuple[int, ...]
    will: bool = False

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters of the address."""
        return tuple(re.findall(r"\{(\w+)\}", self.address))

    @property
    def name(self) -> str:
        """A name for it, e.g. ``dev.cmd``, ``event``."""
        return ".".join(p for p in self.address.split("/") if not p.startswith("{"))

    def values(self, entity: str) -> dict[str, str] | None:
        """Return the parameters of `entity` (a topic without the root), None if it is another."""
        matched = self._pattern.fullmatch(entity)
        return None if matched is None else matched.groupdict()

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        one = rf"[a-z0-9.-]{{1,{MAX_LENGTH}}}"
        return re.compile(re.sub(r"\{(\w+)\}", rf"(?P<\1>{one})", self.address))


_HUB, _DEVICE = Sender.HUB, Sender.DEVICE
_RETAINED, _MOMENT = True, False

CHANNELS: tuple[Channel, ...] = (
    Channel(
        "hub/state", "hub.state", _HUB, 1, _RETAINED,
        "Whether a hub is there, and what it is.", (4,), will=True,
    ),
    Channel("hub/beat", "hub.beat", _HUB, 0, _MOMENT, "The hub lives; the time.", (4, 11)),
    Channel(
        "hub/manifest", "hub.manifest", _HUB, 1, _RETAINED,
        "Every live run, plan and notice with its revision.", (4,),
    ),
    Channel("run/{run}", "run", _HUB, 1, _RETAINED, "One train's visit, whole.", (5,)),
    Channel("plan/{date}", "plan", _HUB, 1, _RETAINED, "The timetable of one service date.", (5,)),
    Channel("notice/{notice}", "notice", _HUB, 1, _RETAINED, "Free text to passengers.", (6,)),
    Channel("event/{kind}", "event", _HUB, 1, _MOMENT, "Something has just happened.", (6,)),
    Channel("spoken", "spoken", _HUB, 1, _MOMENT, "What loudspeakers say now.", (6,)),
    Channel("dev/{device}/cmd", "cmd", _HUB, 1, _MOMENT, "A command to one device.", (7,)),
    Channel(
        "grp/{type}/{zone}/cmd", "cmd", _HUB, 1, _MOMENT,
        "A command to the devices of a type in a zone.", (7,),
    ),
    Channel(
        "dev/{device}/want", "dev.want", _HUB, 1, _RETAINED,
        "The state in which a device shall be.", (8,),
    ),
    Channel(
        "dev/{device}/cfg", "dev.cfg", _HUB, 1, _RETAINED,
        "What a device is set up to be.", (8,),
    ),
    Channel(
        "dev/{device}/state", "dev.state", _DEVICE, 1, _RETAINED,
        "How a device is.", (9, 11), will=True,
    ),
    Channel(
        "dev/{device}/desc", "dev.desc", _DEVICE, 1, _RETAINED, "What a device is.", (9,),
    ),
    Channel(
        "dev/{device}/ack", "dev.ack", _DEVICE, 1, _MOMENT, "What becomes of a command.", (7,),
    ),
    Channel(
        "dev/{device}/evt", "dev.evt", _DEVICE, 1, _MOMENT, "A fault begins or ends.", (9,),
    ),
    Channel("dev/{device}/health", "dev.health", _DEVICE, 0, _MOMENT, "Figures.", (9,)),
    Channel(
        "dev/{device}/said", "dev.said", _DEVICE, 1, _MOMENT, "A voice begins or ends.", (6, 9),
    ),
    Channel("dev/{device}/req", "dev.req", _DEVICE, 1, _MOMENT, "A device asks.", (10,)),
    Channel("dev/{device}/resp", "dev.resp", _HUB, 1, _MOMENT, "The hub answers.", (10,)),
    Channel(
        "agg/state", "agg.state", _HUB, 1, _RETAINED, "Numbers of devices by mode.", (12,),
    ),
)  # fmt: skip


def channel_of(entity: str) -> Channel | None:
    """Return the channel of `entity` (a topic without the root), None if there is none."""
    return next((each for each in CHANNELS if each.values(entity) is not None), None)


def check_place(entity: str, message: Message) -> None:
    """Refuse a message that does not belong where it came (C-2.8).

    Raises:
        MessageError: `entity` (a topic without the root) is of no channel or of another type, or
            the body speaks of another thing than the topic.
    """
    channel = channel_of(entity)
    if channel is None:
        raise MessageError("no topic of this protocol", where=entity)
    if TYPE_NAMES[type(message.body)] != channel.type_name:
        raise MessageError(f"a {message.t} where a {channel.type_name} belongs", where=entity)
    said = _own_key(message.body)
    if said is not None and said != entity.rpartition("/")[2]:
        raise MessageError(f"the body is of {said}", where=entity)


def _own_key(body: Body) -> str | None:
    """Return what the last part of the topic must be, None if the body does not say."""
    match body:
        case Run():
            return body.run_id
        case Plan():
            return body.service_date.isoformat()
        case Notice():
            return body.notice_id
        case Event():
            return body.kind
        case _:
            return None
