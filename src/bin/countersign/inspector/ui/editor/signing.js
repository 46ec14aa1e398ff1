// How the replay is signed, in words.

import { fill, h, icon, uniqueId } from "../core/dom.js";
import { providerName, SIGNING_WORDS, signingText } from "../core/words.js";

/** The choice of a signature; `show(changed)` updates what is said about it. */
export function signingChoice(draft, exchange, route, onChange) {
  const name = uniqueId("sign");
  const unverified = exchange.verdict !== "accepted" && exchange.verdict !== "answered";
  const provider = route?.provider ?? exchange.provider;
  const signable = Boolean(provider) && route?.signable !== false;
  const note = h("div", { class: "signing-notes" });
  const box = h("input", { type: "checkbox", id: uniqueId("unverified"), on: { change: () => { draft.signUnverified = box.checked; onChange(); } } });
  const words = signable ? SIGNING_WORDS : ["as-captured"];
  if (!signable) draft.sign = provider ? "as-captured" : null;
  const element = h("section", { class: "edit-part" }, h("div", { class: "edit-head" }, h("h3", {}, "Signature")),
    !provider ? h("p", { class: "note" }, "This route verifies nothing: the request is sent without a new signature.")
      : h("div", { class: "choices", role: "radiogroup", "aria-label": "Signature" }, words.map((word) => choice(word))),
    provider && !signable && h("p", { class: "note warning" }, `${providerName(provider)} signs with a private key that only it has, so nobody else can sign for it. The signature that arrived is sent again: `
      + "an app that verifies for itself refuses it if anything signed was changed."),
    note);
  return { element, show, problem: () => (needsConsent() && !draft.signUnverified ? "Tick the box under Signature: this request arrived unverified." : null) };

  function choice(word) {
    const id = uniqueId("sign");
    const input = h("input", { type: "radio", name, id, value: word, on: { change: () => { draft.sign = word; onChange(); } } });
    input.checked = (draft.sign ?? (words.length > 1 ? "fresh" : "as-captured")) === word;
    return h("div", { class: "choice" }, input, h("label", { for: id }, h("b", {}, TITLES[word]), h("small", {}, signingText(word))));
  }

  function needsConsent() {
    return signable && unverified && (draft.sign ?? "fresh") !== "as-captured" && (draft.sign ?? "fresh") !== "wrong";
  }

  function show(changed) {
    const edited = changed.method || changed.path || changed.headers || changed.body;
    fill(note,
      needsConsent() && h("label", { class: "consent", for: box.id }, box, h("span", {}, h("b", {}, "Sign it although it arrived unverified. "),
        "Nobody knows who sent this. Signing makes a genuine delivery of it, and your app will believe it.")),
      signable && edited && draft.sign === "as-captured" && h("p", { class: "note warning" }, icon("alert", "small"), "What was signed may have changed: the signature that arrived will probably not match."));
  }
}

const TITLES = { fresh: "Fresh", "as-captured": "As captured", wrong: "Wrong", expired: "Expired" };
