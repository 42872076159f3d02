// Starts receivers on free ports of 127.0.0.1.
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import express, { type Express } from "express";
import { afterAll } from "vitest";

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

/** Returns its origin: `http://127.0.0.1:40123`. */
export async function listen(
  app: RequestListener,
  tls?: { readonly key: string; readonly cert: string },
): Promise<string> {
  const server = tls === undefined ? createServer(app) : createSecureServer(tls, app);
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return `${tls === undefined ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A naive receiver: no signature check, no dedupe, no limits except those of express.json. */
export function naive(path: string): { readonly app: Express; readonly handled: () => number } {
  let handled = 0;
  const app = express();
  app.use(express.json());
  app.post(path, (_req, res) => {
    handled++;
    res.json({ received: true });
  });
  app.get("/count", (_req, res) => {
    res.send(String(handled));
  });
  return { app, handled: () => handled };
}
