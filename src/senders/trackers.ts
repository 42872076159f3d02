// Jira, Linear, Sentry: HMAC over the body; only Linear signs a time, and it is in the body.
import { mac } from "../auth/schemes/hmac.js";
import { dotted, header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** What every Jira event is at least. */
export interface JiraEnvelope {
  webhookEvent: string;
  timestamp: number;
}

/** Jira Cloud's and Data Center's webhooks with a secret. Types are `jira:issue_created`, `comment_created`, … */
export const jira: SecretSender<JiraEnvelope> = senderFactory({
  factory: "jira",
  name: "jira",
  title: "Jira",
  credential: "Settings → System → WebHooks → the webhook → Secret. Used as text. Without one, nothing is signed.",
  proof: "`X-Hub-Signature: sha256=<hex>`, HMAC-SHA256 over the body.",
  exampleType: "jira:issue_created",
  retries: "Up to 5 times after 408, 409, 425, 429, 5xx or a time-out.",
  notes: [
    "`X-Atlassian-Webhook-Identifier` and `X-Atlassian-Webhook-Retry` are headers, and the signature covers neither.",
    "Only webhooks that an admin has made, on the WebHooks page or by `/rest/webhooks/1.0/webhook`, are signed. Connect apps sign with a JWT in `Authorization` that binds the URL (`qsh`) and not the body; it is not read here, for Atlassian ends the support of Connect in December 2026.",
    "Atlassian's addresses are at https://ip-ranges.atlassian.com/, as objects and not as a list to load.",
  ],
  sources: [
    "https://developer.atlassian.com/cloud/jira/platform/webhooks",
    "jira.js, its WebhookHeaders (third party, from a capture)",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: jira",
    "published test values, test/vectors/published.json",
    "community.developer.atlassian.com, RFC-129: Connect's end of support",
  ],
  unconfirmed: ["the statuses and 5 retries, assumed to end within a day", "the time limit: 15 s is assumed"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-hub-signature", encoding: "hex", prefix: "sha256=" } }),
    event: {
      id: header("x-atlassian-webhook-identifier"),
      type: json("webhookEvent"),
      timestamp: json("timestamp", "unix-milliseconds"),
      attempt: header("x-atlassian-webhook-retry"),
    },
    reply: { retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** What every Linear event is at least. */
export interface LinearEnvelope {
  action: string;
  type: string;
  webhookTimestamp: number;
}

/** Linear's webhooks. Types are the entity and the action: `Issue.create`, `Comment.update`. */
export const linear: SecretSender<LinearEnvelope> = senderFactory({
  factory: "linear",
  name: "linear",
  title: "Linear",
  credential: "Settings → API → Webhooks → the webhook → Signing secret. Used as text.",
  proof:
    "`Linear-Signature: <hex>`, HMAC-SHA256 over the body, which holds the time: `webhookTimestamp`, milliseconds.",
  exampleType: "Issue.create",
  retries: "After 1 min, 1 hour and 6 hours; then the webhook may be disabled. Only **200** counts.",
  notes: [
    '`Linear-Delivery`, the id, is a header, and the signature does not cover it. The same body under another id is reported, or refused with `dedupe: { replay: "suppress" }`.',
    "`Linear-Timestamp` and `Linear-Event` are not signed and not looked at.",
    "Linear publishes its addresses in its documentation.",
  ],
  sources: [
    "@linear/sdk 98.0.0, dist/webhooks",
    "https://linear.app/developers/webhooks",
    "linear.app/developers/webhooks, as quoted in several repositories: 5 seconds, HTTP 200, three retries",
  ],
  unconfirmed: ["that `Linear-Delivery` stays the same over retries", "that every event has `type` and `action`"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      timestamp: json("webhookTimestamp", "unix-milliseconds"),
      signature: { header: "linear-signature", encoding: "hex" },
    }),
    event: {
      id: header("linear-delivery"),
      type: dotted(json("type"), json("action")),
      timestamp: json("createdAt", "rfc3339"),
    },
    toleranceSeconds: 60,
    reply: {
      successStatuses: [200],
      timeLimitSeconds: 5,
      retryHorizonSeconds: 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
      maxBodyBytes: 5_242_880,
    },
  }),
});

/** Sentry's webhooks of an internal or public integration. Types are the resource and the action: `issue.created`. */
export const sentry: SecretSender<{ action: string; data: unknown }> = senderFactory({
  factory: "sentry",
  name: "sentry",
  title: "Sentry",
  credential: "Settings → Developer Settings → the integration → Client Secret. Used as text.",
  proof: "`Sentry-Hook-Signature: <hex>`, HMAC-SHA256 over the body.",
  exampleType: "issue.created",
  retries: "Not by itself.",
  notes: [
    "`Sentry-Hook-Resource`, `Sentry-Hook-Timestamp` and `Request-ID` are headers, and the signature covers none of them: a body could be sent again under another resource. A schema per type catches most of that.",
    "1 s is short: acknowledge first and work afterwards. A thousand time-outs within 24 hours end the subscription.",
  ],
  sources: [
    "https://docs.sentry.io/integrations/integration-platform/webhooks/",
    "https://sentry.io/changelog/2023-10-3-change-to-integration-platform-webhook-handling",
  ],
  unconfirmed: ["that every body has `action`", "no retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "sentry-hook-signature", encoding: "hex" } }),
    event: { id: header("request-id"), type: dotted(header("sentry-hook-resource"), json("action")) },
    reply: {
      retries: false,
      timeLimitSeconds: 1,
      retryHorizonSeconds: 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
