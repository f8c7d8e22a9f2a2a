// The kanban: a card is dragged by mouse, or by touch after a hold of 200 ms; Esc puts it back. It moves at once, the server
// has the last word: a refusal rolls the card back and says why, missing fields lead to the page that asks for them.
// Keyboard and menu use the form of the card, which is sent by the same path.
import { fragment, post } from "./server.js";
import { toast } from "./toasts.js";
import { say } from "./words.js";

const HOLD = 200; // ms of touch before a card is lifted: shorter is a scroll
const SLACK = 6; // px of movement that make a press a drag
const EDGE = 48; // px at the side of the board that scroll it while dragging

export function wake(board) {
  let drag = null;

  board.addEventListener("pointerdown", (event) => {
    const card = event.target.closest("[data-move-url]");
    if (!card || event.button !== 0 || event.target.closest("details, button, input, select")) return;
    const box = card.getBoundingClientRect();
    drag = {
      card, pointer: event.pointerId, touch: event.pointerType !== "mouse", lifted: false,
      x: event.clientX, y: event.clientY, dx: event.clientX - box.left, dy: event.clientY - box.top, width: box.width,
    };
    if (drag.touch) drag.timer = setTimeout(() => lift(), HOLD);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", drop);
    window.addEventListener("pointercancel", cancel);
    window.addEventListener("keydown", escape, true);
  });

  // While a card is in the air a touch must not scroll; a passive listener could not say so.
  board.addEventListener("touchmove", (event) => { if (drag?.lifted) event.preventDefault(); }, { passive: false });
  // The long press of a phone would open the menu of the link.
  board.addEventListener("contextmenu", (event) => { if (drag?.touch) event.preventDefault(); });
  board.addEventListener("dragstart", (event) => event.preventDefault());

  function lift() {
    const { card } = drag;
    drag.lifted = true;
    drag.ghost = card.cloneNode(true);
    drag.ghost.removeAttribute("id");
    drag.ghost.classList.add("card-ghost");
    drag.ghost.setAttribute("aria-hidden", "true");
    document.body.append(drag.ghost);
    // The style sheet may not be written into attributes (CSP), but the object model may.
    drag.ghost.style.width = `${drag.width}px`;
    card.classList.add("card-lifted");
    document.documentElement.classList.add("dragging");
    if (drag.touch) navigator.vibrate?.(12);
    follow();
    slide();
  }

  function move(event) {
    if (event.pointerId !== drag?.pointer) return;
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > SLACK;
    if (!drag.lifted) {
      if (drag.touch) {
        if (far) end();
        return;
      }
      if (!far) return;
    }
    drag.x = event.clientX;
    drag.y = event.clientY;
    if (!drag.lifted) lift();
    follow();
  }

  function follow() {
    drag.ghost.style.transform = `translate(${drag.x - drag.dx}px, ${drag.y - drag.dy}px) rotate(1.2deg)`;
    const lane = document.elementFromPoint(drag.x, drag.y)?.closest("[data-stage]");
    board.querySelectorAll(".lane-over").forEach((other) => other !== lane && other.classList.remove("lane-over"));
    drag.lane = lane && board.contains(lane) ? lane : null;
    if (drag.lane && drag.lane !== drag.card.closest("[data-stage]")) drag.lane.classList.add("lane-over");
  }

  /** While the card is held at the edge the board slides on, also when the hand keeps still. */
  function slide() {
    if (!drag?.lifted) return;
    const box = board.getBoundingClientRect();
    const by = drag.x < box.left + EDGE ? -6 : drag.x > box.right - EDGE ? 6 : 0;
    if (by) {
      board.scrollLeft += by;
      follow();
    }
    requestAnimationFrame(slide);
  }

  function drop() {
    if (!drag) return;
    const { card, lane, lifted } = drag;
    end();
    if (!lifted) return;
    // The click that follows a drag must not open the deal.
    window.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 50);
    if (lane && lane !== card.closest("[data-stage]")) send(card, lane.dataset.stage);
  }

  const swallow = (event) => { event.preventDefault(); event.stopPropagation(); };
  const cancel = () => end();
  const escape = (event) => {
    if (event.key !== "Escape" || !drag?.lifted) return;
    event.stopPropagation();
    end();
  };

  function end() {
    if (!drag) return;
    clearTimeout(drag.timer);
    drag.ghost?.remove();
    drag.card.classList.remove("card-lifted");
    board.querySelectorAll(".lane-over").forEach((lane) => lane.classList.remove("lane-over"));
    document.documentElement.classList.remove("dragging");
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", drop);
    window.removeEventListener("pointercancel", cancel);
    window.removeEventListener("keydown", escape, true);
    drag = null;
  }

  // The menu of a card: the same act without a drag.
  board.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-move]");
    const stage = event.submitter?.value;
    if (!form || !stage) return;
    event.preventDefault();
    form.closest("details").open = false;
    send(form.closest("[data-move-url]"), stage, true);
  });

  async function send(card, stage, keepFocus = false) {
    const from = card.parentElement;
    const next = card.nextElementSibling;
    const target = board.querySelector(`[data-stage="${CSS.escape(stage)}"] [data-cards]`);
    const back = () => {
      from.insertBefore(card, next?.parentElement === from ? next : null);
      count(from, 1);
      if (target) count(target, -1);
    };
    if (target) {
      target.prepend(card);
      count(from, -1);
      count(target, 1);
    }
    card.classList.add("card-busy");
    try {
      const answer = await post(card.dataset.moveUrl, { to_stage: stage, version: card.dataset.version });
      if (answer.needs_url) {
        if (target) back();
        window.location.assign(answer.needs_url);
        return;
      }
      if (!answer.ok) {
        if (target) back();
        toast({ text: `${answer.message} ${say("back", {}, board)}`, tone: "bad" });
        return;
      }
      const fresh = replace(card, answer.html);
      heads(answer.lanes);
      toast({
        text: answer.message || say("moved", {}, board), tone: "good", url: answer.url, urlLabel: answer.url_label,
        undo: answer.undo_url ? () => undo(answer.undo_url) : null,
      });
      if (keepFocus) (fresh.querySelector("summary") || fresh.querySelector("a"))?.focus();
    } catch (error) {
      if (target) back();
      toast({ text: error.message || say("failed", {}, board), tone: "bad" });
    } finally {
      card.classList.remove("card-busy");
    }
  }

  async function undo(url) {
    try {
      const answer = await post(url, {});
      if (!answer.ok) return void toast({ text: answer.message, tone: "bad" });
      window.location.reload();
    } catch (error) {
      toast({ text: error.message, tone: "bad" });
    }
  }

  function replace(card, html) {
    if (!html) return card;
    const box = document.createElement("template");
    box.innerHTML = html.trim();
    const fresh = box.content.firstElementChild;
    card.replaceWith(fresh);
    return fresh;
  }

  function count(cards, by) {
    const number = cards.closest("[data-stage]").querySelector("[data-lane-count]");
    const value = Number(number.textContent.replace(/[^\d]/g, ""));
    if (!Number.isNaN(value)) number.textContent = String(value + by);
  }

  /** The server's own count, sum and overdue of the lanes that changed. */
  function heads(lanes) {
    for (const [stage, figures] of Object.entries(lanes || {})) {
      const lane = board.querySelector(`[data-stage="${CSS.escape(stage)}"]`);
      if (!lane) continue;
      lane.querySelector("[data-lane-count]").textContent = figures.count;
      const sum = lane.querySelector("[data-lane-sum]");
      if (sum && figures.sum !== undefined) sum.textContent = figures.sum;
      const overdue = lane.querySelector("[data-lane-overdue]");
      if (overdue && figures.overdue !== undefined) overdue.textContent = figures.overdue;
    }
  }

  board.addEventListener("click", async (event) => {
    const more = event.target.closest("[data-more]");
    if (!more) return;
    event.preventDefault();
    more.setAttribute("aria-busy", "true");
    try {
      const { html, answer } = await fragment(more.href);
      const cards = more.closest("[data-stage]").querySelector("[data-cards]");
      const shown = cards.childElementCount;
      cards.insertAdjacentHTML("beforeend", html);
      cards.children[shown]?.querySelector("a")?.focus();
      const next = answer.headers.get("X-More");
      if (next) more.href = next;
      else more.remove();
    } catch (error) {
      toast({ text: error.message, tone: "bad" });
    } finally {
      more.removeAttribute("aria-busy");
    }
  });
}
