"""A departure board in one file: board.py HOST PORT STATION DEVICE PASSWORD SCREEN (a text file to write).
It needs only paho-mqtt. C-1.5 and the like are clauses of docs/protocol; `station conformance` tests them."""
import contextlib, datetime, json, os, pathlib, random, sys, time, uuid, zoneinfo, paho.mqtt.client as mqtt
(HOST, PORT, STATION, ME, PASSWORD, SCREEN), SYSTEM = sys.argv[1:], time.time()
ROOT, KIND, BOOT, mono, Time = f"pis/1/{STATION}/", "display", uuid.uuid4().hex, time.monotonic, datetime.datetime
BEAT, MANIFEST, WANT, CFG = "hub/beat", "hub/manifest", f"dev/{ME}/want", f"dev/{ME}/cfg"
TOPICS = "hub/+", "run/+", "plan/+", WANT, CFG, f"dev/{ME}/cmd", f"grp/{KIND}/all/cmd"
KEYS = {"plan": "service_date", "run": "run_id"}  # what is shown, and what its body repeats of its topic
TIMES = "shown_at", "departure_shown_until", "check_in_opens_at", "check_in_closes_at"
class me: mode, since, epoch, heard, complete, ask_at, up = "AUTONOMOUS", SYSTEM, 0, 0, None, 0, False
class sent: seq, said, screen, wait, rejected, acks = 0, None, "", 0.5, 0, {}
def iso(at): return Time.fromtimestamp(at, datetime.timezone.utc).isoformat()
def must(ok): return ok or int("what is not valid raises ValueError")
def number(value): return must(type(value) is int and 0 <= value < 2**53)  # C-2.7
def instant(text): return must((at := Time.fromisoformat(text)).tzinfo and at.year < 2200) and at.timestamp()  # C-2.6
EMPTY = {"utc": iso(SYSTEM), "manifest_seq": 0, "entries": {}, "revision": 0}
NOTHING = {"epoch": -1, "rev": 0, "seq": 0, "mono": mono(), "body": EMPTY}
held = dict.fromkeys((BEAT, MANIFEST, WANT, CFG, "hub/state"), NOTHING)  # the newest message of each topic
def body(topic): return held[topic]["body"]
def rate(): return body(BEAT).get("rate", 1)
def now(): return instant(body(BEAT)["utc"]) + (mono() - held[BEAT]["mono"]) * rate()  # C-11.7
def local(at): return f"{Time.fromtimestamp(at, zoneinfo.ZoneInfo(body('hub/state').get('zone', 'UTC'))):%H:%M}"
def told(names, code="", **_): return names.get("en") or next(iter(names.values()), code)  # C-5.9
def message(leaf, content, life=None, last=0):  # C-2.1, C-2.9, C-9.10
    sent.seq, noise = sent.seq + 1, random.getrandbits(62)
    seq, identity = last or sent.seq, int(time.time() * 1000) << 80 | 7 << 76 | 2 << 62 | noise
    return f"{ROOT}dev/{ME}/{leaf}", json.dumps({
        "v": "1.0", "t": f"dev.{leaf}", "id": str(uuid.UUID(int=identity)), "src": ME, "epoch": 0, "seq": seq,
        "rev": seq, "issued_at": iso(now()), "valid_until": life and iso(now() + life * rate()), "body": content})
def say(leaf, content, retain=False, life=None, qos=1):
    if me.up: client.publish(*message(leaf, content, life), qos, retain)
def state(online=True):
    return {"online": online, "boot": BOOT, "mode": me.mode, "since": iso(me.since), "hub_epoch": me.epoch,
        "manifest_seq": complete(), "want_revision": body(WANT)["revision"], "cfg_revision": body(CFG)["revision"]}
def report():  # C-9.1, C-9.2, C-9.7
    say("desc", {"kind": KIND, "versions": ["1.0"], "commands": list(DOES)}, retain=True)
    say("state", state(), retain=True, life=90)
    say("health", {"boot": BOOT, "uptime_s": time.process_time(), "rejected": sent.rejected}, qos=0)
