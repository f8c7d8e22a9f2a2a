// The entry of every page: small manners for all, and each bigger module only where its attribute is on the page.
// Nothing here is needed to work: without script the same links and forms do the same acts.
import { toast, wakeToasts } from "./toasts.js";
import { wakeDialogs } from "./dialogs.js";
import { say } from "./words.js";

const MODULES = [
  ["[data-suggest]", () => import("./suggest.js")],
  ["[data-duplicates]", () => import("./duplicates.js")],
  ["[data-board]", () => import("./board.js")],
  ["[data-bulk]", () => import("./bulk.js")],
  ["[data-poll-url]", () => import("./poll.js")],
  ["[data-bell]", () => import("./bell.js")],
  ["[data-queue]", () => import("./queue.js")],
  ["[data-names]", () => import("./names.js")],
  ["[data-regions]", () => import("./regions.js")],
  ["[data-stepper]", () => import("./stepper.js")],
  ["[data-whole]", () => import("./sums.js")],
  ["[data-rows]", () => import("./rows.js")],
  ["[data-report]", () => import("./report.js")],
  ["[data-outbox]", () => import("./outbox.js")],
];

const waking = [];
for (const [selector, load] of MODULES) {
  const found = document.querySelectorAll(selector);
  if (found.length) waking.push(load().then((module) => found.forEach((element) => module.wake(element))));
}
// What could not be sent goes out from whatever page is open when the network is back.
if (recall(`outbox:${document.body.dataset.user}`)) import("./outbox.js").then((module) => module.deliverAll());
// Drafts look at every page: a page without the form is the sign that it was saved.
waking.push(import("./draft.js").then((module) => module.wakeAll()));
// Says that the keys of this page are heard: the browser's own "load" comes before the modules have.
Promise.all(waking).then(() => { document.documentElement.dataset.awake = ""; });

wakeToasts();
wakeDialogs();
wakeMenus();
wakeDrawer();
wakeFolds();
wakeForms();
wakeCopies();
wakeKeys();

const first = document.querySelector("[data-focus]");
if (first) first.focus();
// A new record starts with its first line; on a phone the keyboard would cover the page, so the thumb decides.
else if (!location.hash && matchMedia("(pointer: fine)").matches)
  document.querySelector("form[data-first] :is(input[type=text], textarea)")?.focus({ preventScroll: true });
document.querySelector(".stagebar [aria-current]")?.parentElement.scrollTo({ left: stageLeft() });
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

/** On a phone the stage bar is wider than the page: begin where the deal stands. */
function stageLeft() {
  const stage = document.querySelector(".stagebar [aria-current]");
  return stage.offsetLeft - (stage.parentElement.clientWidth - stage.offsetWidth) / 2;
}

/** Menus are <details>: close the others, close on Esc and on a click elsewhere, arrows walk. */
function wakeMenus() {
  const opened = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("click", (event) => {
    for (const menu of opened()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches?.("details[data-menu]") || !event.target.open) return;
    for (const menu of opened()) if (menu !== event.target) menu.open = false;
    keepInside(event.target);
  }, true);
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details[data-menu][open]");
    if (!menu) return;
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
      event.stopPropagation();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !event.target.matches("input, select, textarea")) {
      const stops = [...menu.querySelectorAll("summary, a[href], button, input:not([type=hidden])")];
      const at = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      stops[(at + stops.length) % stops.length].focus();
      event.preventDefault();
    }
  });
}

/** A menu near the edge of the window opens towards the middle; one near the bottom of a scrolled lane opens upwards. */
function keepInside(menu) {
  const list = menu.querySelector(".menu-list");
  if (!list) return;
  menu.classList.remove("menu-up");
  const box = list.getBoundingClientRect();
  if (box.left < 4) menu.classList.remove("menu-end");
  if (box.right > document.documentElement.clientWidth - 4) menu.classList.add("menu-end");
  const scroller = menu.closest(".lane-cards");
  const floor = scroller ? scroller.getBoundingClientRect().bottom : window.innerHeight;
  if (box.bottom > floor && box.height < menu.getBoundingClientRect().top) menu.classList.add("menu-up");
}

