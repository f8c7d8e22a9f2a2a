// Look-alikes while typing: the marked inputs of the form are posted on a pause, the answer is shown below them.
// POST, because names and phones do not belong into addresses that are logged.
import { fragment } from "./server.js";

const PAUSE = 350;

export function wake(region) {
  const form = region.closest("form");
  if (!form) return;
  let timer = null;
  let asking = null;
  let asked = "";

  const marked = () => [...form.querySelectorAll("[data-duplicates-url]")];

  const key = () => marked().map((input) => input.value).join("\u0000");

  async function ask() {
    const body = new FormData();
    for (const input of marked()) body.append(input.name, input.value);
    if (key() === asked) return;
    asked = key();
    asking?.abort();
    if (![...body.values()].some((value) => value.trim().length >= 2)) {
      region.replaceChildren();
      return;
    }
    asking = new AbortController();
    try {
      const { html } = await fragment(region.dataset.duplicates, { body, signal: asking.signal });
      // The reason that is being written must survive the next answer.
      const reason = region.querySelector('[name="duplicate_reason"]');
      const typed = reason?.value;
      const focused = reason && document.activeElement === reason;
      region.innerHTML = html;
      const fresh = region.querySelector('[name="duplicate_reason"]');
      if (fresh && typed) fresh.value = typed;
      if (fresh && focused) fresh.focus();
    } catch (error) {
      // The save looks for duplicates again on the server: nothing is lost when this one fails.
      if (error.name !== "AbortError") region.replaceChildren();
    }
  }

  /** 用这个: the record's own name is what links the form to it. */
  function take(button) {
    const input = form.elements[region.dataset.takes];
    input.value = button.dataset.take;
    asked = key();
    clearTimeout(timer);
    asking?.abort();
    region.replaceChildren();
    input.dispatchEvent(new Event("input", { bubbles: true })); // for drafts and the like
    input.focus();
  }

  region.addEventListener("click", (event) => {
    const button = event.target.closest("[data-take]");
    if (button) take(button);
  });

  const later = (event) => {
    if (event.isComposing || !event.target.matches?.("[data-duplicates-url]")) return;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  };
  form.addEventListener("input", later);
  form.addEventListener("compositionend", later);
  form.addEventListener("change", later);
  if (!region.childElementCount && marked().some((input) => input.value.trim())) ask();
}