DOES = {"identify": lambda: print(ME, "\a", flush=True), "report": report}
def take(topic, payload, retained):  # what is not valid raises before it has any effect (C-2.3)
    m, (head, *_, leaf), old = json.loads(payload), topic.split("/"), held.get(topic, NOTHING)
    b, epoch, rev, until = m["body"], m["epoch"], m.setdefault("rev", 0), m.get("valid_until")
    must(len(payload) <= (4 << 20 if head == "plan" or topic == MANIFEST else 64 << 10))  # C-2.2
    number(epoch), number(rev), number(m["seq"]), instant(m["issued_at"]), m["id"] + m["src"] + "text"
    must(m["t"] == (leaf if leaf == "cmd" else head if head in KEYS else f"{head}.{leaf}"))  # C-2.5, C-2.8
    must(m["v"].split(".")[0] == "1" and (head not in KEYS or b[KEYS[head]] == leaf))  # C-2.8, C-13.1
    must(epoch >= me.epoch or retained)  # C-3.4, C-7.4: a hub that should be dead
    if leaf == "cmd" or topic == BEAT and retained: return retained or command(until, b)  # C-4.3, C-7.2
    if topic != BEAT and (epoch, rev) <= (old["epoch"], old["rev"]): return  # C-3.1
    held[topic] = m | {"until": instant(until or "2199-01-01T00:00:00Z"), "mono": mono()}
    try: screen(), complete(), iso(now()), number(b["revision"] if head == "dev" else rev)
    except Exception: held.update({topic: old}); raise  # what cannot be shown is not taken either
    alive = topic == BEAT or leaf == "state" and b["online"] and not retained
    if leaf == "state" and not b["online"] and not retained: turn("SUSPECT", "ONLINE", "SYNCING")  # C-11.1
    if epoch > me.epoch: me.epoch = epoch; turn("SYNCING", "ONLINE")  # C-11.8
    if alive: me.heard = mono(); turn("SYNCING", "SUSPECT", "AUTONOMOUS")  # C-11.4
def command(until, b):
    name, kind, seconds = b["command_id"], b["kind"], b.get("parameters", {}).get("seconds", 10)
    if name not in sent.acks:  # C-7.7
        reason = "not-online" if me.mode != "ONLINE" else "" if kind in DOES else "unknown-kind"  # C-7.5, C-7.9
        if not reason and type(seconds) not in (int, float): reason = "bad-parameters"
        stage = "EXPIRED" if now() > instant(until) else "FAILED" if reason else "DONE"  # C-7.3
        if stage == "DONE": DOES[kind]()
        sent.acks[name] = {"command_id": name, "stage": stage, "reason": reason}
    say("ack", sent.acks[name])
def row(run):  # [planned, line] of a run that stands on the board now, else None (C-5.2)
    times, at, role = run.get("timeline") or {}, run.get("departure"), run["role"]
    shown, until, opens, closes = (times.get(key) and instant(times[key]) for key in TIMES)  # C-5.3
    must(role in ("ORIGIN", "TERMINUS", "INTERMEDIATE", "PASS") and run["category"] and run["origin"]["code"])
    if not at or role == "PASS": return None  # C-5.7
    planned, best = instant(at["planned"]), instant(at.get("actual") or at.get("estimated") or at["planned"])
    gone, unknown = run.get("cancelled") or at.get("cancelled"), run.get("held")
    confirmed = instant((body(BEAT).get("source") or {}).get("confirmed_at") or iso(0))
    lost = now() > confirmed + body("hub/state").get("estimate_lifetime_s", 1800) and not run.get("manual")
    status = "check-in" if opens and opens <= now() and not (closes and closes <= now()) else ""
    if best != planned: status = f"expected {local(best)} {status}"
    if unknown: status = told(run.get("note") or {}, "delay unknown")  # C-5.6
    if gone: status = f"CANCELLED {(run.get('replaced_by') or {}).get('number') or ''}"  # C-5.5, C-5.11, C-5.12
    if lost and (gone or unknown or best != planned and not at.get("actual")): status = "to be confirmed"  # C-5.4
    cells = [local(planned), run.get("departure_number"), told(**run["destination"]), run.get("platform"), status]
    return (planned, cells) if shown and shown <= now() and not (until and until <= now()) else None
