// Which key pairs do the samples use, of senders that sign with a private key? Made when first asked for, new each time.
import { createPrivateKey, generateKeyPairSync } from "node:crypto";

export interface SampleKeyPair {
  /** PEM, SPKI. */
  readonly publicKey: string;
  /** PEM, PKCS #8. */
  readonly privateKey: string;
}

const SPKI = { type: "spki", format: "pem" } as const;
const PKCS8 = { type: "pkcs8", format: "pem" } as const;

export const rsaPair: () => SampleKeyPair = once(() => {
  return generateKeyPairSync("rsa", { modulusLength: 2048, publicKeyEncoding: SPKI, privateKeyEncoding: PKCS8 });
});
export const p256Pair: () => SampleKeyPair = once(() => {
  return generateKeyPairSync("ec", { namedCurve: "P-256", publicKeyEncoding: SPKI, privateKeyEncoding: PKCS8 });
});
export const ed25519Pair: () => SampleKeyPair = once(() =>
  generateKeyPairSync("ed25519", { publicKeyEncoding: SPKI, privateKeyEncoding: PKCS8 }),
);

/** A private key that says in its tokens which one it is. */
export function namedJwk({ privateKey }: SampleKeyPair, keyId: string): string {
  return JSON.stringify({ ...createPrivateKey(privateKey).export({ format: "jwk" }), kid: keyId });
}

function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
