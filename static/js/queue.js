// 查重 by keyboard: the next pair is on the screen before the server has answered about this one. The server has the last
// word: what it refuses comes back as a sentence with a link. Every act is a form of the page and works without this file.
import { fragment, post, NoAnswer } from "./server.js";
import { toast as show_toast } from "./toasts.js";
import { say } from "./words.js";

const MOST_KEPT = 8; // panes fetched ahead

/** One sentence at a time: at this pace a heap of them would cover what is to be read. U takes back what is gone. */
function toast(said) {
  document.querySelectorAll("#toasts [data-toast]").forEach((old) => old.remove());
  show_toast(said);
}

export function wake(queue) {
  const room = queue.querySelector("[data-pane-room]");
  const side = queue.querySelector(".queue-side");
  const ahead = new Map(); // id -> promise of a pane's HTML
  const decided = new Set(); // on their way to the server, or there
  let sending = 0;
  let line = Promise.resolve(); // what is on its way to the server, one after the other
  let shown = 0; // counts what was asked for: a slow answer must not overtake a newer one
  let refreshed = 0; // so too of the list

  const pane = () => room.querySelector("[data-pane]");
  const current = () => pane()?.dataset.pane ?? "";
  const items = () => [...side.querySelectorAll("[data-item]")].filter((item) => !decided.has(item.dataset.item));
  const link = (item) => item.querySelector("a");
  const form = () => room.querySelector("[data-pane-form]");
  const button = (act) => room.querySelector(`[data-act="${act}"]`);

  // --- the list and the pane -----------------------------------------------------------------------------------

  function fetched(item) {
    const id = item.dataset.item;
    if (!ahead.has(id)) {
      ahead.set(id, fragment(link(item).href).then(({ html }) => html));
      ahead.get(id).catch(() => ahead.delete(id));
      if (ahead.size > MOST_KEPT) ahead.delete(ahead.keys().next().value);
    }
    return ahead.get(id);
  }

  async function show(item, { fresh = false } = {}) {
    const mine = ++shown;
    if (fresh) ahead.delete(item.dataset.item);
    mark(item);
    pane()?.classList.add("pane-busy");
    try {
      const html = await fetched(item);
      if (mine !== shown) return;
      place(html);
      history.replaceState(null, "", link(item).href);
      const next = beside(item, 1);
      if (next) fetched(next);
    } catch (error) {
      pane()?.classList.remove("pane-busy");
      tell(error);
    }
    ahead.delete(item.dataset.item);
  }

  /** A pane in its room, its heading in focus, so that a reader hears what is there now. */
  function place(html) {
    const box = document.createElement("template");
    box.innerHTML = html.trim();
    room.replaceChildren(box.content);
    room.querySelector("[data-pane-title]")?.focus({ preventScroll: true });
    if (room.getBoundingClientRect().top < 0 || matchMedia("(min-width: 801px)").matches) window.scrollTo({ top: 0 });
    wakePane();
  }

  function mark(item) {
    side.querySelector("[aria-current]")?.removeAttribute("aria-current");
    link(item).setAttribute("aria-current", "true");
    // Within the list only: the page itself must not jump.
    const box = item.getBoundingClientRect();
    const frame = side.getBoundingClientRect();
    if (box.top < frame.top) side.scrollTop -= frame.top - box.top;
    if (box.bottom > frame.bottom) side.scrollTop += box.bottom - frame.bottom;
  }

  function beside(item, step) {
    const all = [...side.querySelectorAll("[data-item]")];
    let at = all.indexOf(item) + step;
    while (all[at] && decided.has(all[at].dataset.item)) at += step;
    return all[at] ?? null;
  }

  const here = () => side.querySelector(`[data-item="${CSS.escape(current())}"]`);

  async function move(step) {
    const now = here();
    const next = now ? beside(now, step) : items()[0];
    if (next) return show(next);
    if (step > 0 && await more()) return move(step);
    if (step > 0) toast({ text: say("none", {}, queue), seconds: 3 });
  }

  /** The next page of the list, put behind this one. */
  async function more() {
    const button_ = side.querySelector("[data-queue-more]");
    if (!button_) return false;
    try {
      const { html } = await fragment(button_.href);
      const box = parsed(html);
      const list = side.querySelector("ol");
      const known = new Set(items().map((item) => item.dataset.item));
      const fresh = [...box.querySelectorAll("[data-item]")].filter((item) => !known.has(item.dataset.item));
      list.append(...fresh);
      const further = box.querySelector("[data-queue-more]");
      further ? button_.replaceWith(further) : button_.remove();
      return fresh.length > 0 || (further ? more() : false);
    } catch (error) {
      tell(error);
      return false;
    }
  }

  function parsed(html) {
    const box = document.createElement("template");
    box.innerHTML = html.trim();
    return box.content;
  }

  /** Counts and list as the server has them now. Not while something is on its way: it would bring back what just left. */
  async function refresh() {
    if (sending) return;
    const mine = ++refreshed;
    try {
      const { html } = await fragment(queue.dataset.listUrl);
      if (sending || mine !== refreshed) return;
      const box = parsed(html);
      const tabs = box.querySelector("[data-queue-tabs]");
      document.querySelector(".main > [data-queue-tabs]")?.replaceWith(tabs);
      menu(tabs.dataset.waiting);
      const was = side.scrollTop;
      const deep = side.querySelectorAll("[data-item]").length > box.querySelectorAll("[data-item]").length + 5;
      // Somebody who has paged far down keeps the list; only the counts are new.
      if (deep) side.querySelector(".queue-count").replaceWith(box.querySelector(".queue-count"));
      else side.replaceChildren(box);
      decided.clear();
      side.scrollTop = was;
      const now = here();
      if (now) mark(now);
      else if (!pane()) first();
    } catch { /* the next decision asks again */ }
  }

  /** The number in the menu is the page's own. */
  function menu(number) {
    const entry = document.querySelector(`.nav a[href="${new URL(queue.dataset.listUrl, location).pathname}"]`);
    const count = entry?.querySelector(".count");
    if (count) {
      count.textContent = number;
      count.hidden = !number;
    }
  }

  function first() {
    const [one] = items();
    if (one) show(one);
  }

  function tell(error) {
    if (!(error instanceof NoAnswer) && error.name !== "AbortError") throw error;
    if (error.name !== "AbortError") toast({ text: error.message, tone: "bad" });
  }

  // --- deciding ------------------------------------------------------------------------------------------------

  queue.addEventListener("submit", (event) => {
    const sent = event.target.closest("[data-pane-form]");
    if (!sent) return;
    event.preventDefault();
    send(sent, event.submitter);
  });
  document.querySelector("[data-undo-last]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    undo(event.target.action);
  });

  /** In the order of the keys: sent side by side, the server may take the later one first, and what U takes back
   *  would not be the last that was pressed. Nothing waits for this but the next act: the next pair stands already. */
  async function inTurn(url, fields) {
    sending += 1;
    const mine = line.then(() => post(url, fields));
    line = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      sending -= 1;
    }
  }

  // What still stands in line would be lost with the page.
  window.addEventListener("beforeunload", (event) => {
    if (sending) event.preventDefault();
  });

  async function send(sent, submitter) {
    const id = current();
    const fields = new FormData(sent);
    if (submitter?.name) fields.append(submitter.name, submitter.value);
    const url = submitter?.formAction && submitter.hasAttribute("formaction") ? submitter.formAction : sent.action;
    if (decided.has(id)) return;
    const item = here();
    decided.add(id);
    const next = item && (beside(item, 1) ?? beside(item, -1));
    if (item) item.hidden = true;
    if (next) show(next);
    else room.replaceChildren();
    let answer = null;
    try {
      answer = await inTurn(url, fields);
      if (answer.ok) {
        toast({ text: answer.message, tone: "good", undo: answer.undo_url ? () => undo(answer.undo_url) : null });
        if (answer.touched?.length) ahead.clear();
      } else {
        toast({ text: answer.message, tone: "bad", url: answer.url, urlLabel: answer.url_label });
      }
    } catch (error) {
      decided.delete(id);
      if (item) item.hidden = false;
      tell(error);
    }
    await refresh();
    if (answer?.touched && concerns(answer.touched) && here()) {
      toast({ text: say("stale", {}, queue), seconds: 4 });
      show(here(), { fresh: true });
    } else if (!pane()) first();
  }

  const concerns = (records) => {
    const members = (pane()?.dataset.members ?? "").split(" ");
    return records.some((record) => members.includes(String(record)));
  };

  async function undo(url) {
    try {
      const answer = await inTurn(url, {});
      toast({ text: answer.message, tone: answer.ok ? "good" : "bad", url: answer.ok ? null : answer.url, urlLabel: answer.url_label });
      if (!answer.ok) return;
      ahead.clear();
      decided.delete(String(answer.id));
      await refresh();
      const item = side.querySelector(`[data-item="${CSS.escape(String(answer.id))}"]`);
      if (item) return void show(item);
      if (answer.url) {
        const { html } = await fragment(answer.url);
        place(html);
        history.replaceState(null, "", answer.url);
      }
    } catch (error) {
      tell(error);
    }
  }

  // --- choosing ------------------------------------------------------------------------------------------------

  queue.addEventListener("change", (event) => {
    const input = event.target;
    if (input.matches("[data-prefer]")) prefer(input.dataset.prefer);
    if (input.name?.startsWith("choice-")) outcome(input);
    if (input.matches("[data-member]")) members();
  });

  /** Every choice goes to this record, where it says anything. */
  function prefer(number) {
    for (const cell of room.querySelectorAll(`td[data-number="${CSS.escape(number)}"]`)) {
      const input = cell.querySelector("input[type=radio]");
      if (!input || input.disabled) continue;
      input.checked = true;
      outcome(input);
    }
  }

  function outcome(input) {
    const row = input.closest("[data-row]");
    const words = row.querySelector("[data-outcome] > span");
    if (words) words.textContent = input.closest("label").textContent.trim();
  }

  /** What would come of merging those that are ticked. A choice that fell on one left out goes to another, and is sent so. */
  function members() {
    const left = new Set([...room.querySelectorAll("[data-member]:not(:checked)")].map((input) => input.dataset.member));
    for (const input of room.querySelectorAll("[data-prefer]")) input.disabled = left.has(input.dataset.prefer);
    for (const cell of room.querySelectorAll("td[data-number]")) {
      const out = left.has(cell.dataset.number);
      cell.toggleAttribute("data-out", out);
      const input = cell.querySelector("input[type=radio]");
      if (input) input.disabled = out;
    }
    const first = room.querySelector("[data-prefer]:enabled");
    if (first && room.querySelector("[data-prefer]:checked")?.disabled) first.checked = true;
    const number = room.querySelector("[data-prefer]:checked")?.dataset.prefer;
    for (const row of room.querySelectorAll("[data-row]")) remaining(row, number);
  }

  function remaining(row, preferred) {
    const words = row.querySelector("[data-outcome] > span");
    const cells = [...row.querySelectorAll("td[data-number]:not([data-out])")];
    if (!words || !cells.length) return;
    const choices = cells.map((cell) => cell.querySelector("input[type=radio]")).filter(Boolean);
    if (row.querySelector("input[type=radio]")) {
      const theirs = choices.find((input) => input.closest("td").dataset.number === preferred);
      const lost = row.querySelector("td[data-out] input[type=radio]:checked");
      if (lost) row.dataset.lost = lost.value; // comes back when its record is ticked again
      const back = choices.find((input) => input.value === row.dataset.lost);
      if (back) delete row.dataset.lost;
      const chosen = back ?? choices.find((input) => input.checked) ?? theirs ?? choices[0];
      if (chosen) chosen.checked = true;
      if (chosen) outcome(chosen);
      else words.textContent = "—";
      return;
    }
    const between = row.dataset.joined;
    const kept = [];
    for (const text of cells.flatMap((cell) => JSON.parse(cell.dataset.said ?? "[]"))) {
      if (!kept.some((one) => one === text || (between && one.split(between).includes(text)))) kept.push(text);
    }
    words.textContent = kept.join(between ?? "") || "—";
  }

  function wakePane() {
    const suggested = room.querySelector("[data-suggested]");
    suggested?.closest("details").addEventListener("toggle", (event) => { if (event.target.open) suggested.focus(); });
  }

  // --- keys ----------------------------------------------------------------------------------------------------

  queue.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const item = event.target.closest("[data-item] a")?.closest("[data-item]");
    const later = event.target.closest("[data-later]");
    const further = event.target.closest("[data-queue-more]");
    if (!item && !later && !further) return;
    event.preventDefault();
    if (item) show(item);
    else if (later) move(1);
    else more();
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    if (target.id === "decision-note" && event.key === "Escape") {
      target.blur();
      return;
    }
    if (target.matches?.("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])")) return;
    if (document.querySelector("dialog[open]")) return;
    const digit = /^(Digit|Numpad)([1-9])$/.exec(event.code)?.[2];
    const kinds = room.querySelector('details[data-act="related"][open]');
    let done = true;
    if (kinds && digit) kinds.querySelector(`[data-relation="${digit}"]`)?.click();
    else if (kinds && event.key.toLowerCase() === "r") kinds.querySelector("[data-suggested]")?.click();
    else if (digit && event.shiftKey) tick(digit);
    else if (digit) pick(digit);
    else if (event.key === "?") document.querySelector('[data-open="queue-keys"]')?.click();
    else if (event.shiftKey) done = false;
    else if (event.key.toLowerCase() === "j") move(1);
    else if (event.key.toLowerCase() === "k") move(-1);
    else if (event.key.toLowerCase() === "m") done = press("merge");
    else if (event.key.toLowerCase() === "n") done = press("different");
    else if (event.key.toLowerCase() === "r") done = relate();
    else if (event.key.toLowerCase() === "u") document.querySelector("[data-undo-last]")?.requestSubmit();
    else if (event.key.toLowerCase() === "b") form()?.querySelector("#decision-note")?.focus();
    else done = false;
    if (done) event.preventDefault();
  });

  function press(act) {
    const found = button(act);
    if (found && !pane().classList.contains("pane-busy")) found.click();
    return true;
  }

  function relate() {
    const menu = button("related");
    if (!menu) return true;
    menu.open = true;
    (menu.querySelector("[data-suggested]") ?? menu.querySelector("li:last-child button")).focus(); // 其他关联: claims least
    return true;
  }

  function pick(number) {
    const input = room.querySelector(`[data-prefer="${CSS.escape(number)}"]`);
    if (!input || input.disabled) return;
    input.checked = true;
    prefer(number);
  }

  function tick(number) {
    const input = room.querySelector(`[data-member="${CSS.escape(number)}"]`);
    if (!input) return;
    input.checked = !input.checked;
    members();
  }

  wakePane();
  const now = here();
  const next = now && beside(now, 1);
  if (next) fetched(next);
}
