// A button that opens a list of commands.

import { button, h, icon, uniqueId } from "./dom.js";

/** `items`: `[{ label, note, icon, run, danger }]`. */
export function menuButton({ label, icon: name, iconOnly = false, kind = "", items, title }) {
  const id = uniqueId("menu");
  const control = button({ label, icon: name, iconOnly, kind, title, "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": id, onClick: toggle });
  if (!iconOnly) control.append(icon("down", "small"));
  const list = h("div", { id, class: "menu", role: "menu", "aria-label": label, hidden: true, on: { keydown: onKey } },
    items.map((item) => h("button", { type: "button", role: "menuitem", tabindex: -1, class: `menu-item${item.danger ? " danger" : ""}`, on: { click: () => { close(); item.run(); } } },
      item.icon && icon(item.icon), h("span", {}, item.label, item.note && h("small", {}, item.note)))));
  return h("div", { class: "menu-frame" }, control, list);

  function toggle() {
    if (!list.hidden) return close();
    list.hidden = false;
    control.setAttribute("aria-expanded", "true");
    // Opens towards the side where there is room.
    list.classList.toggle("from-right", control.getBoundingClientRect().left + list.offsetWidth > innerWidth - 8);
    list.querySelector("button")?.focus();
    document.addEventListener("pointerdown", outside, true);
    return undefined;
  }

  function close() {
    if (list.hidden) return;
    list.hidden = true;
    control.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    control.focus();
  }

  function outside(event) {
    if (!list.contains(event.target) && !control.contains(event.target)) close();
  }

  function onKey(event) {
    const all = [...list.querySelectorAll("button")];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") close();
    else if (to !== undefined) all[to % all.length].focus();
    else return;
    event.stopPropagation();
    if (event.key !== "Tab") event.preventDefault();
  }
}
