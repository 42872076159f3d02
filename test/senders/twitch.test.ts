// Checks the sender Twitch EventSub.

import { createHmac } from "node:crypto";
import { createReceiver } from "hookgate";
import { twitch } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { NOW_SECONDS } from "../support/senders/receiver-of.js";

const secret = "0123456789abcdef0123456789abcdef";
const nowMs = 1_767_323_045_000;
const now = () => nowMs;
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}
const NANOSECONDS = "2026-01-02T03:04:05.123456789Z";
const logger = { warn() {}, error() {} };

documentationOracle("https://dev.twitch.tv/docs/eventsub/handling-webhook-events/", {
  sender: twitch({ secret }),
  options: { now },
  body: { subscription: { type: "channel.follow" }, event: { user_id: "1" } },
  headers: (body) => ({
    "twitch-eventsub-message-id": "m1",
    "twitch-eventsub-message-timestamp": NANOSECONDS,
    "twitch-eventsub-message-signature": `sha256=${hex(`m1${NANOSECONDS}${body}`)}`,
    "twitch-eventsub-message-type": "notification",
  }),
  seen: { type: "channel.follow", id: "m1" },
});

describe("twitch", () => {
  const sender = twitch({ secret });
  const to = createTestSender(sender).to(createReceiver(sender, { logger }) as never);
  const subscription = { id: "s1", type: "channel.follow", status: "enabled" };

  it("answers a signed challenge as plain text", async () => {
    const sent = await to.send("x", { challenge: "abc<b>", subscription });
    expect(sent).toMatchObject({ status: 200, body: "abc<b>" });
    expect(sent.headers).toMatchObject({ "content-type": "text/plain; charset=utf-8" });
  });

  it("answers no challenge that is not signed", async () => {
    const sent = await to.send("x", { challenge: "abc", subscription }, { unsigned: true });
    expect(sent).toMatchObject({ status: 401, code: "unauthenticated" });
  });

  it("tells a revocation by the signed body, whatever the header says", async () => {
    const headers = { "twitch-eventsub-message-type": "notification" };
    const sent = await to.send("x", { subscription: { ...subscription, status: "user_removed" } }, { headers });
    expect(sent.outcome?.events).toMatchObject([{ type: "revocation" }]);
  });

  it.each([
    [599, 200],
    [600, 200],
    [601, 401],
  ])("answers one that is %i s old with %i", async (seconds, status) => {
    const now = () => NOW_SECONDS * 1000;
    const test = createTestSender(sender, { now });
    const sent = await test.send(createReceiver(sender, { logger, now }) as never, {
      type: "channel.follow",
      payload: { subscription, event: {} },
      stale: seconds,
    });
    expect(sent.status).toBe(status);
  });
});
