// A button with data-with="id" sends the fields of the form with that id together with its own form's.
import { on } from "./dom.js";

on("submit", "form", (form, event) => {
  const other = document.getElementById(event.submitter?.dataset.with);
  if (!other) return;
  for (const [name, value] of new FormData(other)) {
    if (typeof value !== "string" || form.elements.namedItem(name)) continue;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
});
