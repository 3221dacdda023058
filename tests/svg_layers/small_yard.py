"""Layouts of any kind, and a small station with a few trains."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from protocol.runs import CallTime, Named, Punctuality, Role, Run, Timeline
from station_config.diagram import End, Numbers, Side
from station_config.model import Layout, Platform, Track, TrackKind, Yard
from svg_layers.geometry import Box
from svg_layers.sight import Sight

DAY = date(2021, 1, 20)
MIN = timedelta(minutes=1)
ENDS = (
    End(Side.LEFT, {"zh": "西", "en": "West"}, Numbers.ODD),
    End(Side.RIGHT, {"zh": "东", "en": "East"}, Numbers.EVEN, ("EAST",)),
)


def at(clock):
    hours, minutes = clock.split(":")
    return datetime(2021, 1, 20, int(hours), int(minutes), tzinfo=UTC)


def text(longest):
    """What a configuration may hold: no control characters, for they are not XML."""
    return st.text(
        st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp", "Co")),
        min_size=1,
        max_size=longest,
    ).filter(lambda said: said.strip() == said and not said.isspace())


@st.composite
def layouts(draw, most=14):
    """Any layout that the configuration allows, of one to three yards."""
    yards = draw(st.integers(1, 3))
    named = tuple(Yard(f"y{n}", {"zh": draw(text(6)), "en": f"Yard {n}"}) for n in range(yards))
    platforms, tracks = [], []
    for n in range(yards):
        for _ in range(draw(st.integers(0, 6))):
            label = f"P{len(platforms)}"
            metres = draw(st.integers(1, 9999))
            platforms.append(Platform(f"p{len(platforms)}", label, f"y{n}", metres))
        own = [None, *(p.id for p in platforms if p.yard == f"y{n}")]
        for _ in range(draw(st.integers(0 if n else 1, most))):
            name = draw(text(4)).replace(" ", "_").replace("\u00a0", "_")
            kind = draw(st.sampled_from(TrackKind))
            platform = draw(st.sampled_from(own))
            metres = draw(st.integers(1, 9999))
            open_only = kind is TrackKind.MAIN
            closed = None if open_only else draw(st.sampled_from((None, None, *Side)))
            track = Track(f"{len(tracks)}{name}", name, f"y{n}", kind, platform, metres, closed)
            tracks.append(track)
    return Layout(DAY, named, tuple(platforms), tuple(tracks), (), ())


LAYOUT = Layout(
    DAY,
    (Yard("north", {"zh": "北场", "en": "North"}), Yard("south", {"zh": "南场", "en": "South"})),
    (
        Platform("p1", "1", "north", 500),
        Platform("p2", "2", "north", 500),
        Platform("p3", "3", "south", 400),
    ),
    (
        Track("t1", "1", "north", TrackKind.RECEIVING_DEPARTURE, "p1", 650),
        Track("t2", "II", "north", TrackKind.MAIN, None, 800),
        Track("t3", "3", "north", TrackKind.RECEIVING_DEPARTURE, "p2", 650),
        Track("t4", "4", "north", TrackKind.RECEIVING_DEPARTURE, "p2", 650),
        Track("t5", "5", "south", TrackKind.MAIN, "p3", 500),
    ),
    (),
    (),
)


SIGHT = Sight(LAYOUT, ENDS, timedelta(minutes=30), at("12:00"))


def call(said):
    return said if isinstance(said, CallTime) else CallTime(planned=at(said))


def make_run(number="K1", role=Role.INTERMEDIATE, arrival="10:00", departure="10:20", **fields):
    """A run on track 3 at platform 2, on time, with the timeline of its times."""
    arrives = None if role is Role.ORIGIN else call(arrival)
    departs = None if role is Role.TERMINUS else call(departure)
    came, left = (each and each.expected for each in (arrives, departs))
    timeline = Timeline(
        shown_at=at("07:00"),
        gate_shown_at=left and left - 20 * MIN,
        check_in_opens_at=left and left - 15 * MIN,
        check_in_closes_at=left and left - 5 * MIN,
        approaches_at=came and came - 5 * MIN,
        arrives_at=came,
        departs_at=left,
        arrival_shown_until=came and came + 10 * MIN,
        departure_shown_until=left and left + MIN,
    )
    values = {
        "run_id": f"2021-01-20.{number.lower()}",
        "service_date": DAY,
        "arrival_number": number if came else None,
        "departure_number": number if left else None,
        "category": number[0],
        "role": role,
        "origin": Named("WEST", {"zh": "西站", "en": "West"}),
        "destination": Named("FAR", {"zh": "远站", "en": "Far"}),
        "arrival": arrives,
        "departure": departs,
        "punctuality": Punctuality.ON_TIME,
        "track": "3",
        "platform": "2",
        "timeline": timeline,
    }
    return Run(**(values | fields))


def trains_of(plan):
    """The room that a train has on each track, its full length."""
    geometry = plan.geometry
    half = geometry.train / 2
    return {
        name: Box(on.x1, on.y1 - half, on.length, geometry.train)
        for name, on in geometry.tracks.items()
    }
