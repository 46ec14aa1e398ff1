// Secrets that were taken out before the capture was stored: a placeholder must not reach the app in their place.

import { formatForm, toByteString } from "../body/form.js";
import { position } from "../body/json.js";
import { visible } from "../core/text.js";

/** Where the capture has placeholders: `{ path, body }`. Senders may write the same letters: then nothing is missing. */
export function scrubbedParts({ request, redacted }, body) {
  if (!redacted) return { path: false, body: false };
  return { path: request.uri.includes(SECRET), body: toByteString(body).includes(SECRET) };
}

/** Where a placeholder still stands in a draft, and what to do about it; null if nowhere. */
export function missingSecret({ id, path, body, scrubbed }) {
  if (scrubbed.path && path.includes(SECRET)) return `A secret was taken out of the path before it was stored: write it in place of ${SECRET}.`;
  if (!scrubbed.body) return null;
  if (body.mode === "kept") {
    return "A secret was taken out of the body before it was stored. It cannot be written here: from a shell, "
      + `countersign replay ${id} --set NAME=VALUE sets the field that it was in, and --data @FILE gives another body.`;
  }
  if (body.mode === "form") {
    const field = body.fields.find((other) => other.on && isScrubbed(other));
    return field ? `A secret was taken out of the field “${visible(field.name.slice(0, 60))}” before it was stored: write it in place of ${SECRET}, or leave the field out.` : null;
  }
  const at = body.text.indexOf(SECRET);
  return at < 0 ? null : `A secret was taken out of line ${position(body.text, at).line} of the body before it was stored: write it in place of ${SECRET}.`;
}

/** Whether a field would be sent with a placeholder; one that is typed is encoded, and meant. */
export function isScrubbed(field) {
  return formatForm([field]).includes(SECRET);
}

/** Whether a header would be left out: the proxy sends none with a placeholder. */
export function isLeftOut({ value }) {
  return value.includes(SECRET) || value.includes("[redacted]");
}

const SECRET = "[secret]";
