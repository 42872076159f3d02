// Serves an app on a free port of 127.0.0.1 while deliveries are sent to it.
import { createServer, type RequestListener, Server } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";

/** An app, or a server, whether it listens already or not. */
export type Hostable = RequestListener | Server | HttpsServer;

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

/** A listening app. It stops when its last user has released it. */
export interface Hosting extends Endpoint {
  release(): Promise<void>;
}

interface Entry {
  userCount: number;
  readonly endpoint: Promise<Endpoint>;
  stop(): Promise<void>;
  /** Set once the last user has released it. */
  stopped: Promise<void> | undefined;
}

const LOOPBACK = "127.0.0.1";
const entries = new WeakMap<object, Entry>();

/** Starts the app. Concurrent deliveries share one server. A server that listens already is neither started nor stopped. */
export async function host(app: Hostable): Promise<Hosting> {
  let entry = entries.get(app);
  while (entry?.stopped !== undefined) {
    await entry.stopped;
    entry = entries.get(app);
  }
  const used = entry ?? start(app);
  entries.set(app, used);
  used.userCount++;
  let isReleased = false;
  async function release(): Promise<void> {
    if (isReleased) return;
    isReleased = true;
    if (--used.userCount > 0) return;
    used.stopped = used.stop().finally(() => entries.delete(app));
    await used.stopped;
  }
  try {
    return { ...(await used.endpoint), release };
  } catch (error) {
    await release();
    throw error;
  }
}

function start(app: Hostable): Entry {
  const server = typeof app === "function" ? createServer(app) : app;
  const isOurs = !server.listening;
  return {
    userCount: 0,
    endpoint: isOurs ? listen(server) : Promise.resolve(endpointOf(server)),
    stop: async () => {
      if (isOurs && server.listening) await close(server);
    },
    stopped: undefined,
  };
}

function listen(server: Server | HttpsServer): Promise<Endpoint> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, LOOPBACK, () => {
      server.off("error", reject);
      server.unref(); // a forgotten close() must not keep the test run alive
      resolve(endpointOf(server));
    });
  });
}

function close(server: Server | HttpsServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function endpointOf(server: Server | HttpsServer): Endpoint {
  const address = server.address() as AddressInfo | string | null;
  if (address === null || typeof address === "string") {
    throw new TypeError("send(target, …): the server listens on a pipe or a Unix socket; it must listen on a TCP port");
  }
  const isAnywhere = address.address === "::" || address.address === "0.0.0.0";
  return { host: isAnywhere ? LOOPBACK : address.address, port: address.port, isTls: !(server instanceof Server) };
}
