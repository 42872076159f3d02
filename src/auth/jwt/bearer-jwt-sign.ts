// Makes tokens that `bearerJwt` accepts. For test senders; it needs a private key.
import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from "node:crypto";
import type { JWK } from "jose";
import type { SignableRequest } from "../../core/auth.js";
import { loadJose } from "../keys/jwks.js";
import { algorithmsOfKey } from "../keys/jwks-document.js";
import type { BearerJwtPlan } from "./bearer-jwt-options.js";

/** Long enough for a delivery and its first retry, short enough to leak. */
const LIFETIME_SECONDS = 300;

/** The tenant of a token that we sign, where `claims` does not fix it. */
const TEST_TENANT = "test";

interface SigningKey {
  readonly key: KeyObject;
  readonly alg: string;
  readonly kid?: string;
}

function fail(problem: string): never {
  throw new TypeError(`bearerJwt.sign: ${problem}`);
}

export async function signRequest(
  plan: BearerJwtPlan,
  request: SignableRequest,
  given?: string,
): Promise<SignableRequest> {
  const { key, alg, kid } = signingKey(plan, given);
  const { SignJWT } = await loadJose();
  const nowSeconds = Math.floor(request.timestampMs / 1000);
  const claims: Record<string, unknown> = Object.fromEntries(plan.claims);
  if (plan.tenantClaim !== undefined) claims[plan.tenantClaim] ??= TEST_TENANT;
  const token = new SignJWT(claims)
    .setProtectedHeader({
      alg,
      ...(kid === undefined ? {} : { kid }),
      ...(plan.type === undefined ? {} : { typ: plan.type }),
    })
    .setIssuer(plan.issuers[0])
    .setAudience(plan.audiences[0])
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + LIFETIME_SECONDS);
  if (plan.subject !== undefined) token.setSubject(plan.subject);
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${await token.sign(key)}` } };
}

function signingKey(plan: BearerJwtPlan, given: string | undefined): SigningKey {
  const alg = plan.algorithms[0] as string;
  if (plan.keys.kind === "secret") {
    const key = given === undefined ? plan.keys.secrets[0] : createSecretKey(given, "utf8");
    return { key: key as KeyObject, alg };
  }
  if (given === undefined)
    return fail("key is needed: a private key as PEM or JWK text, since only public keys are configured");
  return privateKey(plan, given);
}

function privateKey(plan: BearerJwtPlan, text: string): SigningKey {
  const jwk = text.trimStart().startsWith("{") ? parseJwk(text) : undefined;
  let key: KeyObject;
  try {
    key = jwk === undefined ? createPrivateKey(text) : createPrivateKey({ key: jwk, format: "jwk" });
  } catch {
    return fail("key must be a private key as PEM (PKCS #8) or JWK text");
  }
  const possible = algorithmsOfKey(createPublicKey(key)).filter((name) => jwk?.alg === undefined || jwk.alg === name);
  const alg = plan.algorithms.find((name) => possible.includes(name));
  if (alg === undefined) return fail(`key cannot be used with any of ${plan.algorithms.join(", ")}`);
  return { key, alg, ...(typeof jwk?.kid === "string" ? { kid: jwk.kid } : {}) };
}

function parseJwk(text: string): JWK {
  try {
    return JSON.parse(text) as JWK;
  } catch {
    return fail("key looks like a JWK but is not JSON");
  }
}
