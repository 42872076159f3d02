// Braintree's list of signatures in a form, and Mollie's two kinds of webhooks, one of which nobody signs.
import { createHash, createHmac } from "node:crypto";
import { braintree, mollie } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, FORM_TYPE, JSON_TYPE } from "./deliver.js";

const secret = "0123456789abcdef0123456789abcdef";
const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
function hmac(text: string, algorithm = "sha256", key: string | Buffer = secret) {
  return createHmac(algorithm, key).update(text);
}

describe("mollie", () => {
  const event = JSON.stringify({ id: "event_1", type: "payment-link.paid" });
  const signed = { ...JSON_TYPE, "x-mollie-signature": `sha256=${hmac(event).digest("hex")}` };

  it("takes signed events, and classic webhooks as far as confirm vouches for them", async () => {
    const asked: unknown[] = [];
    const confirm = (one: { payload: unknown }) => {
      asked.push(one.payload);
      return (one.payload as { id: string }).id === "tr_1" && { payload: { status: "paid" } };
    };
    const { seen, receive } = delivered(mollie({ secret, confirm }));
    await receive({ headers: signed, body: event });
    await receive({ headers: FORM_TYPE, body: "id=tr_1" });
    expect(await receive({ headers: FORM_TYPE, body: "id=tr_2" })).toMatchObject({ name: "unauthenticated" });
    expect(seen).toMatchObject([
      { type: "payment-link.paid", id: "event_1", verified: true },
      { type: "resource.changed", id: undefined, verified: false, payload: { status: "paid" } },
    ]);
    expect(asked).toMatchObject([{ id: "tr_1" }, { id: "tr_2" }]);
  });

  it("never takes an event with a wrong signature for a classic one", async () => {
    const { seen, receive } = delivered(mollie({ secret, confirm: () => true }));
    expect(await receive({ headers: signed, body: `${event} ` })).toMatchObject({ name: "unauthenticated" });
    expect(seen).toEqual([]);
  });

  it("refuses what it has no option for, and is not built with neither", async () => {
    const bySecret = delivered(mollie({ secret }));
    expect(await bySecret.receive({ headers: FORM_TYPE, body: "id=tr_1" })).toMatchObject({ name: "unauthenticated" });
    const byConfirm = delivered(mollie({ confirm: () => true }));
    expect(await byConfirm.receive({ headers: signed, body: event })).toMatchObject({ name: "unauthenticated" });
    expect(() => mollie({})).toThrow(/secret .* confirm/);
  });
});

describe("braintree", () => {
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
