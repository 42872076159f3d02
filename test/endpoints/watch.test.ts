// Tests that a watch reports each alarm once when it begins and once when it ends.
import { createReceiver } from "hookgate";
import {
  type AlarmChange,
  signedRoundTrip,
  stripeWebhooks,
  type WatchOptions,
  watchEndpoint,
} from "hookgate/endpoints";
import { stripe } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { afterEach, describe, expect, it } from "vitest";
import { start as startServer } from "../support/listen.js";
import { quietLogger } from "../support/quiet.js";
import { STRIPE_KEY, stripeApi } from "./servers/stripe-api.js";

const sender = stripe({ secret: "whsec_0123456789abcdef0123" });
const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function start(options: (url: string) => WatchOptions) {
  const receiver = createReceiver(sender, { logger: quietLogger });
  receiver.on("invoice.paid", () => undefined);
  const { origin, close } = await startServer(receiver);
  const url = `${origin}/hook`;
  const changes: string[] = [];
  let nowMs = 1_000_000_000_000;
  const onChange = ({ alarm, isOver }: AlarmChange): void => void changes.push(`${isOver ? "-" : "+"}${alarm.name}`);
  const watch = watchEndpoint(receiver, { onChange, now: () => nowMs, ...options(url) });
  opened.push({ close: () => watch.stop() }, { close });
  const test = createTestSender(sender);
  const send = (type: string, more: object = {}) =>
    test.send(url, { type, payload: { data: { object: {} } }, ...more });
  const elapse = (seconds: number): void => {
    nowMs += seconds * 1000;
  };
  return { watch, changes, send, url, close, elapse };
}

describe("silence", () => {
  it("is reported once, and its end once; refused deliveries do not end it", async () => {
    const { watch, changes, send, elapse } = await start(() => ({ expectWithinSeconds: 60 }));
    await send("invoice.paid");
    elapse(60);
    await watch.look();
    expect(changes).toEqual([]);
    elapse(1);
    await watch.look();
    await watch.look();
    await send("invoice.paid", { wrongKey: true });
    await watch.look();
    expect(changes).toEqual(["+silent"]);
    await send("invoice.paid");
    await watch.look();
    expect(changes).toEqual(["+silent", "-silent"]);
  });

  it("is reported for each type, with the time of its last event", async () => {
    const { watch, send, elapse } = await start(() => ({
      expectWithinSeconds: { "invoice.paid": 60, "charge.failed": 600 },
    }));
    await send("charge.failed");
    elapse(61);
    const { alarms, types } = await watch.look();
    expect(alarms).toMatchObject([
      {
        name: "silent",
        of: "invoice.paid",
        message: expect.stringContaining("no invoice.paid arrived since the watch started"),
      },
    ]);
    expect(types).toEqual([{ type: "charge.failed", count: 1, lastAt: new Date(1_000_000_000_000) }]);
  });
});

describe("rejections", () => {
  it("are an alarm when they rise, and not when they are constant", async () => {
    const { watch, changes, send } = await start(() => ({ quietRefusals: 3 }));
    const refuse = async (count: number) => {
      for (let at = 0; at < count; at++) await send("invoice.paid", { wrongKey: true });
      return watch.look();
    };
    await refuse(3);
    expect(changes).toEqual([]);
    const { alarms, refused, deliveries } = await refuse(12);
    expect(changes).toEqual(["+refusals"]);
    expect(alarms[0]?.message).toContain(
      "12 of 12 deliveries were rejected since the last check, 3.0 on average before",
    );
    expect([refused, deliveries]).toEqual([15, 15]);
    await refuse(12);
    expect(changes).toEqual(["+refusals", "-refusals"]);
  });
});

