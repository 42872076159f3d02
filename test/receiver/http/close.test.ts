// Deliveries that are under way while the receiver closes are answered.

import http from "node:http";
import { memoryStore, type WebhookError } from "hookgate";
import { afterEach, describe, expect, it } from "vitest";
import { closeServers, listen, onClose } from "../../support/listen.js";
import { until } from "../../support/until.js";
import { build, event, gate, send, viewOf } from "../harness.js";

afterEach(closeServers);

/** Connections that would stay open, were it not for `Connection: close`. */
function keepAlive(): http.Agent {
  const agent = new http.Agent({ keepAlive: true });
  onClose(() => agent.destroy());
  return agent;
}

const CLOSING = {
  status: 503,
  headers: { connection: "close", "retry-after": "5" },
  body: expect.stringContaining('"closing"'),
};

describe("close", () => {
  it("ends the connection of a later client", async () => {
    const { receiver } = build();
    receiver.on("order.created", () => expect.unreachable());
    const port = await listen(http.createServer(receiver));
    await receiver.close();
    expect(await send(port, { agent: keepAlive() })).toMatchObject(CLOSING);
  });

  it("lets a handler end that ends in time: its sender gets success and a closed connection", async () => {
    const { receiver } = build();
    const end = gate();
    let calls = 0;
    receiver.on("order.created", async () => {
      calls += 1;
      await end.opened;
    });
    const port = await listen(http.createServer(receiver));
    const answer = send(port, { agent: keepAlive() });
    await until(() => calls === 1);
    const closed = receiver.close();
    end.open();
    expect(await answer).toMatchObject({ status: 200, headers: { connection: "close" } });
    await closed;
  });

  it("answers 503 for a handler that minds its signal, and that is no error of the handler's", async () => {
    const store = memoryStore();
    const errors: WebhookError[] = [];
    const { receiver, outcomes } = build({ dedupe: { store: viewOf(store) }, onError: (error) => errors.push(error) });
    let calls = 0;
    receiver.on("order.created", (_, { signal }) => {
      calls += 1;
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    const port = await listen(http.createServer(receiver));
    const body = event();
    const answer = send(port, { body, agent: keepAlive() });
    await until(() => calls === 1);
    await receiver.close({ graceSeconds: 0.01 });
    expect(await answer).toMatchObject(CLOSING);
    expect(outcomes.map(({ name }) => name)).toEqual(["closing"]);
    expect(errors).toEqual([]);
    expect(await another(store, body)).toBe(200);
  });

  it("answers 503 for a handler that ignores its signal, and reports its late end", async () => {
    const store = memoryStore();
    const errors: WebhookError[] = [];
    const { receiver } = build({ dedupe: { store: viewOf(store) }, onError: (error) => errors.push(error) });
    const end = gate();
    let calls = 0;
    receiver.on("order.created", async () => {
      calls += 1;
      await end.opened;
    });
    const server = http.createServer(receiver);
    const port = await listen(server);
    const body = event();
    const answer = send(port, { body, agent: keepAlive() });
    await until(() => calls === 1);
    await receiver.close({ graceSeconds: 0.01 });
    // As a process would end: what was not written by now, nobody hears.
    server.closeAllConnections();
    expect(await answer).toMatchObject(CLOSING);
    expect(await another(store, body)).toBe(200);
    end.open();
    await until(() => errors.length === 1);
    expect(errors[0]).toMatchObject({ code: "double_run", message: expect.stringContaining("receiver.close()") });
  });

  it("reports an error that has nothing to do with the signal, and answers 503", async () => {
    const errors: WebhookError[] = [];
    const { receiver } = build({ onError: (error) => errors.push(error) });
    let calls = 0;
    receiver.on("order.created", (_, { signal }) => {
      calls += 1;
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("a bug"))));
    });
    const port = await listen(http.createServer(receiver));
    const answer = send(port, { agent: keepAlive() });
    await until(() => calls === 1);
    await receiver.close({ graceSeconds: 0.01 });
    expect(await answer).toMatchObject(CLOSING);
    expect(errors).toMatchObject([{ code: "handler_failed" }]);
  });

  it("waits for a completion that is under way instead of giving the event back", async () => {
    const store = memoryStore();
    const slow = gate();
    let completes = 0;
    const view = viewOf(store);
    const { receiver } = build({
      dedupe: {
        store: {
          ...view,
          complete: async (...args) => {
            completes += 1;
            await slow.opened;
            return view.complete(...args);
          },
        },
      },
    });
    receiver.on("order.created", async () => {});
    const port = await listen(http.createServer(receiver));
    const body = event();
    const answer = send(port, { body });
    await until(() => completes === 1);
    const closed = receiver.close({ graceSeconds: 0.01 });
    slow.open();
    expect((await answer).status).toBe(200);
    await closed;
    const { receiver: other } = build({ dedupe: { store: viewOf(store) } });
    other.on("order.created", () => expect.unreachable());
    expect((await send(await listen(http.createServer(other)), { body })).status).toBe(200);
  });
});

/** What another process says to the same event, at once. */
async function another(store: ReturnType<typeof memoryStore>, body: string): Promise<number> {
  const { receiver } = build({ dedupe: { store: viewOf(store) } });
  receiver.on("order.created", () => undefined);
  return (await send(await listen(http.createServer(receiver)), { body })).status;
}
