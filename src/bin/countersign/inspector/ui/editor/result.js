// The answer to a replay, beside the one to the original.

import { BodySource } from "../body/source.js";
import { canUnpack, unpack } from "../body/unpack.js";
import { button, fill, h, icon } from "../core/dom.js";
import { nanos } from "../core/format.js";
import { reasonName, verdictName } from "../core/words.js";
import { header } from "../detail/headers.js";
import { statusClass } from "../list/row.js";
import { bodyLines, responseHead } from "./compare.js";
import { linesView } from "./lines.js";

/** Fills `element` with the comparison of two exchanges. */
export async function showResult(element, before, after, { onOpen }) {
  fill(element,
    h("div", { class: "versus" }, side("Original", before), icon("right"), side("Replay", after)),
    h("div", { class: "result-diff", "aria-busy": "true" }, "Comparing…"),
    h("p", { class: "actions" }, button({ label: "Open the replay", icon: "right", onClick: () => onOpen(after.id) })));
  const stage = element.querySelector(".result-diff");
  try {
    const [left, right] = await Promise.all([lines(before), lines(after)]);
    const head = linesView(left.head, right.head, "Differences of the heads");
    const body = linesView(left.body, right.body, "Differences of the bodies");
    fill(stage, head && [h("h4", {}, "Status and headers"), head], body && [h("h4", {}, "Body"), body],
      !head && !body && h("p", { class: "same-answer" }, icon("check"), before.response ? "The answers are equal." : "Neither has an answer."));
  } catch (error) {
    fill(stage, h("p", { class: "note warning" }, `The answers could not be compared: ${error.message}`));
  } finally {
    stage.removeAttribute("aria-busy");
  }
}

function side(title, exchange) {
  const status = exchange.response?.status_code;
  return h("div", { class: `side ${exchange.verdict}` }, h("h4", {}, title),
    h("p", {}, h("b", { class: `status ${statusClass(status)}` }, exchange.response?.status ?? "no answer"), h("span", { class: "dim" }, ` in ${nanos(exchange.duration)}`)),
    h("p", { class: "side-verdict" }, icon(exchange.verdict, "small"), verdictName(exchange.verdict), exchange.reason && `: ${reasonName(exchange.reason)}`));
}

async function lines(exchange) {
  if (!exchange.response) return { head: [], body: [] };
  const encoding = header(exchange.response, "content-encoding");
  let bytes = (await new BodySource(exchange, "response").upTo(COMPARE_LIMIT)).subarray(0, COMPARE_LIMIT);
  // Compressed, one changed letter would be another text throughout.
  if (canUnpack(encoding) && bytes.length > 0) bytes = await unpack(bytes, encoding, COMPARE_LIMIT);
  return { head: responseHead(exchange.response), body: bodyLines(bytes, header(exchange.response, "content-type")) };
}

const COMPARE_LIMIT = 512 * 1024;
