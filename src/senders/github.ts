// GitHub: repositories, organisations and apps.
import { mac } from "../auth/mac.js";
import type { AnyEvents, WithActions } from "../event.js";
import { dotted, header, json, memberOf } from "../field.js";
import { refuseUnknownKeys } from "../internal/known-keys.js";
import { defineSender, type Sender } from "../sender.js";
import type { SecretOptions } from "./standard-webhooks.js";

/** What the signed body of an event must hold, so that its unsigned name cannot be swapped for another of these. */
const MEMBER_OF_EVENT: ReadonlyMap<string, string> = new Map([
  ["check_run", "check_run"],
  ["check_suite", "check_suite"],
  ["create", "ref_type"],
  ["delete", "ref_type"],
  ["deployment", "deployment"],
  ["deployment_status", "deployment_status"],
  ["discussion", "discussion"],
  ["fork", "forkee"],
  ["installation", "installation"],
  ["issue_comment", "comment"],
  ["issues", "issue"],
  ["label", "label"],
  ["milestone", "milestone"],
  ["ping", "zen"],
  ["pull_request", "pull_request"],
  ["pull_request_review", "review"],
  ["push", "commits"],
  ["release", "release"],
  ["star", "starred_at"],
  ["workflow_job", "workflow_job"],
  ["workflow_run", "workflow_run"],
]);

/**
 * GitHub's webhooks. Types are `push`, `issues.opened`, …: the event's name, and the body's action where it has one.
 *
 * Shape:   `X-Hub-Signature-256: sha256=<lower-case hex, 64 chars>` over the body; JSON, or a form with JSON in `payload`
 * Source:  docs.github.com, "Validating webhook deliveries"; test/vectors/senders.json.
 * Promise: the body comes from a holder of the secret. Not promised: `X-GitHub-Delivery` and `X-GitHub-Event` are not
 *          signed. A known name is checked against the body; the same body under another id is reported, or refused with
 *          `dedupe: { replay: "suppress" }`. GitHub signs no time and never sends again by itself.
 *
 * @throws {TypeError} When the secret is missing or malformed.
 * @example createReceiver(github({ secret: process.env.GITHUB_WEBHOOK_SECRET })).on("issues.opened", handler)
 */
export function github<Types = AnyEvents>(options: SecretOptions): Sender<WithActions<Types>> {
  refuseUnknownKeys("github", options, ["secret"]);
  return defineSender({
    name: "github",
    auth: mac({
      secret: options.secret,
      signature: { header: "x-hub-signature-256", prefix: "sha256=", encoding: "hex" },
    }),
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
    typeMismatch(type, payload) {
      const [name = ""] = type.split(".");
      const member = MEMBER_OF_EVENT.get(name);
      if (member === undefined || memberOf(payload, member) !== undefined) return undefined;
      return `X-GitHub-Event says ${name}, but the signed body has no ${member}: the header is not signed and may have been changed`;
    },
  }) as unknown as Sender<WithActions<Types>>;
}
