"""What a hub said, message by message, compared with the truth and with the protocol's document.

Law: independent: JSON, the rules in the station's documents and the clauses of docs/protocol. A
message that was delivered as retained may be old; one that was just said must be true.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from tests.end_to_end.independent import DAY, HIGH_SPEED
from tests.end_to_end.truth import PRINTED, check_in

BEAT_S = 2.0
"""Real seconds by which a beat may be late on a busy machine; it is never early."""
FROM_HUB = ("hub/", "run/", "plan/", "notice/", "event/")


class Messages:
    """What the recorder wrote, judged once.

    Attributes:
        heard: how many messages of a hub there were.
        runs: how many told of a train.
        faults: what was not true or against the protocol.
        ghosts: moments of live messages whose epoch was over.
        ghosts_allowed: whether a hub that knows nothing of another one may say some.
    """

    def __init__(self, file, truth, midnight):
        """`midnight`: of the service date, an aware datetime in the station's zone."""
        self.file = file
        self.truth = truth
        self.midnight = midnight
        self.heard = self.runs = self.leading = self._read = 0
        self.faults = []
        self.ghosts = []
        self.ghosts_allowed = False
        self._said = {}
        self._numbered = {}
        self._visits = {(visit.first // DAY, visit.number.lower()): visit for visit in truth.visits}

    def read(self):
        """Judge what has come since the last time."""
        if not self.file.exists():
            return
        with self.file.open(encoding="utf-8") as file:
            file.seek(self._read)
            while (line := file.readline()).endswith("\n"):
                self._read = file.tell()
                self._judge(json.loads(line))

    def _judge(self, line):
        entity = line["topic"].split("/", 3)[3]
        if entity.startswith(FROM_HUB) and line["payload"]:
            self.heard += 1
            self._judge_message(entity, line)

    def _judge_message(self, entity, line):
        said = json.loads(line["payload"])
        body = said["body"]
        self._once(entity, said)
        if line["retain"]:
            if entity == "hub/beat":
                self._fault(entity, "a beat was retained")
            return
        if not self._leads(entity, said, line["at"]):
            return
        if entity == "hub/beat":
            self._beat(body, line["wall"])
        elif entity.startswith("run/"):
            self._told(body, self._truth(body, line["at"]))
        elif entity.startswith("plan/"):
            self.truth.planned.add(self._day(body["service_date"]))
            for run in body["runs"]:
                self._told(run, {PRINTED})

    def _fault(self, entity, what):
        self.faults.append(f"{entity}: {what}")

    def _once(self, entity, said):
        """C-3.8 and C-2.9: one revision has one content, one sequence number one message."""
        if entity.startswith("event/"):
            return
        key = (entity, said["epoch"], said["rev"])
        if self._said.setdefault(key, said["body"]) != said["body"]:
            self._fault(entity, f"two contents of one revision, {key}")
        key = (said["src"], said["epoch"], said["seq"])
        if self._numbered.setdefault(key, said["id"]) != said["id"]:
            self._fault(entity, f"two messages of one number, {key}")

    def _leads(self, entity, said, at):
        """C-3.7: the epoch never goes back, but in the will of one that is over."""
        self.leading = max(self.leading, said["epoch"])
        if said["epoch"] == self.leading:
            return True
        will = entity == "hub/state" and not said["body"]["online"]
        if not will:
            self.ghosts.append(at)
            if not self.ghosts_allowed:
                self._fault(entity, f"of epoch {said['epoch']} while {self.leading} leads")
        return False

    def _beat(self, body, wall):
        off = self._minute(body["utc"]) * 60 - (wall - self.truth.day_began) * self.truth.rate
        if not -BEAT_S * self.truth.rate < off < 0.1 * self.truth.rate:
            self._fault("hub/beat", f"{body['utc']} is {off:.2f} s off")

    def _minute(self, text):
        """Return minutes of station time since midnight of the service date."""
        return (datetime.fromisoformat(text) - self.midnight) / timedelta(minutes=1)

    def _visit(self, run):
        day, _, number = run["run_id"].partition(".")
        return self._visits.get((self._day(day), number))

    def _day(self, text):
        """Return the days from the service date to a local date."""
        date = datetime.fromisoformat(text).replace(tzinfo=self.midnight.tzinfo)
        return (date - self.midnight).days

    def _truth(self, run, at):
        visit = self._visit(run)
        return set() if visit is None else self.truth.of(visit, at)

    def _told(self, run, allowed):
        """A train is told as the timetable has it, with what one of the allowed versions says."""
        self.runs += 1
        visit = self._visit(run)
        if visit is None:
            self._fault(run["run_id"], "no such train")
            return
        wrong = [self._wrong(run, visit, each) for each in allowed]
        if all(wrong):
            self._fault(run["run_id"], f"{wrong[0]}, though {sorted(map(str, allowed))}: {run}")

    def _wrong(self, run, visit, deviation):
        """Return what of `run` is not this version of the train."""
        wrong = [
            what
            for what, is_so in (
                ("origin", run["origin"]["names"]["zh"] == visit.origin),
                ("destination", run["destination"]["names"]["zh"] == visit.destination),
                ("role", run["role"] == visit.role),
                ("cancelled", run.get("cancelled", False) == deviation.cancelled),
                ("held", run.get("held", False) == (deviation.late is None)),
                ("platform", self._place(run, visit, deviation)),
            )
            if not is_so
        ]
        wrong += [
            way
            for way in ("arrival", "departure")
            if not self._time(run.get(way), getattr(visit, way), deviation)
        ]
        if not wrong and not self._check_in(run, visit, deviation):
            wrong.append("check-in")
        return wrong

    def _place(self, run, visit, deviation):
        label = self.truth.platform(visit, deviation)
        if deviation.cancelled and run.get("platform") is None:
            return True
        gates = run.get("gates") or [self.truth.layout.gates[label]]
        return run.get("platform") == label and gates == [self.truth.layout.gates[label]]

    def _time(self, call, planned, deviation):
        if call is None or planned is None:
            return call is None and planned is None
        if self._minute(call["planned"]) != planned:
            return False
        if call.get("actual"):
            actual = self._minute(call["actual"])
            ahead = self.truth.minute + 0.1 * self.truth.rate
            return actual <= ahead and abs(actual - planned - (deviation.late or 0)) <= 1
        late = deviation.late or 0
        told = call.get("estimated") or call["planned"]
        return deviation.cancelled or self._minute(told) == planned + late

    def _check_in(self, run, visit, deviation):
        times = run["timeline"]
        names = ("check_in_opens_at", "last_call_at", "check_in_closes_at")
        if visit.departure is None or deviation.cancelled or deviation.late is None:
            return all(times.get(name) is None for name in names)
        if run["departure"].get("actual"):
            return True
        late = deviation.late
        wanted = [each + late for each in check_in(visit)]
        if (run.get("arrival") or {}).get("actual") and visit.category not in HIGH_SPEED:
            return True  # check-in follows the train that has come, to the second
        return [self._minute(times[name]) for name in names] == wanted
