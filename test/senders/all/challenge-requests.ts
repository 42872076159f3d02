// Requests that hold a text in every place where some sender has its challenge.
import type { DeliveryInput } from "hookgate";
import { FORM_TYPE, JSON_TYPE } from "../../support/senders/deliver.js";

/** A text in every place where some sender has its challenge. */
export function asked(text: string): readonly DeliveryInput[] {
  const value = encodeURIComponent(text);
  const queries = [
    `crc_token=${value}&nonce=1`,
    `challengeCode=${value}`,
    `bt_challenge=${value}`,
    `challenge_code=${value}`,
    `challenge=${value}&verification_token=verify-0123456789`,
    `hub.mode=subscribe&hub.topic=https://example.com/feed&hub.verify_token=verify-0123456789&hub.challenge=${value}`,
    `validationToken=${value}`,
  ];
  const bodies = [
    "",
    JSON.stringify({ challenge: text }),
    JSON.stringify({ type: "url_verification", challenge: text }),
    JSON.stringify({ event: "endpoint.url_validation", payload: { plainToken: text } }),
    JSON.stringify({ eventType: "VERIFY", data: { challenge: text } }),
    JSON.stringify({ type: "validation.webhook", id: text }),
    JSON.stringify({ verification_token: text }),
    JSON.stringify([{ eventType: "Microsoft.EventGrid.SubscriptionValidationEvent", data: { validationCode: text } }]),
  ];
  const names = [
    "x-okta-verification-challenge",
    "validation-token",
    "x-front-challenge",
    "x-hook-secret",
    "webhook-request-origin",
  ];
  const headers = /^[\x20-\x7e]*$/.test(text) ? names.map((name) => ({ [name]: text })) : [];
  return [
    ...queries.flatMap((query) => ["GET", "POST"].map((method) => ({ method, url: `/hook?${query}` }))),
    ...bodies.map((body) => ({ method: "POST", url: "/hook", headers: JSON_TYPE, body })),
    { method: "POST", url: "/hook", headers: FORM_TYPE, body: `ssl_check=1&token=${value}` },
    { method: "POST", url: "/hook", headers: FORM_TYPE, body: "webhook_id=1" },
    { method: "HEAD", url: "/hook" },
    ...headers.flatMap((one) =>
      ["GET", "POST", "OPTIONS"].map((method) => ({ method, url: "/hook", headers: one, body: "" })),
    ),
  ];
}
