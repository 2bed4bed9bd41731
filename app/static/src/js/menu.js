// Menus open on hover and focus through CSS; this script opens them on click and closes them on Escape and on a
// click elsewhere.
import { all, on } from "./dom.js";

function set(menu, open) {
  menu.toggleAttribute("data-open", open);
  menu.querySelector(".menu-button").setAttribute("aria-expanded", String(open));
}

function closeOthers(except) {
  for (const menu of all(".menu[data-open]")) if (menu !== except) set(menu, false);
}

on("click", ".menu-button", (button) => {
  const menu = button.closest(".menu");
  const open = !menu.hasAttribute("data-open");
  // A tap leaves hover and focus behind: without this attribute the second tap would not close the menu.
  menu.toggleAttribute("data-dismissed", !open);
  set(menu, open);
});

document.addEventListener("click", (event) => closeOthers(event.target.closest?.(".menu")));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of all(".menu:is([data-open], :hover, :focus-within)")) {
    set(menu, false);
    menu.setAttribute("data-dismissed", "");
    if (menu.contains(document.activeElement)) menu.querySelector(".menu-button").focus();
  }
});

// A dismissed menu stays closed while the pointer or the focus, which would open it again, is still on it.
function forget(menu, event) {
  if (menu.contains(event.relatedTarget)) return;
  if (event.type === "focusout") set(menu, false);
  const other = event.type === "focusout" ? menu.matches(":hover") : menu.contains(document.activeElement);
  if (!other) menu.removeAttribute("data-dismissed");
}

on("mouseout", ".menu", forget);
on("focusout", ".menu", forget);
