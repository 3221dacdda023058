"""What an operator may write about slave clocks, and what is told of mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocol.errors import OperatorError
from station_config.runtime.timekeeping.telegram import Span
from subsystems.clock.options import read_options


def test_nothing_is_no_slave_clock():
    options = read_options({})
    assert (options.sntp_port, options.lines) == (None, ())


def test_a_whole_table():
    line = {"device": "/dev/ttyS2", "form": "meinberg", "checksum": "frame"}
    options = read_options({"sntp_port": 8123, "local_stratum": 10, "lines": [line]})
    assert options.lines[0].device == Path("/dev/ttyS2")
    assert options.lines[0].checksum is Span.FRAME
    assert (options.sntp_port, options.local_stratum) == (8123, 10)


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ({"sntp_prot": 123}, "sntp_prot"),
        ({"sntp_port": 70_000}, "65535"),
        ({"local_stratum": 1}, "local_stratum"),
        ({"lines": [{"form": "telegram"}]}, "device"),
        ({"lines": [{"device": "x", "form": "flags"}]}, "flags"),
    ],
)
def test_mistakes_are_told_with_their_place(table, why):
    with pytest.raises(OperatorError, match=why):
        read_options(table)
