// @ts-check
/**
 * Light-emitting diodes in SVG: seven-segment digits made of dots, colons, bars, rings.
 *
 * Law: drawing only; what is lit is said by the caller. Nothing is parsed from text, so it runs
 * under trusted types; a change touches classes only.
 */

const SVG = "http://www.w3.org/2000/svg";
const DOT = 0.41;
const WIDTH = 11;
const HEIGHT = 20;

/** Rectangles of dots [x, y, columns, rows] of the segments a to g. */
const SEGMENTS = [
  [2, 0, 7, 2],
  [9, 2, 2, 7],
  [9, 11, 2, 7],
  [2, 18, 7, 2],
  [0, 11, 2, 7],
  [0, 2, 2, 7],
  [2, 9, 7, 2],
];

/** Segments that are lit, by character. */
const SHAPES = {
  0: "abcdef", 1: "bc", 2: "abdeg", 3: "abcdg", 4: "bcfg", 5: "acdfg", 6: "acdefg", 7: "abc",
  8: "abcdefg", 9: "abcdfg", "-": "g", " ": "",
};

/**
 * @param {string} name @param {Record<string, string | number>} attributes
 * @returns {SVGElement}
 */
function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** @param {SVGElement} group @param {number} x @param {number} y @param {number} [r] */
function dot(group, x, y, r = DOT) {
  group.append(element("circle", { cx: x + 0.5, cy: y + 0.5, r }));
}

/** @param {number} width @param {number} height @param {string} name */
function canvas(width, height, name) {
  const svg = element("svg", { viewBox: `-0.5 -0.5 ${width + 1} ${height + 1}`, class: name });
  svg.setAttribute("aria-hidden", "true");
  return svg;
}

/** A row of digits and colons, e.g. for "12:34". Colons are as wide as two dots. */
export class Digits {
  /** @param {HTMLElement} parent @param {string} pattern @param {string} name */
  constructor(parent, pattern, name) {
    /** @type {SVGElement[][]} */
    this.cells = [];
    this.shown = "";
    const width = [...pattern].reduce((sum, c) => sum + (c === ":" ? 2 : WIDTH) + 3, -3);
    const svg = canvas(width, HEIGHT, `digits ${name}`);
    let x = 0;
    for (const character of pattern) {
      this.cells.push(character === ":" ? [colon(svg, x)] : digit(svg, x));
      x += (character === ":" ? 2 : WIDTH) + 3;
    }
    parent.append(svg);
  }

  /** @param {string} text as long as the pattern */
  show(text) {
    if (text === this.shown) return;
    [...text].forEach((character, at) => {
      if (character === this.shown[at]) return;
      const lit = /** @type {any} */ (SHAPES)[character] ?? "";
      const cell = this.cells[at] ?? [];
      if (cell.length === 1) cell[0].classList.toggle("lit", character === ":");
      else cell.forEach((segment, n) => segment.classList.toggle("lit", lit.includes("abcdefg"[n])));
    });
    this.shown = text;
  }
}

/** @param {SVGElement} svg @param {number} left */
function digit(svg, left) {
  return SEGMENTS.map(([x, y, columns, rows]) => {
    const group = element("g", {});
    for (let i = 0; i < columns; i++) for (let j = 0; j < rows; j++) dot(group, left + x + i, y + j);
    svg.append(group);
    return group;
  });
}

/** @param {SVGElement} svg @param {number} left */
function colon(svg, left) {
  const group = element("g", {});
  for (const y of [5, 6, 13, 14]) for (const x of [0, 1]) dot(group, left + x, y);
  svg.append(group);
  return group;
}

/** Sixty dots for the seconds, as a bar or as a ring around the time. */
export class Seconds {
  /** @param {HTMLElement} parent @param {"bar" | "ring"} shape */
  constructor(parent, shape) {
    this.shown = -2;
    const svg = shape === "bar" ? canvas(180, 3, "seconds bar") : canvas(100, 100, "seconds ring");
    /** @type {SVGElement[]} */
    this.dots = [];
    for (let n = 0; n < 60; n++) {
      const group = element("g", {});
      if (shape === "bar") dot(group, n * 3 + 1, 1, n % 5 === 0 ? 1.05 : 0.7);
      else this.around(group, n);
      svg.append(group);
      this.dots.push(group);
    }
    parent.append(svg);
  }

  /** @param {SVGElement} group @param {number} n */
  around(group, n) {
    const angle = (n / 60) * 2 * Math.PI;
    dot(group, 49.5 + 46 * Math.sin(angle), 49.5 - 46 * Math.cos(angle), 1.25);
    if (n % 5 === 0) {
      const mark = element("g", { class: "hour" });
      dot(mark, 49.5 + 49.2 * Math.sin(angle), 49.5 - 49.2 * Math.cos(angle), 1.0);
      group.append(mark);
    }
  }

  /** @param {number} second lit up to and with it; -1: none */
  show(second) {
    if (second === this.shown) return;
    this.dots.forEach((one, n) => one.classList.toggle("lit", n <= second));
    this.shown = second;
  }
}
