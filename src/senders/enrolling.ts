// Notion, Asana: the secret comes by itself, unsigned, when a webhook is made. It is taken only while you are making one.

import { Unverified, type UnverifiedDelivery } from "../auth/keys/secrets.js";
import { mac } from "../auth/schemes/hmac.js";
import { dotted, json, memberOf } from "../core/field.js";
import type { Ending } from "../core/outcome.js";
import { parseJson } from "../lib/json.js";
import type { Handshake } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { checkChallenge, okText } from "./shared/handshakes.js";
import type { SecretOptions } from "./shared/options.js";

/**
 * Takes the secret of a new webhook: keep it where `secret` finds it, and answer `true`. Anybody can send one, so answer
 * `false` unless you are making a webhook just now.
 */
export type Enrol = (secret: string, delivery: UnverifiedDelivery) => boolean | Promise<boolean>;

export interface EnrollingOptions extends SecretOptions {
  /** Default: a secret is taken while `receiver.enrol()` waits for one, and else refused. */
  readonly enrol?: Enrol | undefined;
}

const NOT_NOW: Ending = {
  name: "forbidden",
  hint: "a secret came for a webhook that nobody is making now; call receiver.enrol() while you make one",
};

/** @param secretOf - The secret that is offered; `undefined` where this is no such handshake. */
function enrolment(
  name: string,
  enrol: Enrol | undefined,
  secretOf: (delivery: Parameters<Handshake["answer"]>[0]) => unknown,
  headersOf: (secret: string) => Readonly<Record<string, string>>,
): Handshake {
  return {
    name,
    methods: ["POST"],
    isUnsigned: true,
    enrols: true,
    async answer(delivery, _proof, enrolment) {
      const offered = secretOf(delivery);
      if (offered === undefined) return undefined;
      const secret = checkChallenge(offered);
      if (typeof secret !== "string") return secret;
      const isTaken = enrol === undefined ? enrolment?.offer(secret) : await enrol(secret, new Unverified(delivery));
      if (isTaken !== true) return NOT_NOW;
      return { ...okText(""), headers: headersOf(secret) };
    },
  };
}

function checkEnrol(factory: string, enrol: unknown): void {
  if (enrol === undefined || typeof enrol === "function") return;
  throw new TypeError(`${factory}: enrol must be a function of the secret that comes, or left out`);
}

const NOTION_SIGNATURE = "x-notion-signature";
/** `{"verification_token":"secret_…"}`, and nothing else. */
const MAX_TOKEN_BYTES = 1_024;

/** Notion's webhooks. Types are `page.created`, `comment.created`. */
export const notion: SenderFactory<EnrollingOptions> = senderFactory({
  factory: "notion",
  name: "notion",
  title: "Notion",
  credential: "The `verification_token` of the subscription, which Notion posts once. Used as text.",
  proof: "`X-Notion-Signature: sha256=<lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "page.content_updated",
  retries: "Eight times within 24 hours.",
  notes: [
    "The first POST holds the token and is not signed. `await receiver.enrol()` gets it, or an option `enrol(token)`; paste it in the integration's settings. At any other time it is refused.",
    "Events name what changed, not what it is now: ask the API.",
  ],
  sources: [
    "@notionhq/client 5.26.0",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: notion",
    "developers.notion.com, as quoted in public repositories: eight retries, the last about 24 hours after the event",
  ],
  unconfirmed: ["time limit", "that `id` stays the same over retries"],
  options: ["secret", "enrol"],
  define: ({ secret, enrol }) => {
    checkEnrol("notion", enrol);
    return {
      auth: mac({ secret, signature: { header: NOTION_SIGNATURE, encoding: "hex", prefix: "sha256=" } }),
      event: {
        id: json("id"),
        type: json("type"),
        timestamp: json("timestamp", "rfc3339"),
        attempt: json("attempt_number"),
      },
      handshakes: [
        enrolment(
          "verification_token",
          enrol,
          ({ headers, body }) => {
            if (headers.get(NOTION_SIGNATURE) !== undefined || body.length > MAX_TOKEN_BYTES) return undefined;
            const parsed = parseJson(body);
            return parsed.ok ? memberOf(parsed.value, "verification_token") : undefined;
          },
          () => ({}),
        ),
      ],
      reply: { retryHorizonSeconds: 2 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});

const ASANA_SECRET = "x-hook-secret";

/** Asana's webhooks. Types are kind of thing and what happened to it: `task.changed`, `story.added`. */
export const asana: SenderFactory<EnrollingOptions> = senderFactory({
  factory: "asana",
  name: "asana",
  title: "Asana",
  credential: "The `X-Hook-Secret` that Asana sends while the webhook is made, one for each webhook. Used as text.",
  proof: "`X-Hook-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "task.changed",
  retries: "With growing pauses for 24 hours; then the webhook is deleted.",
  notes: [
    "While you create the webhook, `X-Hook-Secret` comes unsigned. `await receiver.enrol()` gets it, or an option `enrol(secret, delivery)`; it is repeated, as Asana wants it, and at any other time refused. Give `secret` as a function that finds what you kept.",
    "A batch: `events[]`, empty every eight hours as a heartbeat. Events have no id, so nothing is deduped.",
    "A 410 would delete the webhook.",
  ],
  sources: ["Asana/developer-docs, webhooks", "hookdeck/webhook-skills, providers.yaml @00ad8d05: asana"],
  options: ["secret", "enrol"],
  define: ({ secret, enrol }) => {
    checkEnrol("asana", enrol);
    return {
      auth: mac({ secret, signature: { header: "x-hook-signature", encoding: "hex" } }),
      event: {
        each: "events",
        type: dotted(json("resource.resource_type"), json("action")),
        timestamp: json("created_at", "rfc3339"),
      },
      handshakes: [
        enrolment(
          ASANA_SECRET,
          enrol,
          ({ headers }) => {
            const value = headers.once(ASANA_SECRET);
            return typeof value === "symbol" ? "" : value;
          },
          (hookSecret) => ({ [ASANA_SECRET]: hookSecret }),
        ),
      ],
      privateHeaders: [ASANA_SECRET],
      reply: { timeLimitSeconds: 10, retryHorizonSeconds: 2 * 86_400, honoursRetryAfter: false, unsubscribes: [410] },
    };
  },
});
