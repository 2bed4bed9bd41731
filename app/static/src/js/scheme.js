// The colour scheme (light, dark, or the system's), kept in a cookie so that the server renders the next page in it.
import { on } from "./dom.js";

const ORDER = ["auto", "light", "dark"];
const YEAR = 365 * 24 * 3600;

on("click", "[data-scheme-switch]", (button) => {
  const root = document.documentElement;
  const next = ORDER[(ORDER.indexOf(root.dataset.theme) + 1) % ORDER.length];
  root.dataset.theme = next;
  document.cookie = `scheme=${next};path=/;max-age=${next === "auto" ? 0 : YEAR};samesite=lax`;
  show(button, next);
});

function show(button, scheme) {
  for (const icon of button.querySelectorAll("[data-scheme]")) icon.toggleAttribute("hidden", icon.dataset.scheme !== scheme);
}
