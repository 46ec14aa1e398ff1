// The arithmetic of a list of which only the visible part exists.

/** Which rows to have: from `first` up to, not including, `last`. */
export function visibleRange({ scrollTop, height, rowHeight, count, overscan = 8 }) {
  const top = Math.max(0, Math.floor(Math.max(0, scrollTop) / rowHeight) - overscan);
  const bottom = Math.ceil((Math.max(0, scrollTop) + height) / rowHeight) + overscan;
  const last = Math.min(count, bottom);
  return { first: Math.min(top, last), last };
}

/** Where to scroll so that a row is in view: as little as possible, with a row's height to spare. */
export function scrollToShow({ index, scrollTop, height, rowHeight, count }) {
  const max = Math.max(0, count * rowHeight - height);
  const top = index * rowHeight;
  const spare = height >= 3 * rowHeight ? rowHeight : 0;
  if (top - spare < scrollTop) return Math.max(0, Math.min(max, top - spare));
  if (top + rowHeight + spare > scrollTop + height) return Math.max(0, Math.min(max, top + rowHeight + spare - height));
  return scrollTop;
}

/** How many rows a key moves by. */
export function pageStep(height, rowHeight) {
  return Math.max(1, Math.floor(height / rowHeight) - 1);
}

/** Whether the next page should be fetched: less than two screens are left below. */
export function nearEnd({ scrollTop, height, rowHeight, count }) {
  return count * rowHeight - (scrollTop + height) < 2 * height;
}
