// Shows a progress bar for everything that takes longer than 300 ms.
const DELAY = 300;
let running = 0;
let timer;

function start() {
  running += 1;
  timer ??= setTimeout(() => document.body.setAttribute("data-busy", ""), DELAY);
}

function stop() {
  running = Math.max(0, running - 1);
  if (running) return;
  clearTimeout(timer);
  timer = undefined;
  document.body.removeAttribute("data-busy");
}

function polls(event) {
  return event.detail?.ctx?.sourceElement?.hasAttribute("data-poll");
}

document.addEventListener("htmx:before:request", (event) => polls(event) || start());
document.addEventListener("htmx:finally:request", (event) => polls(event) || stop());

// A second Enter or click must not send a form again: the answer to the first would be lost.
const REPEATED = 5000;
const sent = new WeakMap();

function isRepeated(form) {
  const now = performance.now();
  const repeated = now - (sent.get(form) ?? -REPEATED) < REPEATED;
  if (!repeated) sent.set(form, now);
  return repeated;
}

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog") return;
  if (event.target.method === "post" && isRepeated(event.target)) {
    event.preventDefault();
    return;
  }
  if (event.target.hasAttribute("data-download")) return;
  event.submitter?.setAttribute("aria-busy", "true");
  start();
});

// A page that comes back from the browser's history must not look busy.
window.addEventListener("pageshow", () => {
  running = 0;
  stop();
  for (const form of document.forms) sent.delete(form);
  for (const element of document.querySelectorAll('[aria-busy="true"]')) element.removeAttribute("aria-busy");
});
