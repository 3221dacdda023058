// A departure board in one file: node board.mjs WEBSOCKET-URL STATION DEVICE PASSWORD SCREEN (a text file to write).
// It needs only mqtt.js. C-1.5 and the like are clauses of docs/protocol; `station conformance` tests them.
import mqtt from 'mqtt';
import { randomBytes, randomUUID } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
const [URL, STATION, ME, PASSWORD, SCREEN] = process.argv.slice(2), SYSTEM = Date.now(), BOOT = randomUUID();
const ROOT = `pis/1/${STATION}/`, KIND = 'display', ROLES = ['ORIGIN', 'TERMINUS', 'INTERMEDIATE', 'PASS'];
const [STATE, BEAT, MANIFEST] = ['state', 'beat', 'manifest'].map(leaf => `hub/${leaf}`), DEV = `dev/${ME}/`;
const TOPICS = ['hub/+', 'run/+', 'plan/+', `${DEV}want`, `${DEV}cfg`, `${DEV}cmd`, `grp/${KIND}/all/cmd`];
const KEYS = { plan: 'service_date', run: 'run_id' }; // what is shown, and what its body repeats of its topic
const TIMES = ['shown_at', 'departure_shown_until', 'check_in_opens_at', 'check_in_closes_at'];
const mono = () => performance.now(), from = (least, most) => least + Math.random() * (most - least);
const me = { mode: 'AUTONOMOUS', since: SYSTEM, epoch: 0, heard: -1e9, complete: 0, askAt: 0, up: false };
const sent = { seq: 0, said: '', screen: '', wait: 500, rejected: 0, acks: new Map(), client: null };
const must = (ok, value) => { if (!ok) throw new Error('not valid'); return value; }, kind = it => it.split('/')[0];
const number = value => must(Number.isSafeInteger(value) && value >= 0, value); // C-2.7
const instant = it => must(/T.*(Z|[+-]\d\d:\d\d)$/i.test(it) && Date.parse(it) >= 0, Date.parse(it)); // C-2.6
const iso = at => new Date(at).toISOString(), when = text => text == null ? null : instant(text);
const NOTHING = { epoch: -1, rev: 0, seq: 0, mono: mono(), body: { utc: iso(SYSTEM), entries: {}, manifest_seq: 0 } };
const held = new Map([STATE, BEAT, MANIFEST, `${DEV}want`, `${DEV}cfg`].map(it => [it, NOTHING])); // newest by topic
const body = topic => held.get(topic).body, rate = () => body(BEAT).rate ?? 1;
const now = () => instant(body(BEAT).utc) + (mono() - held.get(BEAT).mono) * rate(); // C-11.7
const local = at => new Date(at).toLocaleTimeString('en-GB', { timeZone: body(STATE).zone, timeStyle: 'short' });
const told = (names, code) => names.en ?? Object.values(names)[0] ?? code, rev = it => body(DEV + it).revision ?? 0;
function message(leaf, content, life, last) { // C-2.1, C-2.9, C-9.10
  const hex = `${Date.now().toString(16).padStart(12, '0')}7${randomBytes(10).toString('hex')}`;
  const id = hex.replace(/(.{8})(.{4})(.{4})(.{3})(.{12}).*/, '$1-$2-$3-8$4-$5'), seq = last ?? (sent.seq += 1);
  const head = { v: '1.0', t: `dev.${leaf}`, id, src: ME, epoch: 0, seq, rev: seq, issued_at: iso(now()) };
  return JSON.stringify({ ...head, valid_until: life ? iso(now() + life * 1000 * rate()) : null, body: content });
}
const say = (leaf, content, { life, ...options } = {}) => me.up && sent.client.publish(
  `${ROOT}${DEV}${leaf}`, message(leaf, content, life), { qos: 1, ...options });
const state = (online = 1) => ({ online: !!online, boot: BOOT, mode: me.mode, since: iso(me.since),
  hub_epoch: me.epoch, manifest_seq: complete(), want_revision: rev('want'), cfg_revision: rev('cfg') });
