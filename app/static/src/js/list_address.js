// A course page's back link leads to the list with the filters and the page that the person left. The address is
// stored in the browser's tab, not in links, so that a course has the same address for everyone.
import { all } from "./dom.js";

const key = (path) => `list:${path}`;

addEventListener("pagehide", () => {
  if (document.querySelector("[data-remember-list]")) {
    sessionStorage.setItem(key(location.pathname), location.search);
  }
});

for (const link of all("a[data-back-to-list]")) {
  const search = sessionStorage.getItem(key(link.pathname));
  if (search) link.search = search;
}
