// Traces and metrics by OTLP, to a collector at OTEL_EXPORTER_OTLP_ENDPOINT (default http://localhost:4318).
import { context, metrics, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import express, { type Express } from "express";
import { createReceiver } from "hookgate";
import { instrument } from "hookgate/otel";
import { standardWebhooks } from "hookgate/senders";
import { listenWhenRun } from "./listen.js";

// Once in a program; with @opentelemetry/sdk-node it is `new NodeSDK({ … }).start()`.
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
const reader = new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter() });
const meterProvider = new MeterProvider({ readers: [reader] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(tracerProvider);
metrics.setGlobalMeterProvider(meterProvider);

// After the providers are registered. Every receiver of the process, those built later included.
const instrumentation = instrument();

export const sender = standardWebhooks({
  secret: process.env.WEBHOOK_SECRET ?? `whsec_${Buffer.alloc(24).toString("base64")}`,
});
const receiver = createReceiver(sender).on("*", async (event) => {
  // A child of the handler's span, for that one is active here.
  const span = trace.getTracer("my app").startSpan("write the order");
  console.log(event.type);
  span.end();
});

export const app: Express = express();
app.use("/webhooks", receiver);

/** Sends what is left. */
export async function stop(): Promise<void> {
  await receiver.close();
  instrumentation.disable();
  await Promise.all([tracerProvider.shutdown(), meterProvider.shutdown()]);
}
process.once("SIGTERM", () => void stop());
listenWhenRun(import.meta.url, app, "/webhooks");
