// Law: what can be done by key or by name, in one list: a page adds what it has and takes it away
// when it goes. The palette and the sheet of keys show this list and no other.

import { html, signal, useEffect, useMemo, useRef, useState } from "../vendor/preact-htm-signals.js";
import { Dialog } from "./ui.js";
import { t } from "./words.js";

/** {id, title(), key, hint, run, when()}; `key` is what `event.key` says. */
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

export function onKey(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    showPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    event.preventDefault();
    showKeys();
    return;
  }
  const found = offered.value.find((each) => each.key === event.key && each.when());
  if (found) {
    event.preventDefault();
    found.run();
  }
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
  const listed = offered.value.filter((each) => each.key);
  const fixed = [
    ["Ctrl K", t("k_palette")],
    ["?", t("k_keys")],
    ["Esc", t("k_escape")],
  ];
  return html`<${Dialog} title=${t("keys")} onClose=${() => (open.value = null)}>
    <dl class="keys">
      ${[...fixed, ...listed.map((each) => [each.hint ?? each.key, each.title()])].map(
        ([key, title]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${title}</dd></div>`,
      )}
    </dl>
  <//>`;
}

export function Overlays() {
  if (open.value === "palette") return html`<${Palette} />`;
  if (open.value === "keys") return html`<${Keys} />`;
  return null;
}
