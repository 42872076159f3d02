// Every example takes what its sender signs, and refuses what it does not.
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import type { Sender } from "hookgate";
import { createTestSender, type SendOptions, type TestTarget } from "hookgate/testing";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as proxy from "../../examples/behind-a-proxy.js";
import * as erp from "../../examples/erp-bearer-jwt.js";
import * as guard from "../../examples/guard.js";
import * as hono from "../../examples/hono.js";
import * as https from "../../examples/https.js";
import * as inspected from "../../examples/inspector.js";
import * as tenants from "../../examples/many-tenants.js";
import * as own from "../../examples/own-sender.js";
import * as quick from "../../examples/quick-start.js";
import * as rotation from "../../examples/rotation.js";
import * as several from "../../examples/several-senders.js";
import { app as start } from "../../examples/start.js";
import * as typed from "../../examples/typed-events.js";

interface Story {
  readonly file: string;
  readonly app: TestTarget;
  readonly sender: Sender<never>;
  readonly path: string;
  readonly options: SendOptions;
  readonly key?: string;
}

/** Apps and senders come with types of their own, which a table cannot hold. */
function story(
  file: string,
  app: unknown,
  sender: unknown,
  path: string,
  options: SendOptions,
  ...[key]: [key?: string]
): Story {
  return { file, app: app as TestTarget, sender: sender as Sender<never>, path, options, ...(key && { key }) };
}

const invoice: SendOptions = { type: "invoice.paid", payload: { data: { object: {} } } };
const rotated = ["whsec_the_new_one_for_trying_it_out", "whsec_the_old_one_for_trying_it_out"];
const ofGlobex = ["whsec_new_of_globex_for_trying", "whsec_old_of_globex_for_trying"];
const stories: readonly Story[] = [
  story("start.ts", start, quick.sender, "/webhooks/stripe", invoice, "whsec_only_for_this_demonstration"),
  story("quick-start.ts", quick.app, quick.sender, "/webhooks/stripe", invoice),
  story("several-senders.ts", several.app, several.senders.github, "/webhooks/github", {
    type: "push",
    payload: { ref: "refs/heads/main", commits: [] },
  }),
  story("several-senders.ts", several.app, several.senders.slack, "/webhooks/slack", {
    payload: { type: "event_callback", event_id: "E1", event: { type: "app_mention" } },
  }),
  story("erp-bearer-jwt.ts", erp.app, erp.erp, "/webhooks/erp", { type: "order.created", payload: { total: 3 } }),
  story("own-sender.ts", own.app, own.acme, "/webhooks/acme", { type: "parcel.delivered", payload: { parcel: "p" } }),
  story("behind-a-proxy.ts", proxy.app, proxy.sender, "/webhooks/shopify", {
    payload: {},
    from: "203.0.113.9",
    headers: { "x-forwarded-proto": "https", "x-shopify-topic": "orders/create", "x-shopify-event-id": "e1" },
  }),
  story("inspector.ts", inspected.app, inspected.sender, "/webhooks/stripe", invoice),
  story("hono.ts", hono.app, hono.sender, "/webhooks", { type: "a.b" }),
  story("guard.ts", guard.app, guard.sender, "/webhooks/gitlab", {
    payload: { object_kind: "push" },
    headers: { "idempotency-key": "k" },
  }),
  story("https.ts", https.server, https.sender, "/webhooks", { type: "a.b" }),
  story("typed-events.ts", typed.app, typed.sender, "/webhooks/orders", {
    type: "order.created",
    payload: { type: "order.created", data: { id: "o1", total: 3 } },
  }),
  ...rotated.map((key) => story("rotation.ts", rotation.app, rotation.sender, "/webhooks/stripe", invoice, key)),
  ...ofGlobex.map((key) =>
    story("many-tenants.ts", tenants.app, tenants.sender, "/webhooks/stripe/globex", invoice, key),
  ),
];

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

it.each(stories)(
  "$file takes what is signed and refuses what is not ($path)",
  async ({ app, sender, path, options, key }) => {
    const test = createTestSender(sender, key === undefined ? {} : { key });
    const sent = await test.send(app, { ...options, path });
    expect({ status: sent.status, body: sent.body }).toEqual({ status: 200, body: sent.body });
    expect(console.log, "the handler ran").toHaveBeenCalled();
    vi.mocked(console.log).mockClear();
    const forged = await test.send(app, { ...options, path, wrongKey: true });
    expect(forged).toMatchObject({ status: 401, code: "unauthenticated" });
    expect(vi.mocked(console.log).mock.calls.flat().join(), "no handler ran").not.toContain(options.type ?? "paid");
  },
);

it("no example is left untested", () => {
  const helpers = ["listen.ts", "self-signed.ts", "servers.ts", "instances.ts", "embedded-postgres.ts"];
  // In started.test.ts and stores.test.ts.
  const programs = ["commonjs.cjs", "three-instances-redis.ts", "ledger-postgres.ts", "spill.ts"];
  const inboxes = ["inbox-sqlite.ts", "inbox-bullmq.ts", "inbox-pg-boss.ts"];
  // In test/adapters and test/otel.
  const adapters = ["fastify.ts", "lambda.ts", "next-route.ts", "otel.ts", "prometheus.ts"];
  // In test/endpoints.
  const registered = ["backfill.ts", "endpoints.ts", "full-life.ts", "polling.ts"];
  const elsewhere = [...helpers, ...programs, ...inboxes, ...adapters, ...registered];
  const tested = new Set([...stories.map((story) => story.file), ...elsewhere, "README.md"]);
  expect(readdirSync(new URL("../../examples", import.meta.url)).filter((file) => !tested.has(file))).toEqual([]);
});

it("https.ts answers over TLS with its own certificate, and refuses plain HTTP with 403", async () => {
  const test = createTestSender(https.sender);
  const signed = await test.sign({ type: "a.b" });
  https.server.listen(0, "127.0.0.1");
  await once(https.server, "listening");
  const { port } = https.server.address() as AddressInfo;
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const options = { method: "POST", ca: https.certificate, headers: signed.headers, agent: false };
    request(`https://localhost:${port}/webhooks`, { ...options, family: 4 }, (res) => {
      res.resume();
      resolve(res.statusCode);
    })
      .on("error", reject)
      .end(signed.body);
  });
  https.server.close();
  expect(status).toBe(200);
  const plain = await test.send(https.plainServer, { type: "a.b", path: "/webhooks" });
  expect(plain).toMatchObject({ status: 403, code: "forbidden" });
});

it("typed-events.ts has an event that fits no schema sent again", async () => {
  const test = createTestSender(typed.sender);
  const sent = await test.send(typed.app as never, {
    type: "order.created",
    payload: { type: "order.created", data: { id: "o1", total: "3" } },
    path: "/webhooks/orders",
  });
  expect(sent).toMatchObject({ status: 500, code: "invalid_event" });
});

it.each([
  ["whose secret is another's", "/webhooks/stripe/globex"],
  ["that nobody knows", "/webhooks/stripe/initech"],
])("many-tenants.ts refuses a tenant %s", async (_, path) => {
  const test = createTestSender(tenants.sender, { key: "whsec_of_acme_for_trying_it_out" });
  const sent = await test.send(tenants.app as never, { ...invoice, path });
  expect(sent).toMatchObject({ status: 401, code: "unauthenticated" });
});
