// Watches an endpoint on a schedule: its URL, the sender's API, and its deliveries.
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { coreOf } from "../create-receiver.js";
import type { Probe } from "../diagnosis/probe.js";
import { reach } from "../diagnosis/reach-probe.js";
import { certificate } from "../diagnosis/tls-probe.js";
import { checkOptions } from "../lib/options.js";
import { SenderApiError } from "../lib/sender-api/error.js";
import { ALARM_NAMES, type AlarmChange, type AlarmName, Alarms, type Finding } from "./alarms.js";
import { Heard, type HeardPeriod } from "./delivery-stats.js";
import { checkUrl, sameUrl } from "./options.js";
import { writeMetrics } from "./watch-metrics.js";
import { expectedOf, WATCH_RULES, type WatchOptions, type WatchStatus } from "./watch-options.js";

/** A watch over one endpoint: its alarms, its readiness route and its metrics. */
export interface EndpointWatch {
  /** Checks now. Never rejects: a check that fails is an alarm. */
  look(): Promise<WatchStatus>;
  /** Checks now and then repeatedly. Does not keep a process alive. */
  start(): EndpointWatch;
  stop(): Promise<void>;
  readonly status: WatchStatus;
  /** `(req, res)`: the status as JSON; 200, or 503 during an alarm of `unreadyOn`. */
  readonly ready: (req: IncomingMessage, res: ServerResponse) => void;
  /** In the text format of Prometheus. */
  metrics(): string;
}

const EVERY_SECONDS = 300;
const QUIET_REFUSALS = 10;
/** Rejections are rising when a period has this many times the mean of earlier ones. */
const RISING = 3;
const PERIODS_KEPT = 12;

/**
 * Watches one receiver's endpoint: the checks of `hookgate check`, the sender's API, and the deliveries.
 *
 * Promise: deliveries are observed outside the pipeline (`diagnostics_channel`). Not promised: deliveries of other
 * processes. Each process watches its own, so set `expectWithinSeconds` to what one of them must receive.
 *
 * @param receiver - From `createReceiver`.
 * @throws {TypeError} For a misspelt or malformed option.
 * @example
 * const watch = watchEndpoint(receiver, {
 *   url: "https://example.com/webhooks/stripe",
 *   api: stripeWebhooks({ apiKey: process.env.STRIPE_API_KEY }),
 *   expectWithinSeconds: 3_600,
 * }).start();
 * app.get("/health/stripe", watch.ready);
 */
