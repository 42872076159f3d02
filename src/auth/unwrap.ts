// Shows a scheme what is wrapped: a field of a multipart body, or JSON in a header.

import { multipartField } from "../body-formats/multipart-field.js";
import { type Auth, absent, type Covers, type Refusal, refuse, type SignableRequest } from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";
import { HeaderLines, REPEATED } from "../lib/headers.js";
import { parseJson } from "../lib/json.js";
import { isPromise } from "../lib/maybe-promise.js";
import { decodeCanonical } from "./request/encoding.js";

/** How a delivery is unwrapped before a scheme verifies it. */
export interface Wrapping {
  /** The delivery that the scheme verifies, or a refusal. Nothing is verified yet: limit what is read, and never throw. */
  see(delivery: Delivery): Delivery | Refusal;
  /** Wraps what the scheme has signed. `request` is the request before it was unwrapped and signed. */
  wrap?(signed: SignableRequest, request: SignableRequest): SignableRequest;
  /** What of the delivery is covered when the scheme covers `seen` of the unwrapped delivery. */
  covers(seen: Covers): Covers;
  /** Headers with credentials, beside those of the scheme. */
  readonly credentialHeaders?: readonly string[];
}

/**
 * Verifies what is wrapped inside a delivery, such as a field of a multipart body.
 *
 * @throws {TypeError} When one of the two is missing.
 * @example
 * // Dropbox Sign: the JSON is a field of a multipart body.
 * unwrapped(viewOfMultipart("json"), hmac({
 *   secret: process.env.API_KEY,
 *   signed: "{json:event.event_time}{json:event.event_type}",
 *   signature: { at: json("event.event_hash"), encoding: "hex" },
 * }));
 */
export function unwrapped(view: Wrapping, auth: Auth): Auth {
  if (typeof view?.see !== "function") throw new TypeError("unwrapped: the first argument must be a view");
  if (typeof auth?.verify !== "function") throw new TypeError("unwrapped: the second argument must be a scheme");
  const { sign } = auth;
  return {
    ...auth,
    covers: view.covers(auth.covers),
    credentialHeaders: [...new Set([...auth.credentialHeaders, ...(view.credentialHeaders ?? [])])],
    verify(delivery, context) {
      const seen = view.see(delivery);
      if ("ok" in seen) return seen;
      const proof = auth.verify(seen, context);
      const told = (settled: Awaited<typeof proof>) =>
        settled.ok ? { ...settled, covers: view.covers(settled.covers) } : settled;
      return isPromise(proof) ? proof.then(told) : told(proof);
    },
    ...(sign === undefined || view.wrap === undefined
      ? {}
      : {
          async sign(request, key) {
            return (view.wrap as NonNullable<Wrapping["wrap"]>)(await sign(request, key), request);
          },
        }),
  };
}

/** One field of a `multipart/form-data` body is verified in place of the whole body. The other fields are ignored. */
export function viewOfMultipart(field: string): Wrapping {
  const missing = absent(`the multipart body has no field ${field}`);
  return {
    see(delivery) {
      const found = multipartField(delivery, field);
      if (found === undefined) return missing;
      return Buffer.isBuffer(found) ? { ...delivery, body: found } : found;
    },
    wrap(signed) {
      const boundary = "hookgate-test-boundary";
      const head = `--${boundary}\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n`;
      const body = Buffer.concat([Buffer.from(head), signed.body, Buffer.from(`\r\n--${boundary}--\r\n`)]);
      return {
        ...signed,
        body,
        headers: { ...signed.headers, "content-type": `multipart/form-data; boundary=${boundary}` },
      };
    },
    covers: (seen) => seen,
  };
}

const MAX_HEADER_JSON_CHARS = 8_192;

/**
 * A header that is JSON in base64 (eBay): each property that is a string becomes a header `<name>.<property>`.
 *
 * @example unwrapped(viewOfJsonHeader("x-ebay-signature"), publicKey({ keyId: header("x-ebay-signature.kid"), … }))
 */
export function viewOfJsonHeader(name: string): Wrapping {
  const lower = name.toLowerCase();
  const missing = absent(`no signature: ${lower} is not there`);
  const malformed = refuse("bad_credentials", `${lower} is not one JSON object in base64`);
  return {
    see(delivery) {
      const value = delivery.headers.once(lower);
      if (value === undefined) return missing;
      if (value === REPEATED || value.length > MAX_HEADER_JSON_CHARS) return malformed;
      const bytes = decodeCanonical(value, "base64");
      const parsed = bytes === undefined ? undefined : parseJson(bytes);
      if (!parsed?.ok || typeof parsed.value !== "object" || parsed.value === null) return malformed;
      const raw = delivery.headers.toRaw();
      for (const [member, text] of Object.entries(parsed.value)) {
        if (typeof text === "string") raw.push(`${lower}.${member}`, text);
      }
      return { ...delivery, headers: new HeaderLines(raw) };
    },
    wrap(signed) {
      const headers: Record<string, string> = {};
      const members: Record<string, string> = {};
      for (const [key, value] of Object.entries(signed.headers)) {
        if (key.startsWith(`${lower}.`)) members[key.slice(lower.length + 1)] = value;
        else headers[key] = value;
      }
      headers[lower] = Buffer.from(JSON.stringify(members), "utf8").toString("base64");
      return { ...signed, headers };
    },
    covers: (seen) => seen,
    credentialHeaders: [lower],
  };
}
