"""Clauses 1 to 3: transport, envelope, acceptance.

Law: values only.
"""

from __future__ import annotations

from protocol.clauses.clause import Level, Party, Row, section
from protocol.identifiers import MAX_LENGTH
from protocol.limits import MAX_BYTES, MAX_OTHER_BYTES

HUB, DEVICE, BOTH = Party.HUB, Party.DEVICE, Party.BOTH
MUST, SHOULD = Level.MUST, Level.SHOULD
_MIB, _KIB = MAX_BYTES // 2**20, MAX_OTHER_BYTES // 2**10

SECTIONS = (
    section(
        1,
        ("传输与主题", "Transport and topics"),
        "MQTT is a fast, unreliable carrier here. Nothing is true because of how it came.",
        Row(
            1,
            BOTH,
            MUST,
            "MQTT 3.1.1",
            "MQTT 3.1.1",
            "Hub and device speak MQTT 3.1.1 or later; no meaning is carried by MQTT 5 "
            "properties, client ids or sessions.",
        ),
        Row(
            2,
            BOTH,
            MUST,
            "主题前缀与标识符",
            "Root and identifiers",
            "Every topic begins with `pis/1/{station}/`. Stations, devices, types, zones, runs "
            f"and notices in topics are identifiers: 1 to {MAX_LENGTH} of `a-z`, `0-9`, `.` and "
            "`-`.",
        ),
        Row(
            3,
            BOTH,
            MUST,
            "服务质量与保留",
            "QoS and retained",
            "Each message is published on the topic, with the QoS and with the retained flag of "
            "the table of channels.",
        ),
        Row(
            4,
            DEVICE,
            MUST,
            "只写自己的主题",
            "Only its own topics",
            "A device publishes, its will included, only to `state`, `desc`, `ack`, `evt`, "
            "`health`, `req` and `said` under its own `dev/{device}/`. Its user name at the broker "
            "is its id.",
        ),
        Row(
            5,
            DEVICE,
            MUST,
            "断线期间不积压",
            "Nothing is queued while offline",
            "What a device could not publish while it was offline is not published afterwards; it "
            "says its present description and state anew after each connection.",
        ),
        Row(
            6,
            DEVICE,
            MUST,
            "订阅被拒",
            "A refused subscription",
            "A device takes a failure code in SUBACK for a lost connection, never for success.",
        ),
        Row(
            7,
            DEVICE,
            SHOULD,
            "退避重连",
            "Back-off",
            "A device reconnects after a random wait that grows from 0.5 s to at most 30 s.",
        ),
        Row(
            8,
            DEVICE,
            MUST,
            "任意到达次序",
            "Any delivery",
            "Whatever comes twice, late, out of order or retained from an earlier time, what a "
            "device tells afterwards is the same as if each message had come once and in order.",
        ),
    ),
    section(
        2,
        ("信封", "Envelope"),
        "Each payload is one JSON object. The body is described by the JSON Schema of its type.",
        Row(
            1,
            BOTH,
            MUST,
            "报文形式",
            "Form",
            "A payload is one JSON object in UTF-8 with `v`, `t`, `id`, `src`, `epoch`, `seq`, "
            "`issued_at` and `body`, and may have `rev` (default 0) and `valid_until` (default "
            "null), and fits the JSON Schema of its `t`.",
        ),
        Row(
            2,
            BOTH,
            MUST,
            "长度上限",
            "Size",
            f"A `plan` or `hub.manifest` has at most {_MIB} MiB, every other message at most "
            f"{_KIB} KiB. A receiver drops a longer one.",
        ),
        Row(
            3,
            BOTH,
            MUST,
            "无效报文",
            "What is not valid",
            "A receiver drops a payload that is not valid, counts it, and goes on as if it had "
            "never come: no restart, no lost connection, no change of what is told.",
        ),
        Row(
            4,
            BOTH,
            MUST,
            "未知字段",
            "Unknown fields",
            "A receiver ignores fields that it does not know, in the envelope and at any depth of "
            "the body, and takes the rest.",
        ),
        Row(
            5,
            BOTH,
            MUST,
            "未知类型",
            "Unknown types and topics",
            "A receiver ignores a message whose `t` or topic it does not know.",
        ),
        Row(
            6,
            BOTH,
            MUST,
            "时刻",
            "Instants",
            "An instant is an RFC 3339 date-time with an offset, from 1970 up to 2200. One "
            "without an offset is not valid. All instants are station time.",
        ),
        Row(
            7,
            BOTH,
            MUST,
            "整数",
            "Integers",
            "`epoch`, `seq`, `rev` and every number of things are integers from 0 to 2^53-1.",
        ),
        Row(
            8,
            BOTH,
            MUST,
            "内容与主题相符",
            "Body and topic agree",
            "A receiver drops a message whose `t`, or whose id in the body (`run_id`, "
            "`service_date`, `notice_id`, `kind` of an event), is not that of its topic.",
        ),
        Row(
            9,
            BOTH,
            MUST,
            "发送方字段",
            "The sender's fields",
            "`id` is a new UUID version 7 for each message sent, `src` the sender's user name; "
            "`seq` grows with each message of a sender within one epoch (a device: one boot).",
        ),
        Row(
            10,
            BOTH,
            MUST,
            "有效期",
            "Validity",
            "After `valid_until` the content is not told as true and not acted upon.",
        ),
        Row(
            11,
            DEVICE,
            SHOULD,
            "空报文",
            "Empty payloads",
            "An empty payload on `run/`, `plan/` or `notice/` deletes for the broker. It has no "
            "fence, so a device leaves the decision to the manifest (C-4.5).",
        ),
    ),
    section(
        3,
        ("接受规则", "Acceptance"),
        "The epoch is the fence against a hub that should be dead, the revision against a message "
        "that was overtaken. An entity is what one retained topic is about.",
        Row(
            1,
            BOTH,
            MUST,
            "接受条件",
            "The rule",
            "A receiver accepts a message about an entity if and only if it holds nothing of it "
            "or `(epoch, rev)` is greater than what it holds, compared in that order.",
        ),
        Row(
            2,
            DEVICE,
            MUST,
            "重复",
            "Duplicates",
            "A message with equal `(epoch, rev)` is a duplicate and has no effect.",
        ),
        Row(
            3,
            DEVICE,
            MUST,
            "迟到",
            "Overtaken messages",
            "A message with an equal epoch and a lower `rev` has no effect.",
        ),
        Row(
            4,
            DEVICE,
            MUST,
            "过期枢纽",
            "A hub that should be dead",
            "A message that is not retained and whose epoch is lower than the greatest that the "
            "device has seen from a hub has no effect.",
        ),
        Row(
            5,
            DEVICE,
            SHOULD,
            "报告过期枢纽",
            "It is reported",
            "A device counts such messages in `rejected` of its health.",
        ),
        Row(
            6,
            DEVICE,
            MUST,
            "旧的保留报文",
            "Old retained messages",
            "A retained message of a lower epoch is told only while nothing newer is held of its "
            "entity and no manifest of a later `(epoch, seq)` leaves the entity out.",
        ),
        Row(
            7,
            HUB,
            MUST,
            "纪元",
            "Epochs",
            "The epoch of a hub is greater than that of every hub of the station that spoke "
            "before, the same for all messages of one life, and on disk before the first of them.",
        ),
        Row(
            8,
            HUB,
            MUST,
            "同一版本同一内容",
            "One revision, one content",
            "Two messages about one entity with equal `(epoch, rev)` have equal bodies.",
        ),
        Row(
            9,
            HUB,
            MUST,
            "整体发送",
            "Whole entities",
            "A message about an entity carries all of it; there are no deltas.",
        ),
    ),
)
