// The types of the results of an event and of a delivery.
import type { OutcomeName } from "./outcomes.js";
import type { Reply } from "./reply.js";
import type { TraceLine } from "./trace.js";

/** Something the operator should know although it did not decide the outcome. */
export type Note =
  | "replay_suspected" // the same signed body came under another, unsigned id
  | "body_mismatch" // a duplicate whose body differs from the first one's
  | "double_run" // a late finisher found its claim taken over
  | "complete_failed" // the handler succeeded, the store could not be told
  | "dedupe_bypassed" // the store was down and `onStoreFailure` is "process"
  | "schema_skipped"; // the event does not match its schema and `onInvalid` is "accept"

/** How one event ended. */
export interface EventOutcome {
  readonly name: OutcomeName;
  readonly id: string | undefined;
  /** `""` of an `unidentified` item of a batch. */
  readonly type: string;
  readonly tenant: string | undefined;
  /** How often a handler was started for this event, this time included; `undefined` where none was. */
  readonly attempt: number | undefined;
  readonly notes: readonly Note[];
  readonly hint: string | undefined;
  readonly error: unknown;
  readonly retryAfterSeconds: number | undefined;
  /** The status where it differs from the table (`onInvalid: "reject"`), else `undefined`. */
  readonly status: number | undefined;
  /** What the handler asked to be replied, or the first run's reply for a duplicate. */
  readonly reply: Reply | undefined;
}

/** How a delivery ended, before it becomes HTTP. */
export interface Outcome {
  readonly name: OutcomeName;
  /** Whether the sender is wanted to send again. */
  readonly retry: boolean;
  readonly retryAfterSeconds: number | undefined;
  /** Exactly what the sender hears. */
  readonly reply: Reply;
  /** One per event, in the order they came. */
  readonly events: readonly EventOutcome[];
  readonly trace: readonly TraceLine[];
  /** What the operator can do about it. */
  readonly hint: string | undefined;
  readonly error: unknown;
  readonly sender: string;
  readonly scope: string | undefined;
  /** Milliseconds from arrival to this outcome; `undefined` while nobody listens. */
  readonly durationMs: number | undefined;
  /** `undefined` of an event that ran from an inbox or was fetched, and so is the path. */
  readonly method: string | undefined;
  /** The path alone: a query may hold a token. */
  readonly path: string | undefined;
  readonly clientAddress: string | undefined;
  /** This tells of a handler that ended after its sender had been answered. */
  readonly isLate: boolean;
  /** What was heard of: a delivery; or one event that ran from an inbox, or was fetched, when `reply` goes nowhere. */
  readonly via: "delivery" | "inbox" | "backfill";
}

/** What a step says when the delivery goes no further. */
export interface Rejection {
  readonly name: OutcomeName;
  readonly hint?: string | undefined;
  readonly error?: unknown;
  readonly retryAfterSeconds?: number | undefined;
  /** Instead of the table's reply: a handshake's answer. */
  readonly reply?: Reply | undefined;
  /** Headers of that reply which hold a secret, in lower case: they are sent, and not told. */
  readonly secretHeaders?: readonly string[] | undefined;
  /** `WWW-Authenticate` of a 401. */
  readonly challenge?: string | undefined;
  /** Instead of the row's status: `onInvalid: "reject"` is 422. */
  readonly status?: number | undefined;
}
