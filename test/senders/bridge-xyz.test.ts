// Checks the sender Bridge (bridge.xyz).

import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { bridgeXyz } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const nowMs = 1_767_323_045_000;
const now = () => nowMs;
const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }) as string;
const rsaSign = (text: string | Buffer, hash = "sha256") =>
  sign(hash, Buffer.from(text as string), rsa.privateKey).toString("base64");

describe(documentedAt("https://apidocs.bridge.xyz/platform/additional-information/webhooks/signature"), () => {
  it("signs the digest, which is hashed again, and allows ten minutes", async () => {
    const body = JSON.stringify({ event_id: "b1", event_type: "transfer.updated" });
    const sent = String(nowMs - 600_000);
    const digest = createHash("sha256").update(`${sent}.${body}`).digest();
    const headers = { ...JSON_TYPE, "x-webhook-signature": `t=${sent},v0=${rsaSign(digest)}` };
    const options = { publicKey: pem(rsa.publicKey) };
    expect(await delivered(bridgeXyz(options), { now }).receive({ headers, body })).toMatchObject({
      name: "processed",
    });
    const late = delivered(bridgeXyz(options), { now: () => nowMs + 1_000 });
    expect(await late.receive({ headers, body })).toMatchObject({ name: "unauthenticated" });
    const once = { ...JSON_TYPE, "x-webhook-signature": `t=${sent},v0=${rsaSign(`${sent}.${body}`)}` };
    expect(await delivered(bridgeXyz(options), { now }).receive({ headers: once, body })).toMatchObject({
      name: "unauthenticated",
    });
  });
});
