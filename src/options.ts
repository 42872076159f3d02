// What may be chosen when a receiver is built, what is the default, and what is refused?

import type { ClientAddressSource } from "./checks/client-address.js";
import type { AllowOption } from "./checks/source-address.js";
import { memoryStore } from "./dedupe/memory.js";
import type { DedupeStore } from "./dedupe/store.js";
import type { WebhookError } from "./errors.js";
import type { WebhookEvent } from "./event.js";
import { isCovered } from "./field.js";
import type { OrderSettings } from "./handle/order.js";
import { refuseUnknownKeys } from "./internal/known-keys.js";
import type { Logger } from "./operator.js";
import type { Outcome } from "./outcome.js";
import type { Schemas } from "./schema.js";
import type { Sender } from "./sender.js";

export interface ReceiverOptions<S extends Schemas = {}, Tx = never, Events = WebhookEvent> {
  /** Tells this receiver's events from those of another receiver with the same sender on the same store. Required on a shared store. */
  readonly scope?: string;
  /** For lines and traces. Default: the sender's name. */
  readonly name?: string;
  /** The URL as registered with the sender: an origin, a full URL, or several. Required where the sender signs it; never rebuilt from headers. */
  readonly publicUrl?: string | readonly string[];
  /** Addresses and CIDRs that may deliver. Default: any. */
  readonly allow?: AllowOption;
  /** Addresses and CIDRs of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. Default: none. */
  readonly trustedProxies?: readonly string[];
  /** Where the client's address comes from. Default `"socket"`, walked through `trustedProxies`. */
  readonly clientAddress?: ClientAddressSource;
  /** Refuses deliveries that did not come by HTTPS. Default false. */
  readonly requireHttps?: boolean;
  /** Largest accepted distance between the sender's signed time and ours, seconds, both ways. Default: the sender's, mostly 300. 0 means "the same second", not "off". */
  readonly toleranceSeconds?: number;
  /** Default: the sender's largest, mostly 1,048,576. */
  readonly maxBodyBytes?: number;
  /** How long a body may take to arrive. Default 10. */
  readonly bodyTimeoutSeconds?: number;
  /** When the sender is answered although the handler still runs. Default: 80 % of how long the sender waits. */
  readonly answerWithinSeconds?: number;
  /** When the handler's signal aborts. Default 60. */
  readonly handlerTimeoutSeconds?: number;
  /** Handlers that may run at once; the next delivery hears 503. Default: no limit. */
  readonly maxConcurrent?: number;
  /** Event types to Standard Schemas: checked before the handler, and its types. */
  readonly events?: S;
  /** What the sender of an event that fits no schema hears: `retry` 500 (default where the sender retries: a deploy can mend it), `reject` 422, `accept` success. */
  readonly onInvalid?: "retry" | "reject" | "accept";
  /** `false`: every delivery is handled, duplicates too. */
  readonly dedupe?: false | DedupeOptions<Tx>;
  /** Which of two events of one entity is newer, for senders that deliver out of order. Default: every event is handled as it comes. */
  readonly order?: OrderOptions<Events>;
  /** Told of every delivery, with its trace, and again of a handler that ended after its sender was answered. */
  readonly onOutcome?: (outcome: Outcome) => unknown;
  /** Told of what failed on our side: handlers, stores, wiring. */
  readonly onError?: (error: WebhookError) => unknown;
  /** For lines to the operator, pino-like. Default: standard error. */
  readonly logger?: Logger;
  /** The clock for freshness, milliseconds since the epoch. Default `Date.now`. Leases are on the store's own. */
  readonly now?: () => number;
}

/**
 * Events of one entity, told apart by age. Needs a store that keeps versions (`advance`), as `memoryStore` does. Two events
 * that run side by side may still overlap: a handler that must not write over newer data compares in its own database.
 */
export interface OrderOptions<Events = WebhookEvent> {
  /** The entity the event is about, such as its object's id; `undefined` where it is about none. */
  readonly key: (event: Events) => string | undefined;
  /** Rises with every change of the entity: a whole number, 0 or more, such as a sequence or a time. Equal is not older. */
  readonly version: (event: Events) => number;
  /** An event older than one that was here before: `skip` (default) its handler, answered as success, or `flag` it in `context.isSuperseded`. */
  readonly onSuperseded?: "skip" | "flag";
}

