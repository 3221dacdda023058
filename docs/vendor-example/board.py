#!/usr/bin/env python3
"""A departure board in one file: paho-mqtt and the standard library, nothing else.

    board.py HOST PORT STATION DEVICE PASSWORD SCREEN   (SCREEN: a text file, rewritten at each change)

It follows docs/protocol (C-… names the clause) and passes `station conformance`.
"""
import json, os, random, sys, time, uuid
from datetime import datetime, timedelta, timezone
import paho.mqtt.client as mqtt

HOST, PORT, STATION, ME, PASSWORD, SCREEN = sys.argv[1:]
ROOT, KIND, VERSION, BOOT = f"pis/1/{STATION}/", "display", "1.0", uuid.uuid4().hex
TYPES = {"hub/state": "hub.state", "hub/beat": "hub.beat", "hub/manifest": "hub.manifest",
         f"dev/{ME}/cmd": "cmd", f"dev/{ME}/want": "dev.want", f"dev/{ME}/cfg": "dev.cfg"}
KEYS = {"run": "run_id", "plan": "service_date"}  # C-2.8: what the body must repeat of the topic
DONE, mono = SCREEN + ".commands", time.monotonic
held, epoch, mode, connected, seq, rejected = {}, 0, "AUTONOMOUS", False, 0, 0
beat = {"at": -1e9, "utc": time.time(), "mono": mono(), "rate": 1.0, "manifest": 0, "source": None}
since, asked, whole_since, said = time.time(), 0.0, None, None
try: done = json.load(open(DONE))  # C-7.8: commands outlive a restart
except (OSError, ValueError): done = {}

def now(): return beat["utc"] + (mono() - beat["mono"]) * beat["rate"]  # C-11.7
def text(at): return datetime.fromtimestamp(at, timezone.utc).isoformat()
def instant(value):  # C-2.6: an offset is needed
    at = datetime.fromisoformat(value)
    if at.tzinfo is None: raise ValueError("no offset")
    return at.timestamp()
def when(value): return None if value is None else instant(value)
def count(value):  # C-2.7
    if type(value) is not int or not 0 <= value < 2**53: raise ValueError("no count")
    return value

def say(leaf, t, body, retain=False, qos=1, life=None, number=None):  # C-2.1, C-2.9, C-9.10
    global seq
    seq += 1
    n, rnd = number or seq, random.getrandbits(74)
    uid = uuid.UUID(int=int(time.time() * 1000) << 80 | 7 << 76 | rnd >> 62 << 64 | 2 << 62 | rnd & (1 << 62) - 1)
    message = {"v": VERSION, "t": t, "id": str(uid), "src": ME, "epoch": 0, "seq": n, "rev": n, "issued_at": text(now()), "body": body}
    if life: message["valid_until"] = text(now() + life)
    return (f"{ROOT}dev/{ME}/{leaf}", json.dumps(message), qos, retain)
def send(*a, **k):
    if connected: client.publish(*say(*a, **k))
def state(online=True): return {"online": online, "boot": BOOT, "mode": mode, "since": text(since), "hub_epoch": epoch, "manifest_seq": whole(),
                                "want_revision": held.get(f"dev/{ME}/want", {}).get("rev", 0), "cfg_revision": held.get(f"dev/{ME}/cfg", {}).get("rev", 0)}
def report():
    send("desc", "dev.desc", {"kind": KIND, "vendor": "Example", "versions": [VERSION], "commands": ["identify", "report"]}, True)
    send("state", "dev.state", state(), True, life=90); send("health", "dev.health", {"boot": BOOT, "uptime_s": mono(), "rejected": rejected}, qos=0)
def turn(new):
    global mode, since, said, whole_since
    mode, since, said, whole_since = new, now(), None, None
def whole():  # C-4.6: the manifest's number if everything in it is held, else 0
    m = held.get("hub/manifest")
    if not m or m["epoch"] != epoch or m["seq"] < beat["manifest"]: return 0
    has = lambda e, r: e in held and held[e]["epoch"] == epoch and held[e]["rev"] >= r
    return m["seq"] if all(has(e, r) for e, r in m["body"]["entries"].items() if e.split("/")[0] in KEYS) else 0

