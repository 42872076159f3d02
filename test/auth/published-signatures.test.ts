// Signatures that others have published, valid and invalid: does every proof that takes such a signature say the same?
import { createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  isMessageSignedBy,
  type MessageAlgorithm,
  type MessagePublicKeyAlgorithm,
} from "../../src/auth/http-signature/keys.js";
import { type EcdsaForm, isSignedBy, type PublicKeyAlgorithm } from "../../src/auth/keys/algorithms.js";
import { type PublicKeyOptions, publicKey } from "../../src/auth/schemes/public-key.js";
import { outcomeOf, wycheproof } from "./proving.js";

interface Case {
  readonly key: KeyObject;
  /** Where a failure is found again. */
  readonly name: string;
  readonly algorithm: PublicKeyAlgorithm;
  readonly form: EcdsaForm;
  readonly salt: "digest" | "any";
  readonly message: Buffer;
  readonly signature: Buffer;
  readonly isValid: boolean;
}

/** RFC 9421 section 3.3 has these; numbers side by side, salts as long as the hash. */
const OF_MESSAGES: readonly string[] = [
  "ecdsa-p256-sha256",
  "ecdsa-p384-sha384",
  "rsa-v1_5-sha256",
  "rsa-pss-sha512",
] satisfies MessageAlgorithm[];

const hex = (text: string) => Buffer.from(text, "hex");
const base64url = (text: string) => hex(text).toString("base64url");

/** NIST's keys have the exponents 3 and 17 too, which `publicKey` takes from nobody: there the signature alone is judged. */
const isSmallExponent = (key: KeyObject) => (key.asymmetricKeyDetails?.publicExponent ?? 65_537n) < 65_537n;

async function isProven({ key, algorithm, form, salt, message, signature }: Case): Promise<boolean> {
  if (isSmallExponent(key)) return isSignedBy(key, algorithm, message, signature, { ecdsaForm: form, pssSalt: salt });
  const options: PublicKeyOptions = {
    publicKey: key,
    algorithm,
    ecdsaForm: form,
    pssSalt: salt,
    signature: { header: "x-signature", encoding: "hex" },
  };
  const headers = { "x-signature": signature.toString("hex") };
  return (await outcomeOf(publicKey(options), { body: message, headers })) === "proven";
}

/** `undefined` where a message signature is not written in that way. */
function isMessageSigned({ key, algorithm, form, salt, message, signature }: Case): boolean | undefined {
  if (!OF_MESSAGES.includes(algorithm) || (algorithm.startsWith("ecdsa") && form === "der")) return undefined;
  if (algorithm.startsWith("rsa-pss") && salt === "any") return undefined;
  return isMessageSignedBy({ algorithm: algorithm as MessagePublicKeyAlgorithm, key }, message, signature);
}

/** Names of the cases that are judged otherwise than published. */
async function differing(cases: readonly Case[]): Promise<string[]> {
  const names: string[] = [];
  for (const one of cases) {
    if ((await isProven(one)) !== one.isValid) names.push(`publicKey: ${one.name}`);
    if ((isMessageSigned(one) ?? one.isValid) !== one.isValid) names.push(`messageSignature: ${one.name}`);
  }
  return names;
}

function count(cases: readonly Case[]): { valid: number; invalid: number } {
  const valid = cases.filter(({ isValid }) => isValid).length;
  return { valid, invalid: cases.length - valid };
}

