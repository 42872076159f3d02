// Reads the id of the key that a delivery says it was signed with.
import { absent, type Refusal, refuse } from "../../core/auth.js";
import type { Field } from "../../core/field.js";
import { checkUnverifiedField, isParsedField, readUnverified } from "../request/unverified-fields.js";
import type { KeyQuery } from "./public-key-source.js";

const MAX_KEY_ID_CHARS = 256;

/** Reads the id of the key. */
export interface KeyIdReader {
  readonly readsFields: boolean;
  read(query: KeyQuery): string | undefined | Refusal;
}

export const KNOWN_KEY_ID: KeyIdReader = { readsFields: false, read: ({ keyId }) => boundedKeyId(keyId) };
const NO_KEY_ID: KeyIdReader = { readsFields: false, read: () => undefined };
const BAD_KEY_ID = /* @__PURE__ */ refuse(
  "bad_credentials",
  `the key's name must have 1 to ${MAX_KEY_ID_CHARS} characters`,
);

function boundedKeyId(id: string | undefined): string | undefined | Refusal {
  return id === undefined || (id !== "" && id.length <= MAX_KEY_ID_CHARS) ? id : BAD_KEY_ID;
}

export function keyIdReader(keyId: Field<"text"> | undefined, isNeeded: boolean, where: string): KeyIdReader {
  if (keyId === undefined && !isNeeded) return NO_KEY_ID;
  const field = checkUnverifiedField(keyId, `${where}: keyId`);
  const noId = absent(`the ${field.in} value ${field.name}, which names the key, is not there`);
  return {
    readsFields: isParsedField(field),
    read({ delivery, fields }) {
      const id = readUnverified(field, delivery, fields);
      return typeof id === "string" ? boundedKeyId(id) : (id ?? noId);
    },
  };
}
