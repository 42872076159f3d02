// Each source asks as its API is documented, and every failure of an API keeps the cursor and says what to do.

import { Octokit } from "@octokit/rest";
import { createReceiver, type Receiver, type Sender } from "hookgate";
import {
  type ApiOptions,
  type BackfillSource,
  backfill,
  eventsFrom,
  githubDeliveries,
  gitlabEvents,
  restEvents,
  shopifyResource,
  slackHistory,
  stripeEvents,
  tossTransactions,
} from "hookgate/backfill";
import { github, gitlab, shopify, slack, stripe } from "hookgate/senders";
import Stripe from "stripe";
import { afterEach, describe, expect, it } from "vitest";
import { type Answer, type ApiServer, type Asked, apiServer, type Fault } from "../endpoints/servers/api-server.js";
import { GITHUB_TOKEN, githubApi } from "../endpoints/servers/github-api.js";
import { STRIPE_KEY, stripeApi } from "../endpoints/servers/stripe-api.js";
import { closeServers, open } from "../support/listen.js";
import { quietLogger } from "../support/quiet.js";

afterEach(closeServers);

/** Without retries. The time limit is short only where nothing answers: a busy machine must not reach it. */
const FAST: ApiOptions = { tries: 1 };
const limitOf = (fault: Fault): ApiOptions => (fault === "hang" ? { ...FAST, timeoutSeconds: 1.5 } : FAST);
let scopes = 0;

function receiverOf(sender: unknown): { receiver: Receiver<never>; handled: string[] } {
  const handled: string[] = [];
  const receiver = createReceiver(sender as Sender, {
    scope: `s${scopes++}`,
    onOutcome: () => undefined,
    onError: () => undefined,
    logger: quietLogger,
  });
  receiver.on("*" as never, (event: { type: string; id: string | undefined }) => {
    handled.push(`${event.type} ${event.id}`);
  });
  return { receiver: receiver as never, handled };
}

describe("stripeEvents", () => {
  it("lists as stripe-node does, page by page, under the ids that webhooks have", async () => {
    const api = await open(stripeApi());
    for (let at = 0; at < 25; at++) await api.emit("invoice.paid", { id: `in_${at}` });
    const client = new Stripe(STRIPE_KEY, { host: "127.0.0.1", port: new URL(api.url).port, protocol: "http" });
    const listed: string[] = [];
    for await (const event of client.events.list({ limit: 10 })) listed.push(event.id);
    const { receiver, handled } = receiverOf(stripe({ secret: "whsec_0123456789abcdef" }));
    const source = stripeEvents({ apiKey: STRIPE_KEY, baseUrl: api.url, types: ["invoice.paid"] });
    const report = await backfill(receiver, { source, pageSize: 10 }).run();
    expect(report).toMatchObject({ state: "done", pages: 3, processed: 25 });
    expect([...handled].sort()).toEqual(listed.map((id) => `invoice.paid ${id}`).sort());
    const query = api.asked.at(-3)?.query;
    expect([query?.get("limit"), query?.getAll("types[]")]).toEqual(["10", ["invoice.paid"]]);
    expect(Number(query?.get("created[lte]")) - Number(query?.get("created[gte]"))).toBe(3_600);
  });

  it("goes on in the page where it was cut off, and begins the window anew where that page is gone", async () => {
    const api = await open(stripeApi());
    for (let at = 0; at < 5; at++) await api.emit("invoice.paid", { id: `in_${at}` });
    const { receiver, handled } = receiverOf(stripe({ secret: "whsec_0123456789abcdef" }));
    const source = stripeEvents({ apiKey: STRIPE_KEY, baseUrl: api.url, ...FAST });
    const missed = backfill(receiver, { source, pageSize: 2 });
    api.fail({ status: 503, body: {} }, 1, ({ query }) => query.has("starting_after"));
    const cut = await missed.run();
    expect(cut).toMatchObject({ state: "stopped", pages: 1, processed: 2 });
    expect(cut.cursor).toContain("evt_");
    const gone = api.events.findIndex(({ id }) => cut.cursor?.includes(id));
    api.events.splice(gone, 1);
    const rest = await missed.run();
    expect(rest).toMatchObject({ state: "done", processed: 3 });
    expect(new Set(handled).size).toBe(5);
  });

  it("looks back by the overlap, so that an event that is listed late is found", async () => {
    const api = await open(stripeApi());
    const { receiver, handled } = receiverOf(stripe({ secret: "whsec_0123456789abcdef" }));
    let nowMs = Date.now();
    const source = stripeEvents({ apiKey: STRIPE_KEY, baseUrl: api.url });
    const missed = backfill(receiver, { source, now: () => nowMs, overlapSeconds: 60 });
    await missed.run();
    api.now = () => nowMs - 30_000; // created before the last run, and listed only now
    const late = await api.emit("invoice.paid", {});
    nowMs += 1_000;
    await missed.run();
    expect(handled).toEqual([`invoice.paid ${late.id}`]);
  });
});

