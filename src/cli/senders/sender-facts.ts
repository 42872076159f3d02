// Collects the facts of a sender from its definition.
import type { Field } from "../../core/field.js";
import { isCovered } from "../../core/read-field.js";
import type { EventRow, Sender } from "../../sender/sender.js";
import { durationText } from "../lib/duration.js";

export interface Place {
  readonly at: string;
  readonly isSigned: boolean;
}

export interface Facts {
  readonly name: string;
  readonly signs: {
    readonly body: boolean;
    readonly url: boolean;
    readonly time: boolean;
    readonly headers: readonly string[];
    readonly fields: readonly string[];
  };
  /** `undefined` when no signed time is checked. */
  readonly toleranceSeconds: number | undefined;
  /** `undefined` when there is none, or when it depends on the kind of delivery. */
  readonly id: Place | undefined;
  readonly type: Place | undefined;
  readonly retries: boolean;
  readonly retriesText: string;
  readonly retryHorizonSeconds: number;
  readonly honoursRetryAfter: boolean;
  readonly timeLimitSeconds: number;
  readonly methods: readonly string[];
  readonly successStatuses: readonly number[];
  readonly stopStatus: number | undefined;
  readonly unsubscribes: readonly number[];
  readonly maxBodyBytes: number;
  readonly handshakes: readonly string[];
  /** The URL of the published list. */
  readonly addresses: string | undefined;
}

export function factsOf({ name, definition, profile }: Sender<never>): Facts {
  const { auth, event } = definition;
  const row: EventRow | undefined = typeof event === "function" ? undefined : event;
  const place = (field: Field | undefined): Place | undefined =>
    field === undefined ? undefined : { at: placeText(field), isSigned: isCovered(field, auth.covers) };
  const { body, url, headers, fields = [] } = auth.covers;
  return {
    name,
    signs: { body, url, time: auth.signsTime, headers, fields },
    toleranceSeconds: toleranceOf({ definition }),
    id: place(row?.id),
    type: place(row?.type),
    retries: profile.retries,
    retriesText: `${durationText(profile.retryHorizonSeconds)}${profile.retries ? "" : ", by hand"}`,
    retryHorizonSeconds: profile.retryHorizonSeconds,
    honoursRetryAfter: profile.honoursRetryAfter,
    timeLimitSeconds: profile.timeLimitSeconds,
    methods: profile.methods,
    successStatuses: profile.successStatuses,
    stopStatus: profile.stopStatus,
    unsubscribes: profile.unsubscribes,
    maxBodyBytes: profile.maxBodyBytes,
    handshakes: (definition.handshakes ?? []).map((one) => `${one.name} by ${one.methods.join(", ")}`),
    addresses: definition.addresses?.url,
  };
}

function toleranceOf({ definition }: Pick<Sender<never>, "definition">): number | undefined {
  const { auth, toleranceSeconds } = definition;
  if (!auth.signsTime || toleranceSeconds === null) return undefined;
  return toleranceSeconds ?? 300;
}

function placeText(field: Field): string {
  if (field.in === "literal") return `always ${field.name}`;
  if (field.in === "dotted") return (field.parts ?? []).map(placeText).join(" and ");
  if (field.in === "json") return `${field.name} of the body`;
  return field.in === "header" ? `the header ${field.name}` : `${field.name} of the ${field.in}`;
}
