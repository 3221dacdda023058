"""The load of `station bench console` reads the stream as it is."""

from __future__ import annotations

import socket
import threading
from contextlib import closing

import pytest

from protocol.errors import DeviceError
from simulators.bench.console_crowd import Listeners, taken

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 1000\n\n"
GREETING = b'id: b.1\nevent: snapshot\ndata: {}\n\nevent: beat\ndata: {"now":1}\n\n'


@pytest.fixture
def server():
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield listening


def joined(server, count):
    """Return listeners and the server's ends of their connections, which have sent requests."""
    crowd = Listeners(server.getsockname()[1], [f"session={n}" for n in range(count)])
    ends = [server.accept()[0] for _ in range(count)]
    for end in ends:
        assert end.recv(4096).startswith(b"GET /api/v1/live HTTP/1.0\r\nCookie: session=")
    return crowd, ends


def test_an_event_is_taken_when_it_is_whole():
    unread = bytearray(b"event: a\ndata: 1\n\nevent: b\ndata: 2")
    assert taken(unread) == [b"event: a\ndata: 1"]
    assert taken(unread) == []
    unread += b"\n\n"
    assert taken(unread) == [b"event: b\ndata: 2"]
    assert not unread


def test_a_wanted_patch_counts_once_for_each_and_other_events_do_not(server):
    crowd, ends = joined(server, 2)
    with closing(crowd):
        for end in ends:
            end.sendall(HEAD + GREETING)
        everybody = crowd.all.values()
        crowd.turn(lambda: all(e.greeted for e in everybody), timeout_s=10, what="a greeting")
        crowd.want(b"wanted-17")
        ends[0].sendall(b"event: standing\ndata: wanted-17\n\n")
        patch = b"id: b.2\nevent: patch\ndata: wanted-17\n\n"
        ends[0].sendall(patch + patch)
        crowd.turn(lambda: crowd.receipts, timeout_s=10, what="the first")
        assert not crowd.complete
        ends[1].sendall(patch[:20])
        threading.Timer(0.05, ends[1].sendall, [patch[20:]]).start()
        crowd.turn(lambda: crowd.complete, timeout_s=10, what="the second")
        assert len(crowd.receipts) == 2
        assert crowd.receipts == sorted(crowd.receipts)
    for end in ends:
        end.close()


@pytest.mark.parametrize("said", [b"HTTP/1.1 401 Unauthorized\r\n\r\n{}\n\n", b""])
def test_a_refusal_is_an_error_not_a_silence(server, said):
    crowd, (end,) = joined(server, 1)
    with closing(crowd):
        end.sendall(said)
        end.close()
        with pytest.raises(DeviceError, match=r"refuses|ended"):
            crowd.turn(lambda: False, timeout_s=10, what="nothing")
