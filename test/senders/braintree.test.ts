// Checks the sender Braintree.

import { createHash, createHmac } from "node:crypto";
import braintreeSdk from "braintree";
import { createReceiver, type Sender } from "hookgate";
import { braintree } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { delivered, FORM_TYPE } from "../support/senders/deliver.js";
import { byLibrary } from "../support/senders/library-oracle.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
function hmac(text: string, algorithm = "sha256", key: string | Buffer = secret) {
  return createHmac(algorithm, key).update(text);
}
const url = "https://example.com/webhooks/payments";
function receiverOf(sender: Sender<never>) {
  return createReceiver(sender as unknown as Sender<Record<string, unknown>>, {
    logger: { warn() {}, error() {} },
    publicUrl: url,
    dedupe: false,
  });
}

vectorOracle("braintree", ({ secretOrKey, extra }) =>
  braintree({ publicKey: extra.publicKey ?? "", privateKey: secretOrKey }),
);

describe("signatures, kinds and challenges", () => {
  const keys = { publicKey: "ours", privateKey: "integration_private_key" };
  const key = createHash("sha1").update(keys.privateKey).digest();
  const xml = (kind: string) =>
    Buffer.from(`<notification><kind>${kind}</kind><subject><kind>inner</kind></subject></notification>`).toString(
      "base64",
    );
  const signatureOf = (payload: string) => hmac(payload, "sha1", key).digest("hex");

  it("takes the signature of its own public key, and the kind that stands before the subject", async () => {
    const { seen, receive } = delivered(braintree(keys));
    const payload = xml("check");
    const others = `theirs|${"0".repeat(40)}&ours|${signatureOf(`${payload}\n`)}`;
    const body = form({ bt_signature: others, bt_payload: payload });
    expect(await receive({ headers: FORM_TYPE, body })).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type: "check", payload: { bt_payload: payload } }]);
    const named = form({ bt_signature: `theirs|${signatureOf(payload)}`, bt_payload: payload });
    expect(await receive({ headers: FORM_TYPE, body: named })).toMatchObject({ name: "unauthenticated" });
  });

  it("refuses a second payload; one without a kind has no type", async () => {
    const { receive, seen } = delivered(braintree(keys));
    const twice = `${form({ bt_signature: `ours|${signatureOf(xml("a"))}`, bt_payload: xml("a") })}&bt_payload=x`;
    expect(await receive({ headers: FORM_TYPE, body: twice })).toMatchObject({ name: "bad_credentials" });
    const empty = Buffer.from("<notification/>").toString("base64");
    const bare = form({ bt_signature: `ours|${signatureOf(empty)}`, bt_payload: empty });
    expect(await receive({ headers: FORM_TYPE, body: bare })).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type: "", id: undefined }]);
  });

  it.each([
    ["?bt_challenge=20f9f8ed05f77439fe955c977e4c8a5", 200],
    ["?bt_challenge=20F9F8ED05F77439FE955C977E4C8A53", 400],
    ["?bt_challenge=20f9f8ed05f77439fe", 400],
    ["", 405],
  ])("answers GET /%s with %d", async (query, status) => {
    const { reply } = await delivered(braintree(keys)).receive({ method: "GET", url: `/${query}` });
    expect(reply.status).toBe(status);
  });
});

describe(byLibrary("braintree"), () => {
  const keys = { publicKey: "integration_public_key", privateKey: "integration_private_key" };
  const gateway = new braintreeSdk.BraintreeGateway({
    environment: braintreeSdk.Environment.Sandbox,
    merchantId: "merchant",
    ...keys,
  });
  const sender = braintree(keys) as unknown as Sender<never>;

  it("makes sample notifications that we accept, of all kinds, and not with one byte changed", async () => {
    for (const kind of ["subscription_charged_successfully", "dispute_opened", "check", "transaction_settled"]) {
      const sample = await gateway.webhookTesting.sampleNotification(kind as never, "id1");
      const form = new URLSearchParams({ bt_signature: sample.bt_signature, bt_payload: sample.bt_payload });
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const outcome = await receiverOf(sender).receive({ headers, body: form.toString() });
      expect(outcome, outcome.hint).toMatchObject({ name: "ignored", events: [{ type: kind }] });
      form.set("bt_payload", sample.bt_payload.replace("A", "B"));
      expect(await receiverOf(sender).receive({ headers, body: form.toString() })).toMatchObject({
        name: "unauthenticated",
      });
    }
  });

  it("parses what we sign, and answers a challenge as we do", async () => {
    const xml =
      '<notification><timestamp type="datetime">2026-01-02T03:04:05Z</timestamp><kind>check</kind><subject><check type="boolean">true</check></subject></notification>';
    const signed = await createTestSender(sender).sign({
      payload: { bt_payload: Buffer.from(xml).toString("base64") },
    });
    const form = new URLSearchParams(Buffer.from(signed.body).toString("utf8"));
    const parsed = await gateway.webhookNotification.parse(
      form.get("bt_signature") ?? "",
      form.get("bt_payload") ?? "",
    );
    expect(parsed.kind).toBe("check");
    // The library has it; its types do not.
    const answerer = gateway.webhookNotification as unknown as { verify(challenge: string): string };
    const challenge = createHmac("sha256", "x").update("y").digest("hex").slice(0, 32);
    const outcome = await receiverOf(sender).receive({ method: "GET", url: `/?bt_challenge=${challenge}` });
    expect(outcome).toMatchObject({
      name: "handshake",
      reply: { status: 200, body: answerer.verify(challenge) },
    });
  });
});
