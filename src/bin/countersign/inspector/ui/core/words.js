// The API's words, said for people.

import { nanos } from "./format.js";

/** A verdict's name. */
export function verdictName(verdict) {
  return VERDICTS[verdict]?.name ?? String(verdict);
}

/** What a verdict means, in a sentence. */
export function verdictText(verdict) {
  return VERDICTS[verdict]?.text ?? "";
}

/** `signature-mismatch` as `signature mismatch`. */
export function reasonName(reason) {
  return reason ? String(reason).replaceAll("-", " ") : "";
}

/** How a replay ended, in a sentence. */
export function replayText(made) {
  const status = made?.response?.status_code;
  return status ? `Replayed: ${verdictName(made.verdict).toLowerCase()}, ${status} in ${nanos(made.duration)}` : "Replayed";
}

/** What went wrong between the two sides, in a sentence. */
export function troubleText(trouble) {
  return TROUBLE[trouble] ?? reasonName(trouble);
}

/** What a signature mode of a replay does. */
export function signingText(mode) {
  return SIGNING[mode] ?? "";
}

/** A provider's name as it writes it itself, once `learnProviders` has seen the list. */
export function providerName(id) {
  return names.get(id) ?? id;
}

/** Remembers the names in `/api/providers`, whichever way it wraps them. */
export function learnProviders(answer) {
  const list = Array.isArray(answer) ? answer : (answer?.providers ?? []);
  for (const provider of list) if (provider?.id && provider.name) names.set(provider.id, provider.name);
}

/** The verdicts in the order in which the page lists them. */
export const VERDICT_WORDS = ["accepted", "refused", "answered", "unverified", "undecided"];

/** The signature modes in the order in which the editor lists them. */
export const SIGNING_WORDS = ["fresh", "as-captured", "wrong", "expired"];

const VERDICTS = {
  accepted: { name: "Accepted", text: "The signature is genuine, and the app got the request." },
  answered: { name: "Answered", text: "An endpoint challenge, answered without the app." },
  refused: { name: "Refused", text: "The app never saw this request." },
  undecided: { name: "Undecided", text: "Nothing was decided: the client went away first, or this is not forwarded." },
  unverified: { name: "Unverified", text: "This route verifies nothing: the app got the request whoever sent it." },
};

const SIGNING = {
  fresh: "Signed anew with the configured secret, and with the present time where the scheme has one. An app that verifies for itself accepts it.",
  "as-captured": "The signature that arrived is sent again. It stays valid only while nothing that is signed changes and its time is not too old.",
  wrong: "Signed with a secret made up for the occasion: shows that a forged delivery is refused.",
  expired: "Signed with the configured secret, but with a time far in the past: shows that a stale delivery is refused.",
};

const TROUBLE = {
  broken: "The app closed the connection without an answer: did it crash?",
  "client-broke-off": "The request's body did not arrive to its end.",
  "cut-off": "The app broke off in the middle of its answer.",
  ended: "countersign ended before the app answered.",
  "invalid-answer": "The app's answer is not valid HTTP: is a header malformed, are there two lengths, or over 100 headers?",
  unresolved: "The app's name cannot be resolved.",
  unreachable: "The app could not be reached: is it running, on the port that countersign forwards to?",
  "timed-out": "The app did not answer in time.",
};

const names = new Map();