/** The sidebar: a narrow rail that is remembered, and a drawer on a phone. */
function wakeDrawer() {
  const root = document.documentElement;
  const side = document.getElementById("side");
  if (!side) return;
  const rail = side.querySelector("[data-rail]");
  const set = (narrow) => {
    root.classList.toggle("rail", narrow);
    rail.setAttribute("aria-pressed", String(narrow));
  };
  if (rail) {
    rail.hidden = false;
    set(recall("rail") === "1");
    rail.addEventListener("click", () => {
      set(!root.classList.contains("rail"));
      remember("rail", root.classList.contains("rail") ? "1" : "0");
    });
  }
  let opener = null;
  const close = () => {
    side.classList.remove("open");
    document.removeEventListener("keydown", keys);
    opener?.focus();
  };
  const keys = (event) => {
    if (event.key === "Escape") close();
    if (event.key !== "Tab") return;
    const stops = [...side.querySelectorAll("a[href], button")].filter((stop) => stop.offsetParent);
    const edge = event.shiftKey ? stops[0] : stops[stops.length - 1];
    if (document.activeElement === edge) {
      stops[event.shiftKey ? stops.length - 1 : 0].focus();
      event.preventDefault();
    }
  };
  document.querySelector("[data-drawer-open]")?.addEventListener("click", (event) => {
    event.preventDefault();
    opener = event.currentTarget;
    side.classList.add("open");
    side.querySelector("[data-drawer-close]").focus();
    document.addEventListener("keydown", keys);
  });
  side.querySelector("[data-drawer-close]")?.addEventListener("click", (event) => {
    if (!side.classList.contains("open")) return;
    event.preventDefault();
    close();
  });
  document.addEventListener("pointerdown", (event) => {
    if (side.classList.contains("open") && !side.contains(event.target)) close();
  });
}

/** What somebody has folded or opened stays so in his browser. */
function wakeFolds() {
  document.querySelectorAll("details[data-remember]").forEach((fold) => {
    const left = recall(fold.dataset.remember);
    if (left !== null) fold.open = left === "1";
    // The press and not "toggle": setting `open` above toggles too.
    fold.querySelector("summary").addEventListener("click", () => remember(fold.dataset.remember, fold.open ? "0" : "1"));
  });
}

/** Forms: sent once, warn before leaving half-typed, selects that act at once. */
function wakeForms() {
  let leaving = false;
  const dirty = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-guard]")) dirty.add(form);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    leaving = true;
    dirty.delete(form);
    if (form.method !== "post") return;
    form.dataset.sent = "1";
    const buttons = form.querySelectorAll("button[type=submit], button:not([type])");
    // Not at once: a disabled button would not send its own name and value.
    setTimeout(() => buttons.forEach((button) => button.setAttribute("aria-busy", "true")));
    // A download leaves the page where it is; the one-time key makes a second press harmless.
    setTimeout(() => release(form), 6000);
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
    document.querySelectorAll("form[data-sent]").forEach(release);
  });
  window.addEventListener("beforeunload", (event) => {
    if (leaving || ![...dirty].some((form) => form.isConnected)) return;
    event.preventDefault();
    event.returnValue = "";
  });
  document.addEventListener("click", (event) => {
    // "Cancel" and the like say that leaving is meant.
    if (event.target.closest?.("[data-leave]") && !event.ctrlKey && !event.metaKey) leaving = true;
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-autosubmit]")) event.target.form.requestSubmit();
  });
  function release(form) {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  }
}

function wakeCopies() {
  // The clipboard is closed to pages that are not served by https or from this machine.
  if (!navigator.clipboard) return;
  document.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    toast({ text: `${say("copied")}：${button.dataset.copy}`, tone: "good", seconds: 3 });
  });
}

/** `/` and Ctrl+K: the search box. Ctrl+Enter: send the form. Nothing while an input method composes. */
function wakeKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const typing = event.target.matches?.("input, textarea, select, [contenteditable]");
    const find = document.getElementById("find");
    if (find && ((event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey)
        || (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)))) {
      event.preventDefault();
      find.focus();
      find.select();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form?.method === "post") {
      event.preventDefault();
      const form = event.target.form;
      form.requestSubmit(form.querySelector("[aria-keyshortcuts]") || undefined);
    } else if (event.key === "Enter" && event.target.matches?.("form[data-keys] input:not([type=checkbox]):not([type=radio]):not([type=file])")) {
      // Enter alone does not send a long form by accident; a form of one line it does.
      const lines = event.target.form.querySelectorAll("input:not([type=hidden]), textarea, select");
      if (lines.length > 3) event.preventDefault();
    }
  });
}

function remember(key, value) {
  try { localStorage.setItem(key, value); } catch { /* private window: then not remembered */ }
}

function recall(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}