export interface DedupeOptions<Tx = never> {
  /** Default: a `memoryStore()` of this receiver's own. */
  readonly store?: DedupeStore<Tx>;
  /** How long a handled event is remembered. Default: 7 days, or the sender's retry horizon where that is longer. */
  readonly retentionSeconds?: number;
  /** How long a claim outlives a crash. Default: `handlerTimeoutSeconds` + 10, at most 60. Renewed at a third. */
  readonly leaseSeconds?: number;
  /** A signed body under another, unsigned id: `report` (default) it, or `suppress` it, at the price that equal bodies are one event. */
  readonly replay?: "report" | "suppress";
  /** A handled id with another body is refused with 422. Default false: a duplicate, reported. */
  readonly strict?: boolean;
  /** When the store fails: `refuse` with 503 (default where the sender retries), or `process` without dedupe. */
  readonly onStoreFailure?: "refuse" | "process";
}

/** Options of whatever receiver. */
export type AnyReceiverOptions = ReceiverOptions<Schemas, unknown, never>;

/** Options, checked and completed. */
export interface Settings {
  readonly name: string;
  readonly scope: string | undefined;
  readonly publicUrls: readonly string[];
  readonly toleranceSeconds: number | null;
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  readonly answerWithinMs: number;
  readonly handlerTimeoutMs: number;
  readonly maxConcurrent: number;
  readonly schemas: Schemas | undefined;
  readonly onInvalid: "retry" | "reject" | "accept";
  readonly dedupe: DedupeSettings | undefined;
  readonly order: OrderSettings | undefined;
  readonly now: () => number;
  /** What the operator should know of how it is built. */
  readonly warnings: readonly string[];
}

export interface DedupeSettings {
  readonly store: DedupeStore<unknown>;
  readonly retentionSeconds: number;
  readonly leaseSeconds: number;
  readonly replay: "report" | "suppress";
  readonly replayWindowSeconds: number;
  readonly strict: boolean;
  readonly onStoreFailure: "refuse" | "process";
}

const KNOWN: readonly (keyof ReceiverOptions)[] = [
  "scope",
  "name",
  "publicUrl",
  "allow",
  "trustedProxies",
  "clientAddress",
  "requireHttps",
  "toleranceSeconds",
  "maxBodyBytes",
  "bodyTimeoutSeconds",
  "answerWithinSeconds",
  "handlerTimeoutSeconds",
  "maxConcurrent",
  "events",
  "onInvalid",
  "dedupe",
  "order",
  "onOutcome",
  "onError",
  "logger",
  "now",
];
const KNOWN_ORDER: readonly (keyof OrderOptions)[] = ["key", "version", "onSuperseded"];
const KNOWN_DEDUPE: readonly (keyof DedupeOptions)[] = [
  "store",
  "retentionSeconds",
  "leaseSeconds",
  "replay",
  "strict",
  "onStoreFailure",
];

/** Seven days: longer than any sender's own retries but one, and what a resend by hand needs. */
const RETENTION_SECONDS = 7 * 86_400;
const TOLERANCE_SECONDS = 300;
const BODY_TIMEOUT_SECONDS = 10;
const HANDLER_TIMEOUT_SECONDS = 60;
const MAX_LEASE_SECONDS = 60;
/** Node's timers fire at once beyond 2^31-1 ms. */
const MAX_TIMER_SECONDS = 2_147_483;
/** The part of the sender's patience after which it is answered, so that the answer still arrives. */
const ANSWER_SHARE = 0.8;

/** @throws {TypeError} That names the option, says what it must be and what came. */
export function toSettings(sender: Sender<never>, options: AnyReceiverOptions): Settings {
  if (typeof options !== "object" || options === null) throw wrong("options", "an object", options);
  refuseUnknownKeys("createReceiver", options, KNOWN);
  const { definition, profile } = sender;
  const warnings: string[] = [...(definition.auth.warnings ?? [])];
  if (!profile.retries) {
    warnings.push(
      `${sender.name} never sends an event again by itself: what fails here is lost until someone redelivers it by hand`,
    );
  }
  const toleranceSeconds = tolerance(sender, options, warnings);
  const handlerTimeoutSeconds = seconds(
    "handlerTimeoutSeconds",
    options.handlerTimeoutSeconds ?? HANDLER_TIMEOUT_SECONDS,
    0.001,
  );
  const answerWithinSeconds = seconds(
    "answerWithinSeconds",
    options.answerWithinSeconds ?? profile.timeLimitSeconds * ANSWER_SHARE,
    0.001,
  );
  const bodyTimeoutSeconds = seconds("bodyTimeoutSeconds", options.bodyTimeoutSeconds ?? BODY_TIMEOUT_SECONDS, 0.001);
  optional("name", options.name, "string");
  optional("requireHttps", options.requireHttps, "boolean");
  for (const name of ["onOutcome", "onError", "now"] as const) optional(name, options[name], "function");
  if (
    options.logger !== undefined &&
    (typeof options.logger.warn !== "function" || typeof options.logger.error !== "function")
  ) {
    throw wrong("logger", "an object with warn and error, as pino has them", options.logger);
  }
  const dedupe = dedupeOf(sender, options.dedupe, { toleranceSeconds, handlerTimeoutSeconds }, warnings);
  return {
    name: options.name ?? sender.name,
    scope: scopeOf(options.scope),
    publicUrls: publicUrlsOf(sender, options.publicUrl),
    toleranceSeconds,
    maxBodyBytes: count("maxBodyBytes", options.maxBodyBytes ?? profile.maxBodyBytes),
    bodyTimeoutMs: bodyTimeoutSeconds * 1000,
    answerWithinMs: answerWithinSeconds * 1000,
    handlerTimeoutMs: handlerTimeoutSeconds * 1000,
    maxConcurrent:
      options.maxConcurrent === undefined ? Number.POSITIVE_INFINITY : count("maxConcurrent", options.maxConcurrent),
    schemas: schemasOf(options.events),
    onInvalid: oneOf("onInvalid", options.onInvalid ?? (profile.retries ? "retry" : "reject"), [
      "retry",
      "reject",
      "accept",
    ]),
    dedupe,
    order: orderOf(options.order, dedupe),
    now: options.now ?? Date.now,
    warnings,
  };
}

