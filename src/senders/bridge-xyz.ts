// Verifies Bridge (bridge.xyz)'s deliveries and locates their events.
import { createHash } from "node:crypto";
import { publicKey } from "../auth/schemes/public-key.js";
import { param } from "../auth/signature/signature.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { PublicKeySenderOptions } from "./shared/options.js";

/** Bridge signs the digest of the text, so the text is hashed twice. */
const BRIDGE_DIGEST: SignedText = {
  covers: { body: true, method: false, url: false, headers: [] },
  usesTimestamp: true,
  texts: ({ body }, { timestamp }) => [createHash("sha256").update(`${timestamp}.`).update(body).digest()],
};

/** Bridge's webhooks (bridge.xyz). Types are the body's `event_type`: `transfer.updated`. */
export const bridgeXyz: SenderFactory<PublicKeySenderOptions> = /* @__PURE__ */ senderFactory({
  factory: "bridgeXyz",
  name: "bridge-xyz",
  options: ["publicKey"],
  define: (options) => ({
    auth: publicKey({
      publicKey: options.publicKey,
      algorithm: "rsa-v1_5-sha256",
      signed: BRIDGE_DIGEST,
      timestamp: param("t", "unix-milliseconds"),
      signature: { header: "x-webhook-signature", encoding: "base64", form: { pairs: "v0" } },
    }),
    event: { id: json("event_id"), type: json("event_type"), timestamp: json("event_created_at", "rfc3339") },
    // The vendor advises ten minutes.
    toleranceSeconds: 600,
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
