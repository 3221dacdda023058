"""Scene "spoken": what loudspeakers say, shown while it is said; and what the device itself says.

Law: see `simulators.conformance.scenes`. A device that shows nothing of it, or does not speak, need
not: then nothing is observed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from protocol.limits import SAID_LIFE_S
from protocol.notices import NoticeKind
from protocol.spoken import Said, Spoken
from simulators.conformance.day import notice_of
from simulators.conformance.scenes.phases import complete
from simulators.conformance.stage import SLACK_S

if TYPE_CHECKING:
    from protocol.messages import Message
    from protocol.times import Instant
    from simulators.conformance.stage import Stage

SPOKEN = "spoken"
VOICE = "x-conformance-voice"
WORD, NEXT, ELSEWHERE = "QZ VOICE 83", "QZ VOICE 84", "QZ VOICE 85"
TIMELESS, LATE, KEPT = "QZ VOICE 86", "QZ VOICE 87", "QZ VOICE 88"
CALL = "QZ CALL 89"
_LIFE, _ROUNDED = timedelta(seconds=SAID_LIFE_S), timedelta(seconds=0.1)
LONG_S, SOON_S, SOUNDS_S = 60.0, 5.0, 6.0
SHOWN_WITHIN_S, AT_ONCE_S = 5.0, 2.0
SPEAKS_WITHIN_S = 20.0
"""A device that speaks may have to make the sound first."""


async def play(stage: Stage) -> None:
    """A voice that ends early, one by the clock, one elsewhere, two that come too late."""
    await _its_own(stage)
    begins = stage.hub.clock.now()
    first = voice_of(WORD, begins, LONG_S)
    tell(stage, first)
    if not await _is_shown(stage):
        return
    await _says(stage, "begins_at is over", with_=(WORD,))
    end(stage, first)
    await _says(stage, "it has ended", without=(WORD,), within_s=AT_ONCE_S)
    elsewhere = replace(voice_of(ELSEWHERE, begins, LONG_S), places=("x-nowhere",))
    tell(stage, elsewhere)
    await _too_late(stage)
    await _by_the_clock(stage)
    await _says(stage, "it is heard elsewhere", without=(ELSEWHERE,))
    end(stage, elsewhere)


def voice_of(text: str, begins: Instant, seconds: float) -> Spoken:
    """Return a voice that is heard in the whole station."""
    return Spoken(
        device=VOICE,
        spoken_id=text.lower().replace(" ", "-"),
        kind="x-conformance",
        text={"zh": text, "en": text},
        begins_at=begins,
        ends_at=begins + timedelta(seconds=seconds),
    )


def tell(stage: Stage, voice: Spoken, *, until: Instant | None = None) -> None:
    """Carry a voice on, as a hub does: valid until its end, or until `until`."""
    made = stage.hub.message(voice, valid_until=until or voice.ends_at)
    stage.hub.say(stage.hub.topics.of_entity(SPOKEN), made)


def end(stage: Stage, voice: Spoken) -> None:
    """Say that a voice has ended."""
    until = stage.hub.clock.now() + timedelta(seconds=SAID_LIFE_S)
    tell(stage, replace(voice, ended=True), until=until)


async def _is_shown(stage: Stage) -> bool:
    """Wait for the first voice; a device that shows none need not."""
    deadline = stage.reactor.seconds() + SHOWN_WITHIN_S
    while (text := await stage.hook("shown")) is not None:
        if WORD in text:
            return True
        if stage.reactor.seconds() > deadline:
            stage.findings.note("the device shows nothing that is spoken: C-6.8 is not observed")
            return False
        await stage.sleep(0.5)
    return False


async def _says(
    stage: Stage,
    why: str,
    *,
    with_: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
    within_s: float = SHOWN_WITHIN_S,
) -> None:
    why = f"of what is spoken, {why}"
    await stage.shows("C-6.8", with_=with_, without=without, why=why, timeout_s=within_s)


async def _too_late(stage: Stage) -> None:
    """One without an end of its validity, one past it: neither is ever shown."""
    hub = stage.hub
    now = hub.clock.now()
    timeless = hub.message(voice_of(TIMELESS, now, LONG_S))
    hub.say(hub.topics.of_entity(SPOKEN), timeless)
    tell(stage, voice_of(LATE, now, LONG_S), until=now - timedelta(seconds=1))
    await stage.sleep(2 * SLACK_S)
    text = await stage.hook("shown") or ""
    wrong = [word for word in (TIMELESS, LATE) if word in text]
    found = f"wrongly shown {wrong}" if wrong else "not shown"
    stage.check("C-6.9", not wrong, f"what is past valid_until, or has none: {found}")


def keep(stage: Stage) -> None:
    """Have the broker keep a voice, which it never should."""
    hub = stage.hub
    voice = voice_of(KEPT, hub.clock.now(), 10 * LONG_S)
    made = hub.message(voice, valid_until=voice.ends_at)
    hub.say(hub.topics.of_entity(SPOKEN), made, retain=True)


async def check_kept(stage: Stage) -> None:
    """Check that it is not told by a device that was seen to tell others, and take it away."""
    if any(each.clause == "C-6.9" for each in stage.findings.checks):
        await stage.shows("C-6.9", without=(KEPT,), why="what is spoken, and was kept")
    stage.hub.say(stage.hub.topics.of_entity(SPOKEN), b"", retain=True)


async def _by_the_clock(stage: Stage) -> None:
    """One that begins and ends without another word."""
    hub = stage.hub
    begins = hub.clock.now() + timedelta(seconds=SOON_S)
    voice = voice_of(NEXT, begins, SOUNDS_S)
    tell(stage, voice)
    await stage.sleep(SLACK_S / 2)
    text = await stage.hook("shown") or ""
    if hub.clock.now() < begins:
        stage.check("C-6.8", NEXT not in text, "what is spoken, before begins_at")
    await stage.sleep(max(0.0, (begins - hub.clock.now()).total_seconds()))
    await _says(stage, "from begins_at", with_=(NEXT,), within_s=SOUNDS_S - SLACK_S)
    await stage.sleep(max(0.0, (voice.ends_at - hub.clock.now()).total_seconds()))
    await _says(stage, "from ends_at", without=(NEXT,), within_s=2 * SLACK_S)


async def _its_own(stage: Stage) -> None:
    """An emergency is to be spoken; a device that speaks says so, and when it is over."""
    hub, witness = stage.hub, stage.witness
    now = hub.clock.now()
    notice = replace(
        notice_of(now),
        notice_id="conformance-call",
        kind=NoticeKind.EMERGENCY,
        text={"zh": CALL, "en": CALL},
        spoken=True,
    )
    if not _speaks(stage):
        return
    hub.put(f"notice/{notice.notice_id}", notice)
    await complete(stage, "an emergency that is to be spoken")
    began = await witness.until(lambda heard: _about(heard.message, CALL), SPEAKS_WITHIN_S)
    begun = _said(began.message) if began is not None else None
    hub.forget(f"notice/{notice.notice_id}")
    await complete(stage, "no emergency")
    if began is None or began.message is None or begun is None:
        stage.check("C-9.11", ok=False, found="an emergency is to be spoken, and nothing is said")
        return
    until = began.message.valid_until
    stage.check("C-9.11", until == begun.ends_at, f"valid until {until}, its end {begun.ends_at}")
    over = await _over(stage, begun.spoken_id)
    found = "ended is said" if over else "ended is never said"
    stage.check("C-9.11", over, f"the notice is deleted: {found}, of {begun.spoken_id}")


async def _over(stage: Stage, spoken_id: str) -> bool:
    """Return whether the device says that what it said has ended, valid for a while."""

    def ends(message: Message | None) -> bool:
        said = _said(message)
        if said is None or message is None or message.valid_until is None:
            return False
        life = message.valid_until - message.issued_at
        return said.ended and said.spoken_id == spoken_id and abs(life - _LIFE) < _ROUNDED

    if any(ends(each.message) for each in stage.witness.heard):
        return True
    wanted = stage.witness.until(lambda heard: ends(heard.message), SPEAKS_WITHIN_S)
    return await wanted is not None


def _speaks(stage: Stage) -> bool:
    """Whether the device says of itself that it can speak."""
    described = [each.message.body for each in stage.witness.heard if each.message is not None]
    return any("speak" in getattr(body, "capabilities", ()) for body in described)


def _said(message: Message | None) -> Said | None:
    body = message.body if message is not None else None
    return body if isinstance(body, Said) else None


def _about(message: Message | None, text: str) -> bool:
    said = _said(message)
    return said is not None and not said.ended and any(text in each for each in said.text.values())