describe("githubDeliveries", () => {
  const OF = { owner: "acme", repo: "shop" };
  const secret = "a secret for the tests of today";

  async function failing() {
    const api = await open(githubApi());
    const octokit = new Octokit({
      auth: GITHUB_TOKEN,
      baseUrl: api.url,
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
    const { data: hook } = await octokit.repos.createWebhook({
      ...OF,
      events: ["issues", "push"],
      config: { url: "http://127.0.0.1:1/gone", content_type: "json", secret },
    });
    await expect.poll(() => api.deliveries[0]?.status).toBe("failed to connect");
    api.deliveries.length = 0;
    return { api, octokit, hookId: hook.id };
  }

  it("handles what failed, once, under its delivery's id and type", async () => {
    const { api, octokit, hookId } = await failing();
    const first = await api.emit("issues", { action: "opened", issue: { number: 1 } });
    const second = await api.emit("push", { commits: [] });
    const { data } = await octokit.repos.listWebhookDeliveries({ ...OF, hook_id: hookId, per_page: 1 });
    expect(data[0]).toMatchObject({ guid: second, event: "push", status_code: 0 });
    const { receiver, handled } = receiverOf(github({ secret }));
    const source = githubDeliveries({ token: GITHUB_TOKEN, of: { ...OF, hookId }, baseUrl: api.url });
    const missed = backfill(receiver, { source, pageSize: 1 });
    expect(await missed.run()).toMatchObject({ state: "done", processed: 2, pages: 2 });
    expect(handled).toEqual([`push ${second}`, `issues.opened ${first}`]);
    expect(await missed.run()).toMatchObject({ processed: 0, duplicates: 2 });
  });

  it("leaves alone what was delivered at last, and takes it with which: all", async () => {
    const { api, hookId } = await failing();
    const guid = await api.emit("push", { commits: [] });
    const at = api.deliveries[0];
    api.deliveries.push({
      ...(at as NonNullable<typeof at>),
      id: 99_999_999,
      redelivery: true,
      status_code: 200,
      status: "OK",
    });
    const { receiver, handled } = receiverOf(github({ secret }));
    const options = { token: () => GITHUB_TOKEN, of: { ...OF, hookId }, baseUrl: api.url };
    await backfill(receiver, { source: githubDeliveries(options) }).run();
    expect(handled).toEqual([]);
    const all = { ...githubDeliveries({ ...options, which: "all" }), name: "all" };
    await backfill(receiver, { source: all }).run();
    expect(handled).toEqual([`push ${guid}`]);
  });

  it("asks for a redelivery instead, which then comes by the front door", async () => {
    const { api, hookId } = await failing();
    const guid = await api.emit("push", { commits: [] });
    const { receiver, handled } = receiverOf(github({ secret }));
    const source = githubDeliveries({ token: GITHUB_TOKEN, of: { ...OF, hookId }, baseUrl: api.url, redeliver: true });
    expect(await backfill(receiver, { source }).run()).toMatchObject({ state: "done", listed: 0 });
    expect(handled).toEqual([]);
    expect(api.deliveries.map((one) => [one.guid, one.redelivery])).toEqual([
      [guid, false],
      [guid, true],
    ]);
  });

  it.each([
    ["a repository", { owner: "acme", repo: "shop", hookId: 1 }, "/repos/acme/shop/hooks/1/deliveries"],
    ["an organisation", { org: "acme", hookId: "1" }, "/orgs/acme/hooks/1/deliveries"],
    ["an app", { app: true as const }, "/app/hook/deliveries"],
  ])("asks for the deliveries of %s", async (_name, of, path) => {
    const api = await open(apiServer(() => ({ status: 200, body: [] })));
    const { receiver } = receiverOf(github({ secret }));
    await backfill(receiver, { source: githubDeliveries({ token: GITHUB_TOKEN, of, baseUrl: api.url }) }).run();
    expect(api.asked[0]?.path).toBe(path);
  });
});

describe("other sources", () => {
  const since = new Date("2026-11-20T00:00:00Z");
  const now = () => Date.parse("2026-11-20T01:00:00Z");

  async function run(sender: unknown, sourceOf: (baseUrl: string) => BackfillSource, answer: (asked: Asked) => Answer) {
    const api = await open(apiServer(answer));
    const { receiver, handled } = receiverOf(sender);
    const missed = backfill(receiver, { source: sourceOf(api.url), since, now, pageSize: 2 });
    return { report: await missed.run(), again: () => missed.run(), handled, api };
  }

  it("gitlabEvents takes what failed under its Idempotency-Key, and goes on from the highest number", async () => {
    const row = (id: number, status: string) => ({
      id,
      url: "https://example.com/hook",
      trigger: "push_hooks",
      request_headers: {
        "X-Gitlab-Event": "Push Hook",
        "Idempotency-Key": `key-${id}`,
        "X-Gitlab-Token": "[REDACTED]",
      },
      request_data: { object_kind: "push" },
      response_headers: {},
      response_body: "",
      execution_duration: 0.1,
      response_status: status,
    });
    const rows = [row(4, "internal error"), row(3, "200"), row(2, "503"), row(1, "200")];
    const source = (baseUrl: string) =>
      gitlabEvents({ token: "glpat-only-for-this-test", project: "a/b", hookId: 7, baseUrl });
    const { report, again, handled, api } = await run(gitlab({ token: "0123456789abcdef" }), source, ({ query }) => {
      const page = Number(query.get("page"));
      return {
        status: 200,
        body: rows.slice(2 * (page - 1), 2 * page),
        headers: { "x-next-page": page < 2 ? "2" : "" },
      };
    });
    expect(report).toMatchObject({ state: "done", cursor: "4" });
    expect(handled).toEqual(["push key-4", "push key-2"]);
    expect(api.asked[0]?.path).toBe("/projects/a%2Fb/hooks/7/events");
    rows.unshift(row(5, "503"));
    expect(await again()).toMatchObject({ processed: 1, cursor: "5" });
  });

  it("shopifyResource takes what was changed, by the pages of the Link header", async () => {
    const order = (id: number) => ({ id, updated_at: "2026-11-20T00:30:00-05:00" });
    const source = (baseUrl: string) =>
      shopifyResource({
        shop: "a.myshopify.com",
        token: "shpat_only_for_this_test",
        resource: "orders",
        topic: "orders/updated",
        baseUrl,
      });
    const { report, handled, api } = await run(
      shopify({ secret: "0123456789abcdef" }),
      source,
      ({ query, path, headers }) => ({
        status: 200,
        body: { orders: query.has("page_info") ? [order(3)] : [order(1), order(2)] },
        headers: query.has("page_info")
          ? {}
          : { link: `<http://${headers.host}${path}?limit=2&page_info=p2>; rel="next"` },
      }),
    );
    expect(report).toMatchObject({ state: "done", processed: 3, pages: 2 });
    expect(handled[0]).toBe("orders/updated orders/updated.state.1.2026-11-20T00:30:00-05:00");
    expect(Object.fromEntries(api.asked[0]?.query ?? [])).toMatchObject({
      updated_at_min: since.toISOString(),
      status: "any",
    });
    expect(Object.fromEntries(api.asked[1]?.query ?? [])).toEqual({ limit: "2", page_info: "p2" });
  });

  it("tossTransactions takes each transaction with its payment, in Korean time", async () => {
    const { report, handled, api } = await run(
      stripe({ secret: "whsec_0123456789abcdef" }),
      (baseUrl) => tossTransactions({ secretKey: "test_sk_only_for_this_test", baseUrl }),
      ({ path, query }) => {
        if (path.startsWith("/v1/payments/"))
          return { status: 200, body: { paymentKey: path.slice(13), status: "DONE" } };
        const keys = query.has("startingAfter") ? ["t3"] : ["t1", "t2"];
        return {
          status: 200,
          body: keys.map((key) => ({
            transactionKey: key,
            paymentKey: `p-${key}`,
            transactionAt: "2026-11-20T09:30:00+09:00",
          })),
        };
      },
    );
    expect(report).toMatchObject({ state: "done", processed: 3 });
    expect(handled).toEqual(["t1", "t2", "t3"].map((key) => `PAYMENT_STATUS_CHANGED transaction.${key}`));
    expect(api.asked[0]?.query.get("startDate")).toBe("2026-11-20T09:00:00.000");
    expect(api.asked[0]?.headers.authorization).toBe(`Basic ${btoa("test_sk_only_for_this_test:")}`);
  });

  it("slackHistory takes a channel's messages by cursors, and knows Slack's own no", async () => {
    let isLimited = false;
    const { report, again, handled } = await run(
      slack({ secret: "0123456789abcdef" }),
      (baseUrl) => slackHistory({ token: "xoxb-only-for-this-test", channel: "C1", baseUrl, ...FAST }),
      ({ query }) => {
        if (isLimited) return { status: 200, body: { ok: false, error: "invalid_auth" } };
        const isLast = query.get("cursor") === "c2";
        const messages = isLast
          ? [{ type: "message", ts: "1.000100" }]
          : [
              { type: "message", ts: "3.000100" },
              { type: "message", ts: "2.000100" },
            ];
        return { status: 200, body: { ok: true, messages, response_metadata: { next_cursor: isLast ? "" : "c2" } } };
      },
    );
    expect(report).toMatchObject({ state: "done", processed: 3 });
    expect(handled).toEqual([
      "message history.C1.2.000100",
      "message history.C1.3.000100",
      "message history.C1.1.000100",
    ]);
    isLimited = true;
    expect((await again()).reason).toContain("the token is wrong, expired or revoked");
  });

  it("restEvents lists by time and page", async () => {
    const source = (baseUrl: string) =>
      restEvents({
        name: "erp",
        baseUrl: `${baseUrl}/api`,
        token: "only-for-this-test",
        request: ({ since: from, page, pageSize }) => ({
          path: "/events",
          query: { from: from.toISOString(), page, limit: pageSize },
        }),
        read: ({ value }) => value as never,
      });
    const { report, again, handled, api } = await run(
      stripe({ secret: "whsec_0123456789abcdef" }),
      source,
      ({ query }) => ({
        status: 200,
        body: query.has("page")
          ? { events: [{ id: "3", type: "a", payload: 3 }] }
          : { events: [{ id: "1", type: "a", payload: 1 }], next: "p2" },
      }),
    );
    expect(report).toMatchObject({ state: "done", processed: 2, pages: 2 });
    expect(handled).toEqual(["a 1", "a 3"]);
    expect(api.asked[0]).toMatchObject({
      path: "/api/events",
      headers: { authorization: "Bearer only-for-this-test" },
    });
    await again();
    expect(api.asked[2]?.query.get("from")).toBe("2026-11-20T00:55:00.000Z");
  });

  it("restEvents goes on from a cursor of the API's own", async () => {
    const source = (baseUrl: string) =>
      restEvents({
        name: "feed",
        baseUrl,
        request: ({ cursor }) => ({ path: "/feed", query: { after: cursor } }),
        read: ({ value }) => value as never,
      });
    const { again, api } = await run(stripe({ secret: "whsec_0123456789abcdef" }), source, ({ query }) => ({
      status: 200,
      body: { events: [], cursor: query.get("after") === null ? "c1" : "c2" },
    }));
    await again();
    await again();
    expect(api.asked.map(({ query }) => query.get("after"))).toEqual([null, "c1", "c2"]);
  });
});

describe("a failure of the API", () => {
  interface Failure {
    readonly name: string;
    readonly fault: Fault;
    readonly says: string;
    readonly retryAfterSeconds?: number;
  }
  const failures: readonly Failure[] = [
    {
      name: "401",
      fault: { status: 401, body: { error: { message: "Invalid API Key" } } },
      says: "answered 401: the token is wrong, expired or revoked",
    },
    {
      name: "403",
      fault: { status: 403, body: { message: "not allowed" } },
      says: "answered 403: the token is not allowed to do this",
    },
    {
      name: "404",
      fault: { status: 404, body: {} },
      says: "answered 404: it does not exist, or the token may not see it",
    },
    {
      name: "429 with Retry-After",
      fault: { status: 429, headers: { "retry-after": "120" } },
      says: "answered 429 (again in 120 s): too many calls",
      retryAfterSeconds: 120,
    },
    {
      name: "403 that is a rate limit",
      fault: { status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "90" } },
      says: "again in 90 s",
      retryAfterSeconds: 90,
    },
    { name: "500", fault: { status: 500, body: {} }, says: "answered 500: the sender's API is failing" },
    {
      name: "503 with Retry-After",
      fault: { status: 503, headers: { "retry-after": "7" } },
      says: "answered 503 (again in 7 s)",
      retryAfterSeconds: 7,
    },
    { name: "a page that is no JSON", fault: { text: "<html>gateway</html>" }, says: "the body is not JSON" },
    {
      name: "a page of another shape",
      fault: { status: 200, body: { object: "list" } },
      says: "no list of events in data",
    },
    {
      name: "an event without an id",
      fault: { status: 200, body: { data: [{ type: "a" }] } },
      says: "an event without id or type",
    },
    {
      name: "no answer",
      fault: "hang",
      says: "slow: the call is retried; a larger timeoutSeconds waits longer; it says: nothing within 1.5 s",
    },
    { name: "a broken connection", fault: "reset", says: "unreachable: no connection" },
    {
      name: "a redirect",
      fault: { status: 302, headers: { location: "https://example.com" } },
      says: "redirects are not followed",
    },
  ];

  it.each(failures)(
    "$name: says so, keeps the cursor, and the next run goes on",
    async ({ fault, says, retryAfterSeconds }) => {
      const api = await open(stripeApi());
      for (let at = 0; at < 4; at++) await api.emit("invoice.paid", {});
      const { receiver, handled } = receiverOf(stripe({ secret: "whsec_0123456789abcdef" }));
      const source = stripeEvents({ apiKey: STRIPE_KEY, baseUrl: api.url, ...limitOf(fault) });
      const missed = backfill(receiver, { source, pageSize: 2 });
      api.fail(fault, 1, ({ query }) => query.has("starting_after"));
      const report = await missed.run();
      expect(report).toMatchObject({ state: "stopped", processed: 2, retryAfterSeconds });
      expect(report.reason).toContain(`Stripe could not list the events: `);
      expect(report.reason).toContain(says);
      expect(JSON.stringify([report.reason, String(report.error)])).not.toContain(STRIPE_KEY);
      expect(report.cursor).toContain("evt_");
      expect(await missed.run()).toMatchObject({ state: "done", processed: 2 });
      expect(handled).toHaveLength(4);
    },
  );

  it.each([
    ["429 is waited for", { status: 429, headers: { "retry-after": "0" } } as Fault],
    ["5xx is asked again", { status: 502, headers: { "retry-after": "0" } } as Fault],
    ["a broken connection is made anew", "reset" as Fault],
  ])("within a run %s", async (_name, fault) => {
    const api = await open(stripeApi());
    await api.emit("invoice.paid", {});
    const { receiver } = receiverOf(stripe({ secret: "whsec_0123456789abcdef" }));
    api.fail(fault, 2);
    const report = await backfill(receiver, { source: stripeEvents({ apiKey: STRIPE_KEY, baseUrl: api.url }) }).run();
    expect(report).toMatchObject({ state: "done", processed: 1 });
    expect(api.asked).toHaveLength(3);
  });

  it("never contains the token, even where the answer of the sender does", async () => {
    const api: ApiServer = await open(
      apiServer(({ headers }) => ({ status: 400, body: { message: `no: ${headers.authorization}` } })),
    );
    const { receiver } = receiverOf(github({ secret: "0123456789abcdef" }));
    const source = githubDeliveries({ token: GITHUB_TOKEN, of: { app: true }, baseUrl: api.url });
    const report = await backfill(receiver, { source }).run();
    expect(report.reason).toContain("it says: no: Bearer …");
    expect(JSON.stringify(report.error, Object.getOwnPropertyNames(report.error as object))).not.toContain(
      GITHUB_TOKEN,
    );
  });

  it("does not follow a next page to another host", async () => {
    const api = await open(
      apiServer(() => ({
        status: 200,
        body: { orders: [] },
        headers: { link: '<https://evil.example/x?page_info=p2>; rel="next"' },
      })),
    );
    const { receiver } = receiverOf(shopify({ secret: "0123456789abcdef" }));
    const source = shopifyResource({
      shop: "a.myshopify.com",
      token: "t",
      resource: "orders",
      topic: "orders/updated",
      baseUrl: api.url,
    });
    const report = await backfill(receiver, { source }).run();
    expect(api.asked.every(({ headers }) => headers.host?.startsWith("127.0.0.1"))).toBe(true);
    expect(report).toMatchObject({ state: "stopped", reason: expect.stringContaining("the same page again") });
  });
});

describe("building", () => {
  it.each([
    ["stripeEvents without a key", () => stripeEvents({ apiKey: undefined }), "apiKey is missing"],
    ["stripeEvents with a misspelt option", () => stripeEvents({ apikey: "x" } as never), 'did you mean "apiKey"?'],
    [
      "githubDeliveries with a token from a file",
      () => githubDeliveries({ token: "a\n", of: { app: true } }),
      "white space around it",
    ],
    ["githubDeliveries of nothing", () => githubDeliveries({ token: "a", of: {} as never }), "of.hookId is missing"],
    [
      "a base URL in the open",
      () => stripeEvents({ apiKey: "a", baseUrl: "http://example.com" }),
      "baseUrl must be https",
    ],
    [
      "shopifyResource of no host",
      () => shopifyResource({ shop: "a/b", token: "t", resource: "orders", topic: "t" }),
      "shop must be a host",
    ],
    [
      "restEvents without read",
      () => restEvents({ name: "a", baseUrl: "https://a.b" } as never),
      "request and read must be functions",
    ],
    ["eventsFrom without a list", () => eventsFrom("a", undefined as never), "list must be a function"],
  ])("refuses %s", (_name, build, message) => {
    expect(build).toThrow(message);
  });
});