function tolerance(sender: Sender<never>, options: AnyReceiverOptions, warnings: string[]): number | null {
  const { definition } = sender;
  const own = definition.toleranceSeconds === undefined ? TOLERANCE_SECONDS : definition.toleranceSeconds;
  if (options.toleranceSeconds === undefined) return own;
  const chosen = seconds("toleranceSeconds", options.toleranceSeconds, 0);
  if (!definition.auth.signsTime)
    warnings.push(`toleranceSeconds has no effect: ${sender.name} signs no time, so freshness cannot be judged`);
  return chosen;
}

function publicUrlsOf(sender: Sender<never>, given: string | readonly string[] | undefined): readonly string[] {
  const urls = given === undefined ? [] : typeof given === "string" ? [given] : given;
  if (urls.length === 0 && sender.definition.auth.needsPublicUrl) {
    throw new TypeError(
      `createReceiver: publicUrl is required for ${sender.name}, which signs the URL it calls; give it exactly as registered there, such as "https://example.com/webhooks/${sender.name}"`,
    );
  }
  for (const url of urls) {
    if (typeof url !== "string" || !/^https?:\/\/[^/?#\s]+(\/[^#\s]*)?(\?[^#\s]*)?$/.test(url)) {
      throw wrong(
        "publicUrl",
        'an absolute http(s) URL without fragment, such as "https://example.com" or "https://example.com/hooks"',
        url,
      );
    }
  }
  return urls;
}

function schemasOf(events: Schemas | undefined): Schemas | undefined {
  if (events === undefined) return undefined;
  for (const [type, schema] of Object.entries(events)) {
    if (typeof schema?.["~standard"]?.validate !== "function") {
      throw wrong(
        `events[${JSON.stringify(type)}]`,
        "a Standard Schema (zod 3.24+, valibot 1+, arktype 2+, …)",
        schema,
      );
    }
  }
  return events;
}

function dedupeOf(
  sender: Sender<never>,
  given: false | DedupeOptions<unknown> | undefined,
  times: { toleranceSeconds: number | null; handlerTimeoutSeconds: number },
  warnings: string[],
): DedupeSettings | undefined {
  const { definition, profile } = sender;
  if (given === false) return undefined;
  if (definition.dedupe === false) {
    if (given !== undefined)
      throw new TypeError(`createReceiver: dedupe cannot be chosen for ${sender.name}: its ids do not name events`);
    return undefined;
  }
  const options = given ?? {};
  if (typeof options !== "object" || options === null) throw wrong("dedupe", "false or an object", given);
  refuseUnknownKeys("createReceiver: dedupe", options, KNOWN_DEDUPE);
  const { event, auth } = definition;
  if (typeof event !== "function" && event.id === undefined) {
    warnings.push(
      `${sender.name} gives its events no id that stays the same over retries, so there is no dedupe: handlers must bear duplicates`,
    );
  }
  const store = options.store ?? memoryStore();
  for (const op of ["claim", "renew", "complete", "release"] as const) {
    if (typeof store[op] !== "function") throw wrong("dedupe.store", "a dedupe store, such as memoryStore()", store);
  }
  const isFixedRow = typeof event !== "function";
  const replay = oneOf("dedupe.replay", options.replay ?? "report", ["report", "suppress"]);
  if (replay === "suppress" && isFixedRow && event.id !== undefined && isCovered(event.id, auth.covers)) {
    warnings.push(`dedupe.replay "suppress" has no effect: ${sender.name} signs its event ids`);
  }
  if (replay === "suppress" && store.begin !== undefined) {
    throw new TypeError(
      'createReceiver: dedupe.replay "suppress" cannot go with a transactional store, whose transaction claims one event and no body; use "report", or a store that is not transactional',
    );
  }
  const toleranceSeconds = auth.signsTime ? (times.toleranceSeconds ?? TOLERANCE_SECONDS) : TOLERANCE_SECONDS;
  const retentionSeconds = seconds(
    "dedupe.retentionSeconds",
    options.retentionSeconds ?? Math.max(RETENTION_SECONDS, profile.retryHorizonSeconds),
    1,
    Number.MAX_SAFE_INTEGER,
  );
  if (retentionSeconds < 2 * toleranceSeconds) {
    throw new TypeError(
      `createReceiver: dedupe.retentionSeconds must be at least twice toleranceSeconds (${2 * toleranceSeconds}), or a replay outlives its record; got ${retentionSeconds}`,
    );
  }
  if (retentionSeconds < profile.retryHorizonSeconds) {
    warnings.push(
      `dedupe.retentionSeconds (${retentionSeconds}) is shorter than ${sender.name} may send an event again (${profile.retryHorizonSeconds}): a late retry will run its handler twice`,
    );
  }
  return {
    store,
    retentionSeconds,
    leaseSeconds: seconds(
      "dedupe.leaseSeconds",
      options.leaseSeconds ?? Math.min(Math.ceil(times.handlerTimeoutSeconds) + 10, MAX_LEASE_SECONDS),
      1,
    ),
    replay,
    replayWindowSeconds: auth.signsTime
      ? Math.max(2 * toleranceSeconds, 1)
      : replay === "suppress"
        ? retentionSeconds
        : TOLERANCE_SECONDS,
    strict: flag("dedupe.strict", options.strict ?? false),
    onStoreFailure: onStoreFailureOf(options, profile.retries),
  };
}

function onStoreFailureOf(options: DedupeOptions<unknown>, retries: boolean): "refuse" | "process" {
  const isTransactional = options.store?.begin !== undefined;
  const usual = retries || isTransactional ? "refuse" : "process";
  const chosen = oneOf("dedupe.onStoreFailure", options.onStoreFailure ?? usual, ["refuse", "process"]);
  if (isTransactional && chosen === "process") {
    throw new TypeError(
      'createReceiver: dedupe.onStoreFailure "process" cannot go with a transactional store: without it there is no context.tx to write through. Use "refuse"',
    );
  }
  return chosen;
}

function orderOf(
  given: OrderOptions<never> | undefined,
  dedupe: DedupeSettings | undefined,
): OrderSettings | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== "object" || given === null) throw wrong("order", "an object with key and version", given);
  refuseUnknownKeys("createReceiver: order", given, KNOWN_ORDER);
  for (const name of ["key", "version"] as const) {
    if (typeof given[name] !== "function") throw wrong(`order.${name}`, "a function of the event", given[name]);
  }
  if (typeof dedupe?.store.advance !== "function") {
    const store = dedupe === undefined ? "there is no dedupe" : `${dedupe.store.name} does not`;
    throw new TypeError(
      `createReceiver: order needs a store that keeps versions, and ${store}; memoryStore, redisStore, postgresStore and sqliteStore do`,
    );
  }
  const onSuperseded = oneOf("order.onSuperseded", given.onSuperseded ?? "skip", ["skip", "flag"]);
  return { key: given.key, version: given.version, onSuperseded } as OrderSettings;
}

