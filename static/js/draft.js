// Keeps what is typed into a long form (data-draft="name") in this tab until it is saved, so that an expired session or a
// closed page loses nothing. How it knows: after sending, the next page of the house without that form means "saved";
// the sign-in page in between (data-outside) means "not yet".
const SAVED_IN = "draft:";

export function wakeAll() {
  const forms = new Map();
  document.querySelectorAll("form[data-draft]").forEach((form) => forms.set(key(form), form));
  if ("outside" in document.body.dataset) return outside();
  for (const name of names()) {
    const draft = read(name);
    if (!draft || (draft.sent && draft.path !== undefined && !forms.has(name))) drop(name);
  }
  forms.forEach((form, name) => wake(form, name));
}

function wake(form, name) {
  const draft = read(name);
  // A form that came back with errors already holds what was typed.
  const rejected = form.querySelector("[aria-invalid], .notice, .error") || document.querySelector(".main > .notice.tone-bad");
  if (draft && !rejected && differs(form, draft.values)) restore(form, draft.values, name);
  let timer = null;
  const keep = () => {
    clearTimeout(timer);
    timer = setTimeout(() => write(name, { values: values(form), path: window.location.pathname }), 300);
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    write(name, { values: values(form), path: window.location.pathname, sent: true });
  });
  form.querySelector("[data-leave]")?.addEventListener("click", () => drop(name));
}

/** On the sign-in page: what was sent did not arrive. */
function outside() {
  for (const name of names()) {
    const draft = read(name);
    if (draft?.sent) write(name, { ...draft, sent: false });
  }
}

function restore(form, kept, name) {
  const empty = values(form);
  fill(form, kept);
  goOn(form, kept, empty);
  const line = document.createElement("p");
  line.className = "restored";
  line.setAttribute("role", "status");
  const words = document.createElement("span");
  words.textContent = document.body.dataset.sayRestored;
  const undo = document.createElement("button");
  undo.type = "button";
  undo.textContent = document.body.dataset.sayDiscard;
  undo.addEventListener("click", () => {
    fill(form, empty);
    drop(name);
    line.remove();
  });
  line.append(words, undo);
  form.prepend(line);
}

/** The cursor waits behind the last that was typed, not in front of the first line; nothing is moved on a touch screen. */
function goOn(form, from, empty) {
  const lines = [...form.elements].filter((input) => kept(input) && input.matches("input:not([type=checkbox], [type=radio]), textarea"));
  const typed = lines.filter((input) => input.value && JSON.stringify(from[input.name]) !== JSON.stringify(empty[input.name]));
  const last = typed[typed.length - 1];
  if (!last || !matchMedia("(pointer: fine)").matches) return;
  last.focus({ preventScroll: true });
  last.scrollIntoView({ block: "nearest" });
  try { last.setSelectionRange(last.value.length, last.value.length); } catch { /* a date or a number has no place inside */ }
}

const kept = (input) => input.name && !["hidden", "password", "file", "submit", "button"].includes(input.type);

function values(form) {
  const found = {};
  for (const input of form.elements) {
    if (!kept(input)) continue;
    const value = input.type === "checkbox" || input.type === "radio" ? (input.checked ? input.value : null)
      : input.multiple ? [...input.selectedOptions].map((option) => option.value) : input.value;
    (found[input.name] ||= []).push(value);
  }
  return found;
}

function fill(form, from) {
  const at = {};
  for (const input of form.elements) {
    if (!kept(input) || !(input.name in from)) continue;
    at[input.name] = (at[input.name] ?? -1) + 1;
    const value = from[input.name][at[input.name]];
    if (value === undefined) continue;
    if (input.type === "checkbox" || input.type === "radio") input.checked = value !== null;
    else if (input.multiple) for (const option of input.options) option.selected = value.includes(option.value);
    else input.value = value;
  }
}

const differs = (form, from) => JSON.stringify(values(form)) !== JSON.stringify(from);

// The user's id is part of the key: the next person at this desk must not find it.
function key(form) {
  return `${SAVED_IN}${document.body.dataset.user}:${form.dataset.draft}:${form.action}`;
}

function names() {
  try { return Object.keys(sessionStorage).filter((name) => name.startsWith(SAVED_IN)); } catch { return []; }
}

function read(name) {
  try { return JSON.parse(sessionStorage.getItem(name)); } catch { return null; }
}

function write(name, draft) {
  try { sessionStorage.setItem(name, JSON.stringify(draft)); } catch { /* full or closed: then there is no draft */ }
}

function drop(name) {
  try { sessionStorage.removeItem(name); } catch { /* nothing was kept */ }
}
