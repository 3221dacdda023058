// Law: who may use the console. A password that is drawn is shown once and kept nowhere.

import { html, useEffect, useState } from "../../vendor/preact-htm-signals.js";
import { get, me, post } from "../api.js";
import { Dialog, Field, toast } from "../ui.js";
import { t } from "../words.js";

/** Asked again so often while it is shown: who waits, waits no longer after a while. */
const EVERY_MS = 2000;
const ROLES = ["dispatcher", "supervisor", "maintainer", "viewer", "administrator"];

export function Accounts() {
  const [accounts, setAccounts] = useState(null);
  const [given, setGiven] = useState(null);
  const again = () => get("/accounts").then(setAccounts, (error) => toast(error.message, { bad: true }));
  useEffect(() => {
    again();
    const timer = setInterval(again, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const act = (path, body, show = false) =>
    post(path, body).then(
      (answer) => {
        if (show) setGiven(answer);
        again();
      },
      (error) => toast(error.message, { bad: true }),
    );
  function add(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    act("/accounts", { name: form.get("name"), role: form.get("role") }, true);
    event.target.reset();
  }
  if (!accounts) return html`<p class="dim pad" role="status">${t("loading")}</p>`;
  return html`<section class="page duty">
    <h2>${t("accounts")} <small class="dim">${accounts.length}</small></h2>
    <div class="scroll-x" tabindex="0" role="region" aria-label=${t("accounts")}>
      <table class="plain-table">
        <thead><tr><th scope="col">${t("account")}</th><th scope="col">${t("account_role")}</th><th scope="col">${t("state")}</th><th scope="col">${t("actions")}</th></tr></thead>
        <tbody>
          ${accounts.map(
            (each) => html`<tr key=${each.name} class=${each.disabled ? "known" : ""}>
              <th scope="row">${each.name}${each.name === me.value.name ? html` <small class="dim">${t("yourself")}</small>` : ""}</th>
              <td><select aria-label=${`${t("account_role")} ${each.name}`} value=${each.role} disabled=${each.name === me.value.name} onChange=${(event) => act(`/accounts/${each.name}`, { role: event.target.value })}>
                ${ROLES.map((role) => html`<option value=${role} selected=${role === each.role}>${t(role)}</option>`)}</select></td>
              <td>${each.disabled ? html`<span class="warn">× ${t("disabled")}</span>` : each.wait_s > 0 ? html`<span class="warn">▲ ${t("waits")} ${each.wait_s} s</span>` : html`<span class="dim">${t("enabled")}</span>`}</td>
              <td class="acts">
                <button type="button" disabled=${each.name === me.value.name} onClick=${() => act(`/accounts/${each.name}`, { disabled: !each.disabled })}>${t(each.disabled ? "enable" : "disable")}</button>
                <button type="button" disabled=${each.name === me.value.name} onClick=${() => act(`/accounts/${each.name}/password`, {}, true)}>${t("reset")}</button>
                ${each.wait_s > 0 && html`<button type="button" onClick=${() => act(`/accounts/${each.name}/unlock`, {})}>${t("unlock")}</button>`}
              </td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <form onSubmit=${add} class="inline">
      <h3>${t("add_account")}</h3>
      <${Field} label=${t("account")} id="new-name"><input id="new-name" name="name" pattern="[a-z][a-z0-9._\\-]{1,39}" required /><//>
      <${Field} label=${t("account_role")} id="new-role"><select id="new-role" name="role">${ROLES.map((role) => html`<option value=${role}>${t(role)}</option>`)}</select><//>
      <button class="primary">${t("add_account")}</button>
    </form>
    ${given &&
    html`<${Dialog} title=${given.name} onClose=${() => setGiven(null)}>
      <p>${t("shown_once")}</p>
      <p class="given" data-first tabindex="-1">${given.password}</p>
    <//>`}
  </section>`;
}
