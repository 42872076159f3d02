// Compiled by `npm run check:types`, never run: what must type-check does, and each line that must not says so.
import {
  createReceiver,
  type DedupeStore,
  defineSender,
  type EventSchema,
  type Inbox,
  json,
  type Receiver,
  type WebhookEvent,
} from "hookgate";
import { bearerToken } from "hookgate/auth";
import { github, stripe } from "hookgate/senders";
import type Stripe from "stripe";
import * as v from "valibot";
import { z } from "zod";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <_T extends true>(): void => undefined;
const secret: string | undefined = process.env.SECRET;

// Open types, the default: any name, and the sender's envelope as payload.
createReceiver(stripe({ secret })).on("invoice.paid", (event) => {
  is<Equal<typeof event.payload.data.object, Record<string, unknown>>>();
});

// Strict ones, from the user's own SDK.
const strict = createReceiver(stripe<Stripe.Event>({ secret }));
strict.on("invoice.paid", (event) => {
  is<Equal<typeof event.payload.data.object, Stripe.Invoice>>();
});
strict.on(["invoice.paid", "customer.created"], (event) => {
  if (event.type === "customer.created") is<Equal<typeof event.payload.data.object, Stripe.Customer>>();
});
strict.on("customer.subscription.*", () => undefined);
// @ts-expect-error a misspelt type
strict.on("invoice.payed", () => undefined);
// @ts-expect-error a prefix of nothing
strict.on("invoices.*", () => undefined);

// Actions are part of GitHub's names.
interface GithubEvents {
  issues: { action: "opened"; issue: { id: number } } | { action: "closed"; issue: { id: number } };
  push: { ref: string };
}
const hub = createReceiver(github<GithubEvents>({ secret }));
hub.on("issues.opened", (event) => is<Equal<typeof event.payload.action, "opened">>());
hub.on("issues.*", (event) => is<Equal<typeof event.type, "issues.opened" | "issues.closed">>());
hub.on("push", (event) => is<Equal<typeof event.payload.ref, string>>());
// @ts-expect-error an event with actions is named with one
hub.on("issues", () => undefined);

// Schemas are types: zod and valibot alike.
const erp = defineSender({
  name: "erp",
  auth: bearerToken({ token: secret }),
  event: { id: json("id"), type: json("type") },
});
const typed = createReceiver(erp, {
  events: { "order.created": z.object({ total: z.number() }), "order.paid": v.object({ at: v.string() }) },
});
typed.on("order.created", (event) => is<Equal<typeof event.payload.total, number>>());
typed.on("order.paid", (event) => is<Equal<typeof event.payload.at, string>>());
// @ts-expect-error not among the schemas
typed.on("order.lost", () => undefined);
is<Equal<ReturnType<typeof typed.events>[number]["type"], "order.created" | "order.paid">>();

// A handler may return anything; unhandled types are open.
typed.on("order.*", (event) => [event.id]).onUnhandled((event) => is<Equal<typeof event, WebhookEvent>>());

// `tx` is there only with a store that has it.
declare const transactional: DedupeStore<{ query(sql: string): Promise<unknown> }>;
createReceiver(erp, { dedupe: { store: transactional } }).on("a", (_, context) => context.tx.query("select 1"));
// @ts-expect-error no tx without a transactional store
createReceiver(erp).on("a", (_, context) => context.tx);

// With an inbox the sender has its answer before the handler runs: no reply, and no dedupe beside it.
declare const inbox: Inbox;
declare const transactionalInbox: Inbox<{ query(sql: string): Promise<unknown> }>;
const behind = createReceiver(erp, {
  scope: "types",
  inbox,
  events: { "order.created": z.object({ total: z.number() }) },
  order: { key: (received) => received.payload.total.toFixed() },
});
behind.on("order.created", (event, context) => {
  is<Equal<typeof event.payload.total, number>>();
  is<Equal<typeof context.attempt, number>>();
  // @ts-expect-error the sender was answered before
  context.reply({});
});
behind.work({ concurrency: 5 });
// @ts-expect-error not among the schemas
behind.on("order.lost", () => undefined);
createReceiver(erp, { inbox: transactionalInbox }).on("a", (_, context) => context.tx.query("select 1"));
// @ts-expect-error an inbox knows by itself what came before
createReceiver(erp, { inbox, dedupe: {} });
// @ts-expect-error a misspelt option of the work
behind.work({ concurency: 5 });

// Order is told by the receiver's own events.
createReceiver(stripe<Stripe.Event>({ secret }), {
  order: { key: (received) => received.id, version: (received) => received.payload.created },
});
// @ts-expect-error a version is a number
createReceiver(erp, { order: { key: () => "k", version: () => "1" } });

// A time cannot be located without saying how it is written.
const event = { type: json("type") };
// @ts-expect-error json("at") is a text
defineSender({ name: "erp", auth: bearerToken({ token: secret }), event: { ...event, timestamp: json("at") } });
// @ts-expect-error unknown options do not type-check
createReceiver(erp, { allowed: [] });

// Nothing public is any.
type IsAny<T> = 0 extends 1 & T ? true : false;
is<Equal<IsAny<Receiver<Record<string, unknown>>>, false>>();
is<Equal<IsAny<EventSchema>, false>>();
