// Law: what passengers see and hear now, asked of the sites that show and say it: if one of them is
// dead, that is what stands here. Nothing is drawn anew.

import { html, useEffect, useState } from "../../vendor/preact-htm-signals.js";
import { hhmm, hhmmss, station } from "../format.js";
import { Field } from "../ui.js";
import { language, named, t } from "../words.js";

const EVERY_MS = 5000;

/** A board at the width it has on its wall, made small. */
function Board({ site, board }) {
  const address = `${site}/board/${board.id}`;
  return html`<figure class="mirror">
    <figcaption><b>${named(board.names)}</b> <a href=${address} target="_blank" rel="noreferrer">${t("open")} ↗</a></figcaption>
    <div class="mirror-frame"><iframe src=${address} title=${named(board.names)} loading="lazy" tabindex="-1"></iframe></div>
  </figure>`;
}

function useOutlook(site) {
  const [said, say] = useState({ outlook: null, failed: false });
  useEffect(() => {
    if (!site) return undefined;
    const ask = () =>
      fetch(`${site}/api/outlook`, { signal: AbortSignal.timeout(4000) })
        .then((answer) => answer.json())
        .then((outlook) => say({ outlook, failed: false }), () => say((held) => ({ ...held, failed: true })));
    ask();
    const timer = setInterval(ask, EVERY_MS);
    return () => clearInterval(timer);
  }, [site]);
  return said;
}

function Speech({ site }) {
  const { outlook, failed } = useOutlook(site);
  if (!site) return html`<p class="dim">${t("no_broadcast")}</p>`;
  if (failed && !outlook) return html`<p class="bad" role="status">✕ ${t("broadcast_silent")}</p>`;
  if (!outlook) return html`<p class="dim" role="status">${t("loading")}</p>`;
  return html`${failed && html`<p class="bad" role="status">✕ ${t("broadcast_silent")}</p>`}
    <div class="scroll-x" tabindex="0" role="region" aria-label=${t("announcements")}>
      <table class="plain-table spoken">
        <thead><tr>${["zone", "playing", "next"].map((each) => html`<th scope="col">${t(each)}</th>`)}</tr></thead>
        <tbody>${outlook.zones.map((zone) => html`<${Zone} key=${zone.id} zone=${zone} outlook=${outlook} />`)}</tbody>
      </table>
    </div>`;
}

const textOf = (texts) => texts?.[language.value] ?? Object.values(texts ?? {})[0] ?? "";
const nameOf = (id) => named(station.value.zones.find((each) => each.id === id)?.names) || id;

/** Why a zone is otherwise than usual, worst first. */
function signs(zone) {
  if (zone.silent) return html`<span class="bad">✕ ${t("cannot_be_heard")}</span>`;
  if (zone.taken) return html`<span class="bad">▲ ${t("taken")}</span>`;
  if (zone.muted) return html`<span class="warn">× ${t("muted")}${zone.muted.until ? ` ${t("until")} ${hhmm(zone.muted.until)}` : ""}</span>`;
  return zone.resting ? html`<span class="dim">☾ ${t("resting")}</span>` : null;
}

const Coming = ({ at, text }) => html`<p class="next-said" title=${text}><b>${hhmm(at)}</b> ${text}</p>`;

function Zone({ zone, outlook }) {
  const voice = outlook.voices.find((each) => each.id === zone.voice);
  const coming = zone.next.filter((each) => outlook.coming[each.key] && each.expected !== null);
  return html`<tr>
    <th scope="row">${nameOf(zone.id)}</th>
    <td>${signs(zone)} ${voice ? html`<b>♪</b> ${textOf(voice.text)}` : html`<span class="dim">—</span>`}</td>
    <td>${coming.slice(0, 2).map(({ key, expected }) => html`<${Coming} key=${key} at=${expected} text=${textOf(outlook.coming[key].text)} />`)}</td>
  </tr>`;
}

/** What was said when and where: asked of the broadcast's archive. */
function Archive({ site }) {
  const [wanted, want] = useState("");
  const [found, show] = useState(null);
  const [said, say] = useState("");
  async function search(event) {
    event.preventDefault();
    try {
      const answer = await fetch(`${site}/api/archive?text=${encodeURIComponent(wanted)}`, { signal: AbortSignal.timeout(8000) });
      if (!answer.ok) throw new Error(String(answer.status));
      show((await answer.json()).entries);
      say("");
    } catch {
      say(t("broadcast_silent"));
    }
  }
  return html`<form class="inline" onSubmit=${search}>
      <${Field} label=${t("search_said")} id="said-text"><input id="said-text" type="search" value=${wanted} onInput=${(e) => want(e.target.value)} /><//>
      <button>${t("search")}</button>
      <a href=${`${site}/archive`} target="_blank" rel="noreferrer">${t("archive")} ↗</a>
    </form>
    ${said && html`<p class="bad" role="alert">✕ ${said}</p>`}
    ${found && html`<p class="dim" role="status">${found.length} ${t("found_said")}</p>`}
    ${found?.length > 0 &&
    html`<div class="scroll-x" tabindex="0" role="region" aria-label=${t("archive")}>
      <table class="plain-table">
        <thead><tr>${["when", "zones", "text", "outcome"].map((each) => html`<th scope="col">${t(each)}</th>`)}</tr></thead>
        <tbody>
          ${found.slice(0, 50).map((each) => html`<tr key=${each.id}><td>${hhmmss(each.at)}</td><td>${each.zones.map(nameOf).join(" · ")}</td><td>${textOf(each.text)}</td><td>${t(`out_${each.outcome}`)}</td></tr>`)}
        </tbody>
      </table>
    </div>`}`;
}

export function Mirror() {
  const { sites, boards } = station.value;
  return html`<section class="page duty">
    <h2>${t("mirror")}</h2>
    <div class="both">
      <section>
        <h3>${t("boards")}</h3>
        ${sites.display
          ? html`<div class="mirrors">${boards.map((board) => html`<${Board} key=${board.id} site=${sites.display} board=${board} />`)}</div>`
          : html`<p class="dim">${t("no_display")}</p>`}
      </section>
      <section>
        <h3>${t("announcements")}</h3>
        <${Speech} site=${sites.broadcast} />
        ${sites.broadcast && html`<${Archive} site=${sites.broadcast} />`}
      </section>
    </div>
  </section>`;
}
