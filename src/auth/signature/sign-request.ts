// Finds what of a request is signed and writes the signature. For test senders.

import type { SignableRequest, WrittenPlace } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { formatTime } from "../../lib/time.js";
import { deliveryToSign } from "../request/signable-request.js";
import { PrivateFields } from "../request/unverified-fields.js";
import type { Plan, SignedOptions } from "./compile.js";
import type { SignedBytes } from "./signed-bytes.js";

/** A request with all but its signature. */
export interface Unsigned {
  readonly bytes: SignedBytes;
  /** The request as it would be received. */
  readonly delivery: Delivery;
  write(signature: string): SignableRequest;
}

/** The plan of the family whose headers the request has already; the first one where it has none. */
export function planToSign(plans: readonly Plan[], request: SignableRequest): Plan {
  const [first] = plans as [Plan];
  return plans.find((one) => one.ownHeaders.some((name) => request.headers[name] !== undefined)) ?? first;
}

/** @throws {TypeError} When the request lacks something that is signed. */
export function prepareToSign(plan: Plan, given: SignableRequest, where: string): Unsigned {
  const request = plan.time?.write(given) ?? given;
  const delivery = deliveryToSign(request);
  const params = new Map<string, string>();
  if (plan.timeParam !== undefined) {
    params.set(plan.timeParam.name, formatTime(request.timestampMs, plan.timeParam.format));
  }
  const reading = plan.signature.blank(params);
  const untimely = plan.time?.isReadLate === false ? plan.time.read(delivery, reading, undefined) : undefined;
  if (untimely !== undefined) throw new TypeError(`${where}: the request cannot be signed: ${untimely.hint}`);
  const fields = plan.readsFields ? new PrivateFields(delivery) : undefined;
  const candidates = plan.signed.candidates(delivery, { publicUrls: () => [request.url] }, reading, fields);
  const bytes = "ok" in candidates ? candidates : candidates[0];
  if (bytes === undefined) throw new TypeError(`${where}: the request cannot be signed: there is nothing to sign`);
  if (!bytes.ok) throw new TypeError(`${where}: the request cannot be signed: ${bytes.hint}`);
  return { bytes, delivery, write: (signature) => plan.signature.write(request, signature, params) };
}

/** Where signing writes beside the signature's own headers. */
export function placesWritten({
  signature,
  timestamp,
  families = ["*"],
}: Omit<SignedOptions, "signed">): readonly WrittenPlace[] {
  return [signature.at, timestamp].flatMap((place) => {
    if (place === undefined || place.in === "param" || place.in === "literal" || place.in === "dotted") return [];
    const { in: where, name } = place;
    if (!name.includes("*") || where !== "header") return [{ in: where, name }];
    return families.map((family) => ({ in: where, name: name.replace("*", family).toLowerCase() }));
  });
}
