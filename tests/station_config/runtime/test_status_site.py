import json
import urllib.error
import urllib.request

import pytest
import structlog
from twisted.internet.threads import deferToThreadPool

from station_config.runtime.metrics import Figures
from station_config.runtime.status_site import serve_status
from station_config.runtime.web import Health


def get(turning, url):
    def ask():
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    return turning.result(deferToThreadPool(turning.reactor, turning.reactor.getThreadPool(), ask))


@pytest.mark.parametrize(("ok", "code"), [(True, 200), (False, 503)])
def test_health_and_metrics_side_by_side(turning, log_lines, ok, code):
    port = serve_status(
        turning.reactor,
        host="127.0.0.1",
        port=0,
        health=lambda: Health(ok=ok, details={"reasons": [] if ok else ["no line"]}),
        figures=Figures("line"),
        log=structlog.get_logger(),
    )
    url = log_lines[-1]["url"]
    found, said = get(turning, url)
    assert found == code
    assert json.loads(said) == {"ok": ok, "reasons": [] if ok else ["no line"]}
    assert get(turning, url.replace("health", "metrics"))[0] == 200
    assert get(turning, url.replace("health", "else"))[0] == 404
    turning.result(port.stopListening())
