"""What happens to the notices, and what is to be done then: the machine's events and effects.

Law: frozen values only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from protocol.runs import Run
    from protocol.times import Instant
    from subsystems.staff_notices.alarms import Alarm
    from subsystems.staff_notices.life import Action
    from subsystems.staff_notices.model import Notice, Signature, Verdict
    from subsystems.staff_notices.moments import Seen


@dataclass(frozen=True)
class Changed:
    """Event: trains as they are now; None: not held any more, which says nothing by itself."""

    runs: Mapping[str, Run | None]


@dataclass(frozen=True)
class Everything:
    """Event: all trains that there are, by a hub that is heard."""

    runs: Mapping[str, Run]


@dataclass(frozen=True)
class Trusted:
    """Event: until when deviations hold without dispatching's word, None: they do not."""

    until: Instant | None


@dataclass(frozen=True)
class Tick:
    """Event: time has passed."""


@dataclass(frozen=True)
class Signed:
    """Event: a signature from a terminal.

    Attributes:
        notice: id of the notice.
        digest: of what was told there, "": not said.
        signature: who.
    """

    notice: str
    digest: str
    signature: Signature


Event = Changed | Everything | Trusted | Tick | Signed


@dataclass(frozen=True)
class Happened:
    """Effect: write down a notice as it is now, and what happened to it. `action` None: issued."""

    notice: Notice
    action: Action | None


@dataclass(frozen=True)
class Answer:
    """Effect: write down what became of a signature, and answer.

    Attributes:
        signed: what came.
        verdict: what became of it.
        notice: as it is now, None: there is none.
    """

    signed: Signed
    verdict: Verdict
    notice: Notice | None


@dataclass(frozen=True)
class FirstSeen:
    """Effect: write down where a train was when it was first told of."""

    run_id: str
    seen: Seen


@dataclass(frozen=True)
class Show:
    """Effect: what these posts see has changed."""

    posts: frozenset[str]


@dataclass(frozen=True)
class Raise:
    """Effect: the console is to know; None: it is over."""

    post: str
    alarm: Alarm | None


Effect = Happened | Answer | FirstSeen | Show | Raise
