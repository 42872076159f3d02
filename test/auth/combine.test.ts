import { describe, expect, it } from "vitest";
import { type Auth, absent, COVERS_NOTHING, type Proof, type Proven, refuse } from "../../src/auth/auth.js";
import { basicAuth } from "../../src/auth/basic-auth.js";
import { bearerToken } from "../../src/auth/bearer-token.js";
import { allOf, anyOf } from "../../src/auth/combine.js";
import { mac } from "../../src/auth/mac.js";
import { staticToken } from "../../src/auth/static-token.js";
import { type DeliveryInput, toDelivery } from "../../src/delivery.js";
import { header, query } from "../../src/field.js";

const TOKEN = "a-token-of-more-than-16-bytes";
const signed = mac({ secret: "a secret of 24 bytes, ok", signature: { header: "x-s", encoding: "hex" } });
const token = staticToken({ token: TOKEN, at: header("x-token") });
const context = { nowMs: 0, publicUrls: () => [] };
const request = { method: "POST", url: "https://example.com/", headers: {}, body: Buffer.from("{}"), timestampMs: 0 };

/** A real Auth that answers what it is told, at once or later. */
function answering(proof: Proof, isLate = false): Auth {
  return {
    scheme: "told",
    covers: COVERS_NOTHING,
    signsTime: false,
    credentialHeaders: [],
    needsPublicUrl: false,
    verify: () => (isLate ? Promise.resolve(proof) : proof),
  };
}
const proven = (rest: Partial<Proven> = {}): Proven => ({ ok: true, keyIndex: 0, covers: COVERS_NOTHING, ...rest });
const verify = (auth: Auth, input: DeliveryInput = {}) => auth.verify(toDelivery(input), context);

const none = absent("nothing there");
const wrong = refuse("unauthenticated", "wrong");
const bad = refuse("bad_credentials", "malformed");
const undecided = refuse("undecided", "down");
const misconfigured = refuse("misconfigured", "ours");

describe("anyOf, where no branch holds", () => {
  it.each<[string, Proof[], Proof]>([
    ["the one that could not decide", [wrong, undecided], undecided],
    ["what is misconfigured", [bad, none, misconfigured], misconfigured],
    ["the one whose credentials were there", [none, wrong], wrong],
    ["malformed before absent", [none, bad], bad],
    ["the first, where all are absent", [none, absent("nor here")], none],
  ])("tells %s", async (_name, answers, expected) => {
    expect(verify(anyOf(...(answers.map((one) => answering(one)) as [Auth, Auth])))).toEqual(expected);
    expect(await verify(anyOf(...answers.map((one) => answering(one, true))))).toEqual(expected);
  });
});

describe("anyOf", () => {
  it("takes the first proof and asks no further", () => {
    let asked = 0;
    const last: Auth = {
      ...answering(none),
      verify: () => {
        asked += 1;
        return none;
      },
    };
    expect(verify(anyOf(answering(wrong), answering(proven({ keyIndex: 2 })), last))).toMatchObject({ keyIndex: 2 });
    expect(asked).toBe(0);
  });

  it("takes a proof although an earlier branch could not decide", () => {
    expect(verify(anyOf(answering(undecided), answering(proven())))).toMatchObject({ ok: true });
  });

  it("binds in each proof what its branch binds, and promises no more than the weakest", async () => {
    const both = anyOf(signed, token);
    expect(both.covers.body).toBe(false);
    expect(await verify(both, { headers: { "x-token": TOKEN } })).toMatchObject({ ok: true, covers: { body: false } });
    const made = await both.sign?.(request);
    expect(await verify(both, { headers: { ...made?.headers }, body: "{}" })).toMatchObject({ covers: { body: true } });
  });
});

describe("allOf", () => {
  it("answers with the first refusal, in order", () => {
    expect(verify(allOf(answering(proven()), answering(wrong), answering(undecided)))).toEqual(wrong);
  });

  it("joins what is bound; time, tenant and key are the first one's that has them", async () => {
    const parts = [
      proven({ keyIndex: 3, covers: { ...COVERS_NOTHING, headers: ["x-a"] } }),
      proven({ sentAtMs: 5, covers: { ...COVERS_NOTHING, body: true, headers: ["x-b"] } }),
      proven({ sentAtMs: 6, tenant: "acme" }),
    ];
    const expected = {
      keyIndex: 3,
      sentAtMs: 5,
      tenant: "acme",
      covers: { body: true, url: false, headers: ["x-a", "x-b"] },
    };
    expect(verify(allOf(...parts.map((one) => answering(one))))).toMatchObject(expected);
    expect(await verify(allOf(...parts.map((one) => answering(one, true))))).toMatchObject(expected);
  });

  it("signs with each, and needs each", async () => {
    const all = allOf(signed, token);
    const made = await all.sign?.(request);
    expect(await verify(all, { headers: { ...made?.headers }, body: "{}" })).toMatchObject({ ok: true });
    for (const name of ["x-s", "x-token"]) {
      const { [name]: _, ...rest } = { ...made?.headers } as Record<string, string>;
      expect(await verify(all, { headers: rest, body: "{}" })).toMatchObject({ outcome: "unauthenticated" });
    }
  });
});

describe("both", () => {
  it("keep every credential out of events and logs, and warn of every weak secret", () => {
    for (const combine of [allOf, anyOf]) {
      const auth = combine(
        basicAuth({ username: "erp", password: "short" }),
        bearerToken({ token: TOKEN }),
        staticToken({ token: TOKEN, at: query("key") }),
      );
      expect(auth.credentialHeaders).toEqual(["authorization"]);
      expect(auth.credentialQuery).toEqual(["key"]);
      expect(auth.warnings).toHaveLength(1);
      expect(auth.challenge).toContain("Basic");
    }
  });

  it("need the public URL where one of them does", () => {
    const byUrl = mac({ secret: TOKEN, signed: "{url}{body}", signature: { header: "x-s", encoding: "hex" } });
    for (const combine of [allOf, anyOf]) expect(combine(byUrl, token).needsPublicUrl).toBe(true);
  });

  it("refuse fewer than two, and what is no auth", () => {
    for (const combine of [allOf, anyOf]) {
      expect(() => combine(token)).toThrow(TypeError);
      expect(() => combine(token, {} as Auth)).toThrow(TypeError);
    }
  });
});
