// Fetches and parses a published list of addresses, whole or not at all.

import { memberOf } from "../core/read-field.js";
import { type AddressRanges, compileRanges } from "../lib/ip/address-ranges.js";

/** GitHub's document, the largest known, is about 250 KB. */
const MAX_LIST_BYTES = 1_048_576;

/** A reason that an operator can act on. Only these messages reach a hint. */
class ListError extends Error {}

/**
 * The addresses of a list.
 *
 * @throws {Error} For `reasonOf`, when the list is unavailable or malformed.
 */
export async function loadList(url: string, at: string | undefined, timeoutMs: number): Promise<AddressRanges> {
  return compileList(await fetchText(url, timeoutMs), at);
}

/** Why a list is unavailable, without any part of its URL. */
export function reasonOf(error: unknown): string {
  if (error instanceof ListError) return error.message;
  if (!(error instanceof Error)) return "loading failed";
  if (error.name === "TimeoutError") return "it did not answer in time";
  // The error of `fetch` has the reason in its cause: ECONNREFUSED, ENOTFOUND, CERT_HAS_EXPIRED, …
  const { cause } = error;
  return cause instanceof Error && "code" in cause
    ? `the connection failed (${String(cause.code)})`
    : "the connection failed";
}

async function fetchText(url: string, timeoutMs: number): Promise<string> {
  const response = await fetch(url, {
    redirect: "manual",
    signal: AbortSignal.timeout(timeoutMs),
    headers: { accept: "application/json, text/plain;q=0.9", "user-agent": "hookgate" },
  });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    const isRedirect = response.status >= 300 && response.status < 400;
    throw new ListError(`it answered ${response.status}${isRedirect ? ", and redirects are not followed" : ""}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > MAX_LIST_BYTES) throw new ListError(`it is larger than ${MAX_LIST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function compileList(text: string, at: string | undefined): AddressRanges {
  const entries = entriesOf(text, at);
  try {
    return compileRanges(entries, { option: "the list" });
  } catch (cause) {
    throw new ListError((cause as TypeError).message, { cause });
  }
}

/** A JSON array at a path with dots, or one address a line with `#` comments. The entries are validated when they are compiled. */
function entriesOf(text: string, at: string | undefined): readonly string[] {
  const isText = at === undefined && !text.trimStart().startsWith("[");
  if (isText) {
    const lines = text.split("\n").map((line) => line.trim());
    return lines.filter((line) => line !== "" && !line.startsWith("#"));
  }
  const document = parseJson(text);
  const found = at === undefined || at === "" ? document : memberOf(document, at);
  if (!Array.isArray(found)) throw new ListError(`it has no array at ${JSON.stringify(at ?? "")}`);
  return found as readonly string[];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ListError("it is not JSON");
  }
}
