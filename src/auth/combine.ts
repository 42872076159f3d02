// Combines authentication schemes: `allOf` requires every one, `anyOf` one of several.

import {
  type Auth,
  type Covers,
  fromHead,
  needsBody,
  type Proof,
  type ProofContext,
  type Proven,
  type Refusal,
  refuse,
} from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";
import { isPromise, type MaybePromise } from "../lib/maybe-promise.js";
import { inSigningOrder, signerOf, signWithEach, writtenBy } from "./signing-order.js";

/**
 * Requires all of the schemes to accept a delivery, such as a signature and a password. It covers what any of them covers.
 *
 * The schemes are verified in the given order, so the cheapest belongs first. A request is signed in an order in which
 * each scheme signs what the others have written before.
 *
 * @throws {TypeError} When fewer than two are given.
 * @example allOf(basicAuth({ username, password }), hmac({ … }))
 */
export function allOf(...auths: readonly Auth[]): Auth {
  const shared = common("allOf", auths);
  function from(
    at: number,
    delivery: Parameters<Auth["verify"]>[0],
    context: Parameters<Auth["verify"]>[1],
    held: readonly Proven[],
  ): MaybePromise<Proof> {
    const auth = auths[at];
    if (auth === undefined) return together(held);
    const proof = proofOf(auth, delivery, context);
    const go = (settled: Proof): MaybePromise<Proof> =>
      settled.ok ? from(at + 1, delivery, context, [...held, settled]) : settled;
    return isPromise(proof) ? proof.then(go) : go(proof);
  }
  const signers = inSigningOrder(auths);
  const canSign = auths.every((auth) => auth.sign !== undefined);
  const combined: Auth = {
    ...shared,
    scheme: `all of ${auths.map((auth) => auth.scheme).join(", ")}`,
    covers: unionOf(auths.map((auth) => auth.covers)),
    signsTime: auths.some((auth) => auth.signsTime),
    verify: (delivery, context) => from(0, delivery, context, []),
    writes: auths.flatMap(writtenBy),
    ...(canSign
      ? {
          sign: (request, key) => signWithEach(signers, request, key),
        }
      : {}),
  };
  return auths.some(needsBody) ? combined : fromHead(combined);
}

/**
 * Requires one of the schemes to accept a delivery. What is covered depends on the scheme that accepted it.
 *
 * If none accepts it, the refusal is that of a scheme that could not decide, else of one whose credentials were present.
 *
 * @throws {TypeError} When fewer than two are given.
 * @example anyOf(hmac({ … }), staticToken({ token, at: header("x-gitlab-token") }))
 */
export function anyOf(...auths: readonly Auth[]): Auth {
  const shared = common("anyOf", auths);
  function from(
    at: number,
    delivery: Parameters<Auth["verify"]>[0],
    context: Parameters<Auth["verify"]>[1],
    refusals: readonly Refusal[],
  ): MaybePromise<Proof> {
    const auth = auths[at];
    if (auth === undefined) return spokesman(refusals);
    const proof = proofOf(auth, delivery, context);
    const go = (settled: Proof): MaybePromise<Proof> =>
      settled.ok ? settled : from(at + 1, delivery, context, [...refusals, settled]);
    return isPromise(proof) ? proof.then(go) : go(proof);
  }
  const signer = auths.find((auth) => auth.sign !== undefined);
  const combined: Auth = {
    ...shared,
    scheme: `any of ${auths.map((auth) => auth.scheme).join(", ")}`,
    covers: intersectionOf(auths.map((auth) => auth.covers)),
    signsTime: auths.every((auth) => auth.signsTime),
    verify: (delivery, context) => from(0, delivery, context, []),
    ...(signer?.sign === undefined ? {} : { writes: writtenBy(signer), sign: signer.sign.bind(signer) }),
  };
  if (signer !== undefined) signerOf().set(combined, signerOf().get(signer) ?? signer);
  return auths.some(needsBody) ? combined : fromHead(combined);
}

