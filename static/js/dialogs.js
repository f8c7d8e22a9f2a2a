// <dialog> opened by <a href="#id" data-open="id">; without script the same link opens it by :target.
export function wakeDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-open]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.open);
      if (dialog?.showModal) {
        event.preventDefault();
        open(dialog);
      }
      return;
    }
    const closer = event.target.closest?.("[data-close]");
    const dialog = event.target.closest?.("dialog");
    if (closer && dialog?.open) {
      event.preventDefault();
      dialog.close();
    } else if (dialog && event.target === dialog && dialog.open && outside(dialog, event)) {
      dialog.close();
    }
  });
  document.querySelectorAll("[data-typed]").forEach(wakeTyped);
  // A page that was asked for with #id of a dialog, or sent back with an error inside one, shows it open.
  const asked = window.location.hash.length > 1 && document.getElementById(window.location.hash.slice(1));
  if (asked?.matches?.("dialog") && asked.showModal) open(asked);
  document.querySelectorAll("dialog").forEach((dialog) => {
    if (!dialog.open && dialog.querySelector(".error, [data-focus]") && dialog.showModal) open(dialog);
  });
}

function open(dialog) {
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[autofocus], .sheet-body input:not([type=hidden]), .sheet-body select, .field input, .field textarea")?.focus();
}

function outside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

/** The last button wakes when the asked-for word stands there. */
function wakeTyped(input) {
  const button = input.form.querySelector("button[type=submit]");
  const look = () => { button.disabled = input.value.trim() !== input.dataset.typed; };
  input.addEventListener("input", look);
  look();
}
