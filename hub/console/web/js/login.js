// Law: the page before all others. It says no more than the hub says about why one is not let in.

import { html, useState } from "../vendor/preact-htm-signals.js";
import { logIn } from "./api.js";
import { language, t } from "./words.js";

export function Login() {
  const [said, say] = useState("");
  const [busy, setBusy] = useState(false);

  async function submit(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    setBusy(true);
    say("");
    try {
      await logIn(form.get("name").trim(), form.get("password"));
    } catch (error) {
      const wait = error.code === "wait" ? `${t("wait")} ${error.wait} ${t("seconds")}` : "";
      say(wait || (error.status === 401 ? t("wrong") : error.message));
      setBusy(false);
    }
  }

  return html`<main class="login">
    <form onSubmit=${submit}>
      <h1>${t("console")}</h1>
      <label for="name">${t("account")}</label>
      <input id="name" name="name" autocomplete="username" autocapitalize="none" required autofocus />
      <label for="password">${t("password")}</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required />
      <p class="said" role="alert">${said}</p>
      <button class="primary" disabled=${busy}>${t("login")}</button>
      <button
        type="button"
        class="plain"
        lang=${language.value === "zh" ? "en" : "zh"}
        onClick=${() => (language.value = language.value === "zh" ? "en" : "zh")}
      >
        ${language.value === "zh" ? "English" : "中文"}
      </button>
    </form>
  </main>`;
}
