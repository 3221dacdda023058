"""`station feed-sender` and `station feed-key`.

Law: light; whatever is heavy is imported when a role runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from station_config.runtime.command import Command

if TYPE_CHECKING:
    import argparse

    from structlog.typing import FilteringBoundLogger
    from twisted.internet.interfaces import IReactorCore

    from one_way_feed.sender import Sender
    from one_way_feed.settings import StatusSettings


def _configure_sender(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("config", type=Path, metavar="CONFIG", help="TOML, see the example")
    parser.add_argument("--check", action="store_true", help="read CONFIG and keys, then stop")


def _run_sender(arguments: argparse.Namespace) -> int:
    from one_way_feed.keys import load_keys  # noqa: PLC0415 - heavy
    from one_way_feed.memory import next_epoch  # noqa: PLC0415
    from one_way_feed.sender import Sender  # noqa: PLC0415
    from one_way_feed.settings import load_sender_settings  # noqa: PLC0415
    from one_way_feed.source import Source  # noqa: PLC0415
    from protocol.times import to_unix  # noqa: PLC0415
    from station_config.runtime.clocks import system_clock  # noqa: PLC0415
    from station_config.runtime.process import run_reactor  # noqa: PLC0415

    settings = load_sender_settings(arguments.config)
    keys = load_keys(settings.line.keys)
    source = Source(settings.database, settings.queries)
    if arguments.check:
        print(f"{arguments.config}: no mistake found")  # noqa: T201 - a command line's answer
        return 0
    clock = system_clock()

    def start(reactor: IReactorCore, log: FilteringBoundLogger) -> None:
        epoch = next_epoch(settings.line.state, to_unix(clock.now()))
        sender = Sender(
            reactor,  # type: ignore[arg-type] # the reactor is every reactor interface
            settings=settings,
            keys=keys,
            epoch=epoch,
            source=source,
            clock=clock,
            log=log,
        )
        reactor.addSystemEventTrigger("before", "shutdown", sender.stop)
        if settings.status is not None:
            _tell_status(reactor, settings.status, sender, log)
        sender.start()

    return run_reactor("feed-sender", start, as_json=settings.log_json, quiet=settings.quiet)


def _tell_status(
    reactor: IReactorCore, settings: StatusSettings, sender: Sender, log: FilteringBoundLogger
) -> None:
    from one_way_feed.sender_figures import sender_figures, sender_health  # noqa: PLC0415 - heavy
    from station_config.runtime.clocks import system_clock  # noqa: PLC0415
    from station_config.runtime.status_site import serve_status  # noqa: PLC0415

    serve_status(
        reactor,
        host=settings.host,
        port=settings.port,
        health=lambda: sender_health(sender),
        figures=sender_figures(sender, system_clock()),
        log=log,
    )


def _configure_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("new", "rotate", "show-fingerprint"))
    parser.add_argument("file", type=Path, metavar="FILE", help="the key file")
    parser.add_argument("--link", type=int, default=1, help="0-15, for new (default 1)")


def _run_key(arguments: argparse.Namespace) -> int:
    import os  # noqa: PLC0415

    from one_way_feed.keys import (  # noqa: PLC0415
        LINKS,
        load_keys,
        new_keys,
        rotated,
        save_keys,
    )
    from protocol.errors import OperatorError  # noqa: PLC0415

    if arguments.action == "new":
        if not 0 <= arguments.link < LINKS:
            raise OperatorError("--link is 0 to 15")
        ring = new_keys(arguments.link, os.urandom)
        save_keys(ring, arguments.file, replace=False)
    elif arguments.action == "rotate":
        ring = rotated(load_keys(arguments.file), os.urandom)
        save_keys(ring, arguments.file, replace=True)
    else:
        ring = load_keys(arguments.file)
    for key_id, digits in ring.fingerprints().items():
        active = "  active" if key_id == ring.active else ""
        print(f"link {ring.link}  key {key_id}  {digits}{active}")  # noqa: T201 - the answer
    return 0


FEED_SENDER = Command(
    summary="read the dispatching database and send its rows over a serial line, one way",
    configure=_configure_sender,
    run=_run_sender,
    examples="""\
  station feed-sender /etc/station/feed-sender.toml
  station feed-sender --check feed-sender.toml    say what is wrong with the file
  (an example with every key: one_way_feed/examples/dmis.toml)""",
)

FEED_KEY = Command(
    summary="make and change the keys of a one-way link; made at dispatching, carried only inward",
    configure=_configure_key,
    run=_run_key,
    examples="""\
  station feed-key new feed.keys --link 1     make a key file (only its owner may read it)
  station feed-key rotate feed.keys           a fresh active key beside the old one: carry the
                                              file to the hub first, then restart the sender
  station feed-key show-fingerprint feed.keys what two people compare over the telephone""",
)
