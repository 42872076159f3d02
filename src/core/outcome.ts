// The types of the results of an event and of a delivery.
import type { OutcomeName } from "./outcomes.js";
import type { Reply } from "./reply.js";
import type { TraceLine } from "./trace.js";

/** A finding for the operator that did not decide the outcome. */
export type Note =
  | "replay_suspected" // the same signed body arrived under another, unsigned id
  | "body_mismatch" // a duplicate whose body differs from the first one's
  | "double_run" // a handler finished after another run had taken over its claim
  | "complete_failed" // the handler succeeded, and the store could not record it
  | "dedupe_bypassed" // the store was down and `onStoreFailure` is "process"
  | "schema_skipped"; // the event does not match its schema and `onInvalid` is "accept"

/** How one event ended. */
export interface EventOutcome {
  readonly name: OutcomeName;
  readonly id: string | undefined;
  /** `""` of an `unidentified` item of a batch. */
  readonly type: string;
  readonly tenant: string | undefined;
  /** The number of handler runs of this event, this one included; `undefined` where no handler ran. */
  readonly attempt: number | undefined;
  readonly notes: readonly Note[];
  readonly hint: string | undefined;
  readonly error: unknown;
  readonly retryAfterSeconds: number | undefined;
  /** The status where it differs from the table (`onInvalid: "reject"`), otherwise `undefined`. */
  readonly status: number | undefined;
  /** The handler's own reply. For a duplicate, the reply of the first run. */
  readonly reply: Reply | undefined;
}

/** How a delivery ended. */
export interface Outcome {
  readonly name: OutcomeName;
  /** Whether the sender should retry. */
  readonly retry: boolean;
  readonly retryAfterSeconds: number | undefined;
  /** The reply to the sender. */
  readonly reply: Reply;
  /** One per event, in the order of the delivery. */
  readonly events: readonly EventOutcome[];
  readonly trace: readonly TraceLine[];
  /** What the operator can do about it. */
  readonly hint: string | undefined;
  readonly error: unknown;
  readonly sender: string;
  readonly scope: string | undefined;
  /** Milliseconds from arrival to this outcome; `undefined` while nothing subscribes to outcomes. */
  readonly durationMs: number | undefined;
  /** `undefined` for an event that ran from an inbox or was fetched; so is the path. */
  readonly method: string | undefined;
  /** The path without the query, which may hold a token. */
  readonly path: string | undefined;
  readonly clientAddress: string | undefined;
  /** Whether this is the outcome of a handler that ended after its sender was answered. */
  readonly isLate: boolean;
  /** The source: a delivery, or one event that ran from an inbox or was fetched. The `reply` of the latter two is not sent. */
  readonly via: "delivery" | "inbox" | "backfill";
}

/** The result of a check that ends a delivery. */
export interface Rejection {
  readonly name: OutcomeName;
  readonly hint?: string | undefined;
  readonly error?: unknown;
  readonly retryAfterSeconds?: number | undefined;
  /** Replaces the table's reply: the answer to a handshake. */
  readonly reply?: Reply | undefined;
  /** Names of headers of that reply that hold a secret, in lower case. They are sent and never logged. */
  readonly secretHeaders?: readonly string[] | undefined;
  /** `WWW-Authenticate` of a 401. */
  readonly challenge?: string | undefined;
  /** Replaces the table's status: `onInvalid: "reject"` is 422. */
  readonly status?: number | undefined;
}
