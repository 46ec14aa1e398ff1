// Headers as they came: in order, with their duplicates.

import { fitNames, row } from "../body/formtable.js";
import { button, h } from "../core/dom.js";
import { count } from "../core/format.js";
import { copyText } from "../core/clipboard.js";

/** A table of `[[name, value]…]`. */
export function headersView(list, label) {
  const copyAll = () => copyText(list.map(([name, value]) => `${name}: ${value}\n`).join(""), "Headers copied");
  const section = h("section", { class: "headers" },
    h("div", { class: "body-head" }, h("h3", {}, "Headers"), h("span", { class: "body-facts" }, count(list.length, "header")), h("div", { class: "spring" }),
      list.length > 0 && button({ label: `Copy the headers of the ${label}`, icon: "copy", iconOnly: true, kind: "quiet", onClick: copyAll })),
    list.length === 0 ? h("p", { class: "body-none" }, "No headers.")
      : h("div", { class: "table-frame" }, h("table", { class: "pairs", "aria-label": `Headers of the ${label}` },
        h("tbody", {}, list.map(([name, value]) => row({ name, value }))))));
  fitNames(section, list.map(([name]) => name));
  return section;
}

/** The first value of a header. */
export function header(message, name) {
  return message?.header_list.find(([other]) => other.toLowerCase() === name)?.[1] ?? null;
}
