"""The network between two hosts, at work: a thread that carries packets through the weather.

Law: it carries what the two devices give it, and nothing else. The weather may be changed from any
thread at any time.
"""

from __future__ import annotations

import os
import select
import threading
import time
from typing import TYPE_CHECKING, Self

from simulators.network.namespaces import Host, close_host, make_host
from simulators.network.weather import FINE, Passage, Weather

if TYPE_CHECKING:
    from random import Random

_LONGEST_PACKET = 65536
_IDLE_S = 0.2


class BadNetwork:
    """Two hosts and what is between them; a context manager.

    Args:
        name: of the pair, at most eight letters; unique on this machine.
        random: decides which packets are lost.
        subnet: first three octets of the addresses.
    """

    def __init__(self, name: str, random: Random, subnet: str = "10.203.77") -> None:
        self.near: Host = make_host(f"{name}-a", f"{subnet}.1")
        try:
            self.far: Host = make_host(f"{name}-b", f"{subnet}.2")
        except BaseException:
            close_host(self.near)
            raise
        self._weather = FINE
        self._passages = {
            self.near.device: (Passage(random), self.far.device),
            self.far.device: (Passage(random), self.near.device),
        }
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._carry, name=f"network-{name}", daemon=True)
        self._thread.start()

    @property
    def weather(self) -> Weather:
        """What holds now; set it to change it."""
        return self._weather

    @weather.setter
    def weather(self, weather: Weather) -> None:
        self._weather = weather

    @property
    def lost(self) -> int:
        """Packets that did not arrive."""
        return sum(passage.lost for passage, _ in self._passages.values())

    @property
    def carried(self) -> int:
        """Packets that did."""
        return sum(passage.carried for passage, _ in self._passages.values())

    def close(self) -> None:
        """End the network and both hosts."""
        self._ended.set()
        self._thread.join()
        close_host(self.near)
        close_host(self.far)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _carry(self) -> None:
        while not self._ended.is_set():
            readable, _, _ = select.select(list(self._passages), [], [], self._patience())
            for device in readable:
                self._take(device)
            now = time.monotonic()
            for passage, onward in self._passages.values():
                for packet in passage.leave(now):
                    _put(onward, packet)

    def _patience(self) -> float:
        dues = [p.next_due for p, _ in self._passages.values() if p.next_due is not None]
        return min([_IDLE_S, *(max(0.0, due - time.monotonic()) for due in dues)])

    def _take(self, device: int) -> None:
        passage, _ = self._passages[device]
        try:
            packet = os.read(device, _LONGEST_PACKET)
        except OSError:  # the device is down, or nothing was there after all
            return
        passage.enter(packet, time.monotonic(), self._weather)


def _put(device: int, packet: bytes) -> None:
    try:
        os.write(device, packet)
    except OSError:  # a device that is down takes nothing: a lost packet
        return
