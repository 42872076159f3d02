// Verifies Jira's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** What every Jira event is at least. */
export interface JiraEnvelope {
  webhookEvent: string;
  timestamp: number;
}

/** Jira Cloud's and Data Center's webhooks with a secret. Types are `jira:issue_created`, `comment_created`, … */
export const jira: SecretSender<JiraEnvelope> = /* @__PURE__ */ senderFactory({
  factory: "jira",
  name: "jira",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-hub-signature", encoding: "hex", prefix: "sha256=" } }),
    event: {
      id: header("x-atlassian-webhook-identifier"),
      type: json("webhookEvent"),
      timestamp: json("timestamp", "unix-milliseconds"),
      attempt: header("x-atlassian-webhook-retry"),
    },
    // Jira names no limit; an issue comes with its comments and its work log.
    reply: { retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [], maxBodyBytes: 10_485_760 },
  }),
});
