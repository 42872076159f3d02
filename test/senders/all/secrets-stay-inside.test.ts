// A secret that comes with a delivery proves it, and goes no further: no handler, inbox, log, trace, tool or record has it.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createReceiver,
  defineSender,
  form,
  json,
  type Outcome,
  type OutcomeMessage,
  type Sender,
  type WebhookEvent,
} from "hookgate";
import { allOf, anyOf, basicAuth, hmac, staticToken } from "hookgate/auth";
import { sqliteInbox } from "hookgate/inbox/sqlite";
import { inspector } from "hookgate/inspector";
import { instrument } from "hookgate/otel";
import { createTestSender, type RecordedDelivery, recordDeliveries, replayDelivery } from "hookgate/testing";
import { afterEach, describe, expect, it } from "vitest";
import { describedSenders } from "../../../scripts/sender-pages.js";
import { sampleKey, sampleOptions, sampleRequest } from "../../../scripts/sender-samples.js";
import type { SignedDelivery } from "../../../src/test-sender/compose.js";
import { startSdk } from "../../otel/sdk.js";

const ORIGIN = "https://example.com";
type AnySender = Sender<Record<string, unknown>>;
interface Case {
  readonly name: string;
  readonly sender: AnySender;
  readonly secret: string;
  readonly delivery: SignedDelivery;
}

const SILENT = { warn() {}, error() {} };
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** As it could be written. */
function holds(text: string, secret: string): boolean {
  const forms = [secret, encodeURIComponent(secret), Buffer.from(`hooks:${secret}`).toString("base64")];
  return forms.some((form) => text.includes(form));
}

function textsOf({ url, headers, body }: SignedDelivery): string {
  return [url, JSON.stringify(headers), Buffer.from(body).toString("latin1")].join("\n");
}

/** Everything that can be had of what a receiver is given. */
async function everythingOf(sender: AnySender, deliveries: readonly SignedDelivery[]): Promise<readonly string[]> {
  const told: string[] = [];
  const tell = (what: string, value: unknown): void => void told.push(`${what}: ${inspect(value)}`);
  const folder = mkdtempSync(join(tmpdir(), "hookgate-secrets-"));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  const inbox = sqliteInbox(join(folder, "inbox.db"));
  const sdk = startSdk();
  const level = (name: string) => (details: object, message: string) => tell(`log ${name}`, { details, message });
  const logger = { debug: level("debug"), info: level("info"), warn: level("warn"), error: level("error") };
  const common = {
    logger,
    onError: (error: Error) => tell("onError", { error, cause: error.cause }),
    onOutcome: (outcome: Outcome) => tell("onOutcome", outcome),
    ...(sender.definition.auth.needsPublicUrl ? { publicUrl: ORIGIN } : {}),
  };
  function handle(event: WebhookEvent): void {
    const { id, type, payload, headers, body, tenant } = event;
    const seen = { id, type, payload, headers, body: Buffer.from(body).toString("latin1"), tenant };
    tell("event", seen);
    throw new Error(`cannot handle ${JSON.stringify(seen)}`); // as careless code does
  }
  const direct = createReceiver(sender, { ...common, dedupe: false }).on("*", handle);
  const kept = createReceiver(sender, { ...common, scope: "kept", inbox }).on("*", handle);
  kept.work({ maxAttempts: 1 });
  const receivers = [direct, kept] as const;
  const recordings = receivers.map((one) => recordDeliveries(one, { includeUnproven: true }));
  const { tracerProvider, meterProvider } = sdk;
  const telemetry = instrument({ tracerProvider, meterProvider, recordExceptions: true });
  const proven = ({ outcome, delivery }: OutcomeMessage): void => {
    if (!outcome.trace.some(({ check, result }) => check === "authenticate" && result === "passed")) return;
    tell("the body on the channel", delivery?.body.toString("latin1") ?? "");
  };
  const hear = (message: unknown) => proven(message as OutcomeMessage);
  subscribe("hookgate:outcome", hear);
  const watched = inspector(receivers, { authorize: () => true, hosts: ["localhost"] });
  const server = createServer(watched).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  closers.push(async () => {
    unsubscribe("hookgate:outcome", hear);
    watched.close();
    server.closeAllConnections();
    server.close();
    telemetry.disable();
    await Promise.all(receivers.map((one) => one.close({ graceSeconds: 1 })));
    await inbox.close();
    await sdk.stop();
  });

  for (const { method, url, headers, body } of deliveries) {
    const target = url.startsWith(ORIGIN) ? url.slice(ORIGIN.length) : url;
    for (const receiver of receivers) await receiver.receive({ method, url: target, headers, body });
  }
  await expect.poll(async () => (await inbox.counts()).waiting + (await inbox.counts()).running).toBe(0);

  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const page = async <View>(path: string): Promise<View> => {
    const text = await (await fetch(`${base}/api/${path}`)).text();
    told.push(`inspector ${path}: ${text}`);
    return JSON.parse(text) as View;
  };
  const { deliveries: listed } = await page<{ deliveries: readonly { n: number }[] }>("state");
  expect(listed.length).toBeGreaterThanOrEqual(deliveries.length * 2);
  for (const { n } of listed) await page(`deliveries/${n}`);
  for (const state of ["done", "dead"]) {
    for (const { key } of await page<readonly { key: string }[]>(`inboxes/0?state=${state}`))
      await page(`inboxes/0/${key}`);
  }
  for (const recording of recordings) told.push(`recorded: ${JSON.stringify(recording.stop())}`);
  for (const span of sdk.spans()) tell("span", { ...span, attributes: span.attributes, events: span.events });
  for (const file of readdirSync(folder)) told.push(`${file}: ${readFileSync(join(folder, file), "latin1")}`);
  return told;
}

