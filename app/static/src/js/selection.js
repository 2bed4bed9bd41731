// The ticked rows of a list, their number, and the bar of acts on them. A bar with data-keep remembers the ticks of
// the list's other pages until the server reports the act as done; "all that match" sends the filter instead of ids.
import { all, on } from "./dom.js";

function rows(name) {
  return all(`.row-check[form="${name}"]`);
}

function keyOf(form) {
  return `selection:${location.pathname}:${form.id}`;
}

function load(form) {
  return new Map(Object.entries(JSON.parse(sessionStorage.getItem(keyOf(form)) ?? "{}")));
}

function save(form, ticked) {
  if (form.dataset.keep !== undefined) sessionStorage.setItem(keyOf(form), JSON.stringify(Object.fromEntries(ticked)));
}

/** Returns the ticked rows as a map of id to group: this page's from the boxes, other pages' from the memory. */
function collect(form) {
  const ticked = form.dataset.keep === undefined ? new Map() : load(form);
  for (const box of rows(form.id)) {
    if (box.checked) ticked.set(box.value, box.dataset.group ?? "");
    else ticked.delete(box.value);
  }
  return ticked;
}

/** Adds the ids of other pages to the form as hidden fields; those of this page are sent by their boxes. */
function carry(form, ids) {
  for (const field of all("[data-carried]", form)) field.remove();
  for (const id of ids) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "rowid", value: id });
    field.dataset.carried = "";
    form.append(field);
  }
}

function show(form, count, groups) {
  form.hidden = count === 0;
  form.dataset.count = String(count);
  form.dataset.group = groups.size === 1 ? [...groups][0] : "";
  form.querySelector("[data-count]").textContent = count.toLocaleString(document.documentElement.lang);
  for (const button of all("[data-only-one]", form)) button.disabled = count !== 1;
}

function refresh(name) {
  const form = document.getElementById(name);
  const boxes = rows(name);
  const here = boxes.filter((box) => box.checked).length;
  const head = document.querySelector(`.all-check[data-selection="${name}"]`);
  if (head) {
    head.checked = here > 0 && here === boxes.length;
    head.indeterminate = here > 0 && here < boxes.length;
  }
  if (!form) return;
  const whole = form.querySelector("[data-selection-all]");
  if (whole) whole.disabled = true;
  const ticked = collect(form);
  save(form, ticked);
  const shown = new Set(boxes.map((box) => box.value));
  carry(form, [...ticked.keys()].filter((id) => !shown.has(id)));
  show(form, ticked.size, new Set(ticked.values()));
}

function restore(form) {
  if (form.dataset.keep === undefined) return;
  if (form.dataset.done !== undefined) {
    sessionStorage.removeItem(keyOf(form));
    delete form.dataset.done;
  }
  const ticked = load(form);
  for (const box of rows(form.id)) box.checked = ticked.has(box.value);
}

let last;

on("click", ".row-check", (box, event) => {
  const name = box.getAttribute("form");
  if (event.shiftKey && last?.isConnected && last.getAttribute("form") === name) {
    const boxes = rows(name);
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
  }
  last = box;
  refresh(name);
});

on("change", ".all-check", (head) => {
  for (const box of rows(head.dataset.selection)) box.checked = head.checked;
  refresh(head.dataset.selection);
});

on("click", "[data-selection-clear]", (button) => {
  const form = button.form;
  for (const box of rows(form.id)) box.checked = false;
  save(form, new Map());
  refresh(form.id);
});

on("click", "[data-selection-whole]", (button) => {
  const form = button.form;
  for (const box of rows(form.id)) box.checked = true;
  refresh(form.id);
  carry(form, []);
  save(form, new Map());
  form.querySelector("[data-selection-all]").disabled = false;
  show(form, Number(button.dataset.selectionWhole), new Set([button.dataset.group ?? ""]));
});

function refreshAll() {
  for (const form of all("form[data-selection-bar]")) {
    restore(form);
    refresh(form.id);
  }
}

// The browser restores ticks after going back.
window.addEventListener("pageshow", refreshAll);
document.addEventListener("htmx:after:swap", refreshAll);
