// Offers the subjects of the chosen discipline; without script the select shows all, each under its discipline.
import { all, on } from "../dom.js";

function narrow(box) {
  const category = box.querySelector('select[name="category"]');
  const subject = box.querySelector('select[name="subject"]');
  if (!category || !subject) return;
  subject.all ??= all("optgroup", subject);
  const chosen = subject.value;
  subject.replaceChildren(...subject.all.filter((group) => !group.label || group.label === category.value));
  subject.value = chosen;
  if (subject.selectedIndex < 0) subject.value = "";
}

on("change", '[data-disciplines] select[name="category"]', (select) => {
  const box = select.closest("[data-disciplines]");
  const subject = box.querySelector('select[name="subject"]');
  const before = subject.value;
  narrow(box);
  if (subject.value !== before) subject.dispatchEvent(new Event("change", { bubbles: true }));
});

const everywhere = () => all("[data-disciplines]").forEach(narrow);
document.addEventListener("field:renewed", everywhere);
everywhere();
