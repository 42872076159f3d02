// Checks the sender Google Cloud Pub/Sub.

import { OAuth2Client } from "google-auth-library";
import { googlePubsub } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { rsaPair } from "../../scripts/sample-keys.js";
import { libraryOracle } from "../support/senders/library-oracle.js";
import { HOOK_URL, send } from "../support/senders/send.js";
import { header } from "../support/senders/signed.js";

describe("kinds of deliveries", () => {
  it("an attribute names the type, and unwrapped messages are found by their headers", async () => {
    const { publicKey, privateKey: key } = rsaPair();
    const sender = googlePubsub({ audience: HOOK_URL, serviceAccount: "a@b.iam.gserviceaccount.com", publicKey });
    const typed = { message: { messageId: "1", attributes: { eventType: "OBJECT_FINALIZE" } } };
    expect((await send(sender, typed, { key })).seen).toMatchObject([{ type: "OBJECT_FINALIZE", id: "1" }]);
    const headers = { "x-goog-pubsub-message-id": "7" };
    expect((await send(sender, { a: 1 }, { key, headers })).seen).toMatchObject([
      { type: "message", id: "7", payload: { a: 1 } },
    ]);
  });
});

libraryOracle("google-auth-library", {
  sender: googlePubsub({
    audience: HOOK_URL,
    serviceAccount: "a@b.iam.gserviceaccount.com",
    publicKey: rsaPair().publicKey,
  }),
  key: rsaPair().privateKey,
  type: "message",
  payload: { message: { messageId: "1", data: "e30=" } },
  accepts(signed) {
    const token = header(signed, "authorization").replace("Bearer ", "");
    // A test sender's token names no key.
    const keys = { undefined: rsaPair().publicKey };
    return new OAuth2Client().verifySignedJwtWithCertsAsync(token, keys, HOOK_URL, ["https://accounts.google.com"]);
  },
  forge: (signed) => ({
    ...signed,
    headers: { ...signed.headers, authorization: header(signed, "authorization").replace(/.{10}$/, "AAAAAAAAAA") },
  }),
});
