// Checks the sender CloudEvents.

import { CloudEvent, HTTP } from "cloudevents";
import { createReceiver, type ReceiverOptions } from "hookgate";
import { cloudEvents } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered } from "../support/senders/deliver.js";
import { deliver, idsOf } from "../support/senders/in-order.js";
import { byLibrary } from "../support/senders/library-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const logger = { warn() {}, error() {} };
const quiet: ReceiverOptions = { logger: { warn() {}, error() {} } };

describe("what is refused, and what is not", () => {
  const sender = cloudEvents({ token: secret });
  const structured = { "content-type": "Application/CloudEvents+JSON; charset=utf-8" };
  const event = { specversion: "1.0", source: "/s", type: "a" };

  it.each([
    ["id", { source: "/s", type: "a" }],
    ["source", { id: "1", type: "a" }],
    ["type", { id: "1", source: "/s" }],
  ])("refuses an event without its %s, and no handler runs", async (_, body) => {
    const { outcomes, runs } = await deliver(sender, { headers: structured, body });
    expect(outcomes[0]).toMatchObject({ name: "unidentified", reply: { status: 400 } });
    expect(runs).toBe(0);
  });

  it("keeps events apart whose ids are numbers", async () => {
    const { names, events } = await deliver(
      sender,
      { headers: structured, body: { ...event, id: 1 } },
      { headers: structured, body: { ...event, id: 2 } },
    );
    expect(names).toEqual(["processed", "processed"]);
    expect(idsOf(events)).toEqual(["/s.1", "/s.2"]);
  });

  it("takes data of any media type in binary mode", async () => {
    const headers = { "content-type": "application/xml", "ce-id": "1", "ce-source": "/s", "ce-type": "x" };
    expect(await deliver(sender, { headers, body: "<a/>" })).toMatchObject({ names: ["processed"], runs: 1 });
  });

  it("answers an empty batch as success", async () => {
    const headers = { "content-type": "application/cloudevents-batch+json" };
    const { outcomes } = await deliver(sender, { headers, body: [] });
    expect(outcomes[0]).toMatchObject({ name: "empty", reply: { status: 200 } });
  });

  it("compares origins as DNS does, and says the rate it was given", async () => {
    const limited = cloudEvents({ token: secret, allowedOrigins: ["Emitter.example.com"], allowedPerMinute: 60 });
    const headers = { "webhook-request-origin": "emitter.EXAMPLE.com", "webhook-request-rate": "120" };
    const outcome = await createReceiver(limited, { logger }).receive({ method: "OPTIONS", headers });
    expect(outcome).toMatchObject({ name: "handshake", reply: { headers: { "webhook-allowed-rate": "60" } } });
  });

  it.each([0, -1, 1.5, Number.NaN])("is not built with a rate of %s", (allowedPerMinute) => {
    expect(() => cloudEvents({ token: secret, allowedPerMinute })).toThrow(/allowedPerMinute must be a whole number/);
  });
});

describe("OPTIONS, and the three ways to send", () => {
  const sender = cloudEvents({ token: secret, allowedOrigins: ["emitter.example.com"] });
  const build = (seen: string[]) =>
    createReceiver(sender, quiet).on("*", (event) => void seen.push(`${event.type} ${event.id}`));

  it("grants OPTIONS to the origins named and to no others", async () => {
    const receiver = build([]);
    const granted = await receiver.receive({
      method: "OPTIONS",
      headers: { "webhook-request-origin": "emitter.example.com", "webhook-request-rate": "120" },
    });
    expect(granted.reply).toMatchObject({
      status: 200,
      headers: { "webhook-allowed-origin": "emitter.example.com", "webhook-allowed-rate": "*", allow: "POST" },
    });
    const refused = await receiver.receive({
      method: "OPTIONS",
      headers: { "webhook-request-origin": "evil.example" },
    });
    expect(refused).toMatchObject({ name: "forbidden", reply: { status: 403 } });
    const bare = await receiver.receive({ method: "OPTIONS" });
    expect(bare).toMatchObject({ name: "method_not_allowed", reply: { status: 405 } });
  });

  it("reads structured, batch and binary deliveries", async () => {
    const seen: string[] = [];
    const receiver = build(seen);
    const authorization = `Bearer ${secret}`;
    const event = { specversion: "1.0", source: "/s", id: "1", type: "a.b" };
    await receiver.receive({
      headers: { authorization, "content-type": "application/cloudevents+json" },
      body: JSON.stringify(event),
    });
    await receiver.receive({
      headers: { authorization, "content-type": "application/cloudevents-batch+json" },
      body: JSON.stringify([event, { ...event, id: "2" }]),
    });
    await receiver.receive({
      url: `/?access_token=${secret}`,
      headers: { "content-type": "application/json", "ce-id": "3", "ce-source": "/s", "ce-type": "c" },
      body: "{}",
    });
    expect(seen).toEqual(["a.b /s.1", "a.b /s.2", "c /s.3"]);
  });
});

describe(byLibrary("cloudevents"), () => {
  const event = new CloudEvent({ id: "1", source: "/s", type: "a.b", data: { note: "é 😀" } });

  it.each([
    ["binary", HTTP.binary(event)],
    ["structured", HTTP.structured(event)],
  ])("writes a %s event that the sender reads as the library does", async (_, { headers, body }) => {
    const { seen, receive } = delivered(cloudEvents({ token: secret }));
    const sent = { ...(headers as Record<string, string>), authorization: `Bearer ${secret}` };
    expect(await receive({ headers: sent, body: body as string })).toMatchObject({ name: "processed" });
    const read = HTTP.toEvent({ headers, body }) as CloudEvent<unknown>;
    expect(seen).toMatchObject([{ type: read.type, id: `${read.source}.${read.id}` }]);
  });
});
