// Shared by the actions of `hookgate endpoints`: arguments, output of plans, and messages of failures.

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

/** @throws {UsageError} When the URL is missing or not absolute. */
export function urlOf({ url, given }: EndpointCall): string {
  const [action] = given.positionals;
  if (url === undefined) {
    throw new UsageError(
      `${action} takes the public URL of the endpoint: hookgate endpoints ${action} https://example.com/webhooks …`,
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

/** Hides a user name and password in a URL. */
export function shownUrl(text: string): string {
  return text.replace(/(\bhttps?:\/\/)[^\s/?#@]+@/gi, "$1…@");
}

/** Makes text of a sender safe for one line of a terminal. */
export function line(text: string): string {
  return shownUrl(plain(text));
}

export async function printPlan({ context: { io } }: EndpointCall, plan: EndpointPlan): Promise<void> {
  const { describePlan } = await import("../../endpoints/index.js");
  io.out(`${describePlan(plan).split("\n").map(line).join("\n")}\n`);
}

/** Prints each step before it runs. After Ctrl+C no further step starts. */
export async function stepPrinter({ context: { io, isJson, paint } }: EndpointCall): Promise<(step: PlanStep) => void> {
  const { describeStep } = await import("../../endpoints/index.js");
  return (step) => {
    if (io.signal.aborted) throw new Interrupted();
    if (step.action !== "keep" && !isJson) io.out(`${paint("dim", "→")} ${line(describeStep(step))}\n`);
  };
}

class Interrupted extends Error {
  constructor() {
    super("interrupted: completed steps stay in place, and running the command again continues from there");
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

/** Every action can be repeated. */
const AGAIN = "Then run this again: completed steps stay in place, and it continues from there.";

/** @returns The exit code. @throws Errors that come neither from the sender's API nor from the endpoint. */
export function printFailure(error: unknown, call: EndpointCall): ExitCode {
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
  if (code === "occupied") return "To replace it, give --replaces URL with the URL shown above.";
  if (code === "not_found") return "hookgate endpoints list shows the registered webhooks; ensure registers one.";
  if (code !== "not_proven") return undefined;
  if (given.positionals[0] === "rotate") {
    return "secretBy" in api && api.secretBy === "sender"
      ? "The receiver must accept both the new and the old secret while this runs: use --secret-to with a command that stores and deploys the secret, and --wait 5m if that takes time. The old secret and endpoint remain valid."
      : "The receiver must accept both secrets before the new one is used: set secret: [next, previous], deploy, and run this again. --wait 5m waits for a deployment.";
  }
  return "The new webhook and the one that it replaces both stay registered. Check that the receiver runs at that URL with this secret, and that the sender can reach it: hookgate check helps. Then run this again, with --prove --wait 5m if a deployment takes time, or remove the webhook with hookgate endpoints remove.";
}
