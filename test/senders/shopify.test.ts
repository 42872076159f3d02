// Checks the sender Shopify.

import { createHmac } from "node:crypto";
import { createReceiver, type ReceiverOptions } from "hookgate";
import { shopify } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { deliver, idsOf } from "../support/senders/in-order.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const logger = { warn() {}, error() {} };
const quiet: ReceiverOptions = { logger: { warn() {}, error() {} } };

vectorOracle("shopify", ({ secretOrKey: key }) => shopify({ secret: key }));

it("shop, version and webhook are named, which Shopify's library needs; one's own names stay", async () => {
  const test = createTestSender(shopify({ secret }));
  const { headers } = await test.sign({ type: "orders/create", headers: { "x-shopify-shop-domain": "a.example" } });
  expect(headers).toMatchObject({
    "x-shopify-shop-domain": "a.example",
    "x-shopify-api-version": expect.stringMatching(/^\d{4}-\d\d$/),
    "x-shopify-webhook-id": expect.stringMatching(/\S/),
    "x-shopify-topic": "orders/create",
  });
});

describe("ids and types", () => {
  const sender = shopify({ secret });
  const headers = (topic: string, id: string) => ({ "x-shopify-topic": topic, "x-shopify-event-id": id });

  it("keeps two topics of one cause apart, and handles two webhooks of one topic once", async () => {
    const { names, events } = await deliver(
      sender,
      { headers: { ...headers("orders/create", "e1"), "x-shopify-webhook-id": "w1" }, body: { id: 1 } },
      { headers: { ...headers("orders/paid", "e1"), "x-shopify-webhook-id": "w2" }, body: { id: 1, paid: true } },
      { headers: { ...headers("orders/create", "e1"), "x-shopify-webhook-id": "w3" }, body: { id: 1 } },
    );
    expect(names).toEqual(["processed", "processed", "duplicate"]);
    expect(idsOf(events)).toEqual(["orders/create.e1", "orders/paid.e1", "orders/create.e1"]);
  });

  it("takes the webhook's id where no event id came", async () => {
    const { events } = await deliver(sender, {
      headers: { "x-shopify-topic": "PRODUCTS_CREATE", "x-shopify-webhook-id": "w1" },
      body: {},
    });
    expect(events).toMatchObject([{ id: "w1", type: "PRODUCTS_CREATE" }]);
  });

  it("reads the type of the newer kind from the signed body", async () => {
    const body = { topic: "Product", action: "create" };
    const text = JSON.stringify(body);
    const signature = createHmac("sha256", secret).update(text).digest("base64");
    const outcome = await createReceiver(sender, { logger }).receive({
      headers: {
        "content-type": "application/json",
        "shopify-hmac-sha256": signature,
        "shopify-webhook-id": "w9",
        "shopify-topic": "Customer",
      },
      body: text,
    });
    expect(outcome.events).toMatchObject([{ id: "w9", type: "Product.create" }]);
  });
});

describe("two families of headers", () => {
  it("reads either family of headers and refuses both at once", async () => {
    const sender = shopify({ secret });
    const types: string[] = [];
    const receiver = createReceiver(sender, quiet).on("*", (event) => void types.push(`${event.type} ${event.id}`));
    const to = createTestSender(sender).to(receiver as never);
    await to.send("x", { a: 1 }, { headers: { "x-shopify-topic": "orders/create", "x-shopify-event-id": "e1" } });
    expect(types).toEqual(["orders/create orders/create.e1"]);
    const both = await to.send(
      "orders/create",
      { a: 1 },
      { tamper: (one) => ({ ...one, headers: { ...one.headers, "shopify-hmac-sha256": "x" } }) },
    );
    expect(both).toMatchObject({ status: 400, code: "bad_credentials" });
  });
});
