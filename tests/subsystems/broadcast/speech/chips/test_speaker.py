"""Drivers and simulated chips over real pseudo-terminals."""

from __future__ import annotations

import pytest
from structlog import get_logger

from simulators.devices.speech.syn6288 import Syn6288
from simulators.devices.speech.terminal import ChipTerminal
from simulators.devices.speech.xfs5152ce import Xfs5152ce
from subsystems.broadcast.model import Saying
from subsystems.broadcast.speech.chips.speaker import ChipSpeaker
from subsystems.broadcast.speech.port import Clip, Ended, Playback
from subsystems.broadcast.speech.settings import ChipSink
from tests.subsystems.broadcast.speech.speaking import SAYING, chinese

MODELS = {"xfs5152ce": Xfs5152ce, "syn6288": Syn6288}
PATIENCE_S = 30


def playback(name, saying=SAYING, **options):
    return Playback(name, ("a",), Clip(None, 1.0, ""), saying, **options)


class Bench:
    """A chip behind its terminal, and the driver."""

    def __init__(self, turning, folder, model):
        self.turning = turning
        self.chip = MODELS[model]()
        self.terminal = ChipTerminal(turning.reactor, self.chip, folder / "tty", 115200)
        settings = ChipSink(name="chip", zones=("a",), model=model, device=str(folder / "tty"))
        self.speaker = ChipSpeaker(turning.reactor, settings, get_logger())
        self.speaker.start()

    def play(self, name, saying=SAYING, **options):
        ended = []
        self.speaker.play(playback(name, saying, **options)).addCallback(ended.append)
        return ended

    def until(self, holds):
        self.turning.until(holds, PATIENCE_S)

    def close(self):
        self.turning.result(self.speaker.close())
        self.terminal.pull()


@pytest.fixture(params=MODELS)
def bench(turning, tmp_path, request):
    bench = Bench(turning, tmp_path, request.param)
    bench.until(lambda: bench.speaker.state.works)
    yield bench
    bench.close()


def test_one_after_the_other_is_heard_whole(bench):
    first, second = bench.play("1"), bench.play("2", Saying((chinese("再见", "zai4 jian4"),)))
    bench.until(lambda: second)
    assert (first, second) == ([Ended.PLAYED], [Ended.PLAYED])
    one, two = bench.chip.uttered
    assert one.words.startswith("旅客们")
    assert two.words == "再见"
    assert not one.cut_off
    assert one.heard_s == one.seconds
    assert bench.chip.noise == 0


def test_a_long_one_goes_piece_by_piece(bench):
    ended = bench.play("1", Saying((chinese("站" * 110 + "。" + "台" * 3, ""),)))
    pieces = 2 if isinstance(bench.chip, Syn6288) else 1
    bench.until(lambda: bench.chip.speaking)
    # It would take half a minute: the clock of the chip is put forward.
    for _ in range(pieces):
        bench.until(lambda: bench.chip.speaking)
        spoken = bench.chip.speaking
        bench.chip.uttered[-1] = type(spoken)(**{**vars(spoken), "seconds": 0.1})
        bench.until(lambda: not bench.chip.speaking or bench.chip.speaking.seconds > 0.1)
    bench.until(lambda: ended)
    assert ended == [Ended.PLAYED]
    assert len(bench.chip.uttered) == pieces
    assert not any(each.cut_off for each in bench.chip.uttered)


def test_what_is_stopped_is_silent_and_the_next_is_heard(bench):
    first, second = bench.play("1"), bench.play("2")
    waiting = bench.play("3")
    bench.until(lambda: bench.chip.speaking)
    bench.speaker.stop("3")
    bench.speaker.stop("1")
    assert waiting == [Ended.CUT_OFF]
    bench.until(lambda: second)
    assert (first, second) == ([Ended.CUT_OFF], [Ended.PLAYED])
    assert [each.cut_off for each in bench.chip.uttered] == [True, False]


def test_a_chip_that_loses_its_power_is_told_and_used_again(bench):
    first = bench.play("1")
    bench.until(lambda: bench.chip.speaking)
    bench.terminal.brown_out()
    bench.until(lambda: first)
    assert first == [Ended.FAILED]
    again = bench.play("2")
    bench.until(lambda: again)
    assert again == [Ended.PLAYED]
    assert bench.speaker.state.works


def test_frames_that_are_not_understood_are_sent_again(bench):
    bench.chip.garbled = 2
    ended = bench.play("1")
    bench.until(lambda: ended)
    assert ended == [Ended.PLAYED]
    bench.chip.garbled = 3
    ended = bench.play("2")
    bench.until(lambda: ended)
    assert ended == [Ended.FAILED]
    assert "understand" in bench.speaker.state.why or bench.speaker.state.works


def test_a_deaf_chip_fails_and_is_found_when_it_hears_again(bench, log_lines):
    bench.chip.deaf = True
    ended = bench.play("1")
    bench.until(lambda: ended)
    assert ended == [Ended.FAILED]
    assert not bench.speaker.state.works
    assert bench.speaker.state.why == "the chip does not answer"
    bench.chip.deaf = False
    bench.until(lambda: bench.speaker.state.works)
    assert any(line["event"] == "speech.chip" for line in log_lines)


def test_an_unplugged_line_is_opened_again(bench):
    ended = bench.play("1")
    bench.until(lambda: bench.chip.speaking)
    bench.terminal.pull()
    bench.until(lambda: ended)
    assert ended == [Ended.FAILED]
    failed = bench.play("2")
    bench.until(lambda: failed)
    assert failed == [Ended.FAILED]
    bench.terminal.plug()
    bench.until(lambda: bench.speaker.state.works)
    again = bench.play("3")
    bench.until(lambda: again)
    assert again == [Ended.PLAYED]


def test_what_it_cannot_say_fails_and_is_told(bench, log_lines):
    from subsystems.broadcast.model import Part, Segment  # noqa: PLC0415

    ended = bench.play("1", Saying((Part("de", "", (Segment("Achtung"),)),)))
    bench.until(lambda: ended)
    assert ended == [Ended.FAILED]
    assert any(line["event"] == "speech.chip-cannot-say" for line in log_lines)


def test_tags_of_the_last_text_do_not_leak(bench):
    bench.until(lambda: bench.chip.speaking is None)
    bench.chip.tags = {"v": "0", "s": "10", "t": "0"}
    ended = bench.play("1")
    bench.until(lambda: ended)
    assert bench.chip.uttered[-1].tags["v"] == "8"
