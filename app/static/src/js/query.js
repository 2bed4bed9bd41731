// GET forms leave out what was not filled in, so that addresses stay short and mean what they say.
import { on } from "./dom.js";

on("formdata", 'form[method="get"]', (form, event) => {
  for (const [name, value] of Array.from(event.formData)) {
    if (value === "") event.formData.delete(name);
  }
});

// A preview is counted anew as soon as another rule is chosen; without script its button does it.
on("change", "[data-recount] input", (input) => {
  const place = input.closest("[data-recount]");
  input.form.requestSubmit(place.querySelector("button"));
});

on("change", "form[data-submit-on-change] select", (select) => select.form.requestSubmit());
