"""The reactor's type, for those who take it as an argument.

Law: a type and nothing else; `station_config.runtime.process` alone imports the real one.
"""

from __future__ import annotations

from twisted.internet.interfaces import (
    IReactorCore,
    IReactorFDSet,
    IReactorProcess,
    IReactorTCP,
    IReactorThreads,
    IReactorTime,
    IReactorUDP,
)


class Reactor(
    IReactorCore,
    IReactorTime,
    IReactorFDSet,
    IReactorThreads,
    IReactorProcess,
    IReactorTCP,
    IReactorUDP,
):
    """What a POSIX reactor offers, in one interface."""
