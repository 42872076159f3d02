// Deliveries that vendors of mail, forms, telephony and the like publish go through a whole receiver.
import type { Outcome, Sender } from "hookgate";
import {
  awsSns,
  box,
  contentful,
  hubspot,
  mailgun,
  mandrill,
  messagebird,
  sendgrid,
  twilio,
  workos,
} from "hookgate/senders";
import { describe, expect, it } from "vitest";
import constructed from "../vectors/constructed.json" with { type: "json" };
import mustRefuse from "../vectors/must-refuse.json" with { type: "json" };
import published from "../vectors/published.json" with { type: "json" };
import { delivered } from "./deliver.js";

interface Vector {
  readonly provider: string;
  readonly description: string;
  readonly method: string;
  readonly url: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly secretOrKey: string;
  readonly extra: { readonly now?: number; readonly nowMs?: number; readonly secondaryKey?: string };
  readonly valid: boolean;
}

const TOPIC = "arn:aws:sns:us-east-1:123456789012:MyTopic";
const FACTORIES: Readonly<Record<string, (vector: Vector) => unknown>> = {
  "aws-sns": ({ secretOrKey: publicKey }) => awsSns({ topicArns: TOPIC, publicKey }),
  box: ({ secretOrKey, extra }) => box({ secret: [secretOrKey, extra.secondaryKey ?? "another-key-0123"] }),
  contentful: ({ secretOrKey: secret }) => contentful({ secret }),
  hubspot: ({ secretOrKey: secret }) => hubspot({ secret }),
  mailgun: ({ secretOrKey: secret }) => mailgun({ secret }),
  mandrill: ({ secretOrKey: secret }) => mandrill({ secret }),
  messagebird: ({ secretOrKey: secret = "0123456789abcdef0123456789abcdef" }) => messagebird({ secret }),
  sendgrid: ({ secretOrKey: publicKey }) => sendgrid({ publicKey }),
  twilio: ({ secretOrKey: secret }) => twilio({ secret }),
  workos: ({ secretOrKey: secret }) => workos({ secret }),
};
const vectors = [...published, ...constructed, ...mustRefuse].filter((one) =>
  Object.hasOwn(FACTORIES, one.provider),
) as readonly Vector[];

function receive(vector: Vector, changed: Partial<Pick<Vector, "body" | "url">> = {}): Promise<Outcome> {
  const { now, nowMs = now === undefined ? undefined : now * 1000 } = vector.extra;
  const { method, headers, body, url } = { ...vector, ...changed };
  const { receive: send } = delivered(FACTORIES[vector.provider]?.(vector) as Sender<Record<string, unknown>>, {
    ...(nowMs === undefined ? {} : { now: () => nowMs }),
    publicUrl: vector.url ?? "https://example.com/",
  });
  return send({ method, url: (url ?? "https://example.com/").replace(/^https?:\/\/[^/]+/, ""), headers, body });
}

const isProven = expect.objectContaining({ check: "prove", verdict: "passed" });
/** Of these nothing is read but two members, which stay as they are. */
const BINDS_LITTLE: readonly string[] = ["mailgun"];
/** The confirmation would ask AWS. */
const ASKS = (vector: Vector) => vector.headers["x-amz-sns-message-type"] === "SubscriptionConfirmation";

describe.each(vectors.filter((one) => one.valid && !ASKS(one)))("$provider: $description", (vector) => {
  it("is proven", async () => {
    const outcome = await receive(vector);
    expect(outcome.trace).toContainEqual(isProven);
    expect(outcome.reply.status).not.toBe(401);
  });

  it.runIf(vector.body !== "" && !BINDS_LITTLE.includes(vector.provider))(
    "is refused with one letter changed",
    async () => {
      const at = vector.body.search(/[a-z](?=[^a-z]*$)/);
      const body = vector.body.slice(0, at) + (vector.body[at] === "x" ? "y" : "x") + vector.body.slice(at + 1);
      const outcome = await receive(vector, { body });
      expect([400, 401]).toContain(outcome.reply.status);
      expect(outcome.trace).not.toContainEqual(isProven);
    },
  );
});

describe.each(vectors.filter((one) => !one.valid))("$provider: $description", (vector) => {
  it("is refused", async () => {
    const outcome = await receive(vector);
    expect([400, 401, 405]).toContain(outcome.reply.status);
    expect(outcome.trace).not.toContainEqual(isProven);
  });
});

describe("freshness, in each sender's unit", () => {
  const one = (provider: string) => vectors.find((vector) => vector.provider === provider && vector.valid) as Vector;
  const at = (provider: string, seconds: number) => {
    const vector = one(provider);
    const { now, nowMs = (now ?? 0) * 1000 } = vector.extra;
    return receive({ ...vector, extra: { ...vector.extra, nowMs: nowMs + seconds * 1000 } });
  };
  it.each([
    ["box", 600],
    ["workos", 180],
    ["contentful", 30],
    ["sendgrid", 300],
    ["mailgun", 300],
  ])("%s: accepts %i s, and refuses a second more, both ways", async (provider, seconds) => {
    expect((await at(provider, seconds)).name).not.toBe("unauthenticated");
    expect((await at(provider, -seconds)).name).not.toBe("unauthenticated");
    expect((await at(provider, seconds + 1)).name).toBe("unauthenticated");
    expect((await at(provider, -seconds - 1)).name).toBe("unauthenticated");
  });
});
