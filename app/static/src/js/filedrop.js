import { all, on } from "./dom.js";

function size(bytes) {
  const units = ["B", "KB", "MB", "GB"];
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${(bytes / 1024 ** step).toFixed(step ? 1 : 0)} ${units[step]}`;
}

const listed = new Intl.ListFormat(document.documentElement.lang, { style: "narrow" });

function show(box) {
  const files = Array.from(box.querySelector('input[type="file"]').files);
  box.toggleAttribute("data-filled", files.length > 0);
  box.querySelector(".drop-name").textContent = listed.format(files.map((file) => file.name));
  box.querySelector(".drop-size").textContent = files.length ? size(files.reduce((sum, file) => sum + file.size, 0)) : "";
}

function tooLarge(box) {
  const input = box.querySelector('input[type="file"]');
  const limit = Number(input.dataset.limit ?? Infinity);
  const sizes = Array.from(input.files, (file) => file.size);
  return Math.max(...sizes) > limit || sizes.reduce((sum, one) => sum + one, 0) > Number(input.dataset.total ?? Infinity);
}

function judge(box) {
  const refused = tooLarge(box);
  const field = box.closest(".field");
  // The server's message refers to the previous file.
  for (const said of field.querySelectorAll(".error")) said.hidden = !(refused && "tooLarge" in said.dataset);
  if (refused) box.setAttribute("aria-invalid", "true");
  else box.removeAttribute("aria-invalid");
}

on("change", ".drop", (box) => {
  show(box);
  judge(box);
});

on(
  "submit",
  "form",
  (form, event) => {
    const refused = all(".drop", form).find(tooLarge);
    if (!refused) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    refused.querySelector("input").focus();
  },
  true,
);
on("dragover", ".drop", (box) => box.setAttribute("data-over", ""));
on("dragleave", ".drop", (box) => box.removeAttribute("data-over"));
on("drop", ".drop", (box) => box.removeAttribute("data-over"));

// A file that is dropped outside the box must not replace the page.
for (const type of ["dragover", "drop"]) {
  document.addEventListener(type, (event) => {
    if (!(event.target instanceof Element && event.target.closest('input[type="file"]'))) event.preventDefault();
  });
}
