// The search box: grouped suggestions while typing, walked by arrows. Enter without a choice opens the full page.
import { fragment } from "./server.js";
import { say } from "./words.js";

const PAUSE = 180;

export function wake(form) {
  const input = form.querySelector("input[type=search]");
  const list = form.querySelector("[role=listbox]");
  let timer = null;
  let asking = null;
  let shownFor = null;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector('[aria-selected="true"]');

  function show(on) {
    list.hidden = !on;
    input.setAttribute("aria-expanded", String(on));
    if (!on) choose(null);
  }

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  async function ask() {
    const q = input.value.trim();
    if (q === shownFor) return show(list.childElementCount > 0);
    asking?.abort();
    asking = new AbortController();
    try {
      const url = `${form.dataset.suggest}?${new URLSearchParams({ q })}`;
      const { html } = await fragment(url, { signal: asking.signal });
      if (input.value.trim() !== q) return;
      shownFor = q;
      list.innerHTML = html;
      options().forEach((option, at) => { option.id = `find-option-${at}`; });
      if (!options().length && q) {
        const none = document.createElement("p");
        none.className = "suggest-none";
        none.textContent = say("nothing");
        list.replaceChildren(none);
      }
      show(document.activeElement === input && list.childElementCount > 0);
    } catch (error) {
      // The box still works as a form; a suggestion that does not come is no news.
      if (error.name !== "AbortError") show(false);
    }
  }

  const later = (event) => {
    if (event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  };
  input.addEventListener("input", later);
  input.addEventListener("compositionend", later);
  input.addEventListener("focus", ask);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return void ask();
      const all = options();
      if (!all.length) return;
      const at = all.indexOf(chosen());
      const next = event.key === "ArrowDown" ? at + 1 : at < 0 ? all.length - 1 : at - 1;
      choose(all[next] || null);
    } else if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      chosen().click();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      show(false);
    }
  });
  form.addEventListener("focusout", () => setTimeout(() => {
    if (!form.contains(document.activeElement)) show(false);
  }, 120));
  list.addEventListener("mousedown", (event) => event.preventDefault());
  // Somebody was quicker than this script.
  if (document.activeElement === input && input.value.trim()) ask();
}
