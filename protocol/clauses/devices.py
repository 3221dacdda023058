"""Clauses 7 to 9: commands, want and configuration, a device's presence.

Law: values only.
"""

from __future__ import annotations

from protocol.clauses.clause import Level, Party, Row, section
from protocol.limits import (
    ACCEPTED_WITHIN_S,
    COMMAND_LIFE_S,
    DONE_WITHIN_S,
    HEALTH_EVERY_S,
    IN_FORCE_WITHIN_S,
    REMEMBER_COMMANDS_S,
    RETRIES,
    SAID_LIFE_S,
    STATE_EVERY_S,
    STATE_LIVES,
)

HUB, DEVICE = Party.HUB, Party.DEVICE
MUST, SHOULD = Level.MUST, Level.SHOULD

SECTIONS = (
    section(
        7,
        ("命令", "Commands"),
        "A command is done once and now, or not at all.",
        Row(
            1,
            HUB,
            MUST,
            "命令的寿命",
            "Life of a command",
            f"A command is not retained; its `valid_until` is at most {COMMAND_LIFE_S:g} s after "
            "`issued_at` (times `rate` in a simulation).",
        ),
        Row(
            2,
            DEVICE,
            MUST,
            "保留的命令",
            "A retained command",
            "A device drops a command that is retained or has no `valid_until`.",
        ),
        Row(
            3,
            DEVICE,
            MUST,
            "过期的命令",
            "A late command",
            "A command past its `valid_until` by the device's disciplined clock is not done and "
            "is acknowledged EXPIRED.",
        ),
        Row(
            4,
            DEVICE,
            MUST,
            "过期枢纽的命令",
            "A command of a dead hub",
            "A command of a lower epoch than the greatest seen is not done and not acknowledged.",
        ),
        Row(
            5,
            DEVICE,
            MUST,
            "仅在联机时执行",
            "Only when online",
            "In another mode than ONLINE a command is not done and is acknowledged FAILED with "
            "reason `not-online`.",
        ),
        Row(
            6,
            DEVICE,
            MUST,
            "确认",
            "Acknowledgement",
            f"A command that will be done is acknowledged ACCEPTED within {ACCEPTED_WITHIN_S:g} s "
            f"of its receipt, and DONE or FAILED within {DONE_WITHIN_S:g} s of that; FAILED has a "
            "`reason`. A device may leave ACCEPTED out if it is done within that time.",
        ),
        Row(
            7,
            DEVICE,
            MUST,
            "重复的命令",
            "A command that comes again",
            "A `command_id` is done once. When it comes again, the last acknowledgement is "
            f"published again. It is remembered for at least {REMEMBER_COMMANDS_S:g} s.",
        ),
        Row(
            8,
            DEVICE,
            SHOULD,
            "重启后的重复命令",
            "Again after a restart",
            "That memory outlives a restart of the device.",
        ),
        Row(
            9,
            DEVICE,
            MUST,
            "未知命令",
            "Unknown commands",
            "A kind that the device does not know is acknowledged FAILED with `unknown-kind`, "
            "parameters that it cannot use with `bad-parameters`.",
        ),
        Row(
            10,
            HUB,
            MUST,
            "重发",
            "Sent again",
            f"Without any acknowledgement within {ACCEPTED_WITHIN_S:g} s the hub sends the command "
            f"again, at most {RETRIES} times, with the same `command_id`, `issued_at` and "
            "`valid_until` and the next `attempt`.",
        ),
        Row(
            11,
            HUB,
            MUST,
            "枢纽一侧的终结",
            "Its end at the hub",
            "The hub holds a command for expired when its life is over without acknowledgement, "
            f"or {DONE_WITHIN_S:g} s after ACCEPTED. What is acknowledged later changes nothing.",
        ),
        Row(
            12,
            DEVICE,
            MUST,
            "组命令",
            "Group commands",
            "A command on `grp/{type}/{zone}/cmd` is for the devices of that type in that "
            "zone, or in every zone if the zone is `all`; each acknowledges on its own topic.",
        ),
        Row(
            13,
            DEVICE,
            MUST,
            "必备命令",
            "Commands that all know",
            "Every device knows `identify` and `report`, and names the kinds that it knows in "
            "`commands` of its description.",
        ),
        Row(
            14,
            DEVICE,
            SHOULD,
            "常用命令",
            "Commands that most know",
            "A device knows `resync`, `restart` and `test`. A vendor's own kinds begin with `x-`.",
        ),
    ),
    section(
        8,
        ("期望状态与配置", "Want and configuration"),
        "What shall stay so is not commanded but wanted: it is retained and survives reboots.",
        Row(
            1,
            HUB,
            MUST,
            "版本",
            "Revision",
            "`dev/{device}/want` and `cfg` are retained and whole. `revision` grows with each "
            "change, over restarts of the hub too; the same revision has the same content.",
        ),
        Row(
            2,
            DEVICE,
            MUST,
            "生效",
            "In force",
            "The accepted want and configuration are in force in every link mode, and after a "
            "reboot as soon as they are received. What they leave out is left to the device.",
        ),
        Row(
            3,
            DEVICE,
            MUST,
            "回报版本",
            "Reported",
            "`want_revision` and `cfg_revision` of the state name what is in force, at most "
            f"{IN_FORCE_WITHIN_S:g} s after its receipt.",
        ),
        Row(
            4,
            DEVICE,
            MUST,
            "不能满足的要求",
            "What the device cannot do",
            "A field or name that a device cannot follow is ignored, the rest is followed; the "
            "revision is reported all the same.",
        ),
        Row(
            5,
            DEVICE,
            SHOULD,
            "上报不能满足的要求",
            "It is told",
            "What could not be followed is told as a fault with code `unsupported`.",
        ),
        Row(
            6,
            DEVICE,
            SHOULD,
            "本地保存",
            "Kept",
            "A device keeps the last want and configuration over a restart without a broker.",
        ),
    ),
    section(
        9,
        ("设备的存在", "A device's presence"),
        "A device says what it is, how it is, and what is wrong with it.",
        Row(
            1,
            DEVICE,
            MUST,
            "设备描述",
            "Description",
            "`dev/{device}/desc` is published, retained, after each connection; `kind` is the "
            "type under which the station knows the device.",
        ),
        Row(
            2,
            DEVICE,
            MUST,
            "设备状态",
            "State",
            "`dev/{device}/state` is published, retained, after each connection, on each change "
            f"of mode, and each {STATE_EVERY_S:g} s; its `valid_until` is {STATE_LIVES} such "
            "intervals after `issued_at`.",
        ),
        Row(
            3,
            DEVICE,
            MUST,
            "遗嘱",
            "Will",
            "Its will is a state with `online` false and the `boot` of the present start, "
            "retained, at QoS 1.",
        ),
        Row(
            4,
            DEVICE,
            MUST,
            "启动标识",
            "Boot",
            "`boot` is new at each start of the device's software and the same until the next.",
        ),
        Row(
            5,
            DEVICE,
            MUST,
            "如实的状态",
            "A true state",
            "`mode` is that of the link machine (section 11); `hub_epoch` and `manifest_seq` are "
            "those of the manifest that it holds.",
        ),
        Row(
            6,
            DEVICE,
            SHOULD,
            "告别",
            "Goodbye",
            "On an orderly stop a device publishes its will's content itself.",
        ),
        Row(
            7,
            DEVICE,
            SHOULD,
            "健康",
            "Health",
            f"`dev/{{device}}/health` is published each {HEALTH_EVERY_S:g} s at QoS 0.",
        ),
        Row(
            8,
            DEVICE,
            SHOULD,
            "故障",
            "Faults",
            "A fault is published on `dev/{device}/evt` when it begins and when it ends, under "
            "one `code`.",
        ),
        Row(
            9,
            HUB,
            MUST,
            "过期的设备状态",
            "A state past its validity",
            "A reader takes a device whose state is past its `valid_until` for offline.",
        ),
        Row(
            10,
            DEVICE,
            MUST,
            "设备的纪元",
            "A device's epoch",
            "`epoch` of a device's messages is 0 and `rev` is `seq`; of a device's state the last "
            "that comes holds.",
        ),
        Row(
            11,
            DEVICE,
            SHOULD,
            "播报内容",
            "What it says",
            "A device that speaks publishes `dev/{device}/said` when a voice begins, valid until "
            "its end, and again with `ended` when it ends or is cut off, under the same "
            f"`spoken_id` and valid for {SAID_LIFE_S:g} s (times `rate`).",
        ),
    ),
)
