// Buttons and forms with data-confirm ask first, in the one <dialog> of the layout.
import { on } from "./dom.js";

const CLASS = { danger: "btn-danger-solid", primary: "btn-primary" };

/** Shows the dialog; resolves to whether the person agreed. */
export function ask(message, { label, kind = "primary" } = {}) {
  const dialog = document.getElementById("confirm-dialog");
  const yes = dialog.querySelector('[value="yes"]');
  dialog.querySelector("[data-confirm-text]").textContent = message;
  yes.textContent = label || yes.dataset.label;
  yes.className = `btn ${CLASS[kind] ?? CLASS.primary}`;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function question(element) {
  const { count = "0", group = "" } = element.form?.dataset ?? {};
  const asked = element.getAttribute(`data-confirm-${group || "any"}`) ?? element.dataset.confirm;
  return asked.replace("{count}", Number(count).toLocaleString(document.documentElement.lang));
}

function kindOf(element) {
  return element.dataset.confirmKind || (element.matches(".btn-danger, .btn-quiet-danger") ? "danger" : "primary");
}

on(
  "click",
  "button[data-confirm], a[data-confirm]",
  async (element, event) => {
    if (element.dataset.confirmed === "1") {
      delete element.dataset.confirmed;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await ask(question(element), { label: element.dataset.confirmLabel, kind: kindOf(element) })) {
      element.dataset.confirmed = "1";
      element.click();
    }
  },
  true,
);
