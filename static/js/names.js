// Names for the list under a field (of firms, deals, projects), asked for on a pause in typing. What is sent stays what
// stands in the field.
import { fragment } from "./server.js";

const PAUSE = 250;

export function wake(list) {
  const input = document.querySelector(`input[list="${list.id}"]`);
  if (!input) return;
  let timer = null;
  let asking = null;

  async function ask() {
    const text = input.value.trim();
    asking?.abort();
    if (text.length < 2) return;
    asking = new AbortController();
    try {
      const { html } = await fragment(`${list.dataset.names}?${new URLSearchParams({ q: text })}`, { signal: asking.signal });
      list.innerHTML = html;
    } catch {
      list.replaceChildren(); // the server offers look-alikes again when the form is sent
    }
  }

  const later = (event) => {
    if (event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  };
  input.addEventListener("input", later);
  input.addEventListener("compositionend", later);
}