const report = () => [ // C-9.1, C-9.2, C-9.7
  say('desc', { kind: KIND, versions: ['1.0'], commands: Object.keys(DOES) }, { retain: true }),
  say('state', state(), { retain: true, life: 90 }),
  say('health', { boot: BOOT, uptime_s: process.uptime(), rejected: sent.rejected }, { qos: 0 })];
const DOES = { identify: () => console.log(ME, '\x07'), report };
function take(topic, payload, retained) { // what is not valid throws before it has any effect (C-2.3)
  const head = kind(topic), leaf = topic.split('/').pop(), old = held.get(topic) ?? NOTHING;
  must(payload.length <= (head === 'plan' || topic === MANIFEST ? 4 << 20 : 64 << 10)); // C-2.2
  const m = JSON.parse(payload), b = m.body, rev = number(m.rev ?? 0), until = when(m.valid_until);
  number(m.epoch), number(m.seq), instant(m.issued_at), must(typeof m.id + typeof m.src === 'stringstring');
  must(m.t === (leaf === 'cmd' ? leaf : KEYS[head] ? head : `${head}.${leaf}`)); // C-2.5, C-2.8
  must(m.v.split('.')[0] === '1' && (!KEYS[head] || b[KEYS[head]] === leaf)); // C-2.8, C-13.1
  must(m.epoch >= me.epoch || retained); // C-3.4, C-7.4: a hub that should be dead
  if (leaf === 'cmd' || topic === BEAT && retained) return retained || until && command(until, b); // C-4.3, C-7.2
  if (topic !== BEAT && (m.epoch < old.epoch || m.epoch === old.epoch && rev <= old.rev)) return; // C-3.1
  held.set(topic, { ...m, rev, until: until ?? Infinity, mono: mono() });
  try { screen(), complete(), iso(now()), number(head === 'dev' ? b.revision : rev); }
  catch (error) { held.set(topic, old), old === NOTHING && KEYS[head] && held.delete(topic); throw error; }
  const alive = topic === BEAT || topic === STATE && b.online && !retained;
  if (topic === STATE && !b.online && !retained) turn('SUSPECT', 'ONLINE', 'SYNCING'); // C-11.1
  if (m.epoch > me.epoch) me.epoch = m.epoch, turn('SYNCING', 'ONLINE'); // C-11.8
  if (alive) me.heard = mono(), turn('SYNCING', 'SUSPECT', 'AUTONOMOUS'); // C-11.4
}
function command(until, b) {
  const name = must(typeof b.command_id === 'string', b.command_id), seconds = b.parameters?.seconds ?? 10;
  const reason = me.mode !== 'ONLINE' ? 'not-online' : !Object.hasOwn(DOES, b.kind) ? 'unknown-kind' // C-7.5, C-7.9
    : typeof seconds !== 'number' ? 'bad-parameters' : '', late = now() > until; // C-7.3
  const ack = { command_id: name, stage: late ? 'EXPIRED' : reason ? 'FAILED' : 'DONE', reason: late ? '' : reason };
  if (!sent.acks.has(name)) sent.acks.set(name, ack), ack.stage === 'DONE' && DOES[b.kind](); // C-7.7
  say('ack', sent.acks.get(name));
}
function row({ timeline: times, destination: place, departure: at, ...run }) { // null: not now (C-5.2)
  const [shown, until, opens, closes] = TIMES.map(key => when(times?.[key])), due = at => at !== null && at <= now();
  if (must(ROLES.includes(run.role) && run.category && run.origin.code, !at || run.role === 'PASS')) return null;
  const planned = instant(at.planned), best = when(at.actual ?? at.estimated) ?? planned, late = best !== planned;
  const gone = run.cancelled || at.cancelled, confirmed = when(body(BEAT).source?.confirmed_at) ?? 0;
  const lost = now() > confirmed + (body(STATE).estimate_lifetime_s ?? 1800) * 1000 && !run.manual?.length;
  const status = lost && (gone || run.held || late && !at.actual) ? 'to be confirmed' // C-5.4
    : gone ? `CANCELLED ${run.replaced_by?.number ?? ''}` // C-5.5, C-5.11, C-5.12
    : run.held ? told(run.note ?? {}, 'delay unknown') // C-5.6
    : `${late ? `expected ${local(best)} ` : ''}${due(opens) && !due(closes) ? 'check-in' : ''}`; // C-5.3
  const cells = [local(planned), run.departure_number, told(place.names, place.code), run.platform, status];
  return due(shown) && !due(until) ? [planned, cells.map(cell => cell || '-').join('  ')] : null;
}
function screen() {
  const shown = new Map(), top = held.get(MANIFEST); // C-4.5: told is what the manifest names, and what is newer
  const newer = m => m.epoch > top.epoch || m.epoch === top.epoch && m.seq > top.seq;
  const all = [...held].filter(([topic, m]) => KEYS[kind(topic)] && (topic in top.body.entries || newer(m))).sort();
  for (const [, m] of all) for (const run of m.body.runs ?? [m.body]) // C-5.1, C-5.8: runs come last and cover plans
    shown.set(run.run_id, now() > m.until ? null : row(run));
  const lines = [...shown.values()].filter(Boolean).sort(([a], [b]) => a - b).map(([, line]) => line);
  return [`${local(now())} ${me.mode} since ${local(me.since)}`, ...lines, ''].join('\n'); // C-11.3
}
function complete() { // C-4.6: the manifest's number, 0 if something in it is missing
  const m = held.get(MANIFEST), entries = Object.entries(m.body.entries).filter(([topic]) => KEYS[kind(topic)]);
  const has = ([topic, rev]) => held.get(topic)?.epoch === me.epoch && held.get(topic).rev >= number(rev);
  return m.epoch === me.epoch && m.seq >= body(BEAT).manifest_seq && entries.every(has) ? m.seq : 0;
}
const turn = (mode, ...of) => of.includes(me.mode) && Object.assign(me,
  { mode, since: now(), complete: 0, askAt: mono() + from(10e3, 14e3) });
