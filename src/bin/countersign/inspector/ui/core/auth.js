// The inspector's token, when it wants one: asked for once, kept for this tab, sent as a header.

import { openDialog } from "./dialog.js";
import { h, uniqueId } from "./dom.js";

/** The header to send with a token. */
export function authorization(value) {
  return value ? { authorization: `Bearer ${value}` } : {};
}

/** The token that is known. */
export function token() {
  try {
    return sessionStorage.getItem(KEY) ?? memory;
  } catch {
    return memory;
  }
}

/** Gets another token than the one that was refused; every call that waits for it shares the question. */
export async function newToken(refused) {
  if (token() !== refused) return;
  // Who does not give the token is not asked again and again by what runs in the background.
  if (declined) throw new Error("the inspector wants its token");
  asking ??= ask(refused !== null).finally(() => {
    asking = null;
  });
  await asking;
}

/** Lets the question be asked again: somebody wants to go on. */
export function askAgain() {
  declined = false;
}

function ask(wrong) {
  return new Promise((resolve, reject) => {
    const id = uniqueId("token");
    const input = h("input", { id, type: "password", class: "input", autocomplete: "off", spellcheck: "false", required: true });
    openDialog({
      title: "This inspector wants its token",
      content: [
        h("p", {}, wrong ? "That token was not accepted. " : "", "countersign printed it when it started; it is also what ", h("code", {}, "--web-token"), " was given."),
        h("label", { class: "field", for: id }, "Token"),
        input,
      ],
      submit: "Continue",
      onSubmit() {
        if (input.value === "") return false;
        write(input.value);
        resolve();
        return true;
      },
      onClose() {
        declined = true;
        reject(new Error("no token was given"));
      },
    });
    input.focus();
  });
}

function write(value) {
  memory = value;
  try {
    sessionStorage.setItem(KEY, value);
  } catch {
    // Kept for as long as the page is open.
  }
}

let memory = null;
let asking = null;
let declined = false;
const KEY = "countersign.token";
