// Dialogs on the browser's own element: it keeps the focus inside, and gives it back afterwards.

import { append, button, h, uniqueId } from "./dom.js";

/**
 * Opens a dialog. `onSubmit` returns false (or a promise of it) to keep it open; `onClose` is told when it was left
 * without submitting. Returns `{ element, close }`.
 */
export function openDialog({ title, content, submit, submitKind = "primary", cancel = "Cancel", className = "", onSubmit, onClose }) {
  const heading = uniqueId("dialog");
  let submitted = false;
  const form = h("form", { method: "dialog", class: "dialog-form" });
  const element = h("dialog", { class: `dialog ${className}`.trim(), "aria-labelledby": heading }, form);
  const close = () => element.close();
  append(form, [
    h("header", { class: "dialog-head" }, h("h2", { id: heading }, title),
      button({ label: "Close", icon: "close", iconOnly: true, kind: "quiet", onClick: close })),
    h("div", { class: "dialog-body" }, content),
    submit && h("footer", { class: "dialog-foot" }, cancel && button({ label: cancel, onClick: close }),
      h("button", { type: "submit", class: `button ${submitKind}` }, submit)),
  ]);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if ((await onSubmit?.()) === false) return;
    submitted = true;
    element.close();
  });
  element.addEventListener("close", () => {
    element.remove();
    if (!submitted) onClose?.();
  });
  // A press on the backdrop is a press on the dialog itself, outside its form.
  element.addEventListener("pointerdown", (event) => event.target === element && className === "" && close());
  document.body.append(element);
  element.showModal();
  return { element, close };
}

/** Asks before what cannot be undone. Resolves to whether it was confirmed. */
export function confirmDialog({ title, text, action, kind = "danger" }) {
  return new Promise((resolve) => {
    openDialog({
      title,
      content: h("p", {}, text),
      submit: action,
      submitKind: kind,
      onSubmit: () => resolve(true),
      onClose: () => resolve(false),
    });
  });
}

/** Whether any dialog is open. */
export function dialogOpen() {
  return document.querySelector("dialog[open]") !== null;
}
