// What is kept of one delivery: enough to show it, to explain it and to deliver it again.

import { pathOf, queryOf } from "../core/delivery.js";
import type { OutcomeMessage } from "../core/diagnostics.js";
import type { Outcome } from "../core/outcome.js";
import { HeaderLines } from "../lib/headers.js";
import { type ScrubRules, scrubQuery, scrubTarget } from "../sender/scrub.js";
import { viewBody, viewHeaders } from "./content-view.js";
import { keepRefused, type Refused } from "./diagnose.js";
import { cut, toneOf, viewEnding, viewTrace } from "./ending-view.js";
import type { CheckView, DeliveryDetail, DeliverySummary, DiagnosisView, EndingView, HeaderView } from "./wire.js";

const MAX_PATH_CHARACTERS = 1_000;

export interface DeliveryRecord {
  summary: DeliverySummary;
  readonly trace: readonly CheckView[];
  readonly ending: EndingView;
  late: EndingView | null;
  /** Until somebody opens it. */
  readonly refused: Refused | undefined;
  /** Begun when somebody has opened it. */
  diagnosis: Promise<DiagnosisView> | undefined;
  readonly query: string | null;
  readonly headers: readonly HeaderView[];
  /** The beginning of the body, or all of it. */
  readonly body: Buffer;
  readonly sizeBytes: number;
  readonly replyType: string | null;
  readonly retryAfterSeconds: number | null;
  readonly secrets: ScrubRules;
  readonly isSecure: boolean;
  /** Path and query as they were called, without secrets: a new signature brings them along. */
  readonly target: string;
  /** The peer: a proxy, where there is one. */
  readonly remoteAddress: string | undefined;
}

export interface RecordSettings {
  readonly n: number;
  readonly revision: number;
  readonly receiver: number;
  readonly by: DeliverySummary["by"];
  readonly nowMs: number;
  /** By the receiver's own clock. */
  readonly receiverNowMs: number;
  readonly keepBodyBytes: number;
  readonly secrets: ScrubRules;
}

export function toRecord(message: OutcomeMessage, settings: RecordSettings): DeliveryRecord {
  const { outcome, delivery, event } = message;
  const body = delivery?.body ?? event?.body;
  const url = delivery?.url ?? "";
  const query = queryOf(url);
  // A copy: what is at hand is a part of a larger buffer, which would be kept with it.
  const kept = Buffer.from(body?.subarray(0, settings.keepBodyBytes) ?? []);
  const raw = delivery?.headers.toRaw() ?? HeaderLines.from((event?.headers ?? {}) as Record<string, string>).toRaw();
  return {
    summary: summaryOf(message, settings),
    trace: viewTrace(outcome),
    ending: viewEnding(outcome),
    late: null,
    refused: delivery === undefined ? undefined : keepRefused(delivery, outcome, kept, settings.receiverNowMs),
    diagnosis: undefined,
    query: query === undefined ? null : cut(scrubQuery(query, settings.secrets)),
    headers: viewHeaders(raw, settings.secrets),
    body: kept,
    sizeBytes: body?.length ?? 0,
    replyType: headerOf(outcome, "content-type"),
    retryAfterSeconds: outcome.retryAfterSeconds ?? null,
    secrets: settings.secrets,
    isSecure: delivery?.isSecure === true,
    target: scrubTarget(url, settings.secrets),
    remoteAddress: delivery?.remoteAddress,
  };
}

function summaryOf({ outcome, delivery }: OutcomeMessage, settings: RecordSettings): DeliverySummary {
  const [first] = outcome.events;
  const refusing = outcome.trace.find(({ result }) => result === "refused" || result === "undecided");
  return {
    n: settings.n,
    revision: settings.revision,
    receiver: settings.receiver,
    atMs: settings.nowMs - (outcome.durationMs ?? 0),
    via: outcome.via,
    by: settings.by,
    method: cut(outcome.method, 20),
    path: delivery === undefined ? null : cut(pathOf(delivery.url), MAX_PATH_CHARACTERS),
    from: outcome.clientAddress ?? delivery?.remoteAddress ?? null,
    outcome: outcome.name,
    tone: toneOf(outcome.name, outcome.reply.status, outcome.retry),
    status: outcome.reply.status,
    willRetry: outcome.retry,
    refusedBy: refusing?.check ?? null,
    durationMs: outcome.durationMs ?? null,
    eventId: cut(first?.id),
    eventType: first === undefined || first.type === "" ? null : cut(first.type),
    tenant: cut(first?.tenant),
    eventCount: outcome.events.length,
    lateOutcome: null,
  };
}

/** The handler has ended, after its sender was answered. */
export function addLate(record: DeliveryRecord, outcome: Outcome, revision: number): void {
  record.late = viewEnding(outcome);
  record.summary = { ...record.summary, revision, lateOutcome: outcome.name };
}

/** @param diagnosis - `null` where there is none. */
export function detailOf(
  record: DeliveryRecord,
  cannotSign: string | null,
  diagnosis: DiagnosisView | null,
): DeliveryDetail {
  const { summary, trace, ending, late, query, headers, replyType, retryAfterSeconds } = record;
  return {
    summary,
    trace,
    ending,
    diagnosis,
    late,
    query,
    headers,
    body: viewBody(record.body, record.sizeBytes, record.secrets),
    replyType,
    retryAfterSeconds,
    cannotReplay: whyNoReplay(record) ?? cannotSign,
  };
}

/** Only an authenticated delivery is signed again: signing a forgery would make it genuine. */
export function whyNoReplay(record: DeliveryRecord): string | null {
  if (record.summary.via !== "delivery") return "it did not come as a delivery: redrive its event in the inbox";
  const isProven = record.trace.some(({ check, result }) => check === "authenticate" && result === "passed");
  if (!isProven) return "its signature check failed, and signing it again would turn a forgery into a genuine delivery";
  const isFresh = !record.trace.some(({ check, result }) => check === "freshness" && result === "refused");
  if (!isFresh)
    return "its signature is not fresh: it may be an old one, captured and sent again, and signing it anew would make it fresh";
  if (record.body.length < record.sizeBytes) return "its body is larger than what is kept (keepBodyBytes)";
  return null;
}

function headerOf(outcome: Outcome, name: string): string | null {
  const found = Object.entries(outcome.reply.headers).find(([key]) => key.toLowerCase() === name);
  return cut(found?.[1], 200);
}
