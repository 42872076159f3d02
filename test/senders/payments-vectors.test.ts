// Deliveries that payment vendors publish go through a whole receiver; and those that they refuse are refused.
import { createReceiver, type Sender } from "hookgate";
import { adyen, braintree, coinbaseCommerce, ebay, hook0, paddle, paypal, razorpay, square } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import constructed from "../vectors/constructed.json" with { type: "json" };
import mustRefuse from "../vectors/must-refuse.json" with { type: "json" };
import own from "../vectors/payments.json" with { type: "json" };
import published from "../vectors/published.json" with { type: "json" };

interface Vector {
  readonly provider: string;
  readonly description: string;
  readonly method: string;
  readonly url: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly secretOrKey: string;
  readonly extra: {
    readonly now?: number;
    readonly webhookId?: string;
    readonly publicKey?: string;
    readonly reply?: string;
  };
  readonly valid: boolean;
}

const endpoint = "https://example.com/webhooks/ebay";
const verifyToken = "0123456789abcdef0123456789abcdef";
const FACTORIES: Readonly<Record<string, (vector: Vector) => unknown>> = {
  adyen: ({ secretOrKey: secret }) => adyen({ secret }),
  braintree: ({ secretOrKey, extra }) => braintree({ publicKey: extra.publicKey ?? "", privateKey: secretOrKey }),
  "coinbase-commerce": ({ secretOrKey: secret }) => coinbaseCommerce({ secret }),
  ebay: ({ secretOrKey }) => ebay({ keys: () => secretOrKey, verifyToken, endpoint }),
  hook0: ({ secretOrKey: secret }) => hook0({ secret }),
  paddle: ({ secretOrKey: secret }) => paddle({ secret }),
  paypal: ({ secretOrKey, extra }) => paypal({ webhookId: extra.webhookId ?? "", publicKey: secretOrKey }),
  razorpay: ({ secretOrKey: secret }) => razorpay({ secret }),
  square: ({ secretOrKey: secret }) => square({ secret }),
};
const vectors = [...published, ...constructed, ...mustRefuse, ...own].filter((one) =>
  Object.hasOwn(FACTORIES, one.provider),
) as readonly Vector[];

function receive(vector: Vector, changed: Partial<Pick<Vector, "body" | "headers">> = {}) {
  const { now } = vector.extra;
  const { pathname, search } = new URL(vector.url ?? "https://example.com/");
  const receiver = createReceiver(FACTORIES[vector.provider]?.(vector) as Sender<Record<string, unknown>>, {
    logger: { warn() {}, error() {} },
    ...(now === undefined ? {} : { now: () => now * 1000 }),
    ...(vector.url === null ? {} : { publicUrl: vector.url }),
  });
  const { method, headers, body } = { ...vector, ...changed };
  return receiver.receive({ method, url: pathname + search, headers, body });
}

const isProven = expect.objectContaining({ check: "prove", verdict: "passed" });
const deliveries = vectors.filter((one) => one.valid && one.method === "POST");

describe.each(deliveries)("$provider: $description", (vector) => {
  it("is proven", async () => {
    const outcome = await receive(vector);
    expect(outcome.trace, outcome.hint).toContainEqual(isProven);
    expect(outcome.reply.status).not.toBe(401);
  });

  it("is refused once what is signed is changed", async () => {
    expect(await receive(vector, { body: withOneChange(vector) })).toMatchObject({
      name: "unauthenticated",
      reply: { status: 401 },
    });
  });
});

/** Of a payment notification of Adyen only some members are signed; otherwise one byte more is another body. */
function withOneChange({ provider, headers, body }: Vector): string {
  const signsMembers = provider === "adyen" && headers.hmacsignature === undefined;
  return signsMembers ? body.replace('"value":1000', '"value":1001') : `${body} `;
}

it.each(vectors.filter((one) => !one.valid))("refuses $provider: $description", async (vector) => {
  const outcome = await receive(vector);
  expect([400, 401], outcome.hint).toContain(outcome.reply.status);
  expect(outcome.events).toEqual([]);
});

it.each(vectors.filter((one) => one.extra.reply !== undefined))("answers $provider: $description", async (vector) => {
  expect(await receive(vector)).toMatchObject({
    name: "handshake",
    reply: { status: 200, body: vector.extra.reply },
  });
});

it("has looked at every vector of these senders", () => {
  expect(Object.keys(FACTORIES).filter((name) => !vectors.some((one) => one.provider === name))).toEqual([]);
  expect(vectors.length).toBeGreaterThanOrEqual(18);
});
