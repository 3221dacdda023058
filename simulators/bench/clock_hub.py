"""The hub of `station bench clock`: it tells the machine's time, moved by so much as it is told to.

Law: it is played (`simulators.conformance.played`), so that its time can be stepped. A line
``step SECONDS`` on standard input moves the time; the answer is a line of JSON with the moment.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from protocol.codec import decode
from protocol.errors import MessageError
from protocol.master_clock import MasterClock
from protocol.messages import Beat, Request
from protocol.topics import Topics
from simulators.conformance.played import PlayedHub, ShiftedClock
from station_config.load import load_station
from station_config.runtime.clocks import system_clock
from station_config.runtime.deployment import load_deployment
from station_config.runtime.mqtt import MqttConnection
from station_config.runtime.process import run_reactor

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from protocol.times import Instant
    from station_config.runtime.reactor import Reactor

MASTER = MasterClock(source="bench", uncertainty_s=0.001, stratum=1)


class SteppedHub(PlayedHub):
    """A played hub whose beat says that a master clock is followed."""

    def beat(self, *, epoch: int | None = None, utc: Instant | None = None) -> None:
        """Say ``hub/beat``."""
        body = Beat(
            utc=utc or self.clock.now(),
            manifest_seq=self.manifest_seq,
            clock_quality="synced",
            source=self._source(),
            clock=MASTER,
        )
        self.say(self.topics.hub_beat, self.message(body, epoch=epoch), qos=0)


def main() -> int:
    """Run it; arguments: the deployment file."""
    deployment = load_deployment(Path(sys.argv[1]))
    topics = Topics(load_station(deployment.station).id)

    def start(reactor: Reactor, log: FilteringBoundLogger) -> None:
        clock = ShiftedClock(system_clock())
        dice = random.Random(1)  # noqa: S311 - ids
        hub = SteppedHub(reactor, topics, clock, dice, int(clock.now().timestamp()))
        hub.user = deployment.hub.id

        def hear(topic: str, payload: bytes, _retained: bool) -> None:  # noqa: FBT001 - the port's
            try:
                message = decode(payload, topic=topic)
            except MessageError:
                return
            if isinstance(message.body, Request):
                hub.receive(topics.entity(topic).split("/")[1], message.body)

        hub.connection = MqttConnection(
            reactor,
            host=deployment.broker.host,
            port=deployment.broker.port,
            user=deployment.hub.id,
            password=deployment.secret(deployment.hub.id),
            make_will=lambda: None,
            subscriptions=[(topics.all_devices("req"), 1)],
            on_up=hub.come,
            on_down=lambda _: hub.silence(),
            on_message=hear,
            log=log,
            random=dice,
        )
        hub.connection.start()

        def step(seconds: float) -> None:
            clock.shift += timedelta(seconds=seconds)
            at = time.time()  # noqa: TID251 - the scale on which everything is measured
            print(json.dumps({"stepped_at": at}), flush=True)  # noqa: T201 - the answer

        def read() -> None:
            for line in sys.stdin:
                reactor.callFromThread(step, float(line.split()[1]))

        threading.Thread(target=read, daemon=True).start()

    return run_reactor("bench-hub", start, quiet=True)


if __name__ == "__main__":
    sys.exit(main())
