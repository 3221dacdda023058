"""Stations of other kinds than those shipped, as directories that the program loads."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import station_config
from station_config.load import load_station

STATIONS = Path(station_config.__file__).with_name("stations")
LONG = {"de": "Güterbahnhof Neustadt an der Weinstraße", "en": "Freight and Passenger Yard of"}


def yard(name, names=None):
    said = names or {"de": f"Hof {name}", "en": f"Yard {name}"}
    return f'<yard id="{name}">{_names(said)}</yard>'


def platform(name, where="y", metres=400):
    return f'<platform id="{name}" label="{name}" yard="{where}" length-m="{metres}"/>'


def track(name, at=None, where="y", metres=600, *, main=False, closed=""):
    kind = "main" if main else "receiving-departure"
    said = f'<track id="{name}" label="{name}" yard="{where}" kind="{kind}" length-m="{metres}"'
    said += f' platform="{at}"' if at else ""
    return said + (f' closed="{closed}"/>' if closed else "/>")


def _names(names):
    return "".join(f'<name lang="{tag}">{text}</name>' for tag, text in names.items())


def two_tracks():
    return [yard("y")], [platform("1")], [track("1", "1"), track("2", main=True)]


def two_yards():
    parts = [(f"{y}{n}", y) for y in "ab" for n in (1, 2, 3)]
    platforms = [platform(f"{name}p", where) for name, where in parts]
    return (
        [yard("a"), yard("b")],
        platforms,
        [track(name, f"{name}p", where) for name, where in parts],
    )


def mixed():
    """High speed beside a conventional yard; lengths that differ by far."""
    fast = [track(f"G{n}", f"p{(n + 1) // 2}", "fast", 650) for n in range(1, 7)]
    slow = [track(f"{n}", "9", "slow", 1050) for n in (7, 8)]
    through = [track("XI", None, "slow", 1400, main=True), track("XII", "12", "slow", 90)]
    platforms = [platform(f"p{n}", "fast", 450) for n in (1, 2, 3)]
    more = [platform("9", "slow", 500), platform("12", "slow", 60)]
    return [yard("fast"), yard("slow")], platforms + more, fast + slow + through


def thirty_six():
    tracks, platforms = [], []
    for n in range(1, 37):
        where = "abc"[(n - 1) // 12]
        if n % 12 in (6, 7):
            tracks.append(track(str(n), None, where, main=True))
            continue
        island = str((n + 1) // 2)
        if not any(f'id="{island}"' in each for each in platforms):
            platforms.append(platform(island, where, 450))
        tracks.append(track(str(n), island, where))
    return [yard(name) for name in "abc"], platforms, tracks


def without_platforms():
    """Sidings: only the first track is for passengers."""
    tracks = [track(f"S{n}", None, main=n == 3) for n in range(2, 9)]
    return [yard("y")], [platform("1")], [track("1", "1"), *tracks]


def island():
    return (
        [yard("y")],
        [platform("1"), platform("2")],
        [track("1", "1"), track("2", "2"), track("3", "2"), track("4", main=True)],
    )


def long_names():
    wide = "Hauptbahnsteig Nord1"
    return (
        [yard("y", LONG)],
        [platform("p", metres=600)],
        [track("Abstellgleis.Nord.20", "p"), track("2", main=True)],
        wide,
    )


def terminus():
    tracks = [track(str(n), f"{(n + 1) // 2}", closed="right") for n in range(1, 9)]
    return [yard("y")], [platform(str(n)) for n in range(1, 5)], tracks


def bays():
    """Bays at both ends, one of them on an island that has a through track, too."""
    tracks = [
        track("1a", "1a", metres=150, closed="right"),
        track("1b", "1b", metres=150, closed="left"),
        track("1", "2"),
        track("2", main=True),
        track("3", "3"),
        track("3a", "3", metres=200, closed="left"),
    ]
    return [yard("y")], [platform(p, metres=120) for p in ("1a", "1b", "2", "3")], tracks


ODD = {
    made.__name__: made
    for made in (
        *(two_tracks, two_yards, mixed, thirty_six, without_platforms),
        *(island, long_names, terminus, bays),
    )
}


def write(directory, name):
    """Write an odd station into a new directory."""
    yards, platforms, tracks, *label = ODD[name]()
    shutil.copytree(STATIONS / "muehlau_am_see", directory)
    text = (directory / "station.xml").read_text(encoding="utf-8")
    layout = "".join(yards + platforms + tracks)
    if label:
        layout = layout.replace('id="p" label="p"', f'id="p" label="{label[0]}"')
        text = re.sub(r"(?s)<ends>.*?</ends>", lambda m: _long_ends(m[0]), text)
    text = _put(text, "layouts", f'<layout valid-from="2000-01-01">{layout}</layout>')
    text = _put(text, "boards", _board("departures") + _board("arrivals"))
    text = text.replace('<announcements file="announcements.xml"/>', "")
    (directory / "station.xml").write_text(text, encoding="utf-8")
    ids = [re.search(r'id="([^"]+)"', each)[1] for each in tracks if "platform=" in each]
    rows = [_row(n, ids) for n in range(3 * len(ids))]
    head = (
        "arrival_number,departure_number,category,role,origin,destination,arrival,departure,track"
    )
    (directory / "timetable.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return directory


def odd(directory, name):
    """Return an odd station, loaded."""
    return load_station(write(directory / name, name))


def _put(text, tag, inner):
    return re.sub(rf"(?s)<{tag}>.*?</{tag}>", lambda _: f"<{tag}>{inner}</{tag}>", text)


def _long_ends(text):
    return re.sub(
        r'<name lang="(..)">[^<]*<', r'<name lang="\1">Nach Friedrichshafen am See<', text
    )


def _board(kind):
    title = _names({"de": kind, "en": kind})
    return f'<board id="{kind}" kind="{kind}" rows="8" columns="train status">{title}</board>'


def _row(n, ids):
    minute = 6 * 60 + n * 180 // (3 * len(ids))
    at, until = (f"{m // 60:02}:{m % 60:02}" for m in (minute, minute + 9))
    return f"RB {n},RB {n},RB,INTERMEDIATE,Birkental,Birkental,{at},{until},{ids[n % len(ids)]}"
