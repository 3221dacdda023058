import urllib.request

import pytest
import structlog
from twisted.internet.defer import Deferred, fail
from twisted.internet.threads import deferToThreadPool
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from protocol.errors import DeviceError
from station_config.runtime.metrics import FAILED, Figures
from station_config.runtime.web import listen


def told(figures):
    """Return every sample but the process's own, by name and labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in figures.registry.collect()
        for sample in family.samples
        if sample.name.startswith("station_")
    }


@pytest.fixture
def figures():
    return Figures("hub", "hub-a")


def test_a_figure_is_read_when_it_is_asked_for(figures):
    depth = [3]
    figures.gauge("station_depth", "how deep", lambda: depth[0])
    figures.counter("station_steps_total", "steps", lambda: depth[0] * 2)
    assert told(figures)["station_depth",] == 3
    depth[0] = 4
    assert told(figures)["station_depth",] == 4
    assert told(figures)["station_steps_total",] == 8
    assert told(figures)["station_process", "hub", "hub-a"] == 1


def test_what_is_not_known_is_left_out(figures):
    figures.gauge("station_age", "how old", lambda: None)
    figures.gauge("station_line", "lines", lambda: {("a",): 1.5, ("b",): None}, labels=("line",))
    found = told(figures)
    assert ("station_age",) not in found
    assert [key for key in found if key[0] == "station_line"] == [("station_line", "a")]


def test_one_that_cannot_be_read_leaves_the_others(figures):
    figures.gauge("station_bad", "bad", lambda: 1 / 0)
    figures.gauge("station_good", "good", lambda: 1)
    assert told(figures)["station_good",] == 1
    assert told(figures)[FAILED,] == 2


def test_processes_share_nothing(figures):
    other = Figures("clock")
    figures.histogram("station_took_seconds", "took").observe(0.3)
    other.histogram("station_took_seconds", "took")
    assert told(figures)["station_took_seconds_count",] == 1
    assert told(other)["station_took_seconds_count",] == 0


def test_the_page_is_what_prometheus_reads(figures, turning):
    figures.gauge("station_mode", "mode", lambda: {("站",): 1}, labels=("mode",))
    root = Resource()
    root.putChild(b"metrics", figures.page())
    port = listen(turning.reactor, root, host="127.0.0.1", port=0, log=structlog.get_logger())
    url = f"http://127.0.0.1:{port.getHost().port}/metrics"

    def get():
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.headers["Content-Type"], answer.read().decode()

    pool = turning.reactor.getThreadPool()
    kind, text = turning.result(deferToThreadPool(turning.reactor, pool, get))
    turning.result(port.stopListening())
    assert kind.startswith("text/plain")
    assert 'station_mode{mode="站"} 1.0' in text
    assert "process_resident_memory_bytes" in text


class Asked:
    """A request, as far as the page knows it."""

    def __init__(self):
        self.written, self.finished, self.gone = b"", False, Deferred()

    def setHeader(self, *_):  # noqa: N802 - Twisted's name
        pass

    def notifyFinish(self):  # noqa: N802 - Twisted's name
        return self.gone

    def write(self, data):
        self.written += data

    def finish(self):
        self.finished = True


def test_what_another_thread_has_is_waited_for(figures):
    depth, counted = [0], Deferred()
    figures.gauge("station_depth", "how deep", lambda: depth[0])
    request = Asked()
    assert figures.page(lambda: counted).render_GET(request) == NOT_DONE_YET
    assert not request.finished
    depth[0] = 9
    counted.callback(None)
    assert request.finished
    assert b"station_depth 9.0" in request.written


def test_that_it_fails_does_no_harm(figures):
    request = Asked()
    figures.page(lambda: fail(DeviceError("no database"))).render_GET(request)
    assert b"station_process" in request.written


def test_who_has_gone_is_not_answered(figures):
    request, counted = Asked(), Deferred()
    figures.page(lambda: counted).render_GET(request)
    request.gone.errback(ConnectionError())
    counted.callback(None)
    assert not request.finished
