// Checks the sender Zoom.

import { createHmac } from "node:crypto";
import { AwsLambdaReceiver } from "@zoom/rivet/meetings";
import { createReceiver } from "hookgate";
import { zoom } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it, vi } from "vitest";
import { JSON_TYPE } from "../support/senders/deliver.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { receiverOf } from "../support/senders/receiver-of.js";

const secret = "0123456789abcdef0123456789abcdef";
const nowMs = 1_767_323_045_000;
const seconds = String(nowMs / 1000);
const now = () => nowMs;
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}
const logger = { warn() {}, error() {} };
const hmac = (text: string, encoding: "hex" | "base64" = "hex", algorithm = "sha256", key: string | Buffer = secret) =>
  createHmac(algorithm, key).update(text).digest(encoding);

documentationOracle("https://developers.zoom.us/docs/api/webhooks/", {
  sender: zoom({ secret }),
  options: { now },
  body: { event: "meeting.started", event_ts: nowMs, payload: {} },
  headers: (body) => ({ "x-zm-request-timestamp": seconds, "x-zm-signature": `v0=${hex(`v0:${seconds}:${body}`)}` }),
  seen: { type: "meeting.started", id: undefined },
});

describe("zoom", () => {
  const validation = { event: "endpoint.url_validation", payload: { plainToken: "qgg8vlvZRS6UYooatFL8Aw" } };

  it("answers url_validation with the HMAC of the key that signed it", async () => {
    const old = "fedcba9876543210fedcba9876543210";
    const sender = zoom({ secret: [secret, old] });
    const receiver = createReceiver(sender, { logger });
    for (const key of [secret, old]) {
      const sent = await createTestSender(sender, { key }).send(receiver as never, { payload: validation });
      expect(sent.status).toBe(200);
      expect(sent.json()).toEqual({
        plainToken: "qgg8vlvZRS6UYooatFL8Aw",
        encryptedToken: hmac("qgg8vlvZRS6UYooatFL8Aw", "hex", "sha256", key),
      });
    }
  });

  it("looks the secret up where it is a function, also for the challenge", async () => {
    const sender = zoom({ secret: async () => secret });
    const sent = await createTestSender(sender).send(createReceiver(sender, { logger }) as never, {
      payload: validation,
    });
    expect(sent.json()).toMatchObject({ encryptedToken: hmac("qgg8vlvZRS6UYooatFL8Aw") });
  });

  it("answers none that is not signed", async () => {
    const sender = zoom({ secret });
    const outcome = await receiverOf(sender).receive({ headers: JSON_TYPE, body: JSON.stringify(validation) });
    expect(outcome).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
  });
});

libraryOracle("@zoom/rivet", {
  sender: zoom({ secret }),
  type: "meeting.started",
  payload: { event: "meeting.started", event_ts: 1_767_323_045_000, payload: { object: { topic: NOTE } } },
  async accepts({ headers, body }) {
    // It prints each event.
    const debug = vi.spyOn(console, "debug").mockImplementation(() => {});
    try {
      const handle = new AwsLambdaReceiver({ webhooksSecretToken: secret }).start();
      const event = { headers: { ...headers }, body, isBase64Encoded: false };
      const reply = (await handle(event as never, {} as never, () => {})) as { statusCode: number };
      return reply.statusCode === 200;
    } finally {
      debug.mockRestore();
    }
  },
});