def take(topic, payload, retained):
    global epoch, asked
    if not payload: return  # C-2.11
    if len(payload) > (4 << 20 if topic.startswith(("plan/", "hub/manifest")) else 64 << 10): raise ValueError("too long")
    m, head = json.loads(payload), topic.split("/")[0]
    if m["v"].split(".")[0] != "1" or not isinstance(m["id"], str) or not isinstance(m["src"], str): raise ValueError("envelope")
    m["rev"], body = count(m.get("rev", 0)), m["body"]
    count(m["epoch"]), count(m["seq"]), instant(m["issued_at"])
    m["until"] = when(m.get("valid_until"))
    if m["t"] != TYPES.get(topic, "cmd" if head == "grp" else head): raise ValueError("not its topic")
    if head in KEYS and body[KEYS[head]] != topic.split("/")[1]: raise ValueError("not its key")
    for run in [body] if head == "run" else body["runs"] if head == "plan" else []: row(run)  # whatever cannot be shown is not taken
    if m["epoch"] < epoch and not retained: raise ValueError("a dead hub")  # C-3.4
    if m["t"] == "cmd": return None if retained or m["until"] is None else command(m, body)  # C-7.2
    if m["t"] == "hub.beat":
        if retained: return  # C-4.3
        at, rate, number = instant(body["utc"]), float(body.get("rate", 1)), count(body["manifest_seq"])
        beat.update(at=mono(), utc=at, mono=mono(), rate=rate, manifest=number, source=body.get("source"))
    else:
        old = held.get(topic)
        if old and (m["epoch"], m["rev"]) <= (old["epoch"], old["rev"]): return  # C-3.1
        if m["t"] == "hub.manifest": [count(r) for r in body["entries"].values()]
        if m["t"].startswith("dev."): count(body["revision"])
        if m["t"] == "hub.state": body["online"] is True or body["online"] is False or count(None)
        held[topic] = m
    if retained or head != "hub" or topic == "hub/manifest": return
    if m["t"] == "hub.state" and not body["online"]: return turn("SUSPECT") if mode in ("ONLINE", "SYNCING") else None  # C-11.1
    if m["epoch"] > epoch or mode in ("SUSPECT", "AUTONOMOUS"):  # C-11.4, C-11.8
        epoch, asked = max(epoch, m["epoch"]), mono()
        turn("SYNCING")

def command(m, body):
    name, kind, seconds = body["command_id"], body["kind"], body.get("parameters", {}).get("seconds", 10)
    ack = lambda stage, reason="": {"command_id": name, "stage": stage, "reason": reason}
    if name in done: answer = done[name]  # C-7.7
    elif m["until"] < now(): answer = ack("EXPIRED")
    elif mode != "ONLINE": answer = ack("FAILED", "not-online")  # C-7.5
    elif kind not in ("identify", "report"): answer = ack("FAILED", "unknown-kind")
    elif type(seconds) not in (int, float): answer = ack("FAILED", "bad-parameters")
    else: answer, _ = ack("DONE"), report() if kind == "report" else print("\a", end="")
    done[name] = answer
    json.dump(dict(list(done.items())[-500:]), open(DONE + "~", "w")); os.replace(DONE + "~", DONE)
    send("ack", "dev.ack", answer)

def row(run):
    times, leaves = run.get("timeline", {}), run.get("departure") or {}
    t = {key: when(value) for key, value in times.items() if key.endswith(("_at", "_until"))}
    place = run["destination"]["names"]
    if not isinstance(run["role"], str) or not isinstance(run["category"], str) or not isinstance(run["origin"]["names"], dict): raise ValueError("run")
    planned, best = when(leaves.get("planned")), when(leaves.get("actual") or leaves.get("estimated"))
    if planned is None or run["role"] not in ("ORIGIN", "INTERMEDIATE"): return None  # C-5.7
    lost = beat["source"] is None or now() > when(beat["source"].get("confirmed_at") or text(0)) + 1800
    unsure = best and best != planned and not leaves.get("actual") or run.get("cancelled") or run.get("held")
    if unsure and lost and not run.get("manual"): status = "to be confirmed, ask the staff"  # C-5.4
    elif run.get("cancelled") or leaves.get("cancelled"): status = "CANCELLED"
    elif run.get("held"): status = (run.get("note") or {}).get("en", "delay unknown")
    else: status = f"expected {text(best)[11:16]} UTC" if best and best != planned else "check-in" if (
        t.get("check_in_opens_at") or 9e9) <= now() < (t.get("check_in_closes_at") or 9e9) else ""
    on = (t.get("shown_at") or 9e9) <= now() < (t.get("departure_shown_until") or 9e9)
    return on and (planned, f"{text(planned)[11:16]} {run['departure_number']:8}{place.get('en') or run['destination']['code']:20}{run.get('platform') or '-':4}{status}")

