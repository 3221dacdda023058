"""Commands of the hub to the broadcast: announce a text, stop, test the voices.

Law: reads parameters, which are scalars, and has the desk do it. What cannot be done is refused
with the reason.

    x-station.announce   zones="hall,exit" (default: all)  text.zh="…" text.en="…"  who="…"
    x-station.stop       zone="" key=""
    test                 makes a sound in every language; nothing is heard
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import gatherResults

from protocol.commands import FailReason
from protocol.errors import DeviceError, OperatorError
from subsystems.broadcast.asked import StopAsked
from subsystems.broadcast.manual import Announce
from subsystems.broadcast.model import Part, Saying, Segment
from subsystems.kit.orders import DONE, CommandRefusedError, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure

    from protocol.commands import Command
    from station_config.model import Station
    from subsystems.broadcast.desk import Desk
    from subsystems.broadcast.speech.port import Clip
    from subsystems.broadcast.wording import Vocabulary

ANNOUNCE = "x-station.announce"
STOP = "x-station.stop"
HUB = "hub"


class HubOrders:
    """The orders.

    Args:
        station: whose zones there are.
        sound: makes the sound of words.
        vocabulary: whose languages are tested.
    """

    def __init__(
        self,
        station: Station,
        sound: Callable[[Saying, str], Deferred[Clip]],
        vocabulary: Callable[[], Vocabulary],
    ) -> None:
        self._station = station
        self._sound = sound
        self._vocabulary = vocabulary

    def announce(self, command: Command, desk: Desk) -> Outcome:
        """Say a text.

        Raises:
            CommandRefusedError: it cannot be said.
        """
        given = {name: str(value) for name, value in command.parameters.items()}
        every = ",".join(zone.id for zone in self._station.announcement_zones)
        zones = (given.get("zones") or every).replace(" ", "").split(",")
        text = {
            name.removeprefix("text."): value
            for name, value in given.items()
            if name.startswith("text.")
        }
        asked = Announce(zones=tuple(zones), text=text, who=given.get("who", HUB)[:60])
        try:
            return Outcome({"key": desk.announce(asked, HUB)["key"]})
        except OperatorError as error:
            raise CommandRefusedError(error.message, reason=FailReason.BAD_PARAMETERS) from error

    def stop(self, command: Command, desk: Desk) -> Outcome:
        """Stop what is spoken."""
        given = {name: str(value) for name, value in command.parameters.items()}
        desk.stop(StopAsked(given.get("key", ""), given.get("zone", "")), HUB)
        return DONE

    def test(self, _command: Command) -> Deferred[Outcome]:
        """Make a sound in every language."""
        tags = tuple(self._vocabulary().tongues)
        name = self._station.names
        texts = {tag: name.get(tag, self._station.id) for tag in tags}
        parts = [Part(tag, text, (Segment(text),)) for tag, text in texts.items()]
        made = gatherResults([self._sound(Saying((part,)), "") for part in parts])

        def failed(failure: Failure) -> Outcome:
            first = getattr(failure.value, "subFailure", failure)
            first.trap(DeviceError)
            raise CommandRefusedError(first.getErrorMessage())

        def done(_clips: object) -> Outcome:
            return Outcome({"languages": ",".join(tags)})

        return made.addCallbacks(done, failed)
