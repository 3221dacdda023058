"""What is said against a command: codes, with the sentence a person reads.

Law: nothing is refused and nobody is warned without a code from this list. Chinese and English
stand side by side.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from protocol.notices import Notice
from protocol.runs import Run


class Code(StrEnum):
    """Why a command is refused, or what a person should know about one that is not."""

    NO_REASON = "no-reason"
    NO_RULE = "no-rule"
    ANOTHER = "another"
    NO_RUN = "no-run"
    LEFT = "left"
    EXPIRED = "expired"
    UNKNOWN_TRACK = "unknown-track"
    UNKNOWN_PLATFORM = "unknown-platform"
    UNKNOWN_GATE = "unknown-gate"
    UNKNOWN_ROOM = "unknown-room"
    GATE_NOT_SERVING = "gate-not-serving"
    NO_CALL = "no-call"
    HAPPENED = "happened"
    DISORDER = "disorder"
    TOO_FAR = "too-far"
    NO_CHECK_IN = "no-check-in"
    AFTER_DEPARTURE = "after-departure"
    TOO_LONG = "too-long"
    NOTHING = "nothing"
    EXISTS = "exists"
    NO_NUMBER = "no-number"
    MISSING_TIME = "missing-time"
    TRACK_OCCUPIED = "track-occupied"
    TOO_SHORT = "too-short"
    NEWER = "newer"
    SEEN_OLDER = "seen-older"
    EARLY = "early"
    PAST = "past"
    DWELL = "dwell"
    GATES_FOLLOW = "gates-follow"
    NOT_THROUGH = "not-through"
    NOT_CANCELLED = "not-cancelled"
    NO_OTHER = "no-other"
    STARTS_ELSEWHERE = "starts-elsewhere"
    ENDS_ELSEWHERE = "ends-elsewhere"
    FUTURE = "future"
    TURN_ROUND = "turn-round"
    STOCK_LOST = "stock-lost"
    STOCK_NEEDED = "stock-needed"
    STOCK_TAKEN = "stock-taken"
    ALREADY = "already"
    BAD_ID = "bad-id"
    NO_NOTICE = "no-notice"
    NOTICE_EXISTS = "notice-exists"
    CHANGED_SINCE = "changed-since"
    NO_TEXT = "no-text"
    NOTICE_TOO_LONG = "notice-too-long"
    ENDS_FIRST = "ends-first"
    UNKNOWN_ZONE = "unknown-zone"
    LANGUAGE_MISSING = "language-missing"
    NO_END = "no-end"
    OVERTAKEN = "overtaken"


SENTENCES: dict[Code, tuple[str, str]] = {
    Code.NO_REASON: ("必须写明操作人和原因", "say who commands it and why"),
    Code.NO_RULE: (
        "本站的规则表中没有 manual，不能人工设置",
        "the station's list of rules lacks 'manual', so nobody can override them",
    ),
    Code.ANOTHER: (
        "该指令编号已用于另一条指令",
        "this command id was used for another command",
    ),
    Code.NO_RUN: ("没有该列车", "there is no such run"),
    Code.LEFT: ("列车已经离站", "the train has left already"),
    Code.EXPIRED: ("有效期已过", "it would have expired already"),
    Code.UNKNOWN_TRACK: ("未知股道", "the station has no such track"),
    Code.UNKNOWN_PLATFORM: ("未知站台", "the station has no such platform"),
    Code.UNKNOWN_GATE: ("未知检票口", "the station has no such ticket gate"),
    Code.UNKNOWN_ROOM: ("未知候车室", "the station has no such waiting room"),
    Code.GATE_NOT_SERVING: (
        "检票口不通往该站台",
        "the ticket gate does not lead to the train's platform",
    ),
    Code.NO_CALL: (
        "该列车在本站没有这一时刻",
        "the train has no such time here",
    ),
    Code.HAPPENED: ("已有实际时刻", "the actual time is known already"),
    Code.DISORDER: ("发车早于到达", "the departure would be before the arrival"),
    Code.TOO_FAR: (
        "与图定时刻相差超过 24 小时，或日期超前过多",
        "more than 24 hours from what is planned, or a day too far ahead",
    ),
    Code.NO_CHECK_IN: ("该列车在本站不检票", "there is no check-in for this train here"),
    Code.AFTER_DEPARTURE: (
        "开车后不能再开始检票",
        "check-in cannot be opened after the departure",
    ),
    Code.TOO_LONG: ("文字过长", "the text is too long for the boards"),
    Code.NOTHING: ("没有可以取消的人工设置", "there is nothing to take back"),
    Code.EXISTS: ("该列车已存在", "there is such a run already"),
    Code.NO_NUMBER: ("没有车次", "the train has no number"),
    Code.MISSING_TIME: ("缺少时刻", "a time is missing"),
    Code.TRACK_OCCUPIED: (
        "同一时间该股道另有列车",
        "another train is on the track at the same time",
    ),
    Code.TOO_SHORT: ("站台短于列车", "the platform is shorter than the train"),
    Code.NEWER: (
        "人工设置之后，调度又有新的消息",
        "the feed has said something else since this was set by hand",
    ),
    Code.SEEN_OLDER: (
        "您看到的内容之后又有变化",
        "the run has changed since you looked at it",
    ),
    Code.EARLY: (
        "早于图定时刻发车",
        "it would leave before its printed time",
    ),
    Code.PAST: ("该时刻已过", "the time is past"),
    Code.DWELL: (
        "停站时间不足，发车时刻相应推迟",
        "the stop is too short, so the departure is told later",
    ),
    Code.GATES_FOLLOW: (
        "人工设置的检票口不通往该站台，改用站台的检票口",
        "gates set by hand do not lead there; those of the platform are told",
    ),
    Code.NOT_THROUGH: (
        "该列车在本站不是路过，不能改为终到或始发",
        "the train does not stop here on its way, so no part of that can be cancelled",
    ),
    Code.NOT_CANCELLED: ("列车没有停运，无需替代", "nothing of the train is cancelled"),
    Code.NO_OTHER: ("没有所指的另一列车", "there is no such other run"),
    Code.STARTS_ELSEWHERE: ("该列车不在本站始发", "the train does not start here"),
    Code.ENDS_ELSEWHERE: ("所指列车不在本站终到", "that train does not end here"),
    Code.FUTURE: ("该时刻尚未到", "that time is still to come"),
    Code.TURN_ROUND: (
        "车底折返时间不足，发车时刻相应推迟",
        "its stock comes too late for that, so the departure is told later",
    ),
    Code.STOCK_LOST: ("所用车底不来", "the stock that it is to leave with does not come"),
    Code.STOCK_NEEDED: ("其车底原定用于", "its stock is to leave as"),
    Code.STOCK_TAKEN: ("该车底另有用途", "that stock is to leave as another train, too"),
    Code.ALREADY: ("现状已是如此", "it is so already"),
    Code.BAD_ID: (
        "编号只能用小写字母、数字、点和连字符",
        "an identifier has only a-z, 0-9, '.' and '-'",
    ),
    Code.NO_NOTICE: ("没有该通告", "there is no such notice"),
    Code.NOTICE_EXISTS: ("该编号的通告已存在", "there is a notice of that id already"),
    Code.CHANGED_SINCE: (
        "该通告已被他人修改，请先查看",
        "somebody has changed the notice since; look at it first",
    ),
    Code.NO_TEXT: (
        "缺少本站第一语言的文字",
        "there is no text in the station's first language",
    ),
    Code.NOTICE_TOO_LONG: (
        "通告文字过长（半角字符数）",
        "too long for a board, in half characters",
    ),
    Code.ENDS_FIRST: ("结束不晚于开始", "it would end before it begins"),
    Code.UNKNOWN_ZONE: (
        "未知区域（广播分区、候车室或显示屏）",
        "the station has no such zone, waiting room or board",
    ),
    Code.LANGUAGE_MISSING: (
        "缺少该语言的文字，将显示其他语言",
        "no text in this language; another one is told there",
    ),
    Code.OVERTAKEN: (
        "您查看之后，他人已修改该列车，请先核对",
        "somebody has changed the train since you looked at it; look first",
    ),
    Code.NO_END: ("没有结束时间，须人工撤销", "it has no end and stays until it is withdrawn"),
}


class Objection(msgspec.Struct, frozen=True):
    """One thing said against a command.

    Attributes:
        code: the code.
        zh: the sentence in Chinese.
        en: the sentence in English.
    """

    code: Code
    zh: str
    en: str


def objection(code: Code, found: str = "") -> Objection:
    """Return the objection of `code`; `found` is what it is about, e.g. the unknown track."""
    zh, en = SENTENCES[code]
    return Objection(code, f"{zh}：{found}" if found else zh, f"{en}: {found}" if found else en)


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a command.

    Attributes:
        command_id: the command's.
        accepted: it was done.
        refused: why it was not.
        warned: what the person should know.
        run_id: the run that it is about, None for the whole station.
        run: that run as passengers are told of it now.
        notice: with a command about a notice: the notice as it is told, None: no more.
    """

    command_id: str
    accepted: bool
    refused: tuple[Objection, ...] = ()
    warned: tuple[Objection, ...] = ()
    run_id: str | None = None
    run: Run | None = None
    notice: Notice | None = None


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Answer)


def encode_answer(answer: Answer) -> bytes:
    """Return `answer` as store and wire have it."""
    return _encoder.encode(answer)


def decode_answer(data: bytes) -> Answer:
    """Return the answer in `data`, the inverse of `encode_answer`."""
    return _decoder.decode(data)
