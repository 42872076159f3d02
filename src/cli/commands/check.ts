// `hookgate check`: probes a registered endpoint as its sender would, and as an attacker would.
import { setTimeout as sleep } from "node:timers/promises";
import { plainHttp } from "../../diagnosis/plain-http-probe.js";
import { type Probe, skipped } from "../../diagnosis/probe.js";
import { reach } from "../../diagnosis/reach-probe.js";
import { certificate } from "../../diagnosis/tls-probe.js";
import type { Command, Context, ExitCode, Given } from "../lib/command.js";
import { durationMs } from "../lib/duration.js";
import { plain } from "../lib/io.js";
import { type Cell, type Colour, table, wrap } from "../lib/paint.js";
import { UsageError } from "../lib/usage-error.js";
import { SENDER_OPTIONS, SIGNING_OPTIONS } from "../senders/chosen-sender.js";
import { deliveries } from "../senders/deliveries.js";
import { EVENT_OPTIONS, type EventGiven, readEvent } from "../senders/payload.js";
import { chooseSigner, countFrom, type Signer } from "../senders/signer.js";

/** A type without a handler, so that nothing runs. */
const HARMLESS_TYPE = "hookgate.check";

export const check: Command = {
  name: "check",
  summary: "Checks an endpoint: DNS, certificate, plain http, response time, and what it accepts and rejects.",
  usage: "<url> --sender NAME --secret-env NAME [--every 5m]",
  details: [
    `Works with any receiver. It sends genuine deliveries of the type ${HARMLESS_TYPE} (ping for GitHub), which handlers ignore; --type and --data send another event. Only --effects shows for certain whether a duplicate is handled twice.`,
  ],
  options: {
    ...SENDER_OPTIONS,
    ...EVENT_OPTIONS,
    every: { type: "string", value: "DURATION", help: "Repeat the check and print only changes: 30s, 5m, 1h." },
    "time-limit": {
      type: "string",
      value: "SECONDS",
      help: "How long the sender waits for an answer. Default: the sender's own limit.",
    },
    "http-url": { type: "string", value: "URL", help: "The URL of plain http, if it is not on port 80." },
    effects: { type: "string", value: "URL", help: "A URL of yours that returns the number of handled events." },
    ...SIGNING_OPTIONS,
  },
  examples: [
    "hookgate check https://example.com/webhooks/stripe --sender stripe --secret-env STRIPE_WEBHOOK_SECRET",
    "hookgate check https://example.com/webhooks/github --sender github --secret-file ./secret --every 5m",
    "hookgate check https://example.com/webhooks/stripe --sender stripe --env-file .env --secret-env STRIPE_WEBHOOK_SECRET --json",
  ],
  async run(given, context) {
    const [url, ...others] = given.positionals;
    if (url === undefined || others.length > 0)
      throw new UsageError(`check takes one URL: hookgate check ${check.usage}`);
    const every = given.text("every");
    const everyMs = every === undefined ? undefined : durationMs("every", every);
    const signer = await chooseSigner(given, context.io, url);
    const event = await readEvent(given, context.io, signer.known, HARMLESS_TYPE);
    const runChecks = (): Promise<readonly Probe[]> => probe(given, context, signer, event);
    return everyMs === undefined
      ? report(context, signer, await runChecks())
      : watch(context, signer, runChecks, everyMs);
  },
};

async function probe(given: Given, { io }: Context, signer: Signer, event: EventGiven): Promise<readonly Probe[]> {
  const url = new URL(signer.url);
  const { probes, isReached } = await reach(url);
  if (!isReached) return [...probes, skipped("signed", "not checked: the endpoint cannot be reached")];
  const found = [...probes];
  if (url.protocol === "https:") {
    const trusted = await certificate(url, io.now());
    found.push(trusted);
    const plainly = await plainHttp(url, given.text("http-url"));
    if (plainly !== undefined) found.push(plainly);
    if (trusted.result === "problem" && trusted.facts?.daysLeft !== undefined && !expiresSoonOnly(trusted)) {
      return [...found, skipped("signed", "not checked: a sender stops at the certificate")];
    }
  }
  const limitSeconds = given.number("time-limit") ?? signer.sender.profile.timeLimitSeconds;
  const effects = given.text("effects");
  const sent = { ...event, signal: io.signal, ...(effects === undefined ? {} : { effects: countFrom(effects) }) };
  return [...found, ...(await deliveries(signer, sent, limitSeconds))];
}

