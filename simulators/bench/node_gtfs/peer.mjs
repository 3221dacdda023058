// The peer of the kernel's bench: node-gtfs.
//
// Law: only what node-gtfs offers, used as its documentation says. It reads a GTFS feed, and then
// for each turn a GTFS-realtime feed of trip updates, and asks for the departure board of one stop.
// Nothing is fetched from a network: the real-time feed is a data: URL, made before the clock runs.
//
//   node peer.mjs TASK.json     TASK: {feed, database, stop, date, from, to, turns: [[update]]}
//                               update: {trip, stops: [[stop, sequence, delay_s]]}
//   prints one JSON object:     {rows, seconds: [of each turn]}
import { readFileSync } from 'node:fs';
import GtfsRealtimeBindings from 'gtfs-realtime-bindings';
import {
  closeDb,
  getStopTimeUpdates,
  getStoptimes,
  getTrips,
  importGtfs,
  openDb,
  updateGtfsRealtime,
} from 'gtfs';

const { FeedMessage } = GtfsRealtimeBindings.transit_realtime;
const task = JSON.parse(readFileSync(process.argv[2], 'utf8'));

function config(url) {
  return {
    agencies: [{ path: task.feed, ...(url && { realtimeTripUpdates: { url } }) }],
    sqlitePath: task.database,
    gtfsRealtimeExpirationSeconds: 3600,
    verbose: false,
  };
}

function encoded(updates, timestamp) {
  const message = FeedMessage.create({
    header: { gtfsRealtimeVersion: '2.0', incrementality: 0, timestamp },
    entity: updates.map(({ trip, stops }) => ({
      id: trip,
      tripUpdate: {
        trip: { tripId: trip, startDate: String(task.date) },
        stopTimeUpdate: stops.map(([stopId, stopSequence, delay]) => ({
          stopId,
          stopSequence,
          arrival: { delay },
          departure: { delay },
        })),
      },
    })),
  });
  const octets = Buffer.from(FeedMessage.encode(message).finish());
  return `data:application/octet-stream;base64,${octets.toString('base64')}`;
}

function board() {
  const planned = getStoptimes({
    stop_id: task.stop,
    date: task.date,
    start_time: task.from,
    end_time: task.to,
  });
  const delays = new Map(
    getStopTimeUpdates({ stop_id: task.stop }).map((each) => [each.trip_id, each.departure_delay]),
  );
  const trips = new Map(
    getTrips({ trip_id: planned.map((each) => each.trip_id) }).map((each) => [each.trip_id, each]),
  );
  return planned
    .map((each) => ({
      train: trips.get(each.trip_id).trip_short_name,
      to: trips.get(each.trip_id).trip_headsign,
      planned: each.departure_timestamp,
      expected: each.departure_timestamp + (delays.get(each.trip_id) ?? 0),
    }))
    .sort((one, other) => one.expected - other.expected);
}

await importGtfs(config());
const begun = Math.floor(Date.now() / 1000);
const urls = task.turns.map((updates, turn) => encoded(updates, begun + turn));
const seconds = [];
let rows = 0;
for (const url of urls) {
  const before = process.hrtime.bigint();
  await updateGtfsRealtime(config(url));
  rows = board().length;
  seconds.push(Number(process.hrtime.bigint() - before) / 1e9);
}
closeDb(openDb(config()));
process.stdout.write(`${JSON.stringify({ rows, seconds })}\n`);
