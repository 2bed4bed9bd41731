// The side navigation moves into a dialog on narrow screens, so that the page contains it only once.
import { on } from "./dom.js";

on("click", "[data-drawer-open]", () => {
  const drawer = document.getElementById("drawer");
  const navigation = document.getElementById("side-nav");
  const home = navigation.parentElement;
  drawer.append(navigation);
  drawer.showModal();
  drawer.addEventListener("close", () => home.append(navigation), { once: true });
});

on("click", "dialog", (dialog, event) => {
  if (event.target === dialog && dialog.hasAttribute("data-light-dismiss")) dialog.close();
});

on("click", "[data-dialog-close]", (button) => button.closest("dialog").close());
on("click", "[data-dialog-open]", (button) => document.getElementById(button.dataset.dialogOpen).showModal());
