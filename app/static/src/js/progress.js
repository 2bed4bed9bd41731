// Polling elements rest while the tab is hidden and ask at once when it is seen again.
import { all } from "./dom.js";

document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement } = event.detail.ctx;
  if (document.hidden && sourceElement?.hasAttribute("data-poll")) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const element of all("[data-poll]")) element.dispatchEvent(new CustomEvent("resume"));
});
