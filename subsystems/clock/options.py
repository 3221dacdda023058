"""What slave clocks are given: `[subsystems.clock.options]` of the deployment.

Law: values, and the check of what an operator wrote.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from protocol.errors import OperatorError
from station_config.runtime.deployment import Strict
from station_config.runtime.timekeeping.telegram import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Stratum = Annotated[int, msgspec.Meta(ge=2, le=15)]


class SlaveLineOptions(Strict, frozen=True, kw_only=True):
    """A serial line to slave clocks.

    Attributes:
        device: e.g. ``/dev/ttyS2``.
        form: ``telegram`` (RS-422, 9600) or ``meinberg`` (19200).
        baud: None: as the form says.
        zone: of the time that is told; "": the station's.
        checksum: over which octets a telegram's sum is.
    """

    device: Path
    form: Literal["telegram", "meinberg"] = "telegram"
    baud: int | None = None
    zone: str = ""
    checksum: Span = Span.PAYLOAD


class ClockOptions(Strict, frozen=True, kw_only=True):
    """The table.

    Attributes:
        sntp_port: UDP; 123 needs rights. None: no time server.
        sntp_host: address that it listens on.
        local_stratum: claimed where nobody vouches for the time, so that slave clocks agree with
            one another at least; None: the server says that it is not synchronised.
        lines: to slave clocks.
    """

    sntp_port: Port | None = None
    sntp_host: str = "0.0.0.0"  # noqa: S104 - slave clocks are other machines; it only tells the time
    local_stratum: Stratum | None = None
    lines: tuple[SlaveLineOptions, ...] = ()


def read_options(options: Mapping[str, object]) -> ClockOptions:
    """Return the table.

    Raises:
        OperatorError: a key is misspelt, missing or of the wrong kind.
    """

    def decode(kind: type, value: object) -> object:
        if kind is Path:
            return Path(str(value))
        raise NotImplementedError(kind)

    try:
        return msgspec.convert(options, ClockOptions, dec_hook=decode)
    except msgspec.ValidationError as error:
        raise OperatorError(str(error), where="subsystems.clock.options") from error
