"""Broken boards: each plausible mistake of a vendor fails the clause that forbids it.

A kit that cannot fail proves nothing. They run some at a time, each with the scene concerned only;
by default every third, all with STATION_MUTANTS=all.
"""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.conftest import free_port
from tests.simulators.conformance.devices import EXAMPLES, python_board

pytestmark = pytest.mark.end_to_end

AT_ONCE = 6


@dataclass(frozen=True)
class Mutant:
    """A mistake: what is replaced by what, in which scene it shows, which clause it breaks."""

    clause: str
    scene: str
    old: str
    new: str


MUTANTS = {
    "no fence against a dead hub": Mutant(
        "C-3.4", "zombie", "must(epoch >= me.epoch or retained)", "pass"
    ),
    "the last message that comes holds": Mutant(
        "C-1.8",
        "duplicates",
        'if topic != BEAT and (epoch, rev) <= (old["epoch"], old["rev"]): return',
        "pass",
    ),
    "obeys though it is not online": Mutant(
        "C-7.5", "offline", '"not-online" if me.mode != "ONLINE" else ', ""
    ),
    "obeys though the command is late": Mutant(
        "C-7.3", "commands", '"EXPIRED" if now() > instant(until) else ', ""
    ),
    "does a command twice": Mutant("C-7.7", "commands", "if name not in sent.acks:", "if True:"),
    "answers twice": Mutant(
        "C-7.7",
        "commands",
        '    say("ack", sent.acks[name])',
        '    say("ack", sent.acks[name]), say("ack", sent.acks[name])',
    ),
    "ignores valid_until": Mutant(
        "C-5.8", "content", 'now() <= m["until"] and row(run)', "row(run)"
    ),
    "crashes on garbage": Mutant(
        "C-2.3", "garbage", "except Exception: sent.rejected += 1", "except ZeroDivisionError: pass"
    ),
    "takes a beat that was kept": Mutant("C-4.3", "network", "topic == BEAT and retained", "False"),
    "obeys a command that was kept": Mutant(
        "C-7.2", "network", "return retained or command(until, b)", "return command(until, b)"
    ),
    "is online at once": Mutant(
        "C-11.8",
        "new-epoch",
        "me.complete = (me.complete or mono()) if complete() else None",
        "me.complete = me.complete or mono()",
    ),
    "never asks": Mutant(
        "C-11.5", "new-epoch", 'say("req", {"correlation": BOOT, "kind": "resync"}, life=10)', "0"
    ),
    "shows trains that pass": Mutant("C-5.7", "content", 'not at or role == "PASS"', "not at"),
    "forgets no train": Mutant(
        "C-4.5", "content", 'if topic in top["body"]["entries"] or', "if True or"
    ),
    "knows its own fields only": Mutant(
        "C-2.4", "unknown-fields", 'm["v"].split(".")[0] == "1"', 'm["v"] == "1.0"'
    ),
    "trusts its own clock": Mutant(
        "C-11.7",
        "strays",
        'return instant(body(BEAT)["utc"]) + (mono() - held[BEAT]["mono"]) * rate()',
        "return time.time()",
    ),
    "takes its system clock between two beats": Mutant(
        "C-11.7",
        "strays",
        "uuid.uuid4().hex, time.monotonic,",
        "uuid.uuid4().hex, time.time,",
    ),
    "estimates never lapse": Mutant("C-5.4", "unusual", "if lost and (gone", "if False and (gone"),
    "guesses when a train is shown": Mutant(
        "C-5.3", "phases", "if shown and shown <= now()", "if (not shown or shown <= now())"
    ),
    "leaves trains on the board": Mutant(
        "C-5.2", "phases", "and not (until and until <= now())", ""
    ),
    "shows a time though nobody knows it": Mutant(
        "C-5.6", "unusual", "if unknown: status =", "if False: status ="
    ),
    "tells nothing of a cancelled departure": Mutant(
        "C-5.11", "unusual", 'or at.get("cancelled"), run', ", run"
    ),
    "takes a refusal for success": Mutant(
        "C-1.6",
        "refused",
        "None if any(code.is_failure for code in codes) else True",
        "True",
    ),
    "does not say that it is alone": Mutant(
        "C-11.3", "offline", "{me.mode} since {local(me.since)}", "departures"
    ),
    "has no will": Mutant(
        "C-9.3",
        "record",
        'client.will_set(*message("state", state(False), last=2**52), 1, True)',
        "None",
    ),
    "its will is of another boot": Mutant(
        "C-9.3", "record", '"boot": BOOT, "mode"', '"boot": BOOT if online else "x", "mode"'
    ),
    "retains its answers": Mutant(
        "C-1.3", "commands", 'say("ack", sent.acks[name])', 'say("ack", sent.acks[name], True)'
    ),
    "is blank when it is alone": Mutant(
        "C-11.6", "offline", "*lines, ", '*(lines if me.mode == "ONLINE" else ()), '
    ),
}


