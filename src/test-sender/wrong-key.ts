// Creates a wrong key of the same form as a sender's key.
import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";

const BYTES = createHash("sha256").update("not the sender's key").digest();

/** The forms of secrets, the most specific first, and then of the private keys that sign tokens. */
const SHAPES: readonly (() => string)[] = [
  () => `whsec_${BYTES.toString("base64")}`,
  () => BYTES.toString("hex"),
  () => BYTES.toString("base64"),
  () => pem(generateKeyPairSync("ed25519")),
  () => pem(generateKeyPairSync("ec", { namedCurve: "P-256" })),
  () => pem(generateKeyPairSync("rsa", { modulusLength: 2048 })),
];

/**
 * Signs with the first wrong key whose form the sender's scheme accepts.
 *
 * @throws {TypeError} When it accepts none. The cause is the scheme's error for the last one.
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
      cause = error; // the sender's keys have another form; the next one may fit
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
