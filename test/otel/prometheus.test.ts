// examples/prometheus.ts: what a scrape gets.
import { createTestSender } from "hookgate/testing";
import request from "supertest";
import { afterEach, expect, it, vi } from "vitest";
import { app, sender } from "../../examples/prometheus.js";

afterEach(() => {
  vi.restoreAllMocks();
});

it("counts deliveries by outcome, and nothing by what a stranger chose", async () => {
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  const test = createTestSender(sender);
  const path = "/webhooks";
  const sent = await test.send(app, { type: "a.b", path });
  await test.send(app, { path, duplicateOf: sent });
  for (let at = 0; at < 5; at++)
    await test.send(app, { type: `stranger.${at}`, path: `${path}/${at}`, wrongKey: true });
  const { text } = await request(app).get("/metrics").expect(200);
  const counted = text.match(/^webhook_deliveries_total\{.*/gm);
  expect(counted).toEqual([
    'webhook_deliveries_total{receiver="standard-webhooks",outcome="processed"} 1',
    'webhook_deliveries_total{receiver="standard-webhooks",outcome="duplicate"} 1',
    'webhook_deliveries_total{receiver="standard-webhooks",outcome="unauthenticated"} 5',
  ]);
  expect(text).toContain('webhook_delivery_seconds_count{receiver="standard-webhooks",outcome="processed"} 1');
});
