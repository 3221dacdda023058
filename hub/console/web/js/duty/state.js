// Law: alarms and scenarios as the stream tells them, as signals. What is shown of them is the pages'.

import { computed, signal } from "../../vendor/preact-htm-signals.js";
import { on } from "../live.js";

/** `all` by key; `fresh` counts what has come to call somebody. */
export const alarms = signal({ all: new Map(), rate: 0, load: "acceptable", fresh: 0 });
export const scenarios = signal([]);

export const calls = (each) => each.state === "standing" && !each.shelf;
/** How many alarms wait for somebody. */
export const calling = computed(() => [...alarms.value.all.values()].filter(calls).length);

function take(said, before) {
  const all = new Map(before);
  for (const key of said.left ?? []) all.delete(key);
  let fresh = alarms.value.fresh;
  for (const each of said.alarms) {
    const known = before.get(each.condition.key);
    if (calls(each) && !(known && calls(known))) fresh += 1;
    all.set(each.condition.key, each);
  }
  alarms.value = { all, rate: said.rate, load: said.load, fresh };
}

on("alarms-all", (said) => take(said, new Map()));
on("alarms", (said) => take(said, alarms.value.all));
on("scenarios", (said) => (scenarios.value = said));
