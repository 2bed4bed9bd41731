// Crops the cover in the browser before it is sent; without script the form sends the whole picture.
import Cropper from "cropperjs";

import { on, text } from "../dom.js";

const WIDTH = 1280;
const HEIGHT = 720;
const TEMPLATE = `<cropper-canvas background><cropper-image initial-center-size="cover" rotatable scalable translatable></cropper-image><cropper-shade hidden></cropper-shade><cropper-handle action="move" plain></cropper-handle><cropper-selection initial-coverage="1" aspect-ratio="${16 / 9}" movable resizable keyboard><cropper-grid role="grid" bordered covered></cropper-grid><cropper-handle action="move" theme-color="rgba(255, 255, 255, 0.35)"></cropper-handle><cropper-handle action="n-resize"></cropper-handle><cropper-handle action="e-resize"></cropper-handle><cropper-handle action="s-resize"></cropper-handle><cropper-handle action="w-resize"></cropper-handle><cropper-handle action="ne-resize"></cropper-handle><cropper-handle action="nw-resize"></cropper-handle><cropper-handle action="se-resize"></cropper-handle><cropper-handle action="sw-resize"></cropper-handle></cropper-selection></cropper-canvas>`;

const dialog = document.querySelector("[data-crop-dialog]");
const stage = dialog?.querySelector("[data-crop-stage]");
const error = dialog?.querySelector("[data-crop-error]");
let cropper;
let input;

function complain(message) {
  error.textContent = message;
  error.hidden = !message;
}

function close() {
  cropper = undefined;
  stage.replaceChildren();
  complain("");
  dialog.close();
}

on("change", "[data-crop] input[type=file]", async (chosen) => {
  const [file] = chosen.files;
  if (!dialog || !file || !file.type.startsWith("image/")) return;
  input = chosen;
  const picture = new Image();
  picture.src = URL.createObjectURL(file);
  try {
    await picture.decode();
  } catch {
    // A picture that the browser cannot draw is checked by the server, when the form is sent.
    return;
  }
  complain("");
  stage.replaceChildren(picture);
  dialog.showModal();
  cropper = new Cropper(picture, { container: stage, template: TEMPLATE });
});

on("click", "[data-crop-cancel]", () => {
  input.value = "";
  input.dispatchEvent(new Event("change", { bubbles: true }));
  close();
});

on("click", "[data-crop-use]", async (button) => {
  button.setAttribute("aria-busy", "true");
  try {
    const canvas = await cropper.getCropperSelection().$toCanvas({
      width: WIDTH,
      height: HEIGHT,
      beforeDraw(context, { width, height }) {
        context.fillStyle = "#fff";
        context.fillRect(0, 0, width, height);
      },
    });
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
    const data = new FormData();
    data.set("cover", blob, "cover.jpg");
    data.set("revision", input.form.elements.revision.value);
    const answer = await fetch(input.closest("[data-crop]").dataset.crop, {
      method: "POST",
      body: data,
      headers: { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content },
      redirect: "error",
    });
    const said = await answer.json();
    if (answer.ok) {
      document.querySelector("[data-cover]").src = said.cover;
      document.querySelector("[data-autosave-status]").textContent = said.saved;
      input.value = "";
      input.dispatchEvent(new Event("change", { bubbles: true }));
      document.dispatchEvent(new CustomEvent("cover:saved", { detail: said }));
      close();
    } else {
      complain(said.error);
    }
  } catch {
    complain(text("unsaved"));
  }
  button.removeAttribute("aria-busy");
});
