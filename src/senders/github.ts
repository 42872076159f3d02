// Verifies GitHub's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import type { AnyEvents, WithActions } from "../core/event-map.js";
import { dotted, header, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { Sender } from "../sender/sender.js";
import { type SenderAbout, senderFactory } from "./shared/factory.js";
import type { SecretOptions } from "./shared/options.js";

/** What the signed body of an event has, so that its unsigned name cannot be swapped for another's. */
interface BodyOf {
  readonly has: readonly string[];
  /** What only a related event has beside that: a comment on an issue holds the issue too. */
  readonly lacks?: readonly string[];
}

const BODIES: ReadonlyMap<string, BodyOf> = /* @__PURE__ */ new Map<string, BodyOf>([
  ["check_run", { has: ["check_run"] }],
  ["check_suite", { has: ["check_suite"] }],
  ["commit_comment", { has: ["comment"], lacks: ["issue", "pull_request", "discussion"] }],
  ["create", { has: ["ref_type", "master_branch"] }],
  ["delete", { has: ["ref_type"], lacks: ["master_branch"] }],
  ["deployment", { has: ["deployment"], lacks: ["deployment_status"] }],
  ["deployment_status", { has: ["deployment_status"] }],
  ["discussion", { has: ["discussion"], lacks: ["comment"] }],
  ["discussion_comment", { has: ["discussion", "comment"] }],
  ["fork", { has: ["forkee"] }],
  // Every delivery to an app holds its installation; those about the installation itself hold nothing else of these.
  [
    "installation",
    {
      has: ["installation"],
      lacks: [
        "check_run",
        "check_suite",
        "comment",
        "commits",
        "deployment",
        "discussion",
        "forkee",
        "issue",
        "label",
        "milestone",
        "pull_request",
        "ref_type",
        "release",
        "repositories_added",
        "starred_at",
        "workflow_job",
        "workflow_run",
      ],
    },
  ],
  ["installation_repositories", { has: ["installation", "repositories_added"] }],
  ["issue_comment", { has: ["issue", "comment"] }],
  ["issues", { has: ["issue"], lacks: ["comment"] }],
  ["label", { has: ["label"], lacks: ["issue", "pull_request", "discussion"] }],
  ["milestone", { has: ["milestone"], lacks: ["issue", "pull_request"] }],
  ["ping", { has: ["zen"] }],
  ["pull_request", { has: ["pull_request"], lacks: ["comment", "review", "thread"] }],
  ["pull_request_review", { has: ["pull_request", "review"] }],
  ["pull_request_review_comment", { has: ["pull_request", "comment"] }],
  ["pull_request_review_thread", { has: ["pull_request", "thread"] }],
  ["push", { has: ["commits"] }],
  ["release", { has: ["release"] }],
  ["star", { has: ["starred_at"] }],
  ["workflow_job", { has: ["workflow_job"] }],
  ["workflow_run", { has: ["workflow_run"] }],
]);

/** What `github` is: as other factories, but its events' names spell out their actions. */
export interface GithubSender {
  /**
   * Event types are open unless given, a map of names to payloads: `github<{ push: PushEvent }>({ secret })`.
   *
   * @throws {TypeError} When the secret is missing or malformed, or an option is unknown.
   */
  <Types = AnyEvents>(options: SecretOptions): Sender<WithActions<Types>>;
  readonly about: SenderAbout;
}

/**
 * GitHub's webhooks. Types are `push`, `issues.opened`, …: the event's name, and the body's action where it has one.
 *
 * Shape:   `X-Hub-Signature-256: sha256=<lower-case hex, 64 chars>` over the body; JSON, or a form with JSON in `payload`
 * Source:  docs.github.com, "Validating webhook deliveries"; test/vectors/senders/github.json.
 * Promise: the body comes from a holder of the secret. Not promised: `X-GitHub-Delivery` and `X-GitHub-Event` are not
 *          signed. A known name is checked against the body; the same body under another id is reported, or refused with
 *          `dedupe: { replay: "suppress" }`. GitHub signs no time and never sends again by itself.
 *
 * @throws {TypeError} When the secret is missing or malformed.
 * @example createReceiver(github({ secret: process.env.GITHUB_WEBHOOK_SECRET })).on("issues.opened", handler)
 */
export const github: GithubSender = /* @__PURE__ */ senderFactory<SecretOptions>({
  factory: "github",
  name: "github",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-hub-signature-256", prefix: "sha256=", encoding: "hex" } }),
    body: { "application/json": "json", "application/x-www-form-urlencoded": { jsonInForm: "payload" } },
    event: { id: header("x-github-delivery"), type: dotted(header("x-github-event"), json("action")) },
    privateHeaders: ["x-hub-signature"],
    reply: {
      retries: false,
      honoursRetryAfter: false,
      timeLimitSeconds: 10,
      // By hand or by API for three days.
      retryHorizonSeconds: 3 * 86_400,
      unsubscribes: [],
      maxBodyBytes: 26_214_400,
    },
    addresses: { url: "https://api.github.com/meta", at: "hooks" },
    typeMismatch,
  }),
}) as unknown as GithubSender;

function typeMismatch(type: string, payload: unknown): string | undefined {
  const [name = ""] = type.split(".");
  const body = BODIES.get(name);
  const missing = body?.has.find((member) => memberOf(payload, member) === undefined);
  const foreign = body?.lacks?.find((member) => memberOf(payload, member) !== undefined);
  if (missing === undefined && foreign === undefined) return undefined;
  const what = missing === undefined ? `has a ${foreign}` : `has no ${missing}`;
  return `X-GitHub-Event says ${name}, but the signed body ${what}: the header is not signed and may have been changed`;
}
