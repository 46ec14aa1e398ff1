// The bar on top: name, pages, live state, theme.

import { button, fill, h, icon } from "./dom.js";
import { recall, remember } from "./preferences.js";

/** Fills the bar. `page` is `requests` or `status`; `extra` are further controls. */
export function showTop(element, page, ...extra) {
  const link = (name, href, label) => h("a", { href, class: "tab", "aria-current": name === page ? "page" : null }, label);
  return fill(
    element,
    h("a", { class: "brand", href: "/inspect/http", "aria-label": "countersign" },
      h("img", { src: "/ui/favicon.svg", alt: "", width: 20, height: 20 }), h("span", {}, "countersign")),
    h("nav", { class: "pages", "aria-label": "Pages" }, link("requests", "/inspect/http", "Requests"), link("status", "/status", "Status")),
    h("div", { class: "spring" }),
    ...extra,
    themeButton(),
  );
}

function themeButton() {
  const control = button({ label: "Theme", icon: "system", iconOnly: true, kind: "quiet", onClick: next });
  let theme = recall("theme", "system");
  show();
  return control;

  function next() {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    remember("theme", theme === "system" ? null : theme);
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    show();
  }

  function show() {
    fill(control, icon(theme));
    control.setAttribute("aria-label", `Theme: ${theme}`);
    control.title = `Theme: ${theme}`;
  }
}

const THEMES = ["system", "light", "dark"];
