from __future__ import annotations

import json

import pytest
import structlog
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from hub.feed_command import FEED
from hub.feed_report import FeedReport
from hub.web.status import StatusSite
from protocol.errors import DeviceError, OperatorError
from station_config.runtime.command import main
from station_config.runtime.deployment import (
    BrokerSettings,
    Deployment,
    HubSettings,
    dump_deployment,
)
from station_config.runtime.web import Health, listen

REPORT = FeedReport(
    live=True,
    lead="a",
    in_part=False,
    takeovers=0,
    last_takeover=None,
    rows=3,
    lines=[],
    disagreements=[],
)


class Answers:
    """What the hub would say."""

    def __init__(self):
        self.report = REPORT
        self.ok = True

    def feed(self):
        if self.report is None:
            raise DeviceError("the hub waits for its database")
        return self.report

    def health(self):
        return Health(ok=self.ok, details={"epoch": 7})


@pytest.fixture
def answers():
    return Answers()


@pytest.fixture
def command(turning, answers, tmp_path, capsys, log_lines):  # noqa: ARG001 - kept off the output
    """Run `station feed status` beside the hub's web; return its exit code and output."""
    site = StatusSite(health=answers.health, feed=answers.feed, time=lambda: None)
    log = structlog.get_logger()
    port = listen(turning.reactor, site, host="127.0.0.1", port=0, log=log)
    hub = HubSettings(database="sqlite://", port=port.getHost().port)
    deployment = Deployment(station=tmp_path, broker=BrokerSettings(), hub=hub)
    dump_deployment(deployment, tmp_path / "deployment.toml")
    pool = ThreadPool(1, 1)
    pool.start()

    def run(*words):
        argv = ["feed", "status", "--deployment", str(tmp_path / "deployment.toml"), *words]
        code = turning.result(deferToThreadPool(turning.reactor, pool, main, argv))
        return code, capsys.readouterr()

    run.port = port
    yield run
    pool.stop()
    turning.result(port.stopListening())


def test_a_live_feed_is_printed_and_the_code_is_0(command):
    code, printed = command()
    assert code == 0
    assert printed.out.startswith("feed LIVE   lead: a   rows: 3")


def test_json_is_the_hubs_answer(command):
    code, printed = command("--json")
    assert code == 0
    assert json.loads(printed.out)["rows"] == 3


def test_without_a_live_line_the_code_is_1(command, answers):
    answers.report = FeedReport(
        live=False,
        lead=None,
        in_part=False,
        takeovers=0,
        last_takeover=None,
        rows=0,
        lines=[],
        disagreements=[],
    )
    code, printed = command()
    assert code == 1
    assert "NOT LIVE" in printed.out


def test_a_hub_that_waits_for_its_database_says_so(command, answers):
    answers.report = None
    code, printed = command()
    assert code == 1
    assert "the hub waits for its database" in printed.err


def test_no_hub_is_one_line(tmp_path, capsys):
    hub = HubSettings(database="sqlite://", port=1)
    deployment = Deployment(station=tmp_path, broker=BrokerSettings(), hub=hub)
    dump_deployment(deployment, tmp_path / "deployment.toml")
    assert main(["feed", "status", "--deployment", str(tmp_path / "deployment.toml")]) == 1
    told = capsys.readouterr().err
    assert "the hub does not answer" in told
    assert told.count("\n") == 1


def test_a_hub_without_a_port_is_the_operators_mistake(tmp_path):
    deployment = Deployment(
        station=tmp_path, broker=BrokerSettings(), hub=HubSettings(database="sqlite://")
    )
    dump_deployment(deployment, tmp_path / "deployment.toml")
    parsed = type("Parsed", (), {"deployment": tmp_path / "deployment.toml", "json": False})
    with pytest.raises(OperatorError, match=r"set hub\.port"):
        FEED.run(parsed)
