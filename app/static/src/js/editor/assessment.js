// Shows the sum of the weights during typing, and adds lines for custom components.
import { all, on } from "../dom.js";

function add() {
  const output = document.querySelector("[data-weight-total]");
  if (!output) return;
  const numbers = all("[data-weight]").map((input) => parseInt(input.value, 10) || 0);
  const total = numbers.reduce((sum, one) => sum + one, 0);
  output.textContent = total;
  output.closest(".weight-total").toggleAttribute("data-whole", total === 100);
}

function another() {
  const lines = all("[data-own]");
  const line = lines[lines.length - 1].cloneNode(true);
  for (const input of all("input", line)) {
    input.value = "";
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
  line.querySelector("[data-weight]").id = `own-${lines.length}`;
  for (const error of all(".error", line)) error.remove();
  lines[lines.length - 1].after(line);
  line.querySelector("input").focus();
}

function start() {
  for (const button of all("[data-weight-add]")) button.hidden = false;
  add();
}

on("input", "[data-weight]", add);
on("click", "[data-weight-add]", another);
document.addEventListener("field:renewed", start);
start();
