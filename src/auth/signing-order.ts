// Puts combined schemes into the order in which they sign a request.
import type { Auth, SignableRequest, WrittenPlace } from "../core/auth.js";
import { isCovered } from "../core/read-field.js";
import { sharedWeakMap } from "../lib/across-builds.js";
import { isPromise, type MaybePromise } from "../lib/maybe-promise.js";

/** The scheme that an `anyOf` signs with. What this scheme covers decides when it must sign. */
export const signerOf: () => WeakMap<Auth, Auth> = /* @__PURE__ */ sharedWeakMap<Auth, Auth>("signers");

/** A scheme that signs what another scheme writes comes after it. Otherwise, and in circles, the given order stays. */
export function inSigningOrder(auths: readonly Auth[]): readonly Auth[] {
  const ordered: Auth[] = [];
  const left = [...auths];
  while (left.length > 0) {
    const free = left.findIndex((auth) => !left.some((other) => other !== auth && signsWhatIsWrittenBy(auth, other)));
    ordered.push(...left.splice(Math.max(0, free), 1));
  }
  return ordered;
}

function signsWhatIsWrittenBy(auth: Auth, other: Auth): boolean {
  const { covers } = signerOf().get(auth) ?? auth;
  return writtenBy(other).some((place) => isCovered({ kind: "text", ...place }, covers));
}

export function writtenBy(auth: Auth): readonly WrittenPlace[] {
  const { credentialHeaders, credentialQuery = [], writes = [] } = signerOf().get(auth) ?? auth;
  return [
    ...writes,
    ...credentialHeaders.map((name) => ({ in: "header", name }) as const),
    ...credentialQuery.map((name) => ({ in: "query", name }) as const),
  ];
}

export function signWithEach(
  signers: readonly Auth[],
  request: SignableRequest,
  key: string | undefined,
): MaybePromise<SignableRequest> {
  const [signer, ...others] = signers;
  if (signer?.sign === undefined) return request;
  const signed = signer.sign(request, key);
  const go = (one: SignableRequest) => signWithEach(others, one, key);
  return isPromise(signed) ? signed.then(go) : go(signed);
}
