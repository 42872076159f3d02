// Makes a wrong key of the same shape as a sender's.
import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";

const BYTES = createHash("sha256").update("not the sender's key").digest();

/** Secrets as senders write them, the most particular first; then the private keys that tokens are signed with. */
const SHAPES: readonly (() => string)[] = [
  () => `whsec_${BYTES.toString("base64")}`,
  () => BYTES.toString("hex"),
  () => BYTES.toString("base64"),
  () => pem(generateKeyPairSync("ed25519")),
  () => pem(generateKeyPairSync("ec", { namedCurve: "P-256" })),
  () => pem(generateKeyPairSync("rsa", { modulusLength: 2048 })),
];

/**
 * Signs with the first wrong key that the sender's scheme takes as a key at all.
 *
 * @throws {TypeError} Where it takes none; its cause is what the scheme said to the last one.
 */
export async function signWithWrongKey<Signed>(
  sender: string,
  sign: (key: string) => Promise<Signed>,
): Promise<Signed> {
  let cause: unknown;
  for (const shape of SHAPES) {
    try {
      return await sign(shape());
    } catch (error) {
      cause = error; // not a key of this sender's shape: the next one may be
    }
  }
  throw new TypeError(
    `send: no wrong key could be made for ${sender}; sign with another key instead: createTestSender(sender, { key })`,
    { cause },
  );
}

function pem({ privateKey }: { privateKey: KeyObject }): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
