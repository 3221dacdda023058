from __future__ import annotations

import gzip
import json
import lzma
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from protocol.errors import OperatorError
from protocol.runs import Role
from simulators.replay import iris, irish, siri_et, timetable
from simulators.replay.calls import Options
from simulators.replay.telling import changes_of_calls

DATA = Path(__file__).parents[4] / "shared/data"
BERLIN = Options(ZoneInfo("Europe/Berlin"))


def needs(folder):
    path = DATA / folder
    return pytest.mark.skipif(not path.exists(), reason=f"needs ../shared/data/{folder}")


def utc(*fields):
    return datetime(*fields, tzinfo=UTC)


PLAN = """<?xml version='1.0'?><timetable station='Neustadt'>
<s id="a"><tl c="RE" n="7"/><ar pt="1401032300" pp="1" ppth="Anfang|Mitte"/>
  <dp pt="1401032302" pp="1" ppth="Weiter|Ende"/></s>
<s id="b"><tl c="RB" n="8"/><dp pt="1401032310" pp="2" ppth="Ende"/></s>
<s id="c"><tl c="RB" n="9"/><ar pt="99" pp="2" ppth="Anfang"/></s>
<s id="d"><tl c="RB"/><ar pt="1401032310" pp="2" ppth="Anfang"/></s>
<s><tl c="RB" n="10"/></s>
<s id="e"><tl c="RB" n="11"/><ar pt="1401032320" ppth="Anfang"/><dp pt="1401032325" ppth="E"/></s>
</timetable>"""
CHANGES = """<timetable station="Neustadt">
<s id="a"><ar ct="1401032315" cp="3"><m ts="1401032250" t="d"/><m ts="1401032340" t="d"/></ar>
  <dp ct="1401032317" cp="3"/></s>
<s id="b"><dp cs="c" clt="1401032200"/></s>
<s id="e"><ar cs="c" clt="1401032200"/></s>
<s id="zz"><ar ct="1401032315"/></s>
</timetable>"""


