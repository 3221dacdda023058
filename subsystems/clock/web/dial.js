// @ts-check
/**
 * A station clock with hands, in SVG.
 *
 * Law: drawing only; the time is said by the caller. A change touches one attribute of a hand.
 */

const SVG = "http://www.w3.org/2000/svg";

/** Points of the hands, pointing at twelve, the middle at 0,0, the rim at 100. */
const HANDS = {
  hour: "-3.2,12 -2.6,-62 2.6,-62 3.2,12",
  minute: "-2.6,14 -1.8,-92 1.8,-92 2.6,14",
  second: "-0.7,20 -0.5,-66 0.5,-66 0.7,20",
};

/** @param {string} name @param {Record<string, string | number>} attributes */
function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

export class Dial {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    const svg = element("svg", { viewBox: "-110 -110 220 220", class: "hands", "aria-hidden": "true" });
    svg.append(element("circle", { r: 108, class: "rim" }), element("circle", { r: 103, class: "plate" }));
    for (let n = 0; n < 60; n++) {
      const hour = n % 5 === 0;
      const [x, y, width, height] = hour ? [-2.4, -99, 4.8, 20] : [-0.9, -99, 1.8, 7];
      svg.append(element("rect", { x, y, width, height, class: hour ? "mark hour" : "mark", transform: `rotate(${n * 6})` }));
    }
    /** @type {Record<string, Element>} */
    this.hands = {};
    for (const [name, points] of Object.entries(HANDS)) {
      const hand = element("g", { class: `hand ${name}` });
      hand.append(element("polygon", { points }));
      if (name === "second") hand.append(element("circle", { cy: -66, r: 6.5 }));
      svg.append(hand);
      this.hands[name] = hand;
    }
    svg.append(element("circle", { r: 2.6, class: "hub" }));
    parent.append(svg);
  }

  /** @param {number} hour @param {number} minute @param {number} second */
  show(hour, minute, second) {
    this.turn("second", second * 6);
    this.turn("minute", minute * 6 + Math.floor(second / 10));
    this.turn("hour", (hour % 12) * 30 + minute / 2);
  }

  /** @param {string} name @param {number} degrees */
  turn(name, degrees) {
    this.hands[name].setAttribute("transform", `rotate(${degrees})`);
  }
}