export function watchEndpoint(receiver: unknown, options: WatchOptions): EndpointWatch {
  checkOptions("watchEndpoint", options, WATCH_RULES);
  const core = coreOf(receiver);
  if (core === undefined) throw new TypeError("watchEndpoint: receiver must be what createReceiver returned");
  const { api, prove, onChange, now = Date.now, quietRefusals = QUIET_REFUSALS } = options;
  const everySeconds = options.everySeconds ?? EVERY_SECONDS;
  const url = options.url === undefined ? undefined : checkUrl("watchEndpoint", "url", options.url);
  if ((api !== undefined || prove !== undefined) && url === undefined)
    throw new TypeError("watchEndpoint: url is required beside api and prove");
  const unready = new Set(options.unreadyOn ?? []);
  for (const name of unready) {
    if (!ALARM_NAMES.includes(name))
      throw new TypeError(`watchEndpoint: unreadyOn knows ${ALARM_NAMES.join(", ")}; got ${JSON.stringify(name)}`);
  }
  const expected = expectedOf(options.expectWithinSeconds);
  const heard = new Heard(core.facts, now);
  const alarms = new Alarms();
  const periods: HeardPeriod[] = [];
  const begunMs = now();
  let certificateEndsAt: Date | undefined;
  let lookedAt: Date | undefined;
  let looking: Promise<WatchStatus> | undefined;
  let stopping: AbortController | undefined;

  function silences(nowMs: number): readonly Finding[] {
    const findings: Finding[] = [];
    for (const [type, seconds] of expected) {
      const lastMs = type === undefined ? heard.lastAt?.getTime() : heard.lastMsOf(type);
      const quietMs = nowMs - (lastMs ?? begunMs);
      if (quietMs <= seconds * 1000) continue;
      const what = type === undefined ? "nothing" : `no ${type}`;
      const since = lastMs === undefined ? "since the watch started" : `since ${new Date(lastMs).toISOString()}`;
      findings.push({
        name: "silent",
        of: type,
        message: `${what} arrived ${since}; expected within ${seconds} s: check the deliveries at the sender, and backfill missed events`,
      });
    }
    return findings;
  }

  /** Evaluates the period that has just ended. */
  function refusals(): readonly Finding[] {
    const last = heard.takePeriod();
    const mean = periods.length === 0 ? 0 : periods.reduce((sum, { refused }) => sum + refused, 0) / periods.length;
    periods.push(last);
    if (periods.length > PERIODS_KEPT) periods.shift();
    if (last.refused <= quietRefusals || last.refused <= RISING * mean) return [];
    return [
      {
        name: "refusals",
        message: `${last.refused} of ${last.deliveries} deliveries were rejected since the last check, ${mean.toFixed(1)} on average before. Possible causes: a changed secret, a proxy that changes bodies, a clock, an attack; onOutcome has the hints`,
      },
    ];
  }

  async function fromOutside(): Promise<readonly Finding[]> {
    if (url === undefined) return [];
    const parsed = new URL(url);
    const { probes, isReached } = await reach(parsed);
    const findings: Finding[] = problemsIn(probes).map(({ message, fix }) => ({
      name: "unreachable",
      message: `${message}. ${fix}`,
    }));
    if (!isReached || parsed.protocol !== "https:") return findings.slice(0, 1);
    const seen = await certificate(parsed, now());
    const endsAt = seen.facts?.validTo;
    certificateEndsAt = endsAt === undefined ? undefined : new Date(endsAt);
    const bad = problemsIn([seen]).map(
      ({ message, fix }): Finding => ({ name: "certificate", message: `the certificate: ${message}. ${fix}` }),
    );
    return [...findings.slice(0, 1), ...bad];
  }

  async function bySigning(): Promise<readonly Finding[]> {
    if (prove === undefined || url === undefined) return [];
    const { isProven, detail } = await prove({ url, secret: undefined });
    return isProven ? [] : [{ name: "not_proven", message: detail }];
  }

  async function atSender(): Promise<readonly Finding[]> {
    if (api === undefined || url === undefined) return [];
    const own = (await api.list()).filter((one) => sameUrl(one.url, url));
    if (own.length === 0)
      return [
        {
          name: "missing",
          message: `${api.title} no longer has an endpoint with this URL; ensureEndpoint registers it again`,
        },
      ];
    if (own.some(({ isEnabled }) => isEnabled)) return [];
    return [
      {
        name: "disabled",
        message: `${api.title} has disabled the endpoint (${own[0]?.health ?? "no reason given"}); ensureEndpoint enables it, and backfill fetches missed events`,
      },
    ];
  }

  async function lookOnce(): Promise<WatchStatus> {
    const undecided = new Set<AlarmName>();
    /** A check that throws is undecided: its alarms keep their state. */
    const asked = async (
      names: readonly AlarmName[],
      look: () => Promise<readonly Finding[]>,
    ): Promise<readonly Finding[]> => {
      try {
        return await look();
      } catch (error) {
        for (const name of names) undecided.add(name);
        return error instanceof SenderApiError
          ? [{ name: "unknown", message: error.message }]
          : [{ name: "unknown", message: String(error) }];
      }
    };
    const found = await Promise.all([
      asked(["unreachable", "certificate"], fromOutside),
      asked(["not_proven"], bySigning),
      asked(["missing", "disabled"], atSender),
    ]);
    const nowMs = now();
    const changes = alarms.update([...silences(nowMs), ...refusals(), ...found.flat()], undecided, nowMs);
    lookedAt = new Date(nowMs);
    for (const change of changes) tell(change);
    return own.status;
  }

  function tell(change: AlarmChange): void {
    if (onChange !== undefined) {
      try {
        onChange(change);
      } catch (thrown) {
        core?.log.warn(`watchEndpoint: onChange threw: ${String(thrown)}`);
      }
      return;
    }
    const { alarm, isOver } = change;
    core?.log.warn(`endpoint ${alarm.name}${isOver ? " is over" : ""}: ${alarm.message}`);
  }

  async function keepLooking(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await own.look();
      await sleep(everySeconds * 1000, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  const own: EndpointWatch = {
    look() {
      looking ??= lookOnce().finally(() => {
        looking = undefined;
      });
      return looking;
    },
    start() {
      if (stopping !== undefined) return own;
      stopping = new AbortController();
      void keepLooking(stopping.signal);
      return own;
    },
    async stop() {
      stopping?.abort();
      stopping = undefined;
      await looking;
      heard.stop();
    },
    get status() {
      return {
        sender: core.sender.name,
        url,
        alarms: alarms.open,
        lastDeliveryAt: heard.lastAt,
        types: heard.types,
        deliveries: heard.deliveries,
        refused: heard.refused,
        backfilled: heard.backfilled,
        certificateEndsAt,
        lookedAt,
      };
    },
    ready(_req, res) {
      const { status } = own;
      const isReady = !status.alarms.some(({ name }) => unready.has(name));
      res.writeHead(isReady ? 200 : 503, { "content-type": "application/json", "cache-control": "no-store" });
      res.end(JSON.stringify({ isReady, ...status }));
    },
    metrics: () => writeMetrics(core.settings.name, own.status),
  };
  return own;
}

function problemsIn(probes: readonly Probe[]): readonly Probe[] {
  return probes.filter(({ result }) => result === "problem");
}
