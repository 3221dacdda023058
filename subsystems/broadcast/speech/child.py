"""What one child does: one job, then it ends.

Law: runs in a process forked by `nursery`; whatever happens here ends with it. The answer says
whether there is a file with sound in it, how long, and its digest.
"""

from __future__ import annotations

import hashlib
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from protocol.errors import DeviceError, StationError
from subsystems.broadcast.speech.jobs import (
    Answer,
    FliteJob,
    JoinJob,
    PolishJob,
    SpeakJob,
)
from subsystems.broadcast.speech.wav import read_pcm, seconds_of, silence, write_pcm

if TYPE_CHECKING:
    from subsystems.broadcast.speech.jobs import Job, Order

EMPTY = 44
"""Bytes of a WAV file without a sample."""


def answer_to(order: Order) -> Answer:
    """Do the job; whatever goes wrong is the answer's `why`."""
    path = Path(order.job.path)
    try:
        seconds = _do(order.job, order.longest_s)
        if not path.is_file() or path.stat().st_size <= EMPTY:
            raise DeviceError("nothing was written", where=str(path))
    except (StationError, OSError, subprocess.SubprocessError) as error:
        return Answer(id=order.id, ok=False, why=str(error), cpu_s=time.process_time())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Answer(id=order.id, seconds=seconds, sha256=digest, cpu_s=time.process_time())


def _do(job: Job, longest_s: float) -> float:
    match job:
        case SpeakJob():
            from subsystems.broadcast.speech.voice import speak  # noqa: PLC0415 - see `voice`

            speak(job)
            return 0.0
        case FliteJob():
            flite(job, longest_s)
            return 0.0
        case PolishJob():
            from subsystems.broadcast.speech.polish import polish  # noqa: PLC0415 - numpy

            return polish(job)
        case JoinJob():
            return join(job)
        case _:
            assert_never(job)


def flite(job: FliteJob, longest_s: float) -> None:
    """Let the program speak.

    Raises:
        DeviceError: it said why it cannot.
    """
    stretch = f"duration_stretch={job.stretch:g}"
    command = [job.program, "-voice", job.voice, "--setf", stretch, "-o", job.path, "-t", job.text]
    done = subprocess.run(command, capture_output=True, timeout=longest_s, check=False)
    if done.returncode or done.stderr:
        said = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
        raise DeviceError(f"flite: {said}")


def join(job: JoinJob) -> float:
    """Write pieces and silences one after the other; return the seconds.

    Raises:
        DeviceError: a piece cannot be read.
    """
    parts = [
        read_pcm(Path(each.path)) if each.path else silence(each.silence_ms)
        for each in job.stretches
    ]
    pcm = b"".join(parts)
    write_pcm(Path(job.path), pcm)
    return seconds_of(pcm)
