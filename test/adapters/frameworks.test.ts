// The conformance suite on frameworks that need no adapter of ours: as docs/adapters.md mounts a receiver there.
import { HttpRequest, type HttpResponseInit } from "@azure/functions";
import { Elysia } from "elysia";
import { H3, toNodeHandler } from "h3";
import { createReceiver } from "hookgate";
import { stripe } from "hookgate/senders";
import Koa from "koa";
import { expect, it } from "vitest";
import { describeAdapter, PEER } from "./conformance.js";
import { heardOf, requestOf } from "./fetch-wire.js";
import { listening } from "./over-http.js";

describeAdapter({
  name: "Koa",
  hasParams: false,
  mount: (receiver) => {
    const app = new Koa();
    app.use((ctx, next) => {
      if (!ctx.path.startsWith("/hooks")) return next();
      ctx.respond = false;
      return receiver(ctx.req, ctx.res);
    });
    return listening(app.callback() as never);
  },
});

describeAdapter({
  name: "h3",
  hasParams: true,
  mount: (receiver) => {
    const app = new H3();
    app.all("/hooks/:tenant", ({ req, context, runtime }) => {
      const remoteAddress = runtime?.node?.req.socket?.remoteAddress;
      const options = { params: context.params ?? {}, ...(remoteAddress === undefined ? {} : { remoteAddress }) };
      return receiver.fetch(req, options);
    });
    return listening(toNodeHandler(app) as never);
  },
});

describeAdapter({
  name: "Elysia",
  hasParams: true,
  mount: async (receiver) => {
    const app = new Elysia().all(
      "/hooks/:tenant",
      ({ request, params }) => receiver.fetch(request, { params, remoteAddress: PEER }),
      { parse: "none" },
    );
    return { send: async (wire) => heardOf(await app.handle(requestOf(wire))), close: async () => undefined };
  },
});

describeAdapter({
  name: "Azure Functions",
  hasParams: true,
  mount: async (receiver) => {
    async function handler(request: HttpRequest): Promise<HttpResponseInit> {
      const { url, method, headers, body, params } = request;
      const standard = new Request(url, { method, headers: [...headers], body, duplex: "half" } as RequestInit);
      const answer = await receiver.fetch(standard, { params, remoteAddress: PEER });
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.arrayBuffer() };
    }
    return {
      send: async (wire) => {
        const [, tenant = ""] = /^\/hooks\/([^?]*)/.exec(wire.target) ?? [];
        const { url, method, headers } = requestOf(wire);
        const bytes = method === "GET" ? undefined : { bytes: wire.body };
        const given = { url, method, headers: Object.fromEntries(headers), params: { tenant } };
        const answer = await handler(new HttpRequest({ ...given, ...(bytes === undefined ? {} : { body: bytes }) }));
        return heardOf(new Response(answer.body as ArrayBuffer, answer as ResponseInit));
      },
      close: async () => undefined,
    };
  },
});

it("a receiver declares three parameters: h3 1 answers 204 at once for a listener of two that returns nothing", () => {
  const sender = stripe({ secret: "0123456789abcdef0123456789abcdef" });
  expect(createReceiver(sender)).toHaveLength(3);
});
