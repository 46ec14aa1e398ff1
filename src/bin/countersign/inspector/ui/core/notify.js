// Short messages: seen in a corner, read out by screen readers.

import { button, h, icon } from "./dom.js";
import { captured } from "./text.js";

/** Shows a message for a while. `kind`: `""`, `good`, `bad`. `action`: `{ label, run }`. */
export function toast(text, { kind = "", action } = {}) {
  const box = document.getElementById("toasts");
  const close = () => item.remove();
  const item = h("div", { class: `toast ${kind}` },
    icon(kind === "bad" ? "alert" : kind === "good" ? "check" : "info"),
    h("p", {}, captured(text, { max: 400 })),
    action && button({ label: action.label, kind: "small", onClick: () => { close(); action.run(); } }),
    button({ label: "Dismiss", icon: "close", iconOnly: true, kind: "quiet small", onClick: close }));
  while (box.children.length >= 4) box.firstElementChild.remove();
  box.append(item);
  let timer = setTimeout(close, kind === "bad" ? 12_000 : 6000);
  item.addEventListener("pointerenter", () => clearTimeout(timer));
  item.addEventListener("focusin", () => clearTimeout(timer));
  item.addEventListener("pointerleave", () => {
    timer = setTimeout(close, 3000);
  });
}

/** Says what went wrong. */
export function toastError(what, error) {
  if (error?.name !== "AbortError") toast(`${what}: ${error?.message ?? error}`, { kind: "bad" });
}

/** Has something read out, at most once in ten seconds: what comes meanwhile replaces what waits. */
export function announce(text) {
  waiting = text;
  if (timer !== null) return;
  const wait = Math.max(200, QUIET - (performance.now() - said));
  timer = setTimeout(() => {
    timer = null;
    said = performance.now();
    document.getElementById("announcer").textContent = waiting;
  }, wait);
}

let waiting = "";
let timer = null;
let said = -1e9;
const QUIET = 10_000;
