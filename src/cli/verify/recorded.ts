// Reads a recorded delivery: JSON, a raw HTTP message, or headers and body in two files.
import type { DeliveryInput } from "../../core/delivery.js";
import { parseTime } from "../../lib/time.js";
import type { Given, OptionSpecs } from "../lib/command.js";
import type { Io } from "../lib/io.js";
import { UsageError } from "../lib/usage-error.js";
import { readBytes } from "../senders/secrets.js";

export interface Recorded {
  readonly method: string;
  /** A path or an absolute URL, as recorded. */
  readonly url: string;
  /** In their original order, with repeats. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly receivedAtMs: number | undefined;
  /** Whether the recording had a parsed body, so that the bytes are a guess. */
  readonly isBodyGuessed: boolean;
}

export const RECORDED_OPTIONS: OptionSpecs = {
  delivery: {
    type: "string",
    value: "FILE",
    help: "A recorded delivery: JSON of { method, url, headers, body or bodyBase64, receivedAt }, or a raw HTTP message. - reads standard input.",
  },
  headers: { type: "string", value: "FILE", help: "The headers: lines of 'Name: value', or a JSON object." },
  body: { type: "string", value: "FILE", help: "The body, exactly as received." },
  method: { type: "string", value: "METHOD", help: "Default: as recorded, or POST." },
  url: { type: "string", value: "URL", help: "The URL or path of the request. Default: as recorded, or /." },
  "received-at": {
    type: "string",
    value: "TIME",
    help: "The arrival time by the receiver's clock: RFC 3339 or unix seconds. Default: as recorded, or now.",
  },
};

/** @throws {UsageError} When no delivery is given. */
export async function readRecorded(
  given: Given,
  io: Io,
  delivery: string | undefined = given.text("delivery"),
): Promise<Recorded> {
  const headers = given.text("headers");
  const body = given.text("body");
  if (delivery === undefined && headers === undefined) {
    throw new UsageError("the delivery is missing: give --delivery FILE, or --headers FILE and --body FILE");
  }
  const bytesOf = (option: string, path: string): Promise<Buffer> | Buffer =>
    path === "-" ? io.readInput() : readBytes(option, path);
  const parsed = delivery === undefined ? undefined : parseDelivery(await bytesOf("--delivery", delivery));
  const receivedAt = given.text("received-at");
  return {
    method: (given.text("method") ?? parsed?.method ?? "POST").toUpperCase(),
    url: given.text("url") ?? parsed?.url ?? "/",
    headers: headers === undefined ? (parsed?.headers ?? []) : parseHeaders(await bytesOf("--headers", headers)),
    body: body === undefined ? (parsed?.body ?? Buffer.alloc(0)) : await bytesOf("--body", body),
    receivedAtMs: receivedAt === undefined ? parsed?.receivedAtMs : timeOf(receivedAt),
    isBodyGuessed: body === undefined && parsed?.isBodyGuessed === true,
  };
}

/** The delivery as input of a receiver. */
export function asInput({ method, url, headers, body }: Recorded): DeliveryInput {
  return { method, url: targetIn(url), headers, body, remoteAddress: "127.0.0.1", isSecure: true };
}

