/* The page follows what happens elsewhere. One cheap version is polled (by htmx, on #live); when it changes, the
   parts are asked for again, but never under the hands of somebody who is typing or reading a dialog. */
(() => {
  "use strict";
  let waiting = false;
  const engaged = "dialog[open], details.menu[open], .decide details[open], [data-pick]:checked";
  const writing = "[data-live] input:not([type=checkbox]), [data-live] textarea, [data-live] select";
  const busy = () => Boolean(document.querySelector(engaged) || document.activeElement?.matches(writing));

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.target.matches("[data-live-refresh]")) return;
    if (busy()) {
      event.preventDefault();
      waiting = true;
    }
  });
  const catchUp = () => {
    if (!waiting || busy()) return;
    waiting = false;
    document.body.dispatchEvent(new CustomEvent("changed", { bubbles: true }));
  };
  for (const name of ["toggle", "close", "focusout", "change"]) {
    document.addEventListener(name, () => setTimeout(catchUp, 50), true);
  }

  /* What was marked or unfolded stays so when its part is replaced. */
  const nameOf = (part) =>
    `${part.closest("section, article")?.querySelector("h2, h3")?.textContent}|${part.querySelector("summary")?.textContent}`;
  /* A session that ended answers with the log-in page: go there, instead of putting it where a card was. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!new URL(event.detail.xhr.responseURL).pathname.startsWith("/accounts/login")) return;
    event.detail.shouldSwap = false;
    location.assign(`/accounts/login/?next=${encodeURIComponent(location.pathname)}`);
  });

  let marked = null;
  let unfolded = new Set();
  let folded = new Set();
  document.addEventListener("htmx:beforeSwap", () => {
    marked = document.querySelector("[data-card].is-current")?.id ?? marked;
    folded = new Set([...document.querySelectorAll("[data-cause]:not([open])")].map((cause) => cause.id));
    unfolded = new Set([...document.querySelectorAll("[data-live] details[open]:not([data-part], [data-cause])")].map(nameOf));
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const cause of document.querySelectorAll("[data-cause]")) if (folded.has(cause.id)) cause.open = false;
    const card = marked && document.getElementById(marked);
    if (card instanceof Element && card.matches("[data-card]")) card.classList.add("is-current");
    for (const part of document.querySelectorAll("[data-live] details:not([data-part], [data-cause])")) {
      if (unfolded.has(nameOf(part))) part.open = true;
    }
  });

  const toast = (text) => {
    const box = document.createElement("div");
    box.className = "toast toast-error";
    box.setAttribute("role", "alert");
    const words = document.createElement("p");
    words.textContent = text;
    box.append(words);
    document.getElementById("toasts")?.append(box);
    setTimeout(() => box.remove(), 9000);
  };
  const decided = (event) => event.detail.requestConfig?.verb === "post";
  document.addEventListener("htmx:sendError", (event) => {
    if (decided(event)) toast("No connection: it is not known whether this arrived. Reload before you try again.");
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (!decided(event)) return;
    toast(event.detail.xhr.status === 403
      ? "Not done: your role does not allow this, or you were logged out. Reload the page."
      : `Not done: the server answered ${event.detail.xhr.status}. Nothing was changed by this click.`);
  });
  const fade = () => {
    for (const old of document.querySelectorAll(".toast[data-fades]:not([data-fading])")) {
      old.dataset.fading = "1";
      setTimeout(() => old.remove(), 10000);
    }
  };
  document.addEventListener("htmx:afterSettle", fade);
  document.addEventListener("DOMContentLoaded", fade);
})();
