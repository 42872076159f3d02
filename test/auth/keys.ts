// Key pairs of each kind, made anew for each file of tests, and how they are written down.
import { generateKeyPairSync, type KeyObject } from "node:crypto";

export const ed = generateKeyPairSync("ed25519");
export const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
export const p521 = generateKeyPairSync("ec", { namedCurve: "P-521" });
export const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });

export function spki(key: KeyObject): string {
  return key.export({ type: "spki", format: "pem" }).toString();
}

export function pkcs8(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
