"""One utterance with pyttsx3 and espeak-ng, in a process that ends with it.

Law: called once a process, only in children of `nursery`. pyttsx3 drives the library of the wheel
`espeakng_loader`: it asks the system for ``libespeak-ng.so.1``, and gets the one of that name that
this process loaded before. Where the wheel is missing it gets the system's, and `load` says so.

Traps, all measured with pyttsx3 2.99 and espeak-ng 1.52:

- pyttsx3 has the library speak in a thread of its own. ``runAndWait`` then returns before the file
  is written (two of five runs left none), in 3 of 180 runs it spoke at pyttsx3's own 200 words a
  minute, and waiting for that thread hung once in 450 runs. So the library is told to work in the
  thread that calls it (`_without_thread`).
- Two utterances in one engine leave the first one's file, or none: hence one a process.
- ``init`` gives one shared engine, and the library survives no second initialisation.
- A voice that does not exist (``en-gb`` is none) is told to ``error`` only; another one speaks.
- ``say`` plays through a shell and reports success when it fails: never used.
- In children only: its state after a failed utterance is not known.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
from typing import TYPE_CHECKING, Any

from protocol.errors import DeviceError

if TYPE_CHECKING:
    from subsystems.broadcast.speech.jobs import SpeakJob

DATA = "ESPEAK_DATA_PATH"


def load() -> str:
    """Load the library for this process and those forked from it; return its version.

    Returns:
        E.g. ``1.52.0``, or ``1.51 (of the system)``.

    Raises:
        DeviceError: there is neither the wheel nor a library of the system.
    """
    owner = " (of the system)"
    if importlib.util.find_spec("espeakng_loader") is not None:
        import espeakng_loader  # noqa: PLC0415 - it may be missing

        os.environ[DATA] = espeakng_loader.get_data_path()
        ctypes.CDLL(espeakng_loader.get_library_path())
        owner = ""
    try:
        from pyttsx3.drivers import _espeak  # noqa: PLC0415 - looks for the library at import
    except RuntimeError as error:
        raise DeviceError(f"no espeak-ng: install espeakng_loader ({error})") from error
    return _version(_espeak.dll) + owner


def _version(library: Any) -> str:  # noqa: ANN401 - ctypes has no better type
    info = library.espeak_Info
    info.restype = ctypes.c_char_p
    info.argtypes = [ctypes.c_void_p]
    return str(info(None).decode()).split()[0]


def speak(job: SpeakJob) -> None:
    """Write the utterance to the job's file; whether it has sound in it, `polish` sees.

    Raises:
        DeviceError: the voice does not exist, a property was not taken, or it did not end.
    """
    import pyttsx3  # noqa: PLC0415 - after `load`
    from pyttsx3.drivers import _espeak  # noqa: PLC0415

    _without_thread(_espeak)
    engine = pyttsx3.init("espeak")
    over: list[bool] = []
    engine.connect("finished-utterance", lambda completed, **_: over.append(completed))
    wrong: list[Exception] = []
    engine.connect("error", lambda exception, **_: wrong.append(exception))
    engine.setProperty("voice", job.voice)
    engine.setProperty("rate", job.rate)
    engine.save_to_file(job.text, job.path)
    engine.runAndWait()
    if wrong:
        raise DeviceError(f"voice {job.voice!r}: {wrong[0]}")
    # pyttsx3's own declaration of this function lacks the second argument; 1: as it is now.
    if _espeak.dll.espeak_GetParameter(_espeak.RATE, 1) != job.rate:
        raise DeviceError(f"espeak-ng did not take {job.rate} words a minute")
    if over != [True]:
        raise DeviceError("espeak-ng did not finish the utterance")


def _without_thread(espeak: Any) -> None:  # noqa: ANN401 - a module without types
    """Have the library work in the thread that calls it.

    In that mode it does not tell the end of an utterance, for its function returns only then;
    pyttsx3 writes the file when it is told.
    """
    espeak.AUDIO_OUTPUT_RETRIEVAL = espeak.AUDIO_OUTPUT_SYNCHRONOUS
    synth = espeak.Synth

    def synth_and_tell(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        code = synth(*args, **kwargs)
        end = (espeak.EVENT * 2)()
        end[0].type = espeak.EVENT_MSG_TERMINATED
        espeak.SynthCallback(None, 0, end)
        return code

    espeak.Synth = synth_and_tell
