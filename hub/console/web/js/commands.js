// Law: what can be done by key or by name, in one list: a page adds what it has and takes it away
// when it goes. The palette and the sheet of keys show this list and no other.

import { html, signal, useEffect, useMemo, useRef, useState } from "../vendor/preact-htm-signals.js";
import { Dialog, offer, takeOffer } from "./ui.js";
import { t } from "./words.js";

/** {id, title(), key, keys, hint, run, when()}; `key` is what `nameOf` says, `keys` are others. */
const offered = signal([]);
const open = signal(null);

/** Offer `list` while the component that calls this is shown. */
export function useCommands(list) {
  const held = useRef(list);
  held.current = list;
  useEffect(() => {
    const mine = list.map((each, place) => ({
      ...each,
      run: (...given) => held.current[place].run(...given),
      when: () => held.current[place].when?.() ?? true,
      title: () => held.current[place].title(),
    }));
    offered.value = [...offered.value, ...mine];
    return () => (offered.value = offered.value.filter((each) => !mine.includes(each)));
  }, []);
}

export const showPalette = () => (open.value = "palette");
export const showKeys = () => (open.value = "keys");

const typing = (target) =>
  target.closest?.("input, textarea, select, [contenteditable]") && target.type !== "checkbox";

/** A key as lists have it: `d`, `?`, `Ctrl a`, `Shift ArrowDown`. Caps Lock makes no other key. */
function nameOf(event) {
  const control = event.ctrlKey || event.metaKey;
  const letter = /^[A-Za-z]$/.test(event.key) && (control || !event.shiftKey);
  const key = letter ? event.key.toLowerCase() : event.key;
  return `${control ? "Ctrl " : ""}${event.shiftKey && key.length > 1 ? "Shift " : ""}${key}`;
}

const FIXED = { "Ctrl k": showPalette, "?": showKeys };

export function onKey(event) {
  if (event.altKey || event.isComposing) return;
  const name = nameOf(event);
  if (name !== "Ctrl k" && (typing(event.target) || document.querySelector("dialog[open]"))) return;
  const here = (each) => (each.key === name || each.keys?.includes(name)) && each.when();
  const run = FIXED[name] ?? offered.value.find(here)?.run;
  if (!run) return;
  event.preventDefault();
  run();
}

function Palette() {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const all = useMemo(() => offered.value.filter((each) => !each.hidden && each.when()), []);
  const asked = text.trim().toLowerCase();
  const found = all.filter((each) => each.title().toLowerCase().includes(asked)).slice(0, 12);
  const chosen = Math.min(at, found.length - 1);
  const run = (each) => {
    open.value = null;
    each?.run();
  };
  function key(event) {
    if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, found.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
    else if (event.key === "Enter") run(found[chosen]);
    else return;
    event.preventDefault();
  }
  return html`<${Dialog} title=${t("palette")} onClose=${() => (open.value = null)}>
    <input
      data-first
      role="combobox"
      aria-label=${t("palette")}
      aria-expanded="true"
      aria-controls="palette-list"
      aria-activedescendant=${found.length ? `palette-${chosen}` : undefined}
      value=${text}
      onInput=${(event) => {
        setText(event.target.value);
        setAt(0);
      }}
      onKeyDown=${key}
    />
    <ul id="palette-list" role="listbox" aria-label=${t("palette")} class="palette">
      ${found.map(
        (each, place) => html`<li
          id=${`palette-${place}`}
          role="option"
          aria-selected=${place === chosen}
          onClick=${() => run(each)}
        >
          <span>${each.title()}</span>${each.key && html`<kbd>${each.hint ?? each.key}</kbd>`}
        </li>`,
      )}
    </ul>
  <//>`;
}

function Keys() {
  const listed = offered.value.filter((each) => each.key && each.hint !== "");
  const fixed = [
    ["Ctrl K", t("k_palette")],
    ["?", t("k_keys")],
  ];
  return html`<${Dialog} title=${t("keys")} wide onClose=${() => (open.value = null)}>
    <dl class="keys">
      ${[...fixed, ...listed.map((each) => [each.hint ?? each.key, each.title()])].map(
        ([keys, title]) => html`<div><dt>${keys.split("  ").map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${title}</dd></div>`,
      )}
    </dl>
  <//>`;
}

/** Palette, sheet of keys, and what the last message offers. */
export function Overlays() {
  useCommands([
    { id: "offer", title: () => `${offer.value?.label ?? t("undo")}${offer.value ? `: ${offer.value.text}` : ""}`, key: "z", when: () => offer.value !== null, run: takeOffer },
  ]);
  if (open.value === "palette") return html`<${Palette} />`;
  if (open.value === "keys") return html`<${Keys} />`;
  return null;
}
