/* The rule builder, better with a script: the server draws the form, this keeps focus, folds and what was typed while
   it was drawn anew, follows the chosen field, gives the tree its keys and warns before unsaved changes are left. */
(() => {
  "use strict";
  /** @returns {HTMLFormElement | null} */
  const form = () => document.querySelector("#rule-form");
  /** @type {Map<string, {kind: string, unit: string, says: string, windowed: boolean, name: string}>} */
  let fields = new Map();
  let dirty = false;

  const learn = () => {
    fields = new Map();
    const held = document.getElementById("field-catalog");
    for (const one of JSON.parse(held?.textContent ?? "[]")) {
      fields.set(one.label.toLowerCase(), one);
      fields.set(one.name.toLowerCase(), one);
    }
  };
  const changed = () => document.body.dispatchEvent(new CustomEvent("rule-changed", { bubbles: true }));
  /** Asks the server to draw the form anew, after what a button of this value would do. */
  const again = (told = "show") => {
    const button = document.getElementById("b-again");
    if (!(button instanceof HTMLButtonElement)) return;
    button.value = told;
    button.click();
    button.value = "show";
  };

  /** The unit, the note, the windows and the comparisons of a condition follow its field. @param {Element} leaf */
  const follow = (leaf) => {
    const input = leaf.querySelector("[data-field]");
    const one = fields.get(input.value.trim().toLowerCase());
    const operator = leaf.querySelector("[data-operator]");
    const note = leaf.querySelector("[data-note]");
    note.textContent = input.title = one?.says ?? "";
    for (const option of operator.options) {
      const fits = !one || option.dataset.kinds === undefined || option.dataset.kinds.split(" ").includes(one.kind);
      option.hidden = option.disabled = !fits && !option.selected;
    }
    const chosen = operator.selectedOptions[0];
    if (one && chosen?.dataset.kinds && !chosen.dataset.kinds.split(" ").includes(one.kind)) {
      operator.value = [...operator.options].find((option) => option.dataset.kinds?.split(" ").includes(one.kind)).value;
      for (const option of operator.options) option.hidden = option.disabled = !option.dataset.kinds?.split(" ").includes(one.kind);
      reshape(operator, chosen);
    }
    leaf.querySelector(".b-window").hidden = Boolean(one && !one.windowed);
    const money = document.body.querySelector("#rule-form")?.dataset.currency || "amount";
    const units = { money, percent: "%", ratio: "x", days: "days", hours: "hours", position: "th" };
    for (const unit of leaf.querySelectorAll("[data-unit]")) if (one) unit.textContent = units[one.unit] ?? "";
  };
  /** Another comparison may ask for other values: then the form is drawn anew. */
  const reshape = (select, before) => {
    if (select.selectedOptions[0]?.dataset.shape !== before?.dataset.shape) again();
  };

  document.addEventListener("input", (event) => {
    if (!event.target.closest("#rule-form")) return;
    dirty = true;
    changed();
  });
  document.addEventListener("change", (event) => {
    const target = event.target;
    if (!target.closest?.("#rule-form")) return;
    dirty = true;
    if (target.matches("[data-field]") && target.closest(".b-leaf")) follow(target.closest(".b-leaf"));
    if (target.matches("[data-operator]")) {
      reshape(target, [...target.options].find((option) => option.defaultSelected));
    }
    if (target.matches("[data-anew]")) again();
    changed();
  });

  /* What is typed while the server draws the form anew is put into the new one; folds stay as they were. */
  let sent = new Map();
  let folds = new Map();
  const texts = () => new Map([...(form()?.elements ?? [])]
    .filter((one) => one.name && one.matches("input:not([type=checkbox], [type=radio], [type=hidden]), textarea"))
    .map((one) => [one.name, one.value]));
  const isForm = (event) => event.detail.target?.id === "rule-form";
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isForm(event)) sent = texts();
  });
  let late = new Map();
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!isForm(event)) return;
    late = new Map([...texts()].filter(([name, value]) => sent.has(name) && sent.get(name) !== value));
    folds = new Map([...document.querySelectorAll("#rule-form details[id]")].map((one) => [one.id, one.open]));
  });
  const settle = () => {
    learn();
    for (const [name, value] of late) {
      const control = form()?.elements.namedItem(name);
      if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement) control.value = value;
    }
    late = new Map();
    for (const [id, open] of folds) {
      const fold = document.getElementById(id);
      if (fold instanceof HTMLDetailsElement && open) fold.open = true;
    }
    for (const leaf of document.querySelectorAll(".b-leaf")) follow(leaf);
    document.dispatchEvent(new CustomEvent("rule-drawn"));
    const wanted = form()?.dataset.focus && document.getElementById(form().dataset.focus);
    if (wanted) wanted.focus();
    changed();
  };
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target?.id === "rule-form" || isForm(event)) {
      dirty = true;
      settle();
    }
  });

  /* Which ones match is unfolded where there is room, and stays as somebody left it. */
  let unfolded = matchMedia("(min-width: 1101px)").matches;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const fold = event.detail.target?.id === "rule-preview" && document.getElementById("looked-more");
    if (fold instanceof HTMLDetailsElement) unfolded = fold.open;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const fold = event.target.id === "rule-preview" && document.getElementById("looked-more");
    if (fold instanceof HTMLDetailsElement) fold.open = unfolded;
  });

  /** Keys of the row that has the focus. @type {Record<string, string>} */
  const KEYS = {
    "ArrowUp": "up", "ArrowDown": "down", "Shift+ArrowLeft": "out", "Shift+ArrowRight": "in", "Backspace": "remove",
    "Enter": "after", "Shift+Enter": "group-after",
  };
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("[data-node]");
    if (!row || !event.altKey || event.ctrlKey || event.metaKey) return;
    const verb = KEYS[(event.shiftKey ? "Shift+" : "") + event.key];
    const node = row.dataset.node;
    const inTree = row.matches(".b-leaf, .b-group:not(.b-root)");
    if (!verb || (!inTree && !["up", "down", "remove"].includes(verb))) return;
    event.preventDefault();
    if (row.matches(".b-root")) return;
    again(`${verb}:${node}`);
  });

  addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "rule-form") dirty = false;
  });
  document.addEventListener("DOMContentLoaded", () => {
    if (!form()) return;
    learn();
    for (const leaf of document.querySelectorAll(".b-leaf")) follow(leaf);
    document.dispatchEvent(new CustomEvent("rule-drawn"));
    dirty = Boolean(form().querySelector("[name=seen]").value === "" && form().dataset.problems !== undefined);
    document.getElementById("problems")?.focus();
  });
})();
