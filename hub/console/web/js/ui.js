// Law: what all pages are built of: dialogs, messages, what a screen reader is told. No page here.

import { html, signal, useLayoutEffect, useRef } from "../vendor/preact-htm-signals.js";
import { t } from "./words.js";

const toasts = signal([]);
let numbers = 0;

/** Tell a screen reader. */
export function announce(text, urgent = false) {
  const place = document.getElementById(urgent ? "urgent" : "polite");
  place.textContent = "";
  requestAnimationFrame(() => (place.textContent = text));
}

/** What the last message offered to do, as long as it can be done; by key, too (`z`). */
export const offer = signal(null);
/** An offer is taken back later than its message: who was called away finds it by key. */
const OFFERED_MS = 600000;

/** Show a message for a while, what went wrong for longer; `action` is {label, run}. */
export function toast(text, { bad = false, action = null } = {}) {
  const id = ++numbers;
  toasts.value = [...toasts.value.slice(-3), { id, text, bad, action }];
  announce(action ? `${text}. ${action.label}: z` : text, bad);
  setTimeout(() => drop(id), bad || action ? 30000 : 7000);
  if (!action) return;
  offer.value = { id, text, ...action };
  setTimeout(() => offer.value?.id === id && (offer.value = null), OFFERED_MS);
}

/** Do what the last message offered, once. */
export function takeOffer() {
  const { id, run } = offer.value;
  offer.value = null;
  drop(id);
  run();
}

const drop = (id) => (toasts.value = toasts.value.filter((each) => each.id !== id));

/** They stand above an open dialog, too: what went wrong there is said there. */
export function Toasts() {
  const self = useRef(null);
  const many = toasts.value.length;
  useLayoutEffect(() => {
    self.current.hidePopover?.();
    if (many) self.current.showPopover?.();
  }, [many]);
  return html`<div class="toasts" popover="manual" ref=${self}>
    ${toasts.value.map(
      (each) => html`<div key=${each.id} class=${each.bad ? "toast bad" : "toast"}>
        <span>${each.bad ? "✕ " : "✓ "}${each.text}</span>
        ${each.action &&
        html`<button
          type="button"
          onClick=${() => {
            drop(each.id);
            if (offer.value?.id === each.id) offer.value = null;
            each.action.run();
          }}
        >
          ${each.action.label}${offer.value?.id === each.id ? html` <kbd>${"z"}</kbd>` : ""}
        </button>`}
        <button type="button" class="plain" aria-label=${t("close")} onClick=${() => drop(each.id)}>
          ✕
        </button>
      </div>`,
    )}
  </div>`;
}

/** Where the focus goes when that which had it is gone: keys must never lead nowhere. */
function home() {
  const lost = !document.activeElement || document.activeElement === document.body;
  if (lost && !document.querySelector("dialog[open]"))
    document.querySelector("main [role=grid], #content")?.focus();
}

/** A dialog of the browser's own, there before the next key: it keeps the focus and gives it back. */
export function Dialog({ title, onClose, wide = false, children }) {
  const self = useRef(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    const shown = self.current;
    shown.showModal();
    const first = shown.querySelector("[data-first]");
    first?.focus();
    return () => {
      shown.close(); // what is beneath an open dialog takes no focus
      before?.focus?.();
      requestAnimationFrame(home);
    };
  }, []);
  return html`<dialog
    ref=${self}
    class=${wide ? "wide" : ""}
    aria-labelledby="dialog-title"
    onCancel=${(event) => {
      event.preventDefault();
      onClose();
    }}
    onClick=${(event) => event.target === self.current && onClose()}
  >
    <div class="dialog-body">
      <header>
        <h2 id="dialog-title">${title}</h2>
        <button type="button" class="plain" aria-label=${t("close")} onClick=${onClose}>✕</button>
      </header>
      ${children}
    </div>
  </dialog>`;
}

export function Field({ label, children, id }) {
  return html`<div class="field"><label for=${id}>${label}</label>${children}</div>`;
}
