// Talking to the server: the CSRF token in the header, a sentence instead of a status code.
import { say } from "./words.js";

export function token() {
  return document.querySelector('meta[name="csrf-token"]').content;
}

/** An answer that is no use, in words for the reader. */
export class NoAnswer extends Error {}

async function send(url, options) {
  let answer;
  try {
    answer = await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new NoAnswer(say("failed"));
  }
  if (answer.redirected && new URL(answer.url).searchParams.has("next")) throw new NoAnswer(say("signed-out"));
  if (answer.status === 401) throw new NoAnswer(say("signed-out"));
  return answer;
}

/** GET or POST that answers a piece of HTML; returns {html, answer}. */
export async function fragment(url, { body = null, signal = null } = {}) {
  const answer = await send(url, {
    method: body ? "POST" : "GET", body, signal,
    headers: { "X-Requested-With": "fetch", Accept: "text/html", ...(body ? { "X-CSRFToken": token() } : {}) },
  });
  if (!answer.ok) throw new NoAnswer(say("failed"));
  return { html: await answer.text(), answer };
}

/** POST whose answer nobody reads. */
export async function tell(url) {
  await send(url, { method: "POST", redirect: "manual", headers: { "X-CSRFToken": token() } });
}

/** GET that answers JSON. */
export async function get(url) {
  const answer = await send(url, { headers: { "X-Requested-With": "fetch", Accept: "application/json" } });
  if (!answer.ok) throw new NoAnswer(say("failed"));
  return answer.json();
}

/** POST of `fields` (or of a FormData) that answers JSON; a refusal (4xx with JSON) is an answer too, with ok false. */
export async function post(url, fields) {
  const body = fields instanceof FormData ? fields : new FormData();
  if (body !== fields) for (const [name, value] of Object.entries(fields)) body.append(name, value);
  const answer = await send(url, {
    method: "POST", body,
    headers: { "X-CSRFToken": token(), "X-Requested-With": "fetch", Accept: "application/json" },
  });
  const json = (answer.headers.get("Content-Type") || "").includes("json");
  if (!json) throw new NoAnswer(say("failed"));
  return { ok: answer.ok, ...(await answer.json()) };
}
