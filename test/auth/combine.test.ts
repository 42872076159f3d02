import { describe, expect, it } from "vitest";
import { allOf, anyOf } from "../../src/auth/combine.js";
import { targetOf } from "../../src/auth/request/signable-request.js";
import { basicAuth } from "../../src/auth/schemes/basic-auth.js";
import { bearerToken } from "../../src/auth/schemes/bearer-token.js";
import { hmac } from "../../src/auth/schemes/hmac.js";
import { staticToken } from "../../src/auth/schemes/static-token.js";
import {
  type Auth,
  absent,
  COVERS_NOTHING,
  type Proof,
  type Proven,
  refuse,
  type SignableRequest,
} from "../../src/core/auth.js";
import { type DeliveryInput, toDelivery } from "../../src/core/delivery.js";
import { form, header, json, query } from "../../src/core/field.js";
import { createReceiver } from "../../src/create-receiver.js";
import { defineSender } from "../../src/sender/define-sender.js";

const TOKEN = "a-token-of-more-than-16-bytes";
const signed = hmac({ secret: "a secret of 24 bytes, ok", signature: { header: "x-s", encoding: "hex" } });
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
  it("accepts with the first scheme that accepts, and asks no others", () => {
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

  it("accepts although an earlier scheme could not decide", () => {
    expect(verify(anyOf(answering(undecided), answering(proven())))).toMatchObject({ ok: true });
  });

  it("covers what the accepting scheme covers, and promises only what all cover", async () => {
    const both = anyOf(signed, token);
    expect(both.covers.body).toBe(false);
    expect(await verify(both, { headers: { "x-token": TOKEN } })).toMatchObject({ ok: true, covers: { body: false } });
    const made = await both.sign?.(request);
    expect(await verify(both, { headers: { ...made?.headers }, body: "{}" })).toMatchObject({ covers: { body: true } });
  });
});

