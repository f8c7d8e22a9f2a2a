// The words that scripts say come from the page (data-say-*), so that they are translated like all others.

/** The sentence data-say-<name> of `near` or of the page; {n} and the like are filled from `values`. */
export function say(name, values = {}, near = null) {
  const key = `say${name.replace(/(^|-)(\w)/g, (_, dash, letter) => letter.toUpperCase())}`;
  const text = near?.dataset[key] ?? document.body.dataset[key] ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, what) => values[what] ?? whole);
}
