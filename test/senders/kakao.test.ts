// Checks the sender Kakao Login.

import { generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { kakao } from "hookgate/senders";
import { beforeAll, describe, expect, it } from "vitest";
import { delivered, FORM_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";

const token = "0123456789abcdef0123456789abcdef";
const audience = "rest-api-key";
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = { ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "RS256", use: "sig" };
const server = createServer((_req, res) => res.end(JSON.stringify({ keys: [jwk] })));
let jwksUrl = "";
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
function tokenOf(claims: object): string {
  const input = `${encode({ alg: "RS256", kid: "k1" })}.${encode({ iss: "https://kauth.kakao.com", aud: audience, iat: 1_767_323_045, jti: "j1", ...claims })}`;
  return `${input}.${sign("sha256", Buffer.from(input), privateKey).toString("base64url")}`;
}
const REVOKED = { "https://schemas.openid.net/secevent/oauth/event-type/tokens-revoked": { subject: "1" } };
const SET_TYPE = { "content-type": "application/secevent+jwt" };

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
});

describe(documentedAt("https://developers.kakao.com/docs/latest/ko/kakaologin/callback"), () => {
  const body = "app_id=1&user_id=2&referrer_type=ACCOUNT_DELETE";
  it("hand over a form that comes with the admin key", async () => {
    const { seen, receive } = delivered(kakao({ token }));
    await receive({ headers: { ...FORM_TYPE, authorization: `KakaoAK ${token}` }, body });
    await receive({ headers: { ...FORM_TYPE, authorization: `KakaoAK ${token}` }, body: "a=1" });
    expect(seen).toMatchObject([{ type: "unlink", payload: { user_id: "2" } }, { type: "callback" }]);
  });

  it.each([
    ["another key", { authorization: "KakaoAK fedcba9876543210fedcba9876543210" }, 401],
    ["another scheme", { authorization: `Bearer ${token}` }, 400],
    ["no key", {}, 401],
  ])("refuse %s", async (_name, headers, status) => {
    const { reply } = await delivered(kakao({ token })).receive({ headers: { ...FORM_TYPE, ...headers }, body });
    expect(reply.status).toBe(status);
  });
});

describe("account status", () => {
  it("hands over the claims of a token of Kakao's for this app", async () => {
    const { seen, receive } = delivered(kakao({ token, audience, jwksUrl }));
    const outcome = await receive({ headers: SET_TYPE, body: tokenOf({ events: REVOKED }) });
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type: "tokens-revoked", id: "j1", payload: { events: REVOKED } }]);
  });

  it.each([
    ["an ID token, which any user has", {}, 400],
    ["a token for another app", { events: REVOKED, aud: "other" }, 401],
    ["a token of another issuer", { events: REVOKED, iss: "https://evil.example" }, 401],
    ["a token with two events", { events: { ...REVOKED, "https://x/y": {} } }, 400],
  ])("refuses %s", async (_name, claims, status) => {
    const { seen, receive } = delivered(kakao({ token, audience, jwksUrl }));
    const { reply } = await receive({ headers: SET_TYPE, body: tokenOf(claims) });
    expect(reply.status).toBe(status);
    expect(seen).toEqual([]);
  });

  it("refuses what it has no option for, and is not built with neither", async () => {
    const body = tokenOf({ events: REVOKED });
    const byToken = delivered(kakao({ token }));
    const headers = { ...SET_TYPE, authorization: `KakaoAK ${token}` };
    expect(await byToken.receive({ headers, body })).toMatchObject({ name: "unauthenticated" });
    const byAudience = delivered(kakao({ audience, jwksUrl }));
    const form = { headers: { ...FORM_TYPE, authorization: `KakaoAK ${token}` }, body: "referrer_type=x" };
    expect(await byAudience.receive(form)).toMatchObject({ name: "unauthenticated" });
    expect(() => kakao({})).toThrow(/token .* audience/);
  });
});
