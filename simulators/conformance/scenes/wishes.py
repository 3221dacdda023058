"""Scene "wishes": desired state and configuration, with names that no device knows.

Law: see `simulators.conformance.scenes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from protocol.codec import encode_body
from protocol.devices import Config, Fault, Want
from protocol.limits import IN_FORCE_WITHIN_S
from simulators.conformance.stage import SLACK_S

if TYPE_CHECKING:
    from simulators.conformance.stage import Stage

REVISION = 41
LAST = 43
_WITHIN_S = IN_FORCE_WITHIN_S + SLACK_S


async def play(stage: Stage) -> None:
    """Both come into force; an older revision and an unknown name do no harm."""
    hub, witness = stage.hub, stage.witness
    want = Want(revision=REVISION, brightness=0.8, page="unheard-of", values={"x": 1})
    say(stage, "want", want, REVISION)
    state = await witness.until_state(lambda said: said.want_revision == REVISION, _WITHIN_S)
    stage.check("C-8.3", state is not None, _found("want", state is not None))
    stage.check("C-8.4", state is not None, "a page and a value unheard of")
    config = Config(revision=REVISION, names={"en": "Under test"}, options={"y": True})
    say(stage, "cfg", config, REVISION)
    state = await witness.until_state(lambda said: said.cfg_revision == REVISION, _WITHIN_S)
    stage.check("C-8.3", state is not None, _found("configuration", state is not None))
    say(stage, "want", Want(revision=REVISION - 1, brightness=0.1), REVISION - 1)
    await stage.sleep(SLACK_S)
    now = witness.state
    kept = now is not None and now.want_revision == REVISION
    stage.check("C-3.3", kept, f"an older want: {now.want_revision if now else None} is in force")
    say(stage, "want", want, REVISION)  # the broker shall hold the newer one again
    await stage.alive("C-8.4", "wishes with unknown names")
    await _unsupported(stage, want, config)
    hub.manifest()


async def _unsupported(stage: Stage, want: Want, config: Config) -> None:
    """What cannot be followed is a fault, that ends when it is not asked for any more."""
    said = _unsupported_said(stage)
    found = f"faults {[fault.active for fault in said]} with code `unsupported`"
    if not stage.check("C-8.5", any(fault.active for fault in said), found):
        return
    say(stage, "want", Want(revision=REVISION + 1), REVISION + 1)
    say(stage, "cfg", Config(revision=REVISION + 1), REVISION + 1)
    await stage.sleep(_WITHIN_S)
    said = _unsupported_said(stage)
    found = f"faults {[fault.active for fault in said]} after wishes that ask for nothing"
    stage.check("C-9.8", bool(said) and not said[-1].active, found)
    say(stage, "want", replace(want, revision=LAST), LAST)
    say(stage, "cfg", replace(config, revision=LAST), LAST)
    await stage.sleep(1.0)


def _unsupported_said(stage: Stage) -> list[Fault]:
    heard = [each.message.body for each in stage.witness.heard if each.message is not None]
    return [body for body in heard if isinstance(body, Fault) and body.code == "unsupported"]


def say(stage: Stage, leaf: str, body: Want | Config, rev: int) -> None:
    """Publish a wish, with a field that nobody knows."""
    hub = stage.hub
    made = hub.message(body, rev=rev)
    made["body"] = msgspec.json.decode(encode_body(body)) | {"mood": "sunny"}
    hub.say(hub.topics.device(stage.device.id, leaf), made, retain=True)
    stage.wishes[leaf] = (body, rev)


def _found(what: str, ok: bool) -> str:  # noqa: FBT001 - it is the sentence
    return f"{what} {REVISION} {'in force' if ok else 'not in force'} within {_WITHIN_S:g} s"