/** JSON, with errors and bytes as texts. */
function inspect(value: unknown): string {
  const seen = new Set<unknown>();
  return JSON.stringify(value, (_, one: unknown) => {
    if (typeof one === "bigint") return String(one);
    if (one instanceof Uint8Array) return Buffer.from(one).toString("latin1");
    if (typeof one !== "object" || one === null) return one;
    if (seen.has(one)) return undefined;
    seen.add(one);
    return one instanceof Error ? { ...one, message: one.message, stack: one.stack, cause: one.cause } : one;
  });
}

/** Where it is, without quoting it all. */
function leaksOf(told: readonly string[], secret: string): readonly string[] {
  return told.filter((text) => holds(text, secret)).map((text) => text.slice(0, 200));
}

/** Secrets among the options that samples are built with. */
function secretsOf(options: Readonly<Record<string, unknown>>): readonly string[] {
  const named = Object.entries(options).filter(([name]) => /secret|token|password|state/i.test(name));
  return named.flatMap(([, value]) => (typeof value === "string" ? [value] : []));
}

async function senderCases(): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const { about, sender } of describedSenders()) {
    if (sender.definition.auth.sign === undefined) continue;
    const delivery = await createTestSender(sender, sampleKey(about)).sign(sampleRequest(about));
    const secret = secretsOf(sampleOptions(about)).find((one) => holds(textsOf(delivery), one));
    if (secret !== undefined)
      cases.push({ name: about.factory, sender: sender as unknown as AnySender, secret, delivery });
  }
  return cases;
}
const cases = await senderCases();

it("these senders send a secret with every delivery", () => {
  // Whoever adds a sender finds it here, and tested below.
  expect(cases.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["meraki", "cloudsignal", "microsoftGraph", "azureEventGrid", "mailchimp", "telegram"]),
  );
  expect(cases.length).toBeGreaterThan(15);
});

describe.each(cases)("$name", ({ sender, secret, delivery }) => {
  it("keeps the secret of a genuine delivery to itself", async () => {
    const told = await everythingOf(sender, [delivery]);
    expect(told.some((text) => text.startsWith("event: "))).toBe(true);
    expect(leaksOf(told, secret)).toEqual([]);
  });

  it("is recorded without it, and sent again with it", async () => {
    const options = sender.definition.auth.needsPublicUrl ? { publicUrl: ORIGIN } : {};
    const receiver = createReceiver(sender, { dedupe: false, logger: SILENT, ...options }).on("*", () => undefined);
    const recording = recordDeliveries(receiver);
    await receiver.receive({ ...delivery, url: delivery.url.slice(ORIGIN.length) });
    const [kept] = recording.stop();
    expect(holds(JSON.stringify(kept), secret)).toBe(false);
    const again = await replayDelivery(receiver, kept as RecordedDelivery, { sender });
    expect(again.status).toBe(sender.profile.successStatus);
  });

  it("keeps it to itself where it is not the one that was expected: it may be right elsewhere", async () => {
    const other = { ...delivery, ...wrongly(delivery, secret) };
    const told = await everythingOf(sender, [other]);
    expect(told.some((text) => text.startsWith("event: "))).toBe(false);
    expect(leaksOf(told, OTHER)).toEqual([]);
  });
});

