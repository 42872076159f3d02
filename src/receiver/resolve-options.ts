// Checks and completes the options of a receiver.

import type { Schemas } from "../core/schema.js";
import type { Inbox } from "../inbox/inbox.js";
import { count, oneOf, optional, refuseUnknownKeys, seconds, wrong } from "../lib/options.js";
import type { Sender } from "../sender/sender.js";
import { RECEIVER_OTHER_NAMES } from "./option-aliases.js";
import type { AnyReceiverOptions, ReceiverOptions } from "./options.js";
import type { OrderSettings } from "./processing/event-order.js";
import { type DedupeSettings, dedupeOf, inboxOf, orderOf, TOLERANCE_SECONDS } from "./resolve-dedupe-options.js";

/** Options, checked and completed. */
export interface Settings {
  readonly name: string;
  readonly scope: string | undefined;
  readonly publicUrls: readonly string[];
  readonly toleranceSeconds: number | null;
  readonly maxBodyBytes: number;
  readonly maxBufferedBytes: number;
  readonly bodyTimeoutMs: number;
  readonly answerWithinMs: number;
  readonly handlerTimeoutMs: number;
  readonly maxConcurrent: number;
  readonly schemas: Schemas | undefined;
  readonly onInvalid: "retry" | "reject" | "accept";
  readonly dedupe: DedupeSettings | undefined;
  /** In place of dedupe. */
  readonly inbox: Inbox<unknown> | undefined;
  readonly order: OrderSettings | undefined;
  readonly now: () => number;
  /** What the operator should know of how it is built. */
  readonly warnings: readonly string[];
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
  "maxBufferedBytes",
  "bodyTimeoutSeconds",
  "answerWithinSeconds",
  "handlerTimeoutSeconds",
  "maxConcurrent",
  "events",
  "onInvalid",
  "dedupe",
  "inbox",
  "order",
  "onOutcome",
  "onError",
  "logger",
  "now",
];
/** Of all bodies at once, or four of the largest where that is more: a fraction of what a small process has. */
const MAX_BUFFERED_BYTES = 134_217_728;
const BODY_TIMEOUT_SECONDS = 10;
const HANDLER_TIMEOUT_SECONDS = 60;
/** The part of the sender's patience after which it is answered, so that the answer still arrives. */
const ANSWER_SHARE = 0.8;
/** And no later than this, however long the sender waits: proxies and load balancers mostly give up after 60 s. */
const LATEST_ANSWER_SECONDS = 50;

/** @throws {TypeError} That names the option, says what it must be and what came. */
export function toSettings(sender: Sender<never>, options: AnyReceiverOptions): Settings {
  refuseUnknownKeys("createReceiver", options, KNOWN, RECEIVER_OTHER_NAMES);
  const { definition, profile } = sender;
  const warnings: string[] = [...(definition.auth.warnings ?? [])];
  if (!profile.retries && options.inbox === undefined && !spills(options)) {
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
    options.answerWithinSeconds ?? Math.min(profile.timeLimitSeconds * ANSWER_SHARE, LATEST_ANSWER_SECONDS),
    0.001,
  );
  const maxBodyBytes = count("maxBodyBytes", options.maxBodyBytes ?? profile.maxBodyBytes);
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
  const inbox = inboxOf(options.inbox, options);
  const times = { toleranceSeconds, handlerTimeoutSeconds };
  const dedupe = inbox === undefined ? dedupeOf(sender, options.dedupe, times, warnings) : undefined;
  return {
    name: options.name ?? sender.name,
    scope: scopeOf(options.scope),
    publicUrls: publicUrlsOf(sender, options.publicUrl),
    toleranceSeconds,
    maxBodyBytes,
    maxBufferedBytes: maxBufferedBytesOf(options.maxBufferedBytes, maxBodyBytes),
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
    inbox,
    order: orderOf(options.order, dedupe, inbox),
    now: options.now ?? Date.now,
    warnings,
  };
}

function maxBufferedBytesOf(given: number | undefined, maxBodyBytes: number): number {
  if (given === undefined) return Math.max(MAX_BUFFERED_BYTES, 4 * maxBodyBytes);
  if (count("maxBufferedBytes", given) >= maxBodyBytes) return given;
  throw wrong(
    "maxBufferedBytes",
    `at least maxBodyBytes (${maxBodyBytes}), or no body of that size is ever taken`,
    given,
  );
}

/** Then what the store cannot claim is kept; a handler that fails is another matter, and `docs/senders` says it. */
function spills({ dedupe }: AnyReceiverOptions): boolean {
  return typeof dedupe === "object" && typeof dedupe.onStoreFailure === "object";
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

function scopeOf(scope: string | undefined): string | undefined {
  if (scope === undefined) return undefined;
  if (typeof scope !== "string" || scope === "" || scope.length > 255)
    throw wrong("scope", "a text of 1 to 255 characters", scope);
  return scope;
}
