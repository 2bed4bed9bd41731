import { on } from "./dom.js";

on("click", "[data-fill]", (button) => {
  const input = document.getElementById(button.dataset.fill);
  input.value = button.dataset.value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.focus();
});
