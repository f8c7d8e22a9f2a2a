// The bar for chosen rows: counts them, chooses a whole page, a range with Shift, or all rows of the filter.
export function wake(form) {
  const boxes = () => [...document.querySelectorAll(`[data-pick="${form.id}"]`)];
  const head = document.querySelector(`[data-pick-all="${form.id}"]`);
  const every = form.querySelector("[data-bulk-all]");
  const said = form.querySelector("[data-bulk-said]");
  const clear = form.querySelector("[data-bulk-clear]");
  let last = null;

  function draw() {
    const all = boxes();
    const chosen = all.filter((box) => box.checked);
    all.forEach((box) => box.closest("tr, li")?.classList.toggle("picked", box.checked));
    if (every && chosen.length < all.length) every.checked = false;
    if (head) {
      head.checked = all.length > 0 && chosen.length === all.length;
      head.indeterminate = chosen.length > 0 && !head.checked;
    }
    form.hidden = chosen.length === 0;
    // "All of the filter" is offered once the whole page is chosen: before that it would surprise.
    if (every) every.closest("label").hidden = chosen.length < all.length;
    const whole = every?.checked;
    const words = whole ? said.dataset.all : said.dataset.one;
    const count = whole ? Number(every.dataset.bulkAll) : chosen.length;
    const more = whole ? every.dataset.more || "" : "";
    said.textContent = words.replace("{n}", count.toLocaleString() + more);
  }

  // In the flow without script; with it, at the foot of the window, so that choosing moves nothing.
  form.classList.add("bulkbar-afloat");
  clear.hidden = false;
  clear.addEventListener("click", () => {
    boxes().forEach((box) => { box.checked = false; });
    if (every) every.checked = false;
    draw();
    head?.focus();
  });
  head?.addEventListener("change", () => {
    boxes().forEach((box) => { box.checked = head.checked; });
    draw();
  });
  every?.addEventListener("change", draw);
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.(`[data-pick="${form.id}"]`);
    if (!box) return;
    const all = boxes();
    if (event.shiftKey && last) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((between) => { between.checked = box.checked; });
    }
    last = box;
    draw();
  });
  window.addEventListener("pageshow", draw);
  draw();
}
