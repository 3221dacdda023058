"""What a subsystem says of messages that it does not take, and of its own clock.

Law: words only, nothing is decided here. A storm of bad messages is a line every few seconds, a hub
that should be dead is one line for each of its lives; all are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.devices import Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger

    from protocol.errors import MessageError
    from protocol.messages import Message
    from subsystems.kit.faults import Faults

COMPLAIN_EVERY_S = 10.0
"""Real seconds."""

CLOCK_OFF = "clock-off"
CLOCK_OFF_TEXT = {
    "zh": "本机时钟偏差超过一秒，已按中枢校正",
    "en": "the device's own clock is off by more than a second; it is corrected by the hub",
    "de": "die eigene Uhr geht mehr als eine Sekunde falsch; sie wird von der Zentrale berichtigt",
}

UNSUPPORTED = "unsupported"
"""Code of the fault, by the protocol: C-8.5."""
UNSUPPORTED_TEXT = {
    "zh": "本设备不能满足的要求：{names}",
    "en": "this device cannot follow: {names}",
    "de": "dieses Gerät kann nicht befolgen: {names}",
}


class Complaints:
    """The complaints of one subsystem.

    Args:
        log: the process's log.
        faults: of the device, once there are any.

    Attributes:
        rejected: messages that did not follow the protocol.
    """

    def __init__(self, log: FilteringBoundLogger, faults: Callable[[], Faults]) -> None:
        self._log = log
        self._faults = faults
        self._said_s = float("-inf")
        self._zombies: set[tuple[str, int]] = set()
        self._rate_said = False
        self._clock_was_off = False
        self._unfollowed: tuple[str, ...] = ()
        self.rejected = 0

    def reject(self, error: MessageError, now_s: float) -> None:
        """Count a message that does not follow the protocol."""
        self.rejected += 1
        if now_s - self._said_s >= COMPLAIN_EVERY_S:
            self._said_s = now_s
            self._log.warning("message.rejected", why=str(error), rejected=self.rejected)

    def zombie(self, message: Message, entity: str, *, ours: int) -> None:
        """Say that a hub speaks whose epoch is over; `ours` is the present one."""
        key = (message.src, message.epoch)
        if key not in self._zombies:
            self._zombies.add(key)
            self._log.error(
                "hub.zombie", src=message.src, epoch=message.epoch, ours=ours, said=entity
            )

    def rate(self, hub: float, own: float) -> None:
        """Say once when the hub's station time runs at another rate than ours."""
        if hub != own and not self._rate_said:
            self._rate_said = True
            self._log.error("clock.rate-differs", hub=hub, own=own)

    def clock(self, *, off: bool, own_s: float | None) -> None:
        """Say when our own clock is wrong, and when it is right again."""
        if off != self._clock_was_off:
            self._clock_was_off = off
            self._log.warning("clock.off" if off else "clock.right", own_s=own_s)
            if off:
                self._faults().begin(CLOCK_OFF, Severity.WARNING, CLOCK_OFF_TEXT)
            else:
                self._faults().end(CLOCK_OFF)

    def unfollowed(self, names: tuple[str, ...]) -> None:
        """Say what is asked of the device that it does not do, and when that is over."""
        if names == self._unfollowed:
            return
        self._unfollowed = names
        if not names:
            self._log.info("device.follows-all")
            self._faults().end(UNSUPPORTED)
            return
        self._log.warning("device.cannot-follow", names=names)
        text = {k: v.format(names=", ".join(names)) for k, v in UNSUPPORTED_TEXT.items()}
        self._faults().begin(UNSUPPORTED, Severity.WARNING, text)
