"""Clauses 10 to 14: requests, the link machine, the aggregate, versions, security.

Law: values only.
"""

from __future__ import annotations

from protocol.clauses.clause import Level, Party, Row, section
from protocol.limits import (
    AGGREGATE_EVERY_S,
    AUTONOMOUS_AFTER_S,
    CALM_S,
    RESYNC_AFTER_S,
    RESYNC_EVERY_S,
    RESYNC_JITTER_S,
    RESYNC_NAMED,
    SUSPECT_AFTER_S,
)

HUB, DEVICE, BOTH, BROKER = Party.HUB, Party.DEVICE, Party.BOTH, Party.BROKER
MUST, SHOULD = Level.MUST, Level.SHOULD

SECTIONS = (
    section(
        10,
        ("请求与应答", "Requests and responses"),
        "A device asks on `dev/{device}/req`, the hub answers on `dev/{device}/resp`.",
        Row(
            1,
            HUB,
            MUST,
            "应答",
            "Answer",
            "A valid request is answered once, not retained, with its `correlation` and `kind`; "
            "`ok` false and `error` say why it was not served. A request past its `valid_until` "
            "or retained is not answered.",
        ),
        Row(
            2,
            DEVICE,
            MUST,
            "不属于自己的应答",
            "A stray answer",
            "A device ignores a response that is retained, whose `correlation` is no open request "
            "of its own, or whose epoch is lower than the greatest seen.",
        ),
        Row(
            3,
            HUB,
            MUST,
            "对时",
            "Time",
            "To `time` the hub answers `utc` at the moment of answering and copies `sent`; it is "
            "right to within half the round trip.",
        ),
        Row(
            4,
            HUB,
            MUST,
            "重新同步",
            "Resync",
            "To `resync` the hub publishes the entities named again, or all that is live if none "
            f"is named; to one device at most each {RESYNC_EVERY_S:g} s. Wishes of several devices "
            "may be served together.",
        ),
        Row(
            5,
            HUB,
            MUST,
            "查询",
            "Query",
            "To `query` the hub answers the runs that are live and meet every condition, earliest "
            "first; `more` counts what was left out.",
        ),
        Row(
            6,
            HUB,
            MUST,
            "未知请求",
            "Unknown requests",
            "A `kind` that the hub does not know is answered with `ok` false.",
        ),
    ),
    section(
        11,
        ("链路状态机", "The link machine"),
        "ONLINE, SUSPECT, AUTONOMOUS, SYNCING, and ONLINE again: how a device stands with the hub.",
        Row(
            1,
            DEVICE,
            MUST,
            "失去心跳",
            "Loss",
            f"From ONLINE to SUSPECT: after {SUSPECT_AFTER_S:g} s without a beat, at once on a "
            "lost connection, and on `hub/state` with `online` false and an epoch not lower than "
            "the greatest seen.",
        ),
        Row(
            2,
            DEVICE,
            MUST,
            "自治",
            "Autonomy",
            f"From SUSPECT to AUTONOMOUS: {AUTONOMOUS_AFTER_S:g} s later at most, unless the hub "
            "is heard.",
        ),
        Row(
            3,
            DEVICE,
            MUST,
            "明示自治",
            "Autonomy is told",
            "A device that shows shows that it is autonomous and since when.",
        ),
        Row(
            4,
            DEVICE,
            MUST,
            "恢复",
            "Recovery",
            "From SUSPECT or AUTONOMOUS to SYNCING when a hub of an epoch not lower than the "
            "greatest seen is heard (a beat, or `hub/state` online that is not retained); to "
            f"ONLINE when the device has been complete (C-4.6) for {CALM_S:g} s and at most a beat "
            "longer. No person has a part in it.",
        ),
        Row(
            5,
            DEVICE,
            MUST,
            "请求重发",
            "Asking for what is missing",
            f"A device that misses something in SYNCING asks for `resync` after {RESYNC_AFTER_S:g} "
            f"s and up to {RESYNC_JITTER_S:g} s of random wait, and again as long after each "
            f"request. If it misses more than {RESYNC_NAMED} entities it names none.",
        ),
        Row(
            6,
            DEVICE,
            MUST,
            "自治期间的内容",
            "What is told in autonomy",
            "In every mode the device tells what it holds by the same rules (sections 5 and 6), "
            "by its own clock; nothing is frozen, nothing is blanked because the hub is silent.",
        ),
        Row(
            7,
            DEVICE,
            MUST,
            "时钟",
            "Clock",
            "Between two words of the hub about the time, station time goes on by a clock that "
            "does not step when the device's system clock does.",
        ),
        Row(
            8,
            DEVICE,
            MUST,
            "新纪元",
            "A new epoch",
            "A device that hears a hub of a greater epoch takes it for the only one at once, and "
            "is not ONLINE until it is complete for that epoch.",
        ),
        Row(
            9,
            DEVICE,
            SHOULD,
            "本地缓存",
            "Cache",
            "A device keeps what it holds on disk, so that one that starts alone tells the last "
            "plan that it had.",
        ),
        Row(
            10,
            DEVICE,
            MUST,
            "缓存校验",
            "A damaged cache",
            "What is read from a cache is checked; what was damaged is dropped and never told.",
        ),
        Row(
            11,
            DEVICE,
            SHOULD,
            "闰秒",
            "A leap second",
            "A device that hears of a leap second in the beat's `clock` stands still for that "
            "second (or leaves it out) at `leap_at`, as the hub does: station time has no name "
            "for 23:59:60, and does not go back.",
        ),
    ),
    section(
        12,
        ("汇总", "Aggregate"),
        "The only presence that goes up to the bureau.",
        Row(
            1,
            HUB,
            MUST,
            "汇总的发布",
            "Counts by mode",
            f"`agg/state` is published, retained, each {AGGREGATE_EVERY_S:g} s; the numbers of "
            "`modes` add up to `devices`, and a device past its validity counts as `OFFLINE`.",
        ),
    ),
    section(
        13,
        ("版本", "Versions"),
        "A device that is not renewed for ten years goes on working.",
        Row(
            1,
            BOTH,
            MUST,
            "主版本与次版本",
            "Major and minor",
            "The major version stands in the topic, major and minor in `v`. A message of another "
            "major version is dropped, one of a newer minor version is taken like one's own.",
        ),
        Row(
            2,
            BOTH,
            MUST,
            "新字段均可省略",
            "New fields are optional",
            "Within a major version fields are only added, and each can be left out; their "
            "absence means what it meant before they existed.",
        ),
        Row(
            3,
            BOTH,
            MUST,
            "封闭与开放的取值",
            "Closed and open values",
            "The enumerations of the JSON Schemas are closed within a major version. Every other "
            "name (kinds of events, commands and requests, reasons, capabilities) is open: one "
            "that is not known is ignored or refused by name, and harms nothing else.",
        ),
    ),
    section(
        14,
        ("安全", "Security"),
        "Who may do what is the broker's to enforce.",
        Row(
            1,
            BROKER,
            MUST,
            "权限",
            "Permissions",
            "The broker denies what the table of channels does not grant: a device reads `hub/`, "
            "`run/`, `plan/`, `notice/`, `event/`, `spoken`, the commands of its own type, and its "
            "own `cmd`, `want`, `cfg` and `resp`; it writes what C-1.4 names. Wills obey the same "
            "rule.",
        ),
        Row(
            2,
            BROKER,
            MUST,
            "无匿名",
            "Nobody is anonymous",
            "The broker admits no client without its own user name and secret.",
        ),
        Row(
            3,
            BOTH,
            SHOULD,
            "加密",
            "Encryption",
            "Off one machine, connections use TLS 1.2 or later and check the broker's certificate.",
        ),
    ),
)
