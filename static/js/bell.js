// The bell: asked for again every now and then, more often while something of mine is under way, never while the
// page is out of sight or its menu is open.
import { fragment } from "./server.js";

const SECOND = 1000;
const OFTEN = 10 * SECOND;
const SELDOM = 90 * SECOND;

export function wake(bell) {
  let failures = 0;
  async function ask() {
    if (document.hidden || bell.open) return again();
    try {
      const { html } = await fragment(bell.dataset.bell);
      failures = 0;
      const box = document.createElement("template");
      box.innerHTML = html.trim();
      const fresh = box.content.querySelector("[data-bell]");
      if (fresh && !bell.open && !bell.contains(document.activeElement)) {
        bell.replaceWith(fresh);
        bell = fresh;
      }
    } catch {
      failures += 1; // signed out, or the server is away: asked less and less often
    }
    again();
  }
  const again = () => setTimeout(ask, ("busy" in bell.dataset ? OFTEN : SELDOM) * 2 ** Math.min(failures, 5));
  again();
}
