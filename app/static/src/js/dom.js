/** Calls `handler(element, event)` for every event of `type` that happens inside an element matching `selector`. */
export function on(type, selector, handler, options) {
  document.addEventListener(
    type,
    (event) => {
      const element = event.target instanceof Element ? event.target.closest(selector) : null;
      if (element) handler(element, event);
    },
    options,
  );
}

export function all(selector, root = document) {
  return Array.from(root.querySelectorAll(selector));
}

/** Returns a sentence in the page's language, which the layout holds as `<template data-text="name">`. */
export function text(name) {
  return document.querySelector(`[data-text="${name}"]`)?.content.textContent.trim() ?? "";
}

/** Returns a new element with an icon of the sprite, whose address the layout contains. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.documentElement.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}
