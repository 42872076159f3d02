import { createHmac } from "node:crypto";
import fc from "fast-check";
import { createReceiver, type EventOutcome, type Outcome, type Sender } from "hookgate";
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
const quiet = { warn() {}, error() {} };

interface Sent {
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

/** Signs each delivery with the sender's own description and gives it to one receiver, in order. */
async function deliver<Types>(sender: Sender<Types>, ...sent: readonly Sent[]) {
  let runs = 0;
  const receiver = createReceiver(sender, { logger: quiet }).on("*" as never, () => void runs++);
  const outcomes: Outcome[] = [];
  for (const { headers = {}, body } of sent) {
    const request = {
      method: "POST",
      url: "https://example.com/hook",
      headers: { "content-type": "application/json", ...headers },
      body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
      timestampMs: Date.now(),
    };
    const signed = (await sender.definition.auth.sign?.(request)) ?? request;
    outcomes.push(await receiver.receive({ headers: signed.headers, body: signed.body }));
  }
  return {
    outcomes,
    runs,
    names: outcomes.map((outcome) => outcome.name),
    events: outcomes.flatMap((one) => one.events),
  };
}

const idsOf = (events: readonly EventOutcome[]) => events.map((event) => event.id);

describe("github", () => {
  const sender = github({ secret });
  const swaps = [
    ["a comment on an issue as the issue", "issues", { action: "deleted", issue: {}, comment: {} }],
    ["a review as the pull request", "pull_request", { action: "edited", pull_request: {}, review: {} }],
    [
      "a deployment's status as the deployment",
      "deployment",
      { action: "created", deployment: {}, deployment_status: {} },
    ],
    ["an app's issue as its installation", "installation", { action: "deleted", issue: {}, installation: {} }],
    ["a created branch as a deleted one", "delete", { ref_type: "branch", master_branch: "main" }],
    ["an issue as a release", "release", { action: "deleted", issue: {} }],
  ] as const;

  it.each(swaps)("refuses %s, and no handler runs", async (_, event, body) => {
    const { outcomes, runs } = await deliver(sender, {
      headers: { "x-github-event": event, "x-github-delivery": "d1" },
      body,
    });
    expect(outcomes[0]).toMatchObject({ name: "unidentified", reply: { status: 400 } });
    expect(outcomes[0]?.reply.body).toContain('"code":"unidentified"');
    expect(runs).toBe(0);
  });

  it.each([
    ["an app's installation", "installation", { action: "created", installation: {}, repositories: [], sender: {} }],
    ["an app's issue", "issues", { action: "opened", issue: {}, installation: {}, label: {} }],
    ["a star taken away", "star", { action: "deleted", starred_at: null }],
    ["a name that nobody has described", "something_new", { action: "done" }],
  ])("takes %s", async (_, event, body) => {
    const { names } = await deliver(sender, {
      headers: { "x-github-event": event, "x-github-delivery": "d1" },
      body,
    });
    expect(names).toEqual(["processed"]);
  });

  it("handles a redelivery under its id once", async () => {
    const push = { headers: { "x-github-event": "push", "x-github-delivery": "d1" }, body: { commits: [] } };
    expect(await deliver(sender, push, push)).toMatchObject({ names: ["processed", "duplicate"], runs: 1 });
  });
});

describe("shopify", () => {
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
    const outcome = await createReceiver(sender, { logger: quiet }).receive({
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

describe("gitlab", () => {
  it("does not dedupe by an id that several events share", async () => {
    const old = { headers: { "x-gitlab-event-uuid": "u1" }, body: { object_kind: "push" } };
    const { names, events } = await deliver(gitlab({ token: secret }), old, {
      ...old,
      body: { object_kind: "pipeline" },
    });
    expect(names).toEqual(["processed", "processed"]);
    expect(idsOf(events)).toEqual([undefined, undefined]);
  });

  it("handles a delivery without any id, without dedupe", async () => {
    const { outcomes, runs } = await deliver(gitlab({ token: secret }), {
      body: { object_kind: "push" },
    });
    expect(outcomes[0]).toMatchObject({ name: "processed", events: [{ id: undefined, type: "push" }] });
    expect(runs).toBe(1);
  });

  it("reads the type of system hooks from event_name", async () => {
    const { events } = await deliver(gitlab({ token: secret }), {
      headers: { "idempotency-key": "k" },
      body: { event_name: "project_create" },
    });
    expect(events).toMatchObject([{ id: "k", type: "project_create" }]);
  });

  it("is not built with a named option that is not set, though the other one is", () => {
    expect(() => gitlab({ token: secret, secret: undefined })).toThrow(/secret is missing/);
    expect(() => gitlab({ token: undefined, secret: whsec })).toThrow(/token is missing/);
    expect(() => gitlab({})).toThrow(/gitlab: give secret/);
  });
});

describe("cloudEvents", () => {
  const sender = cloudEvents({ token: secret });
  const structured = { "content-type": "Application/CloudEvents+JSON; charset=utf-8" };
  const event = { specversion: "1.0", source: "/s", type: "a" };

  it.each([
    ["id", { source: "/s", type: "a" }],
    ["source", { id: "1", type: "a" }],
    ["type", { id: "1", source: "/s" }],
  ])("refuses an event without its %s, and no handler runs", async (_, body) => {
    const { outcomes, runs } = await deliver(sender, { headers: structured, body });
    expect(outcomes[0]).toMatchObject({ name: "unidentified", reply: { status: 400 } });
    expect(runs).toBe(0);
  });

  it("keeps events apart whose ids are numbers", async () => {
    const { names, events } = await deliver(
      sender,
      { headers: structured, body: { ...event, id: 1 } },
      { headers: structured, body: { ...event, id: 2 } },
    );
    expect(names).toEqual(["processed", "processed"]);
    expect(idsOf(events)).toEqual(["/s.1", "/s.2"]);
  });

  it("takes data of any media type in binary mode", async () => {
    const headers = { "content-type": "application/xml", "ce-id": "1", "ce-source": "/s", "ce-type": "x" };
    expect(await deliver(sender, { headers, body: "<a/>" })).toMatchObject({ names: ["processed"], runs: 1 });
  });

  it("answers an empty batch as success", async () => {
    const headers = { "content-type": "application/cloudevents-batch+json" };
    const { outcomes } = await deliver(sender, { headers, body: [] });
    expect(outcomes[0]).toMatchObject({ name: "empty", reply: { status: 200 } });
  });

  it("compares origins as DNS does, and says the rate it was given", async () => {
    const limited = cloudEvents({ token: secret, allowedOrigins: ["Emitter.example.com"], allowedPerMinute: 60 });
    const headers = { "webhook-request-origin": "emitter.EXAMPLE.com", "webhook-request-rate": "120" };
    const outcome = await createReceiver(limited, { logger: quiet }).receive({ method: "OPTIONS", headers });
    expect(outcome).toMatchObject({ name: "handshake", reply: { headers: { "webhook-allowed-rate": "60" } } });
  });

  it.each([0, -1, 1.5, Number.NaN])("is not built with a rate of %s", (allowedPerMinute) => {
    expect(() => cloudEvents({ token: secret, allowedPerMinute })).toThrow(/allowedPerMinute must be a whole number/);
  });
});

describe("slack", () => {
  const sender = slack({ secret });

  it("handles a retried event once and says which attempt it is", async () => {
    const body = { type: "event_callback", event_id: "Ev1", event: { type: "message" } };
    const { names, runs } = await deliver(sender, { body }, { headers: { "x-slack-retry-num": "1" }, body });
    expect(names).toEqual(["processed", "duplicate"]);
    expect(runs).toBe(1);
  });

  it.each([
    ["longer than 512 characters", "x".repeat(513)],
    ["not a text", { html: "<script>" }],
  ])("echoes no challenge that is %s", async (_, challenge) => {
    const { outcomes } = await deliver(sender, { body: { type: "url_verification", challenge } });
    expect(outcomes[0]).toMatchObject({ name: "bad_payload", reply: { status: 400 } });
  });

  it("does not take an ssl_check with a wrong signature for one without", async () => {
    const receiver = createReceiver(sender, { logger: quiet });
    const outcome = await receiver.receive({
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-signature": `v0=${"0".repeat(64)}`,
        "x-slack-request-timestamp": String(Math.floor(Date.now() / 1000)),
      },
      body: "ssl_check=1",
    });
    expect(outcome).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
  });
});

describe("tossPayments", () => {
  it("refuses a DEPOSIT_CALLBACK that names its own type, to get round its secret", async () => {
    const sender = tossPayments({ confirm: () => true, depositSecret: () => "ps_1" });
    const { outcomes, runs } = await deliver(sender, {
      headers: { "tosspayments-webhook-transmission-id": "t1" },
      body: { eventType: "DEPOSIT_CALLBACK", orderId: "o1", status: "DONE" },
    });
    expect(outcomes[0]).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    expect(runs).toBe(0);
  });

  it.each([
    ["no securityKey", { eventType: "payout.changed", eventId: "e" }, "misconfigured", 500],
    ["no depositSecret", { orderId: "o1", secret: "ps_1" }, "misconfigured", 500],
    ["neither type nor secret", { orderId: "o1" }, "unauthenticated", 401],
  ])("does not let a delivery through with %s", async (_, body, name, status) => {
    const sender = tossPayments({ confirm: () => true });
    const { outcomes, runs } = await deliver(sender, {
      headers: { "tosspayments-webhook-transmission-id": "t1" },
      body,
    });
    expect(outcomes[0]).toMatchObject({ name, reply: { status } });
    expect(runs).toBe(0);
  });

  it("is undecided when the look-up of a deposit's secret fails", async () => {
    const depositSecret = () => Promise.reject(new Error("database is down"));
    const { outcomes } = await deliver(tossPayments({ confirm: () => true, depositSecret }), {
      headers: { "tosspayments-webhook-transmission-id": "t1" },
      body: { orderId: "o1", secret: "ps_1" },
    });
    expect(outcomes[0]).toMatchObject({ name: "undecided", reply: { status: 503 } });
  });
});

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
    const receiver = createReceiver(sender, { logger: quiet, dedupe: false }).on("*", () => void runs++);
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