/** As long as the samples' secrets, and in their alphabet. */
const OTHER = "fedcba9876543210fedcba9876543210";
function wrongly({ url, headers, body }: SignedDelivery, secret: string): Partial<SignedDelivery> {
  const basic = (text: string) => Buffer.from(`hooks:${text}`).toString("base64");
  const other = (text: string) => text.replaceAll(secret, OTHER).replaceAll(basic(secret), basic(OTHER));
  return {
    url: other(url),
    headers: JSON.parse(other(JSON.stringify(headers))) as Record<string, string>,
    body: Buffer.from(other(Buffer.from(body).toString("utf8"))),
  };
}

const SECRET = "0123456789abcdef0123456789abcdef";
const TOSS_SECRET = "ps_0123456789abcdefghij";
const JSON_TYPE = { "content-type": "application/json" };
const post = (body: string, headers: Record<string, string> = {}, url = "/hooks"): SignedDelivery => ({
  method: "POST",
  url,
  headers: { ...JSON_TYPE, ...headers },
  body: Buffer.from(body),
  id: undefined,
});
const get = (url: string): SignedDelivery => ({
  method: "GET",
  url,
  headers: {},
  body: Buffer.alloc(0),
  id: undefined,
});
const build = (factory: string, options: object): AnySender => {
  const found = describedSenders().find(({ about }) => about.factory === factory);
  if (found === undefined) throw new Error(factory);
  const more = found.about;
  return (factories[factory] as (options: object) => AnySender)({ ...(sampleOptions(more) as object), ...options });
};
const factories = (await import("../../../src/senders/index.js")) as unknown as Record<string, unknown>;

describe("what samples do not send", () => {
  it.each([
    [
      "Toss Payments' secret of a deposit",
      () => build("tossPayments", { depositSecret: () => TOSS_SECRET }),
      post(`{"createdAt":"2026-01-02T03:04:05.678","secret":"${TOSS_SECRET}","status":"DONE","orderId":"o1"}`, {
        "tosspayments-webhook-transmission-id": "t1",
      }),
      TOSS_SECRET,
      true,
    ],
    [
      "the secret of a payment that a Toss event holds whole",
      () => build("tossPayments", {}),
      post(`{"eventType":"PAYMENT_STATUS_CHANGED","data":{"paymentKey":"p1","secret":"${TOSS_SECRET}"}}`, {
        "tosspayments-webhook-transmission-id": "t2",
      }),
      TOSS_SECRET,
      true,
    ],
    [
      "Notion's token, taken",
      () => build("notion", { enrol: () => true }),
      post('{"verification_token":"secret_abcdefghijklmnop"}'),
      "secret_abcdefghijklmnop",
      false,
    ],
    [
      "Notion's token, refused",
      () => build("notion", { enrol: () => false }),
      post('{"verification_token":"secret_abcdefghijklmnop"}'),
      "secret_abcdefghijklmnop",
      false,
    ],
    [
      "Asana's secret, taken and repeated",
      () => build("asana", { enrol: () => true }),
      post("", { "x-hook-secret": "asana-0123456789" }),
      "asana-0123456789",
      false,
    ],
    [
      "Asana's secret, refused",
      () => build("asana", { enrol: () => false }),
      post("", { "x-hook-secret": "asana-0123456789" }),
      "asana-0123456789",
      false,
    ],
    ...["right-token-0123456789", "wrong-token-9876543210"].flatMap((given) =>
      (
        [
          ["meta", "hub.mode=subscribe&hub.verify_token=@&hub.challenge=1"],
          ["strava", "hub.mode=subscribe&hub.verify_token=@&hub.challenge=1"],
          ["oura", "verification_token=@&challenge=1"],
        ] as const
      ).map(
        ([factory, query]) =>
          [
            `the verify token of ${factory}'s handshake (${given})`,
            () => build(factory, { verifyToken: "right-token-0123456789" }),
            get(`/hooks?${query.replace("@", given)}`),
            given,
            false,
          ] as const,
      ),
    ),
  ] as readonly (readonly [string, () => AnySender, SignedDelivery, string, boolean])[])(
    "%s",
    async (_, sender, delivery, secret, isEvent) => {
      expect(holds(textsOf(delivery), secret)).toBe(true);
      const told = await everythingOf(sender(), [delivery]);
      expect(told.some((text) => text.startsWith("event: "))).toBe(isEvent);
      expect(leaksOf(told, secret)).toEqual([]);
    },
  );

  it("a deposit that was kept without its secret is sent again with the order's", async () => {
    const sender = build("tossPayments", { depositSecret: (order: string) => `${TOSS_SECRET}-${order}` });
    const { body } = await createTestSender(sender).sign({ body: '{"status":"DONE","orderId":"o1"}' });
    expect(JSON.parse(Buffer.from(body).toString())).toMatchObject({ secret: `${TOSS_SECRET}-o1`, orderId: "o1" });
  });

  it("Asana still hears its secret", async () => {
    const receiver = createReceiver(build("asana", { enrol: () => true }));
    const { reply } = await receiver.receive(post("", { "x-hook-secret": "asana-0123456789" }));
    expect(reply).toMatchObject({ status: 200, headers: { "x-hook-secret": "asana-0123456789" } });
  });
});

