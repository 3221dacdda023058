"""Ends and drawings in a station's own directory."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from station_config.diagram import Numbers, Side
from station_config.load import load_station
from station_config.mistakes import ConfigErrors

STATIONS = Path(__file__).parents[2] / "station_config" / "stations"
SMALL = STATIONS / "muehlau_am_see"


@pytest.fixture
def spoiled(tmp_path):
    """Return the mistakes of the small station with one text of its file replaced."""

    def spoil(old, new):
        directory = tmp_path / "station"
        shutil.copytree(SMALL, directory)
        text = (directory / "station.xml").read_text(encoding="utf-8")
        assert old in text
        (directory / "station.xml").write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(ConfigErrors) as caught:
            load_station(directory)
        return [m.message for m in caught.value.mistakes]

    return spoil


def test_the_reference_station_has_both_ends():
    ends = load_station(STATIONS / "hohhot_east").ends
    assert [(end.side, end.numbers) for end in ends] == [
        (Side.LEFT, Numbers.ODD),
        (Side.RIGHT, Numbers.EVEN),
    ]


def test_the_small_one_tells_them_by_places():
    assert "ROSTOCK" in load_station(SMALL).ends[0].places


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('side="right"', 'side="left"', "an end at the side 'left' stands in line"),
        ("BERLIN LEIPZIG", "BERLIM LEIPZIG", "the places file has no code BERLIM"),
        ('<name lang="en">Inland</name>', "", "<end> has no name in en"),
        ('side="left"', 'side="north"', "side: 'north' is not known"),
        ("    </layout>", '<diagram file="own.svg"/></layout>', "there is no file 'own.svg'"),
        ('closed="right"', 'closed="both"', "closed: 'both' is not known"),
        ('kind="main" l', 'kind="main" closed="left" l', "a main track is passed at speed and"),
        (
            '<end side="left"',
            '<end side="right"',
            "the station's only end is 'right', where the tr",
        ),
    ],
)
def test_a_mistake_is_told(spoiled, old, new, said):
    assert any(said in message for message in spoiled(old, new))


def test_a_bay_track_says_where_it_is_closed():
    layout = load_station(SMALL).layouts[0]
    assert {t.id: t.closed for t in layout.tracks if t.closed} == {"1a": Side.RIGHT}


def test_a_drawing_is_loaded_with_its_layout_and_checked(tmp_path):
    directory = tmp_path / "station"
    shutil.copytree(SMALL, directory)
    text = (directory / "station.xml").read_text(encoding="utf-8")
    text = text.replace("    </layout>", '<diagram file="own.svg"/></layout>', 1)
    (directory / "station.xml").write_text(text, encoding="utf-8")
    tracks = "".join(
        f'<line id="track-{t}" x1="1" y1="{y}" x2="9" y2="{y}"/>'
        for y, t in enumerate(("1", "1a", "2", "3", "4"))
    )
    platforms = "".join(
        f'<rect id="platform-{p}" width="1" height="1"/>' for p in ("1", "1a", "2", "3")
    )
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">'
    (directory / "own.svg").write_text(f"{head}{tracks}{platforms}</svg>")
    assert load_station(directory).layouts[0].drawing.file == "own.svg"
    (directory / "own.svg").write_text(f"{head}{tracks}</svg>")
    with pytest.raises(ConfigErrors, match="platform-1, platform-1a, platform-2, platform-3"):
        load_station(directory)
