"""The scenes, in the order in which they are played.

Law: each scene is a coroutine over the stage; it leaves an honest hub behind, in step with the
device, so that any one can be left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.conformance.scenes import (
    alone,
    commands,
    content,
    fences,
    link,
    network,
    notices,
    phases,
    presence,
    restart,
    robustness,
    spoken,
    strays,
    wishes,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simulators.conformance.stage import Stage

__all__ = ["SCENES", "Scene"]

HOOK, RELAY = "--hook", "--relay"


@dataclass(frozen=True)
class Scene:
    """One scene.

    Attributes:
        name: for ``--only``, and in the report.
        play: plays it.
        what: one line for people.
        needs: what cannot be done without.
    """

    name: str
    play: Callable[[Stage], Awaitable[None]]
    what: str
    needs: tuple[str, ...] = ()

    def lacks(self, stage: Stage) -> str:
        """Return what is needed and not there, "" if all is."""
        there = {HOOK: bool(stage.device.hook), RELAY: stage.relay is not None}
        return " and ".join(need for need in self.needs if not there[need])


SCENES: tuple[Scene, ...] = (
    Scene("late-join", presence.play, "a hub comes; the device describes itself and gets in step"),
    Scene("commands", commands.play, "commands once, twice, too late, unknown, to a group"),
    Scene("garbage", robustness.garbage, "64 KiB of noise, wrong types, other versions"),
    Scene("unknown-fields", robustness.unknown, "a newer minor version with fields unheard of"),
    Scene("duplicates", fences.duplicates, "twice, late, in any order"),
    Scene("zombie", fences.zombie, "a hub that should be dead goes on speaking"),
    Scene("content", content.play, "what is told of runs and plans"),
    Scene("phases", phases.phases, "what changes by the clock alone"),
    Scene("unusual", phases.unusual, "cancelled, held, replaced, nameless, unconfirmed", (HOOK,)),
    Scene("notices", notices.play, "when, where and in which order notices are told", (HOOK,)),
    Scene("spoken", spoken.play, "what loudspeakers say, told while it is said"),
    Scene("wishes", wishes.play, "desired state and configuration"),
    Scene("offline", link.offline, "the hub leaves and comes back"),
    Scene("silence", link.silence, "the hub falls silent"),
    Scene("new-epoch", link.new_epoch, "another hub takes over, and something is missing"),
    Scene("clock-step", link.clock_step, "the hub's time steps by an hour and back"),
    Scene("strays", strays.play, "answers to nobody; whose time it is"),
    Scene("network", network.play, "the line is cut; the broker keeps lies", (RELAY,)),
    Scene("refused", network.refused, "the broker refuses subscriptions", (RELAY,)),
    Scene("restart", restart.play, "the device is killed and started again", (HOOK,)),
    Scene("alone", alone.play, "it starts without a broker", (HOOK, RELAY)),
    Scene("record", presence.record, "everything that the device has said, looked at once more"),
)