const event = { id: json("id"), type: json("type") };
const signature = hmac({ secret: "another-secret-0123456789", signature: { header: "x-signature", encoding: "hex" } });
const own = (auth: Parameters<typeof defineSender>[0]["auth"], more = {}) =>
  defineSender<Record<string, unknown>>({ name: "own", auth, event, ...more });
const inJson = (path: string) => staticToken({ token: SECRET, at: json(path) });

describe("a sender of one's own, by any way to spell it", () => {
  it.each([
    ["a member", own(inJson("key")), `{"id":"1","type":"a","key":"${SECRET}"}`],
    ["the first member", own(inJson("key")), `{"key":"${SECRET}" , "id":"1","type":"a"}`],
    ["an escaped name", own(inJson("key")), `{"id":"1","type":"a","\\u006bey":"${SECRET}"}`],
    ["a path", own(inJson("a.b.key")), `{"id":"1","a":{"b":{"key":"${SECRET}","c":1}},"type":"a"}`],
    ["an item", own(inJson("a.1.key")), `{"id":"1","type":"a","a":[{"key":"x"},{"key":"${SECRET}"}]}`],
    [
      "beside a signature",
      own(allOf(basicAuth({ username: "u", password: "a-password-0123" }), inJson("key"))),
      `{"id":"1","type":"a","key":"${SECRET}"}`,
    ],
    ["instead of a signature", own(anyOf(signature, inJson("key"))), `{"id":"1","type":"a","key":"${SECRET}"}`],
    [
      "of a form",
      own(staticToken({ token: SECRET, at: form("my key") }), {
        body: { "application/x-www-form-urlencoded": "form" },
        event: { id: form("id"), type: form("type") },
      }),
      `id=1&m%79+key=${SECRET}&type=a`,
    ],
  ] as readonly (readonly [string, AnySender, string])[])("%s", async (_, sender, body) => {
    const isForm = !body.startsWith("{");
    const authorization = `Basic ${Buffer.from("u:a-password-0123").toString("base64")}`;
    const delivery = post(body, {
      authorization,
      ...(isForm ? { "content-type": "application/x-www-form-urlencoded" } : {}),
    });
    const told = await everythingOf(sender, [delivery]);
    expect(told.some((text) => text.startsWith("event: "))).toBe(true);
    expect(leaksOf(told, SECRET)).toEqual([]);
  });

  it("leaves everything else of payload and body as it came", async () => {
    const seen: WebhookEvent[] = [];
    const receiver = createReceiver(own(inJson("key"))).on("*", (one) => void seen.push(one));
    await receiver.receive(post(`{ "id":"1",\n "key":"${SECRET}", "type":"a", "n": 1.50, "deep":{"key":"mine"} }`));
    const [one] = seen;
    expect(one?.payload).toEqual({ id: "1", type: "a", n: 1.5, deep: { key: "mine" } });
    expect(Buffer.from(one?.body ?? []).toString()).toBe(
      '{ "id":"1",\n "type":"a", "n": 1.50, "deep":{"key":"mine"} }',
    );
  });

  it("hands the same payload to a handler that runs from an inbox", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hookgate-secrets-"));
    closers.push(() => rmSync(folder, { recursive: true, force: true }));
    const inbox = sqliteInbox(join(folder, "inbox.db"));
    const seen: unknown[] = [];
    const receiver = createReceiver(own(inJson("key")), { scope: "a", inbox }).on("*", ({ payload }) => {
      seen.push(payload);
    });
    receiver.work();
    closers.push(async () => {
      await receiver.close();
      await inbox.close();
    });
    await receiver.receive(post(`{"id":"1","key":"${SECRET}","type":"a"}`));
    await expect.poll(() => seen).toEqual([{ id: "1", type: "a" }]);
  });
});
