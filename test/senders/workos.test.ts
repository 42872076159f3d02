// Checks the sender WorkOS.

import { WorkOS } from "@workos-inc/node";
import { createReceiver, type Sender } from "hookgate";
import { workos } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { JSON_TYPE } from "../support/senders/deliver.js";
import { LIBRARY_URL, libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { header } from "../support/senders/signed.js";
import { freshnessOracle, vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const workosSdk = new WorkOS("sk_test_0123456789");
const quiet = { logger: { warn() {}, error() {} } };
const nowMs = 1_767_323_045_678;
const text = (body: string | Uint8Array) => Buffer.from(body).toString("utf8");
function receiverOf(sender: unknown, options: object = {}) {
  return createReceiver(sender as Sender<Record<string, unknown>>, { ...quiet, now: () => nowMs, ...options });
}

freshnessOracle(
  "workos",
  vectorOracle("workos", ({ secretOrKey: key }) => workos({ secret: key })),
  180,
);

libraryOracle("@workos-inc/node", {
  sender: workos({ secret }),
  type: "user.created",
  payload: { id: "wh_1", event: "user.created", created_at: "2026-01-02T03:04:05.678Z", data: { note: NOTE } },
  // It writes the payload anew, so it must be given an object.
  accepts: async (signed) =>
    (await workosSdk.webhooks.verifyHeader({
      payload: JSON.parse(signed.body),
      sigHeader: header(signed, "workos-signature"),
      secret,
    })) === true,
  async makes() {
    const payload = { id: "wh_2", event: "user.created", data: { note: NOTE } };
    const t = Date.now();
    const v1 = await workosSdk.webhooks.computeSignature(t, payload, secret);
    return {
      url: LIBRARY_URL,
      headers: { ...JSON_TYPE, "workos-signature": `t=${t}, v1=${v1}` },
      body: JSON.stringify(payload),
    };
  },
});

describe("workos, actions", () => {
  const sdk = new WorkOS("sk_test_0123456789");
  const action = { id: "01J", object: "authentication_action_context", user: { email: "é@example.com" } };
  const deliver = async (payload: object, reply: object | undefined) => {
    const sender = workos({ secret });
    const sent = await createTestSender(sender as unknown as Sender<never>).sign({ payload });
    const receiver = receiverOf(sender, { dedupe: false, now: Date.now, toleranceSeconds: 30 });
    receiver.on("*", (_event, context) => reply === undefined || context.reply({ body: JSON.stringify(reply) }));
    return { sent, outcome: await receiver.receive({ headers: sent.headers, body: sent.body }) };
  };

  it("reads what the vendor's library accepts as an action", async () => {
    const { sent, outcome } = await deliver(action, undefined);
    const sigHeader = sent.headers["workos-signature"] ?? "";
    const made = await sdk.actions.constructAction({ payload: JSON.parse(text(sent.body)), sigHeader, secret });
    expect(made).toMatchObject({ object: "authentication_action_context" });
    expect(outcome).toMatchObject({
      name: "processed",
      events: [{ type: "authentication_action_context", id: "01J" }],
    });
    expect(outcome.reply).toMatchObject({ status: 200, body: "" }); // no verdict was given, so none is made up
  });

  it.each([
    ["authentication", "Deny", "Not today é"],
    ["authentication", "Allow", undefined],
    ["user_registration", "Deny", "Closed"],
  ] as const)("%s: %s is answered as the vendor's library answers it", async (type, verdict, errorMessage) => {
    const given = { verdict, ...(errorMessage === undefined ? {} : { error_message: errorMessage }) };
    const { outcome } = await deliver({ ...action, object: `${type}_action_context` }, given);
    const answer = JSON.parse(text(outcome.reply.body));
    const theirs = await sdk.actions.signResponse(
      { type, verdict, ...(errorMessage && { errorMessage }) } as never,
      secret,
    );
    expect({ ...answer, signature: 0, payload: { ...answer.payload, timestamp: 0 } }).toEqual({
      ...theirs,
      signature: 0,
      payload: { ...theirs.payload, timestamp: 0 },
    });
    const { timestamp } = answer.payload;
    const computed = await (
      sdk.actions as unknown as { computeSignature(at: number, payload: object, key: string): Promise<string> }
    ).computeSignature(timestamp, answer.payload, secret);
    expect(answer.signature).toBe(computed);
    expect(outcome.reply.headers).toMatchObject({ "content-type": "application/json" });
  });

  it("accepts no verdict as a delivery", async () => {
    for (const given of [{ verdict: "Allow" }, { verdict: "Deny", error_message: 'No "}' }]) {
      const { outcome } = await deliver(action, given);
      const { payload, signature } = JSON.parse(text(outcome.reply.body));
      const receiver = receiverOf(workos({ secret }), { dedupe: false, now: Date.now }).on("*", () => {});
      const forged = await receiver.receive({
        headers: { ...JSON_TYPE, "workos-signature": `t=${payload.timestamp}, v1=${signature}` },
        body: JSON.stringify(payload),
      });
      expect(forged).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    }
  });

  it("leaves webhooks' answers alone", async () => {
    const { outcome } = await deliver({ id: "e", event: "user.created", object: "x" }, { verdict: "Deny" });
    expect(outcome.reply.body).toBe('{"verdict":"Deny"}');
  });
});
