// @ts-check
/**
 * Outlines of trains: a shape, its size, and the end that its head is at.
 *
 * Law: pure. A train whose direction nobody knows has no head: it is a block with both ends alike.
 */

/**
 * @param {string} shape see svg_layers.legend.Shape
 * @param {number} w width
 * @param {number} high height; the outline lies around y 0
 * @param {string} faces ``left``, ``right`` or nothing
 * @returns {string} a path, its left edge at x 0
 */
export function outline(shape, w, high, faces) {
  const path = drawn(faces || shape === "round" ? shape : "block", w, high / 2, Math.min(high * 0.55, w / 3));
  return faces === "left" ? mirrored(path, w) : serial(path);
}

/** @param {string} shape @param {number} w @param {number} r half its height @param {number} n nose @returns {(string | number)[][]} */
function drawn(shape, w, r, n) {
  switch (shape) {
    case "arrow":
      return [["M", 0, -r], ["L", w - n, -r], ["L", w, 0], ["L", w - n, r], ["L", 0, r], ["L", n * 0.6, 0], ["Z"]];
    case "start":
      return [["M", 0, -r], ["L", w - n, -r], ["L", w, 0], ["L", w - n, r], ["L", 0, r], ["Z"]];
    case "stop":
      return [
        ["M", 0, -r], ["L", w - n * 0.55, -r], ["L", w - n * 0.55, r], ["L", 0, r], ["Z"],
        ["M", w - n * 0.3, -r], ["L", w, -r], ["L", w, r], ["L", w - n * 0.3, r], ["Z"],
      ];
    case "double":
      return [
        ["M", 0, -r], ["L", w - n * 1.7, -r], ["L", w - n * 0.7, 0], ["L", w - n * 1.7, r], ["L", 0, r], ["Z"],
        ["M", w - n * 1.35, -r], ["L", w - n, -r], ["L", w, 0], ["L", w - n, r], ["L", w - n * 1.35, r], ["L", w - n * 0.35, 0], ["Z"],
      ];
    case "round":
      return [["M", r, -r], ["L", w - r, -r], ["C", w + r / 3, -r, w + r / 3, r, w - r, r], ["L", r, r], ["C", -r / 3, r, -r / 3, -r, r, -r], ["Z"]];
    default:
      return [["M", 0, -r], ["L", w, -r], ["L", w, r], ["L", 0, r], ["Z"]];
  }
}

/** @param {(string | number)[][]} path */
function serial(path) {
  return path.map((part) => part.map((v) => (typeof v === "number" ? Math.round(v * 10) / 10 : v)).join(" ")).join("");
}

/** @param {(string | number)[][]} path @param {number} w */
function mirrored(path, w) {
  return serial(path.map((part) => part.map((v, i) => (typeof v === "number" && i % 2 === 1 ? w - v : v))));
}
