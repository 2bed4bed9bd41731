// GET forms leave out what was not filled in, so that addresses stay short and mean what they say.
import { on } from "./dom.js";

on("formdata", 'form[method="get"]', (form, event) => {
  for (const [name, value] of Array.from(event.formData)) {
    if (value === "") event.formData.delete(name);
  }
});

on("change", "form[data-submit-on-change] select", (select) => select.form.requestSubmit());
