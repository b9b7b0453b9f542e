/* The keyboard of the queue: j k move, a approve, r reject, m modify, x select, Enter details, ? help. */
(() => {
  "use strict";
  const cards = () => [...document.querySelectorAll("[data-card]")];
  // The page of one action has its one card as a section: the keys named on its buttons are about that.
  const current = () => document.querySelector("[data-card].is-current") ?? document.querySelector("section[data-card]");
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]");

  const go = (step) => {
    const all = cards();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    for (const card of all) card.classList.toggle("is-current", card === next);
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const unfold = (name) => {
    const part = current()?.querySelector(`details[data-part="${name}"]`);
    if (!part) return;
    part.open = true;
    part.querySelector("input:not([type=hidden], [type=radio]), textarea")?.focus();
  };
  const keys = {
    j: () => go(1),
    k: () => go(-1),
    a: () => current()?.querySelector("form[data-part=approve]:not(:has(button:disabled))")?.requestSubmit(),
    r: () => unfold("reject"),
    m: () => unfold("modify"),
    x: () => current()?.querySelector("[data-pick]")?.click(),
    Enter: () => current()?.querySelector("[data-part=details]")?.click(),
    "?": () => document.getElementById("help-dialog")?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  document.addEventListener("focusin", (event) => {
    const card = event.target.closest("[data-card]");
    if (card) for (const other of cards()) other.classList.toggle("is-current", other === card);
  });
})();
