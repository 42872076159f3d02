// The conformance suite on receiver.fetch.
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { describeAdapter, PEER } from "./conformance.js";
import { heardOf, requestOf } from "./fetch-wire.js";
import { listening } from "./over-http.js";

describeAdapter({
  name: "the Fetch API",
  hasParams: true,
  mount: async (receiver) => ({
    send: async (wire) => {
      const [, tenant = ""] = /^\/hooks\/([^?]*)/.exec(wire.target) ?? [];
      return heardOf(await receiver.fetch(requestOf(wire), { remoteAddress: PEER, params: { tenant } }));
    },
    close: async () => undefined,
  }),
});

describeAdapter({
  name: "Hono, in process",
  hasParams: true,
  mount: async (receiver) => {
    const app = new Hono();
    app.all("/hooks/:tenant", ({ req }) => receiver.fetch(req.raw, { remoteAddress: PEER, params: req.param() }));
    return { send: async (wire) => heardOf(await app.fetch(requestOf(wire))), close: async () => undefined };
  },
});

describeAdapter({
  name: "Hono on node:http",
  hasParams: true,
  mount: (receiver) => {
    const app = new Hono<{ Bindings: { incoming: { socket: { remoteAddress?: string } } } }>();
    app.all("/hooks/:tenant", ({ req, env }) => {
      const { remoteAddress } = env.incoming.socket;
      return receiver.fetch(req.raw, {
        params: req.param(),
        ...(remoteAddress === undefined ? {} : { remoteAddress }),
      });
    });
    const server = serve({ fetch: app.fetch, port: 0, hostname: PEER }) as Server;
    server.close();
    return listening(server);
  },
});
