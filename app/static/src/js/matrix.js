// The ticked courses and schools in the matrix of licences, on all its pages, and the bar of acts on them.
import { all, on } from "./dom.js";

const AXES = ["course", "school"];
const KEY = `matrix:${location.pathname}`;

function load() {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
  return Object.fromEntries(AXES.map((axis) => [axis, new Set(kept[axis] ?? [])]));
}

function save(ticked) {
  sessionStorage.setItem(KEY, JSON.stringify(Object.fromEntries(AXES.map((axis) => [axis, [...ticked[axis]]]))));
}

function boxes(axis) {
  return all(`.matrix-check[data-axis="${axis}"]`);
}

/** Adds the ticks of other pages to the form as hidden fields; those of this page are sent by their boxes. */
function carry(form, ticked) {
  for (const field of all("[data-carried]", form)) field.remove();
  for (const axis of AXES) {
    const shown = new Set(boxes(axis).map((box) => box.value));
    for (const value of ticked[axis]) {
      if (shown.has(value)) continue;
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: axis, value });
      field.dataset.carried = "";
      form.append(field);
    }
  }
}

function show(form, ticked) {
  const language = document.documentElement.lang;
  const counts = AXES.map((axis) => {
    const whole = form.querySelector(`[data-whole="${axis}"]`);
    const count = whole.checked ? Number(whole.dataset.total) : ticked[axis].size;
    form.querySelector(`[data-count="${axis}"]`).textContent = count.toLocaleString(language);
    for (const box of boxes(axis)) box.checked = whole.checked || ticked[axis].has(box.value);
    return count;
  });
  for (const button of all('button[name="act"]', form)) button.disabled = !counts.every(Boolean);
}

function refresh(form, ticked) {
  save(ticked);
  carry(form, ticked);
  show(form, ticked);
}

on("change", ".matrix-check", (box) => {
  const form = box.form;
  const ticked = load();
  const whole = form.querySelector(`[data-whole="${box.dataset.axis}"]`);
  if (whole.checked) {
    // One box is cleared after "all": the other visible ones stay ticked.
    whole.checked = false;
    for (const other of boxes(box.dataset.axis)) ticked[box.dataset.axis].add(other.value);
  }
  if (box.checked) ticked[box.dataset.axis].add(box.value);
  else ticked[box.dataset.axis].delete(box.value);
  refresh(form, ticked);
});

on("change", "[data-whole]", (box) => refresh(box.form, load()));

on("click", "[data-matrix-clear]", (button) => {
  for (const whole of all("[data-whole]", button.form)) whole.checked = false;
  refresh(button.form, { course: new Set(), school: new Set() });
});

window.addEventListener("pageshow", () => {
  const form = document.querySelector("form[data-matrix]");
  if (!form) return;
  if (form.dataset.done !== undefined) {
    sessionStorage.removeItem(KEY);
    delete form.dataset.done;
  }
  refresh(form, load());
});
