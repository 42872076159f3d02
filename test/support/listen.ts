// Servers on free ports of 127.0.0.1, and their end.
import { once } from "node:events";
import http, { type RequestListener } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";

const open: (() => Promise<void>)[] = [];

export interface Listening {
  readonly port: number;
  /** `127.0.0.1:40123` */
  readonly host: string;
  /** Ends the server and its connections, before `closeServers` does. */
  close(): Promise<void>;
}

export async function listen(app: RequestListener | Server): Promise<Listening> {
  const server = typeof app === "function" ? http.createServer(app) : app;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  async function close(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    (server as Partial<http.Server>).closeAllConnections?.(); // only HTTP/1 servers have it
    await closed;
  }
  open.push(close);
  return { port, host: `127.0.0.1:${port}`, close };
}

/** Ends all that `listen` has started; to be called in `afterEach` or `afterAll`. */
export async function closeServers(): Promise<void> {
  await Promise.all(open.splice(0).map((close) => close()));
}

/** A port that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
