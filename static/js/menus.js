/* Menus are <details>, dialogs are <dialog>; this closes and opens them the way people expect. */
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      if (dialog && dialog.showModal) {
        event.preventDefault();
        dialog.showModal();
        const first = dialog.querySelector("[autofocus]") || dialog.querySelector("textarea, input:not([type=hidden])");
        if (first) first.focus();
      }
    }
    const closer = event.target.closest("[data-close]");
    const closed = closer?.closest("dialog, .toast");
    if (closed) {
      event.preventDefault();
      if (closed instanceof HTMLDialogElement) closed.close();
      else closed.remove();
    }
    if (event.target instanceof HTMLDialogElement) event.target.close();
    const once = event.target.closest("[data-close-after]");
    if (once) setTimeout(() => once.closest(".toast")?.remove(), 300);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const open of document.querySelectorAll("details.menu[open], .decide details[open]")) {
      open.open = false;
      open.querySelector("summary")?.focus();
    }
  });
  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-pick-all]");
    if (all) for (const box of document.querySelectorAll("[data-pick]")) box.checked = all.checked;
    if (all || event.target.closest("[data-pick]")) {
      const count = document.querySelectorAll("[data-pick]:checked").length;
      for (const word of document.querySelectorAll("[data-picked]")) word.textContent = count ? `${count} selected` : "";
    }
    if (event.target.closest("[data-autosubmit]") && event.target.form) event.target.form.requestSubmit();
    const quick = event.target.closest("[data-fill]");
    if (quick) {
      const field = quick.form.querySelector("[data-filled]");
      if (field && quick.value) field.value = quick.value;
      if (field) field.focus();
    }
  });
})();
