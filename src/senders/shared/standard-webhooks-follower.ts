// Builds senders that follow Standard Webhooks except for their key, header names or type.
import type { Field } from "../../core/field.js";
import type { ReplyProfile } from "../../core/reply.js";
import { senderFactory } from "./factory.js";
import type { SecretSender } from "./options.js";
import {
  type HeaderSet,
  STANDARD_REPLY,
  standardWebhooksEvent,
  standardWebhooksHmac,
  WHSEC,
} from "./standard-webhooks-scheme.js";

/** What differs from Standard Webhooks. */
export interface Follower {
  readonly factory: string;
  /** Default: the factory's name. */
  readonly name?: string;
  /** Default `"webhook"`. */
  readonly headers?: HeaderSet;
  /** Default `WHSEC`. */
  readonly key?: Parameters<typeof standardWebhooksHmac>[2];
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

/** A sender whose deliveries follow Standard Webhooks but for the given differences. */
export function follower<Envelope = StandardEnvelope>(given: Follower): SecretSender<Envelope> {
  const { factory, name = factory, headers = "webhook", key = WHSEC, type, timestamp, reply } = given;
  return senderFactory({
    factory,
    name,
    options: ["secret"],
    define: ({ secret }) => ({
      auth: standardWebhooksHmac(secret, headers, key),
      event: standardWebhooksEvent(headers, type, timestamp),
      reply: { ...STANDARD_REPLY, ...reply },
    }),
  });
}
