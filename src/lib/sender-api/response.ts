// Reads a response of a sender's API: its failure and its words.
import type { SenderApiProblem } from "./error.js";

const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** What a status of 300 or more means. */
export function problemOf(status: number, headers: Headers): SenderApiProblem {
  if (status < 400) return "redirected";
  if (status === 401) return "unauthorized";
  // GitHub says 403 for its rate limits: the primary by what is left, the secondary by Retry-After.
  if (status === 403) {
    return headers.get("x-ratelimit-remaining") === "0" || headers.has("retry-after") ? "rate_limited" : "forbidden";
  }
  if (status === 404) return "not_found";
  if (status === 429) return "rate_limited";
  return status < 500 ? "refused" : "unavailable";
}

/** The sender's own message, where its errors have one of the usual forms. */
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
  const told = texts.filter((text) => typeof text === "string");
  return told.length === 0 ? "" : ` (${told.join("; ")})`;
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
