// The live stream: held open, opened again when it breaks, replaced by asking now and then when it cannot be had.

import { sseParser } from "./sse.js";

/** `onState` gets `live`, `connecting` or `polling`; `catchUp` is called whenever something may have been missed. */
export function followLive({ open, onExchanges, onReset, onState, catchUp }) {
  let failures = 0;
  let controller = null;
  let stopped = false;
  run();
  addEventListener("online", () => controller?.abort());
  return () => {
    stopped = true;
    controller?.abort();
  };

  async function run() {
    for (let first = true; !stopped; first = false) {
      onState(failures >= GIVE_UP ? "polling" : "connecting");
      try {
        await stream(first);
        failures = 0;
      } catch {
        failures += 1;
      }
      if (failures >= GIVE_UP) await catchUp().catch(() => {});
      await pause(Math.min(LONGEST, FIRST_WAIT * 2 ** Math.min(failures, 5)));
    }
  }

  async function stream(first) {
    controller = new AbortController();
    const response = await open(controller.signal);
    if (!response.body) throw new Error("the live stream has no body");
    const reader = response.body.getReader();
    const text = new TextDecoder();
    const parser = sseParser(onEvent);
    failures = 0;
    onState("live");
    if (!first) await catchUp().catch(() => {});
    // The server sends a comment now and then: silence means that the connection is gone.
    let silence = setTimeout(() => controller.abort(), SILENCE);
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => controller.abort(), SILENCE);
        parser.feed(text.decode(value, { stream: true }));
      }
    } finally {
      clearTimeout(silence);
      controller.abort();
    }
  }

  function onEvent({ event, data }) {
    if (event === "reset") onReset();
    if (event !== "exchanges") return;
    const { added = [], omitted = 0 } = JSON.parse(data);
    onExchanges(added, omitted);
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const FIRST_WAIT = 500;
const LONGEST = 5000;
const GIVE_UP = 3;
const SILENCE = 60_000;
