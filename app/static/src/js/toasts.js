// Short messages at the lower edge. The page contains its own; later ones arrive by the event "toast".
import { all, icon, on, text } from "./dom.js";

const STAY = 8000;
const ICONS = { success: "check-circle", info: "info-circle", warning: "exclamation-triangle", danger: "exclamation-triangle" };

function leaveLater(toast) {
  if (toast.dataset.sticky !== undefined) return;
  let timer = setTimeout(() => toast.remove(), STAY);
  const wait = () => clearTimeout(timer);
  const again = () => {
    timer = setTimeout(() => toast.remove(), STAY);
  };
  toast.addEventListener("mouseenter", wait);
  toast.addEventListener("focusin", wait);
  toast.addEventListener("mouseleave", again);
  toast.addEventListener("focusout", again);
}

function make(message, kind) {
  const toast = document.createElement("div");
  toast.className = `toast tone-${kind}`;
  const paragraph = document.createElement("p");
  paragraph.textContent = message;
  const close = document.createElement("button");
  close.type = "button";
  close.dataset.toastClose = "";
  close.setAttribute("aria-label", text("close"));
  close.append(icon("x-lg"));
  toast.append(icon(ICONS[kind] ?? ICONS.info), paragraph, close);
  return toast;
}

on("click", "[data-toast-close]", (button) => button.closest(".toast").remove());

document.addEventListener("toast", (event) => {
  const { message, kind = "success" } = event.detail ?? {};
  if (!message) return;
  const toast = make(message, kind);
  document.getElementById("toasts").append(toast);
  leaveLater(toast);
});

for (const event of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(event, (failure) => {
    if (failure.detail?.ctx?.sourceElement?.hasAttribute("data-poll")) return;
    document.dispatchEvent(new CustomEvent("toast", { detail: { message: text("offline"), kind: "danger" } }));
  });
}

all(".toast").forEach(leaveLater);
