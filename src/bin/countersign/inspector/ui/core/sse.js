// Server-sent events from a fetched stream: EventSource cannot send an Authorization header.

/** Takes text as it comes and calls `onEvent({ event, data, id })` for each complete event. */
export function sseParser(onEvent) {
  let buffer = "";
  let afterReturn = false;
  let event = "";
  let id = "";
  let data = null;

  function line(text) {
    if (text === "") {
      if (data !== null) onEvent({ event: event || "message", data, id });
      event = "";
      data = null;
      return;
    }
    const colon = text.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? text : text.slice(0, colon);
    const rest = colon < 0 ? "" : text.slice(colon + 1);
    const value = rest.startsWith(" ") ? rest.slice(1) : rest;
    if (field === "event") event = value;
    else if (field === "data") data = data === null ? value : `${data}\n${value}`;
    else if (field === "id" && !value.includes("\0")) id = value;
  }

  return {
    feed(chunk) {
      // A line may end in CR LF of which the LF comes with the next chunk.
      let text = afterReturn && chunk.startsWith("\n") ? chunk.slice(1) : chunk;
      if (chunk !== "") afterReturn = false;
      if (text.endsWith("\r")) afterReturn = true;
      text = buffer + text;
      let from = 0;
      for (const match of text.matchAll(/\r\n|\n|\r/g)) {
        line(text.slice(from, match.index));
        from = match.index + match[0].length;
      }
      buffer = text.slice(from);
      if (buffer.length > MAX_LINE) throw new RangeError("a line of the live stream is too long");
    },
  };
}

const MAX_LINE = 16 * 1024 * 1024;
