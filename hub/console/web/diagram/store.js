// @ts-check
/**
 * What is shown: the picture of now with its patches, or a film at an instant.
 *
 * Law: no DOM. A patch is taken only if it follows the one before; else everything is asked for. A
 * picture is `{trains, bars}`, each by run; a field that is not there is as by default.
 *
 * @typedef {Record<string, any>} Fields
 * @typedef {{trains: Map<string, Fields>, bars: Map<string, Fields>}} Picture
 * @typedef {{set?: Record<string, Fields>, gone?: string[]}} Patch
 * @typedef {{trains?: Patch, bars?: Patch}} Change
 * @typedef {{trains: Set<string>, bars: Set<string>}} Touched
 */

/** @param {{trains: Record<string, Fields>, bars: Record<string, Fields>}} whole @returns {Picture} */
export function pictureOf(whole) {
  return { trains: new Map(Object.entries(whole.trains)), bars: new Map(Object.entries(whole.bars)) };
}

/** @param {Picture} picture @returns {Picture} a copy that can be changed */
export function copyOf(picture) {
  return { trains: new Map(picture.trains), bars: new Map(picture.bars) };
}

/**
 * @param {Picture} picture changed in place; the fields of a run are replaced, never changed
 * @param {Change} change
 * @returns {Touched} which runs are other now
 */
export function apply(picture, change) {
  return {
    trains: applyTo(picture.trains, change.trains ?? {}),
    bars: applyTo(picture.bars, change.bars ?? {}),
  };
}

/** @param {Map<string, Fields>} keyed @param {Patch} patch */
function applyTo(keyed, patch) {
  const touched = new Set(patch.gone ?? []);
  for (const key of patch.gone ?? []) keyed.delete(key);
  for (const [key, fields] of Object.entries(patch.set ?? {})) {
    const merged = { ...keyed.get(key), ...fields };
    for (const name of Object.keys(merged)) if (merged[name] === null) delete merged[name];
    keyed.set(key, merged);
    touched.add(key);
  }
  return touched;
}

/** @param {Picture} before @param {Picture} after @returns {Touched} */
export function differing(before, after) {
  return { trains: keysThatDiffer(before.trains, after.trains), bars: keysThatDiffer(before.bars, after.bars) };
}

/** @param {Map<string, Fields>} before @param {Map<string, Fields>} after */
function keysThatDiffer(before, after) {
  const found = new Set();
  for (const [key, fields] of after) if (before.get(key) !== fields) found.add(key);
  for (const key of before.keys()) if (!after.has(key)) found.add(key);
  return found;
}

/** A film that can be looked at at any instant; going on costs only what changes. */
export class Film {
  /** @param {any} film as the server gives it */
  constructor(film) {
    this.film = film;
    this.first = pictureOf(film);
    this.at = 0;
    this.picture = copyOf(this.first);
  }

  /** @param {number} time unix seconds @returns {boolean} */
  covers(time) {
    return time >= this.film.begin && time <= this.film.end;
  }

  /** @param {number} time unix seconds @returns {Picture} a copy */
  seek(time) {
    const frames = this.film.frames;
    if (this.at > 0 && frames[this.at - 1][0] > time) {
      this.at = 0;
      this.picture = copyOf(this.first);
    }
    while (this.at < frames.length && frames[this.at][0] <= time) {
      apply(this.picture, frames[this.at][1]);
      this.at += 1;
    }
    return copyOf(this.picture);
  }
}

/** Also of another life of the hub. @param {string} seq @param {string} known */
export function isLater(seq, known) {
  const [boot, number] = split(seq);
  const [mine, held] = split(known);
  return boot !== mine || number > held;
}

/** @param {string} seq @returns {[string, number]} */
function split(seq) {
  const at = seq.lastIndexOf("-");
  return [seq.slice(0, at), Number(seq.slice(at + 1))];
}