def screen():
    runs, top = {}, held[MANIFEST]
    for topic, m in sorted(each for each in held.items() if each[0].split("/")[0] in KEYS):  # C-5.1: runs cover plans
        if topic in top["body"]["entries"] or (m["epoch"], m["seq"]) > (top["epoch"], top["seq"]):  # C-4.5, C-5.8
            runs |= {run["run_id"]: now() <= m["until"] and row(run) for run in m["body"].get("runs", [m["body"]])}
    lines = ("  ".join(cell or "-" for cell in cells) for _, cells in sorted(filter(None, runs.values()), key=str))
    return "\n".join([f"{local(now())} {me.mode} since {local(me.since)}", *lines, ""])  # C-11.3
def complete():  # C-4.6: the manifest's number, 0 if something in it is missing
    m, has = held[MANIFEST], lambda topic: (held.get(topic, NOTHING)["epoch"], held.get(topic, NOTHING)["rev"])
    wanted = {topic: rev for topic, rev in m["body"]["entries"].items() if topic.split("/")[0] in KEYS}
    whole = m["epoch"] == me.epoch and all(has(topic) >= (me.epoch, rev) for topic, rev in wanted.items())
    return m["seq"] if whole and m["seq"] >= body(BEAT)["manifest_seq"] else 0
def turn(mode, *of):
    if me.mode in of: me.mode, me.since, me.complete, me.ask_at = mode, now(), None, mono() + random.uniform(10, 14)
def tick():
    if not me.up or mono() - me.heard > 15: turn("SUSPECT", "ONLINE", "SYNCING")  # C-11.1
    if mono() > me.ask_at: turn("AUTONOMOUS", "SUSPECT")  # C-11.2
    me.complete = (me.complete or mono()) if complete() else None
    if me.complete and mono() - me.complete > 3: turn("ONLINE", "SYNCING")  # C-11.4
    if me.mode == "SYNCING" and not me.complete and mono() > me.ask_at:  # C-11.5
        me.ask_at = mono() + random.uniform(10, 14); say("req", {"correlation": BOOT, "kind": "resync"}, life=10)
    said = me.up, me.mode, me.epoch, body(WANT), body(CFG), mono() // 28
    if said != sent.said: sent.said = said; report()
    if (text := screen()) != sent.screen:
        pathlib.Path(SCREEN + "~").write_text(text, "utf-8"); os.replace(SCREEN + "~", SCREEN); sent.screen = text
def on_message(_client, _data, m):
    try: m.payload and take(m.topic.removeprefix(ROOT), m.payload, m.retain)  # C-2.11: the manifest says what is gone
    except Exception: sent.rejected += 1  # C-3.5
def on_subscribe(_c, _d, _i, codes, *_): me.up = None if any(code.is_failure for code in codes) else True  # C-1.6
while True:  # C-1.5: a new client each time, so nothing of the last one is sent again
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, ME)
    client.on_connect = lambda *_: client.subscribe([(ROOT + it, it.endswith("cmd")) for it in TOPICS])
    client.on_subscribe, client.on_message = on_subscribe, on_message
    client.username_pw_set(ME, PASSWORD), client.will_set(*message("state", state(False), last=2**52), 1, True)
    with contextlib.suppress(OSError):
        client.connect(HOST, int(PORT), 30)
        while client.loop(0.1) == 0 and me.up is not None: tick()
    me.up, sent.wait = False, 0.5 if me.up else min(30, random.uniform(0.5, sent.wait * 3))  # C-1.7
    for _ in range(int(sent.wait * 10)): tick(), time.sleep(0.1)
