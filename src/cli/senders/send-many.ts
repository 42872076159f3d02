// Sends one event, or many at a rate, and reports the answers.
import { openStage, type Step } from "../../testing/scenarios/stage.js";
import type { Context, ExitCode, Given } from "../lib/command.js";
import { plain } from "../lib/io.js";
import { table } from "../lib/paint.js";
import { progressBar } from "../lib/progress.js";
import { UsageError } from "../lib/usage-error.js";
import type { EventGiven } from "./payload.js";
import type { Signer } from "./signer.js";

/** With a rate, deliveries run concurrently, at most this many. */
const MAX_UNDER_WAY = 200;

export async function sendMany(given: Given, context: Context, signer: Signer, event: EventGiven): Promise<ExitCode> {
  const { io } = context;
  const count = given.number("repeat") ?? 1;
  if (!Number.isSafeInteger(count)) throw new UsageError("--repeat must be a whole number");
  const rate = given.number("rate");
  const id = given.text("id");
  if (id !== undefined && count > 1)
    throw new UsageError("--id and --repeat exclude each other: each event needs its own id");
  const timeLimitSeconds = given.number("time-limit") ?? signer.sender.profile.timeLimitSeconds;
  const stage = openStage(signer.sender, signer.url, {
    ...signer.signing,
    timeLimitSeconds,
    hasOwnIds: count > 1,
    signal: io.signal,
  });
  const bar = progressBar(io, count);
  const sendOne = async (): Promise<Step> => {
    const step = await stage.send("an event", { ...event, ...(id === undefined ? {} : { id }) });
    bar.step();
    return step;
  };
  const startedAtMs = performance.now();
  const steps =
    rate === undefined ? await oneByOne(count, sendOne, io.signal) : await atRate(count, rate, sendOne, io.signal);
  bar.end();
  const seconds = (performance.now() - startedAtMs) / 1000;
  return count === 1 ? reportOne(context, signer, steps[0] as Step) : reportMany(context, signer, steps, seconds);
}

async function oneByOne(count: number, sendOne: () => Promise<Step>, signal: AbortSignal): Promise<readonly Step[]> {
  const steps: Step[] = [];
  while (steps.length < count && !signal.aborted) steps.push(await sendOne());
  return steps;
}

async function atRate(
  count: number,
  perSecond: number,
  sendOne: () => Promise<Step>,
  signal: AbortSignal,
): Promise<readonly Step[]> {
  const underWay = new Set<Promise<unknown>>();
  const steps: Step[] = [];
  const startedAtMs = performance.now();
  for (let at = 0; at < count && !signal.aborted; at++) {
    const waitMs = startedAtMs + (at * 1000) / perSecond - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    while (underWay.size >= MAX_UNDER_WAY) await Promise.race(underWay);
    const sending = sendOne().then((step) => {
      steps.push(step);
      underWay.delete(sending);
    });
    underWay.add(sending);
  }
  await Promise.all(underWay);
  return steps;
}

function isSuccess({ status }: Step, { sender }: Signer): boolean {
  return status !== undefined && sender.profile.successStatuses.includes(status);
}

const SHOWN_CHARACTERS = 500;

function reportOne({ io, paint, isJson }: Context, signer: Signer, step: Step): ExitCode {
  const isFine = isSuccess(step, signer);
  const { status, code, error, answeredMs, sent } = step;
  const body = sent?.body ?? "";
  if (isJson) {
    const result = {
      ok: isFine,
      url: signer.url,
      id: sent?.id,
      status,
      code,
      error,
      answeredMs: Math.round(answeredMs),
      body,
    };
    io.out(`${JSON.stringify(result, null, 2)}\n`);
    return isFine ? 0 : 1;
  }
  const answer = status === undefined ? (error ?? "no answer") : `${status}${code === undefined ? "" : ` ${code}`}`;
  const id = sent?.id === undefined ? "" : ` ${sent.id}`;
  io.out(`${paint(isFine ? "green" : "red", plain(answer))} in ${Math.round(answeredMs)} ms${plain(id)}\n`);
  if (body !== "") io.out(`${paint("dim", plain(body.slice(0, SHOWN_CHARACTERS)))}\n`);
  if (!isFine && (status === 401 || status === 400 || status === 403)) {
    io.out("hookgate verify explains why a delivery is rejected; the receiver's log has the hint, too.\n");
  }
  return isFine ? 0 : 1;
}

function reportMany({ io, paint, isJson }: Context, signer: Signer, steps: readonly Step[], seconds: number): ExitCode {
  const counts = new Map<string, number>();
  for (const { status, error } of steps) {
    const name = status === undefined ? (error ?? "no answer") : String(status);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = steps.map((step) => step.answeredMs).sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  const answeredMs = { median: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) };
  const failedCount = steps.filter((step) => !isSuccess(step, signer)).length;
  const perSecond = Math.round((steps.length / seconds) * 10) / 10;
  if (isJson) {
    const result = {
      ok: failedCount === 0,
      url: signer.url,
      sent: steps.length,
      failed: failedCount,
      seconds,
      perSecond,
      answers: Object.fromEntries(counts),
      answeredMs,
    };
    io.out(`${JSON.stringify(result, null, 2)}\n`);
    return failedCount === 0 ? 0 : 1;
  }
  io.out(
    table(
      [...counts].map(([name, count]) => [plain(name), `×${count}`]),
      paint,
    ),
  );
  io.out(
    `${steps.length} in ${seconds.toFixed(1)} s (${perSecond}/s); answered in ${answeredMs.median} ms (median), ${answeredMs.p95} ms (95 %), ${answeredMs.p99} ms (99 %), ${answeredMs.most} ms (most)\n`,
  );
  return failedCount === 0 ? 0 : 1;
}
