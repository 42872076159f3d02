// Runs one handler by itself, with an event and the context of a real run.
import type { IncomingHttpHeaders } from "node:http";
import type { WebhookEvent } from "../core/event.js";
import { type Reply, UNKNOWN_SENDER } from "../core/reply.js";
import type { HeldClaim } from "../dedupe/claim.js";
import { CHECKED_LATER, checkOptions, FLAG, type OptionRules } from "../lib/options.js";
import type { Context, DedupeState } from "../receiver/processing/context.js";
import { HandlerContext } from "../receiver/processing/handler-context.js";
import type { Sender } from "../sender/sender.js";

/** Fields of `testEvent` beside its type and payload. */
export interface TestEventFields {
  /** Default `evt_test`. */
  readonly id?: string | undefined;
  readonly timestamp?: Date;
  /** Default: now. */
  readonly receivedAt?: Date;
  readonly attempt?: number;
  /** Default `test`. */
  readonly sender?: string;
  readonly tenant?: string;
  /** Default true. */
  readonly verified?: boolean;
  readonly headers?: IncomingHttpHeaders;
  /** Default: the payload as JSON. */
  readonly body?: Uint8Array | string;
}

/**
 * An event as a handler gets it.
 *
 * @param type - Its name.
 * @param payload - Of whatever type the handler wants; nothing is added to it and nothing checked.
 * @param fields - What differs from the defaults.
 * @example
 * const made = testEvent("order.created", { total: 3 }, { tenant: "acme" });
 */
export function testEvent<const Type extends string, Payload = unknown>(
  type: Type,
  payload: Payload,
  fields: TestEventFields = {},
): WebhookEvent<Type, Payload> {
  checkOptions("testEvent(type, payload, fields)", fields, EVENT_RULES);
  const { body = JSON.stringify(payload) ?? "" } = fields;
  return {
    id: "id" in fields ? fields.id : "evt_test",
    type,
    payload,
    timestamp: fields.timestamp,
    receivedAt: fields.receivedAt ?? new Date(),
    attempt: fields.attempt,
    sender: fields.sender ?? "test",
    tenant: fields.tenant,
    verified: fields.verified ?? true,
    headers: fields.headers ?? {},
    body: typeof body === "string" ? Buffer.from(body) : body,
  };
}

/** Options of `testContext`. */
export interface TestContextOptions<Tx = never> {
  /** Whose success statuses `reply` takes. Default: those of a sender nobody has described. */
  readonly sender?: Pick<Sender<never>, "profile">;
  /** Default 1. */
  readonly attempt?: number;
  /** Default `claimed`. */
  readonly dedupe?: DedupeState;
  /** Default `key_test`; `undefined` as of an event without an id. */
  readonly idempotencyKey?: string | undefined;
  /** Default false. */
  readonly isSuperseded?: boolean;
  /** Default 1. */
  readonly fence?: number;
  /** What stands for the transaction of a transactional store: a client, or a fake. */
  readonly tx?: Tx;
}

/** A run of a handler, from outside. */
export interface TestRun<Tx = never> {
  /** For the handler. It is the receiver's own, so what a receiver refuses it refuses: a reply that is no success, a second one. */
  readonly context: Context<Tx>;
  /** What the handler chose to reply, once it has. */
  readonly replied: Reply | undefined;
  /** Aborts `context.signal`, as a time limit or a lost claim does. */
  abort(reason?: Error): void;
  /** The handler's next attempt: what `context.once` has done is remembered, and `context.attempt` is one more. */
  again(): TestRun<Tx>;
}

/**
 * The context of a handler that is called directly, in a unit test.
 *
 * @param options - All have defaults.
 * @throws {TypeError} For an option it does not know.
 * @example
 * declare const onPaid: import("hookgate").Handler<import("hookgate").WebhookEvent>;
 *
 * const first = testContext();
 * await assert.rejects(async () => onPaid(testEvent("invoice.paid", { total: 3 }), first.context)); // it charged, then failed
 * const second = first.again();
 * await onPaid(testEvent("invoice.paid", { total: 3 }), second.context); // and does not charge again
 * assert.equal(second.replied?.status, 202);
 */
export function testContext<Tx = never>(options: TestContextOptions<Tx> = {}): TestRun<Tx> {
  checkOptions<TestContextOptions<Tx>>("testContext", options, CONTEXT_RULES);
  return runWith(options, undefined);
}

function runWith<Tx>(options: TestContextOptions<Tx>, progress: string | undefined): TestRun<Tx> {
  const { attempt = 1, dedupe = "claimed", tx } = options;
  // What a context reads of a claim, and no more.
  const claim = { fence: options.fence ?? 1, isTransactional: tx !== undefined, tx, progress } as unknown as HeldClaim;
  const context = new HandlerContext(
    {
      attempt,
      dedupe,
      idempotencyKey: "idempotencyKey" in options ? options.idempotencyKey : "key_test",
      isSuperseded: options.isSuperseded ?? false,
      claim: dedupe === "claimed" ? claim : undefined,
    },
    options.sender?.profile ?? UNKNOWN_SENDER,
    true,
  );
  return {
    context: context as unknown as Context<Tx>,
    get replied() {
      return context.chosenReply;
    },
    abort: (reason = new Error("the test aborted it")) => context.abort(reason),
    again: () => runWith({ ...options, attempt: attempt + 1 }, context.progress ?? progress),
  };
}

const EVENT_RULES: OptionRules<TestEventFields> = {
  id: CHECKED_LATER,
  timestamp: CHECKED_LATER,
  receivedAt: CHECKED_LATER,
  attempt: CHECKED_LATER,
  sender: CHECKED_LATER,
  tenant: CHECKED_LATER,
  verified: FLAG,
  headers: CHECKED_LATER,
  body: CHECKED_LATER,
};
const CONTEXT_RULES: OptionRules<TestContextOptions> = {
  sender: CHECKED_LATER,
  attempt: CHECKED_LATER,
  dedupe: {
    must: 'be "claimed", "bypassed" or "off"',
    fits: (value) => ["claimed", "bypassed", "off"].includes(value as string),
  },
  idempotencyKey: CHECKED_LATER,
  isSuperseded: FLAG,
  fence: CHECKED_LATER,
  tx: CHECKED_LATER,
};
