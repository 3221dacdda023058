"""The report's words, Chinese and English.

Law: words only; every text of the report stands here, in both languages.
"""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "title": ("正点率报告", "Punctuality"),
    "days_one": ("{first}", "{first}"),
    "days": ("{first} 至 {last}", "{first} to {last}"),
    "total": ("合计", "Total"),
    "day": ("日期", "Day"),
    "class": ("列车种类", "Class"),
    "hour": ("图定时（时）", "Planned hour"),
    "hour_of": ("发生时（时）", "Hour"),
    "by_day": ("各日正点率", "On time by day"),
    "by_class": ("各种类正点率", "On time by class"),
    "by_hour": ("各时段正点率", "On time by planned hour"),
    "delays": ("晚点分布（列数）", "How late: trains by minutes late"),
    "windows": ("各日检票时间保证率", "Check-in windows kept by day"),
    "triggers": ("发布的触发事件", "Triggers published"),
    "triggers_by_hour": ("各时发布的触发事件（件）", "Triggers published by hour"),
    "minutes": ("晚点分钟", "Minutes late"),
    "count": ("列数", "Trains"),
    "visits": ("列车", "Trains"),
    "reported": ("有实际时刻", "Reported"),
    "on_time": ("正点", "On time"),
    "share": ("正点率 %", "On time %"),
    "mean": ("平均晚点 分", "Mean minutes late"),
    "cancelled": ("停运", "Cancelled"),
    "kept": ("检票保证", "Check-in kept"),
    "rejected": (
        "未予采信的调度数据：整条 {whole}，部分 {parts}；见 station report rejects。",
        "Rows not believed: {whole} whole, {parts} in part; see station report rejects.",
    ),
    "no_rejects": ("全部数据均予采信。", "Every row was believed."),
    "whole": ("整条", "Rows"),
    "parts": ("部分", "Parts"),
    "first_at": ("最早", "First"),
    "last_at": ("最近", "Last"),
    "part_only": ("其余部分采用", "the rest was used"),
    "all_kinds": ("合计", "All"),
    "approaching": ("接近", "approaching"),
    "arrived": ("到达", "arrived"),
    "departed": ("出发", "departed"),
    "changed": ("变更", "changed"),
    "n": (
        "n：该组有实际时刻的列车数；检票图中为已开行列车的检票数。",
        "n: trains reported in the group; with check-in, windows of trains that left.",
    ),
    "definition": (
        "正点：晚点不超过 {n} 分钟（自定）；早点算正点。",
        "On time: at most {n} whole minutes late (our choice); early is on time.",
    ),
    "counted": (
        "无实际时刻的列车不计入。始发和路过列车按出发计，终到列车按到达计。",
        "Trains without a report are left out. Counted at departure, at the terminus at arrival.",
    ),
    "window": (
        "检票保证：检票时间不短于计划，且开车前已停止检票。",
        "Check-in kept: open at least as long as planned, and closed before the train left.",
    ),
    "trigger": (
        "触发事件：发布给各子系统、由其发出广播的消息。是否播出，没有系统向本系统报告。",
        "Triggers: messages that announcements are made from. Whether one was spoken is not known.",
    ),
}


def text(key: str, language: str, **values: object) -> str:
    """Return a text in `language` (``zh`` or ``en``); a key without one is itself."""
    zh, en = TEXTS.get(key, (key, key))
    return (zh if language == "zh" else en).format(**values)
