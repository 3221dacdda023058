// Law: the frame around every page: where one is, what time it is here, whether what is shown is
// true. It never says "live" when it is not.

import { computed, html, signal, useEffect, useState } from "../vendor/preact-htm-signals.js";
import { commandId, logOut, may, me, post } from "./api.js";
import { Overlays, onKey, showKeys, showPalette, useCommands } from "./commands.js";
import { dayText, hhmm, hhmmss, sentence, station } from "./format.js";
import { Underway } from "./duty/emergency.js";
import { hub, link, now } from "./live.js";
import { PAGES } from "./pages.js";
import { takeBack } from "./trains/dialog.js";
import { Dialog, Field, Toasts, toast } from "./ui.js";
import { language, named, t } from "./words.js";

const route = signal(location.hash.slice(2));
window.addEventListener("hashchange", () => (route.value = location.hash.slice(2)));
const asking = signal(false);

export const go = (path) => (location.hash = `#/${path}`);

const page = computed(() => {
  const wanted = PAGES.find((each) => each.path === route.value.split("/")[0]);
  return wanted && may(wanted.permission) ? wanted : PAGES[0];
});

/** What is wrong with what is shown, worst first; empty: all is well. */
export function troubles() {
  const found = [];
  if (!link.value.up)
    found.push({ bad: true, text: `${t("lost")} (${t("lost_since")} ${hhmm(link.value.heardAt || Date.now())})` });
  else if (!hub.value.leads) found.push({ bad: true, text: t("standby") });
  else {
    const source = hub.value.hub.source;
    if (!source || source.mode !== "LIVE") found.push({ bad: false, text: t("source_bad") });
    if (hub.value.hub.broker?.connected === false) found.push({ bad: false, text: t("broker_bad") });
  }
  return found;
}

function Honest() {
  const found = troubles();
  if (!found.length) return html`<p class="link good"><i aria-hidden="true">●</i> ${t("live")}</p>`;
  const bad = found.some((each) => each.bad);
  return html`<p class=${bad ? "link bad" : "link warn"} role="status">
    <i aria-hidden="true">${bad ? "✕" : "▲"}</i> ${found.map((each) => each.text).join(" · ")}
  </p>`;
}

function Clock() {
  return html`<p class="clock" aria-hidden="true">
    <span class="wide-only">${dayText(now.value)}</span> <b>${hhmmss(now.value)}</b>
  </p>`;
}

function ModeButton() {
  const mode = hub.value.mode;
  const text = mode ? `${t("station_manual")} · ${mode.who} ${hhmm(mode.since)}` : t("station_auto");
  return html`<button
    type="button"
    class=${mode ? "mode manual" : "mode"}
    disabled=${!may("mode")}
    onClick=${() => (asking.value = true)}
  >
    ${mode ? "◆ " : ""}${text}
  </button>`;
}

function ModeDialog() {
  const manual = !hub.value.mode;
  const [armed, arm] = useState(null);
  const [why, setWhy] = useState("");
  const close = () => (asking.value = false);
  const order = () => ({ command: "mode", command_id: commandId(), why, manual });

  async function check(event) {
    event.preventDefault();
    try {
      const given = order();
      const { answer } = await post("/preview", given);
      arm({ given, answer });
    } catch (error) {
      toast(error.message, { bad: true });
    }
  }
  async function execute() {
    try {
      const { answer, hand } = await post("/mode", armed.given);
      if (!answer.accepted) throw new Error(sentence(answer.refused[0]));
      toast(`${t("done")}: ${t(manual ? "make_manual" : "make_auto")}`, { action: { label: t("undo"), run: () => takeBack([hand]) } });
      close();
    } catch (error) {
      toast(error.message, { bad: true });
    }
  }

  return html`<${Dialog} title=${t(manual ? "make_manual" : "make_auto")} onClose=${close}>
    <p>${t("mode_explain")}</p>
    <form onSubmit=${check}>
      <${Field} label=${t("reason")} id="mode-why">
        <input id="mode-why" data-first required maxlength="400" value=${why} onInput=${(e) => setWhy(e.target.value)} />
      <//>
      <footer>
        <button type="button" onClick=${close}>${t("cancel_dialog")}</button>
        ${!armed && html`<button class="primary">${t("arm")}</button>`}
        ${armed &&
        html`<button type="button" class="danger" disabled=${!armed.answer.accepted} onClick=${execute}>
          ${t("execute")}${t("colon")}${t(manual ? "make_manual" : "make_auto")}
        </button>`}
      </footer>
    </form>
  <//>`;
}

export function Shell() {
  useEffect(() => {
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  useCommands([
    ...PAGES.map((each) => ({
      id: `go-${each.path}`,
      title: () => t(each.title),
      when: () => may(each.permission),
      run: () => go(each.path),
    })),
    { id: "keys", title: () => t("keys"), key: null, run: showKeys },
    { id: "mode", title: () => t(hub.value.mode ? "make_auto" : "make_manual"), when: () => may("mode"), run: () => (asking.value = true) },
    { id: "logout", title: () => t("logout"), run: logOut },
  ]);
  const Page = page.value.component;
  return html`<a class="skip" href="#content" onClick=${skip}>${t("skip")}</a>
    <header class="bar">
      <h1>${station.value ? named(station.value.names) : t("console")}</h1>
      <nav aria-label=${t("pages")}>
        ${PAGES.filter((each) => may(each.permission) && each.path !== "me").map(
          (each) => html`<a href=${`#/${each.path}`} aria-current=${each === page.value ? "page" : undefined}>${t(each.title)}${each.badge?.value ? html` <b class="badge">${each.badge.value}</b>` : ""}</a>`,
        )}
      </nav>
      <div class="bar-end">
        <${Honest} />
        <${ModeButton} />
        <${Clock} />
        <button type="button" class="plain" onClick=${showPalette}><span class="wide-only">${t("palette")}</span> <kbd>Ctrl K</kbd></button>
        <button type="button" class="plain" aria-label=${t("keys")} onClick=${showKeys}><kbd>?</kbd></button>
        <a class="who" href="#/me" title=${t("me")} aria-current=${page.value.path === "me" ? "page" : undefined}>${me.value.name}<small>${t(me.value.role)}</small></a>
      </div>
    </header>
    <${Underway} />
    <main id="content" tabindex="-1" key=${page.value.path} lang=${language.value}>
      <${Page} path=${route.value.split("/").slice(1).join("/")} />
    </main>
    ${asking.value && html`<${ModeDialog} />`}
    <${Overlays} />
    <${Toasts} />`;
}

function skip(event) {
  event.preventDefault();
  document.getElementById("content").focus();
}
