"""The demo's own process: what it makes of its command line, what it starts, what it says."""

import argparse
from datetime import time

import pytest
import structlog
from twisted.internet.testing import MemoryReactorClock

from protocol.errors import OperatorError
from simulators.demo.command import DEMO
from simulators.demo.plan import roles
from simulators.demo.service import _Demo, _options
from station_config.load import load_station


def options(*words):
    parser = argparse.ArgumentParser()
    DEMO.configure(parser)
    return _options(parser.parse_args(words))


class Recorder(MemoryReactorClock):
    """Starts nothing; notes what it was to start."""

    pid = 1

    def __init__(self):
        super().__init__()
        self.started = []

    def spawnProcess(self, _protocol, _program, args=(), *_, **__):  # noqa: N802 - Twisted's name
        self.started.append(tuple(args))
        return self


def test_without_a_word_it_is_hohhot_east_in_the_morning():
    told = options()
    assert (told.station.name, told.at, told.speed) == ("hohhot_east", time(7), 1.0)
    assert (told.until, told.database, told.calm, told.two_lines) == (None, "", False, False)


def test_every_word_of_the_command_line_arrives(tmp_path):
    words = "--at 06:30 --until 07:00 --speed 60 --seed 4 --calm --two-lines --port 9000"
    told = options(*words.split(), "--data", str(tmp_path), "--database", "postgresql+psycopg://x")
    assert (told.at, told.until, told.speed) == (time(6, 30), time(7), 60.0)
    assert (told.seed, told.calm, told.two_lines, told.port) == (4, True, True, 9000)
    assert (told.data, told.database) == (tmp_path, "postgresql+psycopg://x")


@pytest.mark.parametrize("speed", ["0", "-1", "10001", "nan"])
def test_a_speed_at_which_nothing_can_be_seen_is_refused(speed):
    with pytest.raises(OperatorError, match="--speed"):
        options(f"--speed={speed}")


@pytest.fixture
def demo(tmp_path, log_lines):  # noqa: ARG001 - kept off the output
    told = options("--data", str(tmp_path), "--until", "07:01", "--two-lines")
    reactor = Recorder()
    demo = _Demo(reactor, told, load_station(told.station), {}, structlog.get_logger())
    demo.start()
    return demo, reactor, told


def test_it_starts_every_role_of_the_plan_in_its_order(demo):
    _, reactor, told = demo
    assert reactor.started == [role.argv for role in roles(told)]
    names = [role.name for role in roles(told)]
    assert names.index("broker") < names.index("hub") < names.index("display")
    assert names.count("hub") == 1


def test_it_ends_by_itself_at_the_given_time(demo):
    _, reactor, _ = demo
    reactor.advance(59)
    assert not reactor.hasStopped
    reactor.advance(2)
    assert reactor.hasStopped


def test_it_says_where_to_look(demo, capsys):
    made, _, told = demo
    made._say(None)
    said = capsys.readouterr().out
    for port in (told.boards_port, told.clock_port, told.kiosk_port):
        assert f"http://127.0.0.1:{port}/" in said
    for board in load_station(told.station).boards:
        assert f"/board/{board.id}\n" in said
    assert str(told.deployment) in said
