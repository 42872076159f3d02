import { createReceiver, type Sender } from "hookgate";
import { github, shopify, slack, standardWebhooks, stripe, svix } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import vectors from "../vectors/senders.json" with { type: "json" };

const FACTORIES: Record<string, (options: { secret: string }) => Sender<never>> = {
  "standard-webhooks": standardWebhooks as never,
  svix: svix as never,
  github: github as never,
  shopify: shopify as never,
  slack: slack as never,
  stripe: stripe as never,
};
const quiet = { warn() {}, error() {} };

describe("deliveries that vendors publish", () => {
  for (const vector of vectors) {
    const { now } = vector.extra as { now?: number };
    const build = (secret: string) =>
      createReceiver((FACTORIES[vector.provider] as (typeof FACTORIES)[string])({ secret }), {
        logger: quiet,
        ...(now === undefined ? {} : { now: () => now * 1000 }),
      });
    const headers = { ...vector.headers } as Record<string, string>;

    it(`proves ${vector.provider}: ${vector.description}`, async () => {
      const outcome = await build(vector.secretOrKey).receive({ headers, body: vector.body });
      expect(outcome.trace).toContainEqual(expect.objectContaining({ check: "prove", verdict: "passed" }));
      expect(outcome.reply.status).not.toBe(401);
    });

    it(`refuses ${vector.provider} with one byte changed: ${vector.description}`, async () => {
      const outcome = await build(vector.secretOrKey).receive({ headers, body: `${vector.body} ` });
      expect(outcome).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    });
  }
});
