"""What is wanted of the device, and what it is set up to be: retained words of the hub.

Law: pure. A word is taken if its (epoch, revision) is greater than what is held, as for every
entity (`protocol.acceptance`); a live word of a lower epoch is a zombie's. It is kept on disk with
the runs, so a device that boots alone is as it was told to be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol.acceptance import Verdict, judge
from protocol.devices import Config, Want

if TYPE_CHECKING:
    from protocol.acceptance import Fence
    from protocol.messages import Message


@dataclass
class Desired:
    """What is held.

    Attributes:
        want: the desired state, None: nobody wants anything.
        config: what the device is set up to be, None: as it was installed.
    """

    want: Want | None = None
    config: Config | None = None
    _want_fence: Fence | None = None
    _config_fence: Fence | None = None

    def receive(self, message: Message, *, epoch: int, retained: bool) -> Verdict:
        """Take a `Want` or a `Config`.

        Args:
            message: with one of the two as its body.
            epoch: greatest that was seen in any message.
            retained: the broker kept it, so it may be of a hub that has gone since.
        """
        if message.epoch < epoch and not retained:
            return Verdict.ZOMBIE
        fence = (message.epoch, message.rev)
        match message.body:
            case Want() as want:
                verdict = judge(self._want_fence, *fence)
                if verdict is Verdict.ACCEPT:
                    self.want, self._want_fence = want, fence
            case Config() as config:
                verdict = judge(self._config_fence, *fence)
                if verdict is Verdict.ACCEPT:
                    self.config, self._config_fence = config, fence
            case _:
                raise TypeError(type(message.body))
        return verdict

    @property
    def want_revision(self) -> int:
        """Revision of the `Want` that is held, 0 for none."""
        return 0 if self.want is None else self.want.revision

    @property
    def config_revision(self) -> int:
        """Revision of the `Config` that is held, 0 for none."""
        return 0 if self.config is None else self.config.revision
