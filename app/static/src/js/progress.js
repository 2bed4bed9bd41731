// Polling elements pause while the tab is hidden and poll at once when it is visible again.
import { all } from "./dom.js";

document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement } = event.detail.ctx;
  if (document.hidden && sourceElement?.hasAttribute("data-poll")) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const element of all("[data-poll]")) element.dispatchEvent(new CustomEvent("resume"));
});
