/* Fields of a rule are found by typing: a list in groups, with unit and meaning (ARIA combobox). Without a script the
   browser's own datalist does it. */
(() => {
  "use strict";
  /** @type {{name: string, label: string, group: string, unit: string, says: string}[]} */
  let catalog = [];
  let list = null;
  let owner = null;
  let at = -1;

  const currency = () => document.getElementById("rule-form")?.dataset.currency || "money";
  const close = () => {
    list?.remove();
    owner?.setAttribute("aria-expanded", "false");
    owner?.removeAttribute("aria-activedescendant");
    list = owner = null;
    at = -1;
  };
  /** How well an entry answers what was typed; 0 = not at all. */
  const score = (one, typed) => {
    const [label, name] = [one.label.toLowerCase(), one.name.toLowerCase()];
    if (!typed) return 1;
    if (label === typed || name === typed) return 5;
    if (label.startsWith(typed) || name.startsWith(typed)) return 4;
    if (label.includes(typed) || name.includes(typed)) return 3;
    const words = typed.split(/\s+/);
    return words.every((word) => `${label} ${name} ${one.says}`.toLowerCase().includes(word)) ? 2 : 0;
  };
  const element = (tag, text, attributes = {}) => {
    const made = document.createElement(tag);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const options = () => [...(list?.querySelectorAll("[role=option]") ?? [])];
  const mark = (place) => {
    const all = options();
    at = Math.max(-1, Math.min(place, all.length - 1));
    all.forEach((one, i) => one.setAttribute("aria-selected", String(i === at)));
    if (at >= 0) {
      all[at].scrollIntoView({ block: "nearest" });
      owner.setAttribute("aria-activedescendant", all[at].id);
    }
  };
  const choose = (option) => {
    const input = owner;
    input.value = option.dataset.value;
    close();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const open = (input, everything) => {
    const typed = everything ? "" : input.value.trim().toLowerCase();
    const found = catalog.map((one) => [score(one, typed), one]).filter(([points]) => points > 0);
    if (typed) found.sort((one, other) => other[0] - one[0]);
    close();
    if (!found.length) return;
    owner = input;
    list = element("div", "", { role: "listbox", class: "combo-list", id: "combo-list", "aria-label": "Fields" });
    let group = "";
    found.slice(0, 80).forEach(([, one], i) => {
      if (one.group !== group && !typed) list.append(element("div", one.group, { role: "presentation" }));
      group = one.group;
      const option = element("div", one.label, { role: "option", id: `combo-${i}`, "data-value": one.label, "aria-selected": "false" });
      option.append(element("span", one.unit === "money" ? currency() : ["text", "count"].includes(one.unit) ? "" : one.unit, { class: "unit" }));
      if (one.says) option.append(element("small", one.says));
      list.append(option);
    });
    input.parentElement.classList.add("combo");
    input.parentElement.append(list);
    input.setAttribute("aria-expanded", "true");
    if (typed) mark(0);
    else mark(options().findIndex((one) => one.dataset.value === input.value));
  };

  document.addEventListener("rule-drawn", () => {
    catalog = JSON.parse(document.getElementById("field-catalog")?.textContent ?? "[]");
    for (const input of document.querySelectorAll("[data-field]")) {
      input.removeAttribute("list");
      for (const [key, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": "combo-list" })) {
        input.setAttribute(key, value);
      }
    }
  });
  document.addEventListener("input", (event) => {
    if (event.isTrusted && event.target.matches("[data-field]")) open(event.target, false);
  });
  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !input.matches("[data-field]") || event.altKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!list) open(input, true);
      else mark(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (list && at >= 0) choose(options()[at]);
    } else if (event.key === "Escape" && list) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  document.addEventListener("pointerdown", (event) => {
    const option = event.target.closest?.("[role=option]");
    if (option && list?.contains(option)) {
      event.preventDefault();
      choose(option);
    } else if (event.target.matches?.("[data-field]")) {
      if (owner !== event.target) {
        open(event.target, true);
        setTimeout(() => document.activeElement === event.target && event.target.select(), 0);
      }
    } else if (!event.target.closest?.(".combo-list")) close();
  });
  document.addEventListener("focusout", (event) => {
    if (event.target === owner) setTimeout(() => owner && document.activeElement !== owner && close(), 0);
  });
})();
