"""The diagram without the console around it: real actions, a real journal, a clock of its own.

    diagram_server.py STATION DAY BEGIN NOW RATE DIRECTORY

STATION: of a shipped station, or ``invented``. The hub has lived from BEGIN to NOW (local times).
It prints its port, then serves until its standard input closes; each line of input is a JSON
command (see `Served.command`), answered by a line.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import msgspec
import structlog
from twisted.internet import reactor, stdio  # noqa: TID251 - the composition root of a test
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.threads import deferToThreadPool
from twisted.protocols.basic import LineReceiver
from twisted.python.threadpool import ThreadPool
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from hub.console.action import find
from hub.diagram.actions import BaseFiles, actions
from hub.diagram.desk import DiagramDesk
from hub.diagram.live import LiveDiagram
from hub.store.database import Database
from hub.store.legends import LegendStore
from protocol.errors import StationError
from protocol.times import from_unix, to_unix
from station_config.runtime.leaf import Leaf
from station_config.runtime.web import Asset, Channel, Folder, listen, static_files

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from diagram_days import invented, local, moved, shipped  # noqa: E402
from lived_day import Lived  # noqa: E402


class Clock:
    """Station time that tests can set."""

    def __init__(self, at, rate):
        self.set(at, rate)

    def set(self, at, rate):
        self._origin, self._began, self.rate = to_unix(at), time.monotonic(), rate

    def now(self):
        return from_unix(self._origin + (time.monotonic() - self._began) * self.rate)


class Api(Leaf):
    """The diagram's actions by the console's own table; whoever asks is account ``dev``."""

    def __init__(self, table, desk):
        super().__init__()
        self._table = table
        self._office = SimpleNamespace(diagram=desk)

    def render(self, request):
        path = b"/".join(request.postpath).decode()
        found = find(self._table, path)
        action = found.actions.get(request.method.decode())
        if action is None:
            request.setResponseCode(404)
            return b"{}"
        done = maybeDeferred(self._do, action, found.path, request)
        done.addCallbacks(
            lambda value: self._answer(request, 200, value),
            lambda failure: self._answer(request, 400, self._error(failure)),
        )
        return NOT_DONE_YET

    def _do(self, action, path, request):
        query = {k.decode(): v[0].decode() for k, v in request.args.items()}
        call = SimpleNamespace(
            by=SimpleNamespace(name="dev"),
            path=path,
            query=msgspec.convert(query, action.query, strict=False) if action.query else None,
            body=msgspec.json.decode(request.content.read(), type=action.takes)
            if action.takes
            else None,
        )
        return action.do(self._office, call)

    def _error(self, failure):
        if not isinstance(failure.value, StationError | msgspec.MsgspecError):
            failure.printTraceback(sys.stderr)
        return {"error": getattr(failure.value, "message", str(failure.value))}

    def _answer(self, request, code, value):
        request.setResponseCode(code)
        request.setHeader(b"Content-Type", b"application/json")
        request.setHeader(b"Cache-Control", b"no-store")
        request.write(msgspec.json.encode(value))
        request.finish()


class Served:
    """The diagram, its clock and the hub behind it."""

    def __init__(self, station, day, begin, now, rate, directory):
        url = f"sqlite:///{directory}/hub.db"
        self.lived = Lived(url, station, day, begin).until(now)
        self.clock = Clock(self.lived.now, rate)
        self.log = structlog.get_logger()
        self.channel = Channel(reactor, self.log, greet=lambda _: [self.live.greet()])
        self.live = LiveDiagram(
            reactor, clock=self.clock, station=station, boot="dev", send=self.channel.send
        )
        self.live.confirm(self.clock.now())
        self.live.fill(self.lived.runs())
        self.live.start()
        self.pool = ThreadPool(1, 1)
        self.pool.start()
        reactor.addSystemEventTrigger("during", "shutdown", self.pool.stop)
        self.desk = DiagramDesk(
            reactor,
            pool=self.pool,
            live=lambda: self.live,
            database=url,
            legends=LegendStore(Database(url)),
            in_store=self._in_store,
        )
        self.desk._legends._database.create()

    def _in_store(self, call) -> Deferred:
        return deferToThreadPool(reactor, self.pool, call)

    def site(self):
        table = actions(lambda office: office.diagram)
        root = Resource()
        web = static_files(files("hub.console") / "web" / "diagram")
        folder = Folder({f"diagram/{name}": asset for name, asset in web.items()})
        page = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
        for name in ("dev.html", "dev.js", "dev.css"):
            kind = f"{page[Path(name).suffix]}; charset=utf-8"
            asset = Asset((HERE / name).read_bytes(), kind)
            root.putChild(b"" if name == "dev.html" else name.encode(), asset)
        root.putChild(b"web", folder)
        root.putChild(b"diagram", BaseFiles(self.desk.base))
        root.putChild(b"live", self.channel)
        api = Resource()
        api.putChild(b"v1", Api(table, self.desk))
        root.putChild(b"api", api)
        return root

    def command(self, late=None, runs=None, gone=None, now=None, rate=None, many=None, report=None):
        """Say something of trains, set the clock, or tell figures."""
        if now or rate:
            at = datetime.fromisoformat(now) if now else self.clock.now()
            self.clock.set(at, rate or self.clock.rate)
            self.lived.now = max(self.lived.now, at)
            self.live.confirm(self.clock.now())
            self.live._wake()
        if late:
            self.lived.now = max(self.lived.now, self.clock.now())
            for run_id, minutes in late.items():
                self.live.take(self.lived.late(run_id, minutes))
        if runs:
            known = self.live._scene.runs()
            said = {run_id: moved(known[run_id], minutes) for run_id, minutes in runs.items()}
            self.live.take(said)
        if gone:
            self.live.take(dict.fromkeys(gone))
        if many:
            known = list(self.live._scene.picture().bars)
            for number in range(many):
                run_id = known[number % len(known)]
                self.live.take({run_id: moved(self.live._scene.run(run_id), number % 17)})
        whole = self.live.whole()
        return {
            "seq": self.live.seq,
            "now": self.clock.now().isoformat(),
            "trains": sorted(whole.trains) if report else len(whole.trains),
        }


class Input(LineReceiver):
    """Commands; their end is ours."""

    delimiter = b"\n"

    def __init__(self, served):
        self.served = served

    def lineReceived(self, line):  # noqa: N802 - Twisted's name
        answer(self.served.command(**json.loads(line)))

    def connectionLost(self, _reason):  # noqa: N802 - Twisted's name
        if reactor.running:
            reactor.stop()


def answer(value):
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def main(name, day, begin, now, rate, directory):
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    reactor.seconds = time.monotonic
    station = invented() if name == "invented" else shipped(name)
    on = date.fromisoformat(day)
    served = Served(station, on, begin, now, float(rate), directory)
    listening = listen(reactor, served.site(), host="127.0.0.1", port=0, log=structlog.get_logger())
    answer({"port": listening.getHost().port, "now": local(station, on, now).isoformat()})
    stdio.StandardIO(Input(served))
    reactor.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
