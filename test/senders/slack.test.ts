// Checks the sender Slack.

import { createReceiver, type ReceiverOptions } from "hookgate";
import { slack } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { deliver } from "../support/senders/in-order.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const logger = { warn() {}, error() {} };
const quiet: ReceiverOptions = { logger: { warn() {}, error() {} } };

vectorOracle("slack", ({ secretOrKey: key }) => slack({ secret: key }));

describe("retries and challenges", () => {
  const sender = slack({ secret });

  it("handles a retried event once and says which attempt it is", async () => {
    const body = { type: "event_callback", event_id: "Ev1", event: { type: "message" } };
    const { names, runs } = await deliver(sender, { body }, { headers: { "x-slack-retry-num": "1" }, body });
    expect(names).toEqual(["processed", "duplicate"]);
    expect(runs).toBe(1);
  });

  it.each([
    ["longer than 512 characters", "x".repeat(513)],
    ["not a text", { html: "<script>" }],
  ])("echoes no challenge that is %s", async (_, challenge) => {
    const { outcomes } = await deliver(sender, { body: { type: "url_verification", challenge } });
    expect(outcomes[0]).toMatchObject({ name: "bad_payload", reply: { status: 400 } });
  });

  it("does not take an ssl_check with a wrong signature for one without", async () => {
    const receiver = createReceiver(sender, { logger });
    const outcome = await receiver.receive({
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-signature": `v0=${"0".repeat(64)}`,
        "x-slack-request-timestamp": String(Math.floor(Date.now() / 1000)),
      },
      body: "ssl_check=1",
    });
    expect(outcome).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
  });
});

describe("kinds of deliveries", () => {
  const sender = slack({ secret });
  const types: string[] = [];
  const receiver = createReceiver(sender, quiet).on("*", (event) => void types.push(event.type));
  const to = createTestSender(sender).to(receiver as never);

  it("answers url_verification with the challenge, once the signature holds", async () => {
    const sent = await to.send("url_verification", { type: "url_verification", challenge: "abc<script>" });
    expect(sent).toMatchObject({ status: 200, body: "abc<script>" });
    expect(sent.headers).toMatchObject({
      "content-type": "text/plain; charset=utf-8",
      "x-content-type-options": "nosniff",
    });
    const forged = await to.send("x", { type: "url_verification", challenge: "abc" }, { wrongKey: true });
    expect(forged).toMatchObject({ status: 401, code: "unauthenticated" });
  });

  it("answers an unsigned ssl_check with nothing", async () => {
    const form = "application/x-www-form-urlencoded";
    const sent = await to.send("x", undefined, { unsigned: true, body: "ssl_check=1&token=t", contentType: form });
    expect(sent).toMatchObject({ status: 200, body: "" });
    const other = await to.send("x", undefined, { unsigned: true, body: "ssl_check=2", contentType: form });
    expect(other).toMatchObject({ status: 401, code: "unauthenticated" });
  });

  it("tells events, commands and interactions apart", async () => {
    const form = "application/x-www-form-urlencoded";
    await to.send("x", { type: "event_callback", event_id: "Ev1", event: { type: "app_mention" } });
    await to.send("x", undefined, { body: "command=%2Fdeploy&trigger_id=1.2", contentType: form });
    const payload = JSON.stringify({ type: "block_actions", api_app_id: "A", user: { id: "U" } });
    await to.send("x", undefined, { body: new URLSearchParams({ payload }).toString(), contentType: form });
    expect(types).toEqual(["app_mention", "command", "block_actions"]);
  });
});
