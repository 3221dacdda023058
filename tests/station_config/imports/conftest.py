"""Small tables written in the tests."""

from __future__ import annotations

import pytest

from station_config.imports.records import Source
from station_config.imports.report import Report


@pytest.fixture
def report():
    return Report()


@pytest.fixture
def source():
    def make(text, name="table.csv"):
        content = text.encode() if isinstance(text, str) else text
        return Source(name, lambda: iter(content.splitlines(keepends=True)))

    return make


@pytest.fixture
def told(report):
    """What the report holds, as (reason or note, place)."""

    def of():
        return sorted(
            (str(said.name), entry.where)
            for said, entries in report.entries.items()
            for entry in entries
        )

    return of


FEED = {
    "agency.txt": """\
agency_id,agency_name,agency_url,agency_timezone
seebahn,Seebahn,https://seebahn.example,Europe/Berlin
""",
    "stops.txt": """\
stop_id,stop_code,stop_name,location_type,parent_station,platform_code,stop_timezone
S:dorf,DF,Dorf,1,,,
dorf:1,,Dorf Gleis 1,0,S:dorf,1,
dorf:2a,,Dorf Gleis 2a,,S:dorf,2a,
dorf:bus,,Dorf Vorplatz,0,S:dorf,,
dorf:door,,Dorf Eingang,2,S:dorf,,
S:stadt,ST,Stadt,1,,,
stadt:1,,Stadt Gl. 1,0,S:stadt,1,
berg,BG,Berg,0,,,
see-a,,See,0,,,
see-b,,See,0,,,
S:empty,,Leer,1,,,
""",
    "routes.txt": """\
route_id,agency_id,route_short_name,route_long_name,route_type
r1,seebahn,RE 1,Berg - Stadt,2
r2,seebahn,,Berg - Stadt,2
""",
    "trips.txt": """\
route_id,service_id,trip_id,trip_headsign,trip_short_name,block_id
r1,weekday,t1,Stadt,RE 4301,b7
r1,daily,t2,Berg,,
""",
    "stop_times.txt": """\
trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type
t1,08:00:00,08:00:00,berg,10,0,0
t1,8:30:00,8:33:00,dorf:2a,20,0,0
t1,09:00:00,09:00:00,stadt:1,30,0,0
t2,09:00:00,09:05:00,dorf:1,1,,
t2,10:00:00,10:00:00,berg,2,,
""",
    "calendar.txt": """\
service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
weekday,1,1,1,1,1,0,0,20251214,20261212
daily,1,1,1,1,1,1,1,20251214,20261212
""",
    "calendar_dates.txt": """\
service_id,date,exception_type
weekday,20251224,2
weekday,20251227,1
""",
}
"""A feed as railways publish them: two trains, one through Dorf, one from it."""


class Feed:
    """The feed of tests: tables are changed by their text."""

    def __init__(self, source):
        self._source = source
        self.tables = dict(FEED)

    def add(self, table, *lines):
        self.tables[table] = self.tables.get(table, "") + "".join(f"{line}\n" for line in lines)

    def spoil(self, table, old, new):
        assert self.tables[table].count(old) == 1, f"{old!r} in {table}"
        self.tables[table] = self.tables[table].replace(old, new)

    def line_of(self, table, marker):
        text = self.tables[table]
        return f"{table}:{text[: text.index(marker)].count(chr(10)) + 1}"

    @property
    def sources(self):
        return {name: self._source(text, name) for name, text in self.tables.items()}


@pytest.fixture
def feed(source):
    return Feed(source)
