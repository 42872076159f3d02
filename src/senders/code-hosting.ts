// Bitbucket, Gitea: HMAC over the body, and everything else in headers.
import { mac } from "../auth/schemes/hmac.js";
import { header } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Bitbucket Cloud's webhooks. Types are event keys: `repo:push`, `pullrequest:created`. */
export const bitbucket: SecretSender = senderFactory({
  factory: "bitbucket",
  name: "bitbucket",
  title: "Bitbucket Cloud",
  credential: "Repository settings → Webhooks → the webhook → Secret. Used as text. Without one, nothing is signed.",
  proof: "`X-Hub-Signature: sha256=<lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "repo:push",
  retries: "Up to two more attempts after a 5xx or a time-out.",
  notes: ["`X-Event-Key` and `X-Request-UUID` are headers, and the signature covers neither."],
  sources: ["hookdeck/webhook-skills, providers.yaml @00ad8d05: bitbucket", "https://ip-ranges.atlassian.com/"],
  unconfirmed: ["10 s time limit", "two more attempts", "whether `X-Request-UUID` stays the same over attempts"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-hub-signature", encoding: "hex", prefix: "sha256=" } }),
    event: { id: header("x-request-uuid"), type: header("x-event-key"), attempt: header("x-attempt-number") },
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Gitea's and Forgejo's webhooks. Types are event names: `push`, `pull_request`. */
export const gitea: SecretSender = senderFactory({
  factory: "gitea",
  name: "gitea",
  title: "Gitea and Forgejo",
  credential: "Repository → Settings → Webhooks → Secret. Used as text.",
  proof:
    "`X-Gitea-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body. Forgejo sends it under this name, too.",
  exampleType: "push",
  retries: "Not by itself: a delivery is sent again by hand, from its log.",
  notes: ["`X-Gitea-Event` and `X-Gitea-Delivery` are headers, and the signature covers neither."],
  sources: ["third-party verification code, see the shape table of the sender list"],
  unconfirmed: ["5 s time limit", "no retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-gitea-signature", encoding: "hex" } }),
    event: { id: header("x-gitea-delivery"), type: header("x-gitea-event") },
    reply: { retries: false, timeLimitSeconds: 5, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
