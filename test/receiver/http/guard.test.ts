// receiver.guard verifies a delivery and hands it to a route.
import http from "node:http";
import express from "express";
import { json, memoryStore } from "hookgate";
import { afterEach, describe, expect, it } from "vitest";
import { closeServers, listen } from "../../support/listen.js";
import { refuseUnhandledRejections } from "../../support/unhandled-rejections.js";
import { until } from "../../support/until.js";
import { build, erp, event, gate, send, signed, viewOf } from "../harness.js";

refuseUnhandledRejections();
afterEach(closeServers);

type Built = ReturnType<typeof build>;
type Route = (req: http.IncomingMessage, res: express.Response, call: number) => unknown;

async function mount(route: Route, built: Built = build()) {
  let calls = 0;
  const app = express();
  app.use("/hooks", built.receiver.guard, (req, res) => {
    calls += 1;
    return route(req, res, calls);
  });
  app.use((_error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
    res.status(500).send("the app's own error page");
  });
  return { ...built, port: await listen(app), calls: () => calls };
}

describe("a guarded route", () => {
  it("that answers 2xx completes the event, and its duplicate is answered without it", async () => {
    const { receiver, port, calls } = await mount((req, res) => {
      res.status(201).send(
        receiver
          .events(req)
          .map(({ id }) => id)
          .join(),
      );
    });
    const body = event("order.created", "evt_1");
    expect(await send(port, { body })).toMatchObject({ status: 201, body: "evt_1" });
    expect(await send(port, { body })).toMatchObject({ status: 200, body: "" });
    expect(calls()).toBe(1);
  });

  it.each<[string, Route, number]>([
    ["answers 500", (_, res) => res.status(500).end(), 500],
    ["answers 302", (_, res) => res.redirect("/elsewhere"), 302],
    [
      "throws",
      () => {
        throw new Error("mine");
      },
      500,
    ],
    ["rejects", () => Promise.reject(new Error("mine")), 500],
  ])("that %s gives the event back: the retry runs", async (_, route, status) => {
    const { port, calls, outcomes } = await mount((req, res, call) => (call === 1 ? route(req, res, call) : res.end()));
    const body = event();
    expect((await send(port, { body })).status).toBe(status);
    expect((await send(port, { body })).status).toBe(200);
    expect(calls()).toBe(2);
    expect(outcomes.map(({ name }) => name)).toEqual(["handler_failed", "processed"]);
  });

  it("whose client hung up still completes: the retry is a duplicate, and runs once only", async () => {
    const started = gate();
    const end = gate();
    const { port, calls, outcomes } = await mount(async (_, res) => {
      started.open();
      await end.opened;
      res.sendStatus(200);
    });
    const body = event();
    const first = send(port, { body, hangUpOn: started.opened });
    await expect(first).rejects.toThrow();
    expect(await send(port, { body })).toMatchObject({ status: 503 });
    end.open();
    await until(() => outcomes.some(({ name }) => name === "processed"));
    expect(await send(port, { body })).toMatchObject({ status: 200 });
    expect(calls()).toBe(1);
  });

  it("is not reached by an unverified delivery, nor by one that arrives while it is closing", async () => {
    const { receiver, port, calls } = await mount((_, res) => res.end());
    expect((await send(port, { headers: { "x-signature": undefined } })).status).toBe(401);
    await receiver.close();
    expect((await send(port)).status).toBe(503);
    expect(calls()).toBe(0);
  });

  it("that still runs at the end of close has its event given back to another process", async () => {
    const store = memoryStore();
    const { receiver, port, calls } = await mount(() => undefined, build({ dedupe: { store: viewOf(store) } }));
    const other = build({ dedupe: { store: viewOf(store) } }).receiver;
    other.on("order.created", () => undefined);
    const body = event();
    const cut = send(port, { body }).catch(() => "cut");
    await until(() => calls() === 1);
    expect((await other.receive({ headers: signed(body), body })).name).toBe("in_flight");
    await receiver.close({ graceSeconds: 0.01 });
    expect((await other.receive({ headers: signed(body), body })).name).toBe("processed");
    await closeServers();
    expect(await cut).toBe("cut");
  });

  it("gets of a batch what is new, each id once; and none of it while a part is in flight", async () => {
    const batch = erp({ event: { id: json("id"), type: json("type"), each: "events" } });
    const seen: (string | undefined)[][] = [];
    const { receiver, port } = await mount(
      (req, res) => {
        seen.push(receiver.events(req).map(({ id }) => id));
        res.end();
      },
      build({}, batch),
    );
    const bodyOf = (...ids: string[]) => JSON.stringify({ events: ids.map((id) => ({ id, type: "a" })) });
    await send(port, { body: bodyOf("1", "2", "1") });
    await send(port, { body: bodyOf("2", "3") });
    expect(await send(port, { body: bodyOf("1", "2", "3") })).toMatchObject({ status: 200 });
    expect(seen).toEqual([["1", "2"], ["3"]]);
  });

  it("is not reached by a handled id with another body where dedupe.strict is on", async () => {
    const { port, calls } = await mount((_, res) => res.end(), build({ dedupe: { strict: true } }));
    await send(port, { body: event("order.created", "evt_s", 1) });
    const other = await send(port, { body: event("order.created", "evt_s", 2) });
    expect(other).toMatchObject({ status: 422 });
    expect(other.body).toContain("invalid_event");
    expect(calls()).toBe(1);
  });

  it("answers overloaded, and not store_unavailable, where the store is full of events in work", async () => {
    const end = gate();
    const { port, calls, errors } = await mount(
      async (_, res) => {
        await end.opened;
        res.end();
      },
      build({ dedupe: { store: memoryStore({ maxKeys: 1 }) } }),
    );
    const first = send(port);
    await until(() => calls() === 1);
    expect((await send(port)).body).toContain("overloaded");
    expect(errors).toEqual([]);
    end.open();
    await first;
  });

  it("that throws on bare node:http is answered 500, and the process lives", async () => {
    const { receiver, errors } = build();
    let calls = 0;
    const server = http.createServer((req, res) => {
      receiver.guard(req, res, () => {
        calls += 1;
        if (calls === 1) throw new Error("mine");
        res.end();
      });
    });
    const port = await listen(server);
    const body = event();
    expect((await send(port, { body })).status).toBe(500);
    expect((await send(port, { body })).status).toBe(200);
    expect(calls).toBe(2);
    expect(errors.map(({ code }) => code)).toEqual(["internal_error"]);
  });

  describe("while a store across a network is called", () => {
    /** A store that answers later, and only once it may. */
    function held() {
      const memory = memoryStore();
      const completing = gate();
      const claiming = gate();
      let completes = 0;
      const store = viewOf(memory, {
        claim: async (request) => {
          await claiming.opened;
          return memory.claim(request);
        },
        complete: async (...given) => {
          completes += 1;
          await completing.opened;
          return memory.complete(...given);
        },
      });
      return { store, completing, claiming, completes: () => completes };
    }

    it("sends its answer once the event is complete, whole and once", async () => {
      const { store, completing, claiming, completes } = held();
      claiming.open();
      const { port, calls } = await mount(
        (_, res) => {
          res.status(201).send("done");
          res.end("never"); // as careless routes do
        },
        build({ dedupe: { store } }),
      );
      let answered: unknown;
      const answer = send(port).then((one) => {
        answered = one;
        return one;
      });
      await until(() => completes() === 1);
      await new Promise((resolve) => setImmediate(resolve));
      expect(answered).toBeUndefined();
      completing.open();
      expect(await answer).toMatchObject({ status: 201, body: "done" });
      expect(calls()).toBe(1);
    });

    it("sends its answer even when the completion fails, which is reported", async () => {
      const memory = memoryStore();
      const store = viewOf(memory, { complete: () => Promise.reject(new Error("down")) });
      const { port, errors } = await mount((_, res) => res.send("done"), build({ dedupe: { store } }));
      expect(await send(port)).toMatchObject({ status: 200, body: "done" });
      expect(errors.map(({ code }) => code)).toEqual(["complete_failed"]);
    });

    it("settles on a dead socket too: its claim is complete and the retry is a duplicate", async () => {
      const { store, completing, claiming, completes } = held();
      claiming.open();
      const started = gate();
      const end = gate();
      const { port, calls } = await mount(
        async (_, res) => {
          started.open();
          await end.opened;
          res.send("done");
        },
        build({ dedupe: { store } }),
      );
      const body = event();
      await expect(send(port, { body, hangUpOn: started.opened })).rejects.toThrow();
      end.open();
      await until(() => completes() === 1);
      completing.open();
      await until(() => calls() === 1);
      await expect.poll(async () => (await send(port, { body })).status).toBe(200);
      expect(calls()).toBe(1);
    });

    it("claims that are being asked for count as running, for maxConcurrent and for close", async () => {
      const { store, completing, claiming } = held();
      completing.open();
      const { receiver, port, calls } = await mount(
        (_, res) => res.send("done"),
        build({ maxConcurrent: 1, dedupe: { store } }),
      );
      const first = send(port);
      await expect.poll(async () => (await send(port)).body).toContain("overloaded");
      let isClosed = false;
      const closed = receiver.close().then(() => {
        isClosed = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(isClosed).toBe(false);
      claiming.open();
      expect((await first).body).toContain("closing");
      await closed;
      expect(calls()).toBe(0);
    });
  });
});
