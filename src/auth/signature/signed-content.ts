// Builds the bytes that the sender signed, from a template or a function.

import { type Covers, type ProofContext, type Refusal, refuse } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import type { PrivateFields } from "../request/unverified-fields.js";
import type { ValuePatterns } from "./parse-template.js";
import type { SignatureReading } from "./parsed-signature.js";
import type { SignedBytes } from "./signed-bytes.js";
import { compileTemplate, type HeaderName } from "./signed-template.js";

/** The signed texts of senders that no template describes (sorted form fields, a list of headers). */
export interface SignedText {
  /** What the texts cover at most. */
  readonly covers: Covers;
  /** The texts contain the URL as registered with the sender; `publicUrl` is then required. */
  readonly needsPublicUrl?: boolean;
  /** The texts contain the time that `timestamp` locates. */
  readonly usesTimestamp?: boolean;
  /** Names of the parameters of the signature header that the texts need. */
  readonly params?: readonly string[];
  /**
   * The texts that the sender may have signed, the most likely first. One match is enough. A string means its UTF-8 bytes.
   * Nothing of the delivery is verified yet: limit what is parsed, and refuse instead of throwing.
   */
  texts(delivery: Delivery, input: SignedTextInput): readonly (string | Uint8Array)[] | Refusal;
}

/** What a function that builds the signed text may read. */
export interface SignedTextInput {
  /** The URLs that may be registered with the sender. Empty unless `needsPublicUrl`. */
  readonly urls: readonly string[];
  /** The time as the sender wrote it, or `""`. */
  readonly timestamp: string;
  /** A parameter of the signature header. */
  param(name: string): string | undefined;
}

/** The signed bytes, or several alternatives. */
export type Candidates = SignedBytes | readonly SignedBytes[] | Refusal;

export interface CompiledSigned {
  readonly covers: Covers;
  readonly needsPublicUrl: boolean;
  readonly usesTimestamp: boolean;
  readonly params: readonly string[];
  readonly headers: readonly string[];
  readonly readsFields: boolean;
  candidates(
    delivery: Delivery,
    context: Pick<ProofContext, "publicUrls">,
    reading: SignatureReading,
    fields: PrivateFields | undefined,
  ): Candidates;
}

const NO_URLS: readonly string[] = [];
const NO_PUBLIC_URL = /* @__PURE__ */ refuse(
  "misconfigured",
  "the sender signs the URL; set publicUrl to the one that is registered there",
);

/** @throws {TypeError} When the template cannot be compiled. */
export function compileSigned(
  signed: string | SignedText,
  where: string,
  headerName?: HeaderName,
  patterns?: ValuePatterns,
): CompiledSigned {
  if (typeof signed === "string") return fromTemplate(signed, where, headerName, patterns);
  if (patterns !== undefined) throw new TypeError(`${where}: patterns is for a template, and signed is none`);
  if (typeof signed !== "object" || signed === null || typeof signed.texts !== "function" || !signed.covers) {
    throw new TypeError(`${where}: signed must be a template such as "{timestamp}.{body}", or { covers, texts }`);
  }
  return fromFunction(signed);
}

function fromTemplate(
  text: string,
  where: string,
  headerName: HeaderName | undefined,
  patterns: ValuePatterns | undefined,
): CompiledSigned {
  const template = compileTemplate(text, where, headerName, patterns);
  return {
    ...template,
    candidates(delivery, context, reading, fields) {
      if (!template.needsPublicUrl) return template.render(delivery, "", reading, fields);
      const all: SignedBytes[] = [];
      for (const url of context.publicUrls()) {
        const bytes = template.render(delivery, url, reading, fields);
        if (!bytes.ok) return bytes;
        all.push(bytes);
      }
      return all.length === 0 ? NO_PUBLIC_URL : all;
    },
  };
}

function fromFunction(signed: SignedText): CompiledSigned {
  const { covers, needsPublicUrl = false, usesTimestamp = false, params = [] } = signed;
  return {
    covers,
    needsPublicUrl,
    usesTimestamp,
    params,
    headers: [],
    readsFields: false,
    candidates(delivery, context, reading) {
      const urls = needsPublicUrl ? context.publicUrls() : NO_URLS;
      if (needsPublicUrl && urls.length === 0) return NO_PUBLIC_URL;
      const { timestamp } = reading;
      const texts = signed.texts(delivery, { urls, timestamp, param: (name) => reading.param(name) });
      return "ok" in texts ? texts : texts.map(asSignedBytes);
    },
  };
}

function asSignedBytes(text: string | Uint8Array): SignedBytes {
  return { ok: true, before: "", body: typeof text === "string" ? Buffer.from(text, "utf8") : text, after: "" };
}
