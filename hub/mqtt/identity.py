"""Who the hub is and where its broker is: what does not change while it runs.

Law: frozen values only, and how to ask for the one that changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from protocol.master_clock import MasterClock


@dataclass(frozen=True)
class BrokerAddress:
    """Where the broker is, and the hub's password there. `tls` None: in the clear."""

    host: str
    port: int
    password: str = field(repr=False)
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True)
class HubIdentity:
    """What does not change while the hub runs.

    Attributes:
        hub: identifier.
        zone: IANA name of the station's time zone.
        estimate_lifetime_s: see `protocol.messages.HubState`.
        client: client id, of this process alone: two hubs of one name would end each other's
            connections for ever. "": the hub's name.
        time: how station time is known, as a beat says it: in a word, and more about it.
    """

    hub: str
    zone: str
    estimate_lifetime_s: int = 1800
    client: str = ""
    time: Callable[[], tuple[str, MasterClock | None]] = lambda: ("system", None)
