/* Theme: "auto", "light" or "dark", kept where Django's admin looks for it too. Loaded before the body: no flash. */
(() => {
  "use strict";
  document.documentElement.classList.add("js");
  const order = ["auto", "light", "dark"];
  const read = () => {
    try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; }
  };
  const show = (theme) => {
    document.documentElement.dataset.theme = theme;
    for (const word of document.querySelectorAll("[data-theme-word]")) word.textContent = `Theme: ${theme}`;
  };
  show(read());
  document.addEventListener("DOMContentLoaded", () => {
    show(read());
    document.addEventListener("click", (event) => {
      if (!event.target.closest("[data-theme-switch]")) return;
      const next = order[(order.indexOf(read()) + 1) % order.length];
      try { localStorage.setItem("theme", next); } catch { /* a private window keeps the theme for this page only */ }
      show(next);
    });
  });
})();
