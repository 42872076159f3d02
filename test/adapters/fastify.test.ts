// The conformance suite on Fastify, and what is its own there.
import type { AddressInfo } from "node:net";
import Fastify, { type FastifyInstance } from "fastify";
import { receiverPlugin } from "hookgate/fastify";
import { describe, expect, it } from "vitest";
import { event, receiverOf, signed } from "../receiver/harness.js";
import { describeAdapter, type Mounted, PEER } from "./conformance.js";
import { joined, sendHttp1, toHttp2 } from "./over-http.js";

async function listening(app: FastifyInstance): Promise<Mounted> {
  await app.listen({ port: 0, host: PEER });
  const { port } = app.server.address() as AddressInfo;
  return { send: (wire) => sendHttp1(port, wire), close: () => app.close() };
}

describeAdapter({
  name: "Fastify",
  hasParams: true,
  mount: async (receiver) => {
    const app = Fastify();
    app.register(receiverPlugin, { prefix: "/hooks/:tenant", receiver });
    return listening(app);
  },
});

describeAdapter({
  name: "Fastify on HTTP/2",
  hasParams: true,
  mount: async (receiver) => {
    const app = Fastify({ http2: true });
    app.register(receiverPlugin, { prefix: "/hooks/:tenant", receiver });
    await app.listen({ port: 0, host: PEER });
    return toHttp2((app.server.address() as AddressInfo).port, () => app.close());
  },
});

describeAdapter({
  name: "Fastify, injected",
  hasParams: true,
  mount: async (receiver) => {
    const app = Fastify();
    app.register(receiverPlugin, { prefix: "/hooks/:tenant", receiver });
    return {
      send: async ({ method, target, headers, body }) => {
        const lines: Record<string, string | string[]> = {};
        for (const [name, value] of headers) lines[name] = name in lines ? [lines[name] as string, value] : value;
        const answer = await app.inject({
          method: method as "POST",
          url: target,
          headers: lines as never,
          payload: body,
        });
        return { status: answer.statusCode, headers: joined(answer.headers), body: answer.body };
      },
      close: () => app.close(),
    };
  },
});

const inject = (app: FastifyInstance, url: string, body: string, headers: Record<string, string> = signed(body)) =>
  app.inject({ method: "POST", url, headers, payload: body });

describe("receiverPlugin", () => {
  it("leaves the app's own parsers as they are, on either side of it", async () => {
    const { receiver, calls } = receiverOf();
    const app = Fastify();
    app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
      done(null, { parsedByTheApp: body });
    });
    app.post("/before", (request) => request.body as object);
    app.register(receiverPlugin, { prefix: "/hooks", receiver });
    app.post("/after", (request) => request.body as object);
    const body = event("thing.made", "evt_parsers");
    expect((await inject(app, "/hooks", body)).statusCode).toBe(200);
    for (const url of ["/before", "/after"])
      expect((await inject(app, url, body)).json()).toEqual({ parsedByTheApp: body });
    expect(calls).toEqual(["evt_parsers"]);
    await app.close();
  });

  it("is mounted several times, each with its own receiver, with and without a last slash", async () => {
    const [one, two] = [receiverOf(), receiverOf()];
    const app = Fastify();
    app.register(receiverPlugin, { prefix: "/one", receiver: one.receiver });
    app.register(receiverPlugin, { prefix: "/two", receiver: two.receiver });
    for (const url of ["/one", "/two", "/two/"]) expect((await inject(app, url, event())).statusCode).toBe(200);
    expect([one.calls.length, two.calls.length]).toEqual([1, 2]);
    await app.close();
  });

  it("runs the app's hooks around it, and takes bytes that a hook has kept in request.rawBody", async () => {
    const { receiver, calls } = receiverOf();
    const told: string[] = [];
    const app = Fastify();
    app.decorateRequest("rawBody", undefined);
    app.addHook("onRequest", async () => void told.push("onRequest"));
    app.addHook("preParsing", async (request, _reply, payload) => {
      const chunks: Buffer[] = [];
      for await (const chunk of payload) chunks.push(chunk as Buffer);
      (request as { rawBody?: Buffer }).rawBody = Buffer.concat(chunks);
      return payload;
    });
    app.addHook("onResponse", async (_request, reply) => void told.push(`onResponse ${reply.statusCode}`));
    app.register(receiverPlugin, { prefix: "/hooks", receiver });
    const { send, close } = await listening(app);
    const body = event("thing.made", "evt_kept");
    const headers = Object.entries(signed(body));
    const heard = await send({ method: "POST", target: "/hooks", headers, body: Buffer.from(body), isChunked: false });
    expect([heard.status, calls]).toEqual([200, ["evt_kept"]]);
    await expect.poll(() => told).toEqual(["onRequest", "onResponse 200"]);
    await close();
  });

  it("closes the receiver with the app, unless an option says otherwise", async () => {
    for (const [closeWithApp, status] of [
      [true, 503],
      [false, 200],
    ] as const) {
      const { receiver } = receiverOf();
      const app = Fastify();
      app.register(receiverPlugin, { prefix: "/hooks", receiver, closeWithApp });
      await app.ready();
      await app.close();
      const body = event();
      const outcome = await receiver.receive({ headers: signed(body), body });
      expect(outcome.reply.status).toBe(status);
    }
  });

  it.each([
    ["without a receiver", { prefix: "/hooks" }, /receiver must come from createReceiver/],
    ["with a misspelt option", { prefix: "/hooks", reciever: () => undefined }, /did you mean "receiver"\?/],
  ])("is not registered %s", async (_, options, message) => {
    const app = Fastify();
    app.register(receiverPlugin, options as never);
    await expect(app.ready()).rejects.toThrow(message);
  });
});
