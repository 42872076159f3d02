// Makes tokens that `jwt`, `bearerJwt` and `detachedJws` accept, for test senders.
import { createHash, createPublicKey, type KeyObject, randomUUID } from "node:crypto";
import type { SignableRequest } from "../../core/auth.js";
import { formatTime } from "../../lib/time.js";
import { misfitOf, type PublicKeyAlgorithm, signBytes } from "../keys/algorithms.js";
import { parsePemCertificates } from "../keys/certificate.js";
import { toPrivateKey } from "../keys/parse-private-key.js";
import { deliveryToSign } from "../request/signable-request.js";
import { writeField } from "../request/write-field.js";
import { JWS_DETAILS, jwsHmac, publicKeyAlgorithmOf } from "./jws-algorithms.js";
import type { JwsKeyFinder } from "./jws-keys.js";
import type { HashClaim } from "./options.js";
import type { JwtPlan } from "./plan.js";

/** Long enough for a delivery and its first retry, short enough to leak. */
const LIFETIME_SECONDS = 300;

/** A key to sign with, and its properties in the header of the token. */
export interface JwsSigner {
  readonly alg: string;
  readonly header: Readonly<Record<string, unknown>>;
  sign(input: Buffer): Buffer;
}

export async function signJwt(
  plan: JwtPlan,
  keys: JwsKeyFinder,
  request: SignableRequest,
  text: string | undefined,
  where: string,
): Promise<SignableRequest> {
  const signer = await jwsSigner(keys, request, text, `${where}.sign`);
  const header = { ...signer.header, ...(plan.type === undefined ? {} : { typ: plan.type }) };
  const claims = {
    ...(plan.isPayload ? bodyOf(request) : {}),
    ...tokenClaims(plan, request),
    ...claimsFor(plan, request),
  };
  const input = `${base64url(header)}.${base64url(claims)}`;
  const token = `${input}.${signer.sign(Buffer.from(input, "latin1")).toString("base64url")}`;
  const { at, prefix } = plan;
  if (at === "body") return { ...request, body: Buffer.from(token, "latin1") };
  const isPayload = plan.isPayload && at.in === "json";
  return writeField(isPayload ? { ...request, body: Buffer.from("{}") } : request, at, prefix + token);
}

/** Vendors' libraries require an id (MessageBird) and an issue time (Google). A token that is the payload has only its own claims. */
function tokenClaims({ at, isPayload }: JwtPlan, { timestampMs }: SignableRequest): { jti?: string; iat?: number } {
  return at === "body" || isPayload ? {} : { iat: Math.floor(timestampMs / 1000), jti: randomUUID() };
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value), "utf8").toString("base64url");
}

function bodyOf({ body }: SignableRequest): object {
  const value: unknown = body.length === 0 ? {} : JSON.parse(Buffer.from(body).toString("utf8"));
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new TypeError("jwt.sign: the request's body must be a JSON object, for it becomes the token's claims");
}

function claimsFor(plan: JwtPlan, { timestampMs, body, url }: SignableRequest): Record<string, unknown> {
  const claims: Record<string, unknown> = Object.fromEntries(plan.claims);
  if (plan.issuers !== undefined) claims.iss = plan.issuers[0];
  if (plan.audiences !== undefined) claims.aud = plan.audiences[0];
  if (plan.audienceIsUrl) claims.aud = url;
  if (plan.subject !== undefined) claims.sub = plan.subject;
  if (plan.tenantClaim !== undefined) claims[plan.tenantClaim] ??= "test";
  const nowSeconds = Math.floor(timestampMs / 1000);
  if (plan.requireExpiry) claims.exp = nowSeconds + LIFETIME_SECONDS;
  if (plan.maxTokenAgeSeconds !== undefined) claims.iat = nowSeconds;
  if (plan.signedAt !== undefined) {
    const time = formatTime(timestampMs, plan.signedAt.format);
    claims[plan.signedAt.claim] = plan.signedAt.format === "rfc3339" ? time : Number(time);
  }
  const hashes = [
    [plan.bodyHash, body],
    [plan.urlHash, url],
  ] as const;
  for (const [rule, text] of hashes) {
    if (rule === undefined || (rule.isAbsentWhenEmpty && text.length === 0)) continue;
    claims[rule.claim] = hashOf(rule, text);
  }
  return claims;
}

function hashOf({ hash, encoding }: Required<HashClaim>, text: string | Uint8Array): string {
  return createHash(hash).update(text).digest(encoding);
}

/** @throws {TypeError} If there is no key that can sign with one of the algorithms. */
export async function jwsSigner(
  keys: JwsKeyFinder,
  request: SignableRequest,
  text: string | undefined,
  where: string,
): Promise<JwsSigner> {
  const { algorithms } = keys;
  if (keys.ownSecret !== undefined) {
    const alg = algorithms[0] as string;
    const secret = await keys.ownSecret(deliveryToSign(request), text);
    return {
      alg,
      header: { alg },
      sign: (input) => jwsHmac(secret, alg, input),
    };
  }
  if (text === undefined)
    throw new TypeError(`${where}: key is needed: a private key, since only public keys are configured`);
  const names = algorithms.map((alg) => publicKeyAlgorithmOf(alg) as PublicKeyAlgorithm);
  const key = toPrivateKey(text, names, where);
  const at = names.findIndex((name) => misfitOf(key, name) === undefined);
  const alg = algorithms[at] as string;
  return {
    alg,
    header: { alg, ...keyIdIn(text), ...chainIn(text, key) },
    sign: (input) => signBytes(key, names[at] as PublicKeyAlgorithm, input, JWS_DETAILS),
  };
}

/** The key id of a JWK, if it has one. */
function keyIdIn(text: string): { kid?: string } {
  if (!text.trimStart().startsWith("{")) return {};
  const { kid } = JSON.parse(text) as { kid?: unknown };
  return typeof kid === "string" ? { kid } : {};
}

/** Certificates after the private key become the chain in the header. */
function chainIn(text: string, key: KeyObject): { x5c?: readonly string[] } {
  if (!text.includes("-----BEGIN CERTIFICATE-----")) return {};
  const chain = parsePemCertificates(text);
  if (!chain[0].publicKey.equals(createPublicKey(key))) {
    throw new TypeError("jwt.sign: the first certificate is not that of the private key");
  }
  return { x5c: chain.map((certificate) => certificate.raw.toString("base64")) };
}
