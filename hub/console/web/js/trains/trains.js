// Law: the train table: dense, live, keyboard first. Only the rows in sight are drawn, so 884 cost
// what 40 cost. A row is drawn anew when it is another object, and not otherwise.

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../../vendor/preact-htm-signals.js";
import { may, me } from "../api.js";
import { useCommands } from "../commands.js";
import { delayOf, expected, hhmm, late, saidText, sentence } from "../format.js";
import { conflictsOf, editorsOf, minute, ready, rows, standing, stationMs } from "../live.js";
import { t } from "../words.js";
import { OrderDialog } from "./dialog.js";
import { calledAt, COLUMNS, dayEnd, listed, sameTrack, VIEWS } from "./model.js";
import { ORDERS } from "./orders.js";
import { Panel } from "./panel.js";

const OVERSCAN = 8;
/** Columns of a screen that is less wide; the panel has what is left out. */
const SPARE = new Set(["from", "room", "phase"]);

export function Trains({ path }) {
  const [view, setView] = useState("view_now");
  const [text, setText] = useState("");
  const [sort, setSort] = useState({ column: null, down: false });
  const [chosenId, choose] = useState(decodeURIComponent(path) || null);
  const [selected, select] = useState(new Set());
  const [open, setOpen] = useState(Boolean(path));
  const [dialog, ask] = useState(null);
  const filter = useRef(null);
  const grid = useRef(null);
  const anchor = useRef(null);

  const conflicts = standing.value.conflicts;
  const all = rows.value;
  const shown = useMemo(
    () => listed(all, { view, text, ...sort, conflicts, near: stationMs() }),
    [all, view, text, sort, conflicts, minute.value],
  );
  const counts = useMemo(() => {
    const found = Object.fromEntries(VIEWS.map((each) => [each.id, 0]));
    const end = dayEnd(stationMs());
    for (const row of all.values()) for (const each of VIEWS) found[each.id] += each.shows(row, conflicts, end) ? 1 : 0;
    return found;
  }, [all, conflicts, minute.value]);

  const at = shown.findIndex((row) => row.id === chosenId);
  const chosen = all.get(chosenId);
  const move = (to) => {
    const row = shown[Math.max(0, Math.min(shown.length - 1, to))];
    if (row) choose(row.id);
    anchor.current = null;
  };
  const page = (by) => move(at + by * Math.max(1, Math.floor(grid.current.clientHeight / (grid.current.querySelector(".line")?.offsetHeight ?? 28)) - 2));
  const toggle = (id) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    select(next);
    choose(id);
    anchor.current = id;
  };
  /** Select from where a range began, else from the train that is chosen, to the place `to`. */
  const reach = (to) => {
    const end = Math.max(0, Math.min(shown.length - 1, to));
    anchor.current ??= chosenId;
    const began = shown.findIndex((row) => row.id === anchor.current);
    if (!shown.length) return;
    const [low, high] = began < 0 ? [end, end] : [Math.min(began, end), Math.max(began, end)];
    select(new Set([...selected, ...shown.slice(low, high + 1).map((row) => row.id)]));
    choose(shown[end].id);
  };
  const everyone = shown.length > 0 && shown.every((row) => selected.has(row.id));
  const selectAll = () => {
    const next = new Set(selected);
    for (const row of shown) if (everyone) next.delete(row.id); else next.add(row.id);
    select(next);
  };
  const hidden = selected.size ? selected.size - shown.filter((row) => selected.has(row.id)).length : 0;
  const closed = (done) => {
    ask(null);
    if (!done) return;
    select(new Set());
    requestAnimationFrame(() => grid.current?.focus()); // what gave the order may be gone with it
  };
  const shut = () => {
    setOpen(false);
    grid.current?.focus();
  };
  const targets = () => (selected.size ? [...selected].filter((id) => all.has(id)) : chosen ? [chosen.id] : []);
  const order = (id, ids = targets(), field) => ids.length && may("command") && ask({ id, chosen: ids, field });
  const shift = (by) => {
    const place = VIEWS.findIndex((each) => each.id === view);
    setView(VIEWS[(place + by + VIEWS.length) % VIEWS.length].id);
  };

  useCommands([
    { id: "next", title: () => t("k_move"), key: "ArrowDown", keys: ["j"], hint: "↓  ↑  j  k", hidden: true, run: () => move(at + 1) },
    { id: "previous", title: () => t("k_move"), key: "ArrowUp", keys: ["k"], hint: "", hidden: true, run: () => move(at - 1) },
    { id: "page", title: () => t("k_page"), key: "PageDown", hint: "PgDn  PgUp  Home  End", hidden: true, run: () => page(1) },
    { id: "page-back", title: () => t("k_page"), key: "PageUp", hint: "", hidden: true, run: () => page(-1) },
    { id: "first", title: () => t("k_page"), key: "Home", hint: "", hidden: true, run: () => move(0) },
    { id: "last", title: () => t("k_page"), key: "End", hint: "", hidden: true, run: () => move(shown.length - 1) },
    { id: "reach", title: () => t("k_range"), key: "Shift ArrowDown", hint: "⇧ ↓  ⇧ ↑", hidden: true, run: () => reach(at + 1) },
    { id: "reach-back", title: () => t("k_range"), key: "Shift ArrowUp", hint: "", hidden: true, run: () => reach(at - 1) },
    { id: "all", title: () => `${t("k_all")} (${shown.length})`, key: "*", keys: ["Ctrl a"], hint: "*  Ctrl A", when: () => shown.length > 0, run: selectAll },
    { id: "same-track", title: () => t("k_same_track"), key: "f", when: () => Boolean(chosen?.run.track), run: () => setText(sameTrack(chosen.run)) },
    { id: "open", title: () => t("k_open"), key: "Enter", hidden: true, when: () => chosen && !onControl(), run: () => setOpen(true) },
    { id: "select", title: () => t("k_select"), key: " ", hint: "␣", hidden: true, when: () => chosen && !onControl(), run: () => toggle(chosen.id) },
    { id: "filter", title: () => t("k_filter"), key: "/", run: () => filter.current.focus() },
    { id: "left", title: () => t("k_views"), key: "[", hint: "[  ]", hidden: true, run: () => shift(-1) },
    { id: "right", title: () => t("k_views"), key: "]", hint: "", hidden: true, run: () => shift(1) },
    { id: "escape", title: () => t("k_escape"), key: "Escape", hint: "Esc", hidden: true, run: () => (selected.size ? select(new Set()) : open ? shut() : setText("")) },
    ...ORDERS.map((each) => ({
      id: each.id,
      title: () => `${t(each.id)} ${subject(targets(), all)}`,
      key: each.key,
      when: () => may("command") && targets().length > 0,
      run: () => order(each.id),
    })),
    { id: "a_add", title: () => t("a_add"), key: "n", when: () => may("command"), run: () => ask({ id: "a_add", chosen: [] }) },
    ...VIEWS.map((each) => ({ id: each.id, title: () => `→ ${t(each.id)}`, run: () => setView(each.id) })),
  ]);

  if (!ready.value) return html`<p class="dim pad" role="status">${t("loading")}</p>`;
  return html`<div class=${open && chosen ? "trains with-panel" : "trains"}>
    <section class="list" aria-label=${t("trains")}>
      <div class="tools">
        <input ref=${filter} type="search" aria-label=${t("filter_label")} placeholder=${t("filter")} value=${text}
          onInput=${(event) => setText(event.target.value)}
          onKeyDown=${(event) => {
            if (event.key === "Escape" || event.key === "Enter") {
              if (event.key === "Escape") setText("");
              event.preventDefault();
              grid.current?.focus();
              if (at < 0) move(0);
            }
          }} />
        <div class="views" role="group" aria-label=${t("phase")}>
          ${VIEWS.map(
            (each) => html`<button type="button" aria-pressed=${each.id === view} class=${each.bad && counts[each.id] ? "abnormal" : ""} onClick=${() => setView(each.id)}>
              ${t(each.id)} <span>${counts[each.id]}</span></button>`,
          )}
        </div>
        ${may("command") && html`<button type="button" onClick=${() => ask({ id: "a_add", chosen: [] })}>＋ ${t("a_add").replace("…", "")}</button>`}
      </div>
      ${selected.size > 0 &&
      html`<div class="many" role="region" aria-label=${t("all_selected")}>
        <b>${t("selected")} ${selected.size} ${t("trains_n")}</b>
        ${hidden > 0 && html`<span class="warn">▲ ${t("hidden_selected")} ${hidden}</span>`}
        ${may("batch") && ORDERS.filter((each) => each.many).map((each) => html`<button type="button" onClick=${() => order(each.id)}>${t(each.id)}</button>`)}
        <button type="button" class="plain" onClick=${() => { select(new Set()); grid.current?.focus(); }}>${t("clear_selection")}</button>
      </div>`}
      <${Grid} key=${view} self=${grid} list=${shown} at=${at} selected=${selected} sort=${sort} setSort=${setSort} spare=${open && Boolean(chosen)} everyone=${everyone} onAll=${selectAll} onReach=${(id) => reach(shown.findIndex((row) => row.id === id))}
        onChoose=${(id) => { choose(id); anchor.current = null; }} onToggle=${toggle} onOpen=${(id) => { choose(id); setOpen(true); }} />
    </section>
    ${open && chosen && html`<${Panel} key=${chosen.id} row=${chosen} onClose=${shut} onOrder=${order} />`}
    ${dialog && html`<${OrderDialog} ...${dialog} onClose=${closed} />`}
  </div>`;
}

