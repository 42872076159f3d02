// One look-up for secrets, public keys and message signatures: what it answers, and when it does not.
import { describe, expect, it, vi } from "vitest";
import type { Auth, Proof } from "../../src/core/auth.js";
import { type DeliveryInput, toDelivery } from "../../src/core/delivery.js";
import { header } from "../../src/core/field.js";
import { p256, spki } from "./keys.js";

type Look = (...given: readonly unknown[]) => unknown;
const PEM = spki(p256.publicKey);
const SECRET = "a secret of 32 bytes, to be found";
const LACKS = { issuer: "a test", audience: "a test", expiry: "a test" };
const tokenOf = (head: object) => `${Buffer.from(JSON.stringify(head)).toString("base64url")}.e30.${"A".repeat(86)}`;
const HEX = { header: "x", encoding: "hex" } as const;
const SIGNED = { headers: { "x-k": "k", x: "0".repeat(128) }, body: "{}" };

/** Each scheme that takes a function, and a delivery that makes it ask. */
async function schemes(look: Look): Promise<readonly (readonly [string, Auth, DeliveryInput, unknown])[]> {
  const { hmac } = await import("../../src/auth/schemes/hmac.js");
  const { publicKey } = await import("../../src/auth/schemes/public-key.js");
  const { bearerToken } = await import("../../src/auth/schemes/bearer-token.js");
  const { jwt } = await import("../../src/auth/jwt/jwt.js");
  const { bearerJwt } = await import("../../src/auth/jwt/bearer-jwt.js");
  const { detachedJws } = await import("../../src/auth/jwt/detached-jws.js");
  const { messageSignature } = await import("../../src/auth/http-signature/http-signature.js");
  const byKey = (_: unknown) => look(_) as never;
  const byId = (id: string, _: unknown) => look(id, _) as never;
  const es256 = { body: tokenOf({ alg: "ES256", kid: "k" }) };
  const message = { required: ["@method"] } as const;
  const signedMessage = {
    headers: { "signature-input": 's=("@method");created=1;keyid="k"', signature: "s=:AAAA:" },
    body: "{}",
  };
  const p1363 = { algorithm: "ecdsa-p256-sha256", ecdsaForm: "p1363", signature: HEX } as const;
  const messageKey = { algorithm: "ecdsa-p256-sha256", publicKey: PEM };
  return [
    ["hmac", hmac({ secret: byKey, signature: HEX }), { headers: { x: "0".repeat(64) }, body: "{}" }, SECRET],
    ["bearerToken", bearerToken({ token: byKey }), { headers: { authorization: "Bearer x" } }, SECRET],
    ["publicKey", publicKey({ ...p1363, publicKey: byKey }), SIGNED, PEM],
    ["publicKey by id", publicKey({ ...p1363, keys: byId, keyId: header("x-k") }), SIGNED, PEM],
    ["jwt", jwt({ at: "body", publicKey: byKey, algorithms: ["ES256"], lacks: LACKS }), es256, PEM],
    ["jwt by id", jwt({ at: "body", keys: byId, algorithms: ["ES256"], lacks: LACKS }), es256, PEM],
    [
      "jwt by secret",
      jwt({ at: "body", secret: byKey, algorithms: ["HS256"], lacks: LACKS }),
      { body: tokenOf({ alg: "HS256" }) },
      SECRET,
    ],
    [
      "bearerJwt",
      bearerJwt({ issuer: "i", audience: "a", keys: byId }),
      { headers: { authorization: `Bearer ${es256.body}` } },
      PEM,
    ],
    [
      "detachedJws",
      detachedJws({ header: "x", keys: byId, algorithms: ["ES256"] }),
      { headers: { x: es256.body.replace(".e30.", "..") }, body: "{}" },
      PEM,
    ],
    ["messageSignature", messageSignature({ ...message, keys: byId }), signedMessage, messageKey],
  ];
}

const context = { nowMs: 0, publicUrls: () => [] };

describe("a look-up", () => {
  it("a look-up without an answer is undecided after 5 s and not before, for every scheme", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    vi.resetModules(); // the one timer of all deadlines may be ticking in real time
    try {
      for (const [name, auth, delivery] of await schemes(() => new Promise(() => {}))) {
        let settled: Proof | undefined;
        void Promise.resolve(auth.verify(toDelivery(delivery), context)).then((one) => {
          settled = one;
        });
        await vi.advanceTimersByTimeAsync(4_999);
        expect([name, settled]).toEqual([name, undefined]);
        await vi.advanceTimersByTimeAsync(100);
        expect([name, settled]).toMatchObject([name, { outcome: "undecided", hint: /within 5 s/ }].map(loosely));
      }
    } finally {
      vi.useRealTimers();
    }
  });

  it.each<[string, Look, string]>([
    ["throws", () => fail(), "undecided"],
    ["rejects", async () => fail(), "undecided"],
    ["answers null", () => null, "unauthenticated"],
    ["answers null in a promise", async () => null, "unauthenticated"],
    ["answers undefined, of a delivery", () => undefined, "unauthenticated"],
    ["answers no keys", () => [], "unauthenticated"],
    ["answers an empty text", () => "", "misconfigured"],
    ["answers a number", () => 7, "misconfigured"],
    ["answers an object that is no key", () => ({}), "misconfigured"],
  ])("that %s", async (_name, look, expected) => {
    for (const [name, auth, delivery] of await schemes(look)) {
      const proof = await auth.verify(toDelivery(delivery), context);
      expect([name, proof.ok ? "proven" : proof.outcome]).toEqual([name, expected]);
    }
  });

  it("a look-up with six keys is misconfigured, for every scheme", async () => {
    for (const [name, , , key] of await schemes(() => null)) {
      const six = Array.from({ length: 6 }, () => key);
      const [, auth, delivery] = (await schemes(() => six)).find(([other]) => other === name) as never as [
        string,
        Auth,
        DeliveryInput,
      ];
      expect([name, await auth.verify(toDelivery(delivery), context)]).toMatchObject([
        name,
        { outcome: "misconfigured" },
      ]);
    }
  });
});

function fail(): never {
  throw new Error("down");
}

function loosely(value: unknown): unknown {
  return typeof value === "object" ? { ...value, hint: expect.stringContaining("within 5 s") } : value;
}
