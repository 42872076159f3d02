// examples/otel.ts against a collector that speaks OTLP over HTTP.

import { createTestSender } from "hookgate/testing";
import { afterEach, expect, it, vi } from "vitest";
import { start } from "../support/listen.js";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it("sends spans, the app's own below the handler's, and metrics by OTLP", async () => {
  const posted: { readonly path: string | undefined; readonly text: string }[] = [];
  const collector = await start((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      posted.push({ path: req.url, text: Buffer.concat(chunks).toString("utf8") });
      res.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.origin);
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  const { app, sender, stop } = await import("../../examples/otel.js");
  const test = createTestSender(sender);
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const sent = await test.send(app, { type: "order.created", path: "/webhooks", headers: { traceparent } });
  expect(sent.status).toBe(200);
  expect((await test.send(app, { type: "order.created", path: "/webhooks", wrongKey: true })).status).toBe(401);
  await stop();
  await collector.close();

  const of = (path: string): string =>
    posted
      .filter((one) => one.path === path)
      .map(({ text }) => text)
      .join("");
  interface Otlp {
    readonly name: string;
    readonly spanId: string;
    readonly parentSpanId?: string;
    readonly links?: readonly { readonly traceId: string }[];
  }
  const spans = posted
    .filter(({ path }) => path === "/v1/traces")
    .flatMap(({ text }) => (JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: Otlp[] }[] }[] }).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  const named = (name: string) => spans.filter((span) => span.name === name);
  expect(named("webhook standard-webhooks")).toHaveLength(2);
  const [handler] = named("handle order.created");
  expect(named("write the order")[0]?.parentSpanId).toBe(handler?.spanId);
  const delivery = named("webhook standard-webhooks").find(({ spanId }) => spanId === handler?.parentSpanId);
  expect(delivery?.links?.[0]?.traceId).toBe("0af7651916cd43dd8448eb211c80319c");
  for (const name of ["hookgate.deliveries", "hookgate.handler.duration", "hookgate.store.duration"])
    expect(of("/v1/metrics")).toContain(name);
});