class TestIris:
    @pytest.fixture
    def reading(self, tmp_path):
        (tmp_path / "23").write_text(PLAN)
        (tmp_path / "fchg").write_text(CHANGES)
        return iris.read([tmp_path], BERLIN)

    def test_plan_and_changes_meet_by_stop_id(self, reading):
        call = reading.calls[0]
        assert (call.number, call.category, call.role) == ("RE 7", "RE", Role.INTERMEDIATE)
        assert (call.origin, call.destination) == ("Anfang", "Ende")
        assert call.planned == (utc(2014, 1, 3, 22, 0), utc(2014, 1, 3, 22, 2))
        assert call.arrival_track == "1"
        arrival = [t for t in call.told if t.arrival]
        assert [(t.at, t.arrival) for t in arrival] == [
            (utc(2014, 1, 3, 21, 50), utc(2014, 1, 3, 22, 15))  # the later message is too late
        ]
        assert [t.arrival_track for t in call.told if t.arrival_track] == ["3"]

    def test_a_change_without_a_message_is_told_a_quarter_of_an_hour_ahead(self, reading):
        departure = [t for t in reading.calls[0].told if t.departure]
        assert departure[0].at == utc(2014, 1, 3, 22, 2)

    def test_a_cancelled_train_is_told_at_its_time(self, reading):
        (told,) = reading.calls[1].told
        assert (told.at, told.cancelled) == (utc(2014, 1, 3, 21, 0), True)

    def test_every_bad_record_is_counted_with_its_reason_and_place(self, reading):
        assert dict(reading.rejected) == {
            "planned time is no YYMMDDHHMM": 1,
            "stop without a train number": 1,
            "stop without an id": 1,
            "change of a stop that is in no plan": 2,  # c, whose time is none, and zz
            "cancelled in part: taken as running": 1,
        }
        assert len(reading.calls) == 3
        assert reading.examples["stop without an id"].endswith("23:7")

    def test_broken_and_hostile_markup_stops_nothing(self, tmp_path):
        secret = tmp_path / "secret"
        secret.write_text("Atlantis")
        (tmp_path / "1").write_text(PLAN)
        hostile = f'<!DOCTYPE t [<!ENTITY x SYSTEM "file://{secret}">]>'
        (tmp_path / "2").write_text(hostile + PLAN.split("?>")[1].replace("Mitte", "&x;"))
        (tmp_path / "3").write_text(PLAN[: len(PLAN) // 2])
        (tmp_path / "4").write_bytes(b"\x00\xff no XML at all")
        reading = iris.read([tmp_path / str(n) for n in (1, 2, 3, 4)], BERLIN)
        assert {c.number for c in reading.calls} == {"RE 7", "RB 8", "RB 11"}
        assert "Atlantis" not in repr(reading)
        assert sum(n for r, n in reading.rejected.items() if "markup" in r or "end" in r) >= 2

    @needs("germany-iris")
    @pytest.mark.parametrize(
        ("number", "calls", "cancelled", "moved"), [("8000086", 164, 0, 0), ("8000098", 163, 6, 2)]
    )
    def test_the_recorded_stations(self, number, calls, cancelled, moved):
        root = DATA / "germany-iris"
        paths = [root / "plan" / number, root / "fchg" / number, root / f"stream_{number}.csv"]
        reading = iris.read(paths, BERLIN)
        assert len(reading.calls) == calls
        assert set(reading.rejected) == {"change of a stop that is in no plan"}
        assert sum(any(t.cancelled for t in c.told) for c in reading.calls) == cancelled
        assert (
            sum(any(t.arrival_track or t.departure_track for t in c.told) for c in reading.calls)
            == moved
        )
        assert len(changes_of_calls(reading.calls)) > 4 * calls


def journey(number, calls, recorded="2018-08-29T09:33:00+02:00", extra=""):
    return f"""<EstimatedVehicleJourney><RecordedAtTime>{recorded}</RecordedAtTime>{extra}
    <FramedVehicleJourneyRef><DatedVehicleJourneyRef>j{number}</DatedVehicleJourneyRef>
    </FramedVehicleJourneyRef><VehicleRef>{number}</VehicleRef><EstimatedCalls>{calls}
    </EstimatedCalls></EstimatedVehicleJourney>"""


def call(stop, **texts):
    inner = "".join(f"<{k}>{v}</{k}>" for k, v in texts.items())
    names = f"<StopPointRef>{stop[0]}</StopPointRef><StopPointName>{stop}</StopPointName>"
    return f"<EstimatedCall>{names}{inner}</EstimatedCall>"


def delivery(*journeys):
    return f'<Siri xmlns="http://www.siri.org.uk/siri" version="2.0">{"".join(journeys)}</Siri>'


class TestSiriEt:
    first = journey(
        1,
        call("Alpha", AimedDepartureTime="2018-08-29T10:00:00+02:00")
        + call(
            "Beta",
            AimedArrivalTime="2018-08-29T10:30:30+02:00",
            ExpectedArrivalTime="2018-08-29T10:33:30+02:00",
            ArrivalPlatformName="2",
            AimedDepartureTime="2018-08-29T10:31:30+02:00",
        )
        + call("Gamma", AimedArrivalTime="2018-08-29T11:00:00+02:00"),
    )
    later = first.replace("09:33:00", "09:50:00").replace("10:33:30", "10:40:30")
    later = later.replace("<ArrivalPlatformName>2", "<ArrivalPlatformName>5")

    def read(self, tmp_path, text, stop="Beta"):
        (tmp_path / "et.xml").write_text(text)
        return siri_et.read([tmp_path], Options(ZoneInfo("Europe/Oslo"), stop))

    def test_deliveries_of_one_journey_are_told_one_after_the_other(self, tmp_path):
        reading = self.read(tmp_path, delivery(self.first, self.later))
        (made,) = reading.calls
        assert (made.number, made.origin, made.destination) == ("1", "Alpha", "Gamma")
        assert made.role is Role.INTERMEDIATE
        assert made.arrival_track == "2"
        assert [(t.at.minute, t.arrival.minute, t.arrival_track) for t in made.told] == [
            (33, 33, "2"),
            (50, 40, "5"),
        ]

    def test_the_ends_of_a_journey_are_origin_and_terminus(self, tmp_path):
        assert self.read(tmp_path, delivery(self.first), "Alpha").calls[0].role is Role.ORIGIN
        assert self.read(tmp_path, delivery(self.first), "Gamma").calls[0].role is Role.TERMINUS

    def test_a_stop_may_be_named_by_its_code(self, tmp_path):
        assert len(self.read(tmp_path, delivery(self.first), "B").calls) == 1

    def test_a_mark_that_stands_for_no_platform_is_none(self, tmp_path):
        text = self.first.replace("<ArrivalPlatformName>2", "<ArrivalPlatformName>--")
        (made,) = self.read(tmp_path, delivery(text, self.later)).calls
        assert (made.arrival_track, made.departure_track) == (None, None)
        assert [told.arrival_track for told in made.told] == [None, "5"]

    def test_a_cancelled_call_and_a_cancelled_journey(self, tmp_path):
        times = {"AimedArrivalTime": "2018-08-29T10:30:00"}
        one = journey(1, call("Alpha") + call("Beta", Cancellation="true", **times))
        other = journey(
            2, call("Alpha") + call("Beta", **times), extra="<Cancellation>1</Cancellation>"
        )
        reading = self.read(tmp_path, delivery(one, other))
        assert [c.told[0].cancelled for c in reading.calls] == [True, True]
        assert reading.calls[0].planned_arrival == utc(2018, 8, 29, 8, 30)

    def test_no_report_is_an_unknown_delay_never_on_time(self, tmp_path):
        times = {"AimedArrivalTime": "2018-08-29T10:30:00+02:00", "ArrivalStatus": "noReport"}
        reading = self.read(tmp_path, delivery(journey(1, call("Alpha") + call("Beta", **times))))
        assert reading.calls[0].told[0].delay_known is False

    def test_bad_records_are_counted_and_the_rest_goes_on(self, tmp_path):
        odd = journey(3, call("Alpha") + call("Beta", AimedArrivalTime="half past ten"))
        nameless = self.first.replace("DatedVehicleJourneyRef", "Unheard")
        backwards = journey(
            4,
            call("Alpha")
            + call(
                "Beta",
                AimedArrivalTime="2018-08-29T10:30:00+02:00",
                AimedDepartureTime="2018-08-29T10:20:00+02:00",
            )
            + call("Gamma"),
        )
        empty = journey(5, call("Alpha") + call("Beta"))
        text = delivery(odd, nameless, backwards, empty, self.first)
        reading = self.read(tmp_path, text)
        assert dict(reading.rejected) == {
            "time is no ISO 8601 time": 1,
            "journey without a reference": 1,
            "planned departure before planned arrival": 1,
            "no planned time": 1,
        }
        assert len(reading.calls) == 1

    def test_an_entity_reads_no_file(self, tmp_path):
        (tmp_path / "secret").write_text("Atlantis")
        hostile = f'<!DOCTYPE S [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>'
        text = hostile + delivery(self.first.replace(">Alpha<", ">&x;<"), self.first)
        (tmp_path / "et.xml").write_text(text)
        reading = siri_et.read([tmp_path / "et.xml"], Options(ZoneInfo("Europe/Oslo"), "Beta"))
        assert len(reading.calls) == 1
        assert "Atlantis" not in repr(reading)

    def test_a_file_cut_off_gives_what_is_whole(self, tmp_path):
        text = delivery(self.first, self.later.replace("j1", "j2"))
        reading = self.read(tmp_path, text[: -len(self.later) // 2])
        assert len(reading.calls) >= 1
        assert reading.rejected

    def test_several_stops_and_none_chosen_lists_them(self, tmp_path):
        with pytest.raises(OperatorError, match=r"--stop.*Alpha \(1\)"):
            self.read(tmp_path, delivery(self.first), None)
        with pytest.raises(OperatorError, match="'Delta' is not there"):
            self.read(tmp_path, delivery(self.first), "Delta")

    @needs("norway-siri")
    def test_the_recorded_delivery(self):
        options = Options(ZoneInfo("Europe/Oslo"), "Oslo S")
        reading = siri_et.read([DATA / "norway-siri"], options)
        assert len(reading.calls) == 77
        assert dict(reading.rejected) == {}
        assert sum(c.actual_departure is not None for c in reading.calls) > 5
        options = Options(ZoneInfo("Europe/Oslo"), "Porsgrunn")
        calls = siri_et.read([DATA / "norway-siri"], options).calls
        assert sum(c.told[-1].cancelled for c in calls) == 1


def snapshot(clock, *messages, day="1 Sep 2025"):
    trains = [
        {"TrainCode": m.split("\\n")[0], "TrainDate": day, "TrainStatus": "R", "PublicMessage": m}
        for m in messages
    ]
    return json.dumps({"ts": f"2025-09-01T{clock}:02+01:00", "trains": trains})


IRISH_DAY = [
    snapshot("07:30", "A1\\nUp to Down\\nExpected Departure 08:00"),
    snapshot("07:40", "A1\\n08:00 - Up to Down (-20 mins late)\\nDeparted Up next stop Mid"),
    snapshot("07:58", "A1\\nUp to Down\\nExpected Departure 08:04"),
    snapshot("08:04", "A1\\n08:00 - Up to Down (4 mins late)\\nDeparted Up next stop Mid"),
    '{"ts": "2025-09-01T08:05:02+01:00", "error": "no answer"}',
    "no JSON",
    snapshot(
        "08:20", "A1\\n08:00 - Up to Down (6 mins late)\\nArrived Mid next stop Down", "A2\\nodd"
    ),
    snapshot("08:22", "A1\\n08:00 - Up to Down (6 mins late)\\nDeparted Mid next stop Down"),
    snapshot("08:41", "A1\\n08:00 - Up to Down(5 mins late)\\nTERMINATED Down at 08:40"),
]


class TestIrish:
    def read(self, tmp_path, stop):
        path = tmp_path / "snapshots.jsonl.xz"
        with lzma.open(path, "wt") as file:
            file.write("\n".join(IRISH_DAY) + "\n")
        return irish.read([path], Options(ZoneInfo("Europe/Dublin"), stop))

    def test_on_the_way_the_plan_is_the_recorded_time_less_the_lateness(self, tmp_path):
        (made,) = self.read(tmp_path, "Mid").calls
        assert made.role is Role.INTERMEDIATE
        assert made.planned == (utc(2025, 9, 1, 7, 14), utc(2025, 9, 1, 7, 16))
        assert made.actual_arrival == utc(2025, 9, 1, 7, 20)
        assert made.actual_departure == utc(2025, 9, 1, 7, 22)
        assert [t.arrival.minute for t in made.told] == [18, 20, 20]

    def test_a_train_told_as_departed_far_too_early_has_not_left(self, tmp_path):
        (made,) = self.read(tmp_path, "Up").calls
        assert made.role is Role.ORIGIN
        assert made.planned == (utc(2025, 9, 1, 7, 0),)
        assert made.actual_departure == utc(2025, 9, 1, 7, 4)
        assert [t.departure.minute for t in made.told] == [0, 4, 4]

    def test_the_end_is_where_it_terminated(self, tmp_path):
        (made,) = self.read(tmp_path, "Down").calls
        assert made.role is Role.TERMINUS
        assert made.planned == (utc(2025, 9, 1, 7, 35),)
        assert made.actual_arrival == utc(2025, 9, 1, 7, 40)

    def test_bad_records_are_counted(self, tmp_path):
        assert dict(self.read(tmp_path, "Mid").rejected) == {
            "snapshot without trains": 1,
            "line is no snapshot": 1,
            "message of an unknown form": 1,
        }

    @needs("ireland-2025-stream")
    def test_a_recorded_day(self):
        path = DATA / "ireland-2025-stream/snapshots_2025-09-23.jsonl.xz"
        reading = irish.read([path], Options(ZoneInfo("Europe/Dublin"), "Howth Junction"))
        assert len(reading.calls) == 274
        early = [c for c in reading.calls if c.actual_arrival and c.actual_departure]
        assert all(c.actual_arrival <= c.actual_departure for c in early)


class TestTimetable:
    def read(self, tmp_path, text, stop=None):
        path = tmp_path / "t.csv.gz"
        with gzip.open(path, "wt", encoding="utf-8") as file:
            file.write(text)
        options = Options(ZoneInfo("Asia/Shanghai"), stop, date(2021, 1, 20))
        return timetable.read([path], options)

    def test_columns_are_found_by_their_usual_names(self, tmp_path):
        text = (
            "# a note\nclass,role,train,origin,terminus,arrive,depart\n快速,过,K1,A,B,23:50,00:10\n"
        )
        (made,) = self.read(tmp_path, text).calls
        assert made.planned == (utc(2021, 1, 20, 15, 50), utc(2021, 1, 20, 16, 10))
        assert (made.category, made.origin, made.destination) == ("快速", "A", "B")

    def test_chinese_columns_and_missing_times(self, tmp_path):
        text = "车次,始发站,终到站,到点,开点,股道\nK1,A,B,-,7:05,4\nK1,A,B,08:00,----,5\n"
        one, two = self.read(tmp_path, text).calls
        assert (one.role, one.departure_track) == (Role.ORIGIN, "4")
        assert (two.role, two.key) == (Role.TERMINUS, "20210120-K1-2")

    def test_bad_lines_are_counted_with_their_place(self, tmp_path):
        text = "train,arrive,depart\nK1,soon,\n,08:00,\nK2\nK3,-,-\nK4,,09:00\n"
        reading = self.read(tmp_path, text)
        assert dict(reading.rejected) == {
            "time is no HH:MM": 1,
            "no train number": 1,
            "line is too short": 1,
            "no planned time": 1,
        }
        assert reading.examples["line is too short"].endswith(":4")
        assert [c.number for c in reading.calls] == ["K4"]

    def test_one_stop_of_many(self, tmp_path):
        text = "train,origin,terminus,station,arrive,depart\n"
        text += "G1,A,B,A,08:00,08:00\nG1,A,B,B,09:00,09:00\n"
        (made,) = self.read(tmp_path, text, "B").calls
        assert made.role is Role.TERMINUS
        (made,) = self.read(tmp_path, text, "A").calls
        assert made.role is Role.ORIGIN

    def test_what_is_no_timetable_says_so(self, tmp_path):
        assert list(self.read(tmp_path, "a,b\n1,2\n").rejected) == ["no columns of a timetable"]

    def test_a_timetable_needs_a_day(self, tmp_path):
        with pytest.raises(OperatorError, match="--date"):
            timetable.read([tmp_path], Options(ZoneInfo("Asia/Shanghai")))


def test_a_file_that_is_not_there_is_the_operators_error(tmp_path):
    with pytest.raises(OperatorError, match="no such file"):
        iris.read([tmp_path / "none"], BERLIN)


def test_a_damaged_archive_is_counted(tmp_path):
    whole = lzma.compress("\n".join(IRISH_DAY * 50).encode())
    (tmp_path / "s.jsonl.xz").write_bytes(whole[: len(whole) - 30])
    options = Options(ZoneInfo("Europe/Dublin"), "Mid")
    reading = irish.read([tmp_path], options)
    assert reading.rejected["file cannot be read to its end"] == 1
    assert len(reading.calls) == 1
