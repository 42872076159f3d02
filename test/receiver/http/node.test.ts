// A receiver on node:http and HTTP/2: clients that leave, connections, and request targets.
import http from "node:http";
import http2 from "node:http2";
import { connect } from "node:net";
import express from "express";
import { afterEach, describe, expect, it } from "vitest";
import { closeServers, listen, onClose } from "../../support/listen.js";
import { refuseUnhandledRejections } from "../../support/unhandled-rejections.js";
import { until } from "../../support/until.js";
import { build, event, gate, send, signature, signed } from "../harness.js";

refuseUnhandledRejections();
afterEach(closeServers);

describe("a client that leaves", () => {
  it("in the middle of its upload starts no handler, and is logged", async () => {
    const { receiver, outcomes } = build();
    receiver.on("order.created", () => expect.unreachable());
    const port = await listen(http.createServer(receiver));
    const body = event();
    const socket = connect(port, "127.0.0.1");
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Signature: ${signature(body)}\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    );
    await until(() => socket.bytesWritten > 0);
    socket.end();
    await until(() => outcomes.length === 1);
    expect(outcomes[0]?.name).toBe("bad_body");
  });

  it("before the handler ended changes nothing for the handler: its signal stays, and the retry is a duplicate", async () => {
    const started = gate();
    const end = gate();
    let calls = 0;
    let isAborted: boolean | undefined;
    const { receiver, outcomes } = build();
    receiver.on("order.created", async (_, { signal }) => {
      calls += 1;
      started.open();
      await end.opened;
      isAborted = signal.aborted;
    });
    const port = await listen(http.createServer(receiver));
    const body = event();
    await expect(send(port, { body, hangUpOn: started.opened })).rejects.toThrow();
    const second = send(port, { body });
    end.open();
    expect((await second).status).toBe(200);
    await until(() => outcomes.length === 2);
    expect({ calls, isAborted }).toEqual({ calls: 1, isAborted: false });
    expect(outcomes.map(({ name }) => name).sort()).toEqual(["duplicate", "processed"]);
  });
});

describe("a response that somebody else has answered", () => {
  it("is left alone, and the event stays handled", async () => {
    const { receiver, outcomes, errors } = build();
    const started = gate();
    const end = gate();
    receiver.on("order.created", () => {
      started.open();
      return end.opened;
    });
    const app = express();
    app.use((_req, res, next) => {
      void started.opened.then(() => res.status(504).send("the timeout middleware"));
      next();
    });
    app.use("/hooks", receiver);
    const port = await listen(app);
    expect(await send(port)).toMatchObject({ status: 504, body: "the timeout middleware" });
    end.open();
    await until(() => outcomes.length === 1);
    expect(outcomes[0]?.name).toBe("processed");
    expect(errors).toEqual([]);
  });
});

describe("a connection", () => {
  it("is kept for the next delivery after an answer to a body that was read", async () => {
    const { receiver } = build();
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    onClose(() => agent.destroy());
    const server = http.createServer(receiver);
    let connections = 0;
    server.on("connection", () => {
      connections += 1;
    });
    const port = await listen(server);
    for (const headers of [{}, { "x-signature": undefined }, {}]) await send(port, { agent, headers });
    expect(connections).toBe(1);
  });
});

describe("the absolute form of a request target", () => {
  it("is read as its path", async () => {
    const { receiver, outcomes } = build();
    const port = await listen(http.createServer(receiver));
    await send(port, { path: "http://elsewhere.example/hooks?token=1" });
    expect(outcomes[0]?.path).toBe("/hooks");
  });
});

describe("HTTP/2", () => {
  it("answers, and a handler sees no pseudo header: the path may hold a token", async () => {
    const { receiver } = build();
    let names: string[] = [];
    receiver.on("order.created", ({ headers }) => {
      names = Object.keys(headers);
    });
    const server = http2.createServer((req, res) => receiver(req as never, res as never));
    const port = await listen(server as unknown as http.Server);
    const client = http2.connect(`http://127.0.0.1:${port}`);
    onClose(() => client.destroy());
    const body = event();
    const stream = client.request({ ":method": "POST", ":path": "/hooks?token=1", ...signed(body) });
    stream.end(body);
    const headers = await new Promise<http2.IncomingHttpHeaders>((resolve) => {
      stream.on("response", resolve);
    });
    expect(headers[":status"]).toBe(200);
    expect(names).toContain("content-type");
    expect(names.filter((name) => name.startsWith(":"))).toEqual([]);
    client.destroy();
  });
});

describe('requireHttps with clientAddress: "express"', () => {
  const built = () => build({ clientAddress: "express", requireHttps: true, allow: ["198.51.100.7"] });
  const mounted = async (trusted: string | false) => {
    const { receiver, outcomes } = built();
    receiver.on("order.created", () => undefined);
    const app = express();
    app.set("trust proxy", trusted);
    app.use("/hooks", receiver);
    return { port: await listen(app), outcomes };
  };
  const forwarded = (proto: string) => ({ "x-forwarded-proto": proto, "x-forwarded-for": "198.51.100.7" });

  it("believes the proxy that the app trusts, for the protocol as for the address", async () => {
    const { port, outcomes } = await mounted("loopback");
    expect((await send(port, { headers: forwarded("https") })).status).toBe(200);
    expect((await send(port, { headers: forwarded("http") })).status).toBe(403);
    expect(outcomes.at(-1)?.hint).toContain("did not use HTTPS");
  });

  it("believes no forwarded header where the app trusts no proxy", async () => {
    const { port } = await mounted(false);
    expect((await send(port, { headers: forwarded("https") })).status).toBe(403);
  });
});
