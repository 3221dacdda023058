"""`station status` against parts that answer, that are down, and that talk nonsense."""

import http.server
import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from hub.command_token import ensure_token
from hub.disbelieved import Judgement
from hub.feed_report import FeedReport
from station_config.runtime.command import main
from station_config.runtime.deployment import (
    BrokerSettings,
    Deployment,
    HubSettings,
    SubsystemSettings,
    dump_deployment,
)
from tests.conftest import free_port

STATION = Path(__file__).parents[3] / "station_config" / "stations" / "hohhot_east"


class Answering(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        code, body = self.server.answers.get(self.path, (404, b""))
        self.send_response(code)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def answer():
    """Start a server that answers `/health` so, and other pages as told; return its port."""
    servers = []

    def start(code, body, **pages):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        server.answers = {f"/{page}": (200, each) for page, each in pages.items()}
        server.answers["/health"] = (code, body)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        servers.append((server, thread))
        return server.server_port

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def status(tmp_path, capsys):
    def run(hub_port, clock_port, *words):
        path = tmp_path / "deployment.toml"
        deployment = Deployment(
            station=STATION,
            broker=BrokerSettings(port=free_port(), secrets=tmp_path / "secrets"),
            hub=HubSettings(database="sqlite://", port=hub_port, state=tmp_path / "state"),
            subsystems={"clock": SubsystemSettings(id="clock-1", cache=Path("c"), port=clock_port)},
        )
        dump_deployment(deployment, path)
        ensure_token(deployment)
        code = main(["status", "--deployment", str(path), *words])
        return code, capsys.readouterr()

    return run


CLOCK = json.dumps({"ok": True, "mode": "ONLINE", "epoch": 3, "missing": 0, "runs": 5}).encode()


def test_everything_is_down(status):
    code, said = status(free_port(), free_port(), "--json")
    overview = json.loads(said.out)
    assert code == 1
    assert overview["level"] == "fault"
    assert [part["why"][0]["en"] for part in overview["parts"]] == ["does not answer"] * 3
    assert overview["devices"] is None


def test_what_answers_is_told_though_others_do_not(status, answer):
    code, said = status(free_port(), answer(200, CLOCK), "--json")
    hub, broker, clock = json.loads(said.out)["parts"]
    assert code == 1
    assert (hub["level"], broker["level"]) == ("fault", "fault")
    assert (clock["level"], clock["state"], clock["runs"]) == ("well", "ONLINE", 5)


def test_what_became_of_the_rows_is_told_as_the_hub_counts_it(status, answer):
    rows = Judgement(believed=7, rejected={"jump": 1}, parts={"unknown-track": 2})
    report = FeedReport(
        live=True,
        lead=None,
        in_part=False,
        takeovers=0,
        last_takeover=None,
        rows=8,
        lines=[],
        disagreements=[],
        judgement=rows,
    )
    hub = answer(200, b'{"ok": true, "role": "leading"}', feed=msgspec.json.encode(report))
    _, said = status(hub, answer(200, CLOCK), "--json")
    assert msgspec.convert(json.loads(said.out)["rows"], Judgement) == rows
    _, said = status(free_port(), answer(200, CLOCK), "--json")
    assert json.loads(said.out)["rows"] is None


@pytest.mark.parametrize("body", [b"", b"not json", b"[1]", b"\xff", b'{"ok": 1, "mode": []}'])
def test_nonsense_is_no_traceback(status, answer, body):
    code, said = status(answer(503, body), answer(200, body))
    assert code == 1
    assert "FAULT" in said.out
    assert "Traceback" not in said.err


def test_503_is_an_answer(status, answer):
    body = json.dumps({"ok": False, "mode": "SUSPECT", "reasons": ["nothing to tell"]}).encode()
    _, said = status(free_port(), answer(503, body), "--json")
    clock = json.loads(said.out)["parts"][2]
    assert clock["level"] == "fault"
    assert {"nothing to tell", "cannot do what it is for"} <= {why["en"] for why in clock["why"]}


def test_a_hub_without_a_port_is_said(status, answer):
    _, said = status(None, answer(200, CLOCK), "--json")
    assert json.loads(said.out)["parts"][0]["why"][0]["en"] == "is not known: set hub.port"


def test_it_looks_again_and_again_until_ctrl_c(status, answer, tmp_path):
    status(free_port(), answer(200, CLOCK), "--json")  # writes the deployment
    argv = [str(Path(sys.executable).with_name("station")), "status", "--watch", "--json"]
    argv += ["--every", "0.1", "--deployment", str(tmp_path / "deployment.toml")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        looks = [json.loads(process.stdout.readline()) for _ in range(3)]
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 130
    assert len({look["at"] for look in looks}) == 3
