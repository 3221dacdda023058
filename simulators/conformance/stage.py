"""The stage on which scenes play: the hub, the witness, what was found, and the maker's own hook.

Law: scenes say what happens and what must follow; waiting, asking and running the hook are here.
"""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from protocol.commands import Ack, AckStage
from protocol.errors import OperatorError
from protocol.limits import ACCEPTED_WITHIN_S, BEAT_S, CALM_S
from protocol.messages import DeviceState, LinkMode

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from protocol.devices import Config, Want
    from simulators.conformance.findings import Findings
    from simulators.conformance.played import PlayedHub
    from simulators.conformance.relay import Relay
    from simulators.conformance.witness import Heard, Witness
    from station_config.runtime.reactor import Reactor

SLACK_S = 2.0
"""What networks, brokers and a busy machine may add to a time of the protocol."""
ONLINE_WITHIN_S = CALM_S + BEAT_S + 2 * SLACK_S
COMPLETE_S = 10.0
HOOK_S = 20.0
UNABLE = 64
"""Exit code of the maker's command for an action that it does not know (EX_USAGE of sysexits)."""


@dataclass(frozen=True)
class Device:
    """The device under test.

    Attributes:
        id: its user name at the broker.
        hook: command of its maker, called with one more word (see ``--help``); "" for none.
    """

    id: str
    hook: str = ""


@dataclass
class Stage:
    """What a scene works with.

    Attributes:
        kept: asks the broker of which leaves it holds a retained message of the device.
        relay: between device and broker; None: the device is connected to the broker itself.
        wishes: want and configuration as they were published last, and their revision, by leaf.
        unable: actions that the maker's command has said it cannot do.
    """

    reactor: Reactor
    device: Device
    hub: PlayedHub
    witness: Witness
    findings: Findings
    kept: Callable[[], Awaitable[set[str]]] | None = None
    relay: Relay | None = None
    unable: set[str] = field(default_factory=set)
    wishes: dict[str, tuple[Want | Config, int]] = field(default_factory=dict)

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

    def can(self, action: str) -> bool:
        """Whether the maker gives a command that may know `action`."""
        return bool(self.device.hook) and action not in self.unable

    async def hook(self, action: str) -> str | None:
        """Run the maker's command with `action`; return what it printed, None if it cannot do that.

        Raises:
            OperatorError: it failed.
        """
        if not self.can(action):
            return None
        words = [*shlex.split(self.device.hook), action]

        def work() -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                words,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                text=True,
                timeout=HOOK_S,
                check=False,
            )

        try:
            done = await deferToThread(work)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise OperatorError(f"{shlex.join(words)}: {error}", where="--hook") from error
        if done.returncode == UNABLE:
            self.unable.add(action)
            self.findings.note(f"the hook cannot {action!r}: what needs it is not observed")
            return None
        if done.returncode:
            told = (done.stderr or done.stdout).strip()[-500:] or f"exit code {done.returncode}"
            raise OperatorError(f"{shlex.join(words)}: {told}", where="--hook")
        shown: str = done.stdout
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
        if not self.can("shown"):
            return

        def right(text: str) -> bool:
            return all(word in text for word in with_) and not any(w in text for w in without)

        text = await self.looked(right, timeout_s)
        if text is None:
            return
        missing = [word for word in with_ if word not in text]
        wrong = [word for word in without if word in text]
        found = f"{why}: missing {missing}, wrongly shown {wrong}" if missing or wrong else why
        self.check(clause, not (missing or wrong), found)

    async def looked(self, right: Callable[[str], bool], timeout_s: float) -> str | None:
        """Return what stands on the device once it is right, or last; None: unseen."""
        deadline = self.reactor.seconds() + timeout_s
        while True:
            text = await self.hook("shown")
            if text is None or right(text) or self.reactor.seconds() > deadline:
                return text
            await self.sleep(0.5)

    async def line_of(self, number: str) -> str | None:
        """Return the line of what is shown that tells of a train, "" if none does, None: unseen."""
        text = await self.hook("shown")
        if text is None:
            return None
        return next((line for line in text.splitlines() if number in line), "")
