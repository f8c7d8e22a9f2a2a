// 报信息: what the text says is proposed in the fields below it while it is typed, and what cannot be sent is kept.
// Without script the form is the same: the server proposes on the first press and takes it on the second.
import { deliver, keep } from "./outbox.js";
import { post } from "./server.js";
import { toast } from "./toasts.js";
import { say } from "./words.js";

const PAUSE = 600;

export function wake(region) {
  const form = region.querySelector("form");
  const text = form.elements.text;
  const own = new Set(); // fields the reporter has touched: a proposal never overwrites them
  let timer = null;
  let asked = "";

  const fields = () => [...form.elements].filter((one) => one.name && !["text", "files", "csrf_token", "once", "checked", "later"].includes(one.name)
    && one.type !== "submit" && one.tagName !== "BUTTON");

  async function propose() {
    const typed = text.value.trim();
    if (typed === asked || typed.length < 4 || !navigator.onLine) return;
    asked = typed;
    let found;
    try { ({ found } = await post(region.dataset.report, { text: typed })); } catch { return; } // later, or by the server
    if (text.value.trim() !== typed || !found) return;
    let some = false;
    for (const [name, value] of Object.entries(found)) {
      const field = form.elements[name];
      if (!field || own.has(name)) continue;
      field.value = value;
      field.classList.toggle("is-read", Boolean(value));
      some ||= Boolean(value) && name !== "title";
    }
    form.elements.checked.value = "1";
    if (!some) return;
    const more = form.querySelector("details");
    if (more) more.open = true;
    const said = region.querySelector("[data-read-said]");
    if (said) said.textContent = say("read", {}, region);
  }

  form.addEventListener("input", (event) => {
    if (event.target !== text) {
      own.add(event.target.name);
      event.target.classList.remove("is-read");
      form.elements.checked.value = "1";
      return;
    }
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(propose, PAUSE);
  });
  text.addEventListener("compositionend", () => { timer = setTimeout(propose, PAUSE); });

  form.addEventListener("submit", async (event) => {
    if (!text.value.trim()) return; // the server says what is missing
    event.preventDefault();
    const files = [...form.elements.files.files];
    const item = {
      key: form.elements.once.value, url: form.action, text: text.value.trim(), files: files.length,
      fields: { text: text.value, checked: form.elements.checked.value, later: "1" },
    };
    for (const field of fields()) item.fields[field.name] = field.value;
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    const done = navigator.onLine ? await deliver(item, files) : { state: "waiting" };
    button.disabled = false;
    button.removeAttribute("aria-busy");
    if (done.state === "sent") {
      form.reset();
      form.dispatchEvent(new Event("change", { bubbles: true })); // drafts forget it
      location.assign(done.url);
    } else if (done.state === "refused" || !keep(item)) {
      if (done.state === "waiting") toast({ text: say("full", {}, document.querySelector("[data-outbox]")), tone: "bad" });
      else HTMLFormElement.prototype.submit.call(form); // the page with all its sentences beside the fields
    } else {
      afresh(form);
      own.clear();
      asked = "";
      document.querySelector("[data-outbox]")?.scrollIntoView({ block: "nearest" });
    }
  });

  document.addEventListener("outbox:back", (event) => {
    const { key, fields: kept } = event.detail;
    for (const [name, value] of Object.entries(kept)) if (form.elements[name] && name !== "later") form.elements[name].value = value;
    form.elements.once.value = key; // still the same report: what arrived meanwhile is not reported again
    form.querySelector("details")?.setAttribute("open", "");
    text.focus();
  });

  if (text.value.trim()) propose();
}

/** An empty form with a key of its own: the kept one took the old key along. */
function afresh(form) {
  form.reset();
  form.querySelectorAll(".is-read").forEach((field) => field.classList.remove("is-read"));
  form.elements.once.value = [...crypto.getRandomValues(new Uint8Array(18))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  form.elements.checked.value = "";
  form.dispatchEvent(new Event("change", { bubbles: true }));
}
