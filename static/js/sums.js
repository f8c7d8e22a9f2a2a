// In the bar of a form that splits a whole: how its parts stand against it while they are typed. The server decides.
import { say } from "./words.js";

export function wake(output) {
  const { form } = output;
  const parts = [...form.elements].filter((field) => field.name.startsWith(output.dataset.parts));
  const tell = () => {
    const sum = cents(parts.map((field) => wan(field.value)).reduce((one, other) => one + other, 0));
    const left = cents(wan(form.elements[output.dataset.whole].value) - sum);
    const state = Number.isNaN(left) || !sum ? "" : left > 0 ? "short" : left < 0 ? "over" : "even";
    output.textContent = state && say(state, { sum: told(sum), n: told(Math.abs(left)) }, output);
    output.dataset.state = state;
  };
  form.addEventListener("input", tell);
  tell();
}

const YI = "\u4ebf"; // a hundred million
const WAN = "\u4e07"; // ten thousand, which a number alone counts

/** As the server reads it, where that is plain: a number, with a YI or WAN of yuan behind it or nothing. NaN is what only
    the server can tell. */
function wan(text) {
  const line = text.normalize("NFKC").replace(/[\s,]/g, "");
  const found = new RegExp(`^(\\d*\\.?\\d+)(?:(${YI}|${WAN})\u5143?)?$`).exec(line);
  if (!found) return line ? NaN : 0;
  return Number(found[1]) * (found[2] === YI ? 10000 : 1);
}

const cents = (value) => Math.round(value * 100) / 100;
const told = (value) => value.toLocaleString("en-US");
