// Rows of a FieldList (phones, former names): add one, take one away. Names count up: phones-0-number, phones-1-number …
export function wake(group) {
  const add = group.querySelector("[data-row-add]");
  const most = Number(group.dataset.rowsMax || 20);
  const rows = () => [...group.querySelectorAll("[data-row]")];
  if (!rows().length) return;
  let next = rows().length;

  const draw = () => {
    add.hidden = rows().length >= most;
    rows().forEach((row) => { row.querySelector("[data-row-drop]").hidden = rows().length < 2; });
  };

  add.addEventListener("click", () => {
    const last = rows()[rows().length - 1];
    const fresh = last.cloneNode(true);
    fresh.querySelectorAll(".below").forEach((note) => note.remove());
    fresh.querySelectorAll(".field-bad").forEach((cell) => cell.classList.remove("field-bad"));
    fresh.querySelectorAll("[name]").forEach((input) => {
      const old = new RegExp(`^(${group.dataset.rows}-)\\d+`);
      for (const attribute of ["name", "id"]) {
        const value = input.getAttribute(attribute);
        if (value) input.setAttribute(attribute, value.replace(old, `$1${next}`));
      }
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
      if (input.type === "checkbox" || input.type === "radio") input.checked = false;
      else if (input.tagName !== "SELECT") input.value = "";
    });
    next += 1;
    last.after(fresh);
    draw();
    fresh.querySelector("input:not([type=hidden]), textarea")?.focus();
  });
  group.addEventListener("click", (event) => {
    const row = event.target.closest("[data-row-drop]")?.closest("[data-row]");
    if (!row || rows().length < 2) return;
    const near = row.previousElementSibling?.matches("[data-row]") ? row.previousElementSibling : row.nextElementSibling;
    row.remove();
    near.querySelector("input:not([type=hidden])")?.focus();
    // The form is changed even if nothing was typed.
    group.dispatchEvent(new Event("input", { bubbles: true }));
    draw();
  });
  draw();
}
