// Checks the sender GitLab.

import { createReceiver, type ReceiverOptions } from "hookgate";
import { gitlab } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { deliver, idsOf } from "../support/senders/in-order.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const whsec = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;
const quiet: ReceiverOptions = { logger: { warn() {}, error() {} } };

describe("ids, types and options", () => {
  it("does not dedupe by an id that several events share", async () => {
    const old = { headers: { "x-gitlab-event-uuid": "u1" }, body: { object_kind: "push" } };
    const { names, events } = await deliver(gitlab({ token: secret }), old, {
      ...old,
      body: { object_kind: "pipeline" },
    });
    expect(names).toEqual(["processed", "processed"]);
    expect(idsOf(events)).toEqual([undefined, undefined]);
  });

  it("handles a delivery without any id, without dedupe", async () => {
    const { outcomes, runs } = await deliver(gitlab({ token: secret }), {
      body: { object_kind: "push" },
    });
    expect(outcomes[0]).toMatchObject({ name: "processed", events: [{ id: undefined, type: "push" }] });
    expect(runs).toBe(1);
  });

  it("reads the type of system hooks from event_name", async () => {
    const { events } = await deliver(gitlab({ token: secret }), {
      headers: { "idempotency-key": "k" },
      body: { event_name: "project_create" },
    });
    expect(events).toMatchObject([{ id: "k", type: "project_create" }]);
  });

  it("is not built with a named option that is not set, though the other one is", () => {
    expect(() => gitlab({ token: secret, secret: undefined })).toThrow(/secret is missing/);
    expect(() => gitlab({ token: undefined, secret: whsec })).toThrow(/token is missing/);
    expect(() => gitlab({})).toThrow(/gitlab: give secret/);
  });
});

describe("token and signature", () => {
  it("accepts a token, and a signature, and needs one of them", async () => {
    const payload = { object_kind: "push" };
    const headers = { "idempotency-key": "k1" };
    const byToken = gitlab({ token: secret });
    const ok = await createTestSender(byToken)
      .to(createReceiver(byToken, quiet) as never)
      .send("push", payload, { headers });
    expect(ok).toMatchObject({ status: 200, outcome: { name: "ignored" } });
    const wrong = await createTestSender(byToken)
      .to(createReceiver(byToken, quiet) as never)
      .send("push", payload, { headers, wrongKey: true });
    expect(wrong).toMatchObject({ status: 401, code: "unauthenticated" });
    const signed = gitlab({ secret: `whsec_${Buffer.alloc(32, 1).toString("base64")}` });
    const sent = await createTestSender(signed)
      .to(createReceiver(signed, quiet) as never)
      .send("push", payload, { headers: { "webhook-id": "w1" } });
    expect(sent).toMatchObject({ status: 200, outcome: { name: "ignored", events: [{ id: "w1", type: "push" }] } });
    expect(() => gitlab({})).toThrow(TypeError);
  });
});

libraryOracle("standardwebhooks", {
  kind: "a signing token",
  sender: gitlab({ secret: whsec }),
  type: "push",
  payload: { object_kind: "push", note: NOTE },
  headers: { "webhook-id": "w1" },
  accepts: ({ headers, body }) => new Webhook(whsec).verify(body, { ...headers }),
});
