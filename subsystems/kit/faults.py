"""What is wrong with the device at this moment, told when it begins and when it is over.

Law: keeps the active faults and has them said; who finds a fault decides what it is called. Each is
said once when it begins and once when it ends, and again after each reconnect while it is active.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import structs

from protocol.devices import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from protocol.times import Instant


@dataclass
class Faults:
    """The faults of one device.

    Attributes:
        now: station time.
        say: publishes one.
        active: by code.
    """

    now: Callable[[], Instant]
    say: Callable[[Fault], None]
    active: dict[str, Fault] = field(default_factory=dict)

    def begin(
        self, code: str, severity: Severity, text: Mapping[str, str], *, part: str = ""
    ) -> None:
        """A fault is there; one that was there already is said anew only if it reads differently.

        Args:
            code: stays the same for the same fault.
            severity: how bad it is.
            text: by language, for people.
            part: of the device.
        """
        known = self.active.get(code)
        since = self.now() if known is None else known.since
        fault = Fault(
            code=code, severity=severity, active=True, since=since, part=part, text=dict(text)
        )
        if fault != known:
            self.active[code] = fault
            self.say(fault)

    def end(self, code: str) -> None:
        """A fault is over, if it was there."""
        known = self.active.pop(code, None)
        if known is not None:
            self.say(structs.replace(known, active=False))

    def again(self) -> None:
        """Say all that are active: whoever listens may not know."""
        for fault in self.active.values():
            self.say(fault)
