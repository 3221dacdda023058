"""Clauses 4 to 6: the hub's presence, runs and plans, notices and events.

Law: values only.
"""

from __future__ import annotations

from protocol.clauses.clause import Level, Party, Row, section
from protocol.limits import (
    BEAT_S,
    EVENT_LIFE_S,
    MANIFEST_MAX_S,
    MANIFEST_MIN_S,
    SPOKEN_MOST_S,
    SPOKEN_TEXT,
)

HUB, DEVICE = Party.HUB, Party.DEVICE
MUST, SHOULD = Level.MUST, Level.SHOULD

SECTIONS = (
    section(
        4,
        ("枢纽的存在", "The hub's presence"),
        "State says that a hub is there, the beat that it lives, the manifest what is live.",
        Row(
            1,
            HUB,
            MUST,
            "首先发布状态",
            "State first",
            "`hub/state` is the first message of each connection; its will is `hub/state` with "
            "`online` false, the same epoch and a greater `rev` than all states of the "
            "connection.",
        ),
        Row(
            2,
            HUB,
            MUST,
            "心跳",
            "Beat",
            f"`hub/beat` is published each {BEAT_S:g} s and never retained.",
        ),
        Row(
            3,
            DEVICE,
            MUST,
            "保留的心跳",
            "A retained beat lies",
            "A device ignores a beat that is retained: neither the time nor life is taken from it.",
        ),
        Row(
            4,
            HUB,
            MUST,
            "清单",
            "Manifest",
            "`hub/manifest` names every live run, plan and notice with its revision. It follows "
            f"each change, at most once in {MANIFEST_MIN_S:g} s, and is published at least each "
            f"{MANIFEST_MAX_S:g} s. Its `rev` is its `seq`.",
        ),
        Row(
            5,
            DEVICE,
            MUST,
            "清单以外的内容",
            "What the manifest leaves out",
            "An entity that a device holds, that is older than the newest manifest by `(epoch, "
            "seq)`, and that this manifest does not name, is not told any more.",
        ),
        Row(
            6,
            DEVICE,
            MUST,
            "完整性",
            "Completeness",
            "A device is complete when it holds the manifest whose `seq` the last beat of the "
            "same epoch names, or a later one, and each entry under a topic that it subscribes "
            "to, of the manifest's epoch and with at least the revision named.",
        ),
        Row(
            7,
            HUB,
            MUST,
            "重连后全部重发",
            "All again after a reconnect",
            "After each connection the hub publishes all that is live, then the manifest, then "
            "what is new. An acknowledgement by the broker is no proof of durability.",
        ),
        Row(
            8,
            HUB,
            MUST,
            "数据源",
            "The source",
            "`source` in state and beat says whether dispatching is LIVE or what kind of silence "
            "there is, since when, and until when its data were confirmed.",
        ),
        Row(
            9,
            HUB,
            MUST,
            "时间的来历",
            "How the time is known",
            "`clock_quality` and `clock` in the beat say how the hub knows the time that the beat "
            "tells. A hub that cannot vouch for it says `system`, `unset`, `holdover` or "
            "`suspect`, never `synced`.",
        ),
    ),
    section(
        5,
        ("车次与日计划", "Runs and plans"),
        "A run carries its own future: the instants at which what passengers see will change.",
        Row(
            1,
            DEVICE,
            MUST,
            "车次覆盖计划",
            "A run covers the plan",
            "`plan/{date}` holds all runs of a day; a `run/` message is told in place of the "
            "plan's entry of the same `run_id`.",
        ),
        Row(
            2,
            DEVICE,
            MUST,
            "时间线",
            "Timeline",
            "What a run is at an instant follows from its `timeline` and the device's clock "
            "alone. A phase holds from its instant, inclusive, until that of a later phase; no "
            "message announces it. Open check-in, for one, is from `check_in_opens_at` up to "
            "`check_in_closes_at`.",
        ),
        Row(
            3,
            DEVICE,
            MUST,
            "不猜测",
            "No guesses",
            "An instant that is null or absent does not happen or is not known; a device puts no "
            "other in its place.",
        ),
        Row(
            4,
            DEVICE,
            MUST,
            "未经确认的偏差",
            "Deviations that nobody confirms",
            "A cancellation, an unknown delay or an estimate that differs from the plan and has "
            "not yet happened is told as true for `estimate_lifetime_s` after the source's "
            "`confirmed_at` at most, unless `manual` names who vouches for it; after that it is "
            "told as to be confirmed, neither frozen nor turned back into the planned time.",
        ),
        Row(
            5,
            DEVICE,
            MUST,
            "停运",
            "Cancelled",
            "A run with `cancelled` is told as cancelled as long as it is on the board; no "
            "check-in is shown.",
        ),
        Row(
            6,
            DEVICE,
            MUST,
            "晚点未定",
            "Delay unknown",
            "With `held` no expected time is told; `note`, if there is one, is told in its place.",
        ),
        Row(
            7,
            DEVICE,
            MUST,
            "通过列车",
            "Passing trains",
            "A run of role PASS stands on no board of arrivals or departures.",
        ),
        Row(
            8,
            DEVICE,
            MUST,
            "列车不再有效",
            "A run past its validity",
            "A run past its `valid_until` is not told, and the plan's entry is not told instead.",
        ),
        Row(
            9,
            DEVICE,
            SHOULD,
            "语言",
            "Languages",
            "A text that is missing in a language is told in another; the code is the last resort.",
        ),
        Row(
            10,
            HUB,
            MUST,
            "明日计划",
            "Tomorrow's plan",
            "The hub publishes the plan of today and, as soon as it is built, of tomorrow, so "
            "that a device can go on alone across midnight.",
        ),
        Row(
            11,
            DEVICE,
            MUST,
            "部分停运",
            "A part is cancelled",
            "With `cancelled` in `arrival` or `departure` that part is told as cancelled, and only "
            "that: a train that ends here still arrives.",
        ),
        Row(
            12,
            DEVICE,
            SHOULD,
            "替代",
            "Replacement",
            "What `replaced_by` names is told beside the cancellation.",
        ),
    ),
    section(
        6,
        ("通告与事件", "Notices and events"),
        "A notice stays for a while; an event is a moment.",
        Row(
            1,
            DEVICE,
            MUST,
            "通告的时段",
            "When a notice is told",
            "A notice is told from `begins_at`, inclusive, up to `ends_at`, exclusive, by the "
            "device's clock; no message takes it down.",
        ),
        Row(
            2,
            DEVICE,
            MUST,
            "通告的对象",
            "Where a notice is told",
            "A notice with `zones` is told only by devices in one of them, one with `kinds` only "
            "by devices of one of those types.",
        ),
        Row(
            3,
            DEVICE,
            MUST,
            "紧急通告",
            "Emergencies",
            "A notice of kind EMERGENCY goes before everything else, and is spoken by a device "
            "that speaks although `muted` is wanted.",
        ),
        Row(
            4,
            HUB,
            MUST,
            "事件的寿命",
            "Life of an event",
            f"An event is not retained and has `valid_until` at most {EVENT_LIFE_S:g} s after "
            "`issued_at`.",
        ),
        Row(
            5,
            DEVICE,
            MUST,
            "迟到的事件",
            "A late event",
            "A device does nothing on an event past its `valid_until`, without one, or retained.",
        ),
        Row(
            6,
            DEVICE,
            MUST,
            "重复的事件",
            "An event that comes again",
            "A device acts on an `event_id` once.",
        ),
        Row(
            7,
            HUB,
            MUST,
            "转发广播内容",
            "What is spoken is carried on",
            "What a device of type `broadcast` says on its `said` is published on `spoken`, "
            "unchanged but for the name of the device, not retained, unless it is retained or "
            f"past its `valid_until`, lasts longer than {SPOKEN_MOST_S:g} s (times `rate`) or has "
            f"more than {SPOKEN_TEXT} characters. What other devices say there is not carried on.",
        ),
        Row(
            8,
            DEVICE,
            MUST,
            "显示广播内容",
            "What is spoken is shown while it is spoken",
            "A device that shows `spoken` shows it word for word from `begins_at`, inclusive, up "
            "to `ends_at`, exclusive, by its own clock, where it stands at one of `places`; a "
            "message with `ended` of the same `spoken_id` takes it down at once.",
        ),
        Row(
            9,
            DEVICE,
            MUST,
            "迟到的广播内容",
            "What was spoken",
            "A device does nothing on a `spoken` that is retained, past its `valid_until`, or has "
            "none.",
        ),
    ),
)
