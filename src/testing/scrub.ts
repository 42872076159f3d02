// What must not be kept of a real delivery? Proofs and secrets; personal data is for whoever records to name.
import type { Delivery } from "../core/delivery.js";

const SCRUBBED = "[scrubbed]";
/** Names of members, fields and query parameters whose texts are replaced, wherever they are. */
const SECRET_NAME =
  /(^|[_\-.])(secret|token|password|passwd|pwd|passphrase|authorization|api_?key|access_?key|private_?key|signature|sig|hmac|credential|otp|cvc|cvv)s?$/i;
/** Headers beside those of the sender's proof: credentials of others, and whose address it was. */
const PRIVATE_HEADERS: readonly string[] = [
  "authorization",
  "cookie",
  "proxy-authorization",
  "set-cookie",
  "forwarded",
  "x-forwarded-for",
  "x-real-ip",
  "true-client-ip",
  "cf-connecting-ip",
  "x-amzn-oidc-data",
];
/** What belongs to one connection, or is written anew when the delivery is sent again. */
const CONNECTION_HEADERS: readonly string[] = [
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "transfer-encoding",
];

export interface ScrubRules {
  /** Lower-case names. */
  readonly headers: readonly string[];
  readonly query: readonly string[];
  /** Of whoever records; gets the parsed JSON. */
  readonly payload: ((payload: unknown) => unknown) | undefined;
}

/** Names in lower case and repeats kept. */
export function scrubbedHeaders({ headers }: Delivery, rules: ScrubRules): readonly (readonly [string, string])[] {
  const left = new Set([...rules.headers, ...PRIVATE_HEADERS, ...CONNECTION_HEADERS]);
  const raw = headers.toRaw();
  return raw.flatMap((name, at) => {
    const lower = name.toLowerCase();
    const isKept = at % 2 === 0 && !left.has(lower) && !isSecretName(lower);
    return isKept ? [[lower, raw[at + 1] as string] as const] : [];
  });
}

/** The target without the sender's own proof, which is signed anew; everything else is as it was written. */
export function scrubbedUrl({ url }: Delivery, rules: ScrubRules): string {
  const at = url.indexOf("?");
  if (at < 0) return url;
  const pairs = url.slice(at + 1).split("&");
  const kept = pairs.filter((pair) => !rules.query.includes(nameOf(pair))).map(scrubbedPair);
  return kept.length === 0 ? url.slice(0, at) : `${url.slice(0, at + 1)}${kept.join("&")}`;
}

/** The bytes as they came where there was nothing to take out. */
export function scrubbedBody({ body, headers }: Delivery, rules: ScrubRules): Buffer {
  const type = headers.get("content-type") ?? "";
  if (/^application\/x-www-form-urlencoded/i.test(type)) {
    const text = body.toString("utf8");
    const left = text.split("&").map(scrubbedPair).join("&");
    return left === text ? body : Buffer.from(left);
  }
  const payload = jsonOf(body);
  if (payload === undefined) return body;
  const before = JSON.stringify(payload);
  const after = JSON.stringify(
    rules.payload === undefined ? withoutSecrets(payload) : rules.payload(withoutSecrets(payload)),
  );
  return after === before ? body : Buffer.from(after ?? "");
}

function scrubbedPair(pair: string): string {
  const name = nameOf(pair);
  return pair.includes("=") && isSecretName(name) ? `${name}=${encodeURIComponent(SCRUBBED)}` : pair;
}

function nameOf(pair: string): string {
  return pair.split("=", 1)[0] ?? "";
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      typeof member === "string" && isSecretName(name) ? SCRUBBED : withoutSecrets(member),
    ]),
  );
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name.replace(/([a-z])([A-Z])/g, "$1_$2"));
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}