SHOWS_WHAT_IS_SPOKEN = {
    'TOPICS = "hub/+"': 'TOPICS = "spoken", "hub/+"',
    "def take(": """voices = {}
def voice(m, retained):
    b, until = m["body"], m.get("valid_until")
    if retained or not until or now() > instant(until): return  # C-6.9
    voices.pop(b["spoken_id"], None)
    if not b.get("ended") and not b.get("places"): voices[b["spoken_id"]] = b
def transcript():
    lasting = [b for b in voices.values() if now() < instant(b["ends_at"])]
    return [b["text"]["en"] for b in lasting if instant(b["begins_at"]) <= now()]
def take(""",
    "m.payload and take(": """m.payload and (
        voice(json.loads(m.payload), m.retain) if m.topic == ROOT + "spoken" else
        take(""",
    "m.payload, m.retain)  # C-2.11": "m.payload, m.retain))  # C-2.11",
    '*lines, ""]': '*lines, *transcript(), ""]',
}
"""The example in Python does not show what is spoken; with these it does, before it is broken."""

MUTANTS |= {
    "does not take down what was cut off": Mutant(
        "C-6.8", "spoken", 'if not b.get("ended") and', "if"
    ),
    "shows what is spoken elsewhere": Mutant(
        "C-6.8", "spoken", 'and not b.get("places"):', "and 1:"
    ),
    "shows what is spoken before it begins": Mutant(
        "C-6.8", "spoken", ' if instant(b["begins_at"]) <= now()]', "]"
    ),
    "leaves what was spoken on the board": Mutant(
        "C-6.8", "spoken", ' if now() < instant(b["ends_at"])]', "]"
    ),
    "shows what was spoken long ago": Mutant(
        "C-6.9",
        "spoken",
        "if retained or not until or now() > instant(until): return",
        "if retained: return",
    ),
}


CHOSEN = list(MUTANTS)[:: 1 if os.environ.get("STATION_MUTANTS") == "all" else 3]


def _run(name, directory):
    mutant = MUTANTS[name]
    source = (EXAMPLES / "board.py").read_text(encoding="utf-8")
    if mutant.scene == "spoken":
        for old, new in SHOWS_WHAT_IS_SPOKEN.items():
            assert old in source, old
            source = source.replace(old, new)
    assert mutant.old in source, name
    changed = source.replace(mutant.old, mutant.new)
    board = python_board(directory, free_port(), source=changed)
    scenes = dict.fromkeys(["late-join", mutant.scene, "record"])
    board.begin(*(word for scene in scenes for word in ("--only", scene)))
    code, verdicts, wrong = board.end()
    shutil.rmtree(directory, ignore_errors=True)
    return code, verdicts[mutant.clause], wrong


def test_every_broken_board_fails_the_clause_that_it_breaks(tmp_path):
    with ThreadPoolExecutor(AT_ONCE) as threads:
        jobs = {
            name: threads.submit(_run, name, tmp_path / str(number))
            for number, name in enumerate(CHOSEN)
        }
    found = {name: job.result() for name, job in jobs.items()}
    passed = {
        name: (MUTANTS[name].clause, code, verdict, wrong)
        for name, (code, verdict, wrong) in found.items()
        if (code, verdict) != (1, "FAILED")
    }
    assert not passed, "\n".join(f"{name}: {what}" for name, what in passed.items())
