// Verifies eBay Notification API's deliveries and locates their events.
import { createHash } from "node:crypto";
import type { PublicKeyText } from "../auth/keys/parse-public-key.js";
import type { PublicKeyByIdFunction } from "../auth/keys/public-key-source.js";
import type { UnverifiedDelivery } from "../auth/keys/unverified-delivery.js";
import { publicKey } from "../auth/schemes/public-key.js";
import { unwrapped, viewOfJsonHeader } from "../auth/unwrap.js";
import type { Auth } from "../core/auth.js";
import { header, json } from "../core/field.js";
import { isPromise, type MaybePromise } from "../lib/maybe-promise.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { echoQuery, okJson } from "./shared/handshakes.js";

/** Answers the `key` of an id as eBay spells it; `null`: there is none. */
export type EbayKeyFunction = (keyId: string, delivery: UnverifiedDelivery) => MaybePromise<string | null | undefined>;

/** Options of `ebay`. */
export interface EbayOptions {
  /** The key of an id: an object, or a function that asks `getPublicKey` of the Notification API and keeps the answer for an hour. PEM on one line, as eBay answers it, will do. */
  readonly keys: Readonly<Record<string, string>> | EbayKeyFunction;
  /** The verification token that you entered beside the URL: 32 to 80 letters, digits, `_` and `-`. */
  readonly verifyToken: string | undefined;
  /** The URL exactly as it is entered at eBay: it is part of the handshake's answer. */
  readonly endpoint: string | undefined;
}

const SIGNATURE = "x-ebay-signature";
const VERIFY_TOKEN = /^[A-Za-z0-9_-]{32,80}$/;

function ebayAuth(keys: EbayOptions["keys"]): Auth {
  const auth = publicKey({
    keys: typeof keys === "function" ? answeredKeys(keys) : listedKeys(keys),
    keyId: header(`${SIGNATURE}.kid`),
    algorithm: {
      by: header(`${SIGNATURE}.digest`),
      names: { SHA1: "ecdsa-p256-sha1", sha1: "ecdsa-p256-sha1" },
    },
    signature: { header: `${SIGNATURE}.signature`, encoding: "base64" },
  });
  return unwrapped(viewOfJsonHeader(SIGNATURE), auth);
}

function answeredKeys(keys: EbayKeyFunction): PublicKeyByIdFunction {
  return (keyId, delivery) => {
    const found = keys(keyId, delivery);
    return isPromise(found) ? found.then(keyText) : keyText(found);
  };
}

function listedKeys(keys: Readonly<Record<string, string>>): Readonly<Record<string, PublicKeyText>> {
  return Object.fromEntries(Object.entries(keys ?? {}).map(([id, pem]) => [id, keyText(pem) ?? undefined]));
}

/** The base64 between the lines of a PEM is the key itself, with line breaks or without. */
function keyText(pem: string | null | undefined): string | null {
  return typeof pem === "string" ? pem.replace(/-----(?:BEGIN|END) PUBLIC KEY-----|\s/g, "") : null;
}

/** eBay's notifications. Types are topics: `MARKETPLACE_ACCOUNT_DELETION`. */
export const ebay: SenderFactory<EbayOptions> = /* @__PURE__ */ senderFactory({
  factory: "ebay",
  name: "ebay",
  options: ["keys", "verifyToken", "endpoint"],
  define({ keys, verifyToken, endpoint }) {
    if (typeof verifyToken !== "string" || !VERIFY_TOKEN.test(verifyToken)) {
      throw new TypeError("ebay: verifyToken must be the verification token: 32 to 80 letters, digits, _ and -");
    }
    if (typeof endpoint !== "string" || !/^https:\/\/\S+$/.test(endpoint)) {
      throw new TypeError(
        'ebay: endpoint must be the URL as entered at eBay, such as "https://example.com/webhooks/ebay"',
      );
    }
    const answer = (code: string) =>
      okJson({
        challengeResponse: createHash("sha256").update(code).update(verifyToken).update(endpoint).digest("hex"),
      });
    return {
      auth: ebayAuth(keys),
      event: {
        id: json("notification.notificationId"),
        type: json("metadata.topic"),
        timestamp: json("notification.publishDate", "rfc3339"),
        attempt: json("notification.publishAttemptCount"),
      },
      handshakes: [echoQuery("challenge_code", answer)],
      reply: { honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});
