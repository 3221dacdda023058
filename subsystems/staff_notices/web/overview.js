// @ts-check
/**
 * The supervisor's page: all posts.
 *
 * Law: draws what it is given; it signs for nothing. Old numbers never look like present ones: alone
 * it says so, and since when.
 */
import { by, keyed, make, mark, say, setText } from "./dom.js";
import { clock, postName, shared, timeText, told, word } from "./frame.js";
import { keepFiles } from "./offline.js";
import { begin, sound } from "./tools.js";

/** @type {any[]} */
let posts = [];
/** @type {Set<string>} */
let ringing = new Set();

/** @param {string} kind @param {any} data */
function took(kind, data) {
  if (kind === "overview") posts = data.posts;
  draw();
}

function draw() {
  if (shared.frame === null || !clock.known) return;
  setText(by("post"), word("title"));
  setText(by("station"), told(shared.frame.station));
  document.title = `${word("title")} · ${word("overview")}`;
  by("list").dataset.alone = String(shared.alone !== null);
  keyed(by("list"), posts.map((post) => ({
    key: post.id,
    text: JSON.stringify([post, shared.language, minutesOf(post)]),
    draw: () => card(post),
  })));
  ring();
}

/** @param {any} post */
const minutesOf = (post) => (post.oldest === null ? 0 : Math.max(0, Math.trunc((clock.now() - post.oldest) / 60000)));

/** @param {any} post */
function card(post) {
  const tone = post.severity || (post.overdue > 0 ? "OVERDUE" : "");
  const shape = { ERROR: "■", WARNING: "▲", OVERDUE: "▲" }[/** @type {string} */ (tone)] ?? "✓";
  const state = post.severity ? word("unsigned") : tone ? word("overdue_count") : word("all_well");
  const oldest = post.oldest === null ? null : make("p", { class: "oldest" },
    `${word("oldest")}: `, make("b", { text: timeText(post.oldest) }), ` ${told(post.oldest_of)}`);
  return make("article", { class: "card", "data-tone": tone || "WELL" },
    make("h2", { text: postName(post.id) }),
    make("p", { class: "state" }, mark(shape), ` ${state}`),
    make("dl", { class: "counts" }, ...counted("open_count", post.open), ...counted("overdue_count", post.overdue), ...counted("escalated_count", post.escalated), ...counted("missed_count", post.missed)),
    oldest,
    make("p", { class: "persons" }, mark("☻"), ` ${post.persons.length ? post.persons.join("、") : word("nobody")}`),
    make("ul", { class: "terminals", "aria-label": word("terminals") },
      ...(post.terminals.length ? post.terminals.map(terminal) : [make("li", { class: "dark" }, mark("○"), ` ${word("no_terminal")}`)])),
    make("p", { class: "links" },
      make("a", { href: `/post/${post.id}`, text: word("open_post"), "aria-label": `${word("open_post")}: ${postName(post.id)}` }),
      make("a", { href: `/shift/${post.id}?lang=${shared.language}`, text: word("shift_list"), "aria-label": `${word("shift_list")}: ${postName(post.id)}` })),
  );
}

/** @param {string} key @param {number} count */
const counted = (key, count) => [make("div", { "data-count": String(count) }, make("dt", { text: word(key) }), make("dd", { text: String(count) }))];

/** @param {any} each */
function terminal(each) {
  const parts = [word(each.dark ? "terminal_dark" : "terminal_alive", { name: each.id })];
  if (each.queued) parts.push(word("terminal_queued", { count: each.queued }));
  if (each.muted) parts.push(word("terminal_muted"));
  if (Math.abs(each.clock_off_s ?? 0) > 5) parts.push(word("terminal_clock", { seconds: each.clock_off_s }));
  return make("li", { class: each.dark ? "dark" : "alive" }, mark(each.dark ? "○" : "●"), ` ${parts.join(" · ")}`);
}

function ring() {
  const now = new Set(posts.filter((post) => post.severity).map((post) => post.id));
  const fresh = Array.from(now).filter((id) => !ringing.has(id));
  ringing = now;
  if (shared.alone !== null) return;
  if (fresh.length > 0) {
    say(`${word("unsigned")}: ${fresh.map(postName).join(", ")}`);
    sound.news();
  } else if (now.size > 0) sound.overdue();
}

begin("/events", { draw, heard: () => {}, lost: () => {}, took, tools: () => [] });
keepFiles();
