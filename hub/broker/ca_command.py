"""`station ca`: certificates of the station's own authority.

Law: light; what it does is `hub.broker.authority`'s and is imported when it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from station_config.runtime.command import Command

if TYPE_CHECKING:
    import argparse

    from hub.broker.authority import Issued
    from protocol.times import Instant

EXIT_SOON = 1
TITLE = "Station Hub local authority"


def _configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    init = actions.add_parser("init", help="make the authority: ca.key stays, ca.pem is for all")
    init.add_argument("--title", default=TITLE, help=f"its name (default {TITLE!r})")
    init.add_argument("--days", type=int, metavar="N", help="how long it is valid")
    issue = actions.add_parser("issue", help="make a key and sign its certificate")
    issue.add_argument("name", metavar="NAME", help="e.g. broker, or a device's identifier")
    issue.add_argument(
        "--san",
        action="append",
        default=[],
        metavar="HOST",
        help="host name or IP address that a server is reached by; may be repeated",
    )
    issue.add_argument("--days", type=int, metavar="N", help="how long it is valid")
    issue.add_argument("--renew", action="store_true", help="replace the one that is there")
    listed = actions.add_parser("list", help="all certificates; exit code 1: one must be renewed")
    for each in (init, issue, listed):
        each.add_argument(
            "--dir", type=Path, default=Path("tls"), help="of the authority (default tls)"
        )


def _run(arguments: argparse.Namespace) -> int:
    from station_config.runtime.clocks import system_clock  # noqa: PLC0415 - light until run

    return _ACTIONS[arguments.action](arguments, system_clock().now())


def _init(arguments: argparse.Namespace, now: Instant) -> int:
    from hub.broker import authority  # noqa: PLC0415 - light until run

    days = _days(arguments, authority.CA_DAYS)
    path = authority.init(arguments.dir, arguments.title, now, days=days)
    _say(f"已建立 made: {path} (给所有设备 for everybody)")
    _say(f"私钥 private key: {path.with_suffix('.key')} (勿外传 keep it here, and a copy offline)")
    return 0


def _issue(arguments: argparse.Namespace, now: Instant) -> int:
    from hub.broker import authority  # noqa: PLC0415 - light until run

    days = _days(arguments, authority.DAYS)
    path = authority.issue(
        arguments.dir, arguments.name, now, sans=arguments.san, days=days, renew=arguments.renew
    )
    _say(f"已签发 issued: {path}, {path.with_suffix('.key')}")
    return 0


def _list(arguments: argparse.Namespace, now: Instant) -> int:
    from hub.broker import authority  # noqa: PLC0415 - light until run
    from station_config.runtime.tls import SOON_DAYS  # noqa: PLC0415

    found = authority.issued(arguments.dir)
    for each in found:
        _say(_line(each, now, SOON_DAYS))
    return EXIT_SOON if any(e.days_left(now) < SOON_DAYS or not e.ours for e in found) else 0


def _line(issued: Issued, now: Instant, soon_days: int) -> str:
    days = issued.days_left(now)
    if not issued.ours:
        state = "非本站签发 NOT of this authority"
    elif days < 0:
        state = "已过期 EXPIRED"
    else:
        state = "即将到期 RENEW SOON" if days < soon_days else "有效 valid"
    names = ", ".join(issued.names) or "-"
    return f"{issued.name:<24}{issued.ends:%Y-%m-%d}  {days:>6.0f} d  {state}  {names}"


def _days(arguments: argparse.Namespace, default: int) -> int:
    from protocol.errors import OperatorError  # noqa: PLC0415

    days: int = default if arguments.days is None else arguments.days
    if days < 1:
        raise OperatorError("a certificate is valid for one day at least", where="--days")
    return days


def _say(text: str) -> None:
    print(text)  # noqa: T201 - a command line's answer


_ACTIONS = {"init": _init, "issue": _issue, "list": _list}

CA = Command(
    summary="the station's own certificate authority, for TLS at the broker",
    configure=_configure,
    run=_run,
    examples="""\
  station ca init
  station ca issue broker --san broker.station.lan --san 10.0.0.5
  station ca issue board-7                      where devices must show a certificate
  station ca list || echo "one must be renewed"
  station ca issue broker --renew""",
)
