// The signature scheme of Hook0, which Coinbase uses too.
import type { Secrets } from "../../auth/keys/secrets.js";
import { hmac } from "../../auth/schemes/hmac.js";
import { param } from "../../auth/signature/signature.js";
import type { SignedText } from "../../auth/signature/signed-content.js";
import { type Auth, type Proof, refuse } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { type Field, header } from "../../core/field.js";
import { isPromise } from "../../lib/maybe-promise.js";

const SIGNATURE = "x-hook0-signature";

const HAS_V1 = /(?:^|,)\s*v1=/;

/** More headers than anybody signs. */
const MAX_SIGNED_HEADERS = 32;

const TIME = /* @__PURE__ */ param("t", "unix-seconds");

const HEADER_MISSING = /* @__PURE__ */ refuse("unauthenticated", "a header that the signature covers did not come");

const HEADERS_ILL = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the list of signed headers is malformed, or one of them came twice",
);

/** `<t>.<names as they stand>.<their values, joined by dots>.<body>` */
const WITH_HEADERS: SignedText = {
  covers: { body: true, method: false, url: false, headers: [] },
  usesTimestamp: true,
  params: ["h"],
  texts(delivery, { timestamp, param: paramOf }) {
    const names = paramOf("h") ?? "";
    const values: string[] = [];
    for (const name of namesOf(names)) {
      const value = delivery.headers.once(name);
      if (value === undefined) return HEADER_MISSING;
      if (typeof value === "symbol") return HEADERS_ILL;
      values.push(value);
    }
    if (values.length > MAX_SIGNED_HEADERS) return HEADERS_ILL;
    const head = Buffer.from(`${timestamp}.${names}.${values.join(".")}.`, "latin1");
    return [Buffer.concat([head, delivery.body])];
  },
};

function namesOf(list: string): readonly string[] {
  return list === "" ? [] : list.toLowerCase().split(" ");
}

/** Where `v1` is there, it alone is verified: the weaker `v0` beside it would let its headers be changed. */
export function hook0Auth(secret: Secrets): Auth {
  const body = hmac({
    secret,
    signed: "{timestamp}.{body}",
    timestamp: TIME,
    signature: { header: SIGNATURE, encoding: "hex", form: { pairs: "v0" } },
  });
  const withHeaders = hmac({
    secret,
    signed: WITH_HEADERS,
    timestamp: TIME,
    signature: { header: SIGNATURE, encoding: "hex", form: { pairs: "v1" } },
  });
  return {
    ...body,
    scheme: "hook0",
    verify(delivery, context) {
      const value = delivery.headers.onceList(SIGNATURE);
      if (typeof value !== "string" || !HAS_V1.test(value)) return body.verify(delivery, context);
      const proof = withHeaders.verify(delivery, context);
      const bind = (one: Proof) => (one.ok ? { ...one, covers: coversOf(delivery, value) } : one);
      return isPromise(proof) ? proof.then(bind) : bind(proof);
    },
  };
}

/** The headers are bound unless a dot in one of them leaves open where it ends. */
function coversOf(delivery: Delivery, signature: string) {
  const names = namesOf(/(?:^|,)\s*h=([^,]*)/.exec(signature)?.[1] ?? "");
  const isExact = names.every((name) => !(delivery.headers.get(name) ?? ".").includes("."));
  return { ...WITH_HEADERS.covers, headers: isExact ? names : [] };
}

export const ID: Field<"text"> = /* @__PURE__ */ header("x-event-id");
