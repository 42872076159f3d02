import { sign } from "@octokit/webhooks-methods";
import fc from "fast-check";
import { createReceiver, type Receiver } from "hookgate";
import { github, standardWebhooks, stripe, svix } from "hookgate/senders";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";
import { beforeEach, describe, expect, it } from "vitest";

const quiet = { warn() {}, error() {} };
const whsec = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const nowSeconds = Math.floor(Date.now() / 1000);

interface Case {
  readonly name: string;
  readonly build: () => Receiver<Record<string, unknown>>;
  readonly headers: (body: string) => Promise<Record<string, string>>;
}

const cases: Case[] = [
  {
    name: "stripe",
    build: () => createReceiver(stripe({ secret: whsec }), { logger: quiet, dedupe: false }) as never,
    headers: async (payload) => ({
      "stripe-signature": new Stripe("sk_test_x").webhooks.generateTestHeaderString({ payload, secret: whsec }),
    }),
  },
  {
    name: "@octokit/webhooks-methods",
    build: () => createReceiver(github({ secret: whsec }), { logger: quiet, dedupe: false }) as never,
    headers: async (body) => ({
      "x-hub-signature-256": await sign(whsec, body),
      "x-github-event": "custom",
      "x-github-delivery": "d-1",
    }),
  },
  {
    name: "standardwebhooks",
    build: () => createReceiver(standardWebhooks({ secret: whsec }), { logger: quiet, dedupe: false }) as never,
    headers: async (body) => ({
      "webhook-id": "msg_1",
      "webhook-timestamp": String(nowSeconds),
      "webhook-signature": new StandardWebhook(whsec).sign("msg_1", new Date(nowSeconds * 1000), body),
    }),
  },
  {
    name: "svix",
    build: () => createReceiver(svix({ secret: whsec }), { logger: quiet, dedupe: false }) as never,
    headers: async (body) => ({
      "svix-id": "msg_1",
      "svix-timestamp": String(nowSeconds),
      "svix-signature": new SvixWebhook(whsec).sign("msg_1", new Date(nowSeconds * 1000), body),
    }),
  },
];

describe.each(cases)("a delivery signed by $name", ({ build, headers }) => {
  let runs = 0;
  let receiver: Receiver<Record<string, unknown>>;
  const body = JSON.stringify({ id: "evt_1", type: "thing.made", note: "네이버 ✓" });
  beforeEach(() => {
    runs = 0;
    receiver = build();
    receiver.on("*", () => {
      runs++;
    });
  });

  it("is accepted", async () => {
    const signed = { "content-type": "application/json", ...(await headers(body)) };
    const outcome = await receiver.receive({ headers: signed, body });
    expect(outcome).toMatchObject({ name: "processed", reply: { status: 200, body: "" } });
    expect(runs).toBe(1);
  });

  it("is refused with any bit of the body flipped, and no handler runs", async () => {
    const signed = { "content-type": "application/json", ...(await headers(body)) };
    const bytes = Buffer.from(body);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
        const outcome = await receiver.receive({ headers: signed, body: flipped });
        expect(outcome).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
        expect(outcome.reply.body).toContain('"code":"unauthenticated"');
      }),
    );
    expect(runs).toBe(0);
  });

  it("is refused with any character of its credentials changed", async () => {
    const credentials = Object.entries(await headers(body)).filter(([name]) => !name.startsWith("x-github-"));
    for (const [name, value] of credentials) {
      for (let at = 0; at < value.length; at++) {
        const changed = `${value.slice(0, at)}${value[at] === "0" ? "1" : "0"}${value.slice(at + 1)}`;
        const signed = { "content-type": "application/json", ...(await headers(body)), [name]: changed };
        const outcome = await receiver.receive({ headers: signed, body });
        expect([400, 401], `${name}: ${changed}`).toContain(outcome.reply.status);
      }
    }
    expect(runs).toBe(0);
  });
});
