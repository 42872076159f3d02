import { describe, expect, it, vi } from "vitest";
import type { KeyForm } from "../../src/auth/keys/secret-encoding.js";
import type { Secrets } from "../../src/auth/keys/secrets.js";
import type { UnverifiedDelivery } from "../../src/auth/keys/unverified-delivery.js";
import { hmac } from "../../src/auth/schemes/hmac.js";
import type { HmacOptions } from "../../src/auth/signature/compile.js";
import type { Proof } from "../../src/core/auth.js";
import { toDelivery } from "../../src/core/delivery.js";

const SECRET = "a secret of 24 bytes, ok";
const signature = { header: "x-s", encoding: "hex" } as const;

function built(secret: unknown, key: KeyForm = "utf8", rest: Partial<HmacOptions> = {}) {
  return hmac({ secret: secret as Secrets, key, signature, ...rest });
}

async function verifyWith(secret: Secrets, key: KeyForm = "utf8"): Promise<Proof> {
  const signer = hmac({ secret: SECRET, signature });
  const made = await signer.sign?.({
    method: "POST",
    url: "https://example.com/hooks/acme",
    headers: {},
    body: Buffer.from("{}"),
    timestampMs: 0,
  });
  const delivery = toDelivery({
    url: "/hooks/acme",
    headers: { ...made?.headers, "X-Tenant": "acme" },
    params: { tenant: "acme" },
    body: "{}",
  });
  return built(secret, key).verify(delivery, { nowMs: 0, publicUrls: () => [] });
}

