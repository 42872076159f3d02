// A delivery leaves a span with a child for each check and each handler, and nothing of what was in it.

import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { createReceiver, Discard, RetryLater } from "hookgate";
import { type Instrumentation, type InstrumentOptions, instrument } from "hookgate/otel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { erp, event, gate, receiverOf, SECRET, signed } from "../receiver/harness.js";
import { quietLogger } from "../support/quiet.js";
import { until } from "../support/until.js";
import { startSdk } from "./sdk.js";

let sdk: ReturnType<typeof startSdk>;
const instrumentations: Instrumentation[] = [];
beforeEach(() => {
  sdk = startSdk();
});
afterEach(async () => {
  for (const one of instrumentations.splice(0)) one.disable();
  await sdk.stop();
});

function observe(options: InstrumentOptions = {}): void {
  const { tracerProvider, meterProvider } = sdk;
  instrumentations.push(instrument({ tracerProvider, meterProvider, ...options }));
}
const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const idOf = (span: ReadableSpan | undefined): string | undefined => span?.spanContext().spanId;
const children = (parent: ReadableSpan): string[] =>
  sdk
    .spans()
    .filter(({ parentSpanContext }) => parentSpanContext?.spanId === idOf(parent))
    .map(({ name }) => name);

describe("a delivery", () => {
  it("has a span with a child for each check in its order, and one for the handler", async () => {
    observe();
    const { receiver } = receiverOf();
    const body = event("thing.made", "evt_span");
    await receiver.receive({ headers: signed(body), body, remoteAddress: "192.0.2.1" });
    const delivery = sdk.span("webhook erp");
    expect(children(delivery)).toEqual([
      "handle thing.made", // ended first
      "check load",
      "check source-address",
      "check content-headers",
      "check authenticate",
      "check freshness",
      "check parse",
      "check extract-events",
    ]);
    expect(delivery.kind).toBe(SpanKind.SERVER);
    expect(delivery.status.code).toBe(SpanStatusCode.UNSET);
    expect(delivery.attributes).toMatchObject({
      "hookgate.sender": "erp",
      "hookgate.outcome": "processed",
      "http.response.status_code": 200,
      "http.request.method": "POST",
      "url.path": "/",
      "hookgate.event.id": "evt_span",
      "hookgate.event.type": "thing.made",
    });
  });

  it("holds its children in time: each begins and ends within it, checks one after another", async () => {
    observe();
    const { receiver } = receiverOf(async () => {
      await new Promise((resolve) => setTimeout(resolve, 15));
    });
    const body = event("thing.made");
    await receiver.receive({ headers: signed(body), body });
    const times = (span: ReadableSpan) =>
      [span.startTime, span.endTime].map(([seconds, nanos]) => seconds * 1e3 + nanos / 1e6) as [number, number];
    const [start, end] = times(sdk.span("webhook erp"));
    expect(Math.abs(Date.now() - end)).toBeLessThan(5_000);
    let last = start;
    for (const span of sdk.spans().filter(({ name }) => name.startsWith("check "))) {
      const [began, ended] = times(span);
      expect(began).toBeGreaterThanOrEqual(last - 0.001);
      expect(ended).toBeLessThanOrEqual(end + 0.001);
      last = ended;
    }
    const [began, ended] = times(sdk.span("handle thing.made"));
    expect(began).toBeGreaterThanOrEqual(start - 0.001);
    expect(ended).toBeLessThanOrEqual(end + 1);
    expect(ended - began).toBeGreaterThan(5);
  });

  it("is a part of the HTTP server's span, where there is one", async () => {
    observe();
    const { receiver } = receiverOf();
    const body = event("thing.made");
    const server = sdk.tracer.startSpan("POST /hooks");
    await context.with(trace.setSpan(context.active(), server), () =>
      receiver.receive({ headers: signed(body), body }),
    );
    server.end();
    const delivery = sdk.span("webhook erp");
    expect(delivery.parentSpanContext?.spanId).toBe(server.spanContext().spanId);
    expect(delivery.kind).toBe(SpanKind.INTERNAL);
  });

  it("keeps its span over the Fetch API, where the body comes later", async () => {
    observe();
    const { receiver } = receiverOf();
    const body = event("thing.made");
    await receiver.fetch(new Request("https://example.com/hooks", { method: "POST", headers: signed(body), body }));
    expect(children(sdk.span("webhook erp"))).toContain("handle thing.made");
  });

  it("that is refused says by which check and why, and is no error of ours", async () => {
    observe();
    const { receiver } = receiverOf();
    const body = event("thing.made");
    await receiver.receive({ headers: { ...signed(body), "x-signature": `t=1,v1=${"0".repeat(64)}` }, body });
    const delivery = sdk.span("webhook erp");
    expect(delivery.attributes).toMatchObject({
      "hookgate.outcome": "unauthenticated",
      "http.response.status_code": 401,
    });
    expect(delivery.attributes["hookgate.hint"]).toMatch(/signature is well-formed and wrong/);
    expect(delivery.status.code).toBe(SpanStatusCode.UNSET);
    expect(sdk.span("check authenticate").attributes).toMatchObject({ "hookgate.result": "refused" });
    expect(sdk.spans().some(({ name }) => name.startsWith("handle"))).toBe(false);
  });

  it("leaves no spans of checks with checkSpans: false", async () => {
    observe({ checkSpans: false });
    const { receiver } = receiverOf();
    const body = event("thing.made");
    await receiver.receive({ headers: signed(body), body });
    expect(children(sdk.span("webhook erp"))).toEqual(["handle thing.made"]);
  });
});

