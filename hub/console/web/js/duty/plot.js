// Law: a bar chart with its numbers in words for who does not see it. It counts nothing.

import { html } from "../../vendor/preact-htm-signals.js";

const WIDTH = 720;
const HEIGHT = 200;
const LOW = 24;

export const whole = (value, unit) => (value === null || value === undefined ? "–" : `${Math.round(value * 10) / 10}${unit}`);

/** A bar chart; `bars` are [label, value or null]. */
export function Plot({ title, bars, top, unit = "" }) {
  const step = WIDTH / Math.max(bars.length, 1);
  const room = HEIGHT - LOW - 16;
  const each = Math.ceil(bars.length / 16);
  return html`<figure class="plot">
    <figcaption>${title}</figcaption>
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${`${title}: ${bars.map(([label, value]) => `${label} ${whole(value, unit)}`).join(", ")}`}>
      <line x1="0" x2=${WIDTH} y1=${HEIGHT - LOW} y2=${HEIGHT - LOW} />
      ${bars.map(([label, value], place) => {
        const tall = value === null ? 0 : (Math.min(value, top) / (top || 1)) * room;
        const middle = step * (place + 0.5);
        const wide = Math.min(step * 0.7, 56);
        return html`<g key=${label}>
          <rect x=${middle - wide / 2} y=${HEIGHT - LOW - tall} width=${wide} height=${tall} />
          <text x=${middle} y=${HEIGHT - LOW - tall - 4} class="value">${whole(value, "")}</text>
          ${place % each === 0 && html`<text x=${middle} y=${HEIGHT - 7}>${label}</text>`}
        </g>`;
      })}
    </svg>
  </figure>`;
}
