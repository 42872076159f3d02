// Tests that `hookgate verify` finds each cause of a rejection and its fix.
import { defineSender, json } from "hookgate";
import { hmac } from "hookgate/auth";
import { github, square, standardWebhooks, stripe } from "hookgate/senders";
import { createTestSender, type SignedDelivery } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { type Called, cli, file, type World } from "./cli.js";

const SECRET = "whsec_5WlKQh0vTtVqGzWJr8x2mXnYb4cP7sDe";
const env = { STRIPE_SECRET: SECRET };
const HOOK = "https://example.com/webhooks/stripe";
/** A body in Stripe's layout: indented, with line breaks. */
const INVOICE = `{\n  "id": "evt_1",\n  "type": "invoice.paid",\n  "livemode": true,\n  "data": {\n    "object": {\n      "id": "in_1", "note": "5 € / month"\n    }\n  }\n}`;

function record(signed: SignedDelivery, more: Readonly<Record<string, unknown>> = {}): string {
  const { method, url, headers, body } = signed;
  return file(JSON.stringify({ method, url, headers, body: Buffer.from(body).toString("utf8"), ...more }));
}

function fromStripe(body: string | Uint8Array = INVOICE, secret = SECRET, now = Date.now): Promise<SignedDelivery> {
  return createTestSender(stripe({ secret }), { now, url: HOOK }).sign({ body });
}

interface Told {
  readonly ok: boolean;
  readonly status: number;
  readonly matched?: string;
  readonly findings: readonly {
    readonly code: string;
    readonly level: string;
    readonly message: string;
    readonly fix: string;
  }[];
}

async function verify(args: readonly string[], world: World = { env }): Promise<Told & { readonly called: Called }> {
  const called = await cli(["verify", ...args, "--json"], world);
  if (called.code === 2 || called.code === 3) throw new Error(called.out);
  for (const text of Object.values(world.env ?? {})) expect(called.out + called.err).not.toContain(text.trim());
  return { ...(called.json() as unknown as Told), called };
}

const asStripe = ["--sender", "stripe", "--secret-env", "STRIPE_SECRET"];

describe("a good delivery", () => {
  it("is accepted, with the secret that matched", async () => {
    const told = await verify([...asStripe, "--delivery", record(await fromStripe())]);
    expect(told).toMatchObject({ ok: true, status: 200, matched: "STRIPE_SECRET", findings: [] });
    expect(told.called.code).toBe(0);
  });

  it("names the matching secret among several", async () => {
    const delivery = record(await fromStripe());
    const world = { env: { ...env, NEW_SECRET: "whsec_the_one_that_comes_next_year" } };
    const args = ["--sender", "stripe", "--secret-env", "NEW_SECRET", "--secret-env", "STRIPE_SECRET"];
    expect(await verify([...args, "--delivery", delivery], world)).toMatchObject({
      ok: true,
      matched: "STRIPE_SECRET",
    });
  });

  it("is read as JSON, as a raw HTTP message, or as headers and body", async () => {
    const { headers, body } = await fromStripe();
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const message = Buffer.concat([Buffer.from(`POST /hooks HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`), body]);
    const whole = JSON.stringify({ headers, bodyBase64: Buffer.from(body).toString("base64") });
    for (const args of [
      ["--delivery", file(message)],
      ["--delivery", file(whole)],
      ["--headers", file(lines.join("\n")), "--body", file(body)],
      ["--headers", file(JSON.stringify(headers)), "--body", file(body)],
    ]) {
      expect(await verify([...asStripe, ...args])).toMatchObject({ ok: true });
    }
    expect(await verify([...asStripe, "--delivery", "-"], { env, input: message })).toMatchObject({ ok: true });
  });

  it("is reported as text", async () => {
    const { out, code } = await cli(["verify", ...asStripe, "--delivery", record(await fromStripe())], { env });
    expect(out).toMatch(
      /accepted: a receiver answers 200\n {2}signed with the secret in STRIPE_SECRET\n {2}event invoice.paid evt_1/,
    );
    expect(code).toBe(0);
  });
});

