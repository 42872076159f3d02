// The algorithms of JWS and JWT: their names, the keys they need, and verification.
import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import { nearest } from "../../lib/nearest.js";
import { ALGORITHMS, isSignedBy, misfitOf, type PublicKeyAlgorithm } from "../keys/algorithms.js";

/** RFC 7518 section 3.1, RFC 8037 and RFC 9864. `none` is not one. */
export type JwsAlgorithm = JwsPublicKeyAlgorithm | "HS256" | "HS384" | "HS512";
export type JwsPublicKeyAlgorithm =
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "ES256"
  | "ES384"
  | "ES512"
  | "EdDSA"
  | "Ed25519";

interface JwsHmac {
  readonly hash: string;
  /** RFC 7518 section 3.2: a key at least as long as the hash. A shorter one can be guessed offline from any token. */
  readonly minKeyBytes: number;
}

const HMACS: ReadonlyMap<string, JwsHmac> = /* @__PURE__ */ new Map([
  ["HS256", { hash: "sha256", minKeyBytes: 32 }],
  ["HS384", { hash: "sha384", minKeyBytes: 48 }],
  ["HS512", { hash: "sha512", minKeyBytes: 64 }],
]);
const BY_JWA: ReadonlyMap<string, PublicKeyAlgorithm> = /* @__PURE__ */ new Map(
  (Object.keys(ALGORITHMS) as PublicKeyAlgorithm[]).flatMap((name) =>
    (ALGORITHMS[name].jwa ?? []).map((jwa) => [jwa, name] as const),
  ),
);
/** RFC 7518 section 3.4: the two numbers side by side; section 3.5: salt as long as the hash. */
export const JWS_DETAILS = { ecdsaForm: "p1363", pssSalt: "digest" } as const;

/** The algorithms of public keys. */
export const JWS_PUBLIC_KEY_ALGORITHMS: readonly JwsPublicKeyAlgorithm[] = /* @__PURE__ */ Array.from(
  (BY_JWA as ReadonlyMap<JwsPublicKeyAlgorithm, unknown>).keys(),
);

/** The algorithm of public keys behind a JWA name. */
export function publicKeyAlgorithmOf(jwa: string): PublicKeyAlgorithm | undefined {
  return BY_JWA.get(jwa);
}

/** The length of the shortest secret that fits one of the algorithms. */
export function minSecretBytes(algorithms: readonly JwsAlgorithm[]): number {
  return Math.min(...algorithms.map((name) => (HMACS.get(name) as JwsHmac).minKeyBytes));
}

export function jwsHmac(secret: KeyObject, alg: string, input: Buffer): Buffer {
  return createHmac((HMACS.get(alg) as JwsHmac).hash, secret)
    .update(input)
    .digest();
}

/**
 * Whether the signature over the input was made with this key and algorithm.
 *
 * @throws {Error} If the platform lacks the algorithm.
 */
export function isJwsSignedBy(key: KeyObject, alg: string, input: Buffer, signature: Buffer): boolean {
  const hmac = HMACS.get(alg);
  if (hmac !== undefined) {
    if (key.type !== "secret" || (key.symmetricKeySize ?? 0) < hmac.minKeyBytes) return false;
    const expected = jwsHmac(key, alg, input);
    return expected.length === signature.length && timingSafeEqual(expected, signature);
  }
  const algorithm = BY_JWA.get(alg);
  if (algorithm === undefined || key.type !== "public" || misfitOf(key, algorithm) !== undefined) return false;
  return isSignedBy(key, algorithm, input, signature, JWS_DETAILS);
}

/** @throws {TypeError} If an algorithm is unknown, or does not fit the kind of keys. */
export function checkJwsAlgorithms(algorithms: unknown, isSecret: boolean, where: string): void {
  if (!Array.isArray(algorithms) || algorithms.length === 0) {
    throw new TypeError(`${where}: algorithms must be a non-empty array, such as ["ES256"]`);
  }
  const possible = isSecret ? [...HMACS.keys()] : JWS_PUBLIC_KEY_ALGORITHMS;
  for (const name of algorithms as readonly unknown[]) {
    const problem = problemWith(name, possible);
    if (problem !== undefined) throw new TypeError(`${where}: algorithms: ${problem}`);
  }
}

function problemWith(name: unknown, possible: readonly string[]): string | undefined {
  if (typeof name !== "string") return `must hold strings; got ${typeof name}`;
  if (possible.includes(name)) return undefined;
  if (name.toLowerCase() === "none") return '"none" means unsigned, which proves nothing';
  if (HMACS.has(name))
    return `${name} needs \`secret\`; beside public keys anyone could sign with the public key's text`;
  if (BY_JWA.has(name)) return `${name} needs public keys, not \`secret\``;
  const near = nearest(name, possible);
  return `unknown ${JSON.stringify(name)}; ${near === undefined ? `known are ${possible.join(", ")}` : `did you mean "${near}"?`}`;
}
