// Records real deliveries as fixtures without their secrets, and replays them signed anew.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Delivery } from "../core/delivery.js";
import { OUTCOME_CHANNEL, type OutcomeMessage } from "../core/diagnostics.js";
import type { Outcome } from "../core/outcome.js";
import type { OutcomeName } from "../core/outcomes.js";
import { coreOf } from "../create-receiver.js";
import { checkOptions, FLAG, FUNCTION, type OptionRules, wholeNumber } from "../lib/options.js";
import { isSecretHeader, type ScrubRules, scrubBody, scrubRulesOf, scrubTarget } from "../sender/scrub.js";
import type { Sender } from "../sender/sender.js";
import type { SignedDelivery } from "../test-sender/compose.js";
import type { TestTarget } from "../test-sender/targets.js";
import {
  createTestSender,
  type SendOptions,
  type SentDelivery,
  type TestSenderOptions,
} from "../test-sender/test-sender.js";

/** A delivery in a file: JSON, and as `hookgate verify --delivery` reads it. */
export interface RecordedDelivery {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Lower-case names, in their order. */
  readonly headers: readonly (readonly [string, string])[];
  /** The body where it is UTF-8, else `bodyBase64`. */
  readonly body?: string;
  readonly bodyBase64?: string;
  /** By the machine's clock, RFC 3339. */
  readonly receivedAt: string;
  readonly sender: string;
  /** What became of it then. */
  readonly outcome: OutcomeName;
}

/** Options of `recordDeliveries`. */
export interface RecordOptions {
  /**
   * Takes personal data out of a JSON payload: gets it parsed, without what is named like a secret, and returns what is
   * kept. Default: as it is.
   */
  readonly scrub?: (payload: unknown) => unknown;
  /** Deliveries kept; later ones are counted in `missed`. Default 100. */
  readonly maxCount?: number;
  /** Also what was refused before anybody had proven where it came from. Default false: it is a stranger's. */
  readonly includeUnproven?: boolean;
}

/** A running recording of a receiver's deliveries. */
export interface Recording {
  readonly deliveries: readonly RecordedDelivery[];
  /** How many came beyond `maxCount`. */
  readonly missed: number;
  /** Ends it. */
  stop(): readonly RecordedDelivery[];
}

const RULES: OptionRules<RecordOptions> = {
  scrub: FUNCTION,
  maxCount: /* @__PURE__ */ wholeNumber(0),
  includeUnproven: FLAG,
};
const MAX_COUNT = 100;
/** Whose address it was, what belongs to one connection, and what is written anew when the delivery is sent again. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "forwarded",
  "x-forwarded-for",
  "x-real-ip",
  "true-client-ip",
  "cf-connecting-ip",
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "transfer-encoding",
]);

/**
 * Keeps what a receiver gets from now on, to be written into a file and replayed in tests.
 *
 * Promise: proofs and what else the sender's row calls private are gone: headers, query parameters, fields of the body; and
 * in JSON and form bodies the texts under names such as `token`, `secret`, `password` and `signature`. Everything else is
 * kept byte for byte.
 * Not promised: personal data. Names, addresses and amounts are in payloads; take them out with `scrub`, and read a
 * fixture before it goes into a repository.
 *
 * @param receiver - From `createReceiver`.
 * @throws {TypeError} For what is no receiver, or an option it does not know.
 * @example
 * import { writeFileSync } from "node:fs";
 *
 * const recording = recordDeliveries(receiver, {
 *   scrub: (payload) => ({ ...(payload as object), customer_email: "someone@example.com" }),
 * });
 * // and here deliveries come
 * writeFileSync("invoice-paid.json", JSON.stringify(recording.stop(), null, 2));
 */
export function recordDeliveries(receiver: object, options: RecordOptions = {}): Recording {
  checkOptions("recordDeliveries", options, RULES);
  const core = coreOf(receiver);
  if (core === undefined) throw new TypeError("recordDeliveries(receiver): receiver must come from createReceiver");
  const { scrub, maxCount = MAX_COUNT, includeUnproven = false } = options;
  const rules = scrubRulesOf(core.sender.definition);
  const deliveries: RecordedDelivery[] = [];
  let missed = 0;

  function hear(message: unknown): void {
    const { receiver: of, outcome, delivery } = message as OutcomeMessage;
    if (of !== core?.facts || delivery === undefined || outcome.isLate) return;
    if (!includeUnproven && !isProven(outcome)) return;
    if (deliveries.length < maxCount) keep(delivery, outcome);
    else missed++;
  }
  function keep(delivery: Delivery, outcome: Outcome): void {
    try {
      deliveries.push(recorded(delivery, outcome, rules, scrub));
    } catch {
      missed++; // `scrub` threw; who subscribes must not
    }
  }

  subscribe(OUTCOME_CHANNEL, hear);
  return {
    deliveries,
    get missed() {
      return missed;
    },
    stop() {
      unsubscribe(OUTCOME_CHANNEL, hear);
      return deliveries;
    },
  };
}

