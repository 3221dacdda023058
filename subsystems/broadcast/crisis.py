"""Emergencies at the desk: armed and executed by a person, or brought by an alert or a notice.

Law: two steps for a person (`emergency`); what is due later takes nothing over before it is. Who
did what is logged.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from protocol.errors import OperatorError
from subsystems.broadcast.cap_meaning import Begin, End
from subsystems.broadcast.desk import ground_of, log_person
from subsystems.broadcast.emergency import ARMED_S, Arm, Takeovers, make_takeover
from subsystems.broadcast.events import Announce as AnnounceEvent
from subsystems.broadcast.events import EmergencyBegins, EmergencyEnds, Stop
from subsystems.broadcast.manual import Announce, make_occasion
from subsystems.broadcast.model import Kind, Priority

if TYPE_CHECKING:
    from station_config.announcements.model import Prepared
    from subsystems.broadcast.asked import EndAsked, Named
    from subsystems.broadcast.desk import Means
    from subsystems.broadcast.model import Occasion

CLEAR_LASTS = timedelta(minutes=3)
ALL_CLEAR = "all-clear"
"""Prepared text that is said when a takeover ends."""


class Crisis:
    """Emergencies.

    Args:
        means: see `subsystems.broadcast.desk.Means`.
    """

    def __init__(self, means: Means) -> None:
        self._means = means
        self._takeovers = Takeovers()
        self._pending: dict[str, Occasion] = {}

    def arm(self, asked: Arm, address: str) -> dict[str, Any]:
        """The first step.

        Raises:
            OperatorError: it cannot be spoken.
        """
        means, now_s = self._means, self._means.seconds()
        takeover = make_takeover(
            asked,
            means.station.announcements.prepared,
            ground_of(self._means),
            name=means.name(),
            now=means.now(),
            now_s=now_s,
        )
        self._takeovers = self._takeovers.armed(takeover, now_s)
        occasion = takeover.occasion
        log_person(
            self._means, "arm", asked.who, address, takeover=takeover.name, zones=occasion.zones
        )
        return {
            "name": takeover.name,
            "zones": occasion.zones,
            "text": occasion.text,
            "seconds": ARMED_S,
        }

    def disarm(self, asked: Named, address: str) -> dict[str, Any]:
        """Not the second step."""
        self._takeovers = self._takeovers.without(asked.name)
        log_person(self._means, "disarm", "", address, takeover=asked.name)
        return {"disarmed": True}

    def execute(self, asked: Named, address: str) -> dict[str, Any]:
        """The second step.

        Raises:
            OperatorError: it is not armed.
        """
        means = self._means
        self._takeovers, takeover = self._takeovers.executed(
            asked.name, means.now(), means.seconds()
        )
        log_person(self._means, "execute", takeover.who, address, takeover=takeover.name)
        means.driver.happen(EmergencyBegins(takeover.occasion))
        return {"key": takeover.occasion.key}

    def end(self, asked: EndAsked, address: str) -> dict[str, Any]:
        """All clear.

        Raises:
            OperatorError: there is no such emergency.
        """
        occasion = self._means.driver.state.takeovers.get(asked.key)
        if occasion is None:
            raise OperatorError("there is no such emergency, or it is over")
        log_person(self._means, "all-clear", asked.who, address, key=asked.key, said=asked.say)
        self._means.driver.happen(EmergencyEnds(asked.key))
        prepared = self._means.station.announcements.prepared
        clear = next((each for each in prepared if each.id == ALL_CLEAR), None)
        if asked.say and clear is not None:
            self._say_clear(clear, occasion, asked.who)
        return {"ended": True}

    def _say_clear(self, clear: Prepared, over: Occasion, who: str) -> None:
        """Say that all is clear wherever the emergency was heard, muted or not."""
        means, ground = self._means, ground_of(self._means)
        said = Announce(
            zones=over.zones,
            text={tag: clear.texts[tag] for tag in ground.languages if tag in clear.texts},
            ends_at=means.now() + CLEAR_LASTS,
            repeats=clear.repeats,
            repeat_after_s=max(5.0, clear.repeat_after.total_seconds()),
            who=who,
        )
        occasion = make_occasion(said, ground, means.name(), means.now())
        means.driver.happen(AnnounceEvent(replace(occasion, priority=Priority.EMERGENCY)))

    def alert(self, meant: Begin | End) -> None:
        """Do what an alert means."""
        driver = self._means.driver
        for key in meant.ends:
            self._pending.pop(key, None)
            driver.happen(EmergencyEnds(key))
            driver.happen(Stop(key))
        if isinstance(meant, Begin):
            self.speak(meant.occasion)

    def speak(self, occasion: Occasion) -> None:
        """Announce it, or take over with it as soon as it is due."""
        if occasion.kind is not Kind.EMERGENCY:
            self._means.driver.happen(AnnounceEvent(occasion))
        elif occasion.due <= self._means.now():
            self._means.driver.happen(EmergencyBegins(occasion))
        else:
            self._pending[occasion.key] = occasion

    def silence(self, occasion: Occasion) -> None:
        """End what `speak` began."""
        self._pending.pop(occasion.key, None)
        self._means.driver.happen(
            EmergencyEnds(occasion.key) if occasion.kind is Kind.EMERGENCY else Stop(occasion.key)
        )

    def each_second(self) -> None:
        """Begin what has become due."""
        now = self._means.now()
        for key, occasion in list(self._pending.items()):
            if occasion.due <= now:
                del self._pending[key]
                if now < occasion.latest:
                    self._means.driver.happen(EmergencyBegins(occasion))
