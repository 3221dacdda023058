"""Ports that can be listened on, one after another."""

import socket
from contextlib import ExitStack

from simulators.free_ports import UNGIVEN, free_ports

COUNT = 5


def test_all_of_them_can_be_listened_on():
    first = free_ports(COUNT)
    assert {first, first + COUNT - 1} <= set(UNGIVEN)
    with ExitStack() as stack:
        for port in range(first, first + COUNT):
            stack.enter_context(socket.socket()).bind(("127.0.0.1", port))


def test_one_that_is_taken_is_passed_over():
    first = free_ports(2 * COUNT)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first))
        found = {free_ports(COUNT, range(first, first + 2 * COUNT)) for _ in range(100)}
    assert found == set(range(first + 1, first + COUNT + 1))
