// The types of messages between page and server.

/** What the viewer may do: `read` sees everything and starts nothing. */
export type Rights = "read" | "act";

/** How an outcome is coloured, and counted in the chart. */
export type Tone = "good" | "skipped" | "refused" | "failed";

export interface ReceiverView {
  readonly name: string;
  readonly sender: string;
  readonly scope: string | null;
  /** Why no test delivery can be signed, where none can. */
  readonly cannotSign: string | null;
  readonly url: string;
  /** That have a handler of their own. */
  readonly types: readonly string[];
}

/** One line of the list. */
export interface DeliverySummary {
  /** Rises with each delivery. */
  readonly n: number;
  /** Rises with each change of any delivery. */
  readonly revision: number;
  /** Its place among the receivers. */
  readonly receiver: number;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly via: "delivery" | "inbox" | "backfill";
  /** Who sent it, where that was this page. */
  readonly by: "test" | "replay" | null;
  readonly method: string | null;
  readonly path: string | null;
  readonly from: string | null;
  readonly outcome: string;
  readonly tone: Tone;
  readonly status: number;
  readonly willRetry: boolean;
  /** The check that refused it. */
  readonly refusedBy: string | null;
  readonly durationMs: number | null;
  readonly eventId: string | null;
  readonly eventType: string | null;
  readonly tenant: string | null;
  readonly eventCount: number;
  /** The outcome of the handler that ended after the sender was answered. */
  readonly lateOutcome: string | null;
}

export interface CheckView {
  readonly check: string;
  readonly result: string;
  readonly hint: string | null;
  readonly atMs: number | null;
}

export interface HeaderView {
  readonly name: string;
  /** `null` where it is a secret. */
  readonly value: string | null;
  readonly length: number;
}

export interface BodyView {
  /** `null` where it is no UTF-8: then `base64` is there. */
  readonly text: string | null;
  readonly base64: string | null;
  readonly sizeBytes: number;
  /** So many bytes of it are here. */
  readonly shownBytes: number;
  /** Something in it was a secret, and is not here. */
  readonly isScrubbed: boolean;
}

export interface ErrorView {
  readonly title: string;
  readonly stack: string | null;
  readonly cause: ErrorView | null;
}

export interface EventView {
  readonly outcome: string;
  readonly tone: Tone;
  readonly id: string | null;
  readonly type: string;
  readonly tenant: string | null;
  readonly attempt: number | null;
  readonly notes: readonly string[];
  readonly hint: string | null;
  readonly error: ErrorView | null;
}

/** How a delivery ended; a late one ended twice. */
export interface EndingView {
  readonly outcome: string;
  readonly tone: Tone;
  readonly meaning: string;
  readonly fix: string;
  readonly hint: string | null;
  readonly error: ErrorView | null;
  readonly durationMs: number | null;
  readonly events: readonly EventView[];
  /** Events beyond those shown. */
  readonly moreEvents: number;
}

/** Why the signature check failed. */
export interface DiagnosisView {
  readonly found: string;
  readonly fix: string;
}

export interface DeliveryDetail {
  readonly summary: DeliverySummary;
  readonly trace: readonly CheckView[];
  readonly ending: EndingView;
  readonly diagnosis: DiagnosisView | null;
  readonly late: EndingView | null;
  readonly query: string | null;
  readonly headers: readonly HeaderView[];
  readonly body: BodyView;
  readonly replyType: string | null;
  readonly retryAfterSeconds: number | null;
  /** Why it cannot be delivered again from here, where it cannot. */
  readonly cannotReplay: string | null;
}

/** One minute of the chart. */
export interface Minute {
  readonly startMs: number;
  readonly good: number;
  readonly skipped: number;
  readonly refused: number;
  readonly failed: number;
  /** Half were faster. `null` where none was timed. */
  readonly medianMs: number | null;
  readonly slowestMs: number | null;
}

/** All the page needs to begin. */
export interface StateView {
  readonly rights: Rights;
  /** To be sent along with whatever changes something. */
  readonly token: string;
  readonly nowMs: number;
  readonly revision: number;
  readonly keeps: number;
  readonly receivers: readonly ReceiverView[];
  readonly deliveries: readonly DeliverySummary[];
  readonly minutes: readonly Minute[];
  readonly hasInbox: boolean;
}

/** What comes by server-sent events. */
export interface NewsView {
  readonly deliveries: readonly DeliverySummary[];
  readonly minute: Minute | null;
}

export type StateName = "waiting" | "running" | "done" | "dead";

export interface InboxView {
  readonly inbox: number;
  readonly receiver: number;
  readonly name: string;
  readonly source: string;
  readonly kind: "main" | "spill";
  /** `null` where it does not answer. */
  readonly counts: (Readonly<Record<StateName, number>> & { readonly oldestWaitingSeconds: number }) | null;
  readonly error: string | null;
}

export interface EntryView {
  readonly key: string;
  readonly id: string | null;
  readonly type: string;
  readonly tenant: string | null;
  readonly state: StateName;
  readonly attempts: number;
  readonly reason: string | null;
  readonly receivedAtMs: number;
  readonly runAtMs: number | null;
}

export interface EntryDetail extends EntryView {
  readonly headers: readonly HeaderView[];
  readonly body: BodyView;
}

/** Ways to make a test delivery wrong. */
export const FAULTS = ["none", "tampered", "stale", "unsigned", "wrongKey"] as const;
export type Fault = (typeof FAULTS)[number];

export interface SendOrder {
  readonly receiver: number;
  readonly type: string;
  /** JSON. */
  readonly payload: string;
  readonly id: string;
  readonly fault: Fault;
}

/** What came of a test delivery or a replay. */
export interface SentView {
  /** The delivery in the list that it became. */
  readonly n: number | null;
  readonly status: number;
  readonly outcome: string;
  readonly tone: Tone;
  readonly hint: string | null;
}

export interface RefusalView {
  readonly error: string;
}
