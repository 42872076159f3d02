// Servers of every adapter, over plain HTTP and TLS, with a receiver at `/hooks`.

import { once } from "node:events";
import http, { type RequestListener } from "node:http";
import http2 from "node:http2";
import https from "node:https";
import type { AddressInfo, Server } from "node:net";
import { serve } from "@hono/node-server";
import connect from "connect";
import express from "express";
import express4 from "express4";
import Fastify, { type FastifyInstance } from "fastify";
import { Hono } from "hono";
import type { Receiver } from "hookgate";
import { receiverPlugin } from "hookgate/fastify";
import { selfSigned } from "../../examples/self-signed.js";
import type { FetchOptions } from "../../src/receiver/http/fetch.js";
import { onClose } from "../support/listen.js";

export const LOOPBACK = "127.0.0.1";
export const TLS = selfSigned();
export type Open = Receiver<Record<string, unknown>>;
export type Version = 1 | 2;

export interface Mount {
  readonly name: string;
  readonly version: Version;
  server(receiver: Open, isTls: boolean): Server | Promise<Server>;
}

/** One way of each adapter; with `isTls` the adapter's own HTTPS server. */
export const MOUNTS: readonly Mount[] = [
  { name: "node:http", version: 1, server: (receiver, isTls) => node(receiver, isTls) },
  { name: "node:http2", version: 2, server: (receiver, isTls) => node2(receiver as never, isTls) },
  { name: "Express 5", version: 1, server: (receiver, isTls) => node(express().use(receiver), isTls) },
  {
    name: "Express 5 that trusts its proxies",
    version: 1,
    server: (receiver, isTls) => node(express().set("trust proxy", "192.0.2.1").use(receiver), isTls),
  },
  {
    name: "Express 4",
    version: 1,
    server: (receiver, isTls) => node(express4().use(receiver as never) as never, isTls),
  },
  { name: "Connect", version: 1, server: (receiver, isTls) => node(connect().use(receiver) as never, isTls) },
  {
    name: "Fastify",
    version: 1,
    server: (receiver, isTls) => fastify((isTls ? Fastify({ https: TLS }) : Fastify()) as never, receiver),
  },
  {
    name: "Fastify that trusts everyone",
    version: 1,
    server: (receiver, isTls) =>
      fastify((isTls ? Fastify({ trustProxy: true, https: TLS }) : Fastify({ trustProxy: true })) as never, receiver),
  },
  {
    name: "Fastify on HTTP/2",
    version: 2,
    server: (receiver, isTls) =>
      fastify((isTls ? Fastify({ http2: true, https: TLS }) : Fastify({ http2: true })) as never, receiver),
  },
  {
    name: "a guarded route of Express",
    version: 1,
    server: (receiver, isTls) =>
      node(
        express().use(receiver.guard, (_req, res) => void res.end()),
        isTls,
      ),
  },
  { name: "Hono", version: 1, server: (receiver, isTls) => hono(receiver, isTls, 1) },
  { name: "Hono on HTTP/2", version: 2, server: (receiver, isTls) => hono(receiver, isTls, 2) },
  {
    name: "Hono that passes the address",
    version: 1,
    server: (receiver, isTls) => hono(receiver, isTls, 1, { remoteAddress: LOOPBACK }),
  },
];

function node(listener: RequestListener, isTls: boolean): Server {
  return isTls ? https.createServer(TLS, listener) : http.createServer(listener);
}

function node2(listener: (req: http2.Http2ServerRequest, res: http2.Http2ServerResponse) => void, isTls: boolean) {
  return isTls ? http2.createSecureServer(TLS, listener) : http2.createServer(listener);
}

async function fastify(app: FastifyInstance, receiver: Open): Promise<Server> {
  app.register(receiverPlugin, { prefix: "/hooks", receiver });
  await app.ready();
  return app.server;
}

function hono(receiver: Open, isTls: boolean, version: Version, options: FetchOptions = {}): Server {
  const app = new Hono();
  app.all("*", ({ req }) => receiver.fetch(req.raw, options));
  const server = serve({
    fetch: app.fetch,
    hostname: LOOPBACK,
    port: 0,
    createServer: version === 1 ? node1For(isTls) : node2For(isTls),
    ...(isTls ? { serverOptions: TLS } : {}),
  } as never) as Server;
  return server;
}
const node1For = (isTls: boolean) => (isTls ? https.createServer : http.createServer);
const node2For = (isTls: boolean) => (isTls ? http2.createSecureServer : http2.createServer);

/** A server with the receiver on it, on a free port; closed by `closeServers`. */
export async function listening({ server: serverOf }: Mount, receiver: Open, isTls = false): Promise<number> {
  const server = await serverOf(receiver, isTls);
  if (server.address() === null) {
    server.listen(0, LOOPBACK);
    await once(server, "listening");
  }
  onClose(() => {
    server.close();
    (server as Partial<http.Server>).closeAllConnections?.();
  });
  return (server.address() as AddressInfo).port;
}