describe("the sender's API", () => {
  it("reports what was switched off, what is gone, and a failed request, which ends no other alarm", async () => {
    const api = await stripeApi();
    opened.push(api);
    const { watch, changes, url } = await start((at) => ({
      url: at,
      api: stripeWebhooks({ apiKey: STRIPE_KEY, baseUrl: api.url, tries: 1 }),
    }));
    await fetch(`${api.url}/v1/webhook_endpoints`, {
      method: "POST",
      headers: { authorization: `Bearer ${STRIPE_KEY}` },
      body: new URLSearchParams({ url, "enabled_events[]": "*" }),
    });
    await watch.look();
    expect(changes).toEqual([]);
    const [kept] = api.endpoints.values();
    if (kept !== undefined) kept.endpoint = { ...kept.endpoint, status: "disabled" };
    expect((await watch.look()).alarms).toMatchObject([
      { name: "disabled", message: expect.stringContaining("has disabled the endpoint (disabled)") },
    ]);
    api.fail({ status: 503 });
    expect((await watch.look()).alarms.map(({ name }) => name)).toEqual(["disabled", "unknown"]);
    api.endpoints.clear();
    expect((await watch.look()).alarms.map(({ name }) => name)).toEqual(["missing"]);
    expect(changes).toEqual(["+disabled", "+unknown", "+missing", "-disabled", "-unknown"]);
    expect(JSON.stringify(watch.status)).not.toContain(STRIPE_KEY);
  });
});

describe("the URL", () => {
  it("a refused signed delivery and an unreachable URL are alarms; an accepted delivery is none", async () => {
    const { watch, changes, close } = await start((url) => ({
      url,
      prove: signedRoundTrip(sender as never, { timeoutSeconds: 1 }),
    }));
    await watch.look();
    expect(changes).toEqual([]);
    await close();
    const { alarms } = await watch.look();
    expect(alarms.map(({ name }) => name).sort()).toEqual(["not_proven", "unreachable"]);
  });
});

describe("a watch", () => {
  it("answer ready with the status, and 503 only during alarms of unreadyOn", async () => {
    const { watch, elapse } = await start(() => ({ expectWithinSeconds: 1, unreadyOn: ["silent"] }));
    const server = await startServer(watch.ready);
    opened.push(server);
    const ask = () => fetch(server.origin);
    expect((await ask()).status).toBe(200);
    elapse(2);
    await watch.look();
    const answer = await ask();
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ isReady: false, sender: "stripe", alarms: [{ name: "silent" }] });
  });

  it("are metrics that Prometheus can read", async () => {
    const { watch, send } = await start(() => ({}));
    await send("invoice.paid");
    await send("invoice.paid", { wrongKey: true });
    expect(watch.metrics().split("\n")).toEqual(
      expect.arrayContaining([
        'hookgate_endpoint_deliveries_total{receiver="stripe",sender="stripe"} 2',
        'hookgate_endpoint_refused_total{receiver="stripe",sender="stripe"} 1',
        'hookgate_endpoint_last_event_seconds{receiver="stripe",sender="stripe",type="invoice.paid"} 1000000000',
        'hookgate_endpoint_alarm{receiver="stripe",sender="stripe",alarm="silent"} 0',
      ]),
    );
  });

  it("follow the schedule until it is stopped", async () => {
    const { watch } = await start(() => ({ everySeconds: 0.02 }));
    watch.start();
    await expect.poll(() => watch.status.lookedAt).toBeDefined();
    await watch.stop();
  });
});

describe("building", () => {
  it.each([
    ["a misspelt option", { expectWithin: 1 }, 'did you mean "expectWithinSeconds"?'],
    ["a span that is none", { expectWithinSeconds: 0 }, "expectWithinSeconds must be"],
    ["an API without a URL", { api: stripeWebhooks({ apiKey: "k" }) }, "url is required"],
    ["an alarm that is none", { unreadyOn: ["quiet"] }, "unreadyOn knows silent"],
  ])("refuses %s", (_name, options, message) => {
    expect(() => watchEndpoint(createReceiver(sender), options as never)).toThrow(message);
  });
});
