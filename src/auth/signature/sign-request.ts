// Signs requests for test senders: finds the bytes to sign, and writes the signature.

import type { SignableRequest } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { formatTime } from "../../lib/time.js";
import { deliveryToSign } from "../request/signable-request.js";
import { PrivateFields } from "../request/unverified-fields.js";
import type { Plan } from "./compile.js";
import { readSigned } from "./read-signed.js";
import type { SignedBytes } from "./signed-bytes.js";

/** A request that is complete except for its signature. */
export interface Unsigned {
  readonly bytes: SignedBytes;
  /** The request as it would be received. */
  readonly delivery: Delivery;
  write(signature: string): SignableRequest;
}

/** The plan of the family whose headers the request has, or the first plan. */
export function planToSign(plans: readonly Plan[], request: SignableRequest): Plan {
  const [first] = plans as [Plan];
  return plans.find((one) => one.ownHeaders.some((name) => request.headers[name] !== undefined)) ?? first;
}

/** @throws {TypeError} If the request lacks something that is signed. */
export function prepareToSign(plan: Plan, given: SignableRequest, where: string): Unsigned {
  const request = plan.time?.write(given) ?? given;
  const delivery = deliveryToSign(request);
  const params = new Map<string, string>();
  if (plan.timeParam !== undefined) {
    params.set(plan.timeParam.name, formatTime(request.timestampMs, plan.timeParam.format));
  }
  const reading = plan.signature.blank(params);
  const fields = plan.readsFields ? new PrivateFields(delivery) : undefined;
  const signed = readSigned(plan, delivery, { publicUrls: () => [request.url] }, reading, fields);
  if ("ok" in signed) throw new TypeError(`${where}: the request cannot be signed: ${signed.hint}`);
  const [bytes] = signed;
  if (bytes === undefined) throw new TypeError(`${where}: the request cannot be signed: there is nothing to sign`);
  return { bytes, delivery, write: (signature) => plan.signature.write(request, signature, params) };
}
