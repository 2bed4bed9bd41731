// Text areas with data-rich become an editor that produces exactly the markup that the server accepts.
// The text area itself stays in the form and sends the text.
import { Editor, Extension } from "@tiptap/core";
import Link from "@tiptap/extension-link";
import Subscript from "@tiptap/extension-subscript";
import Superscript from "@tiptap/extension-superscript";
import { TableKit } from "@tiptap/extension-table";
import StarterKit from "@tiptap/starter-kit";

import { all, icon } from "../dom.js";

const LINK = /^(https?:\/\/|mailto:)/i;
const MARKUP = /<\/?[a-z][^>]*>/i;

const BUTTONS = [
  ["bold", "type-bold", (chain) => chain.toggleBold(), (editor) => editor.isActive("bold")],
  ["italic", "type-italic", (chain) => chain.toggleItalic(), (editor) => editor.isActive("italic")],
  ["underline", "type-underline", (chain) => chain.toggleUnderline(), (editor) => editor.isActive("underline")],
  ["h3", "type-h3", (chain) => chain.toggleHeading({ level: 3 }), (editor) => editor.isActive("heading", { level: 3 })],
  ["h4", "type-h4", (chain) => chain.toggleHeading({ level: 4 }), (editor) => editor.isActive("heading", { level: 4 })],
  ["bulletList", "list-ul", (chain) => chain.toggleBulletList(), (editor) => editor.isActive("bulletList")],
  ["orderedList", "list-ol", (chain) => chain.toggleOrderedList(), (editor) => editor.isActive("orderedList")],
  ["blockquote", "quote", (chain) => chain.toggleBlockquote(), (editor) => editor.isActive("blockquote")],
  ["sub", "subscript", (chain) => chain.toggleSubscript(), (editor) => editor.isActive("subscript")],
  ["sup", "superscript", (chain) => chain.toggleSuperscript(), (editor) => editor.isActive("superscript")],
  ["link", "link-45deg", null, (editor) => editor.isActive("link")],
  ["rule", "dash-lg", (chain) => chain.setHorizontalRule(), null],
  ["table", "table", (chain) => chain.insertTable({ rows: 3, cols: 3, withHeaderRow: true }), null],
  ["addRow", null, (chain) => chain.addRowAfter(), "table"],
  ["addColumn", null, (chain) => chain.addColumnAfter(), "table"],
  ["deleteTable", null, (chain) => chain.deleteTable(), "table"],
  ["undo", "arrow-counterclockwise", (chain) => chain.undo(), null],
  ["redo", "arrow-clockwise", (chain) => chain.redo(), null],
];

// Tab leaves the editor; in a table it moves to the next cell, and Escape moves to the toolbar.
const Keys = Extension.create({
  name: "keys",
  addKeyboardShortcuts() {
    return { Escape: ({ editor }) => (editor.view.dom.closest("[data-field]").querySelector(".rich-tools button").focus(), true) };
  },
});

// The schema and the server drop all of this anyway. It is removed before the text is parsed, because the content
// security policy would report every style attribute from a word processor.
function quiet(html) {
  return html
    .replace(/<(script|style|iframe|object|embed)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(on\w+|style|srcdoc)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, ""));
}

function paragraphs(plain) {
  const box = document.createElement("div");
  for (const part of plain.split(/\n\s*\n/).filter((one) => one.trim())) {
    const paragraph = document.createElement("p");
    part.trim().split("\n").forEach((line, number) => {
      if (number) paragraph.append(document.createElement("br"));
      paragraph.append(line);
    });
    box.append(paragraph);
  }
  return box.innerHTML;
}

