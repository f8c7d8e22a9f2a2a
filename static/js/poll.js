// Something under way: its fragment is asked for every second (or as often as data-poll-every says) and replaced,
// until one comes with data-done. Whoever watched a job end need not be told by the bell: data-seen.
import { fragment, tell } from "./server.js";

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
      if (element.dataset.seen) await tell(element.dataset.seen);
      if (element.dataset.done) window.location.assign(element.dataset.done);
    } catch {
      failures += 1;
      again();
    }
  }
  const pause = SECOND * (Number(element.dataset.pollEvery) || 1);
  // A server that does not answer is asked less and less often, never more than every 15 seconds apart.
  const again = () => setTimeout(ask, Math.min(pause * 2 ** failures, Math.max(pause, 15 * SECOND)));
  again();
}
