// The status page: what runs, and how it does.

import { api } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { showTop } from "../core/top.js";
import { captured } from "../core/text.js";
import { learnProviders } from "../core/words.js";
import { totals } from "./figures.js";
import { latencyView } from "./latency.js";
import { routesView } from "./routes.js";
import { storeView } from "./store.js";
import { tilesView } from "./tiles.js";
import { verdictsView } from "./verdicts.js";

const main = document.getElementById("status");
showTop(document.getElementById("top"), "status");
api.providers().then(learnProviders, () => {}).finally(refresh);

async function refresh() {
  try {
    const status = await api.status();
    draw(status);
  } catch (error) {
    fill(main, h("div", { class: "status-inner" }, h("p", { class: "problem", role: "alert" }, "The status could not be loaded: ", captured(error.message))));
  }
  setTimeout(() => (document.hidden ? document.addEventListener("visibilitychange", refresh, { once: true }) : refresh()), EVERY);
}

/** Draws all of it; where people stand in the page stays as it is. */
function draw(status) {
  const { scrollTop } = main;
  const sums = totals(status.routes);
  const focused = document.activeElement?.getAttribute?.("href");
  fill(main, h("div", { class: "status-inner" },
    h("h1", { class: "unseen" }, "Status"), tilesView(status, sums), routesView(status), verdictsView(sums), latencyView(status.routes), storeView(status)));
  main.scrollTop = scrollTop;
  if (focused) [...main.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
}

const EVERY = 5000;
