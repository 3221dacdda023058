"""The scenes, in the order in which they are played.

Law: each scene is a coroutine over the stage; it leaves an honest hub behind, in step with the
device, so that any one can be left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.conformance.scenes import (
    commands,
    content,
    fences,
    link,
    presence,
    restart,
    robustness,
    wishes,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simulators.conformance.stage import Stage

__all__ = ["SCENES", "Scene"]


@dataclass(frozen=True)
class Scene:
    """One scene.

    Attributes:
        name: for ``--only``, and in the report.
        play: plays it.
        what: one line for people.
        needs_hook: whether the maker's command is needed.
    """

    name: str
    play: Callable[[Stage], Awaitable[None]]
    what: str
    needs_hook: bool = False


SCENES: tuple[Scene, ...] = (
    Scene("late-join", presence.play, "a hub comes; the device describes itself and gets in step"),
    Scene("commands", commands.play, "commands once, twice, too late, unknown, to a group"),
    Scene("garbage", robustness.garbage, "64 KiB of noise, wrong types, other versions"),
    Scene("unknown-fields", robustness.unknown, "a newer minor version with fields unheard of"),
    Scene("duplicates", fences.duplicates, "twice, late, out of order"),
    Scene("zombie", fences.zombie, "a hub that should be dead goes on speaking"),
    Scene("content", content.play, "what is told of runs, plans and notices"),
    Scene("wishes", wishes.play, "desired state and configuration"),
    Scene("offline", link.offline, "the hub leaves and comes back"),
    Scene("silence", link.silence, "the hub falls silent"),
    Scene("new-epoch", link.new_epoch, "another hub takes over, and something is missing"),
    Scene("clock-step", link.clock_step, "the hub's time steps by an hour and back"),
    Scene("restart", restart.play, "the device is killed and started again", needs_hook=True),
    Scene("record", presence.record, "everything that the device has said, looked at once more"),
)
