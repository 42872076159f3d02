// The same deliveries over loopback, with the kernel: what a server's process spends, loaded by autocannon in another.
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { LoadRequest } from "./loopback-client.js";
import { type Contestant, compare, type Measured, ratio } from "./measure.js";
import { cost, heading, table, target, times } from "./report.js";
import { handledCount, type Route, stripeByHand, stripeByHookgate, stripeByStrictHand } from "./routes.js";

const BYTES = 1_024;
const PER_ROUND = 1_000;
const client = fork(new URL("loopback-client.ts", import.meta.url), { execArgv: ["--import", "tsx"] });

async function listening({ listener }: Route): Promise<Server> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function contestant(route: Route, server: Server): Promise<Contestant<undefined>> {
  const { port } = server.address() as AddressInfo;
  return {
    name: route.name,
    async run() {
      const before = handledCount();
      client.send({ port, amount: PER_ROUND, bytes: BYTES } satisfies LoadRequest);
      await once(client, "message");
      if (handledCount() - before !== PER_ROUND) throw new Error("a delivery was not handled");
    },
  };
}

await once(client, "message");
const routes = [stripeByHookgate(["127.0.0.0/8"]), stripeByHand(), stripeByStrictHand()];
const servers = await Promise.all(routes.map(listening));
const contestants = await Promise.all(routes.map((route, at) => contestant(route, servers[at] as Server)));
const plan = { rounds: 9, warmUpRounds: 2, operationsPerBatch: PER_ROUND, batch: () => undefined };
const [own, usual, strict] = (await compare(contestants, plan)) as [Measured, Measured, Measured];
client.disconnect();
for (const server of servers) {
  server.close();
  server.closeAllConnections();
}

heading("One delivery of 1 KB on Express 5, over loopback: CPU microseconds of the server", ["express", "autocannon"]);
table(
  ["", "hookgate", "usual route", "x usual", "strict route", "x strict"],
  [["Stripe, 1 KB, 8 connections", cost(own), cost(usual), times(own, usual), cost(strict), times(own, strict)]],
);
console.log();
target("1 KB over loopback, against the usual route", ratio(own, usual), 1, "at most");
target("1 KB over loopback, against the strict route", ratio(own, strict), 1.05, "at most");
