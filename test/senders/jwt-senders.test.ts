// Senders that prove themselves by a JWT take no other token of the same keys, and no token for another receiver.
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import type { Sender } from "hookgate";
import { fusionauth, kinde, messagebird, monday, vonage, wix } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "./deliver.js";

const SECRET = "0123456789abcdef0123456789abcdef";
const URL = "https://example.com/hooks/monday";
const nowSeconds = Math.floor(Date.now() / 1000);
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
function hs256(claims: object, secret = SECRET): string {
  const input = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}
function rs256(claims: object): string {
  const input = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  return `${input}.${sign("sha256", Buffer.from(input), privateKey).toString("base64url")}`;
}
const of = (sender: unknown) => sender as Sender<Record<string, unknown>>;

describe("monday.com", () => {
  const body = JSON.stringify({ event: { type: "create_pulse", triggerUuid: "t-1", boardId: 1 } });
  /** As monday.com's documentation shows it. */
  const claims = { accountId: 1_825_528, userId: 4_012_689, aud: URL, exp: nowSeconds + 300, iat: nowSeconds };
  async function outcomeWith(changed: object, publicUrl = URL): Promise<string> {
    const { receive } = delivered(of(monday({ secret: SECRET })), { publicUrl });
    const headers = { ...JSON_TYPE, authorization: hs256({ ...claims, ...changed }) };
    return (await receive({ url: "/hooks/monday", headers, body })).name;
  }

  it("is taken with the URL that it calls as its audience", async () => {
    expect(await outcomeWith({})).toBe("processed");
    expect(await outcomeWith({}, "https://example.com")).toBe("processed");
  });

  it.each<[string, object]>([
    ["another receiver of the same app", { aud: "https://example.com/hooks/other" }],
    ["no audience", { aud: undefined }],
    ["the URL with a slash more", { aud: `${URL}/` }],
    ["an audience that is a number", { aud: 1 }],
    ["no end", { exp: undefined }],
    ["an end that is over", { exp: nowSeconds - 61 }],
  ])("is refused with %s", async (_name, changed) => {
    expect(await outcomeWith(changed)).toBe("unauthenticated");
  });
});

describe("a token of the same keys that is no webhook", () => {
  const user = { iss: "https://acme.kinde.com", aud: ["api"], sub: "kp_1", iat: nowSeconds, exp: nowSeconds + 3_600 };
  const accessToken = { ...user, azp: "client", scp: ["openid"], jti: "j-1" };
  const idToken = { ...user, aud: ["client"], email: "a@example.com", updated_at: nowSeconds };

  it.each<[string, unknown]>([
    ["kinde", kinde({ publicKey })],
    ["wix", wix({ publicKey })],
  ])("%s", async (_name, sender) => {
    const { receive, seen } = delivered(of(sender));
    for (const claims of [accessToken, idToken]) {
      expect(await receive({ body: rs256(claims) })).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    }
    expect(seen).toEqual([]);
  });

  it("kinde's webhooks name neither issuer nor audience nor end, and are taken", async () => {
    const { receive, seen } = delivered(of(kinde({ publicKey })));
    const event = { data: { user: { id: "kp_1" } }, event_id: "event_1", source: "admin", type: "user.created" };
    expect((await receive({ body: rs256(event) })).name).toBe("processed");
    expect(seen).toMatchObject([{ type: "user.created", id: "event_1" }]);
  });
});

it.each<[string, (secret: string) => unknown]>([
  ["monday", (secret) => monday({ secret })],
  ["vonage", (secret) => vonage({ secret })],
  ["messagebird", (secret) => messagebird({ secret })],
  ["fusionauth", (secret) => fusionauth({ secret })],
])("%s is not built with a secret that is shorter than its hash", (_name, build) => {
  expect(() => build(SECRET)).not.toThrow();
  expect(() => build(SECRET.slice(1))).toThrow(/at least 32 bytes/);
});