describe("an invalid secret throws when built", () => {
  it.each<[string, unknown, KeyForm, RegExp]>([
    ["undefined", undefined, "utf8", /is missing; set the environment variable/],
    ["null", null, "utf8", /is missing/],
    ["empty", "", "utf8", /is empty; set the environment variable/],
    ["blank", "   ", "utf8", /is blank; set the environment variable/],
    ["a line break behind it", `${SECRET}\n`, "utf8", /white space around/],
    ["a number", 7, "utf8", /must be a string; got a number$/],
    ["an object", { secret: SECRET, tenant: "acme" }, "utf8", /must be a string; got an object$/],
    ["an empty list", [], "utf8", /list is empty/],
    ["an empty one in the list", [SECRET, ""], "utf8", /secret\[1\] is empty/],
    ["undefined in the list", [undefined, SECRET], "utf8", /secret\[0\] is missing/],
    ["the same twice", [SECRET, SECRET], "utf8", /secret\[1\] is given twice/],
    ["six", ["1", "2", "3", "4", "5", "6"].map((one) => SECRET + one), "utf8", /at most 5/],
    ["a public key (whpk_)", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", "utf8", /Ed25519/],
    ["a PEM document", "-----BEGIN PUBLIC KEY-----\nMCow", "utf8", /PEM/],
    ["a prefix and nothing", "whsec_", { base64After: "whsec_" }, /base64/],
    ["bad base64 after the prefix", "whsec_!!!!", { base64After: "whsec_" }, /base64/],
    [
      "another prefix where one is asked for",
      "sk_AAAA",
      { base64After: "whsec_", otherwise: "refuse" },
      /must start with/,
    ],
    [
      "an unknown rest of the form",
      SECRET,
      { base64After: "whsec_", otherwise: "text" } as never,
      /key.otherwise must be/,
    ],
    [
      "an unknown member of the form",
      SECRET,
      { base64After: "whsec_", prefix: "" } as never,
      /unknown option "prefix"/,
    ],
    ["no form", SECRET, 5 as never, /key: options must be an object, \{ base64After, otherwise \}; got a number/],
    ["odd hex", "abc", "hex", /hex/],
    ["base64 with junk", "QUJD*QUJD", "base64", /base64/],
  ])("%s", (_name, secret, key, message) => {
    expect(() => built(secret, key)).toThrow(TypeError);
    expect(() => built(secret, key)).toThrow(message);
  });

  it("never quotes the secret", () => {
    for (const secret of ["hunter2 ", "-----BEGIN hunter2", "whpk_hunter2", ["hunter2", "hunter2"]]) {
      expect(() => built(secret)).toThrow(/^(?!.*hunter2)/);
    }
    expect(() => built("hunter2", "hex")).toThrow(/^(?!.*hunter2)/);
  });

  it("accepts keys from the shortest to the longest length, and no others", () => {
    const ofBytes = (count: number) => Buffer.alloc(count, 1).toString("base64");
    const limits = { minKeyBytes: 24, maxKeyBytes: 64 };
    for (const count of [24, 64]) expect(() => built(ofBytes(count), "base64", limits)).not.toThrow();
    for (const count of [23, 65]) expect(() => built(ofBytes(count), "base64", limits)).toThrow(/24 to 64 bytes/);
  });

  it("warns below 16 bytes of the decoded key, and not at 16", () => {
    expect(built("x".repeat(15)).warnings).toHaveLength(1);
    expect(built("x".repeat(16)).warnings).toEqual([]);
    expect(built("ab".repeat(15), "hex").warnings).toHaveLength(1);
  });
});

describe("a secret function", () => {
  it.each<[string, Secrets, object]>([
    ["a secret", () => SECRET, { ok: true, keyIndex: 0 }],
    ["several", (_: UnverifiedDelivery) => ["another", SECRET], { ok: true, keyIndex: 1 }],
    ["a secret in a promise", async () => SECRET, { ok: true, keyIndex: 0 }],
    ["a secret and its tenant", () => ({ secret: [SECRET], tenant: "acme" }), { ok: true, tenant: "acme" }],
    ["another secret", () => "another", { outcome: "unauthenticated" }],
    ["null", () => null, { outcome: "unauthenticated" }],
    ["an empty list", () => [], { outcome: "unauthenticated" }],
    ["undefined, of a delivery", (_: UnverifiedDelivery) => undefined, { outcome: "unauthenticated" }],
    ["undefined, of nothing", () => undefined, { outcome: "misconfigured" }],
    ["empty", () => "", { outcome: "misconfigured" }],
    ["blank", async () => "  ", { outcome: "misconfigured" }],
    ["a line break behind it", () => `${SECRET}\n`, { outcome: "misconfigured" }],
    ["a PEM document", () => "-----BEGIN PRIVATE KEY-----", { outcome: "misconfigured" }],
    ["six", () => Array.from({ length: 6 }, (_, at) => SECRET + at), { outcome: "misconfigured" }],
    ["an empty tenant", () => ({ secret: SECRET, tenant: "" }), { outcome: "misconfigured" }],
    ["a number", (() => 7) as unknown as Secrets, { outcome: "misconfigured" }],
    ["an object without a secret", (() => ({ tenant: "acme" })) as unknown as Secrets, { outcome: "misconfigured" }],
  ])("that answers %s", async (_name, secret, expected) => {
    expect(await verifyWith(secret)).toMatchObject(expected);
  });

  it("is misconfigured where its secret cannot be decoded", async () => {
    expect(await verifyWith(() => "not hex!", "hex")).toMatchObject({ outcome: "misconfigured" });
  });

  it.each<[string, Secrets]>([
    [
      "throws",
      () => {
        throw new Error("down");
      },
    ],
    [
      "rejects",
      async () => {
        throw new Error("down");
      },
    ],
  ])("that %s is undecided, with the cause and without its text in the hint", async (_name, secret) => {
    const proof = await verifyWith(secret);
    expect(proof).toMatchObject({ outcome: "undecided", cause: new Error("down") });
    expect(proof.ok ? "" : proof.hint).not.toContain("down");
  });

  it("that never answers is undecided after 5 s, and not before", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    vi.resetModules(); // the one timer of all deadlines may be ticking in real time
    try {
      const { bearerToken } = await import("../../src/auth/schemes/bearer-token.js");
      const auth = bearerToken({ token: (_) => new Promise<string>(() => {}) });
      const delivery = toDelivery({ headers: { authorization: "Bearer token" } });
      let settled: Proof | undefined;
      void Promise.resolve(auth.verify(delivery, { nowMs: 0, publicUrls: () => [] })).then((one) => {
        settled = one;
      });
      await vi.advanceTimersByTimeAsync(4_999);
      expect(settled).toBeUndefined();
      await vi.advanceTimersByTimeAsync(100);
      expect(settled).toMatchObject({ outcome: "undecided", hint: expect.stringContaining("within 5 s") });
    } finally {
      vi.useRealTimers();
    }
  });

  it("gets method, URL, parameters and headers, and no body", async () => {
    let seen: UnverifiedDelivery | undefined;
    await verifyWith((delivery) => {
      seen = delivery;
      return SECRET;
    });
    expect(seen).toMatchObject({ method: "POST", url: "/hooks/acme", params: { tenant: "acme" } });
    expect(seen?.headers["x-tenant"]).toBe("acme");
    expect("body" in (seen as object)).toBe(false);
  });

  it("is called for every delivery, never when built", async () => {
    let calls = 0;
    const find = () => {
      calls += 1;
      return SECRET;
    };
    built(find);
    expect(calls).toBe(0);
    await verifyWith(find);
    await verifyWith(find);
    expect(calls).toBe(2);
  });

  it("is synchronous if the function is", () => {
    const proof = built(() => SECRET).verify(toDelivery({ headers: { "x-s": "0".repeat(64) } }), {
      nowMs: 0,
      publicUrls: () => [],
    });
    expect(proof).toMatchObject({ ok: false, outcome: "unauthenticated" });
  });
});
