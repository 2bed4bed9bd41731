import { on } from "./dom.js";

on("click", "[data-password-toggle]", (button) => {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const show = input.type === "password";
  input.type = show ? "text" : "password";
  button.setAttribute("aria-pressed", String(show));
  for (const icon of button.querySelectorAll(".icon")) icon.toggleAttribute("hidden");
});
