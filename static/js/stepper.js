// One deal after another on the wall: the arrow keys follow the links 上一个 and 下一个. Never while somebody types.
export function wake(nav) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
    const step = { ArrowLeft: "back", ArrowRight: "onward" }[event.key];
    const link = step && nav.querySelector(`[data-step="${step}"]`);
    if (!link) return;
    event.preventDefault();
    link.click();
  });
}
