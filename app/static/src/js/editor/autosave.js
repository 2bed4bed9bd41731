// Saves a person's changes during typing, shows the other editors, and brings in what they have saved meanwhile.
// The server answers with sentences; entered text stays in the page until it is stored.
import { all, text } from "../dom.js";

const QUIET = 1200;
const RETRY = 10000;
const POLL = 8000;

const marker = document.querySelector("[data-autosave]");
const form = marker?.closest("form");
const dirty = new Set();
let timer;
let running = false;
let conflict = false;

const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
const revision = () => form.elements.revision;
const fieldOf = (element) => element.closest("[data-field]")?.dataset.field;

function say(message) {
  document.querySelector("[data-autosave-status]").textContent = message;
}

function complain(message, { choose = false } = {}) {
  const alert = document.querySelector("[data-autosave-error]");
  alert.hidden = !message;
  alert.querySelector("p").textContent = message;
  alert.querySelector("[data-conflict]").hidden = !choose;
}

async function send(url, data) {
  const answer = await fetch(url, {
    method: "POST",
    body: data,
    headers: { "X-CSRFToken": token(), Accept: "application/json" },
    redirect: "error",
  });
  return { ok: answer.ok, ...(await answer.json()) };
}

function fingerprint(name) {
  const values = all(`[data-field="${name}"] [name]`, form).map((input) => input.value);
  return JSON.stringify(values);
}

/** Shows the errors beside each input, and removes those that no longer apply. */
function mark(problems) {
  for (const old of all("[data-said]", form)) old.remove();
  for (const input of all('[aria-invalid="true"]', form)) input.removeAttribute("aria-invalid");
  for (const old of all("[data-field] .error", form)) if (!("tooLarge" in old.dataset)) old.remove();
  for (const [id, sentence] of Object.entries(problems)) {
    const input = document.getElementById(id) ?? form.elements[id];
    const place = input?.closest?.(".field, .weight-row") ?? document.getElementById(id);
    if (!place) continue;
    const message = document.createElement("p");
    message.className = "error";
    message.id = `${id}-error`;
    message.dataset.said = "";
    message.textContent = sentence;
    place.append(message);
    if (input?.matches?.("input, select, textarea")) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", [id + "-help", message.id].filter((other) => document.getElementById(other)).join(" "));
    }
  }
}

/** Returns this page as it is now on the server, without its style element, which has another nonce. */
async function thisPage() {
  const html = await (await fetch(location.pathname, { redirect: "error" })).text();
  return new DOMParser().parseFromString(html.replace(/<style[\s\S]*?<\/style>/gi, ""), "text/html");
}

/** Replaces the fields that another editor saved; returns false, and replaces none, if the person is editing one. */
async function renew(names, revisionSeen) {
  const open = names.filter((name) => document.querySelector(`[data-field="${name}"]`));
  const busy = open.some((name) => dirty.has(name) || document.querySelector(`[data-field="${name}"]`).contains(document.activeElement));
  if (busy) return false;
  if (open.length) {
    const page = await thisPage();
    for (const name of [...open, "preview"]) {
      const old = document.querySelector(`[data-field="${name}"]`);
      const fresh = page.querySelector(`[data-field="${name}"]`);
      if (!old || !fresh) continue;
      old.replaceWith(document.adoptNode(fresh));
      document.dispatchEvent(new CustomEvent("field:renewed", { detail: { field: fresh } }));
    }
    const cover = page.querySelector("[data-cover]");
    if (cover && open.includes("cover")) document.querySelector("[data-cover]").src = cover.getAttribute("src");
    say(text("newer"));
  }
  revision().value = revisionSeen;
  return true;
}

async function renewPreview() {
  if (!document.querySelector('[data-field="preview"]')) return;
  const page = await thisPage();
  const fresh = page.querySelector('[data-field="preview"]');
  if (fresh) document.querySelector('[data-field="preview"]').replaceWith(document.adoptNode(fresh));
}

async function save() {
  if (running || conflict || !dirty.size) return;
  running = true;
  const names = [...dirty];
  const before = new Map(names.map((name) => [name, fingerprint(name)]));
  const data = new FormData(form);
  data.delete("cover");
  data.set("dirty", names.join(","));
  say(text("saving"));
  try {
    const answer = await send(marker.dataset.autosave, data);
    if (answer.ok) {
      complain("");
      mark(answer.problems);
      for (const name of names) if (before.get(name) === fingerprint(name) && !(name in answer.problems)) dirty.delete(name);
      if (await renew(answer.newer, answer.revision)) say(answer.saved);
      if (!dirty.size) form.dispatchEvent(new CustomEvent("form:saved", { bubbles: true }));
      if (names.includes("assessment")) await renewPreview();
    } else {
      conflict = Boolean(answer.conflict);
      say("");
      complain(answer.error, { choose: conflict });
    }
  } catch {
    say("");
    complain(text("unsaved"));
    timer = setTimeout(save, RETRY);
  }
  running = false;
  // Text that was entered during the last save.
  if ([...dirty].some((name) => before.get(name) !== undefined && before.get(name) !== fingerprint(name))) later();
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(save, QUIET);
}

async function meet() {
  const bar = document.querySelector("[data-presence]");
  if (!bar || document.hidden) return;
  const data = new FormData();
  data.set("revision", revision()?.value ?? "0");
  try {
    const answer = await send(bar.dataset.presence, data);
    const people = bar.querySelector("[data-people]");
    people.textContent = answer.people;
    people.hidden = !answer.people;
    if (form && !running && answer.revision > Number(revision().value)) await renew(answer.newer, answer.revision);
  } catch {
    // The next round tries again; a save that fails says so itself.
  }
}

if (form) {
  const note = (event) => {
    const name = fieldOf(event.target);
    if (!name || name === "cover") return;
    dirty.add(name);
    later();
  };
  form.addEventListener("input", note);
  form.addEventListener("change", note);
  document.addEventListener("cover:saved", ({ detail }) => renew(detail.newer, detail.revision));
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    const sent = form.elements.dirty ?? document.createElement("input");
    sent.type = "hidden";
    sent.name = "dirty";
    sent.value = [...dirty, "cover"].join(",");
    form.append(sent);
  });
  // Text that the server refused the last time still has to be saved.
  const refused = "unsaved" in marker.dataset ? "[data-field] [name]" : '[aria-invalid="true"]';
  for (const input of all(refused, form)) if (fieldOf(input)) dirty.add(fieldOf(input));
  meet();
  setInterval(meet, POLL);
  document.addEventListener("visibilitychange", meet);
}
