// What the strict Content-Security-Policy and hostile captures ask of every file of the page.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../src/bin/countersign/inspector/ui/", import.meta.url));
const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length));
const read = (name) => readFileSync(join(root, name), "utf8");

test("no markup is made from texts, no code from strings, no style from attributes", () => {
  for (const name of files.filter((other) => other.endsWith(".js"))) {
    const text = read(name);
    for (const banned of [/innerHTML/, /outerHTML/, /insertAdjacentHTML/, /document\.write/, /\beval\(/, /new Function/, /setAttribute\("(style|on\w+)"/,
      /createElement\("(script|style|iframe)"/, /DOMParser/, /javascript:/, /https?:\/\/(?!127\.0\.0\.1|www\.w3\.org)/]) {
      assert.doesNotMatch(text, banned, name);
    }
  }
});

test("the pages hold no script, style or handler of their own", () => {
  for (const name of files.filter((other) => other.endsWith(".html"))) {
    const text = read(name);
    assert.doesNotMatch(text, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc="\/ui\/)/i, name);
    for (const [, path] of text.matchAll(/(?:src|href)="\/ui\/([^"]+)"/g)) assert.ok(files.includes(path), `${name}: ${path}`);
  }
});

test("styles load nothing from elsewhere", () => {
  for (const name of files.filter((other) => other.endsWith(".css"))) assert.doesNotMatch(read(name), /@import|url\(/, name);
});

test("every module that is imported exists, and every module is used", () => {
  const used = new Set(files.filter((name) => name.endsWith(".html")).flatMap((name) => [...read(name).matchAll(/(?:src|href)="\/ui\/([^"]+)"/g)].map((match) => match[1])));
  for (const name of files.filter((other) => other.endsWith(".js"))) {
    for (const [, path] of read(name).matchAll(/from "([^"]+)"/g)) {
      const target = normalize(join(dirname(name), path));
      assert.ok(files.includes(target), `${name}: ${path}`);
      used.add(target);
    }
  }
  assert.deepEqual(files.filter((name) => /\.(js|css)$/.test(name) && !used.has(name)), []);
});

test("every icon that is named exists", () => {
  const icons = new Set([...read("icons.svg").matchAll(/<symbol id="([^"]+)"/g)].map((match) => match[1]));
  for (const name of files.filter((other) => other.endsWith(".js"))) {
    const text = read(name);
    for (const [, word] of text.matchAll(/\bicon\("([a-z]+)"/g)) assert.ok(icons.has(word), `${name}: ${word}`);
    for (const [, word] of text.matchAll(/\bicon: "([a-z]+)"/g)) assert.ok(icons.has(word), `${name}: ${word}`);
  }
  for (const word of ["accepted", "refused", "answered", "unverified", "undecided", "system", "light", "dark"]) assert.ok(icons.has(word), word);
});

test("modules are small", () => {
  for (const name of files.filter((other) => other.endsWith(".js"))) assert.ok(read(name).split("\n").length <= 320, name);
});