/** The part of a URL that a server sees. */
function targetIn(url: string): string {
  const target = /^https?:\/\/[^/?#]*([^#]*)/i.exec(url)?.[1];
  if (target === undefined) return url;
  return target.startsWith("/") ? target : `/${target}`;
}

/** @throws {UsageError} */
function timeOf(text: string): number {
  const ms = parseTime(text, /^\d+$/.test(text) ? "unix-seconds" : "rfc3339");
  if (ms !== undefined) return ms;
  throw new UsageError(`--received-at must be RFC 3339 or unix seconds; got ${JSON.stringify(text)}`);
}

type Parsed = Partial<Recorded> & Pick<Recorded, "headers" | "body" | "isBodyGuessed">;

function parseDelivery(bytes: Buffer): Parsed {
  const text = bytes.toString("utf8").trimStart();
  if (text.startsWith("{")) return parseJsonRecord(text);
  return parseMessage(bytes);
}

function parseJsonRecord(text: string): Parsed {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new UsageError("--delivery: the file starts like JSON but is not valid JSON");
  }
  const { method, url, headers, body, bodyBase64, isBase64Encoded, receivedAt } = record;
  if (typeof headers !== "object" || headers === null) {
    throw new UsageError("--delivery: the JSON must have headers; a delivery is { method, url, headers, body }");
  }
  const isText = typeof body === "string";
  const encoded = typeof bodyBase64 === "string" ? bodyBase64 : isText && isBase64Encoded === true ? body : undefined;
  const guessed = body === undefined || body === null ? "" : isText ? body : serialised(body);
  return {
    ...(typeof method === "string" ? { method } : {}),
    ...(typeof url === "string" ? { url } : {}),
    headers: headerPairs(headers),
    body: encoded === undefined ? Buffer.from(guessed) : Buffer.from(encoded, "base64"),
    receivedAtMs:
      typeof receivedAt === "number" ? receivedAt : typeof receivedAt === "string" ? timeOf(receivedAt) : undefined,
    isBodyGuessed: encoded === undefined && typeof body === "object" && body !== null,
  };
}

/** @throws {UsageError} */
function serialised(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch {
    throw new UsageError("--delivery: the body is nested too deeply to serialise; record it as text");
  }
}

/** RFC 9112: a request line, headers, an empty line, the raw body. */
function parseMessage(bytes: Buffer): Parsed {
  const [end, length] = [bytes.indexOf("\r\n\r\n"), bytes.indexOf("\n\n")];
  const isCrLf = end >= 0 && (length < 0 || end < length);
  const at = isCrLf ? end : length;
  const head = (at < 0 ? bytes : bytes.subarray(0, at)).toString("latin1");
  const [first = "", ...lines] = head.split(/\r?\n/);
  const [, method, url] = /^([A-Z]+) (\S+) HTTP\/[\d.]+$/.exec(first.trim()) ?? [];
  if (method === undefined || url === undefined) {
    throw new UsageError(
      "--delivery: neither JSON nor an HTTP message, which starts with a line such as POST /webhooks HTTP/1.1",
    );
  }
  const body = at < 0 ? Buffer.alloc(0) : bytes.subarray(at + (isCrLf ? 4 : 2));
  return { method, url, headers: parseHeaderLines(lines), body, isBodyGuessed: false };
}

function parseHeaders(bytes: Buffer): readonly (readonly [string, string])[] {
  const text = bytes.toString("utf8");
  if (!/^\s*[{[]/.test(text)) return parseHeaderLines(text.split(/\r?\n/));
  try {
    return headerPairs(JSON.parse(text) as object);
  } catch {
    throw new UsageError("--headers: the file starts like JSON but is not valid JSON");
  }
}

/** Skips lines that are not headers, such as a request line. */
export function parseHeaderLines(lines: readonly string[]): readonly (readonly [string, string])[] {
  return lines.flatMap((line) => {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value.trim()] as const];
  });
}

/** Reads an object of strings or lists, a list of pairs, or a flat list as in `rawHeaders`. */
function headerPairs(headers: object): readonly (readonly [string, string])[] {
  if (!Array.isArray(headers)) {
    return Object.entries(headers).flatMap(([name, value]) =>
      [value].flat().map((one) => [name, String(one)] as const),
    );
  }
  if (headers.every((one) => typeof one === "string")) {
    if (headers.some((one: string) => one.includes(": "))) return parseHeaderLines(headers as string[]);
    return headers.flatMap((name: string, at) => (at % 2 === 0 ? [[name, String(headers[at + 1])] as const] : []));
  }
  return headers.flatMap((one) => (Array.isArray(one) ? [[String(one[0]), String(one[1])] as const] : []));
}