/** Whether the certificate is valid now and only expires soon. */
function expiresSoonOnly({ facts }: Probe): boolean {
  return Number(facts?.daysLeft) >= 0 && facts?.error === undefined;
}

function report(context: Context, signer: Signer, probes: readonly Probe[]): ExitCode {
  const { io, paint, isJson } = context;
  if (isJson) io.out(`${JSON.stringify(asJson(context, signer, probes), null, 2)}\n`);
  else {
    io.out(table(probes.map(rowOf), paint));
    for (const { check: name, fix } of problemsOf(probes)) {
      if (fix !== "") io.out(`\n${paint("red", name)} ${paint("bold", "Fix:")} ${wrap(plain(fix), "  ")}\n`);
    }
    io.out(`\n${summaryOf(probes)}\n`);
  }
  return exitOf(probes);
}

const MARKS: Readonly<Record<Probe["result"], readonly [string, Colour]>> = {
  ok: ["✓", "green"],
  problem: ["✗", "red"],
  note: ["-", "yellow"],
  skipped: ["-", "dim"],
};

function rowOf({ check: name, result, message }: Probe): readonly (Cell | string)[] {
  const [text, colour] = MARKS[result];
  return [{ text, colour }, name, plain(message)];
}

function problemsOf(probes: readonly Probe[]): readonly Probe[] {
  return probes.filter(({ result }) => result === "problem");
}

function summaryOf(probes: readonly Probe[]): string {
  const count = problemsOf(probes).length;
  return count === 0 ? "healthy" : `${count} ${count === 1 ? "problem" : "problems"}`;
}

function exitOf(probes: readonly Probe[]): ExitCode {
  return problemsOf(probes).length === 0 ? 0 : 1;
}

function asJson({ io }: Context, signer: Signer, probes: readonly Probe[]) {
  return {
    ok: exitOf(probes) === 0,
    url: signer.url,
    sender: signer.known.name,
    checkedAt: new Date(io.now()).toISOString(),
    probes,
  };
}

/** Prints the first result in full and later only changes. Ends with Ctrl+C and the exit code of the last result. */
async function watch(
  context: Context,
  signer: Signer,
  runChecks: () => Promise<readonly Probe[]>,
  everyMs: number,
): Promise<ExitCode> {
  const { io, paint, isJson } = context;
  let last = await runChecks();
  if (isJson) io.out(`${JSON.stringify(asJson(context, signer, last))}\n`);
  else report(context, signer, last);
  for (;;) {
    const isStopped = await sleep(everyMs, false, { signal: io.signal }).catch(() => true);
    if (isStopped) return exitOf(last);
    const probes = await runChecks();
    if (io.signal.aborted) return exitOf(last);
    const changed = probes.filter((one) =>
      isChanged(
        one,
        last.find((before) => before.check === one.check),
      ),
    );
    last = probes;
    if (changed.length === 0) continue;
    if (isJson) io.out(`${JSON.stringify({ ...asJson(context, signer, probes), changed })}\n`);
    else {
      const at = new Date(io.now()).toISOString();
      io.out(`\n${at} ${summaryOf(probes)}\n${table(changed.map(rowOf), paint)}`);
    }
  }
}

/** Numbers such as times and days differ each time and are not a change. */
function isChanged(now: Probe, before: Probe | undefined): boolean {
  if (before?.result !== now.result) return true;
  return now.result === "problem" && withoutNumbers(now.message) !== withoutNumbers(before.message);
}

function withoutNumbers(message: string): string {
  return message.replace(/\d+(?:[.:-]\d+)*/g, "#");
}
