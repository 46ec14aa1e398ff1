// The inspector's token, when it wants one: asked for once, kept for this tab, sent as a header.

import { openDialog } from "./dialog.js";
import { h, uniqueId } from "./dom.js";

/** The header to send, if a token is known. */
export function authorization() {
  const token = read();
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** Forgets a token that was not accepted. */
export function forgetToken() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    memory = null;
  }
  memory = null;
}

/** Asks for the token; every caller that waits gets the same dialog. */
export function askForToken(wrong) {
  asking ??= ask(wrong).finally(() => {
    asking = null;
  });
  return asking;
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
      onClose: () => reject(new Error("no token was given")),
    });
    input.focus();
  });
}

function read() {
  try {
    return sessionStorage.getItem(KEY) ?? memory;
  } catch {
    return memory;
  }
}

function write(token) {
  memory = token;
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // Kept for as long as the page is open.
  }
}

let memory = null;
let asking = null;
const KEY = "countersign.token";
