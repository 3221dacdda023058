"""Scene "notices": when, where and in which order they are told, if the device tells notices.

Law: see `simulators.conformance.scenes`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from protocol.notices import NoticeKind
from simulators.conformance.day import MARK, NOTICE_TEXT, notice_of
from simulators.conformance.scenes.phases import complete

if TYPE_CHECKING:
    from protocol.notices import Notice
    from protocol.times import Instant
    from simulators.conformance.stage import Stage

SOON, ELSEWHERE, OTHERS, DANGER = "QZ SOON 78", "QZ ZONE 79", "QZ KIND 80", "QZ DANGER 81"
BEFORE_S, TOLD_S = 6.0, 8.0
FIRST_WITHIN_S = 4.0
"""A screen is drawn a moment after its message, and read a moment after that."""


async def play(stage: Stage) -> None:
    """One that is told, one that begins and ends by the clock, two that are for others."""
    hub = stage.hub
    now = hub.clock.now()
    usual = notice_of(now)
    put(stage, usual)
    await complete(stage, "a notice")
    text = await stage.hook("shown")
    if text is None or NOTICE_TEXT not in text:
        if text is not None:
            stage.findings.note("the device shows no notices: C-6.1 to C-6.3 are not observed")
        hub.forget(f"notice/{MARK}")
        await complete(stage, "no notice")
        return
    begins, ends = now + timedelta(seconds=BEFORE_S), now + timedelta(seconds=BEFORE_S + TOLD_S)
    made = [
        usual,
        replace(_said(usual, SOON), begins_at=begins, ends_at=ends),
        replace(_said(usual, ELSEWHERE), zones=("conformance-zone",)),
        replace(_said(usual, OTHERS), kinds=("x-conformance",)),
        replace(_said(usual, DANGER), kind=NoticeKind.EMERGENCY),
    ]
    for notice in made:
        put(stage, notice)
    await complete(stage, "five notices")
    await stage.shows("C-6.2", without=(ELSEWHERE, OTHERS), why="what is meant for others")
    await _first(stage)
    await _by_the_clock(stage, begins, ends)
    for notice in made:
        hub.forget(f"notice/{notice.notice_id}")
    await complete(stage, "no notices")


async def _first(stage: Stage) -> None:
    before = _danger_first(await stage.looked(_danger_first, FIRST_WITHIN_S) or "")
    stage.check("C-6.3", before, "an emergency stands " + ("first" if before else "not first"))


def _danger_first(text: str) -> bool:
    return DANGER in text and (
        NOTICE_TEXT not in text or text.index(DANGER) < text.index(NOTICE_TEXT)
    )


async def _by_the_clock(stage: Stage, begins: Instant, ends: Instant) -> None:
    hub = stage.hub
    text = await stage.hook("shown") or ""
    if hub.clock.now() < begins:
        stage.check("C-6.1", SOON not in text, "a notice before begins_at")
    await stage.sleep(max(0.0, (begins - hub.clock.now()).total_seconds()))
    await stage.shows("C-6.1", with_=(SOON,), why="after begins_at", timeout_s=4.0)
    await stage.sleep(max(0.0, (ends - hub.clock.now()).total_seconds()))
    await stage.shows("C-6.1", without=(SOON,), with_=(NOTICE_TEXT,), why="a notice past ends_at")


def put(stage: Stage, notice: Notice) -> None:
    """Publish a notice, and keep it live."""
    stage.hub.put(f"notice/{notice.notice_id}", notice)


def _said(notice: Notice, text: str) -> Notice:
    name = text.lower().replace(" ", "-")
    return replace(notice, notice_id=name, text={"zh": text, "en": text})
