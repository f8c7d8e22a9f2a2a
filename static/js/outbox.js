// What could not be sent, because the network was away: kept in this browser under the user's own name, shown as 待发送,
// and sent from whatever page is open once the network is back. Each carries the key of its form, so that sending it
// twice is reporting it once. Photos are not kept: they are larger than what a browser keeps for a page.
import { token } from "./server.js";
import { toast } from "./toasts.js";
import { say } from "./words.js";

const AGAIN = 30_000;
const SHOWN = 40;
const store = () => `outbox:${document.body.dataset.user}`;
const regions = new Set();
let delivering = false;
let timer = null;

export function items() {
  try { return JSON.parse(localStorage.getItem(store())) || []; } catch { return []; }
}

function write(list) {
  try {
    if (list.length) localStorage.setItem(store(), JSON.stringify(list));
    else localStorage.removeItem(store());
  } catch { return false; }
  regions.forEach(draw);
  return true;
}

/** Keep one to be sent later: {key, url, fields, text, files}. Answers whether there was room for it. */
export function keep(item) {
  const kept = write([...items().filter((one) => one.key !== item.key), { ...item, at: new Date().toISOString(), state: "waiting" }]);
  if (kept) later();
  return kept;
}

/** POST one. "waiting": not arrived, or nobody there to take it; "refused": a rule says no; else "sent". */
export async function deliver(item, files = []) {
  const body = new FormData();
  for (const [name, value] of Object.entries(item.fields)) body.append(name, value);
  for (const file of files) body.append("files", file);
  body.set("once", item.key);
  let answer;
  try {
    answer = await fetch(item.url, {
      method: "POST", body, credentials: "same-origin",
      headers: { "X-CSRFToken": token(), "X-Requested-With": "fetch", Accept: "application/json" },
    });
  } catch { return { state: "waiting" }; }
  if (answer.status === 401 || (answer.redirected && new URL(answer.url).searchParams.has("next"))) {
    return { state: "waiting", message: say("signed-out") };
  }
  if (!(answer.headers.get("Content-Type") || "").includes("json")) return { state: "waiting" };
  const said = await answer.json();
  if (answer.ok && said.ok) return { state: "sent", url: said.url, message: said.message };
  // 422 is a rule's word. All else (the token is old, the house is busy) is better in a minute or on the next page.
  return { state: answer.status === 422 ? "refused" : "waiting", message: said.message };
}

/** Send all that wait, in their order. */
export async function deliverAll() {
  if (delivering || !navigator.onLine) return later();
  delivering = true;
  try {
    for (const item of items().filter((one) => one.state !== "refused")) {
      const done = await deliver(item);
      if (done.state === "sent") {
        write(items().filter((one) => one.key !== item.key));
        toast({ text: done.message || item.text.slice(0, SHOWN), tone: "good" });
      } else {
        write(items().map((one) => (one.key === item.key ? { ...one, state: done.state, message: done.message } : one)));
        if (done.state === "waiting") break;
      }
    }
  } finally { delivering = false; }
  later();
}

function later() {
  clearTimeout(timer);
  if (items().some((one) => one.state === "waiting")) timer = setTimeout(deliverAll, AGAIN);
}

addEventListener("online", () => deliverAll());

export function wake(region) {
  regions.add(region);
  draw(region);
  region.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-act]");
    if (button) act(region, button.dataset.act, button.closest("li").dataset.key);
  });
  deliverAll();
}

function act(region, name, key) {
  const item = items().find((one) => one.key === key);
  if (!item) return draw(region);
  if (name === "now") {
    write(items().map((one) => (one.key === key ? { ...one, state: "waiting" } : one)));
    return deliverAll();
  }
  if (name === "away" && !window.confirm(say("really", {}, region))) return undefined;
  write(items().filter((one) => one.key !== key));
  if (name === "back") region.dispatchEvent(new CustomEvent("outbox:back", { bubbles: true, detail: item }));
  return undefined;
}

function draw(region) {
  const list = items();
  region.hidden = !list.length;
  if (!list.length) return region.replaceChildren();
  const head = document.createElement("h2");
  const waiting = list.filter((item) => item.state === "waiting");
  const heads = [["head", waiting.length], ["turned", list.length - waiting.length]];
  head.textContent = heads.filter(([, n]) => n).map(([word, n]) => say(word, { n }, region)).join(" · ");
  const lines = document.createElement("ul");
  for (const item of list) lines.append(line(region, item));
  const note = document.createElement("p");
  note.className = "quiet";
  note.textContent = (waiting.length ? say("kept", {}, region) : "") + (list.some((item) => item.files) ? say("files", {}, region) : "");
  return region.replaceChildren(head, lines, note);
}

function line(region, item) {
  const row = document.createElement("li");
  row.dataset.key = item.key;
  const state = document.createElement("span");
  state.className = `badge tone-${item.state === "refused" ? "bad" : "warn"}`;
  state.textContent = say(item.state, {}, region);
  const text = document.createElement("q");
  text.textContent = item.text.length > SHOWN ? `${item.text.slice(0, SHOWN)}…` : item.text;
  row.append(state, text);
  if (item.message) {
    const why = document.createElement("strong");
    why.textContent = item.message;
    row.append(why);
  }
  const names = [...(item.state === "refused" ? [] : ["now"]), ...(document.querySelector("[data-report]") ? ["back"] : []), "away"];
  for (const name of names) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-plain btn-small";
    button.dataset.act = name;
    button.textContent = say(name, {}, region);
    row.append(button);
  }
  return row;
}
