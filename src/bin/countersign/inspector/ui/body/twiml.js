// What an answer in TwiML or Plivo XML tells the provider to do, in words.

import { attributes, decodeEntities, xmlTokens } from "./xml.js";

/** Sentences in the order of the verbs, or null when the document is no `<Response>`. */
export function explainTwiml(text) {
  const root = tree(text.slice(0, MAX_TEXT));
  if (root?.name !== "Response") return null;
  if (root.children.length === 0) {
    return ["Does nothing: a message gets no reply, a call is hung up."];
  }
  return root.children.slice(0, MAX_VERBS).map(sentence);
}

function sentence(node) {
  const { name, attributes: given } = node;
  const body = textOf(node);
  const said = quoted(body);
  switch (name) {
    case "Message": {
      const inner = child(node, "Body");
      const media = node.children.filter((other) => other.name === "Media").length;
      const to = given.to ?? given.dst;
      const text = quoted(inner ? textOf(inner) : body);
      return `Sends the message ${text}${to ? ` to ${clip(to)}` : ""}${media ? ` with ${media} media file${media > 1 ? "s" : ""}` : ""}.`;
    }
    case "Body": return `Sends the message ${said}.`;
    case "Say":
    case "Speak": return `Says ${said}${given.voice ? ` (voice ${clip(given.voice)})` : ""}.`;
    case "Play": return given.digits ? `Plays the tones ${clip(given.digits)}.` : `Plays ${clip(body)}.`;
    case "Gather":
    case "GetDigits":
    case "GetInput": {
      const prompt = node.children.map(sentence).join(" ");
      return `Waits for ${given.input ? clip(given.input) : "digits"}${goesTo(given)}.${prompt ? ` Meanwhile: ${prompt}` : ""}`;
    }
    case "Dial": {
      const targets = node.children.map((other) => `${other.name.toLowerCase()} ${clip(textOf(other))}`).join(", ");
      return `Dials ${targets || clip(body)}${goesTo(given)}.`;
    }
    case "Record": return `Records the caller${goesTo(given)}.`;
    case "Redirect": return `Asks ${clip(body)} for what comes next.`;
    case "Pause":
    case "Wait": return `Waits ${clip(given.length ?? "1")} s.`;
    case "Hangup": return "Hangs up.";
    case "Reject": return `Rejects the call${given.reason ? ` (${clip(given.reason)})` : ""}.`;
    case "Connect":
    case "Start": return `${name === "Start" ? "Starts" : "Connects to"} ${node.children.map(connection).join(", ") || "nothing"}.`;
    case "Stream": return `Streams the call to ${clip(body || given.url || "")}.`;
    case "Enqueue": return `Puts the caller into the queue ${said}.`;
    case "Leave": return "Takes the caller out of the queue.";
    case "Conference": return `Joins the conference ${said}.`;
    default: return `${name}${body ? `: ${clip(body)}` : ""}.`;
  }
}

const connection = (node) => `${node.name.toLowerCase()} ${clip(node.attributes.url ?? textOf(node))}`.trim();
const goesTo = (given) => (given.action ? `, then asks ${clip(given.action)}` : "");
const child = (node, name) => node.children.find((other) => other.name === name);
const quoted = (text) => (text ? `“${clip(text)}”` : "without text");
const clip = (text) => (text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}…` : text);

function textOf(node) {
  return node.text.replace(/\s+/g, " ").trim();
}

/** The elements as a tree, as deep as the verbs go; null for what is not well nested. */
function tree(text) {
  const root = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  for (const token of xmlTokens(text)) {
    const top = open.at(-1);
    if (token.kind === "open") {
      if (open.length > MAX_DEPTH) return null;
      const node = { name: token.name, attributes: attributes(token.text), children: [], text: "" };
      top.children.push(node);
      if (!token.empty) open.push(node);
    } else if (token.kind === "close") {
      if (open.length === 1 || top.name !== token.name) return null;
      open.pop();
    } else if (token.kind === "text") top.text += decodeEntities(token.text);
    else if (token.kind === "cdata") top.text += token.text.slice(9, -3);
  }
  return open.length === 1 && root.children.length === 1 ? root.children[0] : null;
}

const MAX_TEXT = 64 * 1024;
const MAX_VERBS = 50;
const MAX_DEPTH = 20;
const MAX_QUOTE = 300;
