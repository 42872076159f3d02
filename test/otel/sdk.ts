// The real SDK with exporters into memory.
import { type Attributes, context, metrics, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";

export interface Point {
  readonly attributes: Attributes;
  /** Of a histogram how many were recorded. */
  readonly value: number;
  readonly sum: number | undefined;
}

export function startSdk() {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const manager = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(manager);
  return {
    tracerProvider,
    meterProvider,
    tracer: tracerProvider.getTracer("the app"),
    spans: (): readonly ReadableSpan[] => exporter.getFinishedSpans(),
    span(name: string): ReadableSpan {
      const found = exporter.getFinishedSpans().find((one) => one.name === name);
      if (found === undefined)
        throw new Error(`no span ${name} among ${exporter.getFinishedSpans().map((one) => one.name)}`);
      return found;
    },
    /** What has been measured so far. */
    async points(name: string): Promise<readonly Point[]> {
      metricExporter.reset();
      await reader.forceFlush();
      const all = metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((one) => one.metrics));
      return all
        .filter(({ descriptor }) => descriptor.name === name)
        .flatMap(({ dataPoints }) => dataPoints as readonly { attributes: Attributes; value: unknown }[])
        .map(({ attributes, value }) => {
          const histogram = value as { count: number; sum?: number };
          return typeof value === "number"
            ? { attributes, value, sum: undefined }
            : { attributes, value: histogram.count, sum: histogram.sum };
        });
    },
    async names(): Promise<readonly string[]> {
      metricExporter.reset();
      await reader.forceFlush();
      return metricExporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) =>
          scopeMetrics.flatMap((one) => one.metrics.map(({ descriptor }) => descriptor.name)),
        );
    },
    async stop() {
      await tracerProvider.shutdown();
      await meterProvider.shutdown();
      manager.disable();
      context.disable();
      trace.disable();
      metrics.disable();
    },
  };
}
