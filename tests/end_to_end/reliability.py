"""One fault at a station under watch: what the tests of reliability share.

Law: a case says what dispatching says, breaks something, and waits; it never repairs anything that
the test did not break. What it measured goes to the table (`conftest.py`).
"""

from __future__ import annotations

import json
import os
import shutil
import time
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from simulators.dispatch.scripting import set_cancelled, set_delay, set_track
from tests.end_to_end.layout import Layout
from tests.end_to_end.messages import Messages
from tests.end_to_end.rig import MOSQUITTO, Rig
from tests.end_to_end.screens import GATE, Watch
from tests.end_to_end.truth import Truth

STATION = Path(__file__).parents[2] / "station_config/stations/hohhot_east"
ZONE = ZoneInfo("Asia/Shanghai")
EVERYTHING = os.environ.get("STATION_RELIABILITY") == "all"
RESULTS = "STATION_RELIABILITY_RESULTS"


def on(*brokers, nightly=()):
    """Run a test on `brokers`; with STATION_RELIABILITY=all on those of `nightly` too."""
    return pytest.mark.parametrize("broker", [*brokers, *(nightly if EVERYTHING else ())])


class Case:
    """A running station, its truth, and somebody who looks at all screens and hears everything.

    Attributes:
        trains: numbers on the departure board that leave late enough for a change to be told
            before check-in: the first stands on the gate's screen.
        measured: real seconds, by name; the last fault counts.
    """

    def __init__(self, directory, broker, new_page, **options):
        if broker == "mosquitto" and shutil.which(MOSQUITTO) is None:
            pytest.skip("mosquitto is not installed: apt-get install mosquitto")
        self.broker = broker
        self.measured = {}
        self.watch = None
        self._new_page = new_page
        self.rig = Rig(directory, broker, **options)

    def open(self):
        """Start everything, and wait until all screens are live."""
        rig = self.rig.start()
        layout = Layout(STATION / "station.xml")
        clock = rig.clock
        self._midnight = midnight = clock.origin.astimezone(ZONE).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        since = (clock.origin - midnight).total_seconds()
        began = clock.started - since / clock.rate
        rig.ready()
        self.truth = Truth(STATION / "timetable.csv", layout, rig.speed, began)
        self.messages = Messages(rig.messages, self.truth, midnight)
        self.watch = Watch(self._new_page, self.truth, self.messages, layout.screens[GATE])
        self.watch.open(rig)
        self.watch.live()
        rows = self.watch.look()["rows"]
        at_gate = [row.train for row in rows if row.gate == layout.screens[GATE]][-1:]
        self.trains = [*at_gate, *(r.train for r in rows[-4:-1] if r.train not in at_gate)][:3]
        return self

    def say(self, number, deviation):
        """Let dispatching say something of a train, and note that it is true from now on."""
        visit = self.truth.next(number)
        planned = self._midnight + timedelta(minutes=visit.first)
        engine = self.rig.dispatching()
        with engine.begin() as connection:
            found = connection.exec_driver_sql(
                "SELECT plan_id FROM stage_plan WHERE ? IN (dep_train_no, arr_train_no)"
                " AND coalesce(plan_arr_time, plan_dep_time) = ?",
                (number, f"{planned:%Y-%m-%d %H:%M:%S}"),
            )
            ((plan_id,),) = found
            if deviation.cancelled:
                set_cancelled(connection, plan_id)
            if deviation.late != 0:
                set_delay(connection, plan_id, deviation.late)
            if deviation.track is not None:
                set_track(connection, plan_id, deviation.track)
            self.truth.change(visit, deviation)
        engine.dispose()

    def elsewhere(self, number):
        """Return a track at another platform of the same half of the station."""
        layout = self.truth.layout
        here = int(layout.platforms[self.truth.next(number).track])
        wanted = str(here + 1 if here not in {3, 9} else here - 1)
        return next(t for t, label in layout.platforms.items() if label == wanted)

    def told(self, text, seconds=25):
        """Wait until the departure board tells something."""
        text = text.replace(" ", "")
        self.watch.until(
            lambda seen: any(text in row.status for row in seen["rows"]), seconds, text
        )

    def moved(self, number, seconds=25):
        """Wait until the departure board tells another platform of a train."""
        self.watch.until(
            lambda seen: any(row.train == number and row.platform_was for row in seen["rows"]),
            seconds,
            f"another platform of {number}",
        )

    def lose(self):
        """See `Truth.lost`."""
        self.truth.lost()
        self._lost_at = time.monotonic()

    def alone(self, seconds=60):
        """Wait until every screen tells that it is alone."""
        seen = self.watch.alone(seconds)
        self.measured["alone_s"] = time.monotonic() - self._lost_at
        self.measured["doubt_s"] = self.watch.seconds_to_doubt(self._lost_at)
        return seen

    def mended(self):
        """From now on the station is whole again."""
        self.truth.mended = True
        self._mended_at = time.monotonic()

    def back(self, *texts):
        """Every screen is live by itself, and tells what has become true meanwhile."""
        self.watch.live(90)
        self.measured["live_s"] = time.monotonic() - self._mended_at
        self.truth.found()
        self.truth.grace_s, grace = 15.0, self.truth.grace_s
        for text in texts:
            self.told(text)
        self.truth.grace_s = grace

    def close(self):
        self.rig.stop()

    def judge(self, name):
        """Nothing untrue was seen or said; write down what was measured."""
        watch, messages = self.watch, self.messages
        messages.read()
        result = {
            "case": name,
            "broker": self.broker,
            **{key: round(value, 1) for key, value in self.measured.items()},
            "looks": watch.looks,
            "rows": watch.rows,
            "messages": messages.heard,
            "trains": messages.runs,
            "untrue": len(watch.faults) + len(messages.faults),
        }
        if RESULTS in os.environ:
            with Path(os.environ[RESULTS]).open("a", encoding="utf-8") as file:
                file.write(json.dumps(result) + "\n")
        assert not watch.faults, watch.faults[:5]
        assert not messages.faults, messages.faults[:5]
        assert watch.looks > 50
        assert messages.runs > 50
