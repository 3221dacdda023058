// @ts-check
/**
 * The stage: the base layer under the trains, and the part of it that is looked at.
 *
 * Law: a base layer is fetched when its digest changes and kept by the browser for ever; it is parsed
 * as XML, so nothing in it runs. Moving and zooming change one attribute and touch no train.
 */

import { h, set } from "./dom.js";

const CLOSEST = 12;
const STEP = 1.25;

export class Stage {
  /** @param {{files: string}} given where base layers are */
  constructor({ files }) {
    this.files = files;
    this.base = h("g", { class: "td-baselayer", "aria-hidden": "true" });
    this.svg = h("svg", { class: "td-svg", role: "group", preserveAspectRatio: "xMidYMid meet" }, this.base);
    this.size = { width: 1, height: 1 };
    this.view = { x: 0, y: 0, width: 1, height: 1 };
    /** @type {string | null} */
    this.shown = null;
    this.fetched = 0;
    this.listen();
  }

  /** @param {Element} layer */
  add(layer) {
    this.svg.append(layer);
  }

  /**
   * @param {any} ground @param {string} language
   * @returns {Promise<void>} when the base layer is there
   */
  async show(ground, language) {
    const digest = ground.base[language] ?? Object.values(ground.base)[0];
    if (digest === this.shown) return;
    this.shown = digest;
    this.fetched += 1;
    const file = await fetchXml(`${this.files}${digest}.svg`).catch((error) => {
      this.shown = null;
      throw error;
    });
    if (digest !== this.shown) return;
    const nodes = [...file.documentElement.childNodes].map((node) => document.importNode(node, true));
    this.base.replaceChildren(...nodes);
    for (const name of ["font-family", "fill", "stroke-width"]) set(this.base, { [name]: file.documentElement.getAttribute(name) });
    if (ground.width !== this.size.width || ground.height !== this.size.height) {
      this.size = { width: ground.width, height: ground.height };
      this.fit();
    }
  }

  fit() {
    this.look({ x: 0, y: 0, ...this.size });
  }

  /** @param {number} factor more than 1: closer @param {{x: number, y: number}} [around] in units of the drawing */
  zoom(factor, around) {
    const v = this.view;
    const at = around ?? { x: v.x + v.width / 2, y: v.y + v.height / 2 };
    const width = Math.min(this.size.width, Math.max(this.size.width / CLOSEST, v.width / factor));
    const by = width / v.width;
    this.look({ x: at.x - (at.x - v.x) * by, y: at.y - (at.y - v.y) * by, width, height: v.height * by });
  }

  /** @param {number} dx shares of what is seen @param {number} dy */
  move(dx, dy) {
    const v = this.view;
    this.look({ ...v, x: v.x + dx * v.width, y: v.y + dy * v.height });
  }

  /** @param {{x: number, y: number, width: number, height: number}} wanted */
  look({ x, y, width, height }) {
    const within = (/** @type {number} */ at, /** @type {number} */ part, /** @type {number} */ whole) => Math.max(0, Math.min(whole - part, at));
    this.view = { x: within(x, width, this.size.width), y: within(y, height, this.size.height), width, height };
    const v = this.view;
    set(this.svg, { viewBox: [v.x, v.y, v.width, v.height].map((n) => Math.round(n * 10) / 10).join(" ") });
    const zoomed = v.width < this.size.width - 1;
    this.svg.classList.toggle("td-zoomed", zoomed);
  }

  listen() {
    const svg = this.svg;
    svg.addEventListener("wheel", (/** @type {WheelEvent} */ event) => {
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? STEP : 1 / STEP, this.pointOf(event));
    }, { passive: false });
    /** @type {{x: number, y: number, view: any} | null} */
    let drag = null;
    svg.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      if (event.button === 0) drag = { x: event.clientX, y: event.clientY, view: { ...this.view } };
    });
    svg.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      if (!drag) return;
      const scale = this.unitsPerPixel();
      const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
      if (Math.hypot(dx, dy) < 4 && !svg.hasPointerCapture(event.pointerId)) return;
      svg.setPointerCapture(event.pointerId);
      this.look({ ...drag.view, x: drag.view.x - dx * scale, y: drag.view.y - dy * scale });
    });
    const end = () => { drag = null; };
    svg.addEventListener("pointerup", end);
    svg.addEventListener("pointercancel", end);
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether it was for the stage */
  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return false;
    const pan = event.shiftKey ? { ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, -0.15], ArrowDown: [0, 0.15] }[event.key] : undefined;
    if (pan) this.move(pan[0], pan[1]);
    else if (event.key === "+" || event.key === "=") this.zoom(STEP);
    else if (event.key === "-" || event.key === "_") this.zoom(1 / STEP);
    else if (event.key === "0") this.fit();
    else return false;
    event.preventDefault();
    return true;
  }

  unitsPerPixel() {
    const box = this.svg.getBoundingClientRect();
    return Math.max(this.view.width / Math.max(box.width, 1), this.view.height / Math.max(box.height, 1));
  }

  /** @param {MouseEvent} event */
  pointOf(event) {
    const box = this.svg.getBoundingClientRect();
    const scale = this.unitsPerPixel();
    const v = this.view;
    return {
      x: v.x + v.width / 2 + (event.clientX - box.x - box.width / 2) * scale,
      y: v.y + v.height / 2 + (event.clientY - box.y - box.height / 2) * scale,
    };
  }
}

/** @param {string} url @returns {Promise<Document>} */
function fetchXml(url) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.responseType = "document";
    request.overrideMimeType("image/svg+xml");
    request.onload = () => (request.status === 200 && request.responseXML ? resolve(request.responseXML) : reject(new Error(`${request.status} ${url}`)));
    request.onerror = () => reject(new Error(`cannot fetch ${url}`));
    request.send();
  });
}