describe("allOf", () => {
  it("refuses with the first refusal in order", () => {
    expect(verify(allOf(answering(proven()), answering(wrong), answering(undecided)))).toEqual(wrong);
  });

  it("joins what is covered; time, tenant and key come from the first scheme that has them", async () => {
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

  it("signs with every scheme, and every scheme must accept", async () => {
    const all = allOf(signed, token);
    const made = await all.sign?.(request);
    expect(await verify(all, { headers: { ...made?.headers }, body: "{}" })).toMatchObject({ ok: true });
    for (const name of ["x-s", "x-token"]) {
      const { [name]: _, ...rest } = { ...made?.headers } as Record<string, string>;
      expect(await verify(all, { headers: rest, body: "{}" })).toMatchObject({ outcome: "unauthenticated" });
    }
  });
});

describe("allOf signs last what signs most, in whatever order it is given", () => {
  const body = hmac({ secret: TOKEN, signature: { header: "x-s", encoding: "hex" } });
  const url = hmac({ secret: TOKEN, signed: "{url}.{body}", signature: { header: "x-u", encoding: "hex" } });
  const tokenHeader = hmac({
    secret: TOKEN,
    signed: "{header:x-token}.{body}",
    signature: { header: "x-h", encoding: "hex" },
  });
  const dated = hmac({
    secret: TOKEN,
    signed: "{body}",
    timestamp: json("sentAt", "unix-seconds"),
    signature: { header: "x-d", encoding: "hex" },
  });
  const inJson = staticToken({ token: TOKEN, at: json("auth.token") });
  const inForm = staticToken({ token: TOKEN, at: form("token") });
  const inQuery = staticToken({ token: TOKEN, at: query("token") });
  const bearerInQuery: Auth = {
    ...bearerToken({ token: TOKEN, query: "access_token" }),
    writes: [{ in: "query", name: "access_token" }],
    sign: (one) => ({ ...one, url: `${one.url}?access_token=${TOKEN}` }),
  };

  it.each<[string, readonly Auth[], string]>([
    ["a token in a JSON field of a signed body", [body, inJson], "{}"],
    ["a token in a form field of a signed body", [body, inForm], "a=1"],
    ["a token in the query of a signed URL", [url, inQuery], "{}"],
    ["a bearer token in the query of a signed URL", [url, bearerInQuery], "{}"],
    ["a token in a signed header", [tokenHeader, token], "{}"],
    ["the time in a body that another one signs", [body, dated], "{}"],
    ["three in a row", [url, body, inJson, inQuery], "{}"],
    ["what anyOf signs with, though not all of its branches bind the body", [anyOf(body, token), inJson], "{}"],
    ["what an anyOf of anyOf signs with", [anyOf(anyOf(body, token), token), inJson], "{}"],
    ["an allOf inside", [url, allOf(body, inQuery)], "{}"],
    ["an allOf that writes to the body", [body, allOf(token, inJson)], "{}"],
  ])("%s", (_name, auths, text) => {
    for (const given of [auths, auths.toReversed()]) {
      const all = allOf(...given);
      const made = all.sign?.({ ...request, body: Buffer.from(text) }) as SignableRequest;
      expect(made).not.toHaveProperty("then");
      const { method, url: signedUrl, headers, body: signedBody } = made;
      const delivery = toDelivery({ method, url: targetOf(signedUrl), headers, body: signedBody });
      expect(all.verify(delivery, { nowMs: 0, publicUrls: () => [signedUrl] })).toMatchObject({ ok: true });
    }
  });

  it("says of a family of headers where each of its times is written", () => {
    const families = hmac({
      secret: TOKEN,
      families: ["svix", "webhook"],
      signed: "{header:*-id}.{timestamp}.{body}",
      timestamp: header("*-timestamp", "unix-seconds"),
      signature: { header: "*-signature", encoding: "hex" },
    });
    expect(families.writes?.map(({ name }) => name)).toEqual(["svix-timestamp", "webhook-timestamp"]);
    expect(families.covers.headers).toEqual(["svix-id", "svix-timestamp", "webhook-id", "webhook-timestamp"]);
  });

  it("is asynchronous only if a scheme is", async () => {
    const late = staticToken({ token: async (_) => TOKEN, at: json("auth.token") });
    const all = allOf(body, late);
    const made = await all.sign?.(request);
    expect(await verify(all, { headers: { ...made?.headers }, body: made?.body ?? "" })).toMatchObject({ ok: true });
    expect(all.sign?.(request)).toHaveProperty("then");
  });

  it("is built even if two schemes sign each other's places, so that it can verify", () => {
    const inBody = hmac({ secret: TOKEN, signed: "{url}", signature: { at: json("sig"), encoding: "hex" } });
    const inUrl = hmac({ secret: TOKEN, signed: "{body}", signature: { at: query("sig"), encoding: "hex" } });
    expect(allOf(inBody, inUrl).sign?.(request)).toMatchObject({ url: expect.stringContaining("sig=") });
  });
});

describe("the challenge of several", () => {
  const basic = basicAuth({ username: "erp", password: TOKEN });
  const bearer = bearerToken({ token: TOKEN });

  it.each<[string, Auth, string | undefined]>([
    ["lists each scheme", anyOf(bearer, basic), 'Bearer, Basic realm="webhooks", charset="UTF-8"'],
    ["lists a scheme once", anyOf(bearer, bearerToken({ token: `${TOKEN}2` })), "Bearer"],
    ["leaves out who has none", allOf(signed, bearer), "Bearer"],
    ["is none where nobody has one", anyOf(signed, token), undefined],
  ])("%s", (_name, auth, expected) => {
    expect(auth.challenge).toBe(expected);
  });

  it("reaches the wire", async () => {
    const receiver = createReceiver(
      defineSender({ name: "erp", auth: anyOf(bearer, basic), event: { id: json("id"), type: json("type") } }),
      { dedupe: false, onOutcome: () => {} },
    );
    const response = await receiver.fetch(
      new Request("https://example.com/", {
        method: "POST",
        body: "{}",
        headers: { "content-type": "application/json" },
      }),
    );
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe('Bearer, Basic realm="webhooks", charset="UTF-8"');
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

  it("need the public URL if one of the schemes does", () => {
    const byUrl = hmac({ secret: TOKEN, signed: "{url}{body}", signature: { header: "x-s", encoding: "hex" } });
    for (const combine of [allOf, anyOf]) expect(combine(byUrl, token).needsPublicUrl).toBe(true);
  });

  it("refuse fewer than two schemes, and what is no scheme", () => {
    for (const combine of [allOf, anyOf]) {
      expect(() => combine(token)).toThrow(TypeError);
      expect(() => combine(token, {} as Auth)).toThrow(TypeError);
    }
  });
});
