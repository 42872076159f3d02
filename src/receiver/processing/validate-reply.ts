// Checks the reply that a handler chose.
import type { Reply, ReplyProfile } from "../../core/reply.js";
import type { BaseContext } from "./context.js";

/** RFC 9110 section 7.6.1, and what frames a message: one of them would break the reply after the work is done. */
const FRAMING_HEADERS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
/** RFC 9110 section 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 section 5.5: visible characters, spaces and tabs, one byte each. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** @throws {TypeError} Where the sender would not take it as success, or HTTP cannot carry it. */
export function toReply(given: Parameters<BaseContext["reply"]>[0], profile: ReplyProfile): Reply {
  const status = given.status ?? profile.successStatus;
  if (!profile.successStatuses.includes(status)) {
    throw new TypeError(
      `context.reply: status ${status} is none of this sender's success statuses (${profile.successStatuses.join(", ")}); to fail, throw`,
    );
  }
  const body = given.body ?? "";
  if (typeof body !== "string" && !(body instanceof Uint8Array)) {
    throw new TypeError(
      "context.reply: body must be a string or bytes; for JSON, pass JSON.stringify(value) and a content-type header",
    );
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given.headers ?? {})) {
    if (typeof value !== "string" || !HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
      throw new TypeError(`context.reply: header ${JSON.stringify(name)} has a name or value that HTTP cannot carry`);
    }
    const lower = name.toLowerCase();
    if (FRAMING_HEADERS.has(lower)) {
      throw new TypeError(`context.reply: header ${JSON.stringify(name)} belongs to the connection, not to the reply`);
    }
    headers[lower] = value;
  }
  return { status, headers, body };
}
