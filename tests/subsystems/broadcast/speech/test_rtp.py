"""Streams: stock players hear them, whole, in time and without loss."""

from __future__ import annotations

import random
import shutil
import socket
import struct
import subprocess
from itertools import pairwise

import numpy as np
import psutil
import pytest
from structlog import get_logger

from subsystems.broadcast.speech.port import RATE, Clip, Ended, Playback
from subsystems.broadcast.speech.rtp import RtpSpeaker
from subsystems.broadcast.speech.settings import RtpSink
from subsystems.broadcast.speech.wav import read_pcm, seconds_of, write_pcm
from tests.subsystems.broadcast.speech.speaking import SAYING

HOST = "127.0.0.1"
FFMPEG = shutil.which("ffmpeg")


def free_pair():
    """Return an even port whose next one is free, too."""
    for _ in range(100):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.bind((HOST, 0))
            port = one.getsockname()[1] & ~1
        try:
            for number in (port, port + 1):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                    probe.bind((HOST, number))
        except OSError:
            continue
        return port
    raise AssertionError("no free ports")


@pytest.fixture
def stream(turning):
    started = []

    def make(port, **options):
        background = options.pop("background", b"")
        settings = RtpSink(name="hall", zones=("a",), address=HOST, port=port, **options)
        speaker = RtpSpeaker(
            turning.reactor,
            settings,
            background=background,
            random=random.Random(7),
            wall=lambda: 1_600_000_000.5,
            log=get_logger(),
        )
        speaker.start()
        started.append(speaker)
        return speaker

    yield make
    for each in started:
        turning.result(each.close())


def make_clip(path, pcm):
    write_pcm(path, pcm)
    return Clip(path, seconds_of(pcm), "")


def sweep(seconds=2.0, low=300, high=3000):
    at = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * (low * at + (high - low) * at**2 / 2 / seconds)
    return (np.sin(phase) * 9000).astype("<i2").tobytes()


def playback(clip, name="1", **options):
    return Playback(name, ("a",), clip, SAYING, **options)


class Listener:
    """Takes every packet of a stream."""

    def __init__(self, port):
        self.sockets = []
        for number in (port, port + 1):
            opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            opened.bind((HOST, number))
            opened.setblocking(False)
            self.sockets.append(opened)
        self.packets, self.reports = [], []

    def listen(self):
        for opened, found in zip(self.sockets, (self.packets, self.reports), strict=True):
            while True:
                try:
                    found.append(opened.recv(2000))
                except BlockingIOError:
                    break
        return self.packets

    def pcm(self):
        return b"".join(
            np.frombuffer(each[12:], ">i2").astype("<i2").tobytes() for each in self.packets
        )

    def close(self):
        for each in self.sockets:
            each.close()


@pytest.fixture
def listener():
    listener = Listener(free_pair())
    yield listener
    listener.close()


def port_of(listener):
    return listener.sockets[0].getsockname()[1]


def test_every_sample_arrives_in_order(turning, stream, listener, tmp_path):
    speaker = stream(port_of(listener))
    pcm = sweep(0.5)
    ended = []
    speaker.play(playback(make_clip(tmp_path / "a.wav", pcm))).addCallback(ended.append)
    turning.until(lambda: listener.listen() and ended)
    turning.until(lambda: len(listener.listen()) > 30)
    assert ended == [Ended.PLAYED]
    heads = [struct.unpack("!BBHII", each[:12]) for each in listener.packets]
    assert {head[0] for head in heads} == {0x80}
    assert [head[1] for head in heads] == [0x80 | 96] + [96] * (len(heads) - 1)
    assert all((b[2] - a[2]) & 0xFFFF == 1 for a, b in pairwise(heads))
    assert all((b[3] - a[3]) & 0xFFFFFFFF == 320 for a, b in pairwise(heads))
    assert len({head[4] for head in heads}) == 1
    assert pcm in listener.pcm()


def test_who_is_cut_off_fades_within_fifty_milliseconds(turning, stream, listener, tmp_path):
    speaker = stream(port_of(listener))
    ended = []
    loud = np.full(RATE * 5, 9000, "<i2").tobytes()
    speaker.play(playback(make_clip(tmp_path / "a.wav", loud))).addCallback(ended.append)
    turning.until(lambda: len(listener.listen()) > 20)
    speaker.stop("1")
    turning.until(lambda: listener.listen() and ended)
    assert ended == [Ended.CUT_OFF]
    turning.until(lambda: len(listener.listen()) > 40)
    heard = np.frombuffer(listener.pcm(), "<i2")
    falling = heard[np.flatnonzero(heard == 9000)[-1] + 1 :]
    fade = np.flatnonzero(falling)[-1] + 1
    assert 0 < fade <= 0.05 * RATE
    assert (np.diff(falling[:fade].astype(int)) <= 0).all(), "no click"


def test_background_is_lowered_under_speech_and_silenced_in_an_emergency(
    turning, stream, listener, tmp_path
):
    background = np.tile(np.array([4000, -4000], "<i2"), RATE).tobytes()
    speaker = stream(port_of(listener), background=background)
    silent = make_clip(tmp_path / "a.wav", bytes(2 * RATE))
    levels = []
    for duck in (True, False):
        turning.until(lambda: len(listener.listen()) > 20)
        before = level(listener.packets[-2:])
        ended = []
        speaker.play(playback(silent, duck=duck)).addCallback(ended.append)
        listener.packets.clear()
        turning.until(lambda: len(listener.listen()) > 30)
        levels.append((before, level(listener.packets[20:30])))
        turning.until(lambda e=ended: listener.listen() and e)
        listener.packets.clear()
        turning.until(lambda: len(listener.listen()) > 90)
    (normal, ducked), (_, emergency) = levels
    assert 20 * np.log10(normal / ducked) >= 15
    assert emergency == 0


