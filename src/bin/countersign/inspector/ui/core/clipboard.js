// Copying and downloading.

import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { toast, toastError } from "./notify.js";

/** Copies a text; where the browser does not allow it (plain HTTP off loopback) shows it for copying by hand. */
export async function copyText(text, what = "Copied") {
  try {
    await navigator.clipboard.writeText(text);
    toast(what, { kind: "good" });
  } catch {
    const area = h("textarea", { class: "input code-input", rows: 10, readonly: true, "aria-label": "Text to copy", value: text });
    openDialog({ title: "Copy this text", content: area });
    area.select();
  }
}

/** Saves an answer of the API as a file. */
export async function download(ask, name) {
  try {
    const response = await ask();
    const blob = new Blob([await response.blob()], { type: "application/octet-stream" });
    const url = URL.createObjectURL(blob);
    const link = h("a", { href: url, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  } catch (error) {
    toastError("The download failed", error);
  }
}
