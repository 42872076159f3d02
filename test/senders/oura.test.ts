// Checks the sender Oura.

import { createHmac } from "node:crypto";
import { oura } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { answered, at } from "../support/senders/handshake.js";
import { send } from "../support/senders/send.js";

const secret = "0123456789abcdef0123456789abcdef";
const verifyToken = "verify-0123456789";

describe("a challenge in the query", () => {
  it.each<[string, unknown, string, string]>([
    ["oura", oura({ secret, verifyToken }), `verification_token=${verifyToken}&challenge=x`, '{"challenge":"x"}'],
  ])("%s is answered with it", async (_name, sender, query, body) => {
    const { seen, receive } = at(sender);
    const outcome = await receive({ method: "GET", url: `/hook?${query}` });
    expect(outcome).toMatchObject(answered(body));
    expect(outcome.reply.headers).toMatchObject({ "x-content-type-options": "nosniff" });
    expect(seen).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ["oura", oura({ secret, verifyToken }), "verification_token=wrong&challenge=x"],
    ["oura without its token", oura({ secret, verifyToken }), "challenge=x"],
  ])("%s is not answered where the token is another one", async (_name, sender, query) => {
    const outcome = await at(sender).receive({ method: "GET", url: `/hook?${query}` });
    expect(outcome).toMatchObject({ name: "forbidden", reply: { status: 403 } });
    expect(String(outcome.reply.body)).not.toContain("challenge");
  });
});

describe("how it signs", () => {
  it("oura writes capitals, and lower case is refused", async () => {
    const payload = { data_type: "sleep", event_type: "update", object_id: "o", event_time: "2026-01-02T03:04:05Z" };
    const sender = oura({ secret, verifyToken: "t-0123456789" });
    const { signed, receive, outcome } = await send(sender, payload, { headers: { "x-oura-timestamp": "1" } });
    expect(outcome).toMatchObject({ name: "processed" });
    const signature = signed.headers["x-oura-signature"] as string;
    expect(signature).toMatch(/^[0-9A-F]{64}$/);
    const headers = { ...signed.headers, "x-oura-signature": signature.toLowerCase() };
    expect((await receive({ ...signed, headers })).reply.status).toBe(400);
  });
});

describe("misuse", () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      "oura with a blank token",
      () => oura({ secret, verifyToken: " " }),
      /^oura: verifyToken must be a non-empty text/,
    ],
  ])("%s throws", (_name, make, message) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});

documentationOracle("https://cloud.ouraring.com/v2/docs", {
  sender: oura({ secret, verifyToken }),
  body: { event_type: "create", data_type: "daily_sleep", object_id: "o1", event_time: "2026-01-02T03:04:05Z" },
  headers: (body) => ({
    "x-oura-timestamp": "1767323045",
    "x-oura-signature": createHmac("sha256", secret).update(`1767323045${body}`).digest("hex").toUpperCase(),
  }),
  seen: { type: "daily_sleep.create", id: "daily_sleep.create.o1.2026-01-02T03:04:05Z" },
});