const onControl = () => document.activeElement?.closest("button, a, summary, [role=tab]") !== null && document.activeElement !== document.body;
const subject = (ids, all) => (ids.length > 1 ? `(${ids.length})` : ids.length && all.get(ids[0]) ? calledAt(all.get(ids[0]).run, stationMs()) : "");

function Grid({ self, list, at, selected, sort, setSort, spare, everyone, onAll, onReach, onChoose, onToggle, onOpen }) {
  const [box, setBox] = useState({ top: 0, height: 800, row: 28 });
  const columns = spare ? COLUMNS.filter((each) => !SPARE.has(each.id)) : COLUMNS;
  const template = ["2rem", ...columns.map((each) => each.width), "minmax(5rem,1fr)"].join(" ");

  useLayoutEffect(() => {
    const place = self.current;
    const measure = () => {
      const row = parseFloat(getComputedStyle(place).getPropertyValue("--row")) * parseFloat(getComputedStyle(document.documentElement).fontSize);
      setBox((held) => ({ ...held, height: place.clientHeight, row }));
    };
    const watch = new ResizeObserver(measure);
    watch.observe(place);
    measure();
    return () => watch.disconnect();
  }, []);

  useEffect(() => {
    if (at < 0) return;
    const place = self.current;
    const top = at * box.row;
    const inside = place.clientHeight - box.row;
    if (top < place.scrollTop) place.scrollTop = top;
    else if (top + box.row > place.scrollTop + inside) place.scrollTop = top + box.row - inside;
  }, [at, box.row]);

  void minute.value;
  const ms = stationMs();
  const first = Math.max(0, Math.floor(box.top / box.row) - OVERSCAN);
  const last = Math.min(list.length, Math.ceil((box.top + box.height) / box.row) + OVERSCAN);
  const by = (id) => setSort({ column: sort.column === id && sort.down ? null : id, down: sort.column === id && !sort.down });
  return html`<div class="grid" role="grid" tabindex="0" ref=${self} aria-label=${t("trains")} aria-rowcount=${list.length + 1}
    aria-multiselectable="true" aria-activedescendant=${at >= first && at < last ? `row-${at}` : undefined}
    onScroll=${(event) => setBox({ ...box, top: event.target.scrollTop })}>
    <div role="row" class="head" aria-rowindex="1" style=${{ gridTemplateColumns: template }}>
      <span role="columnheader"><button type="button" tabindex="-1" class="tick" aria-pressed=${everyone ? "true" : selected.size ? "mixed" : "false"} title=${`${t("k_all")} (*)`} aria-label=${t("k_all")} onClick=${onAll}>${everyone ? "☑" : selected.size ? "⊟" : "☐"}</button></span>
      ${columns.map(
        (each) => html`<span role="columnheader" aria-sort=${sort.column === each.id ? (sort.down ? "descending" : "ascending") : "none"}>
          <button type="button" tabindex="-1" onClick=${() => by(each.id)}>${t(each.id)}${sort.column === each.id ? (sort.down ? " ▼" : " ▲") : ""}</button></span>`,
      )}
      <span role="columnheader">${t("marks")}</span>
    </div>
    <div role="rowgroup" class="body" style=${{ height: `${list.length * box.row}px` }}>
      ${list.slice(first, last).map(
        (row, place) => html`<${Line} key=${row.id} row=${row} index=${first + place} top=${(first + place) * box.row} columns=${columns} template=${template} ms=${ms}
          chosen=${first + place === at} selected=${selected.has(row.id)} onChoose=${onChoose} onReach=${onReach} onToggle=${onToggle} onOpen=${onOpen} />`,
      )}
    </div>
    ${list.length === 0 && html`<p class="dim pad">${t("no_rows")}</p>`}
  </div>`;
}

