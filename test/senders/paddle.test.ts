// Checks the sender Paddle Billing.

import { createHmac } from "node:crypto";
import { Paddle } from "@paddle/paddle-node-sdk";
import { paddle } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { header } from "../support/senders/signed.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const old = "fedcba9876543210fedcba9876543210";
const nowMs = 1_767_323_045_000;
const seconds = String(nowMs / 1000);
const now = () => nowMs;
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

vectorOracle("paddle", ({ secretOrKey: key }) => paddle({ secret: key }));

libraryOracle("@paddle/paddle-node-sdk", {
  sender: paddle({ secret }),
  type: "transaction.completed",
  payload: { event_id: "evt_1", note: NOTE, amount: 10 },
  accepts: (signed) =>
    new Paddle("test").webhooks.isSignatureValid(signed.body, secret, header(signed, "paddle-signature")),
});

documentationOracle("https://developer.paddle.com/webhooks/signature-verification", {
  kind: "the second of two signatures",
  sender: paddle({ secret }),
  options: { now },
  body: { event_id: "evt_1", event_type: "transaction.completed" },
  headers: (body) => ({
    "paddle-signature": `ts=${seconds};h1=${hex(`${seconds}:${body}`, old)};h1=${hex(`${seconds}:${body}`)}`,
  }),
  seen: { type: "transaction.completed", id: "evt_1" },
});

describe("the tolerance", () => {
  const body = JSON.stringify({ event_id: "evt_1", event_type: "x" });
  const at = (offset: number) => {
    const ts = String(nowMs / 1000 + offset);
    return { ...JSON_TYPE, "paddle-signature": `ts=${ts};h1=${hex(`${ts}:${body}`)}` };
  };

  it.each([
    [-300, "processed"],
    [300, "processed"],
    [-301, "unauthenticated"],
    [301, "unauthenticated"],
  ])("of paddle, %d s away, answers %s", async (offset, name) => {
    expect(await delivered(paddle({ secret }), { now }).receive({ headers: at(offset), body })).toMatchObject({ name });
  });
});
