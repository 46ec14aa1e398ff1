// The bar between list and detail: dragged, or moved with the arrow keys.

import { recall, remember } from "../core/preferences.js";

/** Makes `bar` set the width of the list inside `work`. */
export function buildSplitter(bar, work) {
  let share = clamp(Number(recall("split", "0.4")) || 0.4);
  apply();
  bar.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    bar.setPointerCapture(event.pointerId);
    bar.classList.add("dragging");
  });
  bar.addEventListener("pointermove", (event) => {
    if (!bar.hasPointerCapture(event.pointerId)) return;
    const box = work.getBoundingClientRect();
    share = clamp((event.clientX - box.left) / box.width);
    apply();
  });
  bar.addEventListener("pointerup", (event) => {
    bar.releasePointerCapture(event.pointerId);
    bar.classList.remove("dragging");
    remember("split", share.toFixed(3));
  });
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -0.02, ArrowRight: 0.02, Home: -1, End: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    share = clamp(share + step);
    apply();
    remember("split", share.toFixed(3));
  });

  function apply() {
    work.style.setProperty("--split", `${(share * 100).toFixed(1)}%`);
    bar.setAttribute("aria-valuenow", Math.round(share * 100));
    bar.setAttribute("aria-valuemin", 20);
    bar.setAttribute("aria-valuemax", 70);
  }
}

const clamp = (share) => Math.min(0.7, Math.max(0.2, share));
