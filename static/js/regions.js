// Province, city, county: text inputs that become selects, each filled from data-url by its parent's code.
// The names are what is sent, so the server sees the same with and without script.
import { get } from "./server.js";

const LEVELS = ["province", "city", "county"];

export function wake(group) {
  const inputs = LEVELS.map((level) => group.querySelector(`input[data-level="${level}"]`)).filter(Boolean);
  if (!inputs.length) return;
  const selects = inputs.map((input) => {
    const select = document.createElement("select");
    for (const name of ["id", "name", "class", "aria-describedby", "aria-invalid", "aria-label"]) {
      if (input.hasAttribute(name)) select.setAttribute(name, input.getAttribute(name));
    }
    for (const mark of Object.keys(input.dataset)) select.dataset[mark] = input.dataset[mark];
    return select;
  });
  const wanted = inputs.map((input) => input.value.trim());

  async function fill(at, under) {
    const select = selects[at];
    const items = under === null ? [] : await get(`${group.dataset.url}?${new URLSearchParams({ under })}`);
    const options = [new Option("", "")];
    for (const item of items.items ?? items) {
      const option = new Option(item.name, item.name);
      option.dataset.code = item.code;
      options.push(option);
    }
    // A value the table does not know (an old name, a foreign place) stays as it is.
    const value = wanted[at];
    if (value && !options.some((option) => option.value === value)) options.splice(1, 0, new Option(value, value));
    select.replaceChildren(...options);
    select.value = value;
    select.disabled = options.length < 2 && at > 0;
    if (at + 1 < selects.length) await fill(at + 1, select.selectedOptions[0]?.dataset.code ?? null);
  }

  fill(0, "").then(() => {
    inputs.forEach((input, at) => input.replaceWith(selects[at]));
    selects.forEach((select, at) => select.addEventListener("change", () => {
      for (let below = at; below < selects.length; below += 1) wanted[below] = below === at ? select.value : "";
      if (at + 1 < selects.length) fill(at + 1, select.selectedOptions[0]?.dataset.code ?? null).catch(() => {});
    }));
  }).catch(() => { /* no table: the text inputs stay */ });
}
