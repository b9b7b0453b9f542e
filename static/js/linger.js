/* A card just decided keeps its place and shows what becomes of it, even when the list around it is asked for anew.
   It goes some seconds after its end, but never from under the pointer: no other button may slide under a click. */
(() => {
  "use strict";
  const STAY = 10000;
  const decided = () => [...document.querySelectorAll("#live-parts [data-decided]")];
  const above = (card) => {
    const ids = [];
    for (let one = card.previousElementSibling; one; one = one.previousElementSibling) if (one.id) ids.push(one.id);
    return ids;
  };
  let kept = [];

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "live-parts" || !event.detail.shouldSwap) return;
    kept = decided().map((card) => ({ card: card.cloneNode(true), above: above(card) }));
  });
  const putBack = ({ card, above: ids }) => {
    const list = document.querySelector("#live-parts [data-cards]");
    if (!list || document.getElementById(card.id)) return;
    const before = ids.map((id) => document.getElementById(id)).find((one) => one?.parentElement === list);
    card.classList.remove("htmx-request", "htmx-swapping", "htmx-settling");
    if (before) before.after(card);
    else list.prepend(card);
    window.htmx.process(card);
  };
  document.addEventListener("htmx:afterSwap", () => {
    kept.forEach(putBack);
    kept = [];
    for (const card of decided()) {
      if (card.hasAttribute("hx-get")) delete card.dataset.settled;
      else card.dataset.settled ??= String(Date.now());
    }
    for (const word of document.querySelectorAll("[data-state-of]")) {
      const card = document.getElementById(word.dataset.stateOf);
      const state = card?.querySelector(":scope > .state")?.textContent.trim();
      if (state && state !== word.textContent) word.textContent = state;
      if (state && !card.querySelector("form")) word.closest(".toast").querySelector("form")?.remove();
    }
  });
  setInterval(() => {
    if (document.querySelector("#live-parts [data-cards]:hover")) return;
    for (const card of decided()) {
      const over = card.dataset.settled && Date.now() - Number(card.dataset.settled) > STAY;
      if (over && !card.matches(".is-current, :focus-within")) card.remove();
    }
  }, 1000);
})();