describe("Wycheproof, selections of its files", () => {
  interface Group {
    readonly publicKeyPem: string;
    readonly tests: readonly { tcId: number; comment: string; msg: string; sig: string; result: string }[];
  }
  /** "acceptable" there: a missing NULL in the padding. Here it is no signature. */
  const isValidThere = (result: string) => result === "valid";

  it.each<[string, PublicKeyAlgorithm, EcdsaForm, { valid: number; invalid: number }]>([
    ["ecdsa_secp384r1_sha384_selection", "ecdsa-p384-sha384", "der", { valid: 6, invalid: 8 }],
    ["ecdsa_secp256r1_sha256_p1363_selection", "ecdsa-p256-sha256", "p1363", { valid: 1, invalid: 24 }],
    ["rsa_signature_2048_sha256_selection", "rsa-v1_5-sha256", "der", { valid: 2, invalid: 5 }],
    ["rsa_pss_2048_sha256_mgf1_32_selection", "rsa-pss-sha256", "der", { valid: 2, invalid: 11 }],
  ])("%s: every published result is ours", async (file, algorithm, form, expected) => {
    const { testGroups, numberOfTests } = wycheproof<Group>(file);
    const cases = testGroups.flatMap(({ publicKeyPem, tests }) => {
      const key = createPublicKey(publicKeyPem);
      return tests.map(
        ({ tcId, comment, msg, sig, result }): Case => ({
          ...{ key, algorithm, form, salt: "digest" },
          name: `${tcId} (${comment})`,
          message: hex(msg),
          signature: hex(sig),
          isValid: isValidThere(result),
        }),
      );
    });
    expect(cases).toHaveLength(numberOfTests);
    expect(count(cases)).toEqual(expected);
    expect(await differing(cases)).toEqual([]);
  });
});

describe("NIST's validation program, FIPS 186-3", () => {
  interface EcdsaTest {
    readonly curve: "P-256" | "P-384";
    readonly msg: string;
    readonly x: string;
    readonly y: string;
    readonly r: string;
    readonly s: string;
    readonly result: string;
  }
  interface RsaTest {
    readonly padding: "pkcs1" | "pss";
    readonly sha: "SHA256" | "SHA384" | "SHA512";
    readonly n: string;
    readonly e: string;
    readonly msg: string;
    readonly sig: string;
    readonly result: string;
  }
  function load<Test>(file: string): Test[] {
    const text = readFileSync(new URL(`../vectors/nist/${file}.json`, import.meta.url), "utf8");
    return (JSON.parse(text) as { tests: Test[] }).tests;
  }

  const ecdsa = load<EcdsaTest>("ecdsa_sigver").flatMap(({ curve, msg, x, y, r, s, result }, at): Case[] => {
    const jwk = { kty: "EC", crv: curve, x: base64url(x), y: base64url(y) };
    let key: KeyObject;
    try {
      key = createPublicKey({ key: jwk, format: "jwk" });
    } catch {
      return []; // the point is not on the curve: no such key can be given at all
    }
    const algorithm = curve === "P-256" ? "ecdsa-p256-sha256" : "ecdsa-p384-sha384";
    const isValid = result.startsWith("P");
    const signature = hex(r + s);
    return [
      { key, algorithm, form: "p1363", salt: "digest", message: hex(msg), signature, isValid, name: `${at} ${result}` },
    ];
  });
  const rsa = (salt: Case["salt"]) =>
    load<RsaTest>("rsa_sigver").map(({ padding, sha, n, e, msg, sig, result }, at): Case => {
      const key = createPublicKey({ key: { kty: "RSA", n: base64url(n), e: base64url(e) }, format: "jwk" });
      const algorithm = `rsa-${padding === "pss" ? "pss" : "v1_5"}-${sha.toLowerCase()}` as PublicKeyAlgorithm;
      const isValid = result.startsWith("P");
      return {
        ...{ key, algorithm, form: "der", salt, isValid },
        name: `${at} ${padding} ${result}`,
        message: hex(msg),
        signature: hex(sig),
      };
    });

  it("ECDSA on P-256 and P-384, side by side: every published result is ours", async () => {
    expect(count(ecdsa)).toEqual({ valid: 6, invalid: 24 });
    expect(await differing(ecdsa)).toEqual([]);
  });

  it("RSA of 2048 bits, PKCS #1 v1.5 and PSS: every published result is ours", async () => {
    const cases = rsa("any");
    expect(count(cases)).toEqual({ valid: 18, invalid: 90 });
    expect(await differing(cases)).toEqual([]);
  });

  it("PSS with a salt of 10 bytes is refused where it must be as long as the hash", async () => {
    const cases = rsa("digest").filter(({ algorithm }) => algorithm.startsWith("rsa-pss"));
    expect(await differing(cases.map((one) => ({ ...one, isValid: false })))).toEqual([]);
  });
});
