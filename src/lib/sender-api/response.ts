// Reads a response of a sender's API: its problem and its message.
import type { SenderApiProblem } from "./error.js";

const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** The problem of a status of 300 or more. */
export function problemOf(status: number, headers: Headers): SenderApiProblem {
  if (status < 400) return "redirected";
  if (status === 401) return "unauthorized";
  // GitHub answers 403 for its rate limits. The primary one has x-ratelimit-remaining, the secondary one Retry-After.
  if (status === 403) {
    return headers.get("x-ratelimit-remaining") === "0" || headers.has("retry-after") ? "rate_limited" : "forbidden";
  }
  if (status === 404) return "not_found";
  if (status === 429) return "rate_limited";
  return status < 500 ? "refused" : "unavailable";
}

/** The sender's own message, where its error has one of the usual forms. */
export function saidIn(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { message, error, description, errors, error_description: more } = value as Record<string, unknown>;
  for (const one of [message, description, more, error, (error as { message?: unknown } | null | undefined)?.message]) {
    if (typeof one === "string" && one !== "") return one + detailsOf(errors);
  }
  return undefined;
}

function detailsOf(errors: unknown): string {
  if (!Array.isArray(errors)) return "";
  const texts = errors.map((one: unknown) => (typeof one === "string" ? one : (one as { message?: unknown })?.message));
  const messages = texts.filter((text) => typeof text === "string");
  return messages.length === 0 ? "" : ` (${messages.join("; ")})`;
}

export class TooLarge extends Error {}

/** @throws {TooLarge} */
export async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > MAX_ANSWER_BYTES) throw new TooLarge(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length).toString("utf8");
}
