// Matchers for `expect` of vitest and jest, with the operator's hint.

import type { Outcome } from "../core/outcome.js";
import type { OutcomeName } from "../core/outcomes.js";
import { kindOf } from "../lib/options.js";

/** What `expect.extend` of vitest and jest takes back. */
export interface MatcherAnswer {
  readonly pass: boolean;
  readonly message: () => string;
}

/**
 * The matchers, for the types of your test runner. vitest, in any `.ts` file of the project:
 *
 *     import type { WebhookMatchers } from "hookgate/testing";
 *     declare module "vitest" {
 *       interface Matchers<T = any> extends WebhookMatchers<T> {}
 *     }
 *
 * jest: `declare global { namespace jest { interface Matchers<R> extends WebhookMatchers<R> {} } }`.
 */
export interface WebhookMatchers<R = unknown> {
  /** The sender heard success; `as` says which outcome it was, where the answer came from a receiver without HTTP. */
  toBeAccepted(as?: OutcomeName): R;
  /** The sender heard this code, and this status where one is given. */
  toBeRefusedWith(code: OutcomeName, status?: number): R;
}

/**
 * `toBeAccepted()` and `toBeRefusedWith(code, status?)` for vitest and jest.
 *
 * They take what a test sender answers, an `Outcome`, a Fetch API `Response`, an answer of supertest, of Fastify's `inject`
 * or of a Lambda function. Of a `Response` the body is read from a copy, so await the expectation. Where the answer came
 * from a receiver without HTTP, a failure names the check that refused, and its hint.
 *
 * @example
 * import { expect } from "vitest";
 *
 * expect.extend(webhookMatchers);
 */
export const webhookMatchers: {
  toBeAccepted(received: unknown, as?: OutcomeName): MatcherAnswer | Promise<MatcherAnswer>;
  toBeRefusedWith(received: unknown, code: OutcomeName, status?: number): MatcherAnswer | Promise<MatcherAnswer>;
} = {
  toBeAccepted: (received, as) => judge(received, (heard) => accepted(heard, as)),
  toBeRefusedWith: (received, code, status) => judge(received, (heard) => refusedWith(heard, code, status)),
};

/** An answer, whatever it came by. */
interface Heard {
  readonly status: number;
  readonly code: string | undefined;
  readonly outcome: Outcome | undefined;
}

function judge(received: unknown, by: (heard: Heard) => MatcherAnswer): MatcherAnswer | Promise<MatcherAnswer> {
  if (isResponse(received)) {
    const { status, headers } = received;
    return received
      .clone()
      .text()
      .then((text) => by({ status, code: codeOf(headers.get("content-type"), text), outcome: undefined }));
  }
  return by(heardOf(received));
}

/** By its looks: a test runner may have globals of its own. */
function isResponse(received: unknown): received is Response {
  const { status, headers, clone } = (received ?? {}) as Partial<Response>;
  return typeof status === "number" && typeof headers?.get === "function" && typeof clone === "function";
}

function accepted(heard: Heard, as: OutcomeName | undefined): MatcherAnswer {
  const isSuccess = heard.status >= 200 && heard.status < 300;
  if (as === undefined) {
    return {
      pass: isSuccess,
      message: () => `expected the delivery ${isSuccess ? "not " : ""}to be accepted; ${told(heard)}`,
    };
  }
  if (heard.outcome === undefined) {
    throw new TypeError(
      `toBeAccepted("${as}"): an answer over HTTP does not say what became of the delivery; send it to the receiver itself, or leave the name out`,
    );
  }
  const pass = isSuccess && heard.outcome.name === as;
  return { pass, message: () => `expected the delivery ${pass ? "not " : ""}to be accepted as ${as}; ${told(heard)}` };
}

function refusedWith(heard: Heard, code: OutcomeName, status: number | undefined): MatcherAnswer {
  const pass = heard.code === code && (status === undefined || heard.status === status);
  const wanted = status === undefined ? code : `${status} ${code}`;
  return {
    pass,
    message: () => `expected the delivery ${pass ? "not " : ""}to be refused with ${wanted}; ${told(heard)}`,
  };
}

function told({ status, code, outcome }: Heard): string {
  const name = outcome?.name ?? code;
  const lines = [`it was answered ${status}${name === undefined ? "" : ` ${name}`}`];
  for (const { check, result, hint } of outcome?.trace ?? [])
    if (result === "refused" || result === "undecided") lines.push(`  ${check}: ${hint ?? result}`);
  const ofEvents = outcome?.events.flatMap(({ type, name, hint }) =>
    hint === undefined ? [] : [`  ${type}, ${name}: ${hint}`],
  );
  return [...lines, ...(ofEvents ?? [])].join("\n");
}

/** @throws {TypeError} For what is no answer, such as a promise that nobody has awaited. */
function heardOf(received: unknown): Heard {
  if (typeof received === "object" && received !== null) {
    const any = received as Readonly<Record<string, unknown>>;
    if (isOutcome(received)) return { status: received.reply.status, code: codeOfOutcome(received), outcome: received };
    const outcome = isOutcome(any.outcome) ? any.outcome : undefined;
    const status = any.status ?? any.statusCode;
    if (typeof status === "number") {
      // supertest has the text beside what it has parsed; fetch-like answers and test senders have the text as body.
      const text = typeof any.text === "string" ? any.text : typeof any.body === "string" ? any.body : "";
      const { "content-type": type } = (any.headers ?? {}) as { readonly "content-type"?: unknown };
      return { status, code: codeOf(type, text), outcome };
    }
    if (typeof any.then === "function")
      throw new TypeError("toBeAccepted and toBeRefusedWith take an answer, and this is the promise of one: await it");
  }
  throw new TypeError(
    `toBeAccepted and toBeRefusedWith take what a test sender answered, an Outcome, a Response, or an answer of supertest, Fastify's inject or Lambda; got ${kindOf(received)}`,
  );
}

function isOutcome(value: unknown): value is Outcome {
  const { name, reply, trace } = (value ?? {}) as Partial<Outcome>;
  return typeof name === "string" && typeof reply?.status === "number" && Array.isArray(trace);
}

function codeOfOutcome({ reply }: Outcome): string | undefined {
  return typeof reply.body === "string" ? codeOf(reply.headers["content-type"], reply.body) : undefined;
}

function codeOf(type: unknown, text: string): string | undefined {
  if (typeof type !== "string" || !type.startsWith("application/problem+json")) return undefined;
  try {
    const { code } = JSON.parse(text) as { readonly code?: unknown };
    return typeof code === "string" ? code : undefined;
  } catch {
    return undefined; // a HEAD has the headers of a body and none
  }
}
