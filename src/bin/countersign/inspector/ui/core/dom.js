// Elements without markup: text is only ever set as text, so that nothing captured can become an element.

/** Makes an element. `props`: class, data, aria, on, and attributes; strings among the children become text nodes. */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props ?? {})) put(element, key, value);
  append(element, children);
  return element;
}

/** Appends nodes and texts; skips what is null, undefined or false, flattens arrays. */
export function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child);
  }
  return element;
}

/** Replaces everything in `element`. */
export function fill(element, ...children) {
  element.replaceChildren();
  return append(element, children);
}

/** An icon from the sprite; decoration only, the control around it has the name. */
export function icon(name, className = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${className}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/ui/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** A button; `label` is its text, or its name when it shows only an icon. */
export function button({ label, icon: name, iconOnly = false, kind = "", title, key, onClick, ...rest }) {
  const props = { type: "button", class: `button ${kind}${iconOnly ? " icon-only" : ""}`.trim(), on: { click: onClick }, ...rest };
  if (iconOnly) props["aria-label"] = label;
  if (title ?? iconOnly) props.title = title ?? label;
  if (key) props["aria-keyshortcuts"] = key;
  return h("button", props, name && icon(name), !iconOnly && h("span", { class: "label" }, label));
}

/** An id that no other element has. */
export function uniqueId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

/** Whether the user asked for less motion. */
export function reducedMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function put(element, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key === "class") element.className = value;
  else if (key === "data") Object.assign(element.dataset, value);
  else if (key === "aria") for (const [name, text] of Object.entries(value)) putAttribute(element, `aria-${name}`, text);
  else if (key === "on") for (const [name, listener] of Object.entries(value)) listener && element.addEventListener(name, listener);
  else if (key === "value") element.value = value;
  else putAttribute(element, key, value);
}

function putAttribute(element, name, value) {
  if (/^(on|style$|srcdoc$)/i.test(name)) throw new TypeError(`${name} is not set as an attribute`);
  if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
}

let counter = 0;
const SVG = "http://www.w3.org/2000/svg";
