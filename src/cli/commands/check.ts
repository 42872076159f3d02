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

/** No handler takes it, so nothing is set off. */
const HARMLESS_TYPE = "hookgate.check";

export const check: Command = {
  name: "check",
  summary: "Is an endpoint healthy? DNS, certificate, plain http, time to answer, and what it accepts and refuses.",
  usage: "<url> --sender NAME --secret-env NAME [--every 5m]",
  details: [
    `It works against any receiver. Genuine deliveries of the type ${HARMLESS_TYPE} are sent (to GitHub's receivers, ping), which handlers ignore; --type and --data send another. Whether an event that comes again is handled again is seen for sure with --effects.`,
  ],
  options: {
    ...SENDER_OPTIONS,
    ...EVENT_OPTIONS,
    every: { type: "string", value: "SPAN", help: "Goes on, and says only what has changed: 30s, 5m, 1h." },
    "time-limit": { type: "string", value: "SECONDS", help: "How long the sender waits. Default: as its row says." },
    "http-url": { type: "string", value: "URL", help: "Where plain http is served, if not on port 80." },
    effects: { type: "string", value: "URL", help: "A URL of yours that answers how many events have been handled." },
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
    const look = (): Promise<readonly Probe[]> => probe(given, context, signer, event);
    return everyMs === undefined ? once(context, signer, await look()) : watch(context, signer, look, everyMs);
  },
};

async function probe(given: Given, { io }: Context, signer: Signer, event: EventGiven): Promise<readonly Probe[]> {
  const url = new URL(signer.url);
  const { probes, isReached } = await reach(url);
  if (!isReached) return [...probes, skipped("signed", "not asked: it cannot be reached")];
  const found = [...probes];
  if (url.protocol === "https:") {
    const trusted = await certificate(url, io.now());
    found.push(trusted);
    const plainly = await plainHttp(url, given.text("http-url"));
    if (plainly !== undefined) found.push(plainly);
    if (trusted.result === "problem" && trusted.facts?.daysLeft !== undefined && !isOnlySoon(trusted)) {
      return [...found, skipped("signed", "not asked: a sender goes no further than the certificate")];
    }
  }
  const limitSeconds = given.number("time-limit") ?? signer.sender.profile.timeLimitSeconds;
  const effects = given.text("effects");
  const sent = { ...event, signal: io.signal, ...(effects === undefined ? {} : { effects: countFrom(effects) }) };
  return [...found, ...(await deliveries(signer, sent, limitSeconds))];
}

/** It ends soon, and is good until then. */
function isOnlySoon({ facts }: Probe): boolean {
  return Number(facts?.daysLeft) >= 0 && facts?.error === undefined;
}

function once(context: Context, signer: Signer, probes: readonly Probe[]): ExitCode {
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

/** The first look is told whole, and then only what has changed. Ends by Ctrl+C, with the last look's exit code. */
async function watch(
  context: Context,
  signer: Signer,
  look: () => Promise<readonly Probe[]>,
  everyMs: number,
): Promise<ExitCode> {
  const { io, paint, isJson } = context;
  let last = await look();
  if (isJson) io.out(`${JSON.stringify(asJson(context, signer, last))}\n`);
  else once(context, signer, last);
  for (;;) {
    const isStopped = await sleep(everyMs, false, { signal: io.signal }).catch(() => true);
    if (isStopped) return exitOf(last);
    const probes = await look();
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

/** Times and days differ with every look, and are no change. */
function isChanged(now: Probe, before: Probe | undefined): boolean {
  if (before?.result !== now.result) return true;
  return now.result === "problem" && withoutNumbers(now.message) !== withoutNumbers(before.message);
}

function withoutNumbers(message: string): string {
  return message.replace(/\d+(?:[.:-]\d+)*/g, "#");
}
