// Webhooks, polling, and both, on the same events: requests, bytes, time until handled, and what is lost while the receiver is
// down for a minute. A minute is compressed to a second, or to MINUTE_MS. Writes a plot where PLOT names a file.
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createReceiver, memoryStore } from "hookgate";
import { type Backfill, backfill, restEvents } from "hookgate/backfill";
import { stripe } from "hookgate/senders";
import { createTestSender, sendPersistently } from "hookgate/testing";

const MINUTE_MS = Number(process.env.MINUTE_MS ?? 1_000);
const MINUTES = 10;
/** The receiver is down in the fifth minute. */
const DOWN_FROM_MINUTE = 4;
const EVENTS = Number(process.env.EVENTS ?? 300);
const SENDER = stripe({ secret: "whsec_only_for_this_measurement" });

export interface Strategy {
  readonly name: string;
  /** Pauses between the sender's attempts, seconds; `undefined`: no webhooks. */
  readonly retriesSeconds: readonly number[] | undefined;
  /** `undefined`: no polling. */
  readonly pollSeconds: number | undefined;
}

export const STRATEGIES: readonly Strategy[] = [
  { name: "webhooks, never sent again", retriesSeconds: [], pollSeconds: undefined },
  { name: "webhooks, sent again after 10, 60, 300 s", retriesSeconds: [10, 60, 300], pollSeconds: undefined },
  { name: "polling every 5 s", retriesSeconds: undefined, pollSeconds: 5 },
  { name: "polling every 60 s", retriesSeconds: undefined, pollSeconds: 60 },
  { name: "webhooks, never sent again, and backfill every 60 s", retriesSeconds: [], pollSeconds: 60 },
];

export interface Measured {
  readonly name: string;
  readonly requests: number;
  readonly kilobytes: number;
  /** Seconds of the compressed time, sorted. */
  readonly waits: readonly number[];
  readonly lost: number;
  readonly twice: number;
}

const msOf = (seconds: number): number => (seconds * MINUTE_MS) / 60;

/** Counts what goes over its sockets, both ways. */
class Metered {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #ended = 0;
  requests = 0;

  constructor(listener: RequestListener) {
    this.#server = createServer((req, res) => {
      this.requests++;
      listener(req, res);
    });
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => {
        this.#sockets.delete(socket);
        this.#ended += socket.bytesRead + socket.bytesWritten;
      });
    });
  }

  async listen(port = 0): Promise<number> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get bytes(): number {
    return [...this.#sockets].reduce((sum, socket) => sum + socket.bytesRead + socket.bytesWritten, this.#ended);
  }
}

/** One strategy, from the first event until a minute after the last. */
export async function measure(strategy: Strategy): Promise<Measured> {
  const created: { readonly id: string; readonly atMs: number; readonly payload: object }[] = [];
  const handledMs = new Map<string, number>();
  let twice = 0;
  const api = new Metered((req, res) => {
    const from = Number(new URL(req.url ?? "/", "http://api").searchParams.get("from"));
    const events = created
      .filter(({ atMs }) => atMs >= from)
      .map(({ id, payload }) => ({ id, type: "invoice.paid", payload }));
    res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ events }));
  });
  const receiver = createReceiver(SENDER, {
    dedupe: { store: memoryStore() },
    onOutcome: () => undefined,
    onError: () => undefined,
    logger: { warn: () => undefined, error: () => undefined },
  });
  receiver.on("invoice.paid", ({ id = "" }) => {
    if (handledMs.has(id)) twice++;
    handledMs.set(id, performance.now());
  });
  const front = new Metered(receiver);
  const [apiPort, port] = [await api.listen(), await front.listen()];
  let isDown = false;
  const missed = backfill(receiver, {
    source: restEvents({
      name: "measured",
      baseUrl: `http://127.0.0.1:${apiPort}`,
      hasDeliveryIds: true,
      request: ({ since }) => ({ path: "/events", query: { from: since.getTime() } }),
      read: ({ value }) => value as { events: { id: string; type: string; payload: unknown }[] },
    }),
    // The compressed equivalent of what is listed late: 10 s.
    overlapSeconds: msOf(10) / 1000,
  });
  const stop = new AbortController();
  const polling =
    strategy.pollSeconds === undefined
      ? undefined
      : poll(missed, msOf(strategy.pollSeconds), () => isDown, stop.signal);
  const test = createTestSender(SENDER, { to: `http://127.0.0.1:${port}/` });
  const startMs = performance.now();
  const until = (minutes: number): Promise<void> =>
    sleep(Math.max(0, startMs + minutes * MINUTE_MS - performance.now()));
  const outage = (async () => {
    await until(DOWN_FROM_MINUTE);
    isDown = true;
    await front.close();
    await until(DOWN_FROM_MINUTE + 1);
    await front.listen(port);
    isDown = false;
  })();
  const sending: Promise<unknown>[] = [];
  for (let at = 0; at < EVENTS; at++) {
    await until((at * MINUTES) / EVENTS);
    const id = `evt_${at}`;
    const payload = { id, type: "invoice.paid", data: { object: { id: `in_${at}`, memo: "x".repeat(800) } } };
    created.push({ id, atMs: Date.now(), payload });
    bornMs.set(`${strategy.name} ${id}`, performance.now());
    if (strategy.retriesSeconds === undefined) continue;
    const afterSeconds = strategy.retriesSeconds.map((seconds) => msOf(seconds) / 1000);
    sending.push(sendPersistently(SENDER, test, "invoice.paid", payload, { id, afterSeconds }));
  }
  await until(MINUTES + 1.2);
  await outage;
  await Promise.all(sending);
  stop.abort();
  await polling;
  await missed.stop();
  await test.close();
  const waits = created.flatMap(({ id }) => {
    const doneMs = handledMs.get(id);
    const born = bornMs.get(`${strategy.name} ${id}`) ?? 0;
    return doneMs === undefined ? [] : [((doneMs - born) * 60) / MINUTE_MS];
  });
  const requests = front.requests + api.requests;
  const kilobytes = (front.bytes + api.bytes) / 1024;
  await Promise.all([front.close(), api.close()]);
  return {
    name: strategy.name,
    requests,
    kilobytes,
    waits: waits.sort((a, b) => a - b),
    lost: EVENTS - waits.length,
    twice,
  };
}