function tick() {
  if (!me.up || mono() - me.heard > 15e3) turn('SUSPECT', 'ONLINE', 'SYNCING'); // C-11.1
  if (mono() > me.askAt) turn('AUTONOMOUS', 'SUSPECT'); // C-11.2
  me.complete = complete() && (me.complete || mono());
  if (me.complete && mono() - me.complete > 3e3) turn('ONLINE', 'SYNCING'); // C-11.4
  if (me.mode === 'SYNCING' && !me.complete && mono() > me.askAt) // C-11.5
    me.askAt = mono() + from(10e3, 14e3), say('req', { correlation: BOOT, kind: 'resync' }, { life: 10 });
  const said = [me.up, me.mode, me.epoch, rev('want'), rev('cfg'), Math.floor(mono() / 28e3)].join();
  if (said !== sent.said) sent.said = said, report();
  const text = screen();
  if (text !== sent.screen) writeFileSync(`${SCREEN}~`, text), renameSync(`${SCREEN}~`, SCREEN), sent.screen = text;
}
function connect() { // C-1.5: a new client each time, so nothing of the last one is sent again
  const subscriptions = Object.fromEntries(TOPICS.map(it => [ROOT + it, { qos: it.endsWith('cmd') ? 1 : 0 }]));
  const options = { clientId: ME, username: ME, password: PASSWORD, protocolVersion: 4, reconnectPeriod: 0 };
  const will = { topic: `${ROOT + DEV}state`, payload: message('state', state(0), 0, 2**52), qos: 1, retain: true };
  const client = sent.client = mqtt.connect(URL, { ...options, will }).on('error', () => client.end(true)); // C-9.3
  client.on('connect', () => client.subscribe(subscriptions, (error, grants) => { // C-1.6
    me.up = !error && grants.every(grant => grant.qos < 128), sent.wait = 500, me.up || client.end(true);
  }));
  client.on('message', (topic, payload, { retain }) => { // C-2.11: what is gone the manifest says
    try { if (payload.length) take(topic.slice(ROOT.length), payload, retain); } catch { sent.rejected += 1; }
  });
  client.once('close', () => setTimeout(connect, sent.wait = Math.min(3e4, from(500, sent.wait * 3)), me.up = false));
}
setInterval(tick, 100), connect();
