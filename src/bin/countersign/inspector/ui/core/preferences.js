// What the page remembers between visits: how it looks, never what it shows.

/** A remembered value, or `otherwise`. */
export function recall(name, otherwise = null) {
  try {
    return localStorage.getItem(`countersign.${name}`) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Remembers a value; `null` forgets it. */
export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(`countersign.${name}`);
    else localStorage.setItem(`countersign.${name}`, value);
  } catch {
    // Storage may be switched off or full: the choice then lasts as long as the page.
  }
}
