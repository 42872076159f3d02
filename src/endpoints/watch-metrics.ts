// Writes the metrics of a watch in the Prometheus text format.
import { ALARM_NAMES } from "./alarms.js";
import type { WatchStatus } from "./watch-options.js";

export function writeMetrics(receiver: string, status: WatchStatus): string {
  const labels = { receiver, sender: status.sender };
  const lines: string[] = [];
  const write = (
    name: string,
    type: "gauge" | "counter",
    help: string,
    rows: readonly (readonly [object, number])[],
  ): void => {
    if (rows.length === 0) return;
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [more, value] of rows) lines.push(`${name}{${labelled({ ...labels, ...more })}} ${value}`);
  };
  const seconds = (date: Date): number => date.getTime() / 1000;
  write("hookgate_endpoint_deliveries_total", "counter", "Deliveries of this process.", [[{}, status.deliveries]]);
  write("hookgate_endpoint_refused_total", "counter", "Rejected deliveries.", [[{}, status.refused]]);
  write("hookgate_endpoint_backfilled_total", "counter", "Missed events fetched by a backfill.", [
    [{}, status.backfilled],
  ]);
  const { lastDeliveryAt, certificateEndsAt } = status;
  if (lastDeliveryAt !== undefined) {
    write("hookgate_endpoint_last_delivery_seconds", "gauge", "Time of the last genuine delivery, Unix time.", [
      [{}, seconds(lastDeliveryAt)],
    ]);
  }
  write(
    "hookgate_endpoint_last_event_seconds",
    "gauge",
    "Time of the last event of a type, Unix time.",
    status.types.map(({ type, lastAt }) => [{ type }, seconds(lastAt)]),
  );
  if (certificateEndsAt !== undefined) {
    write("hookgate_endpoint_certificate_end_seconds", "gauge", "Expiry of the certificate, Unix time.", [
      [{}, seconds(certificateEndsAt)],
    ]);
  }
  const open = new Set(status.alarms.map(({ name }) => name));
  write(
    "hookgate_endpoint_alarm",
    "gauge",
    "1 while the alarm is active.",
    ALARM_NAMES.map((alarm) => [{ alarm }, open.has(alarm) ? 1 : 0]),
  );
  return `${lines.join("\n")}\n`;
}

function labelled(labels: object): string {
  const quoted = (text: unknown): string =>
    String(text).replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${quoted(value)}"`)
    .join(",");
}