describe("finds why Stripe's delivery is rejected:", () => {
  const other = "whsec_of_the_endpoint_in_test_mode_12";
  const causes: readonly [
    cause: string,
    deliver: () => Promise<string> | string,
    world: World,
    code: string,
    message: RegExp,
    fix: RegExp,
  ][] = [
    [
      "the secret of another endpoint, which another variable holds",
      async () => record(await fromStripe(INVOICE, other)),
      { env: { ...env, STRIPE_TEST_SECRET: other } },
      "secret_other",
      /signed with the secret in STRIPE_TEST_SECRET, not with STRIPE_SECRET: .*test or live/,
      /secret of the endpoint/,
    ],
    [
      "a secret that is in no variable",
      async () => record(await fromStripe(INVOICE, other)),
      { env },
      "secret_wrong",
      /The delivery is from live mode: check that the secret is, too/,
      /another endpoint, or is an old one.*Workbench/s,
    ],
    [
      "a secret with a line break at its end",
      async () => record(await fromStripe()),
      { env: { STRIPE_SECRET: `${SECRET}\n` } },
      "secret_white_space",
      /STRIPE_SECRET has white space around it/,
      /Trim it/,
    ],
    [
      "a secret without its whsec_",
      async () => record(await fromStripe()),
      { env: { STRIPE_SECRET: SECRET.slice(6) } },
      "secret_form",
      /lacks the prefix whsec_/,
      /Give it as the sender shows it/,
    ],
    [
      "a secret in quotes",
      async () => record(await fromStripe()),
      { env: { STRIPE_SECRET: `"${SECRET}"` } },
      "secret_form",
      /quotes around it/,
      /Remove the quotes/,
    ],
    [
      "a secret that is base64-encoded once too often",
      async () => record(await fromStripe()),
      { env: { STRIPE_SECRET: Buffer.from(SECRET).toString("base64") } },
      "secret_form",
      /base64-encoded once too often/,
      /Kubernetes/,
    ],
    [
      "an API key",
      async () => record(await fromStripe(INVOICE, other)),
      { env: { STRIPE_SECRET: "sk_live_51H8xQ2eZvKYlo2C0aBcDeFgH" } },
      "secret_is_api_key",
      /is an API key \(it starts with sk_live_\)/,
      /whsec_/,
    ],
    [
      "a line break that was added to the body",
      async () => record({ ...(await fromStripe()), body: Buffer.from(`${INVOICE}\n`) }),
      { env },
      "body_changed",
      /a line break was added at its end/,
      /byte by byte/,
    ],
    [
      "line breaks that became CRLF",
      async () => record({ ...(await fromStripe()), body: Buffer.from(INVOICE.replaceAll("\n", "\r\n")) }),
      { env },
      "body_changed",
      /became CRLF/,
      /byte by byte/,
    ],
    [
      "a clock that is fast",
      async () => record(await fromStripe(INVOICE, SECRET, () => Date.now() - 900_000), { receivedAt: Date.now() }),
      { env },
      "clock",
      /signed 900 s before it arrived .* the tolerance is 300 s/,
      /receiver's clock is fast.*NTP/,
    ],
    [
      "a clock that is slow",
      async () => record(await fromStripe(), { receivedAt: Date.now() - 3_600_000 }),
      { env },
      "clock",
      /signed 3600 s after it arrived/,
      /receiver's clock is slow/,
    ],
    [
      "another sender's delivery",
      async () =>
        record(await createTestSender(github({ secret: SECRET })).sign({ type: "push", payload: { commits: [] } })),
      { env },
      "sender_wrong",
      /the delivery is from GitHub or a sender with the same scheme, not from Stripe/,
      /github\(\{ secret \}\)/,
    ],
    [
      "another sender's delivery, with another secret",
      async () =>
        record(await createTestSender(github({ secret: "x".repeat(20) })).sign({ type: "push", payload: {} })),
      { env },
      "sender_wrong",
      /its headers are those of .*GitHub/,
      /--sender/,
    ],
    [
      "no signature",
      () => file(JSON.stringify({ headers: { "content-type": "application/json" }, body: INVOICE })),
      { env },
      "credentials_missing",
      /stripe-signature/,
      /no proxy drops headers/,
    ],
    [
      "a signature that came twice",
      async () => {
        const { headers } = await fromStripe();
        const twice = [headers["stripe-signature"], headers["stripe-signature"]];
        return file(JSON.stringify({ headers: { ...headers, "stripe-signature": twice }, body: INVOICE }));
      },
      { env },
      "refused",
      /more than once/,
      /./,
    ],
    [
      "a content type that Stripe does not use",
      async () => {
        const { headers, body } = await fromStripe();
        const text = Buffer.from(body).toString("utf8");
        return file(JSON.stringify({ headers: { ...headers, "content-type": "text/plain" }, body: text }));
      },
      { env },
      "refused",
      /content type/,
      /format chosen at the sender/,
    ],
  ];
  it.each(causes)("%s", async (_, deliver, world, code, message, fix) => {
    const { ok, findings, called } = await verify([...asStripe, "--delivery", await deliver()], world);
    expect(findings.find((finding) => finding.code === code)).toMatchObject({
      level: "problem",
      message: expect.stringMatching(message),
      fix: expect.stringMatching(fix),
    });
    expect(findings.filter(({ level }) => level === "problem")).toHaveLength(1);
    expect([ok, called.code]).toEqual([false, 1]);
  });

  const written: readonly [string, string, string][] = [
    ["JSON.stringify for an indent", JSON.stringify(JSON.parse(INVOICE), null, 2), JSON.stringify(JSON.parse(INVOICE))],
    ["an indent for none", '{"id":"e","type":"a.b"}', JSON.stringify({ id: "e", type: "a.b" }, null, 2)],
    [
      "JavaScript's for Python's",
      '{"id": "e", "type": "a.b", "n": [1, "\\u20ac"]}',
      '{"id":"e","type":"a.b","n":[1,"€"]}',
    ],
    [
      "JavaScript's for PHP's",
      '{"id":"e","type":"a.b","u":"https:\\/\\/x.y"}',
      '{"id":"e","type":"a.b","u":"https://x.y"}',
    ],
    ["JavaScript's for Go's", '{"id":"e","type":"a.b","q":"a\\u0026b"}', '{"id":"e","type":"a.b","q":"a&b"}'],
  ];
  it.each(written)("a body that was parsed and serialised again: %s", async (_, signed, came) => {
    const delivery = record({ ...(await fromStripe(signed)), body: Buffer.from(came) });
    const { findings } = await verify([...asStripe, "--delivery", delivery]);
    expect(findings).toMatchObject([
      {
        code: "body_reencoded",
        message: expect.stringMatching(/parsed and written again as JSON/),
        fix: expect.stringMatching(/before express\.json\(\)/),
      },
    ]);
  });

  it("two causes together: body and clock, secret and body", async () => {
    const old = await fromStripe(`${INVOICE}\n`, SECRET, () => Date.now() - 900_000);
    const stale = await verify([...asStripe, "--delivery", record({ ...old, body: Buffer.from(INVOICE) })]);
    expect(stale.findings.map(({ code }) => code)).toEqual(["body_changed", "clock"]);
    const changed = record({ ...(await fromStripe()), body: Buffer.from(`${INVOICE}\n`) });
    const both = await verify([...asStripe, "--delivery", changed], { env: { STRIPE_SECRET: SECRET.slice(6) } });
    expect(both.findings.map(({ code }) => code)).toEqual(["secret_form", "body_changed"]);
  });

  it("an old recording without its arrival time", async () => {
    const delivery = record(await fromStripe(INVOICE, SECRET, () => Date.now() - 86_400_000));
    const { findings } = await verify([...asStripe, "--delivery", delivery]);
    expect(findings).toMatchObject([{ code: "clock", fix: expect.stringMatching(/--received-at/) }]);
    const at = new Date(Date.now() - 86_400_000 + 2_000).toISOString();
    expect(await verify([...asStripe, "--delivery", delivery, "--received-at", at])).toMatchObject({ ok: true });
  });

  it("a recording with the parsed body instead of the bytes", async () => {
    const delivery = record(await fromStripe(), { body: JSON.parse(INVOICE.replace(', "note"', ',\n      "note"')) });
    const signed = await fromStripe(JSON.stringify(JSON.parse(INVOICE), null, 2));
    const { findings } = await verify([...asStripe, "--delivery", record(signed, { body: JSON.parse(INVOICE) })]);
    expect(findings).toMatchObject([{ code: "record_parsed", fix: expect.stringMatching(/bodyBase64/) }]);
    expect((await verify([...asStripe, "--delivery", delivery])).ok).toBe(false);
  });
});

