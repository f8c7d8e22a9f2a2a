// A running job: its fragment is asked for every second and replaced, until one comes with data-done.
import { fragment } from "./server.js";

const SECOND = 1000;

export function wake(element) {
  if ("done" in element.dataset) return;
  let failures = 0;
  async function ask() {
    if (document.hidden) return again();
    try {
      const { html } = await fragment(element.dataset.pollUrl);
      failures = 0;
      const box = document.createElement("template");
      box.innerHTML = html.trim();
      const fresh = box.content.querySelector("[data-poll-url]");
      if (!fresh) throw new Error("no progress in the answer");
      element.replaceWith(fresh);
      element = fresh;
      if (!("done" in element.dataset)) return again();
      if (element.dataset.done) window.location.assign(element.dataset.done);
    } catch {
      failures += 1;
      again();
    }
  }
  // A server that does not answer is asked less and less often, never more than every 15 seconds apart.
  const again = () => setTimeout(ask, Math.min(SECOND * 2 ** failures, 15 * SECOND));
  again();
}
