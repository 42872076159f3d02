// One call of `hookgate endpoints`: what every action has, how plans are shown, and what is said of a failure.

import type { EndpointError, EndpointPlan, PlanStep, RegisteredEndpoint } from "../../endpoints/index.js";
import { SenderApiError } from "../../lib/sender-api/error.js";
import { ENDPOINT_PERMISSIONS, fixFor } from "../lib/api-fix.js";
import type { Context, ExitCode, Given } from "../lib/command.js";
import { plain } from "../lib/io.js";
import { wrap } from "../lib/paint.js";
import { asMisuse, UsageError } from "../lib/usage-error.js";
import type { Place } from "./endpoint-place.js";

export interface EndpointCall extends Place {
  readonly given: Given;
  readonly context: Context;
  readonly url: string | undefined;
}

/** @throws {UsageError} Where it was not given, or no sender could call it. */
export function urlOf({ url, given }: EndpointCall): string {
  const [action] = given.positionals;
  if (url === undefined) {
    throw new UsageError(
      `${action} takes the URL as the sender calls it: hookgate endpoints ${action} https://example.com/webhooks …`,
    );
  }
  return checkedUrl("the URL", url);
}

export function checkedUrl(what: string, url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === "http:" || parsed?.protocol === "https:") return url;
  throw new UsageError(
    `${what} must be absolute, such as https://example.com/webhooks/github; got ${JSON.stringify(shownUrl(url))}`,
  );
}

/** A name and a password in it are nobody's business. */
export function shownUrl(text: string): string {
  return text.replace(/(\bhttps?:\/\/)[^\s/?#@]+@/gi, "$1…@");
}

/** What came from a sender, on a line of a terminal. */
export function line(text: string): string {
  return shownUrl(plain(text));
}

export async function tellPlan({ context: { io } }: EndpointCall, plan: EndpointPlan): Promise<void> {
  const { describePlan } = await import("../../endpoints/index.js");
  io.out(`${describePlan(plan).split("\n").map(line).join("\n")}\n`);
}

/** Before each step; and where Ctrl+C was pressed, no further one. */
export async function stepTeller({ context: { io, isJson, paint } }: EndpointCall): Promise<(step: PlanStep) => void> {
  const { describeStep } = await import("../../endpoints/index.js");
  return (step) => {
    if (io.signal.aborted) throw new Interrupted();
    if (step.action !== "keep" && !isJson) io.out(`${paint("dim", "→")} ${line(describeStep(step))}\n`);
  };
}

class Interrupted extends Error {
  constructor() {
    super("interrupted: what was done before stands, and running it again goes on from there");
  }
}

export function asJson(
  { title, steps, isInOrder }: EndpointPlan,
  more: { readonly ok: boolean; readonly [name: string]: unknown },
): string {
  const { ok, ...rest } = more;
  return `${shownUrl(JSON.stringify({ ok, title, plan: { isInOrder, steps }, ...rest }, null, 2))}\n`;
}

export function endpointJson({ id, url, events, isEnabled, health, wrong }: RegisteredEndpoint): object {
  return { id, url, events, isEnabled, health, wrong };
}

/** What was begun is not lost. */
const AGAIN = "Then run this again: what was done before stands, and it goes on from there.";

/** @returns The exit code. @throws What is none of the sender's, or of the endpoint. */
export function tellFailure(error: unknown, call: EndpointCall): ExitCode {
  const { context, row, tokenFrom } = call;
  const { io, isJson, paint } = context;
  const isApi = error instanceof SenderApiError;
  const code = (error as Partial<EndpointError>).code;
  if (!isApi && !(error instanceof Interrupted) && (error as Error).name !== "EndpointError") throw asMisuse(error);
  const { message } = error as Error;
  const fix = isApi
    ? `${fixFor(error, "command line", ENDPOINT_PERMISSIONS[row.sender], tokenFrom)} ${AGAIN}`
    : fixOf(code, call);
  if (isJson) {
    const api = isApi
      ? { problem: error.problem, status: error.status, retryAfterSeconds: error.retryAfterSeconds }
      : { problem: code ?? "interrupted" };
    io.out(`${JSON.stringify({ ok: false, error: shownUrl(message), fix, ...api }, null, 2)}\n`);
    return 1;
  }
  io.err(`${paint("red", "hookgate:")} ${line(message)}\n`);
  if (fix !== undefined) io.err(`${paint("bold", "Fix:")} ${wrap(line(fix), "  ")}\n`);
  return 1;
}

function fixOf(code: EndpointError["code"] | undefined, { given, api }: EndpointCall): string | undefined {
  if (code === "occupied") return "If that one is to go: --replaces URL, with the URL that is named above.";
  if (code === "not_found") return "hookgate endpoints list shows what there is; ensure registers it.";
  if (code !== "not_proven") return undefined;
  if (given.positionals[0] === "rotate") {
    return "secretBy" in api && api.secretBy === "sender"
      ? "The receiver must take the new secret beside the old one while this runs: --secret-to with a command that stores it and deploys, and --wait 5m where that takes time. The old secret and endpoint are in force."
      : "The receiver must take the new secret beside the old one before it is used: give it both, as in secret: [next, previous], deploy, and run this again. --wait 5m gives a deployment time.";
  }
  return "The new one stays registered, and so does what it replaces. See that the receiver runs at that URL, with this secret, and that the sender reaches it: hookgate check tells more. Then run this again, with --prove --wait 5m where a deployment takes time; or hookgate endpoints remove takes it away.";
}
