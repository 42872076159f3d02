// Checks the sender monday.com.

import { createHmac } from "node:crypto";
import type { Sender } from "hookgate";
import { monday } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";

const SECRET = "0123456789abcdef0123456789abcdef";
const URL = "https://example.com/hooks/monday";
const nowSeconds = Math.floor(Date.now() / 1000);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
function hs256(claims: object, secret = SECRET): string {
  const input = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}
const of = (sender: unknown) => sender as Sender<Record<string, unknown>>;
const secret = "0123456789abcdef0123456789abcdef";

describe(documentedAt("https://developer.monday.com/apps/docs/integration-authorization"), () => {
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

it.each<[string, (secret: string) => unknown]>([["monday", (secret) => monday({ secret })]])(
  "%s is not built with a secret that is shorter than its hash",
  (_name, build) => {
    expect(() => build(SECRET)).not.toThrow();
    expect(() => build(SECRET.slice(1))).toThrow(/at least 32 bytes/);
  },
);

describe("monday", () => {
  const { seen, receive } = delivered(monday({ secret }) as never, { publicUrl: "https://example.com/" });

  it("repeats a challenge that stands alone", async () => {
    const outcome = await receive({
      headers: JSON_TYPE,
      body: '{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}',
    });
    expect(JSON.parse(String(outcome.reply.body))).toEqual({
      challenge: "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
    });
  });

  it("takes nothing else without a token", async () => {
    const outcome = await receive({ headers: JSON_TYPE, body: '{"challenge":"a","event":{"type":"x"}}' });
    expect(outcome).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    expect(seen).toEqual([]);
  });
});
