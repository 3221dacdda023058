"""The machine's own clock, and what the kernel says of it."""

from __future__ import annotations

import ctypes

from twisted.internet.task import Clock

from hub.clock.readings import Trust
from hub.clock.system_source import EVERY_S, NOBODY, SystemSource
from hub.clock.timex import Kernel, _Timex, kernel_of, read_kernel


def source(kernel):
    reactor, readings = Clock(), []
    made = SystemSource(
        reactor,
        "machine",
        seconds=reactor.seconds,
        wall=lambda: 1e9 + reactor.seconds(),
        take=readings.append,
        kernel=lambda: kernel,
    )
    return reactor, readings, made


def test_a_clock_that_is_corrected_is_as_good_as_the_kernel_says():
    kernel = Kernel(synchronised=True, most_s=0.02, estimated_s=0.001, leap=1, ppm=3.0)
    reactor, readings, made = source(kernel)
    made.start()
    reactor.advance(EVERY_S)
    assert [each.utc for each in readings] == [1e9, 1e9 + EVERY_S]
    assert (readings[0].trust, readings[0].distance_s, readings[0].leap) == (Trust.SYNCED, 0.02, 1)
    assert made.why == ""
    made.stop()
    made.stop()
    assert reactor.getDelayedCalls() == []


def test_one_that_nobody_corrects_is_unvouched():
    for kernel in (None, Kernel(False, 16.0, 16.0, 0, 0.0)):
        _, readings, made = source(kernel)
        made.start()
        assert readings[0].trust is Trust.UNVOUCHED
        assert made.why == NOBODY
        made.stop()


def test_the_kernels_answer_in_words():
    told = _Timex(status=0x10, maxerror=1500, esterror=20, freq=-65536 * 7)
    assert kernel_of(told, 1) == Kernel(True, 0.0015, 0.00002, 1, -7.0)
    assert not kernel_of(_Timex(status=0x40), 0).synchronised
    assert not kernel_of(_Timex(), 5).synchronised
    assert kernel_of(_Timex(status=0x20), 0).leap == -1
    assert ctypes.sizeof(_Timex) in {128, 208}


def test_this_machine_answers():
    kernel = read_kernel()
    assert kernel is None or kernel.most_s >= 0