describe("a handler", () => {
  it("runs with its span active, over what it waits for, so that what it calls is a child of it", async () => {
    observe();
    const { receiver } = receiverOf(async () => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      sdk.tracer.startSpan("the database").end();
    });
    const body = event("thing.made");
    await receiver.receive({ headers: signed(body), body });
    const handler = sdk.span("handle thing.made");
    expect(sdk.span("the database").parentSpanContext?.spanId).toBe(idOf(handler));
    expect(handler.attributes).toMatchObject({ "hookgate.result": "returned", "hookgate.attempt": 1 });
    expect(trace.getSpan(context.active())).toBeUndefined();
  });

  it.each<[string, unknown, string, SpanStatusCode]>([
    ["fails", new RangeError("card 4242"), "failed", SpanStatusCode.ERROR],
    ["throws what is no error", "card 4242", "failed", SpanStatusCode.ERROR],
    ["asks for later", new RetryLater(), "retry_later", SpanStatusCode.UNSET],
    ["discards", new Discard(), "discarded", SpanStatusCode.UNSET],
  ])("that %s says so, and not what was thrown", async (_, thrown, result, status) => {
    observe();
    for (const isAsync of [true, false]) {
      const { receiver } = receiverOf(isAsync ? () => Promise.reject(thrown) : () => raise(thrown));
      const body = event(`thing.${isAsync}`);
      await receiver.receive({ headers: signed(body), body });
      const span = sdk.span(`handle thing.${isAsync}`);
      expect(span.attributes["hookgate.result"]).toBe(result);
      expect(span.status.code).toBe(status);
      expect(JSON.stringify([span.attributes, span.events, span.status])).not.toContain("4242");
    }
  });

  it("has its exception recorded where that is asked for", async () => {
    observe({ recordExceptions: true });
    const { receiver } = receiverOf(() => raise(new RangeError("out of stock")));
    const body = event("thing.made");
    await receiver.receive({ headers: signed(body), body });
    const [exception] = sdk.span("handle thing.made").events;
    expect(exception?.attributes).toMatchObject({
      "exception.type": "RangeError",
      "exception.message": "out of stock",
    });
    expect(sdk.span("webhook erp").status.code).toBe(SpanStatusCode.ERROR);
  });

  it("that runs on after the answer ends its span when it ends, and the delivery's ended with the answer", async () => {
    observe();
    const end = gate();
    const { receiver } = receiverOf(() => end.opened, { answerWithinSeconds: 0.02 });
    const body = event("thing.made");
    await receiver.receive({ headers: signed(body), body });
    expect(sdk.span("webhook erp").attributes["hookgate.outcome"]).toBe("handler_running");
    expect(sdk.spans().some(({ name }) => name === "handle thing.made")).toBe(false);
    end.open();
    await until(() => sdk.spans().some(({ name }) => name === "handle thing.made"));
    expect(sdk.spans().filter(({ name }) => name === "webhook erp")).toHaveLength(1);
  });

  it("of each event of a batch has a span of its own", async () => {
    observe();
    const { id, type } = erp().definition.event as { id: never; type: never };
    const { receiver } = receiverOf(undefined, {}, { event: { id, type, each: "items" } });
    const body = JSON.stringify({ items: [1, 2].map((at) => ({ id: `evt_otel_${at}`, type: `thing.${at}` })) });
    await receiver.receive({ headers: signed(body), body });
    expect(children(sdk.span("webhook erp"))).toEqual(expect.arrayContaining(["handle thing.1", "handle thing.2"]));
    expect(sdk.span("webhook erp").attributes["hookgate.event.count"]).toBe(2);
  });
});

