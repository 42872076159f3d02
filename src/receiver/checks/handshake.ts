// Answers a sender's handshakes.

import type { Delivery } from "../../core/delivery.js";
import type { Rejection } from "../../core/outcome.js";
import type { Reply } from "../../core/reply.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import type { Enrolment, Handshake } from "../../sender/sender.js";
import type { Check, DeliveryContext } from "./check.js";
import { declaredLength } from "./content-headers.js";

export interface HandshakeSettings {
  readonly handshakes: readonly Handshake[];
  readonly deliveryMethods: readonly string[];
  readonly enrolment: Enrolment;
}

/** Asked before the proof, for senders that shake hands unsigned. A method that only such a handshake uses goes no further. */
export function unsignedHandshakeCheck(settings: HandshakeSettings): Check | undefined {
  const { enrolment } = settings;
  const unsigned = unsignedOf(settings);
  if (unsigned.length === 0) return undefined;
  const beyond = methodsBeyond(settings);
  function goOn(ctx: DeliveryContext): Rejection | undefined {
    if (beyond.has(ctx.delivery.method)) return undefined;
    const hint = `a ${ctx.delivery.method} that is none of this sender's handshakes (${unsigned.map((one) => one.name).join(", ")})`;
    ctx.trace.add({ check: "handshake", result: "refused", hint });
    return { name: "method_not_allowed", hint };
  }
  return function unsignedHandshake(ctx) {
    const answered = ask(unsigned, ctx, enrolment);
    if (isPromise(answered)) return answered.then((rejection) => rejection ?? goOn(ctx));
    return answered ?? goOn(ctx);
  };
}

/**
 * Whether a delivery may be a handshake without proof, or can be nothing else, by its head alone; `undefined` where the
 * sender has none.
 */
export function mayComeUnproven(settings: HandshakeSettings): ((delivery: Delivery) => boolean) | undefined {
  const unsigned = unsignedOf(settings);
  if (unsigned.length === 0) return undefined;
  const beyond = methodsBeyond(settings);
  return function isUnproven({ method, headers }) {
    if (!beyond.has(method)) return true;
    const length = declaredLength(headers) ?? 0;
    return unsigned.some(({ methods, maxBodyBytes = length }) => methods.includes(method) && length <= maxBodyBytes);
  };
}

function unsignedOf({ handshakes }: HandshakeSettings): readonly Handshake[] {
  return handshakes.filter((handshake) => handshake.isUnsigned);
}

/** The methods of authenticated requests: deliveries and signed handshakes. */
function methodsBeyond({ handshakes, deliveryMethods }: HandshakeSettings): ReadonlySet<string> {
  const signed = handshakes.filter((handshake) => !handshake.isUnsigned);
  return new Set([...deliveryMethods, ...signed.flatMap(({ methods }) => methods)]);
}

/** Asked after the proof. */
export function signedHandshakeCheck({ handshakes, enrolment }: HandshakeSettings): Check | undefined {
  const signed = handshakes.filter((handshake) => !handshake.isUnsigned);
  if (signed.length === 0) return undefined;
  return function signedHandshake(ctx) {
    return ask(signed, ctx, enrolment);
  };
}

function ask(
  handshakes: readonly Handshake[],
  ctx: DeliveryContext,
  enrolment: Enrolment,
  from = 0,
): MaybePromise<Rejection | undefined> {
  const { delivery, proof } = ctx;
  for (let at = from; at < handshakes.length; at++) {
    const handshake = handshakes[at] as Handshake;
    if (!handshake.methods.includes(delivery.method)) continue;
    const answer = handshake.answer(delivery, proof, handshake.enrols ? enrolment : undefined);
    if (isPromise(answer)) {
      return answer.then((settled) => conclude(handshake, settled, ctx) ?? ask(handshakes, ctx, enrolment, at + 1));
    }
    const rejection = conclude(handshake, answer, ctx);
    if (rejection !== undefined) return rejection;
  }
  return undefined;
}

function conclude(
  handshake: Handshake,
  answer: Reply | Rejection | undefined,
  ctx: DeliveryContext,
): Rejection | undefined {
  if (answer === undefined) return undefined;
  if ("name" in answer) {
    ctx.trace.add({ check: "handshake", result: "refused", hint: answer.hint ?? handshake.name });
    return answer;
  }
  ctx.trace.add({ check: "handshake", result: "passed", hint: handshake.name });
  const secretHeaders = handshake.secretFields
    ?.filter((place) => place.in === "header")
    .map((place) => place.name.toLowerCase());
  return { name: "handshake", hint: handshake.name, reply: safe(answer), secretHeaders };
}

/** An echo must never run as a page: plain text unless the sender wants JSON, and no sniffing. */
function safe(reply: Reply): Reply {
  return {
    ...reply,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      ...reply.headers,
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    },
  };
}
