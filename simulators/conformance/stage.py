"""The stage on which scenes play: the hub, the witness, what was found, and the maker's own hook.

Law: scenes say what happens and what must follow; waiting, asking and running the hook are here.
"""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from protocol.commands import Ack, AckStage
from protocol.errors import OperatorError
from protocol.limits import ACCEPTED_WITHIN_S, BEAT_S, CALM_S
from protocol.messages import DeviceState, LinkMode

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simulators.conformance.findings import Findings
    from simulators.conformance.played import PlayedHub
    from simulators.conformance.witness import Heard, Witness
    from station_config.runtime.reactor import Reactor

SLACK_S = 2.0
"""What networks, brokers and a busy machine may add to a time of the protocol."""
ONLINE_WITHIN_S = CALM_S + BEAT_S + 2 * SLACK_S
COMPLETE_S = 10.0
HOOK_S = 20.0


@dataclass(frozen=True)
class Device:
    """The device under test.

    Attributes:
        id: its user name at the broker.
        hook: command of its maker, called with ``shown``, ``kill`` or ``start``; "" for none.
    """

    id: str
    hook: str = ""


@dataclass
class Stage:
    """What a scene works with.

    Attributes:
        kept: asks the broker of which leaves it holds a retained message of the device.
    """

    reactor: Reactor
    device: Device
    hub: PlayedHub
    witness: Witness
    findings: Findings
    kept: Callable[[], Awaitable[set[str]]] | None = None

    async def sleep(self, seconds: float) -> None:
        """Let real time pass."""
        await deferLater(self.reactor, seconds, lambda: None)

    def check(self, clause: str, ok: bool, found: str) -> bool:  # noqa: FBT001 - see Findings
        """See `Findings.check`."""
        return self.findings.check(clause, ok, found)

    async def online(self) -> DeviceState | None:
        """Return the state once the device is in step with the hub, None if it does not get so."""
        hub = self.hub

        def in_step(state: DeviceState) -> bool:
            there = state.online and state.mode is LinkMode.ONLINE
            return there and state.hub_epoch == hub.epoch and state.manifest_seq >= 0

        return await self.witness.until_state(in_step, ONLINE_WITHIN_S)

    async def acknowledged(
        self, command_id: str, *, after: int = 0, timeout_s: float = ACCEPTED_WITHIN_S + SLACK_S
    ) -> Ack | None:
        """Return the last word about a command, waiting for one that ends it.

        Args:
            command_id: of the command.
            after: so many acknowledgements were there before.
            timeout_s: real seconds.
        """
        ends = {AckStage.DONE, AckStage.FAILED, AckStage.EXPIRED}

        def is_end(ack: Ack) -> bool:
            return ack.command_id == command_id and ack.stage in ends

        known = self.witness.acks(command_id)[after:]
        for _, ack in known:
            if is_end(ack):
                return ack

        def fits(heard: Heard) -> bool:
            body = heard.message.body if heard.message is not None else None
            return isinstance(body, Ack) and is_end(body)

        heard = await self.witness.until(fits, timeout_s)
        if heard is None or heard.message is None:
            return known[-1][1] if known else None
        return heard.message.body if isinstance(heard.message.body, Ack) else None

    async def complete(self, wanted: int, what: str, clause: str = "C-4.6") -> bool:
        """Check under `clause` that the device is complete at manifest `wanted`; it is asked."""
        state = self.witness.state
        deadline = self.reactor.seconds() + COMPLETE_S
        while self.reactor.seconds() < deadline:
            self.hub.command(self.device.id, f"complete-{self.hub.seq}", "report")
            state = await self.witness.until_state(lambda said: said.manifest_seq >= wanted, 1.0)
            if state is not None:
                break
        state = self.witness.state
        reached = state is not None and state.manifest_seq >= wanted
        found = (
            f"{what}: at manifest {state.manifest_seq if state else None}, the hub's is {wanted}"
        )
        return self.check(clause, reached, found)

    async def alive(self, clause: str, what: str) -> bool:
        """Check under `clause` that the device is there, in step, and has not started anew."""
        before = self.witness.state
        name = f"alive-{self.hub.seq}"
        self.hub.command(self.device.id, name, "report")
        ack = await self.acknowledged(name, timeout_s=ACCEPTED_WITHIN_S + 2 * SLACK_S)
        state = self.witness.state
        done = ack is not None and ack.stage is AckStage.DONE
        same = before is not None and state is not None and before.boot == state.boot
        mode = state.mode.value if state is not None else "no state"
        found = f"after {what}: report {ack.stage.value if ack else 'not answered'}, {mode}"
        ok = done and same and state is not None and state.mode is LinkMode.ONLINE
        return self.check(clause, ok, found if same else f"{found}, another boot")

    @property
    def has_hook(self) -> bool:
        """Whether the maker gives a command."""
        return bool(self.device.hook)

    async def hook(self, action: str) -> str:
        """Run the maker's command with `action`; return what it printed.

        Raises:
            OperatorError: it failed.
        """
        words = [*shlex.split(self.device.hook), action]

        def work() -> str:
            done = subprocess.run(
                words, capture_output=True, text=True, timeout=HOOK_S, check=False
            )
            if done.returncode:
                raise OperatorError(f"{shlex.join(words)}: {done.stderr.strip()[-500:]}")
            return done.stdout

        shown: str = await deferToThread(work)
        return shown

    async def shows(
        self,
        clause: str,
        *,
        with_: tuple[str, ...] = (),
        without: tuple[str, ...] = (),
        why: str,
        timeout_s: float = 5.0,
    ) -> None:
        """Check under `clause` what stands on the device, if its maker lets that be seen."""
        if not self.has_hook:
            return
        deadline = self.reactor.seconds() + timeout_s
        while True:
            text = await self.hook("shown")
            missing = [word for word in with_ if word not in text]
            wrong = [word for word in without if word in text]
            if not (missing or wrong) or self.reactor.seconds() > deadline:
                break
            await self.sleep(0.5)
        found = f"{why}: missing {missing}, wrongly shown {wrong}" if missing or wrong else why
        self.check(clause, not (missing or wrong), found)
