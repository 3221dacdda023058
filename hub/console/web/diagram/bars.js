// @ts-check
/**
 * The bars of the occupation chart: where they lie, what room they leave, how they end.
 *
 * Law: pure but for the element that is made; pixels in, pixels out.
 */

import { h } from "./dom.js";

/** @typedef {{run: string, bar: any, left: number, right: number, lane: number, lanes: number}} Place */

/**
 * Bars of one track that meet lie below one another, so that each can be read.
 *
 * @param {Place[]} list put in order, and given its lanes
 */
export function layLanes(list) {
  list.sort((a, b) => a.left - b.left || a.right - b.right);
  /** @type {Place[]} */
  let group = [];
  /** @type {number[]} */
  let ends = [];
  const close = () => { for (const each of group) each.lanes = ends.length; };
  for (const place of list) {
    if (place.left >= Math.max(...ends, 0)) {
      close();
      [group, ends] = [[], []];
    }
    const lane = ends.findIndex((end) => end <= place.left);
    place.lane = lane < 0 ? ends.length : lane;
    ends[place.lane] = place.right;
    group.push(place);
  }
  close();
}

/**
 * @param {Place} place @param {Place[]} list of its track @param {number} from @param {number} to
 * @returns {number[]} where the next bars at its height end before it and begin after it
 */
export function freeBeside(place, list, from, to) {
  const level = (/** @type {Place} */ p) => [p.lane / p.lanes, (p.lane + 1) / p.lanes];
  const [top, bottom] = level(place);
  const beside = list.filter((p) => p !== place && level(p)[0] < bottom && level(p)[1] > top);
  const before = beside.filter((p) => p.right <= place.left).map((p) => p.right);
  const after = beside.filter((p) => p.left >= place.right).map((p) => p.left);
  return [Math.max(from, ...before), Math.min(to, ...after)];
}

/** A bar; an end that nobody knows is torn. @param {number} x @param {number} y @param {number} w @param {number} high @param {string} open */
export function barPath(x, y, w, high, open) {
  const tear = Math.min(5, w / 4);
  const left = open === "begin" || open === "both";
  const right = open === "end" || open === "both";
  const r = x + w;
  const mid = [high / 4, high / 2, (3 * high) / 4];
  const rightEdge = right ? `L${r - tear} ${y + mid[0]}L${r} ${y + mid[1]}L${r - tear} ${y + mid[2]}L${r} ${y + high}` : `L${r} ${y + high}`;
  const leftEdge = left ? `L${x + tear} ${y + mid[2]}L${x} ${y + mid[1]}L${x + tear} ${y + mid[0]}Z` : "Z";
  return `M${x} ${y}L${r} ${y}${rightEdge}L${x} ${y + high}${leftEdge}`;
}

/** Outwards from an end of a bar. @param {number} x @param {number} y @param {number} far @param {number} high */
export function whisker(x, y, far, high) {
  const t = Math.min(high / 4, 5);
  return h("path", { class: "td-whisker", d: `M${x} ${y}h${far}M${x + far} ${y - t}v${2 * t}` });
}
