from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from lxml import etree
from small_yard import ENDS, layouts

from station_config.diagram import Side, needed_elements
from station_config.drawing import read_drawing
from station_config.model import TrackKind
from svg_layers.base import digest, draw_base
from svg_layers.plan import make_plan

SAFE = etree.XMLParser(resolve_entities=False, no_network=True)


def tree(svg):
    return etree.fromstring(svg, SAFE)


@settings(max_examples=40, deadline=None)
@given(layout=layouts())
def test_every_track_and_platform_has_its_element_exactly_once(layout):
    root = tree(draw_base(layout, ENDS, "zh"))
    ids = Counter(e.get("id") for e in root.iter() if e.get("id"))
    assert set(ids.values()) == {1}
    assert set(needed_elements(layout)) <= set(ids)
    assert {f"yard-{yard.id}" for yard in layout.yards} <= set(ids)


@settings(max_examples=20, deadline=None)
@given(layout=layouts())
def test_equal_layouts_are_equal_bytes(layout):
    first = draw_base(layout, ENDS, "en")
    assert first == draw_base(layout, ENDS, "en")
    assert re.fullmatch("[0-9a-f]{64}", digest(first))


@settings(max_examples=20, deadline=None)
@given(layout=layouts())
def test_what_is_generated_would_pass_as_a_drawing_by_hand(layout, tmp_path_factory):
    path = tmp_path_factory.mktemp("drawn") / "drawn.svg"
    path.write_bytes(draw_base(layout, ENDS, "zh"))
    tracks, platforms = [t.id for t in layout.tracks], [p.id for p in layout.platforms]
    drawing, mistakes = read_drawing(path, tracks, platforms)
    assert mistakes == []
    assert drawing.file == "drawn.svg"


@settings(max_examples=20, deadline=None)
@given(layout=layouts())
def test_a_closed_track_has_a_buffer_stop_at_its_end_and_others_have_none(layout):
    root = tree(draw_base(layout, ENDS, "zh"))
    found = {e.get("id"): e.get("d") for e in root.iter() if e.get("class") == "td-buffer"}
    assert set(found) == {f"buffer-{track.id}" for track in layout.tracks if track.closed}
    for track in (track for track in layout.tracks if track.closed):
        line = next(e for e in root.iter() if e.get("id") == f"track-{track.id}")
        x = line.get("x1" if track.closed is Side.LEFT else "x2")
        assert f"H{x}V" in found[f"buffer-{track.id}"]


def test_a_terminus_has_nothing_beyond_its_buffer_stops(layout):
    tracks = tuple(
        replace(track, closed=Side.RIGHT, kind=TrackKind.RECEIVING_DEPARTURE)
        for track in layout.tracks
    )
    terminus = replace(layout, tracks=tracks)
    svg = draw_base(terminus, ENDS, "en").decode()
    assert ("← West" in svg, "East →" in svg) == (True, False)
    geometry = make_plan(terminus).geometry
    north = {geometry.tracks[t.id].x2 for t in tracks if t.yard == "north"}
    assert len(north) == 1, "buffer stops stand in one line"
    assert {side for side, _ in geometry.waits} == {"left", "unsure"}


def test_labels_are_in_the_language_that_was_asked_for(layout):
    chinese, english = (
        draw_base(layout, ENDS, "zh").decode(),
        draw_base(layout, ENDS, "en").decode(),
    )
    assert {">II道<", ">2站台<", ">北场<", ">← 西<", ">东 →<"} <= set(
        re.findall(">[^<>\n]+<", chinese)
    )
    assert {">II<", ">Platform 2<", ">North<", ">← West<"} <= set(re.findall(">[^<>\n]+<", english))


def test_a_language_without_words_reads_english_and_the_first_name(layout):
    found = draw_base(layout, ENDS, "fr").decode()
    assert ">Platform 1<" in found
    assert ">北场<" in found


def test_nothing_in_it_runs_or_styles_itself(layout):
    svg = draw_base(layout, ENDS, "zh").decode()
    assert not re.search(r"<script|<style|style=|href|\son\w+=", svg)