/** Shows a dialog for the address of a link; resolves to the address, "" to remove it, or null. */
function askLink(labels, before) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const form = document.createElement("form");
  form.method = "dialog";
  const label = document.createElement("label");
  label.className = "form-label";
  label.textContent = labels.linkPrompt;
  const input = document.createElement("input");
  input.className = "form-control";
  input.value = before ?? "";
  input.setAttribute("aria-label", labels.linkPrompt);
  const error = document.createElement("p");
  error.className = "error";
  error.setAttribute("role", "alert");
  error.hidden = true;
  error.textContent = labels.linkWrong;
  const actions = document.createElement("div");
  actions.className = "dialog-actions";
  for (const [value, kind] of [["cancel", "secondary"], ["ok", "primary"]]) {
    const button = document.createElement("button");
    button.className = `btn btn-${kind}`;
    button.value = value;
    button.textContent = labels[value];
    if (value === "cancel") button.type = "button";
    if (value === "cancel") button.addEventListener("click", () => dialog.close("cancel"));
    actions.append(button);
  }
  form.append(label, input, error, actions);
  dialog.append(form);
  document.body.append(dialog);
  form.addEventListener("submit", (event) => {
    const typed = input.value.trim();
    error.hidden = !typed || LINK.test(typed);
    if (!error.hidden) event.preventDefault();
  });
  dialog.showModal();
  input.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "ok" ? input.value.trim() : null);
    });
  });
}

async function link(editor, labels) {
  const address = await askLink(labels, editor.getAttributes("link").href);
  if (address === null) return;
  const chain = editor.chain().focus().extendMarkRange("link");
  if (address) chain.setLink({ href: address }).run();
  else chain.unsetLink().run();
}

function tools(editor, labels, id) {
  const bar = document.createElement("div");
  bar.className = "rich-tools";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", labels.toolbar);
  bar.setAttribute("aria-controls", id);
  const buttons = BUTTONS.map(([name, sign, act, state]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.tool = name;
    button.append(sign ? icon(sign) : labels[name]);
    button.title = labels[name];
    button.setAttribute("aria-label", labels[name]);
    button.addEventListener("click", () => (act ? act(editor.chain().focus()).run() : link(editor, labels)));
    bar.append(button);
    return [button, state];
  });
  const show = () => {
    for (const [button, state] of buttons) {
      if (state === "table") button.hidden = !editor.isActive("table");
      else if (state) button.setAttribute("aria-pressed", String(state(editor)));
    }
  };
  // The toolbar is one tab stop; the arrow keys move between its buttons.
  buttons.forEach(([button], number) => (button.tabIndex = number ? -1 : 0));
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const shown = buttons.map(([button]) => button).filter((button) => !button.hidden);
    const next = shown[(shown.indexOf(document.activeElement) + step + shown.length) % shown.length];
    shown.forEach((button) => (button.tabIndex = button === next ? 0 : -1));
    next.focus();
    event.preventDefault();
  });
  editor.on("transaction", show);
  show();
  return bar;
}

function enrich(field) {
  const area = field.querySelector("textarea");
  if (!area || field.querySelector(".rich")) return;
  const labels = Object.fromEntries(all("[data-for]", field.querySelector("[data-rich-labels]").content).map((one) => [one.dataset.for, one.textContent]));
  const label = field.querySelector("label");
  label.id = `${area.id}-label`;
  const box = document.createElement("div");
  box.className = "rich";
  area.after(box);
  const editor = new Editor({
    element: box,
    injectCSS: false,
    content: MARKUP.test(area.value) ? area.value : paragraphs(area.value),
    extensions: [
      StarterKit.configure({ heading: { levels: [3, 4] }, code: false, codeBlock: false, link: false }),
      Link.configure({ openOnClick: false, autolink: false, protocols: ["http", "https", "mailto"], isAllowedUri: (uri) => LINK.test(uri), HTMLAttributes: { target: null, rel: null, class: null } }),
      Subscript,
      Superscript,
      TableKit.configure({ table: { resizable: false } }),
      Keys,
    ],
    editorProps: {
      transformPastedHTML: quiet,
      attributes: {
        class: "rich-text prose form-control",
        role: "textbox",
        "aria-multiline": "true",
        "aria-labelledby": label.id,
        ...(area.getAttribute("aria-describedby") ? { "aria-describedby": area.getAttribute("aria-describedby") } : {}),
        id: `${area.id}-rich`,
      },
    },
    onUpdate: () => {
      area.value = editor.isEmpty ? "" : editor.getHTML();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  box.prepend(tools(editor, labels, `${area.id}-rich`));
  label.addEventListener("click", () => editor.commands.focus());
  area.hidden = true;
}

document.addEventListener("field:renewed", (event) => event.detail.field.matches("[data-rich]") && enrich(event.detail.field));
all("[data-rich]").forEach(enrich);