function isProven({ trace }: Outcome): boolean {
  return trace.some(({ check, result }) => check === "authenticate" && result === "passed");
}

function recorded(
  { method, url, headers, body }: Delivery,
  outcome: Outcome,
  rules: ScrubRules,
  scrub: RecordOptions["scrub"],
): RecordedDelivery {
  const left = withoutPersonal(scrubBody(body, rules), scrub);
  const text = left.toString("utf8");
  return {
    method,
    url: scrubTarget(url, rules),
    headers: keptHeaders(headers.toRaw(), rules),
    ...(Buffer.from(text).equals(left) ? { body: text } : { bodyBase64: left.toString("base64") }),
    receivedAt: new Date().toISOString(),
    sender: outcome.sender,
    outcome: outcome.name,
  };
}

/** Names in lower case and repeats kept. */
function keptHeaders(raw: readonly string[], rules: ScrubRules): RecordedDelivery["headers"] {
  return raw.flatMap((name, at) => {
    const lower = name.toLowerCase();
    const isKept = at % 2 === 0 && !LEFT_OUT.has(lower) && !isSecretHeader(lower, rules);
    return isKept ? [[lower, raw[at + 1] as string] as const] : [];
  });
}

/** As whoever records says; JSON alone. */
function withoutPersonal(body: Buffer, scrub: RecordOptions["scrub"]): Buffer {
  if (scrub === undefined) return body;
  let payload: unknown;
  try {
    payload = JSON.parse(body.toString("utf8"));
  } catch {
    return body;
  }
  const before = JSON.stringify(payload);
  const after = JSON.stringify(scrub(payload));
  return after === before ? body : Buffer.from(after ?? "");
}

/** Options of `replayDelivery`. */
export interface ReplayOptions<Events> extends TestSenderOptions, Pick<SendOptions, "path" | "from"> {
  /** The sender of the test, with the secret of the test. */
  readonly sender: Sender<Events>;
  /** Before the recorded path, where the sender signs the URL. Default `https://example.com`. */
  readonly origin?: string;
}

/**
 * Sends a recorded delivery again, byte for byte, signed now with the test's own secret.
 *
 * @param target - As for `createTestSender`: a URL, an app, a server, a receiver, an object with `fetch`.
 * @param delivery - From `recordDeliveries`, or from a file of it.
 * @param options.sender - Like the recorded one, with a secret of the test.
 * @throws {TypeError} For what is no recorded delivery.
 * @example
 * import { readFileSync } from "node:fs";
 *
 * const fixtures = JSON.parse(readFileSync("invoice-paid.json", "utf8")) as RecordedDelivery[];
 * for (const fixture of fixtures) {
 *   const { status } = await replayDelivery(app, fixture, { sender, path: "/webhooks/stripe" });
 *   assert.equal(status, 200);
 * }
 */
export async function replayDelivery<Events>(
  target: TestTarget,
  delivery: RecordedDelivery,
  options: ReplayOptions<Events>,
): Promise<SentDelivery> {
  const { sender, origin = "https://example.com", path, from, ...test } = options;
  const request = toSigned(delivery, origin);
  return createTestSender(sender, test).send(target, {
    duplicateOf: { request },
    ...(path === undefined ? {} : { path }),
    ...(from === undefined ? {} : { from }),
  });
}

function toSigned(delivery: RecordedDelivery, origin: string): SignedDelivery {
  const { method, url, headers, body, bodyBase64 } = delivery ?? {};
  if (typeof method !== "string" || typeof url !== "string" || !Array.isArray(headers)) {
    throw new TypeError(
      "replayDelivery(target, delivery, options): delivery must be one that recordDeliveries has kept",
    );
  }
  const lines: Record<string, string> = {};
  for (const [name, value] of headers as RecordedDelivery["headers"])
    lines[name] = name in lines ? `${lines[name]}, ${value}` : value;
  const bytes = bodyBase64 === undefined ? Buffer.from(body ?? "") : Buffer.from(bodyBase64, "base64");
  return {
    method,
    url: origin + url,
    headers: lines,
    body: bytes,
    id: undefined,
  };
}
