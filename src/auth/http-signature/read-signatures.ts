// Reads the signatures of a message and checks their parameters, before a key is looked up.
import { absent, type Covers, type ProofContext, type Refusal, refuse } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import type { MessagePlan } from "./options.js";
import { coversOf, identifierOf } from "./signature-base.js";
import { type BareItem, type InnerList, isInnerList, parseDictionary } from "./structured-fields.js";

/** A sender makes one, and a proxy may add another. Each may cost a look-up and a verification. */
const MAX_SIGNATURES = 5;
const MAX_COMPONENTS = 50;
const MAX_KEY_ID_CHARS = 256;

/** One signature with its parameters. */
export interface FoundSignature {
  readonly list: InnerList;
  readonly bytes: Buffer;
  readonly covers: Covers;
}

const NO_INPUT = /* @__PURE__ */ absent("no Signature-Input header came");
const HALF = /* @__PURE__ */ refuse("bad_credentials", "Signature-Input came without Signature");
const MALFORMED = /* @__PURE__ */ refuse(
  "bad_credentials",
  "Signature-Input or Signature is not the dictionary that RFC 9421 says",
);
const NOT_OURS = /* @__PURE__ */ absent("no signature has the label or tag that is asked for");
const TOO_MANY = /* @__PURE__ */ refuse(
  "bad_credentials",
  `more than ${MAX_SIGNATURES} signatures came, or one covers too much`,
);

export function readSignatures(plan: MessagePlan, { headers }: Delivery): readonly FoundSignature[] | Refusal {
  const inputText = headers.get("signature-input");
  const signatureText = headers.get("signature");
  if (inputText === undefined) return NO_INPUT;
  if (signatureText === undefined) return HALF;
  const inputs = parseDictionary(inputText);
  const signatures = parseDictionary(signatureText);
  if (inputs === undefined || signatures === undefined) return MALFORMED;
  const found: FoundSignature[] = [];
  for (const [label, list] of inputs) {
    const signature = signatures.get(label);
    if (!isInnerList(list)) return MALFORMED;
    if (plan.label !== undefined && label !== plan.label) continue;
    if (plan.tag !== undefined && textOf(list.params.get("tag")) !== plan.tag) continue;
    if (signature === undefined || isInnerList(signature) || signature.value.kind !== "bytes") return MALFORMED;
    if (list.items.length > MAX_COMPONENTS || found.length === MAX_SIGNATURES) return TOO_MANY;
    found.push({ list, bytes: signature.value.value, covers: coversOf(list.items) });
  }
  return found.length === 0 ? NOT_OURS : found;
}

export function textOf(item: BareItem | undefined): string | undefined {
  return item?.kind === "string" ? item.value : undefined;
}

const BAD_PARAMETER = /* @__PURE__ */ refuse(
  "bad_credentials",
  "a parameter of the signature is not of the kind that RFC 9421 says",
);
const NO_CREATED = /* @__PURE__ */ refuse("unauthenticated", "the signature does not say when it was created");
const NO_EXPIRES = /* @__PURE__ */ refuse("unauthenticated", "the signature does not say when it expires");
const EXPIRED = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the signature has expired, or expires before it was created",
);

/** Why the parameters of a signature are refused. `undefined` if they are accepted. */
export function refusePolicy(
  plan: MessagePlan,
  { list }: FoundSignature,
  { nowMs }: ProofContext,
): Refusal | undefined {
  const { params } = list;
  for (const name of ["created", "expires"]) if (!isKind(params.get(name), "integer")) return BAD_PARAMETER;
  for (const name of ["alg", "keyid", "nonce", "tag"]) if (!isKind(params.get(name), "string")) return BAD_PARAMETER;
  if ((textOf(params.get("keyid"))?.length ?? 0) > MAX_KEY_ID_CHARS) return BAD_PARAMETER;
  const covered = new Set(list.items.map(identifierOf));
  const missing = plan.requiredNames.find((name) => !covered.has(name));
  if (missing !== undefined) return refuse("unauthenticated", `the signature does not cover ${missing}`);
  const created = params.get("created")?.value as number | undefined;
  const expires = params.get("expires")?.value as number | undefined;
  if (created === undefined) return NO_CREATED;
  if (created < 0) return BAD_PARAMETER;
  if (expires === undefined) return plan.requireExpires ? NO_EXPIRES : undefined;
  const isOver = (expires + plan.clockToleranceSeconds) * 1000 < nowMs;
  return isOver || expires < created ? EXPIRED : undefined;
}

function isKind(item: BareItem | undefined, kind: BareItem["kind"]): boolean {
  return item === undefined || item.kind === kind;
}
