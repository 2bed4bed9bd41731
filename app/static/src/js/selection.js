// Rows that are ticked, how many, and the bar that acts on them.
import { all, on } from "./dom.js";

function rows(name) {
  return all(`.row-check[form="${name}"]`);
}

function refresh(name) {
  const boxes = rows(name);
  const ticked = boxes.filter((box) => box.checked).length;
  const form = document.getElementById(name);
  const head = document.querySelector(`.all-check[data-selection="${name}"]`);
  if (form) {
    form.hidden = ticked === 0;
    form.querySelector("[data-count]").textContent = String(ticked);
  }
  if (head) {
    head.checked = ticked > 0 && ticked === boxes.length;
    head.indeterminate = ticked > 0 && ticked < boxes.length;
  }
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
  const name = button.form.id;
  for (const box of rows(name)) box.checked = false;
  refresh(name);
});

function refreshAll() {
  for (const form of all("form[data-selection-bar]")) refresh(form.id);
}

// The browser restores ticks after going back.
window.addEventListener("pageshow", refreshAll);
document.addEventListener("htmx:after:swap", refreshAll);
