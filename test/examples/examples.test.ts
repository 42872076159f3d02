// Every example takes what its sender signs, and refuses what it does not.
import { readdirSync } from "node:fs";
import type { Sender } from "hookgate";
import { createTestSender, type SendOptions, type TestTarget } from "hookgate/testing";
import { expect, it, vi } from "vitest";
import * as proxy from "../../examples/behind-a-proxy.js";
import * as erp from "../../examples/erp-bearer-jwt.js";
import * as guard from "../../examples/guard.js";
import * as hono from "../../examples/hono.js";
import * as own from "../../examples/own-sender.js";
import * as quick from "../../examples/quick-start.js";
import * as tenants from "../../examples/rotation-and-tenants.js";
import * as several from "../../examples/several-senders.js";
import { app as start } from "../../examples/start.js";

interface Story {
  readonly file: string;
  readonly app: TestTarget;
  readonly sender: Sender<never>;
  readonly path: string;
  readonly options: SendOptions;
  readonly key?: string;
}

const invoice: SendOptions = { type: "invoice.paid", payload: { data: { object: {} } } };
const stories: Story[] = [
  {
    file: "start.ts",
    app: start as never,
    sender: quick.sender as never,
    path: "/webhooks/stripe",
    key: "whsec_only_for_this_demonstration",
    options: invoice,
  },
  {
    file: "quick-start.ts",
    app: quick.app as never,
    sender: quick.sender as never,
    path: "/webhooks/stripe",
    options: invoice,
  },
  {
    file: "several-senders.ts",
    app: several.app as never,
    sender: several.senders.github as never,
    path: "/webhooks/github",
    options: { type: "push", payload: { ref: "refs/heads/main", commits: [] } },
  },
  {
    file: "several-senders.ts",
    app: several.app as never,
    sender: several.senders.slack as never,
    path: "/webhooks/slack",
    options: { payload: { type: "event_callback", event_id: "E1", event: { type: "app_mention" } } },
  },
  {
    file: "erp-bearer-jwt.ts",
    app: erp.app as never,
    sender: erp.erp as never,
    path: "/webhooks/erp",
    options: { type: "order.created", payload: { total: 3 } },
  },
  {
    file: "own-sender.ts",
    app: own.app as never,
    sender: own.acme as never,
    path: "/webhooks/acme",
    options: { type: "parcel.delivered", payload: { parcel: "p" } },
  },
  {
    file: "behind-a-proxy.ts",
    app: proxy.app as never,
    sender: proxy.sender as never,
    path: "/webhooks/shopify",
    options: {
      payload: {},
      from: "203.0.113.9",
      headers: { "x-forwarded-proto": "https", "x-shopify-topic": "orders/create", "x-shopify-event-id": "e1" },
    },
  },
  {
    file: "hono.ts",
    app: hono.app as never,
    sender: hono.sender as never,
    path: "/webhooks",
    options: { type: "a.b" },
  },
  {
    file: "guard.ts",
    app: guard.app as never,
    sender: guard.sender as never,
    path: "/webhooks/gitlab",
    options: { payload: { object_kind: "push" }, headers: { "idempotency-key": "k" } },
  },
  {
    file: "rotation-and-tenants.ts",
    app: tenants.app as never,
    sender: tenants.sender as never,
    path: "/webhooks/stripe/globex",
    key: "whsec_old_of_globex_for_trying",
    options: invoice,
  },
];

it.each(stories)(
  "$file takes what is signed and refuses what is not ($path)",
  async ({ app, sender, path, options, key }) => {
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    const test = createTestSender(sender, key === undefined ? {} : { key });
    const sent = await test.send(app, { ...options, path });
    expect({ status: sent.status, body: sent.body }).toEqual({ status: 200, body: sent.body });
    const forged = await test.send(app, { ...options, path, wrongKey: true });
    expect(forged).toMatchObject({ status: 401, code: "unauthenticated" });
    vi.restoreAllMocks();
  },
);

it("no example is left untested", () => {
  const tested = new Set([...stories.map((story) => story.file), "listen.ts", "commonjs.cjs"]);
  expect(readdirSync(new URL("../../examples", import.meta.url)).filter((file) => !tested.has(file))).toEqual([]);
});
