// @ts-check
/**
 * Every template with sample data, to be read and heard; and the readings that an operator corrects.
 *
 * Law: what is heard here is made as it is made in operation. A correction counts at once, with who
 * and when, and can be undone.
 */

import { button, by, field, make, t } from "./dom.js";
import { answered, ask, begin, command, frame, kindName, play } from "./page.js";
import { dated } from "./time.js";

/** @type {any[]} */
let samples = [];

/** @param {HTMLElement} select @param {[string, string][]} options */
function fill(select, options) {
  const kept = /** @type {HTMLSelectElement} */ (select).value;
  select.replaceChildren(...options.map(([value, text]) => make("option", { value }, text)));
  if (options.some(([value]) => value === kept)) /** @type {HTMLSelectElement} */ (select).value = kept;
}

function draw() {
  if (frame === null) return;
  const languages = frame.languages.map((/** @type {string} */ tag) => [tag, frame.words[tag]?.itself ?? tag]);
  fill(by("language"), languages);
  fill(by("correct-language"), languages);
  const kinds = [...new Set(samples.map((each) => each.kind))];
  fill(by("kind"), [["", t("all_kinds")], ...kinds.map((kind) => /** @type {[string, string]} */ ([kind, kindName(kind)]))]);
  drawSamples();
}

function drawSamples() {
  const language = field("language").value;
  const kind = field("kind").value;
  const shown = samples.filter((each) => each.language === language && (!kind || each.kind === kind));
  by("template-list").replaceChildren(
    ...shown.map((each) =>
      make(
        "tr",
        { "data-id": each.id },
        make("td", { text: `${kindName(each.kind)}${each.variant ? ` (${each.variant})` : ""}` }),
        make("td", { text: each.category ?? "" }),
        make("td", { lang: each.language }, make("p", { text: each.shown }), make("p", { class: "quiet", text: each.reading || (each.spoken === each.shown ? "" : each.spoken) })),
        make("td", {}, button("▶", () => void hear({ sample: each.id, language: each.language }, "template-answer"), { "aria-label": t("hear_this", { what: kindName(each.kind) }) })),
      ),
    ),
  );
}

/** @param {any} what @param {string} place */
function hear(what, place) {
  return answered(by(place), async () => {
    const heard = await command("/api/hear", what);
    await play({ sha256: heard.clip }, "sound");
    return t("seconds", { seconds: heard.seconds.toFixed(1) });
  });
}

function correction() {
  return {
    language: field("correct-language").value,
    word: field("word").value.trim(),
    reading: field("reading").value.trim(),
    who: field("correct-who").value,
  };
}

async function load() {
  const answer = await ask("/api/templates");
  samples = answer.samples;
  draw();
  const rows = answer.corrections.map((/** @type {any} */ each) =>
    make(
      "tr",
      {},
      make("td", { lang: each.language, text: each.word }),
      make("td", { text: each.reading }),
      make("td", { text: each.language }),
      make("td", { text: `${each.who || t("nobody_named")} · ${dated(each.at)}` }),
      make("td", {}, button(t("undo"), () => void undo(each), { "aria-label": t("undo_this", { what: each.word }) })),
    ),
  );
  by("lexicon-list").replaceChildren(...rows);
  by("lexicon-none").hidden = rows.length > 0;
}

/** @param {any} each */
function undo(each) {
  return answered(by("correct-answer"), async () => {
    await command("/api/lexicon", { language: each.language, word: each.word, reading: "", who: field("correct-who").value });
    await load();
    return t("undone");
  });
}

by("language").addEventListener("change", drawSamples);
by("kind").addEventListener("change", drawSamples);
by("try").addEventListener("click", () => {
  const { language, word, reading } = correction();
  void hear({ text: { [language]: word }, reading, chime: false }, "correct-answer");
});
by("correct").addEventListener("submit", (event) => {
  event.preventDefault();
  void answered(by("correct-answer"), async () => {
    await command("/api/lexicon", correction());
    await load();
    return t("corrected");
  });
});
await begin(() => {}, () => {}, draw);
await load();
