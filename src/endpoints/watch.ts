// Watches an endpoint on a schedule: its URL, the sender's API, and its deliveries.
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { coreOf } from "../create-receiver.js";
import { checkOptions } from "../lib/options.js";
import { SenderApiError } from "../lib/sender-api/error.js";
import { ALARM_NAMES, type AlarmChange, type AlarmName, Alarms, type Finding } from "./alarms.js";
import { Heard } from "./delivery-stats.js";
import { checkUrl } from "./options.js";
import { RefusalTrend, senderFindings, signingFindings, silenceFindings, urlFindings } from "./watch-checks.js";
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
  const { api, prove } = options;
  const url = options.url === undefined ? undefined : checkUrl("watchEndpoint", "url", options.url);
  if ((api !== undefined || prove !== undefined) && url === undefined)
    throw new TypeError("watchEndpoint: url is required beside api and prove");
  const unready = new Set(options.unreadyOn ?? []);
  for (const name of unready) {
    if (!ALARM_NAMES.includes(name))
      throw new TypeError(`watchEndpoint: unreadyOn knows ${ALARM_NAMES.join(", ")}; got ${JSON.stringify(name)}`);
  }
  const watch = new Watch(core, url, options);
  const own: EndpointWatch = {
    look: () => watch.look(),
    start() {
      watch.start();
      return own;
    },
    stop: () => watch.stop(),
    get status() {
      return watch.status;
    },
    ready(_req, res) {
      const { status } = watch;
      const isReady = !status.alarms.some(({ name }) => unready.has(name));
      res.writeHead(isReady ? 200 : 503, { "content-type": "application/json", "cache-control": "no-store" });
      res.end(JSON.stringify({ isReady, ...status }));
    },
    metrics: () => writeMetrics(core.settings.name, watch.status),
  };
  return own;
}

type Core = NonNullable<ReturnType<typeof coreOf>>;

class Watch {
  readonly #core: Core;
  readonly #url: string | undefined;
  readonly #options: WatchOptions;
  readonly #now: () => number;
  readonly #expected: ReturnType<typeof expectedOf>;
  readonly #heard: Heard;
  readonly #trend: RefusalTrend;
  readonly #alarms = new Alarms();
  readonly #begunMs: number;
  #certificateEndsAt: Date | undefined;
  #lookedAt: Date | undefined;
  #looking: Promise<WatchStatus> | undefined;
  #stopping: AbortController | undefined;

  constructor(core: Core, url: string | undefined, options: WatchOptions) {
    const { now = Date.now, quietRefusals = QUIET_REFUSALS } = options;
    this.#core = core;
    this.#url = url;
    this.#options = options;
    this.#now = now;
    this.#expected = expectedOf(options.expectWithinSeconds);
    this.#heard = new Heard(core.facts, now);
    this.#trend = new RefusalTrend(quietRefusals);
    this.#begunMs = now();
  }

  look(): Promise<WatchStatus> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  start(): void {
    if (this.#stopping !== undefined) return;
    this.#stopping = new AbortController();
    void this.#keepLooking(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping?.abort();
    this.#stopping = undefined;
    await this.#looking;
    this.#heard.stop();
  }

  get status(): WatchStatus {
    const heard = this.#heard;
    return {
      sender: this.#core.sender.name,
      url: this.#url,
      alarms: this.#alarms.open,
      lastDeliveryAt: heard.lastAt,
      types: heard.types,
      deliveries: heard.deliveries,
      refused: heard.refused,
      backfilled: heard.backfilled,
      certificateEndsAt: this.#certificateEndsAt,
      lookedAt: this.#lookedAt,
    };
  }

  async #keepLooking(signal: AbortSignal): Promise<void> {
    const { everySeconds = EVERY_SECONDS } = this.#options;
    while (!signal.aborted) {
      await this.look();
      await sleep(everySeconds * 1000, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #lookOnce(): Promise<WatchStatus> {
    const url = this.#url;
    const { api, prove } = this.#options;
    const undecided = new Set<AlarmName>();
    /** A check that throws is undecided: its alarms keep their state. */
    const asked = async (
      names: readonly AlarmName[],
      look: () => Promise<readonly Finding[]> | undefined,
    ): Promise<readonly Finding[]> => {
      try {
        return (await look()) ?? [];
      } catch (error) {
        for (const name of names) undecided.add(name);
        return [{ name: "unknown", message: error instanceof SenderApiError ? error.message : String(error) }];
      }
    };
    const found = await Promise.all([
      asked(["unreachable", "certificate"], () => (url === undefined ? undefined : this.#checkUrl(url))),
      asked(["not_proven"], () => (prove === undefined || url === undefined ? undefined : signingFindings(prove, url))),
      asked(["missing", "disabled"], () =>
        api === undefined || url === undefined ? undefined : senderFindings(api, url),
      ),
    ]);
    const nowMs = this.#now();
    const silences = silenceFindings(this.#expected, this.#heard, this.#begunMs, nowMs);
    const refusals = this.#trend.findings(this.#heard.takePeriod());
    const changes = this.#alarms.update([...silences, ...refusals, ...found.flat()], undecided, nowMs);
    this.#lookedAt = new Date(nowMs);
    for (const change of changes) this.#report(change);
    return this.status;
  }

  async #checkUrl(url: string): Promise<readonly Finding[]> {
    const checked = await urlFindings(url, this.#now());
    if ("endsAt" in checked) this.#certificateEndsAt = checked.endsAt;
    return checked.findings;
  }

  #report(change: AlarmChange): void {
    const { log } = this.#core;
    const { onChange } = this.#options;
    if (onChange !== undefined) {
      try {
        onChange(change);
      } catch (thrown) {
        log.warn(`watchEndpoint: onChange threw: ${String(thrown)}`);
      }
      return;
    }
    const { alarm, isOver } = change;
    log.warn(`endpoint ${alarm.name}${isOver ? " is over" : ""}: ${alarm.message}`);
  }
}
