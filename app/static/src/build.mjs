// Builds app/static/dist/: hashed styles, scripts, pictures and one icon sprite, each with its .gz and .br,
// and manifest.json, which names the current file of every asset.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { build, transform } from "esbuild";
import { compile } from "sass";

const SRC = path.dirname(fileURLToPath(import.meta.url));
const DIST = path.join(SRC, "..", "dist");
const FRESH = path.join(SRC, "..", "dist.new");
const MODULES = path.join(SRC, "..", "..", "..", "node_modules");
const TARGET = ["chrome100", "edge100", "firefox100", "safari15.4"];
const ICON_FOLDER = path.join(path.dirname(createRequire(import.meta.url).resolve("bootstrap-icons/package.json")), "icons");
const COMPRESSED = /\.(css|js|svg|json)$/;

const ICONS = [
  "arrow-clockwise", "arrow-counterclockwise", "arrow-left", "arrow-right", "bell", "book", "box-arrow-in-right",
  "box-arrow-right", "building", "calendar3", "check-circle", "check-lg", "chevron-down", "chevron-left",
  "chevron-right", "chevron-up", "circle-half", "clipboard-check", "clock-history", "dash-lg", "diagram-3", "download",
  "envelope",
  "exclamation-triangle", "eye", "eye-slash", "file-earmark-arrow-up", "file-earmark-spreadsheet", "filter", "gear",
  "graph-up", "door-open",
  "hourglass-split", "house", "image", "inbox", "info-circle", "journal-text", "key", "link-45deg", "list", "list-ol", "list-ul", "lock",
  "megaphone", "moon-stars", "mortarboard", "patch-check", "pencil", "people", "person-circle", "person-plus",
  "plus-lg", "quote", "search", "shield-lock", "subscript", "sun", "superscript", "table", "three-dots", "translate", "trash", "type-bold",
  "type-h3", "type-h4", "type-italic", "type-underline", "upload", "volume-up", "x-circle",
  "x-lg",
];

async function styles() {
  const { css } = compile(path.join(SRC, "scss", "site.scss"), {
    loadPaths: [MODULES],
    quietDeps: true,
    silenceDeprecations: ["import"],
  });
  const { code } = await transform(css, { loader: "css", minify: true, target: TARGET });
  return Buffer.from(code);
}

async function scripts(name) {
  const { outputFiles } = await build({
    entryPoints: [path.join(SRC, "js", name)],
    bundle: true,
    minify: true,
    format: "iife",
    target: TARGET,
    legalComments: "none",
    write: false,
  });
  return Buffer.from(outputFiles[0].contents);
}

async function sprite() {
  const symbols = await Promise.all(
    ICONS.map(async (name) => {
      const svg = await readFile(path.join(ICON_FOLDER, `${name}.svg`), "utf8");
      const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "");
      return `<symbol id="${name}" viewBox="0 0 16 16" fill="currentColor">${body}</symbol>`;
    }),
  );
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
}

async function pictures() {
  const names = await readdir(path.join(SRC, "img"));
  return Promise.all(names.map(async (name) => [name, await readFile(path.join(SRC, "img", name))]));
}

async function emit(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const { name: stem, ext } = path.parse(name);
  const file = `${stem}-${hash}${ext}`;
  await writeFile(path.join(FRESH, file), content);
  if (COMPRESSED.test(file)) await compressBeside(file, content);
  return [name, file];
}

async function compressBeside(file, content) {
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  await writeFile(path.join(FRESH, `${file}.gz`), gzipSync(content, { level: 9 }));
  await writeFile(path.join(FRESH, `${file}.br`), brotliCompressSync(content, { params: quality }));
}

await rm(FRESH, { recursive: true, force: true });
await mkdir(FRESH, { recursive: true });
const assets = [
  ["site.css", await styles()],
  ["site.js", await scripts("site.js")],
  ["editor.js", await scripts("editor.js")],
  ["charts.js", await scripts("charts.js")],
  ["icons.svg", await sprite()],
  ...(await pictures()),
];
const manifest = {};
for (const [name, content] of assets) {
  const [key, file] = await emit(name, content);
  manifest[key] = file;
  const br = COMPRESSED.test(name) ? brotliCompressSync(content).length : content.length;
  console.log(`${file.padEnd(36)} ${String(content.length).padStart(8)} bytes ${String(br).padStart(8)} on the wire`);
}
await writeFile(path.join(FRESH, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
// A build that fails leaves the last good one in place.
await rm(DIST, { recursive: true, force: true });
await rename(FRESH, DIST);
