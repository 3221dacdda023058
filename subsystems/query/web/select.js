// @ts-check
/**
 * What is said of a train at an instant.
 *
 * Law: pure. The page decides nothing about trains: it takes the last step whose instant has come,
 * and what stands instead once the confirmation is over. protocol.timeline gives the same answers.
 *
 * @typedef {{text?: string | Record<string, string>, was?: string, tone?: string, mark?: string}} Cell
 * @typedef {{at?: ?number, status: Cell, stage?: string}} Step
 * @typedef {{steps: Step[], unconfirmed?: {status: Cell, arrival?: Cell, departure?: Cell},
 *   until?: number}} Told
 */

/** @param {Step[]} steps ascending by `at` @param {number} now @returns {Step} */
export function stepAt(steps, now) {
  let found = steps[0];
  for (const step of steps) {
    if (step.at === undefined || step.at === null || step.at <= now) found = step;
  }
  return found;
}

/**
 * @param {Told} train @param {number} now @param {?number} confirmedUntil
 * @returns {boolean} whether its deviations have been unconfirmed for too long
 */
export function lapsed(train, now, confirmedUntil) {
  if (!train.unconfirmed) return false;
  return confirmedUntil === null || now > confirmedUntil;
}

/**
 * @param {Told} train @param {number} now @param {?number} confirmedUntil
 * @returns {{status: Cell, stage: string, lapsed: boolean}}
 */
export function saidOf(train, now, confirmedUntil) {
  const step = stepAt(train.steps, now);
  if (!lapsed(train, now, confirmedUntil)) {
    return { status: step.status, stage: step.stage ?? "", lapsed: false };
  }
  return { status: /** @type {any} */ (train.unconfirmed).status, stage: "", lapsed: true };
}

/** @param {Told} train @param {number} now @returns {boolean} whether it may still be told */
export function held(train, now) {
  return train.until === undefined || train.until === null || now < train.until;
}
