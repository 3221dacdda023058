"""Voices: how one begins, is cut off, is heard far enough, and ends.

Law: pure. A zone is free when `Ended` came for it; a sink that never says so is complained about
and given up, so that a broken loudspeaker does not silence a zone for ever.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from subsystems.broadcast.effects import Complain, CutOff, Play, Spoken
from subsystems.broadcast.events import Ended
from subsystems.broadcast.model import Priority
from subsystems.broadcast.records import Begun, Heard, Outcome, Over, Past, Reason, Why
from subsystems.broadcast.speech.ending import Ended as How
from subsystems.broadcast.state import Voice, clip_name, same_words
from subsystems.broadcast.work import runs_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from subsystems.broadcast.model import Occasion
    from subsystems.broadcast.work import Work

ENOUGH = 0.5
"""Share of a voice after which it counts as said, should the program be killed: the first of two
languages has been spoken."""

ENOUGH_URGENT = 0.9
"""Likewise from a platform change on: better a few words twice than a new platform not at all."""

OVERRUN_S = 3.0
"""A voice that lasts longer than its clip by this has got stuck."""

SILENT_S = 1.0
"""A sink fades out within 50 ms (`speech.port.Sink.stop`); one that does not in this time has got
stuck."""

TRIES = 3
"""Times that something is played before it is given up."""

RETRY_S = 2.0
"""Real seconds before something that did not come out is played again."""


def begin(
    work: Work, occasion: Occasion, zones: tuple[str, ...], seconds: float, matters: float
) -> None:
    """Speak `occasion`, or the group that it is, in `zones`."""
    work.serial += 1
    keys = [each.key for each in occasion.members or (occasion,)]
    rounds = {key: _round(work, key, zones) for key in keys}
    play = Play(
        voice=f"{work.now:%Y%m%dT%H%M%S}-{work.serial}",
        clip=clip_name(occasion),
        occasion=occasion,
        zones=zones,
        gains=tuple(work.zones.gain_db(zone, work.now) for zone in zones),
        began_at=work.now,
        seconds=seconds,
        duck=occasion.priority is not Priority.EMERGENCY,
        round=max(rounds.values()),
    )
    late_s = max(_late_s(work, key, zones) for key in keys)
    work.voices[play.voice] = Voice(
        play, work.mono_s, frozenset(zones), late_s=late_s, matters=matters
    )
    for key in keys:
        item = work.items[key]
        why = {zone: each for zone, each in item.why.items() if zone not in zones}
        work.items[key] = replace(item, begun=item.begun | frozenset(zones), why=why)
    work.remember(
        Begun(
            voice=play.voice,
            at=work.now,
            zones=zones,
            told=occasion.told(work.now),
            rounds=rounds,
            seconds=seconds,
            key=occasion.key,
            kind=occasion.kind,
            run_ids=runs_of(occasion),
        )
    )
    until = work.now + work.before.station(seconds)
    work.want(play, Spoken(play, until, ended=False))


def _late_s(work: Work, key: str, zones: tuple[str, ...]) -> float:
    """Return how long it was due when it first begins here, 0 if it has begun before."""
    item = work.items[key]
    if item.due_s is None or not item.begun.isdisjoint(zones):
        return 0.0
    return work.mono_s - item.due_s


def _round(work: Work, key: str, zones: tuple[str, ...]) -> int:
    return 1 + max(work.items[key].rounds.get(zone, 0) for zone in zones)


def cut(work: Work, voice: Voice, zones: Iterable[str], reason: Reason) -> None:
    """Tell a voice to be silent in `zones`; what was told so before is not told again."""
    those = [z for z in voice.play.zones if z in zones and z in voice.live and z not in voice.cuts]
    if not those:
        return
    cuts = {**voice.cuts, **dict.fromkeys(those, reason)}
    work.voices[voice.play.voice] = replace(voice, cuts=cuts, cut_s=work.mono_s)
    work.want(CutOff(voice.play.voice, tuple(those), reason))


def cut_words(work: Work, occasion: Occasion, reason: Reason) -> None:
    """Tell every voice that says just this to be silent."""
    for voice in list(work.voices.values()):
        if any(same_words(each, occasion) for each in voice.told):
            cut(work, voice, voice.live, reason)


def ended(work: Work, event: Ended) -> None:
    """A voice has ended, in some zones or all; one that is not known ended long ago."""
    voice = work.voices.get(event.voice)
    if voice is None:
        return
    zones = [z for z in voice.play.zones if z in voice.live and z in (event.zones or voice.live)]
    reasons = {zone: _reason(voice, zone, event.how) for zone in zones}
    voice = replace(voice, live=voice.live - frozenset(zones), ended={**voice.ended, **reasons})
    work.voices[event.voice] = voice
    for occasion in voice.told:
        for zone in zones:
            _account(work, voice, occasion, zone)
    if not voice.live:
        del work.voices[event.voice]
        _over(work, voice)
    for occasion in voice.told:
        _finish(work, occasion)


def _reason(voice: Voice, zone: str, how: How) -> Reason | None:
    if how is How.PLAYED:
        return None
    if how is How.FAILED:
        return Reason.FAILED
    return voice.cuts.get(zone, Reason.PRE_EMPTED)


def _account(work: Work, voice: Voice, occasion: Occasion, zone: str) -> None:
    """Settle what became of `occasion` in `zone`."""
    item = work.items.get(occasion.key)
    reason = voice.ended[zone]
    if item is not None and not same_words(item.occasion, occasion):
        return  # other words wait by now
    if reason is None:
        _played(work, occasion, zone)
    elif reason is Reason.FAILED and item is not None:
        _failed(work, occasion.key, zone)
    elif reason is Reason.PRE_EMPTED and item is not None:
        work.note(occasion.key, (zone,), Why.SPEAKING)


def _played(work: Work, occasion: Occasion, zone: str) -> None:
    settled = work.settled.get(occasion.key, {}).get(zone)
    item = work.items.get(occasion.key)
    before = settled.rounds if settled is not None else 0
    rounds = 1 + (item.rounds.get(zone, before) if item is not None else before)
    work.settle(occasion.key, zone, rounds, Outcome.SPOKEN)
    for told in occasion.told(work.now):
        work.tell_rules(told)
    if item is not None:
        if item.source is not None:
            work.asked.add(item.source)  # they know now that it was told
        ready_s = {**item.ready_s, zone: work.mono_s + occasion.repeat_after_s}
        work.items[occasion.key] = replace(
            item, rounds={**item.rounds, zone: rounds}, ready_s=ready_s
        )


def _failed(work: Work, key: str, zone: str) -> None:
    item = work.items[key]
    failures = item.failures + 1
    ready_s = {**item.ready_s, zone: work.mono_s + RETRY_S}
    work.items[key] = replace(item, failures=failures, ready_s=ready_s)
    if failures < TRIES or item.endless:
        return
    give_up(work, key, (zone,), Reason.FAILED)


def give_up(work: Work, key: str, zones: tuple[str, ...], reason: Reason) -> None:
    """Say no more of `key` in `zones`."""
    item = work.items[key]
    outcome = Outcome.STOPPED if reason is Reason.STOPPED else Outcome.GIVEN_UP
    for zone in zones:
        work.settle(key, zone, item.occasion.repeats, outcome)
    work.drop(item, zones, reason)
    work.items[key] = replace(item, shut=item.shut | frozenset(zones))


def _finish(work: Work, occasion: Occasion) -> None:
    """Let go of an item of which nothing is left."""
    item = work.items.get(occasion.key)
    if item is not None and not item.left and not work.speaks(item.occasion):
        work.close(occasion.key)


def _over(work: Work, voice: Voice) -> None:
    play = voice.play
    reason = next(filter(None, voice.ended.values()), None)
    past = Past(
        at=play.began_at,
        until=work.now,
        key=play.occasion.key,
        kind=play.occasion.kind,
        run_ids=runs_of(play.occasion),
        zones=play.zones,
        reason=reason,
        late_s=voice.late_s,
    )
    work.remember(past, Over(play.voice))
    work.want(Spoken(play, work.now, ended=True, reason=reason))


def watch(work: Work) -> None:
    """Look after the voices: heard far enough, no longer true, stuck."""
    for name in list(work.voices):
        _mark(work, work.voices[name])
        _check_truth(work, work.voices[name])
        _check_stuck(work, work.voices[name])


def enough_s(voice: Voice) -> float:
    """Return the real second at which `voice` counts as said."""
    share = ENOUGH_URGENT if voice.priority >= Priority.PLATFORM_CHANGE else ENOUGH
    return voice.began_s + share * voice.play.seconds


def _mark(work: Work, voice: Voice) -> None:
    """A zone where it was cut off has not heard it; the others have."""
    zones = tuple(z for z in voice.play.zones if z in voice.live and z not in voice.cuts)
    if not voice.heard and zones and work.mono_s >= enough_s(voice):
        work.voices[voice.play.voice] = replace(voice, heard=True)
        work.remember(Heard(voice.play.voice, zones))


def _check_truth(work: Work, voice: Voice) -> None:
    told = [work.items[e.key].occasion if e.key in work.items else e for e in voice.told]
    if any(each.true_until is not None and each.true_until <= work.now for each in told):
        cut(work, voice, voice.live, Reason.UNTRUE)


def _check_stuck(work: Work, voice: Voice) -> None:
    deaf = bool(voice.cuts) and work.mono_s > voice.cut_s + SILENT_S
    endless = work.mono_s > voice.ends_s + OVERRUN_S
    if not deaf and not endless:
        return
    zones = tuple(z for z in voice.play.zones if z in voice.live and (endless or z in voice.cuts))
    if not zones:
        return
    work.want(Complain(f"voice {voice.play.voice} does not end in {'+'.join(zones)}"))
    if endless:
        work.want(CutOff(voice.play.voice, zones, Reason.FAILED))
    how = How.FAILED if endless else How.CUT_OFF
    ended(work, Ended(voice.play.voice, how, frozenset(zones)))


def never_spoken(work: Work, occasion: Occasion, why: str) -> None:
    """Its sound cannot be made: whoever waits for it is told."""
    work.want(Complain(f"{occasion.key} cannot be made to sound: {why}"))
    for each in occasion.members or (occasion,):
        item = work.items.get(each.key)
        if item is not None and same_words(item.occasion, each):
            give_up(work, each.key, item.left, Reason.UNSPEAKABLE)
            work.close(each.key)
