// Headers as they came: in order, with their duplicates.

import { row } from "../body/formtable.js";
import { button, h } from "../core/dom.js";
import { count } from "../core/format.js";
import { copyText } from "../core/clipboard.js";

/** A table of `[[name, value]…]`. */
export function headersView(list, label) {
  const copyAll = () => copyText(list.map(([name, value]) => `${name}: ${value}\n`).join(""), "Headers copied");
  return h("section", { class: "headers" },
    h("div", { class: "body-head" }, h("h3", {}, "Headers"), h("span", { class: "body-facts" }, count(list.length, "header")), h("div", { class: "spring" }),
      list.length > 0 && button({ label: `Copy the headers of the ${label}`, icon: "copy", iconOnly: true, kind: "quiet", onClick: copyAll })),
    list.length === 0 ? h("p", { class: "body-none" }, "No headers.")
      : h("div", { class: "table-frame" }, h("table", { class: "pairs" }, h("caption", { class: "unseen" }, `Headers of the ${label}`),
        h("thead", { class: "unseen" }, h("tr", {}, h("th", { scope: "col" }, "Name"), h("th", { scope: "col" }, "Value"))),
        h("tbody", {}, list.map(([name, value]) => row({ name, value }))))));
}

/** The first value of a header. */
export function header(message, name) {
  return message?.header_list.find(([other]) => other.toLowerCase() === name)?.[1] ?? null;
}
