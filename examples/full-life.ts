// The life of a webhook: registered, delivered, the receiver is down, retried, given up, fetched. Time is virtual.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createReceiver, memoryStore, type Receiver } from "hookgate";
import { backfill, describeBackfill, eventsFrom, type FetchedEvent } from "hookgate/backfill";
import {
  describePlan,
  type EndpointApi,
  ensureEndpoint,
  type RegisteredEndpoint,
  type signedRoundTrip,
} from "hookgate/endpoints";
import { type StripeEnvelope, stripe } from "hookgate/senders";
import { createTestSender, retrySchedule, sendPersistently, virtualClock } from "hookgate/testing";

const SECRET = "whsec_only_for_this_demonstration";
export const sender = stripe({ secret: SECRET });

/** A sender with an API, in this process: it registers one endpoint, delivers with its own time limit, and lists what happened. */
function ownSender(clock: ReturnType<typeof virtualClock>) {
  const registered = new Map<string, RegisteredEndpoint>();
  const happened: FetchedEvent[] = [];
  const api: EndpointApi = {
    title: "the sender",
    secretBy: "us",
    holds: "many",
    list: async () => [...registered.values()],
    async create({ url, events }) {
      const endpoint = { id: `we_${registered.size + 1}`, url, events, isEnabled: true };
      registered.set(endpoint.id, endpoint);
      return endpoint;
    },
    async update(id, { url, events }) {
      const endpoint = { id, url, events, isEnabled: true };
      registered.set(id, endpoint);
      return endpoint;
    },
    async remove(id) {
      registered.delete(id);
    },
  };
  async function emit(id: string): Promise<string> {
    const payload: StripeEnvelope = { id, type: "invoice.paid", data: { object: { id: `in_${id}` } } };
    happened.push({ id, type: payload.type, payload, timestamp: new Date(clock.now()) });
    const [endpoint] = registered.values();
    const test = createTestSender(sender, { to: endpoint?.url ?? "", now: clock.now });
    const { end, attempts } = await sendPersistently(sender, test, payload.type, payload, { id, clock });
    return `${id}: ${end} after ${attempts.length} attempts (${attempts.map(({ status }) => status ?? "-").join(" ")})`;
  }
  const source = eventsFrom("the-sender", ({ since }) =>
    happened.filter(({ timestamp }) => Number(timestamp) >= since.getTime()),
  );
  return { api, emit, source };
}

/** What the application is. */
export function createApp(
  now: () => number,
  onPaid: (id: string | undefined) => void,
): Receiver<Record<string, StripeEnvelope>> {
  const receiver = createReceiver(sender, {
    now,
    dedupe: { store: memoryStore() },
    onError: () => undefined,
    onOutcome: () => undefined,
  });
  receiver.on("invoice.paid", (event) => onPaid(event.id));
  return receiver;
}

async function listen(receiver: Receiver<Record<string, StripeEnvelope>>, port: number): Promise<Server> {
  const server = createServer(receiver).listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

async function demonstrate(): Promise<void> {
  const clock = virtualClock(Date.parse("2026-01-31T12:00:00Z"));
  const { api, emit, source } = ownSender(clock);
  const paid: (string | undefined)[] = [];
  const receiver = createApp(clock.now, (id) => paid.push(id));
  let server = await listen(receiver, 0);
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/webhooks/stripe`;

  console.log("Registered, and proven by a signed round trip before anything counts:");
  // The demonstration has a clock of its own, and the test delivery is signed with it, too.
  const wanted = { api, url, events: ["invoice.paid"], secret: SECRET, prove: provenAt(clock.now) };
  console.log(describePlan((await ensureEndpoint(wanted)).plan));
  console.log(
    `a second time: ${describePlan((await ensureEndpoint(wanted)).plan)
      .split("\n")
      .at(-1)}`,
  );

  console.log("\nDelivered:");
  console.log(`  ${await emit("evt_1")}`);

  const days = retrySchedule(sender).reduce((sum, seconds) => sum + seconds, 0) / 86_400;
  console.log(`\nThe receiver goes down, and stays down for longer than the sender's ${days.toFixed(0)} days:`);
  await stop(server);
  console.log(`  ${await emit("evt_2")}`);
  console.log(`  ${await emit("evt_3")}`);

  console.log("\nUp again: what comes now is delivered, and nobody sends the others any more:");
  server = await listen(receiver, port);
  console.log(`  ${await emit("evt_4")}`);
  console.log(`  paid so far: ${paid.join(", ")}`);

  console.log("\nBackfilled, each once:");
  const missed = backfill(receiver, { source, since: new Date("2026-01-31T00:00:00Z"), now: clock.now });
  console.log(`  ${describeBackfill(await missed.run())}`);
  console.log(`  ${describeBackfill(await missed.run())} (a second run)`);
  console.log(`  paid in the end: ${paid.join(", ")}`);
  await stop(server);
  await receiver.close();
}

/** `signedRoundTrip` signs by the machine's clock; here time is virtual, so the delivery is signed by that. */
function provenAt(now: () => number): ReturnType<typeof signedRoundTrip> {
  return async ({ url }) => {
    const test = createTestSender(sender, { to: url, now });
    const sent = await test.send("hookgate.check", {});
    return { isProven: sent.status === 200, detail: `answered ${sent.status}` };
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await demonstrate();
