// Law: who did what, newest first; what is shown is the record, unchanged. Whether the chain holds is
// the hub's to say, and is asked for when somebody wants to know.

import { html, useEffect, useState } from "../../vendor/preact-htm-signals.js";
import { get } from "../api.js";
import { dateOf, hhmmss, sentence } from "../format.js";
import { what } from "../trains/outcome.js";
import { Field } from "../ui.js";
import { KEYS, t } from "../words.js";

const PORTION = 100;
const DID = new Set(KEYS.filter((each) => each.startsWith("did_")));
/** Commands to trains are told in words; other actions have a name each. */
function did(each) {
  const key = `did_${each.body.command?.command ?? each.action.replace(".", "-")}`;
  return DID.has(key) ? t(key) : what(each);
}

const COLUMNS = ["when", "who", "what", "subject", "outcome", "reason"];

function Chain() {
  const [found, show] = useState(null);
  const [said, say] = useState("");
  const [busy, setBusy] = useState(false);
  async function verify() {
    setBusy(true);
    try {
      show(await get("/audit/verify"));
      say("");
    } catch (error) {
      say(error.message);
    }
    setBusy(false);
  }
  return html`<button type="button" disabled=${busy} onClick=${verify}>${t("verify_chain")}</button>
    <div class="chain" role="status">
      ${said && html`<p class="bad">✕ ${said}</p>`}
      ${found &&
      (found.faults.length
        ? html`<p class="bad strong">✕ ${t("chain_broken")}</p>
            <ul>${found.faults.map((each) => html`<li class="bad">#${each.number} ${sentence(each)}</li>`)}</ul>`
        : html`<p><b>✓ ${t("chain_holds")}</b> ${t("note_this")} <code>${found.number}:${found.hash}</code></p>`)}
    </div>`;
}

function Line({ each, onAbout }) {
  const about = (name, title) => html`<button type="button" class="link-like" title=${t("only_about")} onClick=${() => onAbout(name)}>${title ?? name}</button>`;
  return html`<tr>
    <td class="dim number">${each.number}</td>
    <td class="nowrap">${dateOf(each.at)} ${hhmmss(each.at)}</td>
    <td>${each.who ? about(each.who) : "?"} <small class="dim">${each.role && t(each.role)} ${each.address}</small></td>
    <td>${did(each)}</td>
    <td>${each.subject && about(each.subject)}</td>
    <td class=${each.outcome === "done" ? "" : "warn"}>${each.outcome === "done" ? "" : "▲ "}${t(`o_${each.outcome}`)}</td>
    <td>${each.body.why ?? ""}</td>
  </tr>`;
}

export function Audit() {
  const [lines, setLines] = useState(null);
  const [wanted, want] = useState("");
  const [about, setAbout] = useState("");
  const [more, setMore] = useState(false);
  const [said, say] = useState("");
  const ask = (name, before) => {
    const query = `limit=${PORTION}${before ? `&before=${before}` : ""}${name ? `&about=${encodeURIComponent(name)}` : ""}`;
    return get(`/audit?${query}`).then(
      (found) => {
        setLines((held) => [...(before ? held : []), ...found]);
        setMore(found.length === PORTION);
        say("");
      },
      (error) => say(error.message),
    );
  };
  const only = (name) => {
    want(name);
    setAbout(name);
    ask(name);
  };
  useEffect(() => {
    ask("");
  }, []);
  if (!lines) return html`<p class="dim pad" role="status">${said || t("loading")}</p>`;
  return html`<section class="page duty">
    <h2>${t("audit")}</h2>
    <form class="inline" role="search" onSubmit=${(event) => (event.preventDefault(), only(wanted.trim()))}>
      <${Field} label=${t("about_whom")} id="audit-about"><input id="audit-about" type="search" maxlength="255" value=${wanted} onInput=${(event) => want(event.target.value)} /><//>
      <button class="primary">${t("search")}</button>
      ${about && html`<button type="button" onClick=${() => only("")}>${t("show_all")}</button>`}
      <${Chain} />
    </form>
    ${said && html`<p class="bad" role="alert">✕ ${said}</p>`}
    ${lines.length === 0
      ? html`<p class="empty" role="status">${t("nothing_recorded")}</p>`
      : html`<div class="scroll-x" tabindex="0" role="region" aria-label=${t("audit")}>
          <table class="plain-table">
            <thead><tr><th scope="col">#</th>${COLUMNS.map((each) => html`<th scope="col">${t(each)}</th>`)}</tr></thead>
            <tbody>${lines.map((each) => html`<${Line} key=${each.number} each=${each} onAbout=${only} />`)}</tbody>
          </table>
        </div>`}
    ${more && html`<button type="button" onClick=${() => ask(about, lines.at(-1).number)}>${t("older")}</button>`}
  </section>`;
}
