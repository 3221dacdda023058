from __future__ import annotations

import re
from pathlib import Path

import pytest

from station_config.load import load_station
from subsystems.display.pages import board_page
from subsystems.display.sheet import make_sheet
from subsystems.display.words import load_words

STATIONS = Path(__file__).parents[3] / "station_config" / "stations"


@pytest.mark.parametrize(
    ("name", "language"), [("hohhot_east", "zh"), ("muehlau_am_see", "de")], ids=str
)
def test_a_board_is_in_its_first_language_before_any_script_runs(name, language):
    station = load_station(STATIONS / name)
    board = station.boards[0]
    words = load_words(board.languages)
    sheet = make_sheet(station, board, words, station.timetable.service_date)
    page = board_page(sheet, "c0de").decode()
    assert re.findall(r'<html lang="(\w+)" data-code="c0de"', page) == [language]
    assert f"<title>{board.names[language]}" in page
