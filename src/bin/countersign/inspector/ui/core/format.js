// Figures, times and words as the page writes them.

/** `812 B`, `1.4 KiB`, `9.5 MiB`. */
export function bytes(count) {
  if (count === null || count === undefined) return "–";
  if (count < 1024) return `${count} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = count / 1024;
  let unit = 0;
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** A duration from microseconds: `480 µs`, `3.2 ms`, `214 ms`, `1.52 s`, `2 min 5 s`. */
export function micros(us) {
  if (us === null || us === undefined || !Number.isFinite(us)) return "–";
  if (us < 1000) return `${Math.round(us)} µs`;
  const ms = us / 1000;
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
  return span(seconds);
}

/** The same from nanoseconds, the unit of `duration`. */
export function nanos(ns) {
  return ns === null || ns === undefined ? "–" : micros(ns / 1000);
}

/** A long time in its two largest units: `3 d 4 h`, `2 min 5 s`. */
export function span(seconds) {
  const units = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]];
  const parts = [];
  let rest = Math.round(Math.abs(seconds));
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
    if (parts.length === 2) break;
  }
  return parts.join(" ") || "0 s";
}

/** The time of day in milliseconds, with the date in front when it is not today. */
export function clock(date, now = new Date()) {
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  if (date.toDateString() === now.toDateString()) return `${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
  return `${MONTHS[date.getMonth()]} ${date.getDate()} ${time}`;
}

/** Date, time and offset in full. */
export function fullTime(date) {
  const offset = -date.getTimezoneOffset();
  const sign = offset < 0 ? "-" : "+";
  const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${time}.${String(date.getMilliseconds()).padStart(3, "0")} ${zone}`;
}

/** `just now`, `12 s ago`, `3 h ago`. */
export function ago(date, now = Date.now()) {
  const seconds = Math.max(0, (now - date.getTime()) / 1000);
  if (seconds < 2) return "just now";
  return `${span(seconds).split(" ").slice(0, 2).join(" ")} ago`;
}

/** `1 request`, `1,204 requests`. */
export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** `99.2 %`. */
export function percent(part, whole) {
  if (!whole) return "–";
  const value = (part / whole) * 100;
  return `${value === 100 || value === 0 ? value : value.toFixed(1)} %`;
}

const two = (number) => String(number).padStart(2, "0");
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
