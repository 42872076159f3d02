// Checks what the first nine senders have in common: options, success, and bodies with a bit flipped.

import fc from "fast-check";
import { createReceiver } from "hookgate";
import {
  cloudEvents,
  github,
  gitlab,
  shopify,
  slack,
  standardWebhooks,
  stripe,
  svix,
  tossPayments,
} from "hookgate/senders";
import { describe, expect, it } from "vitest";

const secret = "0123456789abcdef0123456789abcdef";
const whsec = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;
const logger = { warn() {}, error() {} };

describe("a signed body with a bit flipped", () => {
  const cases = [
    { name: "slack", sender: slack({ secret }), headers: {}, body: { event_id: "E", event: { type: "message" } } },
    {
      name: "shopify",
      sender: shopify({ secret }),
      headers: { "x-shopify-topic": "t", "x-shopify-event-id": "e" },
      body: { id: 1 },
    },
    {
      name: "gitlab",
      sender: gitlab({ secret: whsec }),
      headers: { "webhook-id": "w" },
      body: { object_kind: "push" },
    },
  ];

  it.each(cases)("of $name is refused, and no handler runs", async ({ sender, headers, body }) => {
    let runs = 0;
    const receiver = createReceiver(sender, { logger, dedupe: false }).on("*", () => void runs++);
    const signed = await sender.definition.auth.sign?.({
      method: "POST",
      url: "https://example.com/hook",
      headers: { "content-type": "application/json", ...headers },
      body: Buffer.from(JSON.stringify(body)),
      timestampMs: Date.now(),
    });
    if (signed === undefined) throw new Error("cannot sign");
    await fc.assert(
      fc.asyncProperty(fc.nat(signed.body.length * 8 - 1), async (bit) => {
        const flipped = Buffer.from(signed.body);
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
        const outcome = await receiver.receive({ headers: signed.headers, body: flipped });
        expect(outcome).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
      }),
    );
    expect(runs).toBe(0);
    expect(await receiver.receive({ headers: signed.headers, body: signed.body })).toMatchObject({ name: "processed" });
  });
});

describe("every sender", () => {
  const factories = {
    standardWebhooks: (more: object) => standardWebhooks({ secret: whsec, ...more }),
    svix: (more: object) => svix({ secret: whsec, ...more }),
    github: (more: object) => github({ secret, ...more }),
    stripe: (more: object) => stripe({ secret, ...more }),
    slack: (more: object) => slack({ secret, ...more }),
    shopify: (more: object) => shopify({ secret, ...more }),
    gitlab: (more: object) => gitlab({ token: secret, ...more }),
    tossPayments: (more: object) => tossPayments({ confirm: () => true, ...more }),
    cloudEvents: (more: object) => cloudEvents({ token: secret, ...more }),
  };

  it.each(Object.entries(factories))("%s refuses an option it does not know", (name, build) => {
    expect(() => build({ secert: "x" })).toThrow(new RegExp(`${name}: unknown option "secert"`));
  });

  it.each(["standardWebhooks", "svix", "github", "stripe", "slack", "shopify"] as const)(
    "%s is not built without its secret",
    (name) => {
      expect(() => factories[name]({ secret: undefined })).toThrow(/secret is missing/);
    },
  );

  it.each(Object.entries(factories))("%s counts 200 as success, and waits for it for some time", (_, build) => {
    const { profile } = build({});
    expect(profile.successStatuses).toContain(profile.successStatus);
    expect(profile.timeLimitSeconds).toBeGreaterThan(0);
    expect(profile.successStatus).toBe(200);
  });
});
