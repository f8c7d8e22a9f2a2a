// Short sentences in the corner: the server's flashed ones and the scripts' own. They stay while pointed at or focused.
import { post } from "./server.js";
import { say } from "./words.js";

const SECONDS = 10;
const room = () => document.getElementById("toasts");

export function wakeToasts() {
  room()?.querySelectorAll("[data-toast]").forEach((element) => {
    element.querySelector("[data-toast-close]").hidden = false;
    start(element, SECONDS);
  });
}

/**
 * Show a sentence. `url` and `urlLabel` make a link; `undo` is called by the undo button, or `undoUrl` is posted
 * and the page read again.
 */
export function toast({ text, tone = "info", url = null, urlLabel = null, undo = null, undoUrl = null, seconds = SECONDS }) {
  if (!room()) return;
  const element = document.createElement("div");
  element.className = `toast tone-${tone}`;
  element.dataset.toast = "";
  element.append(icon({ good: "good", warn: "warn", bad: "bad" }[tone] || "info"));
  const words = document.createElement("p");
  words.textContent = text;
  if (url) {
    const link = document.createElement("a");
    link.href = url;
    link.textContent = urlLabel || url;
    words.append(" ", link);
  }
  element.append(words);
  if (undo || undoUrl) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "toast-undo";
    button.append(icon("undo"), say("undo"));
    button.addEventListener("click", async () => {
      element.remove();
      if (undo) return undo();
      try {
        const answer = await post(undoUrl, {});
        if (answer.ok) window.location.reload();
        else toast({ text: answer.message, tone: "bad" });
      } catch (error) {
        toast({ text: error.message, tone: "bad" });
      }
    });
    element.append(button);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.className = "toast-close";
  close.dataset.toastClose = "";
  close.setAttribute("aria-label", say("close"));
  close.append(icon("close"));
  element.append(close);
  room().append(element);
  start(element, seconds);
}

function start(element, seconds) {
  let timer = setTimeout(() => element.remove(), seconds * 1000);
  const hold = () => clearTimeout(timer);
  const go = () => { hold(); timer = setTimeout(() => element.remove(), seconds * 1000); };
  element.addEventListener("mouseenter", hold);
  element.addEventListener("mouseleave", go);
  element.addEventListener("focusin", hold);
  element.addEventListener("focusout", go);
  element.querySelector("[data-toast-close]").addEventListener("click", () => element.remove());
}

/** A drawing of the sprite that the page already uses. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${new URL("../img/icons.svg", import.meta.url).pathname}#${name}`);
  svg.append(use);
  return svg;
}