describe("the sender's trace context", () => {
  const send = async (traceparent: string, more: Record<string, string> = {}) => {
    const { receiver } = receiverOf();
    const body = event("thing.made");
    await receiver.receive({ headers: { ...signed(body), traceparent, ...more }, body });
    return sdk.span("webhook erp");
  };

  it("is linked to by a verified delivery, which stays in its own trace", async () => {
    observe();
    const span = await send(TRACEPARENT, { tracestate: "vendor=1" });
    expect(span.links).toHaveLength(1);
    expect(span.links[0]?.context).toMatchObject({
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      traceFlags: 1,
      isRemote: true,
    });
    expect(span.links[0]?.context.traceState?.get("vendor")).toBe("1");
    expect(span.spanContext().traceId).not.toBe("0af7651916cd43dd8448eb211c80319c");
  });

  it("is linked to where no handler runs, too", async () => {
    observe();
    const receiver = createReceiver(erp(), { logger: quietLogger });
    const body = event("thing.made");
    await receiver.receive({ headers: { ...signed(body), traceparent: TRACEPARENT }, body });
    expect(sdk.span("webhook erp").links).toHaveLength(1);
  });

  it("is not linked to by an unverified delivery", async () => {
    observe();
    expect((await send(TRACEPARENT, { "x-signature": `t=1,v1=${"0".repeat(64)}` })).links).toEqual([]);
  });

  it.each([
    ["of all zeros", `00-${"0".repeat(32)}-b7ad6b7169203331-01`],
    ["of version ff", TRACEPARENT.replace(/^00/, "ff")],
    ["in upper case", TRACEPARENT.toUpperCase()],
    ["with more fields than version 00 has", `${TRACEPARENT}-aa`],
    ["of nothing", ""],
  ])("%s is passed over", async (_, traceparent) => {
    observe();
    expect((await send(traceparent)).links).toEqual([]);
  });

  it("of a later version is read as far as it is known", async () => {
    observe();
    expect((await send(`${TRACEPARENT.replace(/^00/, "01")}-more`)).links).toHaveLength(1);
  });
});

describe("instrument", () => {
  it("of one receiver leaves the others alone", async () => {
    const [one, two] = [receiverOf(), receiverOf(undefined, { name: "two" })];
    const { tracerProvider, meterProvider } = sdk;
    instrumentations.push(instrument(one.receiver, { tracerProvider, meterProvider }));
    const body = event("thing.made");
    for (const { receiver } of [one, two]) await receiver.receive({ headers: signed(body), body });
    const deliveries = sdk.spans().filter(({ name }) => name === "webhook erp");
    expect(deliveries.map(({ attributes }) => attributes["hookgate.receiver"])).toEqual(["erp"]);
  });

  it("uses the providers that are registered, and stops with disable", async () => {
    trace.setGlobalTracerProvider(sdk.tracerProvider);
    const { receiver } = receiverOf();
    const instrumentation = instrument();
    const body = event("thing.made");
    await receiver.receive({ headers: signed(body), body });
    expect(sdk.spans().map(({ name }) => name)).toContain("webhook erp");
    const before = sdk.spans().length;
    instrumentation.disable();
    instrumentation.disable();
    await receiver.receive({ headers: signed(body), body });
    expect(sdk.spans()).toHaveLength(before);
  });

  it("does not change the answer to the sender, whatever the SDK does", async () => {
    const broken = {
      getTracer: () => ({
        startSpan: () => raise(new Error("a broken tracer")),
        startActiveSpan: () => raise(new Error("a broken tracer")),
      }),
    };
    observe({ tracerProvider: broken as never });
    const { receiver, calls } = receiverOf();
    const body = event("thing.made", "evt_broken");
    expect((await receiver.receive({ headers: signed(body), body })).reply.status).toBe(200);
    expect(calls).toEqual(["evt_broken"]);
  });

  it("puts no body, query, credential or secret on any span", async () => {
    observe({ recordExceptions: true });
    const { receiver } = receiverOf(async (_event, context) => {
      await context.once("part", () => "progress-hush");
      throw new Error("no details");
    });
    const body = event("thing.made", "evt_hush", { card: "4242424242424242" });
    const headers: Record<string, string> = { ...signed(body), authorization: "Bearer hush", "x-thing": "header-hush" };
    await receiver.receive({ url: "/hooks?token=query-hush", headers, body });
    await receiver.receive({
      url: "/hooks?token=query-hush",
      headers: { ...headers, "x-signature": "t=1,v1=hush" },
      body,
    });
    const text = JSON.stringify(
      sdk.spans().map(({ name, attributes, events, status, links }) => [name, attributes, events, status, links]),
    );
    for (const secret of ["4242", "hush", SECRET, headers["x-signature"] as string]) {
      if (secret === "hush") expect(text.replaceAll("evt_hush", "")).not.toContain("hush");
      else expect(text).not.toContain(secret);
    }
  });

  it.each([
    ["a misspelt option", { traceProvider: {} }, /unknown option "traceProvider"; did you mean "tracerProvider"\?/],
    ["a tracer for a provider", { tracerProvider: {} }, /tracerProvider must be a TracerProvider, with getTracer/],
    ["a meter for a provider", { meterProvider: {} }, /meterProvider must be a MeterProvider/],
    ["a text for a choice", { checkSpans: "no" }, /checkSpans must be true or false/],
    ["what is no inbox", { inboxes: [{}] }, /inboxes must be a list of inboxes/],
    ["what is no receiver", () => undefined, /must come from createReceiver/],
  ])("refuses %s", (_, given, message) => {
    expect(() => instrument(given as never)).toThrow(message);
    expect(() => instrument(given as never)).toThrow(TypeError);
  });
});

function raise(thrown: unknown): never {
  throw thrown;
}
