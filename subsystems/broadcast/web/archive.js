// @ts-check
/**
 * What was said when and where.
 *
 * Law: asks the server and shows what it answers; what was not said is shown with its reason.
 */

import { button, by, field, make, paragraphs, setText, t } from "./dom.js";
import { answered, ask, begin, frame, kindName, play, zoneName, zoneNames } from "./page.js";
import { dated, forInput, instant, now } from "./time.js";

const DAY_MS = 86_400_000;
/** @type {any[]} */
let entries = [];

function query() {
  const given = new URLSearchParams();
  const from = field("from").value;
  const to = field("to").value;
  if (from) given.set("from", new Date(instant(from)).toISOString());
  if (to) given.set("to", new Date(instant(to) + 60_000).toISOString());
  for (const name of ["text", "zone", "kind"]) if (field(name).value.trim()) given.set(name, field(name).value.trim());
  return given;
}

/** @param {any} each */
function row(each) {
  const outcome = t(`outcome_${(each.outcome || "played").replaceAll("-", "_")}`);
  return make(
    "tr",
    {},
    make("td", { class: "time", text: dated(each.at) }),
    make("td", { text: kindName(each.kind) }),
    make("td", { text: each.trains.join(", ") }),
    make("td", { text: zoneNames(each.zones) }),
    make("td", {}, ...paragraphs(each.text)),
    make("td", { text: outcome }),
    make("td", {}, each.sound ? button("▶", () => void answered(by("found"), async () => (await play({ id: each.id }, "sound"), found())), { "aria-label": t("hear_this", { what: dated(each.at) }) }) : null),
  );
}

const found = () => t("found", { n: entries.length });

function draw() {
  if (frame === null) return;
  const kinds = Object.keys(frame.words.en ?? {}).filter((key) => key.startsWith("kind_"));
  const chosen = [field("zone").value, field("kind").value];
  by("zone").replaceChildren(make("option", { value: "" }, t("everywhere")), ...frame.zones.map((/** @type {any} */ z) => make("option", { value: z.id }, zoneName(z.id))));
  by("kind").replaceChildren(make("option", { value: "" }, t("all_kinds")), ...kinds.map((key) => make("option", { value: key.slice(5).replaceAll("_", "-") }, t(key))));
  [field("zone").value, field("kind").value] = chosen;
  by("archive-list").replaceChildren(...entries.map(row));
}

async function search() {
  await answered(by("found"), async () => {
    const given = query();
    by("csv").setAttribute("href", `/api/archive.csv?${given}&lang=${document.documentElement.lang}`);
    entries = (await ask(`/api/archive?${given}`)).entries;
    by("archive-none").hidden = entries.length > 0;
    draw();
    return found();
  });
}

by("search").addEventListener("submit", (event) => {
  event.preventDefault();
  void search();
});
await begin(() => {}, () => {}, draw);
field("from").value = forInput(now() - DAY_MS);
field("to").value = forInput(now());
setText(by("found"), "");
await search();