/** A scheme that throws has not decided, and another scheme may still accept the delivery. */
function proofOf(auth: Auth, delivery: Delivery, context: ProofContext): MaybePromise<Proof> {
  const undecided = (cause: unknown): Refusal => ({
    ...refuse("undecided", `${auth.scheme} threw instead of answering`),
    cause,
  });
  try {
    const proof = auth.verify(delivery, context);
    return isPromise(proof) ? proof.then(undefined, undecided) : proof;
  } catch (cause) {
    return undecided(cause);
  }
}

function common(
  where: string,
  auths: readonly Auth[],
): Omit<Auth, "scheme" | "covers" | "signsTime" | "verify" | "writes" | "sign"> {
  if (auths.length < 2) throw new TypeError(`${where}(…): give two schemes or more`);
  for (const auth of auths)
    if (typeof auth?.verify !== "function")
      throw new TypeError(`${where}(…): every argument must be a scheme of hookgate/auth`);
  // RFC 9110 section 11.6.1: WWW-Authenticate may list several.
  const challenges = new Set(auths.flatMap((auth) => auth.challenge ?? []));
  return {
    credentialHeaders: [...new Set(auths.flatMap((auth) => auth.credentialHeaders))],
    credentialQuery: [...new Set(auths.flatMap((auth) => auth.credentialQuery ?? []))],
    needsPublicUrl: auths.some((auth) => auth.needsPublicUrl),
    warnings: auths.flatMap((auth) => auth.warnings ?? []),
    ...secretsOf(auths),
    ...(challenges.size === 0 ? {} : { challenge: [...challenges].join(", ") }),
  };
}

/** The secret fields of all schemes are removed, whichever scheme accepted the delivery. */
function secretsOf(auths: readonly Auth[]): Pick<Auth, "secretFields" | "withoutSecrets"> {
  const cleaners = auths.flatMap((auth) => auth.withoutSecrets ?? []);
  if (cleaners.length === 0) return {};
  return {
    secretFields: auths.flatMap((auth) => auth.secretFields ?? []),
    withoutSecrets: (body) => cleaners.reduce((left, clean) => clean(left), body),
  };
}

/** The result has the oldest signed time, and all schemes must name the same tenant. */
function together(held: readonly Proven[]): Proof {
  const first = held[0] as Proven;
  const times = held.flatMap((proof) => (proof.sentAtMs === undefined ? [] : [proof.sentAtMs]));
  const tenants = new Set(held.flatMap((proof) => (proof.tenant === undefined ? [] : [proof.tenant])));
  if (tenants.size > 1) return refuse("unauthenticated", "the schemes accept the delivery, but for different tenants");
  const [tenant] = tenants;
  return {
    ok: true,
    keyIndex: first.keyIndex,
    covers: unionOf(held.map((proof) => proof.covers)),
    ...(times.length === 0 ? {} : { sentAtMs: Math.min(...times) }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(held.every((proof) => proof.isVerified === false) ? { isVerified: false } : {}),
  };
}

function spokesman(refusals: readonly Refusal[]): Refusal {
  const undecided = refusals.find((refusal) => refusal.outcome === "undecided" || refusal.outcome === "misconfigured");
  return undecided ?? refusals.find((refusal) => refusal.isAbsent !== true) ?? (refusals[0] as Refusal);
}

function unionOf(all: readonly Covers[]): Covers {
  return {
    body: all.some((covers) => covers.body),
    method: all.some((covers) => covers.method),
    url: all.some((covers) => covers.url),
    headers: [...new Set(all.flatMap((covers) => covers.headers))],
    fields: [...new Set(all.flatMap((covers) => covers.fields ?? []))],
  };
}

/** What is covered whichever scheme accepts the delivery. */
function intersectionOf(all: readonly Covers[]): Covers {
  const [first, ...rest] = all as [Covers, ...Covers[]];
  return {
    body: all.every((covers) => covers.body),
    method: all.every((covers) => covers.method),
    url: all.every((covers) => covers.url),
    headers: first.headers.filter((name) => rest.every((covers) => covers.headers.includes(name))),
  };
}
