// Checks the sender SendGrid event webhook and Inbound Parse.

import { createSign, generateKeyPairSync } from "node:crypto";
import { EventWebhook } from "@sendgrid/eventwebhook";
import { sendgrid } from "hookgate/senders";
import { expect, it } from "vitest";
import { delivered } from "../support/senders/deliver.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { ATTACHMENT, MULTIPART_TYPE, multipartBody } from "../support/senders/multipart.js";
import { header } from "../support/senders/signed.js";
import { freshnessOracle, vectorOracle } from "../support/senders/vector-oracle.js";

const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const spki = pair.publicKey.export({ type: "spki", format: "der" }).toString("base64");
const pkcs8 = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();

freshnessOracle(
  "sendgrid",
  vectorOracle("sendgrid", ({ secretOrKey: publicKey }) => sendgrid({ publicKey })),
  300,
);

libraryOracle("@sendgrid/eventwebhook", {
  sender: sendgrid({ publicKey: spki }),
  key: pkcs8,
  type: "delivered",
  payload: [{ event: "delivered", note: NOTE }],
  accepts(signed) {
    const webhook = new EventWebhook();
    const key = webhook.convertPublicKeyToECDSA(spki);
    return webhook.verifySignature(
      key,
      signed.body,
      header(signed, "x-twilio-email-event-webhook-signature"),
      header(signed, "x-twilio-email-event-webhook-timestamp"),
    );
  },
});

it("signed Inbound Parse is read, a text that is not UTF-8 included", async () => {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey = pair.publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const { seen, receive } = delivered(sendgrid({ publicKey }));
  const latin1 = Buffer.from("caf\xe9", "latin1");
  const body = multipartBody([['name="from"', "a@example.com"], ['name="text"', latin1], ATTACHMENT]);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createSign("sha256").update(timestamp).update(body).sign(pair.privateKey, "base64");
  const headers = {
    ...MULTIPART_TYPE,
    "x-twilio-email-event-webhook-timestamp": timestamp,
    "x-twilio-email-event-webhook-signature": signature,
  };
  const outcome = await receive({ headers, body });
  expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
  const payload = { from: "a@example.com", text: { content: latin1.toString("base64") } };
  expect(seen).toMatchObject([{ type: "inbound", id: undefined, payload }]);
});