describe("the final line break of a secret file", () => {
  it("is a note, not a problem", async () => {
    const args = ["--sender", "stripe", "--secret-file", file(`${SECRET}\n`), "--delivery", record(await fromStripe())];
    const told = await verify(args, {});
    expect(told).toMatchObject({ ok: true, findings: [{ code: "secret_white_space", level: "note" }] });
    expect(told.called.out).not.toContain(SECRET);
  });
});

describe("a signer that handles whsec_ wrongly", () => {
  it("is found when it used the text instead of the decoded base64", async () => {
    const secret = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
    const asText = hmac({
      secret,
      signed: "{header:webhook-id}.{timestamp}.{body}",
      timestamp: { kind: "time", in: "header", name: "webhook-timestamp", format: "unix-seconds" },
      signature: { header: "webhook-signature", encoding: "base64", form: { list: "v1,", separator: " " } },
    });
    const wrong = defineSender({ name: "wrong", auth: asText, event: { type: json("type") } });
    const signed = await createTestSender(wrong).sign({ type: "a.b", headers: { "webhook-id": "msg_1" } });
    const args = ["--sender", "standard-webhooks", "--secret-env", "HOOK", "--delivery", record(signed)];
    const { findings } = await verify(args, { env: { HOOK: secret } });
    expect(findings).toMatchObject([
      { code: "secret_form", message: expect.stringMatching(/used as text by the signer/) },
    ]);
  });

  it("a secret that the sender refuses is corrected, and the correction is reported", async () => {
    const secret = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
    const signed = await createTestSender(standardWebhooks({ secret })).sign({ type: "a.b" });
    const args = ["--sender", "standard-webhooks", "--secret-env", "HOOK", "--delivery", record(signed)];
    const { findings } = await verify(args, { env: { HOOK: `'${secret}'` } });
    expect(findings).toMatchObject([{ code: "secret_form", message: expect.stringMatching(/quotes/) }]);
  });
});

