// Tests each adapter against its sender's documented API: create, no change, update, remove.
import {
  cloudEventsSubscriptions,
  discordWebhook,
  ENDPOINT_ADAPTERS,
  type EndpointApi,
  ensureEndpoint,
  githubWebhooks,
  gitlabWebhooks,
  linearWebhooks,
  removeEndpoint,
  sendgridWebhooks,
  shopifyWebhooks,
  telegramWebhook,
  twilioWebhook,
  websubSubscription,
} from "hookgate/endpoints";
import * as senders from "hookgate/senders";
import { isSenderFactory } from "hookgate/senders";
import { afterEach, describe, expect, it } from "vitest";
import { type Answer, type ApiServer, type Asked, apiServer } from "./servers/api-server.js";

const TOKEN = "only_for_this_test_0123456789";
const SECRET = "the secret of these tests";
const URL_ONE = "https://example.com/hooks";
const URL_TWO = "https://example.com/other";

const opened: ApiServer[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function serve(answer: (asked: Asked) => Answer): Promise<ApiServer> {
  const server = await apiServer(answer);
  opened.push(server);
  return server;
}

type Row = Record<string, unknown>;
const json = ({ body }: Asked): Row => JSON.parse(body) as Row;
const UNAUTHORIZED: Answer = { status: 401, body: { message: "no" } };

/** A REST collection: list, create, update, remove. */
function collection(path: string, listed: (rows: Row[]) => unknown, one: (row: Row) => unknown = (row) => row) {
  const rows: Row[] = [];
  let lastId = 0;
  const answer = (asked: Asked): Answer => {
    const id = asked.path.slice(path.length + 1).split(/[/.]/)[0] ?? "";
    const at = rows.findIndex((row) => String(row.id) === id);
    if (asked.method === "GET" && at < 0) return { status: 200, body: listed(rows) };
    if (asked.method === "GET") return { status: 200, body: one(rows[at] ?? {}) };
    if (asked.method === "POST") {
      const row = { ...json(asked), id: ++lastId };
      rows.push(row);
      return { status: 201, body: one(row) };
    }
    if (at < 0) return { status: 404, body: {} };
    if (asked.method === "DELETE") {
      rows.splice(at, 1);
      return { status: 204 };
    }
    rows[at] = { ...rows[at], ...json(asked), id: rows[at]?.id };
    return { status: 200, body: one(rows[at] ?? {}) };
  };
  return { rows, answer };
}

interface Story {
  readonly name: string;
  readonly api: EndpointApi;
  readonly server: ApiServer;
  readonly events: readonly string[];
  readonly others: readonly string[];
  readonly secret?: string;
  /** The present state of the sender. */
  readonly has: () => unknown;
  readonly made: unknown;
  readonly hasNone: unknown;
}

const stories: readonly (readonly [string, () => Promise<Omit<Story, "name">>])[] = [
  [
    "GitHub App",
    async () => {
      let config: Row = {};
      const server = await serve((asked) => {
        if (asked.headers.authorization !== `Bearer ${TOKEN}` || asked.path !== "/app/hook/config") return UNAUTHORIZED;
        if (asked.method === "PATCH") config = { ...config, ...json(asked) };
        return { status: 200, body: { ...config, ...(config.secret === undefined ? {} : { secret: "********" }) } };
      });
      const api = githubWebhooks({ token: TOKEN, app: true, baseUrl: server.url });
      const made = { url: URL_ONE, content_type: "json", insecure_ssl: "0", secret: SECRET };
      return { api, server, events: ["*"], others: ["*"], secret: SECRET, has: () => config, made, hasNone: undefined };
    },
  ],
  [
    "GitLab",
    async () => {
      const { rows, answer } = collection("/projects/7/hooks", (all) =>
        all.map((row) => ({ ...row, alert_status: "executable" })),
      );
      const server = await serve((asked) => (asked.headers["private-token"] === TOKEN ? answer(asked) : UNAUTHORIZED));
      const api = gitlabWebhooks({ token: TOKEN, project: 7, baseUrl: server.url });
      const { test: _ping, ...untested } = api;
      const made = [
        expect.objectContaining({
          url: URL_ONE,
          token: SECRET,
          push_events: true,
          issues_events: false,
          enable_ssl_verification: true,
        }),
      ];
      return {
        api: untested,
        server,
        events: ["push"],
        others: ["push", "merge_requests"],
        secret: SECRET,
        has: () => rows,
        made,
        hasNone: [],
      };
    },
  ],
  [
    "Shopify",
    async () => {
      const { rows, answer } = collection("/admin/api/2026-10/webhooks", (all) => ({ webhooks: all }));
      const server = await serve((asked) => {
        if (asked.headers["x-shopify-access-token"] !== TOKEN) return UNAUTHORIZED;
        return asked.method === "POST"
          ? answer({ ...asked, body: JSON.stringify(json(asked).webhook) })
          : answer(asked);
      });
      const api = shopifyWebhooks({ shop: "a.myshopify.com", token: TOKEN, baseUrl: server.url });
      const made = [{ id: 1, topic: "orders/create", address: URL_ONE, format: "json" }];
      return {
        api,
        server,
        events: ["orders/create"],
        others: ["orders/create", "orders/paid"],
        has: () => rows,
        made,
        hasNone: [],
      };
    },
  ],
  [
    "SendGrid",
    async () => {
      const path = "/v3/user/webhooks/event/settings";
      const { rows, answer } = collection(path, (all) => ({ max_allowed: 5, webhooks: all }));
      const server = await serve((asked) => {
        if (asked.headers.authorization !== `Bearer ${TOKEN}`) return UNAUTHORIZED;
        const [, id] = /\/signed\/(\d+)$/.exec(asked.path) ?? [];
        if (id === undefined) return answer(asked);
        const row = rows.find((one) => String(one.id) === id) ?? {};
        row.public_key = "MFkw";
        return { status: 200, body: { id, public_key: "MFkw" } };
      });
      const api = sendgridWebhooks({ apiKey: TOKEN, baseUrl: server.url });
      const made = [
        expect.objectContaining({ url: URL_ONE, enabled: true, bounce: true, open: false, public_key: "MFkw" }),
      ];
      return { api, server, events: ["bounce"], others: ["bounce", "open"], has: () => rows, made, hasNone: [] };
    },
  ],
  [
    "Telegram",
    async () => {
      let hook: Row = {};
      const server = await serve((asked) => {
        if (asked.path === `/bot${TOKEN}/setWebhook`) hook = json(asked);
        if (asked.path === `/bot${TOKEN}/deleteWebhook`) hook = {};
        if (!asked.path.startsWith(`/bot${TOKEN}/`))
          return { status: 404, body: { ok: false, description: "Not Found" } };
        const { secret_token: _hidden, ...told } = hook;
        return { status: 200, body: { ok: true, result: asked.path.endsWith("Info") ? { url: "", ...told } : true } };
      });
      const api = telegramWebhook({ token: TOKEN, baseUrl: server.url });
      const made = { url: URL_ONE, allowed_updates: ["message"], secret_token: SECRET };
      return {
        api,
        server,
        events: ["message"],
        others: ["message", "callback_query"],
        secret: SECRET,
        has: () => hook,
        made,
        hasNone: {},
      };
    },
  ],
  [
    "Discord",
    async () => {
      let application: Row = { event_webhooks_url: null, event_webhooks_status: 1 };
      const server = await serve((asked) => {
        if (asked.headers.authorization !== `Bot ${TOKEN}`) return UNAUTHORIZED;
        if (asked.method === "PATCH") application = { ...application, ...json(asked) };
        return { status: 200, body: application };
      });
      const api = discordWebhook({ token: TOKEN, baseUrl: server.url });
      const made = {
        event_webhooks_url: URL_ONE,
        event_webhooks_status: 2,
        event_webhooks_types: ["ENTITLEMENT_CREATE"],
      };
      const hasNone = expect.objectContaining({ event_webhooks_url: null, event_webhooks_status: 1 });
      return {
        api,
        server,
        events: ["ENTITLEMENT_CREATE"],
        others: ["APPLICATION_AUTHORIZED"],
        has: () => application,
        made,
        hasNone,
      };
    },
  ],
  [
    "Linear",
    async () => {
      const rows: Row[] = [];
      const server = await serve((asked) => {
        if (asked.headers.authorization !== TOKEN) {
          return { status: 200, body: { errors: [{ message: "no", extensions: { type: "authentication error" } }] } };
        }
        const { query, variables } = json(asked) as { query: string; variables: { id?: string; input?: Row } };
        const { id, input = {} } = variables;
        const row = rows.find((one) => one.id === id);
        if (query.includes("webhookCreate")) {
          rows.push({ id: `w${rows.length + 1}`, ...input });
          return { status: 200, body: { data: { webhookCreate: { success: true, webhook: rows.at(-1) } } } };
        }
        if (query.includes("webhookUpdate"))
          return {
            status: 200,
            body: { data: { webhookUpdate: { success: true, webhook: Object.assign(row ?? {}, input) } } },
          };
        if (query.includes("webhookDelete")) {
          rows.splice(rows.indexOf(row ?? {}), 1);
          return { status: 200, body: { data: { webhookDelete: { success: true } } } };
        }
        return { status: 200, body: { data: { webhooks: { nodes: rows, pageInfo: { hasNextPage: false } } } } };
      });
      const api = linearWebhooks({ apiKey: TOKEN, baseUrl: server.url });
      const made = [
        expect.objectContaining({
          url: URL_ONE,
          resourceTypes: ["Issue"],
          secret: SECRET,
          enabled: true,
          allPublicTeams: true,
        }),
      ];
      return {
        api,
        server,
        events: ["Issue"],
        others: ["Issue", "Comment"],
        secret: SECRET,
        has: () => rows,
        made,
        hasNone: [],
      };
    },
  ],
  [
    "Twilio",
    async () => {
      let number: Row = { sid: "PN1", sms_url: "", voice_url: "", status_callback: "" };
      const server = await serve((asked) => {
        if (asked.headers.authorization !== `Basic ${btoa(`AC1:${TOKEN}`)}`) return UNAUTHORIZED;
        if (asked.path !== "/2010-04-01/Accounts/AC1/IncomingPhoneNumbers/PN1.json") return { status: 404, body: {} };
        const form = new URLSearchParams(asked.body);
        if (asked.method === "POST") {
          number = {
            sid: "PN1",
            sms_url: form.get("SmsUrl"),
            voice_url: form.get("VoiceUrl"),
            status_callback: form.get("StatusCallback"),
          };
        }
        return { status: 200, body: number };
      });
      const api = twilioWebhook({ accountSid: "AC1", authToken: TOKEN, phoneNumberSid: "PN1", baseUrl: server.url });
      const made = { sid: "PN1", sms_url: URL_ONE, voice_url: "", status_callback: "" };
      const hasNone = { sid: "PN1", sms_url: "", voice_url: "", status_callback: "" };
      return { api, server, events: ["sms"], others: ["sms", "voice"], has: () => number, made, hasNone };
    },
  ],
  [
    "CloudEvents",
    async () => {
      const { rows, answer } = collection("/subscriptions", (all) => all);
      const server = await serve((asked) =>
        asked.headers.authorization === `Bearer ${TOKEN}` ? answer(asked) : UNAUTHORIZED,
      );
      const api = cloudEventsSubscriptions({ baseUrl: server.url, token: TOKEN });
      const made = [
        expect.objectContaining({
          protocol: "HTTP",
          sink: URL_ONE,
          types: ["com.example.a"],
          sinkcredential: expect.objectContaining({ accesstoken: SECRET }),
        }),
      ];
      return {
        api,
        server,
        events: ["com.example.a"],
        others: ["com.example.a", "com.example.b"],
        secret: SECRET,
        has: () => rows,
        made,
        hasNone: [],
      };
    },
  ],
];

describe.each(stories)("%s", (_name, begin) => {
  it("is created, unchanged on a second run, updated, moved and removed", async () => {
    const { api, server, events, others, secret, has, made, hasNone } = await begin();
    const kept: string[] = [];
    const keepSecret = (told: string): void => void kept.push(told);
    const wanted = {
      api,
      url: URL_ONE,
      events,
      prove: false as const,
      keepSecret,
      ...(secret === undefined ? {} : { secret }),
    };
    expect((await ensureEndpoint(wanted)).isChanged).toBe(true);
    expect(has()).toEqual(made);
    if (api.secretBy === "sender") expect(kept).toHaveLength(1);
    const asked = server.asked.length;
    expect(await ensureEndpoint(wanted)).toMatchObject({ isChanged: false, plan: { isInOrder: true } });
    expect(server.asked.slice(asked).every(({ method, body }) => method === "GET" || body.includes("query"))).toBe(
      true,
    );
    await ensureEndpoint({ ...wanted, events: others });
    expect((await api.list())[0]).toMatchObject({ url: URL_ONE, isEnabled: true, events: [...others] });
    await ensureEndpoint({ ...wanted, url: URL_TWO, replaces: URL_ONE });
    expect((await api.list()).map(({ url }) => url)).toEqual([URL_TWO]);
    if (hasNone === undefined) return;
    await removeEndpoint({ api, url: URL_TWO });
    expect(has()).toEqual(hasNone);
    expect(await api.list()).toEqual([]);
  });
});

describe("GitLab's test", () => {
  it.each([
    [201, true, "GitLab's test (push) was accepted"],
    [422, false, "could not test the webhook: answered 422"],
  ])("that is answered %i is reported", async (status, isProven, detail) => {
    const server = await serve(({ method }) => {
      const hook = { id: 1, url: URL_ONE, push_events: true };
      return method === "POST" ? { status, body: { message: "Hook execution failed" } } : { status: 200, body: hook };
    });
    const result = await gitlabWebhooks({ token: TOKEN, group: "a/b", baseUrl: server.url }).test?.("1");
    expect(result).toMatchObject({ isProven, detail: expect.stringContaining(detail) });
    expect(server.asked.at(-1)?.path).toBe("/groups/a%2Fb/hooks/1/test/push_events");
  });
});

describe("a token", () => {
  it("in Telegram's path appears in no message", async () => {
    const server = await serve(() => ({ status: 401, body: { ok: false, description: `Unauthorized: bot${TOKEN}` } }));
    const failed = await telegramWebhook({ token: TOKEN, baseUrl: server.url })
      .list()
      .catch((error: unknown) => error as Error);
    expect(String((failed as Error).message)).toContain("Telegram could not read the webhook: answered 401");
    expect(`${(failed as Error).message}${(failed as Error).stack}`).not.toContain(TOKEN);
  });

  it("that Linear refuses inside a success is reported as refused", async () => {
    const server = await serve(() => ({
      status: 200,
      body: { errors: [{ message: "no", extensions: { type: "authentication error" } }] },
    }));
    await expect(linearWebhooks({ apiKey: TOKEN, baseUrl: server.url }).list()).rejects.toMatchObject({
      problem: "unauthorized",
    });
  });
});

describe("websubSubscription", () => {
  it("sends WebSub's request to the hub, and renews before the lease expires", async () => {
    const server = await serve(() => ({ status: 202 }));
    const topic = "https://example.com/feed";
    const subscription = websubSubscription({
      hub: `${server.url}/hub`,
      topic,
      callback: URL_ONE,
      secret: SECRET,
      leaseSeconds: 1,
    });
    const stop = subscription.keep();
    await expect.poll(() => server.asked.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(2);
    stop();
    expect(server.asked[0]).toMatchObject({ method: "POST", path: "/hub" });
    expect(Object.fromEntries(new URLSearchParams(server.asked[0]?.body))).toEqual({
      "hub.mode": "subscribe",
      "hub.topic": topic,
      "hub.callback": URL_ONE,
      "hub.secret": SECRET,
      "hub.lease_seconds": "1",
    });
    await subscription.unsubscribe();
    expect(server.asked.at(-1)?.body).toContain("hub.mode=unsubscribe");
  });

  it("reports what the hub refuses, and retries", async () => {
    const server = await serve(() => ({ status: 400, body: { message: "no such topic" } }));
    const errors: unknown[] = [];
    const subscription = websubSubscription({
      hub: server.url,
      topic: "t",
      callback: URL_ONE,
      secret: SECRET,
      leaseSeconds: 1,
    });
    const stop = subscription.keep((error) => errors.push(error));
    await expect.poll(() => errors.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(2);
    stop();
    expect(String(errors[0])).toContain("the hub could not subscribe t: answered 400");
  });
});

describe("the list of adapters", () => {
  const names = new Set(
    Object.values<unknown>(senders)
      .filter(isSenderFactory)
      .map(({ about }) => about.name),
  );

  it.each(ENDPOINT_ADAPTERS.map((one) => [one.sender, one] as const))(
    "%s is a sender, and opens with what it is said to need",
    (_name, one) => {
      expect(names).toContain(one.sender);
      for (const place of one.places) {
        const options = Object.fromEntries(
          [...place, ...(one.token === undefined ? [] : [one.token])].map((name) => [name, "x"]),
        );
        const text = { app: "true", baseUrl: "https://example.com" };
        const given = Object.fromEntries(Object.keys(options).map((name) => [name, text[name as "app"] ?? "x"]));
        expect(one.open(given).title).toMatch(/\S/);
        if (one.token !== undefined)
          expect(() => one.open({ ...given, [one.token ?? ""]: "" })).toThrow(`${one.token} is missing`);
      }
    },
  );
});
