// Law: one's own language, theme and password.

import { html, useState } from "../../vendor/preact-htm-signals.js";
import { logOut, me, post } from "../api.js";
import { Field, toast } from "../ui.js";
import { t } from "../words.js";

async function prefer(changes) {
  const preferences = { ...me.value.preferences, ...changes };
  try {
    await post("/session/preferences", preferences);
    me.value = { ...me.value, preferences };
  } catch (error) {
    toast(error.message, { bad: true });
  }
}

export function Me() {
  const [busy, setBusy] = useState(false);
  const { language, theme } = me.value.preferences;
  async function change(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    setBusy(true);
    try {
      await post("/session/password", { old: form.get("old"), new: form.get("new") });
      event.target.reset();
      toast(t("done"));
    } catch (error) {
      toast(error.message, { bad: true });
    }
    setBusy(false);
  }
  return html`<section class="page narrow">
    <h2>${me.value.name} <small class="dim">${t(me.value.role)}</small></h2>
    <${Field} label=${t("language")} id="me-language">
      <select id="me-language" value=${language} onChange=${(event) => prefer({ language: event.target.value })}>
        <option value="zh">中文</option><option value="en">English</option>
      </select>
    <//>
    <${Field} label=${t("theme")} id="me-theme">
      <select id="me-theme" value=${theme} onChange=${(event) => prefer({ theme: event.target.value })}>
        ${["system", "light", "dark"].map((each) => html`<option value=${each}>${t(each)}</option>`)}
      </select>
    <//>
    <form onSubmit=${change}>
      <h3>${t("change_password")}</h3>
      <input type="text" name="username" autocomplete="username" value=${me.value.name} readonly hidden />
      <${Field} label=${t("old_password")} id="me-old"><input id="me-old" name="old" type="password" autocomplete="current-password" required /><//>
      <${Field} label=${t("new_password")} id="me-new"><input id="me-new" name="new" type="password" autocomplete="new-password" minlength="10" required /><//>
      <button class="primary" disabled=${busy}>${t("save")}</button>
    </form>
    <p><button type="button" onClick=${logOut}>${t("logout")}</button></p>
  </section>`;
}
