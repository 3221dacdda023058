// @ts-check
/**
 * How the clock looks: hands, diodes or both; light or dark; over the whole screen.
 *
 * Law: a person's choice, kept in the browser; the address chooses before it: `?look=led`,
 * `?theme=light`, `?lang=de,en`. Keys: L, T, F. Nobody's choice is a panel of diodes in the dark.
 */

export const LOOKS = ["both", "led", "hands"];
export const THEMES = ["dark", "light"];
const KEPT = "station-clock-look";
const asked = new URLSearchParams(location.search);

/** @returns {string[]} languages that the address asks for, none: the station's first two */
export const languagesAsked = () => (asked.get("lang") ?? "").split(",").filter((tag) => tag !== "");

export class Looks {
  constructor() {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    this.look = one(LOOKS, asked.get("look") ?? kept.look) ?? "both";
    this.theme = one(THEMES, asked.get("theme") ?? kept.theme) ?? "dark";
    this.apply();
    const buttons = { look: () => this.next("look", LOOKS), theme: () => this.next("theme", THEMES), full };
    for (const [name, press] of Object.entries(buttons)) {
      document.getElementById(`press-${name}`)?.addEventListener("click", press);
    }
    addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const press = { l: buttons.look, t: buttons.theme, f: buttons.full }[event.key.toLowerCase()];
      if (press) press();
    });
  }

  /** @param {"look" | "theme"} what @param {string[]} all */
  next(what, all) {
    this[what] = all[(all.indexOf(this[what]) + 1) % all.length];
    this.apply();
    localStorage.setItem(KEPT, JSON.stringify({ look: this.look, theme: this.theme }));
  }

  apply() {
    document.documentElement.dataset.look = this.look;
    document.documentElement.dataset.theme = this.theme;
    const plate = getComputedStyle(document.documentElement).getPropertyValue("--off").trim();
    document.querySelector('meta[name="theme-color"]')?.setAttribute("content", plate);
  }
}

/** @param {string[]} all @param {?string | undefined} found */
const one = (all, found) => (found && all.includes(found) ? found : null);

function full() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch(() => undefined);
}
