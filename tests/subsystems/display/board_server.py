"""A display without a hub: real runs, real rows, real streams, and a clock that tests can set.

    board_server.py STATION PORT NOW RATE [TURN_S]

TURN_S: seconds for which a page or a language stands, instead of the station's.

It prints its port, then serves until its standard input closes; each line of input is a JSON
command (see `Boards.command`), answered by a line.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import structlog
from sample_day import change, plan
from twisted.internet import reactor, stdio  # noqa: TID251 - the composition root of a test
from twisted.protocols.basic import LineReceiver

from protocol.messages import LinkMode, Source, SourceMode
from protocol.notices import Notice
from protocol.runs import Punctuality
from protocol.times import from_unix, to_unix
from station_config.load import load_station
from station_config.runtime.web import listen
from subsystems.display.driver import Streams, code_of, site
from subsystems.display.foreign import preview
from subsystems.display.honest import make_status
from subsystems.display.machine import (
    NoticesChanged,
    RunsChanged,
    StatusChanged,
    document,
    step,
)
from subsystems.display.start import all_words, first_state, index
from subsystems.display.view import milliseconds
from subsystems.kit.notes import Note, make_notes
from subsystems.kit.page_files import page_files
from subsystems.kit.status import status_line
from subsystems.kit.transcript import SPOKEN, with_spoken


class Boards:
    """The machine with a clock of its own; what `service` wires to the hub."""

    def __init__(self, station, now, rate, code):
        self.station = station
        self.words = all_words(station)
        self.link = {"mode": "ONLINE", "since": now, "confirmed_at": now}
        self.set_now(now, rate)
        self.state = first_state(station, self.words, self.status(), code, self._day())
        self.runs = {}
        self.perform = lambda _effect: None
        today = self._day()
        self.put(plan(station, today) | plan(station, today + timedelta(days=1)))

    def _day(self):
        return self.now().astimezone(self.station.zone_info).date()

    def now(self):
        passed = (time.monotonic() - self.began) * self.rate
        return from_unix(to_unix(self.origin) + passed)

    def set_now(self, at, rate):
        self.origin, self.began, self.rate = at, time.monotonic(), rate

    def status(self):
        link, zone = self.link, self.station.zone_info
        source = Source(SourceMode.LIVE, link["since"], link["confirmed_at"])
        line = status_line(LinkMode(link["mode"]), link["since"], source, self.now(), zone)
        return make_status(line, link["confirmed_at"], timedelta(minutes=30), self.words)

    def document(self, board):
        return document(self.state, board, self.now())

    def put(self, runs):
        self.runs.update(runs)
        self._step(RunsChanged(runs))

    def _step(self, event):
        self.state, effects = step(self.state, event, self.now())
        for effect in effects:
            self.perform(effect)

    def command(  # noqa: PLR0913, PLR0917 - what a line of input may name
        self,
        now=None,
        rate=None,
        link=None,
        run=None,
        late=None,
        fields=None,
        notices=None,
        spoken=(),
    ):
        """Set the clock, the link, the notices, or change a run."""
        if now or rate:
            at = datetime.fromisoformat(now) if now else self.now()
            self.set_now(at, rate or self.rate)
        if link:
            times = {"since", "confirmed_at"} & link.keys()
            self.link |= link | {name: datetime.fromisoformat(link[name]) for name in times}
        if run:
            fields = fields or {}
            if "punctuality" in fields:
                fields["punctuality"] = Punctuality(fields["punctuality"])
            self.put({run: change(self.runs[run], late=late, **fields)})
        if notices is not None:
            given = msgspec.convert(notices, list[Notice])
            heard = tuple(Note(kind=SPOKEN, **each) for each in spoken)
            notes = {
                b.id: with_spoken(make_notes(given, b.languages), heard)
                for b in self.station.boards
            }
            self._step(NoticesChanged(notes))
        self._step(StatusChanged(self.status()))
        return {"version": self.state.version}


class Input(LineReceiver):
    """Commands; their end is ours."""

    delimiter = b"\n"

    def __init__(self, boards):
        self.boards = boards

    def lineReceived(self, line):  # noqa: N802 - Twisted's name
        answer(self.boards.command(**json.loads(line)))

    def connectionLost(self, _reason):  # noqa: N802 - Twisted's name
        if reactor.running:
            reactor.stop()


def answer(value):
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def turning(station, seconds):
    """Return `station` with boards that turn every so many seconds."""
    boards = (replace(b, page_seconds=seconds, language_seconds=seconds) for b in station.boards)
    return replace(station, boards=tuple(boards))


def main(station_dir, port, now, rate, turn_s=None):
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    reactor.seconds = time.monotonic
    log = structlog.get_logger()
    station = load_station(Path(station_dir))
    if turn_s is not None:
        station = turning(station, float(turn_s))
    files = page_files("subsystems.display")
    boards = Boards(station, datetime.fromisoformat(now), float(rate), code_of(files))
    streams = Streams(
        reactor,
        log,
        sheets=boards.state.sheets,
        document=boards.document,
        status=boards.status,
        time=lambda: (boards.now(), boards.rate),
    )
    boards.perform = streams.perform
    root = site(
        streams,
        sheets=boards.state.sheets,
        files=files,
        code=boards.state.code,
        index=index(station, boards.state.sheets, boards.words),
        preview=lambda run: preview(
            run, boards.state.views, boards.state.sheets, milliseconds(boards.now())
        ),
    )
    listening = listen(reactor, root, host="127.0.0.1", port=int(port), log=log)
    answer({"port": listening.getHost().port})
    stdio.StandardIO(Input(boards))
    reactor.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
