// GET forms leave out empty fields, so that addresses stay short and clear.
import { on } from "./dom.js";

on("formdata", 'form[method="get"]', (form, event) => {
  for (const [name, value] of Array.from(event.formData)) {
    if (value === "") event.formData.delete(name);
  }
});

// A preview is recalculated as soon as another rule is chosen; without script its button does so.
on("change", "[data-recount] input", (input) => {
  const place = input.closest("[data-recount]");
  input.form.requestSubmit(place.querySelector("button"));
});

on("change", "form[data-submit-on-change] select", (select) => select.form.requestSubmit());
