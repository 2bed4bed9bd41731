// Forms with data-guard warn before entered text is lost.
import { on } from "./dom.js";

const changed = new Set();

on("input", "form[data-guard]", (form) => changed.add(form));
on("submit", "form", (form, event) => {
  changed.delete(form);
  changed.delete(document.getElementById(event.submitter?.dataset.with));
});

document.addEventListener("form:saved", (event) => changed.delete(event.target));

window.addEventListener("beforeunload", (event) => {
  const lost = Array.from(changed).some((form) => form.isConnected);
  if (lost) event.preventDefault();
});
