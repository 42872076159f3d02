// Servers on free ports of 127.0.0.1, and their end.
import { once } from "node:events";
import http, { type RequestListener } from "node:http";
import https from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import tls from "node:tls";

export interface Started {
  readonly port: number;
  /** `http://127.0.0.1:40123` */
  readonly origin: string;
  /** Ends the server and its connections. */
  close(): Promise<void>;
}

/** A server, or what answers one's requests. */
type App = RequestListener | Server;
interface Tls {
  readonly key: string;
  readonly cert: string;
}

function serverOf(app: App, tls: Tls | undefined): Server {
  if (typeof app !== "function") return app;
  return tls === undefined ? http.createServer(app) : https.createServer(tls, app);
}

/** For a test that closes the server itself. */
export async function start(app: App, tlsOf?: Tls): Promise<Started> {
  const server = serverOf(app, tlsOf);
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `${server instanceof tls.Server ? "https" : "http"}://127.0.0.1:${port}`,
    async close() {
      const closed = server.listening ? once(server, "close") : undefined;
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const closers: (() => unknown)[] = [];

/** Has it called by `closeServers`. */
export function onClose(close: () => unknown): void {
  closers.push(close);
}

/** Has what a test opens closed by `closeServers`. */
export async function open<T extends { close(): unknown }>(opening: Promise<T>): Promise<T> {
  const opened = await opening;
  onClose(() => opened.close());
  return opened;
}

/** Ends all that tests have opened, the last one first; to be called in `afterEach` or `afterAll`. */
export async function closeServers(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

/** Starts a server that `closeServers` ends. @returns Its port. */
export async function listen(app: App): Promise<number> {
  const { port, close } = await start(app);
  onClose(close);
  return port;
}

/** Starts a server that `closeServers` ends. @returns Its origin. */
export async function serve(app: App, tlsOf?: Tls): Promise<string> {
  const { origin, close } = await start(app, tlsOf);
  onClose(close);
  return origin;
}

/** A port that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const { port, close } = await start(createServer());
  await close();
  return port;
}