function Line({ row, index, top, columns, template, ms, chosen, selected, onChoose, onReach, onToggle, onOpen }) {
  const run = row.run;
  const classes = ["line"];
  if (chosen) classes.push("chosen");
  if (run.cancelled || row.withdrawn) classes.push("struck");
  if (row.passengers === "GONE") classes.push("past");
  return html`<div role="row" id=${`row-${index}`} class=${classes.join(" ")} aria-rowindex=${index + 2} aria-selected=${selected} data-run=${row.id}
    style=${{ gridTemplateColumns: template, transform: `translateY(${top}px)` }}
    onClick=${(event) => (event.shiftKey ? onReach : event.ctrlKey || event.metaKey ? onToggle : onChoose)(row.id)} onDblClick=${() => onOpen(row.id)}>
    <span role="gridcell" class="tick" onClick=${(event) => { event.stopPropagation(); onToggle(row.id); }}>${selected ? "☑" : "☐"}</span>
    ${columns.map((each) => html`<span role="gridcell" class=${classOf(each.id, row)}>${each.call ? toldOf(run[each.call], run.held) : each.text(row, ms)}</span>`)}
    <span role="gridcell" class="marks">${marksOf(row)}</span>
  </div>`;
}

function classOf(id, row) {
  const run = row.run;
  if (id === "number") return "strong";
  if (id === "delay") {
    const minutes = delayOf(run);
    if (run.cancelled) return "bad";
    if (minutes === null) return "bad";
    return minutes > 0 ? "warn" : minutes < 0 ? "warn" : "dim";
  }
  if (id === "platform" && run.platform_changed_from) return "warn";
  if (id === "gates" && run.gates_changed_from?.length) return "warn";
  if (id === "control" && run.control === "MANUAL") return "manual";
  if (id === "phase" && run.cancelled) return "bad";
  if (id === "check_in" && row.passengers === "LAST_CALL") return "warn";
  return "";
}

