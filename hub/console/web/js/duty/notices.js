// Law: free text to passengers: what is told, published and withdrawn; never without an end. The
// preview breaks lines as a board does: forty half characters a line, six lines a page.

import { html, useEffect, useState } from "../../vendor/preact-htm-signals.js";
import { commandId, get, may, post } from "../api.js";
import { hhmm, sentence, station } from "../format.js";
import { now } from "../live.js";
import { Dialog, Field, toast } from "../ui.js";
import { language, named, t } from "../words.js";

const LINE = 40;
const LINES = 6;
const KINDS = ["INFORMATION", "DISRUPTION", "EMERGENCY"];
const fail = (error) => toast(error.message, { bad: true });
const wide = (letter) => /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/.test(letter);

/** The lines of `text` as a board breaks them. */
export function linesOf(text) {
  const lines = [""];
  let width = 0;
  for (const word of text.split(/(\s+)/).flatMap((part) => (/[^\x00-\x7f]/.test(part) ? [...part] : [part]))) {
    const size = [...word].reduce((sum, letter) => sum + (wide(letter) ? 2 : 1), 0);
    if (width + size > LINE && width > 0) {
      lines.push("");
      width = 0;
      if (!word.trim()) continue;
    }
    lines[lines.length - 1] += word;
    width += size;
  }
  return lines;
}

function Preview({ texts, title }) {
  return html`<div class="board-preview" aria-label=${t("preview")} role="group">
    ${Object.entries(texts)
      .filter(([, text]) => text)
      .map(([lang, text]) => {
        const lines = linesOf(text);
        return html`<div lang=${lang}>
          ${title[lang] && html`<p class="led-title">${title[lang]}</p>`}
          ${lines.slice(0, LINES).map((line) => html`<p>${line}</p>`)}
          ${lines.length > LINES && html`<p class="bad">✕ ${t("too_long")}</p>`}
        </div>`;
      })}
  </div>`;
}

function Write({ onClose, onDone, languages }) {
  const [notice, set] = useState({ kind: "INFORMATION", text: {}, title: {}, zones: [], spoken: false, minutes: 60 });
  const [why, setWhy] = useState("");
  const [answer, setAnswer] = useState(null);
  const [order, setOrder] = useState(null);
  const change = (fields) => {
    setAnswer(null);
    set({ ...notice, ...fields });
  };
  const filled = (texts) => Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim()));
  async function check(event) {
    event.preventDefault();
    const ends = new Date(now.value + notice.minutes * 60000).toISOString().replace(/\.\d+Z$/, "Z");
    const made = {
      command: "notice",
      command_id: commandId(),
      why,
      notice: { notice_id: `console.${commandId().slice(0, 12)}`, kind: notice.kind, text: filled(notice.text), title: filled(notice.title), zones: notice.zones, spoken: notice.spoken, ends_at: ends },
    };
    setOrder(made);
    await post("/preview", made).then((found) => setAnswer(found.answer), fail);
  }
  async function publish() {
    try {
      const { answer: said } = await post("/notices", order);
      if (!said.accepted) throw new Error(sentence(said.refused[0]));
      toast(t("done"));
      onDone();
      onClose();
    } catch (error) {
      fail(error);
    }
  }
  const places = [...station.value.zones, ...station.value.boards];
  return html`<${Dialog} title=${t("write_notice")} wide onClose=${onClose}>
    <form onSubmit=${check}>
      <div class="two">
        <${Field} label=${t("kind")} id="n-kind"><select id="n-kind" value=${notice.kind} onChange=${(e) => change({ kind: e.target.value })}>${KINDS.map((each) => html`<option value=${each}>${t(each)}</option>`)}</select><//>
        <${Field} label=${t("for_minutes")} id="n-minutes"><input id="n-minutes" type="number" min="1" max="10080" required value=${notice.minutes} onInput=${(e) => change({ minutes: Number(e.target.value) })} /><//>
      </div>
      ${languages.map(
        (lang, place) => html`<${Field} label=${`${t("text")} (${lang})`} id=${`n-text-${lang}`}>
          <textarea id=${`n-text-${lang}`} lang=${lang} rows="2" maxlength="240" required=${place === 0} data-first=${place === 0 ? "" : undefined} value=${notice.text[lang] ?? ""} onInput=${(e) => change({ text: { ...notice.text, [lang]: e.target.value } })}></textarea>
        <//>`,
      )}
      <fieldset class="choice">
        <legend>${t("places")} (${t("none_is_all")})</legend>
        ${places.map(
          (each) => html`<label><input type="checkbox" checked=${notice.zones.includes(each.id)} onChange=${(e) => change({ zones: e.target.checked ? [...notice.zones, each.id] : notice.zones.filter((id) => id !== each.id) })} /> ${named(each.names) || each.id}</label>`,
        )}
      </fieldset>
      <label class="check"><input type="checkbox" checked=${notice.spoken} onChange=${(e) => change({ spoken: e.target.checked })} /> ♪ ${t("also_spoken")}</label>
      <${Field} label=${t("reason")} id="n-why"><input id="n-why" required maxlength="400" value=${why} onInput=${(e) => setWhy(e.target.value)} /><//>
      <${Preview} texts=${notice.text} title=${notice.title} />
      ${answer &&
      html`<div class="objections ${answer.accepted ? "" : "bad"}" role="status">
        ${(answer.refused ?? []).map((each) => html`<p>✕ ${sentence(each)}</p>`)}
        ${(answer.warned ?? []).map((each) => html`<p>▲ ${sentence(each)}</p>`)}
        ${answer.accepted && html`<p>✓ ${t("may_publish")}</p>`}
      </div>`}
      <footer>
        <button type="button" onClick=${onClose}>${t("cancel_dialog")}</button>
        ${!answer?.accepted && html`<button class="primary">${t("check")}</button>`}
        ${answer?.accepted && html`<button type="button" class=${notice.kind === "EMERGENCY" ? "danger" : "primary"} onClick=${publish}>${t("publish")}</button>`}
      </footer>
    </form>
  <//>`;
}