def screen():
    m, runs = held.get("hub/manifest"), {}
    def told(e, h): return not m or e in m["body"]["entries"] or (h["epoch"], h["seq"]) > (m["epoch"], m["seq"])  # C-4.5
    for kind in ("plan", "run"):  # C-5.1: a run covers the plan's entry, also when its time is over (C-5.8)
        for e, h in [each for each in held.items() if each[0].startswith(kind + "/") and told(*each)]:
            fresh = h["until"] is None or now() <= h["until"]
            runs.update({r["run_id"]: r if fresh else None for r in ([h["body"]] if kind == "run" else h["body"]["runs"])})
    lines = sorted(line for line in (row(run) for run in runs.values() if run) if line)
    return "\n".join([f"{text(now())[11:16]} UTC   {mode} since {text(since)[11:16]}", *(line for _, line in lines)]) + "\n"  # C-11.3

def on_message(_client, _data, m):
    global rejected
    try: take(m.topic.removeprefix(ROOT), m.payload, m.retain)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError): rejected += 1  # C-2.3
def on_subscribe(c, _data, _mid, codes, _properties=None):
    global connected, said
    if any(code.is_failure for code in codes): return c.disconnect()  # C-1.6
    connected, said = True, None
def on_disconnect(*_):
    global connected
    connected = False
def on_connect(c, *_):
    names = ("hub/+", "run/+", "plan/+", f"dev/{ME}/cmd", f"dev/{ME}/want", f"dev/{ME}/cfg", f"grp/{KIND}/+/cmd")
    c.subscribe([(ROOT + name, 1 if name.endswith("cmd") else 0) for name in names])

def tick():
    global said, asked, whole_since, shown
    if mode in ("ONLINE", "SYNCING") and (mono() - beat["at"] > 15 and mono() - asked > 15 or not connected): turn("SUSPECT")
    if mode == "SUSPECT" and now() - since > 14: turn("AUTONOMOUS")  # C-11.2
    if mode == "SYNCING":
        whole_since = (whole_since or mono()) if whole() else None
        if whole_since and mono() - whole_since > 3: turn("ONLINE")
        elif not whole() and mono() - asked > 10 + random.random() * 4:  # C-11.5
            asked = mono(); send("req", "dev.req", {"correlation": uuid.uuid4().hex, "kind": "resync"}, life=10)
    now_said = (mode, epoch, held.get(f"dev/{ME}/want", {}).get("rev"), held.get(f"dev/{ME}/cfg", {}).get("rev"), mono() // 28)
    if connected and now_said != said: said = now_said; report()  # C-9.1, C-9.2, C-8.3
    if (text_now := screen()) != shown:
        open(SCREEN + "~", "w").write(text_now); os.replace(SCREEN + "~", SCREEN); shown = text_now

shown, wait = "", 0.5
while True:  # C-1.5: a new client for each connection, nothing of the last one is sent again
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, ME)
    client.username_pw_set(ME, PASSWORD)
    client.on_message, client.on_subscribe, client.on_disconnect, client.on_connect = on_message, on_subscribe, on_disconnect, on_connect
    client.will_set(*say("state", "dev.state", state(online=False), True, number=2**52))  # C-9.3
    try:
        client.connect(HOST, int(PORT), 30)
        while client.loop(0.1) == 0: tick(); wait = 0.5
    except OSError: pass
    connected = False; tick(); time.sleep(wait := min(30, random.uniform(0.5, wait * 3)))  # C-1.7
