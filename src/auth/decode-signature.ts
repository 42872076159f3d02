// Which bytes does the text of a signature stand for? One text only: what decodes alike in another spelling is malformed.
import type { SignatureEncoding } from "./encoding.js";

const HEX = /^(?:[0-9a-f]{2})+$/;
const UPPER_HEX = /^(?:[0-9A-F]{2})+$/;

/** `undefined` where the text is not exactly what the encoder would have written. */
export function decodeSignature(text: string, encoding: SignatureEncoding): Buffer | undefined {
  switch (encoding) {
    case "hex":
      return HEX.test(text) ? Buffer.from(text, "hex") : undefined;
    case "HEX":
      return UPPER_HEX.test(text) ? Buffer.from(text, "hex") : undefined;
    case "base64":
    case "base64url":
      return decodeCanonical(text, encoding);
    case "base64-of-hex": {
      const inner = decodeCanonical(text, "base64")?.toString("latin1");
      return inner === undefined ? undefined : decodeSignature(inner, "hex");
    }
  }
}

/** Buffer.from skips what is no base64, and unused bits; encoding again shows both. */
export function decodeCanonical(text: string, encoding: "base64" | "base64url"): Buffer | undefined {
  if (text === "") return undefined;
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : undefined;
}

/** The text of a signature's bytes. */
export function encodeSignature(bytes: Buffer, encoding: SignatureEncoding): string {
  switch (encoding) {
    case "HEX":
      return bytes.toString("hex").toUpperCase();
    case "base64-of-hex":
      return Buffer.from(bytes.toString("hex"), "latin1").toString("base64");
    default:
      return bytes.toString(encoding);
  }
}
