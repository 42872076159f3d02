// WebhookModule and @WebhookHandler on Nest, with Express and with Fastify.
import "reflect-metadata";
import type { Server } from "node:http";
import { Controller, type INestApplication, Injectable, Module, Scope } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { createReceiver, type WebhookEvent } from "hookgate";
import { WebhookHandler, WebhookModule, type WebhookModuleOptions } from "hookgate/nest";
import { github, stripe } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { afterEach, describe, expect, it } from "vitest";
import { quietLogger } from "../support/quiet.js";
import { describeAdapter, type Mounted, PEER } from "./conformance.js";
import { sendHttp1 } from "./over-http.js";

const SECRET = "0123456789abcdef0123456789abcdef";
const ADAPTERS = {
  Express: () => new ExpressAdapter(),
  Fastify: () => new FastifyAdapter() as never,
} as const;
const apps: INestApplication[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

/** An application with these modules and providers, listening. The decorators are called: their syntax is the compiler's. */
async function listen(
  adapter: keyof typeof ADAPTERS,
  modules: readonly WebhookModuleOptions[],
  parts: { readonly providers?: object[]; readonly controllers?: object[] } = {},
): Promise<INestApplication> {
  class App {}
  Module({ imports: modules.map((one) => WebhookModule.register(one)), ...parts } as never)(App);
  const app = await NestFactory.create(App, ADAPTERS[adapter](), { logger: false, abortOnError: false });
  apps.push(app);
  await app.listen(0, PEER);
  return app;
}

/** As `@decorator` above a method does, with TypeScript's experimental decorators and with standard ones. */
const DECORATE = {
  experimental(type: { prototype: object }, name: string, decorator: ReturnType<typeof WebhookHandler>): void {
    decorator(type.prototype, name, Object.getOwnPropertyDescriptor(type.prototype, name) as PropertyDescriptor);
  },
  standard(type: { prototype: object }, name: string, decorator: ReturnType<typeof WebhookHandler>): void {
    decorator((type.prototype as Record<string, () => void>)[name] as () => void, { kind: "method", name });
  },
} as const;

function billing(decorate: keyof typeof DECORATE = "experimental") {
  const ran: string[] = [];
  class Billing {
    readonly #ran = ran;
    paid(event: WebhookEvent, context: { attempt: number }): void {
      this.#ran.push(`paid ${event.id} ${context.attempt}`);
    }
    other(event: WebhookEvent): void {
      this.#ran.push(`other ${event.type}`);
    }
    get broken(): never {
      throw new Error("a getter is no handler, and is not read");
    }
  }
  Injectable()(Billing);
  DECORATE[decorate](Billing, "paid", WebhookHandler("invoice.paid"));
  DECORATE[decorate](Billing, "other", WebhookHandler(["customer.created", "charge.*"]));
  return { Billing, ran };
}

for (const name of ["Express", "Fastify"] as const) {
  describeAdapter({
    name: `Nest on ${name}`,
    hasParams: true,
    mount: async (receiver): Promise<Mounted> => {
      const app = await listen(name, [{ path: "/hooks/:tenant", receiver: receiver as never }]);
      const { port } = app.getHttpServer().address() as { port: number };
      return { send: (wire) => sendHttp1(port, wire), close: async () => undefined };
    },
  });
}

describe.each(["Express", "Fastify"] as const)("on %s", (adapter) => {
  it.each(["experimental", "standard"] as const)(
    "runs methods with @WebhookHandler on their instance, %s decorators",
    async (decorate) => {
      const { Billing, ran } = billing(decorate);
      const sender = stripe({ secret: SECRET });
      const receiver = createReceiver(sender, { logger: quietLogger });
      const app = await listen(adapter, [{ path: "/webhooks/stripe", receiver }], { providers: [Billing] });
      const to = createTestSender(sender).to(app.getHttpServer() as Server);
      const path = "/webhooks/stripe";
      const { status } = await to.send("invoice.paid", {}, { id: "evt_1", path });
      await to.send("charge.refunded", {}, { path });
      await to.send("customer.created", {}, { path });
      const forged = await to.send("invoice.paid", {}, { wrongKey: true, path });
      expect([status, forged.status]).toEqual([200, 401]);
      expect(ran).toEqual(["paid evt_1 1", "other charge.refunded", "other customer.created"]);
    },
  );

  it("hands each receiver its own handlers, where there are several", async () => {
    const ran: string[] = [];
    class Hooks {
      push(event: WebhookEvent): void {
        ran.push(`github ${event.type}`);
      }
      paid(event: WebhookEvent): void {
        ran.push(`stripe ${event.type}`);
      }
    }
    Controller()(Hooks);
    DECORATE.experimental(Hooks, "push", WebhookHandler("*", { receiver: "code" }));
    DECORATE.experimental(Hooks, "paid", WebhookHandler("*"));
    const [payments, code] = [stripe({ secret: SECRET }), github({ secret: SECRET })];
    const modules = [
      { path: "/stripe", receiver: createReceiver(payments, { logger: quietLogger }) },
      { path: "/github", receiver: createReceiver(code, { logger: quietLogger }), name: "code" },
    ];
    const server = (await listen(adapter, modules, { controllers: [Hooks] })).getHttpServer() as Server;
    await createTestSender(payments).to(server).send("invoice.paid", {}, { path: "/stripe" });
    const push = { ref: "refs/heads/main", before: "0", after: "1", commits: [], pusher: {}, repository: {} };
    await createTestSender(code).to(server).send("push", push, { path: "/github" });
    expect(ran).toEqual(["stripe invoice.paid", "github push"]);
  });

  it("closes the receiver with the application", async () => {
    const sender = stripe({ secret: SECRET });
    const receiver = createReceiver(sender, { logger: quietLogger });
    await listen(adapter, [{ path: "/webhooks/stripe", receiver }]);
    for (const app of apps.splice(0)) await app.close();
    expect((await createTestSender(sender).to(receiver).send("invoice.paid", {})).status).toBe(503);
  });
});

it("does not start where two methods handle one pattern", async () => {
  const { Billing } = billing();
  class Second extends Billing {}
  const receiver = createReceiver(stripe({ secret: SECRET }));
  const started = listen("Express", [{ path: "/x", receiver }], { providers: [Billing, Second] });
  await expect(started).rejects.toThrow('on("invoice.paid"): there is a handler for this pattern already');
});

it("leaves providers of request scope alone: they have no instance", async () => {
  const { Billing, ran } = billing();
  Injectable({ scope: Scope.REQUEST })(Billing);
  const sender = stripe({ secret: SECRET });
  const receiver = createReceiver(sender, { logger: quietLogger });
  await listen("Express", [{ path: "/x", receiver }], { providers: [Billing] });
  expect((await createTestSender(sender).to(receiver).send("invoice.paid", {})).status).toBe(200);
  expect(ran).toEqual([]);
});

it("registers handlers in an application without HTTP, which works through an inbox", async () => {
  const { Billing, ran } = billing();
  const sender = stripe({ secret: SECRET });
  const receiver = createReceiver(sender, { logger: quietLogger });
  class App {}
  Module({ imports: [WebhookModule.register({ path: "/x", receiver })], providers: [Billing] })(App);
  const context = await NestFactory.createApplicationContext(App, { logger: false });
  await createTestSender(sender).to(receiver).send("invoice.paid", {}, { id: "evt_1" });
  await context.close();
  expect(ran).toEqual(["paid evt_1 1"]);
});

it.each([
  ["no receiver", { path: "/x", receiver: {} }, "receiver must come from createReceiver"],
  ["a path without a slash", { path: "x" }, "path must start with a slash"],
  ["an unknown option", { path: "/x", paths: [] }, 'unknown option "paths"'],
])("refuses %s", (_, options, message) => {
  const receiver = createReceiver(stripe({ secret: SECRET }));
  expect(() => WebhookModule.register({ receiver, ...options } as never)).toThrow(message);
});
