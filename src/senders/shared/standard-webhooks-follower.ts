// What differs between those who follow Standard Webhooks? The key, the header names, and where the type is.
import type { Field } from "../../core/field.js";
import type { ReplyProfile } from "../../core/reply.js";
import { type RowOrLater, rowNow, type SenderFacts, type SenderRow, senderFactory } from "./factory.js";
import type { SecretOptions, SecretSender } from "./options.js";
import {
  type HeaderSet,
  STANDARD_REPLY,
  standardWebhooksEvent,
  standardWebhooksMac,
  WHSEC,
} from "./standard-webhooks-scheme.js";

/** A follower, as data. */
export interface Follower extends Omit<SenderFacts, "proof" | "events"> {
  readonly factory: string;
  /** Default: the factory's name. */
  readonly name?: string;
  /** Default `"webhook"`. */
  readonly headers?: HeaderSet;
  /** Default `WHSEC`. */
  readonly key?: Parameters<typeof standardWebhooksMac>[2];
  /** Default: `type` of the body, and `message` where it has none. */
  readonly type?: Field<"text">;
  /** Default: `timestamp` of the body, RFC 3339. */
  readonly timestamp?: Field<"time">;
  readonly reply?: Partial<ReplyProfile>;
}

/** What every event of theirs is at least, where the type stands in the body. */
export interface StandardEnvelope {
  type: string;
  data: unknown;
}

const NAMES: Readonly<Record<HeaderSet, string>> = {
  webhook: "`webhook-id`, `webhook-timestamp` (unix seconds), `webhook-signature`",
  svix: "`svix-id`, `svix-timestamp` (unix seconds), `svix-signature`",
  either: "`svix-id`, `svix-timestamp` (unix seconds), `svix-signature`, or `webhook-*`, never both",
};

/** The proof as it stands on the page. */
export function followerProof(headers: HeaderSet = "webhook"): string {
  return `headers ${NAMES[headers]}: \`v1,<base64>\`, several separated by a space while rotating; HMAC-SHA256 over \`<id>.<timestamp>.<body>\`, as [Standard Webhooks](standard-webhooks.md).`;
}

/** A sender whose deliveries differ from Standard Webhooks in nothing but the row. */
export function follower<Envelope = StandardEnvelope>(given: RowOrLater<Follower>): SecretSender<Envelope> {
  return senderFactory(() => rowOf(rowNow(given)));
}

function rowOf(row: Follower): SenderRow<SecretOptions> {
  const { name = row.factory, headers = "webhook", key = WHSEC, type, timestamp, reply, ...facts } = row;
  const event = standardWebhooksEvent(headers, type, timestamp);
  return {
    ...facts,
    name,
    proof: followerProof(headers),
    ...(typeof event === "function"
      ? { events: "id `svix-id`, or `webhook-id`, of the headers; type `type` of the body; both signed." }
      : {}),
    options: ["secret"],
    define: ({ secret }) => ({
      auth: standardWebhooksMac(secret, headers, key),
      event,
      reply: { ...STANDARD_REPLY, ...reply },
    }),
  };
}
