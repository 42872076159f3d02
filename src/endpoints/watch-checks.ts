// The checks of a watch: the URL from outside, a signed delivery, the sender's API, silence, and rising rejections.
import type { Probe } from "../diagnosis/probe.js";
import { reach } from "../diagnosis/reach-probe.js";
import { certificate } from "../diagnosis/tls-probe.js";
import type { Finding } from "./alarms.js";
import type { Heard, HeardPeriod } from "./delivery-stats.js";
import { sameUrl } from "./options.js";
import type { EndpointApi, EndpointProof } from "./providers/provider.js";

/** Rejections are rising when a period has this many times the mean of earlier ones. */
const RISING = 3;
const PERIODS_KEPT = 12;

/** Connects to the URL and checks its certificate, whose end is `endsAt`. */
export async function urlFindings(
  url: string,
  nowMs: number,
): Promise<{ readonly findings: readonly Finding[]; readonly endsAt?: Date | undefined }> {
  const parsed = new URL(url);
  const { probes, isReached } = await reach(parsed);
  const findings: Finding[] = problemsIn(probes).map(({ message, fix }) => ({
    name: "unreachable",
    message: `${message}. ${fix}`,
  }));
  if (!isReached || parsed.protocol !== "https:") return { findings: findings.slice(0, 1) };
  const seen = await certificate(parsed, nowMs);
  const endsAt = seen.facts?.validTo;
  const bad = problemsIn([seen]).map(
    ({ message, fix }): Finding => ({ name: "certificate", message: `the certificate: ${message}. ${fix}` }),
  );
  return {
    findings: [...findings.slice(0, 1), ...bad],
    endsAt: endsAt === undefined ? undefined : new Date(endsAt),
  };
}

/** Sends a signed delivery to the URL. */
export async function signingFindings(prove: EndpointProof, url: string): Promise<readonly Finding[]> {
  const { isProven, detail } = await prove({ url, secret: undefined });
  return isProven ? [] : [{ name: "not_proven", message: detail }];
}

/** Asks the sender's API whether the endpoint exists and is enabled. */
export async function senderFindings(api: EndpointApi, url: string): Promise<readonly Finding[]> {
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

/** Event types, or all deliveries, that have not arrived for longer than expected. */
export function silenceFindings(
  expected: readonly (readonly [type: string | undefined, seconds: number])[],
  heard: Heard,
  begunMs: number,
  nowMs: number,
): readonly Finding[] {
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

/** Compares the rejections of each period with those of the periods before. */
export class RefusalTrend {
  readonly #quietRefusals: number;
  readonly #periods: HeardPeriod[] = [];

  /** @param quietRefusals - Rejections within a period that raise no alarm. */
  constructor(quietRefusals: number) {
    this.#quietRefusals = quietRefusals;
  }

  /** @param last - The period that has just ended. */
  findings(last: HeardPeriod): readonly Finding[] {
    const periods = this.#periods;
    const mean = periods.length === 0 ? 0 : periods.reduce((sum, { refused }) => sum + refused, 0) / periods.length;
    periods.push(last);
    if (periods.length > PERIODS_KEPT) periods.shift();
    if (last.refused <= this.#quietRefusals || last.refused <= RISING * mean) return [];
    return [
      {
        name: "refusals",
        message: `${last.refused} of ${last.deliveries} deliveries were rejected since the last check, ${mean.toFixed(1)} on average before. Possible causes: a changed secret, a proxy that changes bodies, a clock, an attack; onOutcome has the hints`,
      },
    ];
  }
}

function problemsIn(probes: readonly Probe[]): readonly Probe[] {
  return probes.filter(({ result }) => result === "problem");
}