function toldOf(call, held) {
  if (!call) return html`<span class="dim">—</span>`;
  if (call.cancelled) return html`<s>${hhmm(call.planned)}</s> <span class="bad">✕</span>`;
  if (call.actual) return html`<span class="dim">${hhmm(call.planned)}</span> <b title=${t("actual")}>${hhmm(call.actual)}✓</b>`;
  if (held) return html`${hhmm(call.planned)} <b class="bad">?</b>`;
  if (late(call)) return html`<span class="dim">${hhmm(call.planned)}</span> <b class="warn">${hhmm(expected(call))}</b>`;
  return hhmm(call.planned);
}

function marksOf(row) {
  const marks = [];
  const editors = editorsOf(row.id, me.value?.name);
  if (editors.length) marks.push(html`<span class="mark warn">✎ ${editors.join(" ")}</span>`);
  for (const each of conflictsOf(row.id)) marks.push(html`<span class="mark bad" title=${sentence(each)}>▲ ${t("conflict")}</span>`);
  if (row.words.some((each) => standing.value.outdated[each.id])) marks.push(html`<span class="mark warn">▲ ${t("outdated")}</span>`);
  for (const each of row.words) marks.push(html`<span class="mark manual" title=${each.why}>◆ ${each.word.field === "cancelled" ? saidText(each.word) : t(each.word.field)}</span>`);
  return marks;
}