const bornMs = new Map<string, number>();

/** The poller is part of the application: while that is down it does not poll. */
async function poll(missed: Backfill, everyMs: number, isDown: () => boolean, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (!isDown()) await missed.run();
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export function tableOf(all: readonly Measured[]): string {
  const rows = all.map(({ name, requests, kilobytes, waits, lost, twice }) => {
    const seconds = (share: number): string => quantile(waits, share).toFixed(1);
    return `| ${name} | ${requests} | ${kilobytes.toFixed(0)} | ${seconds(0.5)} | ${seconds(0.95)} | ${seconds(1)} | ${lost} | ${twice} |`;
  });
  return [
    "| strategy | requests | KB | median s | 95 % s | slowest s | lost | handled twice |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...rows,
  ].join("\n");
}

const COLOURS = ["#c0392b", "#e67e22", "#2980b9", "#16a085", "#2c3e50"];
const [WIDTH, HEIGHT, LEFT, TOP] = [860, 420, 60, 30];

/** The share of all events that were handled within so many seconds; what was lost is what a line lacks at its right end. */
export function plotOf(all: readonly Measured[]): string {
  const x = (seconds: number): number => LEFT + ((Math.log10(Math.max(seconds, 0.1)) + 1) / 3.7) * (WIDTH - LEFT - 20);
  const y = (share: number): number => TOP + (1 - share) * (HEIGHT - TOP - 60);
  const ticks = [0.1, 1, 5, 10, 60, 300].map(
    (seconds) =>
      `<line x1="${x(seconds)}" y1="${TOP}" x2="${x(seconds)}" y2="${y(0)}" stroke="#ddd"/><text x="${x(seconds)}" y="${y(0) + 18}" text-anchor="middle">${seconds} s</text>`,
  );
  const shares = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<line x1="${LEFT}" y1="${y(share)}" x2="${WIDTH - 20}" y2="${y(share)}" stroke="#eee"/><text x="${LEFT - 8}" y="${y(share) + 4}" text-anchor="end">${share * 100} %</text>`,
  );
  const lines = all.map(({ waits }, at) => {
    const points = waits.map((seconds, rank) => `${x(seconds).toFixed(1)},${y((rank + 1) / EVENTS).toFixed(1)}`);
    return `<polyline fill="none" stroke="${COLOURS[at]}" stroke-width="2" points="${[`${x(0.1)},${y(0)}`, ...points, `${WIDTH - 20},${y(waits.length / EVENTS).toFixed(1)}`].join(" ")}"/>`;
  });
  const legend = all.map(({ name, lost }, at) => {
    const top = y(0) - 20 - (all.length - 1 - at) * 18;
    return `<rect x="${WIDTH - 400}" y="${top - 9}" width="12" height="10" fill="${COLOURS[at]}"/><text x="${WIDTH - 382}" y="${top}">${name}${lost === 0 ? "" : `: ${lost} lost`}</text>`;
  });
  const title = `<text x="${LEFT}" y="18" font-weight="bold">Share of ${EVENTS} events handled within a time; the receiver is down for one of ten minutes</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>${title}${ticks.join("")}${shares.join("")}${lines.join("")}${legend.join("")}</svg>\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const all: Measured[] = [];
  // One after the other: they would share the processor's time.
  for (const strategy of STRATEGIES) all.push(await measure(strategy));
  console.log(tableOf(all));
  if (process.env.PLOT !== undefined) writeFileSync(process.env.PLOT, plotOf(all));
}
