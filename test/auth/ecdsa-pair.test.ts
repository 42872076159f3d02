// ECDSA signatures side by side and as DER are the same numbers.
import { sign, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { derOfPair, pairOfDer } from "../../src/auth/keys/ecdsa-pair.js";
import { p256, p384, p521 } from "./keys.js";

describe.each([
  ["P-256", p256, "sha256", 32],
  ["P-384", p384, "sha384", 48],
  ["P-521", p521, "sha512", 66],
] as const)("%s", (_name, { publicKey, privateKey }, hash, numberBytes) => {
  it("a signature of either form holds in the other", () => {
    for (let at = 0; at < 40; at++) {
      const text = Buffer.from(`text ${at}`);
      const pair = sign(hash, text, { key: privateKey, dsaEncoding: "ieee-p1363" });
      expect(verify(hash, text, publicKey, derOfPair(pair))).toBe(true);
      const der = sign(hash, text, privateKey);
      expect(verify(hash, text, { key: publicKey, dsaEncoding: "ieee-p1363" }, pairOfDer(der, numberBytes))).toBe(true);
    }
  });

  it("there and back changes no number, however many zeros it begins with", () => {
    const number = fc
      .tuple(fc.nat(numberBytes), fc.uint8Array({ minLength: numberBytes, maxLength: numberBytes }))
      .map(([zeros, bytes]) => Buffer.concat([Buffer.alloc(zeros), bytes]).subarray(0, numberBytes));
    fc.assert(
      fc.property(number, number, (r, s) => {
        const pair = Buffer.concat([r, s]);
        expect(pairOfDer(derOfPair(pair), numberBytes).equals(pair)).toBe(true);
      }),
    );
  });
});
