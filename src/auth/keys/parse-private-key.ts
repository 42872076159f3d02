// Parses a private key, for test senders.
import { createPrivateKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { decodeCanonical } from "../request/encoding.js";
import { misfitOf, type PublicKeyAlgorithm } from "./algorithms.js";

const HEX_OF_32 = /^[0-9a-fA-F]{64}$/;
/** DER before the 32 bytes: PKCS #8 of Ed25519, RFC 8410 section 7. */
const ED25519_PKCS8 = /* @__PURE__ */ Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * A private key to sign with: PEM (PKCS #8), a JWK as text, `whsk_…`, or the 32 bytes of an Ed25519 key as hex.
 *
 * @throws {TypeError} If the text is not a private key, or fits none of the algorithms.
 */
export function toPrivateKey(text: string, algorithms: readonly PublicKeyAlgorithm[], where: string): KeyObject {
  const key = parsePrivateKey(text.trim(), where);
  const misfits = algorithms.map((name) => misfitOf(key, name));
  if (misfits.some((misfit) => misfit === undefined)) return key;
  throw new TypeError(`${where}: the key to sign with ${misfits[0]}`);
}

function parsePrivateKey(text: string, where: string): KeyObject {
  try {
    if (text.startsWith("{")) return createPrivateKey({ key: JSON.parse(text) as JsonWebKey, format: "jwk" });
    const seed = seedOf(text);
    if (seed === undefined) return createPrivateKey(text);
    return createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, seed]), format: "der", type: "pkcs8" });
  } catch {
    throw new TypeError(
      `${where}: the key to sign with must be a private key: PEM (PKCS #8), a JWK as text, whsk_…, or 32 bytes as hex`,
    );
  }
}

/** `whsk_` holds seed and public key, 64 bytes; the seed makes the other half. */
function seedOf(text: string): Buffer | undefined {
  if (HEX_OF_32.test(text)) return Buffer.from(text, "hex");
  if (!text.startsWith("whsk_")) return undefined;
  const bytes = decodeCanonical(text.slice("whsk_".length), "base64");
  return bytes?.length === 64 || bytes?.length === 32 ? bytes.subarray(0, 32) : undefined;
}
