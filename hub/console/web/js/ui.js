// Law: what all pages are built of: dialogs, messages, what a screen reader is told. No page here.

import { html, signal, useEffect, useRef } from "../vendor/preact-htm-signals.js";
import { t } from "./words.js";

const toasts = signal([]);
let numbers = 0;

/** Tell a screen reader. */
export function announce(text, urgent = false) {
  const place = document.getElementById(urgent ? "urgent" : "polite");
  place.textContent = "";
  requestAnimationFrame(() => (place.textContent = text));
}

/** Show a message for a while; `action` is {label, run}. */
export function toast(text, { bad = false, action = null } = {}) {
  const id = ++numbers;
  toasts.value = [...toasts.value.slice(-3), { id, text, bad, action }];
  announce(text, bad);
  setTimeout(() => drop(id), action ? 15000 : 7000);
}

const drop = (id) => (toasts.value = toasts.value.filter((each) => each.id !== id));

export function Toasts() {
  return html`<div class="toasts">
    ${toasts.value.map(
      (each) => html`<div key=${each.id} class=${each.bad ? "toast bad" : "toast"}>
        <span>${each.bad ? "✕ " : "✓ "}${each.text}</span>
        ${each.action &&
        html`<button
          type="button"
          onClick=${() => {
            drop(each.id);
            each.action.run();
          }}
        >
          ${each.action.label}
        </button>`}
        <button type="button" class="plain" aria-label=${t("close")} onClick=${() => drop(each.id)}>
          ✕
        </button>
      </div>`,
    )}
  </div>`;
}

/** A dialog of the browser's own: it keeps the focus inside and gives it back. */
export function Dialog({ title, onClose, wide = false, children }) {
  const self = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    self.current.showModal();
    const first = self.current.querySelector("[data-first]");
    first?.focus();
    return () => before?.focus?.();
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
