"""The bench of announcements: a small hour, measured and drawn."""

from datetime import timedelta

from lxml import etree

from simulators.bench.broadcast import Measured


def test_a_busy_hour_is_measured_and_drawn():
    measured = Measured(120, timedelta(minutes=5), timedelta(minutes=10))
    measured.play()
    figures = {each.figure: each.value for each in measured.figures()}
    assert figures["spoken to the end"] > 5
    assert figures["a step of the scheduler"] > 0
    assert etree.fromstring(measured.chart().encode()).tag.endswith("svg")