def test_background_is_silent_between_two_voices_of_an_emergency(turning, stream, listener):
    background = np.tile(np.array([4000, -4000], "<i2"), RATE).tobytes()
    speaker = stream(port_of(listener), background=background)

    def last():
        listener.packets.clear()
        turning.until(lambda: len(listener.listen()) > 2)
        return level(listener.packets)

    assert last() > 0
    speaker.hush(silent=True)
    turning.until(lambda: last() == 0)
    speaker.hush(silent=False)
    turning.until(lambda: last() > 0)


def level(packets):
    samples = np.concatenate([np.frombuffer(each[12:], ">i2") for each in packets])
    return float(np.sqrt((samples.astype(float) ** 2).mean()))


def test_reports_tell_when_a_sample_was_taken_and_the_end(turning, stream, listener):
    speaker = stream(port_of(listener))
    turning.until(lambda: listener.listen() and listener.reports)
    report = listener.reports[0]
    kind, length = report[1], struct.unpack("!H", report[2:4])[0]
    assert (kind, length) == (200, 6)
    seconds, fraction = struct.unpack("!II", report[8:16])
    assert (seconds - 2_208_988_800, fraction) == (1_600_000_000, 1 << 31)
    assert b"hall@station" in report
    assert len(report) % 4 == 0
    turning.result(speaker.close())
    turning.until(lambda: listener.listen() and len(listener.reports) > 1)
    assert listener.reports[-1][1] == 203


def test_a_network_that_refuses_is_told_and_an_announcement_does_not_pass_for_heard(
    turning, tmp_path, log_lines
):
    settings = RtpSink(name="hall", zones=("a",), address="255.255.255.255", port=5004)
    speaker = RtpSpeaker(
        turning.reactor,
        settings,
        background=b"",
        random=random.Random(7),
        wall=lambda: 0.0,
        log=get_logger(),
    )
    speaker.start()
    ended = turning.result(speaker.play(playback(make_clip(tmp_path / "a.wav", sweep(0.1)))))
    assert ended is Ended.FAILED
    assert not speaker.state.works
    assert any(line["event"] == "speech.rtp-refused" for line in log_lines)
    turning.result(speaker.close())


@pytest.mark.skipif(FFMPEG is None, reason="needs Debian's ffmpeg")
@pytest.mark.parametrize("codec", ["L16", "PCMU"])
def test_a_stock_player_hears_the_clip(turning, stream, tmp_path, codec):
    port = free_pair()
    speaker = stream(port, codec=codec)
    (tmp_path / "hall.sdp").write_text(speaker.sdp)
    out = tmp_path / "heard.wav"
    record = ["-protocol_whitelist", "file,udp,rtp", "-i", "hall.sdp", "-t", "5", "-ar", "16000"]
    command = [FFMPEG, "-nostdin", "-loglevel", "warning", *record, "-y", str(out)]
    player = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE)
    try:
        turning.until(lambda: listens(player, port), 30)
        turning.for_seconds(1.5)
        pcm = sweep(2.0)
        clip = make_clip(tmp_path / "a.wav", pcm)
        assert turning.result(speaker.play(playback(clip)), 30) is Ended.PLAYED
        turning.until(lambda: player.poll() is not None, 30)
    finally:
        player.kill()
        said = player.communicate()[1].decode()
    assert player.returncode == 0, said
    correlation, gain = alike(read_pcm(out), pcm)
    assert correlation > (0.999 if codec == "L16" else 0.98)
    assert gain == pytest.approx(1.0, abs=0.05)
    assert "missed" not in said, "lost packets"


def listens(player, port):
    """Return whether a stock player has begun: on a busy machine it takes a while."""
    sockets = psutil.Process(player.pid).net_connections("udp")
    return any(each.laddr.port == port for each in sockets)


def alike(heard, sent):
    """Return the best correlation of what was sent with what was heard, and its gain."""
    one, other = (np.frombuffer(each, "<i2").astype(float) for each in (heard, sent))
    size = len(one) + len(other)
    cross = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size)
    at = int(cross.argmax())
    piece = one[at : at + len(other)]
    scale = float(np.dot(piece, other) / np.dot(other, other))
    return float(np.corrcoef(piece, other)[0, 1]), scale


def test_multicast_reaches_who_joins_the_group(turning):
    port, group = free_pair(), "239.192.77.7"
    joined = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    joined.bind((group, port))
    joined.setblocking(False)
    member = socket.inet_aton(group) + socket.inet_aton(HOST)
    joined.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    settings = RtpSink(name="hall", zones=("a",), address=group, port=port, ttl=3, interface=HOST)
    speaker = RtpSpeaker(
        turning.reactor,
        settings,
        background=b"",
        random=random.Random(7),
        wall=lambda: 0.0,
        log=get_logger(),
    )
    speaker.start()
    got = []

    def heard():
        try:
            got.append(joined.recv(2000))
        except BlockingIOError:
            return False
        return len(got) > 5

    try:
        turning.until(heard)
        assert f"c=IN IP4 {group}/3" in speaker.sdp
        assert speaker._socket.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL) == 3
    finally:
        joined.close()
        turning.result(speaker.close())
