// Changes a delivery so that its signature no longer verifies.
import type { Auth } from "../core/auth.js";
import { formatTime } from "../lib/time.js";
import type { SignedDelivery } from "./compose.js";

/**
 * What to change after signing.
 *
 * - `true` or `"body"`: one bit of the body's last letter or digit, so that JSON usually stays valid
 * - `"signature"`: one character of each credential, so that it stays well-formed
 * - `"timestamp"`: the signed time becomes a second later, and the signature is not changed
 * - a function: returns the changed delivery
 */
export type Tamper = true | "body" | "signature" | "timestamp" | ((delivery: SignedDelivery) => SignedDelivery);

/** Seconds are last, since they are a prefix of the milliseconds. */
const FORMATS = ["rfc3339", "unix-milliseconds", "unix-seconds"] as const;

type Credentials = Pick<Auth, "credentialHeaders" | "credentialQuery">;

/** @throws {TypeError} For an unknown way to tamper, and when the delivery has nothing of that kind to change. */
export function tampered(
  signed: SignedDelivery,
  tamper: Tamper,
  credentials: Credentials,
  signedAtMs: number,
): SignedDelivery {
  if (typeof tamper === "function") return tamper(signed);
  switch (tamper) {
    case true:
    case "body":
      return { ...signed, body: withFlippedBit(signed.body) };
    case "signature":
      return withOtherCredentials(signed, credentials);
    case "timestamp":
      return withLaterTime(signed, signedAtMs);
    default:
      throw new TypeError(
        `send: tamper must be true, "body", "signature", "timestamp" or a function; got ${JSON.stringify(tamper)}`,
      );
  }
}

function withFlippedBit(bytes: Uint8Array): Buffer {
  const body = Buffer.from(bytes);
  if (body.length === 0) return Buffer.from(" ");
  let at = body.length - 1;
  while (at > 0 && !/[0-9a-z]/i.test(String.fromCharCode(body[at] as number))) at--;
  body[at] = (body[at] as number) ^ 1;
  return body;
}

function withOtherCredentials(signed: SignedDelivery, credentials: Credentials): SignedDelivery {
  const headers = { ...signed.headers };
  let { url } = signed;
  for (const name of credentials.credentialHeaders) {
    if (headers[name] !== undefined) headers[name] = withOtherCredential(headers[name]);
  }
  for (const name of credentials.credentialQuery ?? []) {
    const pattern = new RegExp(`([?&]${name.replace(/\W/g, "\\$&")}=)([^&#]+)`);
    url = url.replace(pattern, (_, start: string, value: string) => start + withOtherCharacter(value));
  }
  const isChanged =
    url !== signed.url || Object.entries(headers).some(([name, value]) => signed.headers[name] !== value);
  if (isChanged) return { ...signed, headers, url };
  throw new TypeError(
    'send: tamper "signature" found no credential in a header or in the query (it is in the body, or nothing is signed); give a function that changes it',
  );
}

/** A password is decoded before it is changed: a change within its base64 might not be valid UTF-8. */
function withOtherCredential(value: string): string {
  const encoded = /^basic ([A-Za-z0-9+/]+=*)$/i.exec(value)?.[1];
  if (encoded === undefined) return withOtherCharacter(value);
  const pair = withOtherCharacter(Buffer.from(encoded, "base64").toString("utf8"));
  return value.slice(0, -encoded.length) + Buffer.from(pair, "utf8").toString("base64");
}

/** Replaces a character by another one that every encoding of signatures has. Not the last one, some of whose bits may not count. */
function withOtherCharacter(text: string): string {
  const at = Math.max(0, text.replace(/=+$/, "").length - 2);
  return `${text.slice(0, at)}${text[at] === "0" ? "1" : "0"}${text.slice(at + 1)}`;
}

/** Finds the time by its string, wherever the sender writes it: in a header of its own, inside the signature's header, … */
function withLaterTime(signed: SignedDelivery, signedAtMs: number): SignedDelivery {
  for (const format of FORMATS) {
    const text = formatTime(signedAtMs, format);
    const later = formatTime(signedAtMs + 1_000, format);
    const headers = Object.fromEntries(
      Object.entries(signed.headers).map(([name, value]) => [name, value.replaceAll(text, later)]),
    );
    const url = signed.url.replaceAll(text, later);
    const isInHead = url !== signed.url || Object.entries(headers).some(([name, one]) => signed.headers[name] !== one);
    if (isInHead) return { ...signed, headers, url };
  }
  const body = Buffer.from(signed.body).toString("utf8");
  for (const format of FORMATS) {
    const text = formatTime(signedAtMs, format);
    if (body.includes(text)) {
      return { ...signed, body: Buffer.from(body.replaceAll(text, formatTime(signedAtMs + 1_000, format))) };
    }
  }
  throw new TypeError(
    'send: tamper "timestamp" found no time in the delivery: this sender writes none, or inside of a token; give a function that changes it',
  );
}
