// Instructions for senders without an API for webhooks.
import type { ManualEndpoint, WantedEndpoint } from "./providers/provider.js";

/** Describes a sender whose webhooks are registered by hand. */
export function byHand(title: string, steps: (wanted: WantedEndpoint) => readonly string[]): ManualEndpoint {
  return { title, isManual: true, steps };
}

/** Toss Payments: the developer centre. */
export function tossPaymentsByHand(): ManualEndpoint {
  return byHand("Toss Payments", ({ url, events }) => [
    "Open the developer centre, developers.tosspayments.com, and choose the merchant and the mode, test or live: each has its own webhooks",
    `Webhook (웹훅) → register (등록하기): URL ${url}`,
    `Choose the events ${events.join(", ")}`,
    "For payout.changed and seller.changed copy the security key (보안 키) to where tossPayments({ securityKey }) reads it",
    "Make a payment in test mode, and check in the developer centre that the webhook was answered with 200",
  ]);
}

/** PortOne: the console. */
export function portoneByHand(): ManualEndpoint {
  return byHand("PortOne", ({ url, events }) => [
    "Open the console, admin.portone.io → payment integration (결제 연동) → integration settings (연동 관리) → webhook management (결제알림 관리)",
    "Choose the version (V2) and the mode, test or live: each has its own webhooks",
    `Endpoint URL ${url}, Content-Type application/json`,
    `Choose the events ${events.join(", ")}, if the console offers a choice`,
    "Copy the webhook secret, whsec_…, to where portone({ secret }) reads it, and save",
    "Press the test call (호출 테스트), and check that it was answered with 200",
  ]);
}

/** Kakao: the developer console. */
export function kakaoByHand(): ManualEndpoint {
  return byHand("Kakao", ({ url, events }) => [
    "Open developers.kakao.com → My applications → the app → webhook",
    `Register the URL ${url} for ${events.join(", ")}`,
    "Copy the key that signs the deliveries to where kakao(…) reads it; see the sender's page",
    "Press the test of the console, and check that it was answered with 200",
  ]);
}
