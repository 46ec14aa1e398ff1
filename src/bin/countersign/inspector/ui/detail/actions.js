// What can be done with an exchange.

import { api } from "../core/api.js";
import { copyText, download } from "../core/clipboard.js";
import { confirmDialog, openDialog } from "../core/dialog.js";
import { button, h } from "../core/dom.js";
import { menuButton } from "../core/menu.js";
import { toast, toastError } from "../core/notify.js";
import { replayText } from "../core/words.js";

/** The row of buttons. `hooks`: `{ onOpen(id), onEdit(), onDeleted() }`. */
export function actionsView(id, hooks) {
  const again = button({ label: "Replay", icon: "replay", kind: "primary", key: "r", title: "Send it to the app again (r)", onClick: () => replay(id, hooks, again) });
  return h("div", { class: "actions", role: "group", "aria-label": "Actions" },
    again,
    button({ label: "Replay with modifications", icon: "edit", key: "e", title: "Edit it, sign it and send it (e)", onClick: () => hooks.onEdit() }),
    button({ label: "Copy as curl", icon: "copy", key: "c", title: "Copy as a curl command (c)", onClick: () => copyCurl(id) }),
    menuButton({ label: "Export", icon: "download", items: [
      { label: "HAR", note: "for browsers and other tools", run: () => save(id, "har", "har") },
      { label: "curl", note: "a shell script", run: () => save(id, "curl", "sh") },
      { label: "Raw HTTP", note: "the request as it came", run: () => save(id, "raw", "http") },
      { label: "Test vector", note: "for countersign verify --vectors", run: () => save(id, "vector", "json") },
    ] }),
    button({ label: "Delete", icon: "trash", iconOnly: true, kind: "quiet", onClick: () => remove(id, hooks) }));
}

/** Copies an exchange as a curl command. */
export async function copyCurl(id) {
  try {
    const response = await api.export(id, "curl");
    await copyText(await response.text(), "curl command copied");
  } catch (error) {
    toastError("Copying failed", error);
  }
}

/** Sends an exchange to the app again. */
export async function replay(id, hooks, control, order = {}) {
  if (control?.getAttribute("aria-busy") === "true") return;
  control?.setAttribute("aria-busy", "true");
  try {
    const made = await api.replay({ id, wait: true, ...order });
    toast(replayText(made), { kind: made && made.verdict === "refused" ? "bad" : "good", action: made && { label: "Open", run: () => hooks.onOpen(made.id) } });
    hooks.onReplayed?.(made);
  } catch (error) {
    if (error.status === 409 && !order.sign_unverified) askToSign(id, hooks, control, error);
    // What cannot be sent as it was kept, such as a body without its secret, can be mended there.
    else if (error.status === 422) toast(`The replay failed: ${error.message}`, { kind: "bad", action: { label: "Edit it", run: () => hooks.onEdit() } });
    else toastError("The replay failed", error);
  } finally {
    control?.removeAttribute("aria-busy");
  }
}

function askToSign(id, hooks, control, error) {
  const { close } = openDialog({
    title: "This request arrived unverified",
    content: [
      h("p", {}, error.message),
      h("p", {}, "Signing it makes a genuine delivery of what may be a forged one. Your app will believe it."),
      h("p", { class: "actions" }, button({ label: "Replay as captured", onClick: () => again({ sign: "as-captured" }) }),
        button({ label: "Sign it and replay", kind: "danger", onClick: () => again({ sign: "fresh", sign_unverified: true }) })),
    ],
  });

  function again(order) {
    close();
    replay(id, hooks, control, order);
  }
}

async function remove(id, hooks) {
  if (!(await confirmDialog({ title: "Delete this request?", text: "It is taken out of the store for good.", action: "Delete" }))) return;
  try {
    await api.remove(id);
    hooks.onDeleted(id);
  } catch (error) {
    toastError("Deleting failed", error);
  }
}

const save = (id, as, extension) => download(() => api.export(id, as), `countersign-${id}.${extension}`);