export function Notices() {
  const [list, setList] = useState(null);
  const [writing, write] = useState(false);
  const again = () => get("/notices").then((found) => setList(found.notices), fail);
  useEffect(() => {
    again();
    const timer = setInterval(again, 10000);
    return () => clearInterval(timer);
  }, []);
  async function withdraw(kept) {
    const order = { command: "withdraw-notice", command_id: commandId(), why: t("withdraw"), notice_id: kept.notice.notice_id };
    await post("/notices", order).then(() => (toast(t("done")), again()), fail);
  }
  if (!list) return html`<p class="dim pad" role="status">${t("loading")}</p>`;
  return html`<section class="page duty">
    <header class="duty-head">
      <h2>${t("notices")}</h2>
      ${may("notice") && html`<button type="button" class="primary" onClick=${() => write(true)}>＋ ${t("write_notice")}</button>`}
    </header>
    ${list.length === 0 && html`<p class="empty" role="status">${t("no_notices")}</p>`}
    <ul class="cards">
      ${list.map(
        (kept) => html`<li key=${kept.notice.notice_id} class=${kept.notice.kind === "EMERGENCY" ? "card real" : "card"}>
          <h3>${t(kept.notice.kind)}${kept.notice.spoken ? ` · ♪ ${t("also_spoken")}` : ""}</h3>
          <p>${kept.notice.text[language.value] ?? Object.values(kept.notice.text)[0]}</p>
          <p class="dim">${kept.who} · ${kept.why} · ${hhmm(kept.since)}–${kept.notice.ends_at ? hhmm(kept.notice.ends_at) : t("no_end")} · ${(kept.notice.zones ?? []).join(" ") || t("everywhere")}</p>
          ${may("notice") && html`<button type="button" onClick=${() => withdraw(kept)}>${t("withdraw")}</button>`}
        </li>`,
      )}
    </ul>
    ${writing && html`<${Write} languages=${station.value.languages} onDone=${again} onClose=${() => write(false)} />`}
  </section>`;
}