function scopeOf(scope: string | undefined): string | undefined {
  if (scope === undefined) return undefined;
  if (typeof scope !== "string" || scope === "" || scope.length > 255)
    throw wrong("scope", "a text of 1 to 255 characters", scope);
  return scope;
}

function seconds(option: string, value: unknown, least: number, most: number = MAX_TIMER_SECONDS): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < least || value > most) {
    throw wrong(option, `a number of seconds from ${least} to ${most}`, value);
  }
  return value;
}

function count(option: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) throw wrong(option, "a whole number, 1 or more", value);
  return value as number;
}

function flag(option: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw wrong(option, "true or false", value);
  return value;
}

function oneOf<T extends string>(option: string, value: T, known: readonly T[]): T {
  if (!known.includes(value))
    throw wrong(option, `one of ${known.map((one) => JSON.stringify(one)).join(", ")}`, value);
  return value;
}

function optional(option: string, value: unknown, type: "string" | "boolean" | "function"): void {
  if (value !== undefined && typeof value !== type) throw wrong(option, `a ${type}`, value);
}

function wrong(option: string, must: string, came: unknown): TypeError {
  const shown =
    typeof came === "string"
      ? JSON.stringify(came)
      : typeof came === "object" && came !== null
        ? "an object"
        : String(came);
  return new TypeError(`createReceiver: ${option} must be ${must}; got ${shown}`);
}
