// A course page's way back leads to the list as one left it, filters and page and all. The address is kept by the
// browser's tab, not in links, so that a course has one address for everybody.
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
