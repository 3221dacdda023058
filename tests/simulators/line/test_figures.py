from types import SimpleNamespace

from simulators.line.figures import line_figures


def test_every_counter_of_the_line_is_a_figure():
    line = SimpleNamespace(report=lambda: {"from_satellite": 120, "dropped": 3})
    found = {
        sample.labels.get("what"): sample.value
        for family in line_figures(line).registry.collect()
        for sample in family.samples
        if sample.name == "station_line_counted_total"
    }
    assert found == {"from_satellite": 120, "dropped": 3}
