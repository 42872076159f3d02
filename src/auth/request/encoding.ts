// Encodings of signatures: hex and base64, in the spellings that senders use.

/**
 * `hex` is lower case, `HEX` upper case; `base64` is padded, `base64url` is not. `base64-of-hex` is the base64 of the
 * lower-case hex text (Solidgate). Other spellings are refused.
 */
export type SignatureEncoding = "hex" | "HEX" | "base64" | "base64url" | "base64-of-hex";

/** `crypto.Hmac`, `crypto.Hash`. */
export interface Digestible {
  digest(encoding: "hex" | "base64" | "base64url"): string;
}

export interface Encoding {
  /** The length of the text for so many bytes. */
  lengthOf(bytes: number): number;
  encode(digestible: Digestible): string;
  readonly alphabet: RegExp;
}

const paddedLength = (bytes: number): number => Math.ceil(bytes / 3) * 4;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export const ENCODINGS: Readonly<Record<SignatureEncoding, Encoding>> = {
  hex: { lengthOf: (bytes) => bytes * 2, encode: (made) => made.digest("hex"), alphabet: /^[0-9a-f]+$/ },
  HEX: { lengthOf: (bytes) => bytes * 2, encode: (made) => made.digest("hex").toUpperCase(), alphabet: /^[0-9A-F]+$/ },
  base64: { lengthOf: paddedLength, encode: (made) => made.digest("base64"), alphabet: BASE64 },
  base64url: {
    lengthOf: (bytes) => Math.ceil((bytes * 4) / 3),
    encode: (made) => made.digest("base64url"),
    alphabet: /^[A-Za-z0-9_-]+$/,
  },
  "base64-of-hex": {
    lengthOf: (bytes) => paddedLength(bytes * 2),
    encode: (made) => Buffer.from(made.digest("hex"), "latin1").toString("base64"),
    alphabet: BASE64,
  },
};

const HEX = /^(?:[0-9a-f]{2})+$/;
const UPPER_HEX = /^(?:[0-9A-F]{2})+$/;

/** `undefined` unless the text is exactly what the encoder writes. */
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

/** Buffer.from ignores characters that are not base64, and unused bits. Encoding the result again reveals both. */
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