describe("a signed URL behind a proxy", () => {
  const secret = "square-signature-key-0123";
  const registered = "https://shop.example.com/hooks/square";

  it("is found from the headers of the proxy", async () => {
    const signed = await createTestSender(square({ secret }), { url: registered }).sign({ type: "a.b" });
    const behind = {
      url: "/hooks/square",
      headers: {
        ...signed.headers,
        host: "10.0.0.7:3000",
        "x-forwarded-host": "shop.example.com",
        "x-forwarded-proto": "https",
      },
    };
    const args = ["--sender", "square", "--secret-env", "KEY", "--delivery", record(signed, behind)];
    const { findings } = await verify([...args, "--public-url", "http://10.0.0.7:3000"], { env: { KEY: secret } });
    expect(findings).toMatchObject([
      {
        code: "url_wrong",
        message: expect.stringContaining(registered),
        fix: expect.stringContaining(`publicUrl: "${registered}"`),
      },
    ]);
    expect(await verify([...args, "--public-url", registered], { env: { KEY: secret } })).toMatchObject({ ok: true });
  });
});

describe("a sender of the user", () => {
  it("is loaded from its file", async () => {
    const source = `
      export const sender = ({ secret }) => ({
        name: "erp",
        definition: { auth: { verify: () => ({ ok: secret === "right-0123456789", outcome: "unauthenticated", hint: "no", keyIndex: 0, covers: { body: true, method: false, url: false, headers: [] } }), covers: { body: true, method: false, url: false, headers: [] }, signsTime: false, credentialHeaders: [], needsPublicUrl: false, scheme: "own" }, event: { type: { kind: "text", in: "json", name: "type" } } },
        profile: { methods: ["POST"], successStatus: 200, successStatuses: [200], successHeaders: {}, successBody: "", retries: true, honoursRetryAfter: true, timeLimitSeconds: 5, retryHorizonSeconds: 60, unsubscribes: [], maxBodyBytes: 1000 },
      });`;
    const path = file(source, "erp.mjs");
    const delivery = file('{"headers":{"content-type":"application/json"},"body":"{\\"type\\":\\"a\\"}"}');
    const args = ["--sender", path, "--secret-env", "ERP", "--delivery", delivery];
    expect(await verify(args, { env: { ERP: "right-0123456789" } })).toMatchObject({ ok: true, matched: "ERP" });
    expect((await verify(args, { env: { ERP: "wrong-0123456789" } })).ok).toBe(false);
  });
});
