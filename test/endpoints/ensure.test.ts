// ensureEndpoint, rotateSecret and removeEndpoint against local servers that speak the APIs of GitHub and Stripe.

import { Octokit } from "@octokit/rest";
import { createReceiver, type Outcome } from "hookgate";
import {
  type ApiOptions,
  describePlan,
  type EndpointApi,
  type EnsureOptions,
  ensureEndpoint,
  githubWebhooks,
  type PlanStep,
  removeEndpoint,
  rotateSecret,
  secretRing,
  signedRoundTrip,
  stripeWebhooks,
  tossPaymentsByHand,
} from "hookgate/endpoints";
import { github, stripe } from "hookgate/senders";
import Stripe from "stripe";
import { afterEach, describe, expect, it } from "vitest";
import { closeServers, open, start as startServer } from "../support/listen.js";
import { quietLogger } from "../support/quiet.js";
import type { Fault } from "./servers/api-server.js";
import { GITHUB_TOKEN, githubApi } from "./servers/github-api.js";
import { STRIPE_KEY, stripeApi } from "./servers/stripe-api.js";

const SECRET = "the first secret of these tests";
const NEXT_SECRET = "the second secret of these tests";
/** Without retries. The time limit is short only where nothing answers: a busy machine must not reach it. */
const FAST: ApiOptions = { tries: 1 };
const limitOf = (fault: Fault): ApiOptions => (fault === "hang" ? { ...FAST, timeoutSeconds: 1.5 } : FAST);
const silent = { debug() {}, info() {}, warn() {}, error() {} };

afterEach(closeServers);

interface Listening {
  readonly url: string;
  readonly outcomes: Outcome[];
  readonly handled: (string | undefined)[];
  close(): Promise<void>;
}

/** A receiver that listens; handlers are what `handled` has. */
async function listen(sender: unknown, onOutcome: (outcome: Outcome) => void = () => undefined): Promise<Listening> {
  const outcomes: Outcome[] = [];
  const handled: (string | undefined)[] = [];
  const receiver = createReceiver(
    sender as never,
    {
      onOutcome: (outcome: Outcome) => {
        outcomes.push(outcome);
        onOutcome(outcome);
      },
      logger: quietLogger,
    } as never,
  ) as never as { on(pattern: string, handler: (event: { id?: string }) => void): (req: unknown) => void };
  receiver.on("issues.opened", ({ id }) => void handled.push(id));
  receiver.on("invoice.paid", ({ id }) => void handled.push(id));
  const { origin, close } = await startServer(receiver as never);
  const listening: Listening = { url: `${origin}/hook`, outcomes, handled, close };
  return open(Promise.resolve(listening));
}

describe("at GitHub", () => {
  async function start(secret: string = SECRET) {
    const api = await open(githubApi());
    const receiver = await listen(github({ secret }));
    const adapter = githubWebhooks({ token: GITHUB_TOKEN, owner: "acme", repo: "shop", baseUrl: api.url });
    const octokit = new Octokit({ auth: GITHUB_TOKEN, baseUrl: api.url, log: silent });
    const wanted: EnsureOptions = { api: adapter, url: receiver.url, events: ["issues", "push"], secret: SECRET };
    const writes = () => api.asked.filter(({ method, path }) => method !== "GET" && !path.endsWith("/pings")).length;
    return { api, receiver, adapter, octokit, wanted, writes };
  }

  it("creates what is missing, verifies it by GitHub's ping, and octokit sees it", async () => {
    const { octokit, receiver, wanted } = await start();
    const { plan, endpoint, isChanged } = await ensureEndpoint(wanted);
    expect(describePlan(plan)).toBe(
      `GitHub acme/shop\n  + create ${receiver.url} for issues, push\n  ? verify ${receiver.url} by the sender's ping`,
    );
    expect(isChanged).toBe(true);
    const { data } = await octokit.repos.listWebhooks({ owner: "acme", repo: "shop" });
    expect(data).toMatchObject([
      {
        id: Number(endpoint?.id),
        active: true,
        events: ["issues", "push"],
        config: { url: receiver.url, content_type: "json", insecure_ssl: "0" },
      },
    ]);
    expect(receiver.outcomes.map(({ name, events }) => [name, events[0]?.type])).toContainEqual(["ignored", "ping"]);
  });

  it("changes nothing on a second run", async () => {
    const { wanted, writes } = await start();
    await ensureEndpoint(wanted);
    const before = writes();
    const { plan, isChanged } = await ensureEndpoint(wanted);
    expect(isChanged).toBe(false);
    expect(plan.isInOrder).toBe(true);
    expect(describePlan(plan)).toContain("nothing to do");
    expect(writes()).toBe(before);
  });

  it("changes nothing in an equal webhook that octokit registered", async () => {
    const { octokit, receiver, wanted, writes } = await start();
    const config = { url: receiver.url, content_type: "json", secret: SECRET };
    await octokit.repos.createWebhook({ owner: "acme", repo: "shop", events: ["push", "issues"], config });
    const before = writes();
    expect((await ensureEndpoint(wanted)).isChanged).toBe(false);
    expect(writes()).toBe(before);
  });

  it("updates events, a disabled webhook, a missing secret and unverified certificates, and names them", async () => {
    const { octokit, receiver, wanted, api } = await start();
    const config = { url: receiver.url, content_type: "json", insecure_ssl: "1" };
    await octokit.repos.createWebhook({ owner: "acme", repo: "shop", events: ["push", "star"], active: false, config });
    const { plan, endpoint } = await ensureEndpoint(wanted);
    expect(plan.steps[0]).toMatchObject({
      action: "update",
      changes: [
        "events +issues -star",
        expect.stringContaining("enable it"),
        expect.stringContaining("set a secret"),
        expect.stringContaining("verify certificates"),
      ],
    });
    expect(api.hooks.get(Number(endpoint?.id))).toMatchObject({
      secret: SECRET,
      hook: { active: true, events: ["issues", "push"] },
    });
    expect((await ensureEndpoint(wanted)).isChanged).toBe(false);
  });

  it("changes nothing in a dry run, and returns the plan as data", async () => {
    const { wanted, writes, receiver } = await start();
    const { plan, endpoint, isChanged } = await ensureEndpoint({ ...wanted, dryRun: true });
    expect([isChanged, endpoint, writes()]).toEqual([false, undefined, 0]);
    expect(plan).toEqual({
      title: "GitHub acme/shop",
      steps: [
        { action: "create", url: receiver.url, events: ["issues", "push"] },
        { action: "prove", url: receiver.url, by: "ping" },
      ],
      isInOrder: false,
    });
  });

  it("replaces a URL without a gap, and no event is lost", async () => {
    const { api, wanted, receiver: old } = await start();
    await ensureEndpoint(wanted);
    const next = await listen(github({ secret: SECRET }));
    const sent: string[] = [];
    let isDone = false;
    const registered: string[][] = [];
    const load = (async () => {
      while (!isDone) {
        registered.push(
          [...api.hooks.values()].filter(({ hook }) => hook.active).map(({ hook }) => hook.config.url ?? ""),
        );
        sent.push(await api.emit("issues", { action: "opened", issue: { number: sent.length } }));
      }
    })();
    const steps: PlanStep["action"][] = [];
    await ensureEndpoint({ ...wanted, url: next.url, replaces: old.url, onStep: ({ action }) => steps.push(action) });
    isDone = true;
    await load;
    expect(steps).toEqual(["create", "prove", "remove"]);
    expect(registered.every((urls) => urls.length > 0)).toBe(true);
    expect(new Set([...old.handled, ...next.handled])).toEqual(new Set(sent));
    expect([...api.hooks.values()].map(({ hook }) => hook.config.url)).toEqual([next.url]);
  });

  it("keeps the old URL while the new one does not answer, and continues when it does", async () => {
    const { api, wanted, receiver: old } = await start();
    await ensureEndpoint(wanted);
    const gone = await listen(github({ secret: "another secret than was registered" }));
    const moved = { ...wanted, url: gone.url, replaces: old.url };
    await expect(ensureEndpoint(moved)).rejects.toMatchObject({
      name: "EndpointError",
      code: "not_proven",
      message: expect.stringContaining("the receiver has another secret"),
    });
    expect([...api.hooks.values()].map(({ hook }) => hook.config.url)).toEqual([old.url, gone.url]);
    const { plan } = await ensureEndpoint({ ...moved, dryRun: true });
    expect(plan.steps.map(({ action }) => action)).toEqual(["keep", "prove", "remove"]);
  });

  it("changes a secret without losing a delivery under load", async () => {
    const ring = secretRing({ secrets: SECRET, overlapSeconds: 0 });
    const api = await open(githubApi());
    const sender = github({ secret: ring.read });
    const receiver = await listen(sender, ring.onOutcome);
    const adapter = githubWebhooks({ token: GITHUB_TOKEN, owner: "acme", repo: "shop", baseUrl: api.url });
    await ensureEndpoint({ api: adapter, url: receiver.url, events: ["issues"], secret: SECRET });
    const sent: string[] = [];
    let isDone = false;
    const load = Array.from({ length: 4 }, async () => {
      while (!isDone) sent.push(await api.emit("issues", { action: "opened", issue: {} }));
    });
    const prove = signedRoundTrip(sender as never, { type: "ping", payload: { zen: "…" } });
    const { plan } = await rotateSecret({
      api: adapter,
      url: receiver.url,
      secret: NEXT_SECRET,
      ring,
      prove,
    });
    await expect.poll(() => ring.isNewestSeen).toBe(true);
    isDone = true;
    await Promise.all(load);
    expect(plan.steps.map(({ action }) => action)).toEqual(["prove", "update", "prove"]);
    expect([...api.hooks.values()][0]?.secret).toBe(NEXT_SECRET);
    expect(sent.length).toBeGreaterThan(10);
    expect(new Set(receiver.handled)).toEqual(new Set(sent));
    expect(ring.size).toBe(1);
    const refused = receiver.outcomes.filter(({ name }) => name === "unauthenticated");
    expect(refused, "only the round trip's own unsigned delivery").toHaveLength(1);
  });

  it("does not give GitHub a secret that the receiver does not accept", async () => {
    const { api, adapter, receiver, wanted } = await start();
    await ensureEndpoint(wanted);
    const prove = signedRoundTrip(github({ secret: SECRET }) as never, { type: "ping", payload: { zen: "…" } });
    const rotating = rotateSecret({
      api: adapter,
      url: receiver.url,
      secret: NEXT_SECRET,
      keepSecret: () => undefined,
      prove,
    });
    await expect(rotating).rejects.toMatchObject({
      code: "not_proven",
      message: expect.stringContaining("a signed delivery was answered 401"),
    });
    expect([...api.hooks.values()][0]?.secret).toBe(SECRET);
  });

  it("restores the previous secret when GitHub's ping fails", async () => {
    const { api, adapter, receiver, wanted } = await start();
    await ensureEndpoint(wanted);
    const rotating = rotateSecret({
      api: adapter,
      url: receiver.url,
      secret: NEXT_SECRET,
      previous: SECRET,
      keepSecret: () => undefined,
    });
    await expect(rotating).rejects.toMatchObject({ code: "not_proven" });
    expect([...api.hooks.values()][0]?.secret).toBe(SECRET);
  });

  it("removes every webhook of a URL, and does nothing without one", async () => {
    const { api, adapter, receiver, wanted } = await start();
    await ensureEndpoint(wanted);
    expect((await removeEndpoint({ api: adapter, url: receiver.url, dryRun: true })).steps).toHaveLength(1);
    expect(api.hooks.size).toBe(1);
    await removeEndpoint({ api: adapter, url: receiver.url });
    expect(api.hooks.size).toBe(0);
    expect(await removeEndpoint({ api: adapter, url: receiver.url })).toMatchObject({ steps: [], isInOrder: true });
  });

  it("finds an endpoint beyond the first page", async () => {
    const { octokit, receiver, wanted } = await start();
    for (let at = 0; at < 101; at++) {
      const config = { url: `http://127.0.0.1:1/${at}`, content_type: "json" };
      await octokit.repos.createWebhook({ owner: "acme", repo: "shop", events: ["push"], config });
    }
    const config = { url: receiver.url, content_type: "json", secret: SECRET };
    await octokit.repos.createWebhook({ owner: "acme", repo: "shop", events: ["issues", "push"], config });
    expect((await ensureEndpoint({ ...wanted, dryRun: true })).plan.isInOrder).toBe(true);
  });
});

describe("at Stripe", () => {
  async function start() {
    const api = await open(stripeApi());
    const secrets: string[] = [];
    const sender = stripe({ secret: (_delivery) => secrets });
    const receiver = await listen(sender);
    const adapter = stripeWebhooks({ apiKey: STRIPE_KEY, baseUrl: api.url });
    const client = new Stripe(STRIPE_KEY, { host: "127.0.0.1", port: new URL(api.url).port, protocol: "http" });
    const prove = signedRoundTrip((secret) => stripe({ secret }) as never);
    const keepSecret = (secret: string): void => void secrets.unshift(secret);
    const wanted: EnsureOptions = { api: adapter, url: receiver.url, events: ["invoice.paid"], prove, keepSecret };
    const writes = () => api.asked.filter(({ method }) => method !== "GET").length;
    return { api, receiver, adapter, client, secrets, wanted, prove, keepSecret, writes };
  }

  it("creates it, keeps the secret of Stripe, verifies it by a signed round trip, and stripe-node sees it", async () => {
    const { api, receiver, client, secrets, wanted } = await start();
    const { plan, endpoint } = await ensureEndpoint(wanted);
    expect(plan.steps.map(({ action }) => action)).toEqual(["create", "prove"]);
    expect(JSON.stringify(endpoint)).not.toContain(secrets[0]);
    const { data } = await client.webhookEndpoints.list();
    expect(data).toMatchObject([
      { id: endpoint?.id, url: receiver.url, enabled_events: ["invoice.paid"], status: "enabled" },
    ]);
    const event = await api.emit("invoice.paid", { id: "in_1" });
    expect(receiver.handled).toEqual([event.id]);
  });

  it("changes nothing on a second run, nor in an equal endpoint that stripe-node registered", async () => {
    const { client, receiver, wanted, writes } = await start();
    await client.webhookEndpoints.create({ url: receiver.url, enabled_events: ["invoice.paid"] });
    const before = writes();
    expect((await ensureEndpoint(wanted)).isChanged).toBe(false);
    expect((await ensureEndpoint(wanted)).isChanged).toBe(false);
    expect(writes()).toBe(before);
  });

  it("enables a disabled endpoint, and changes its events", async () => {
    const { client, receiver, wanted, keepSecret: _, ...rest } = await start();
    const { id } = await client.webhookEndpoints.create({ url: receiver.url, enabled_events: ["charge.failed"] });
    await client.webhookEndpoints.update(id, { disabled: true });
    const { plan } = await ensureEndpoint({ ...wanted, prove: false });
    expect(plan.steps).toMatchObject([
      { action: "update", changes: ["events +invoice.paid -charge.failed", "enable it (disabled)"] },
    ]);
    expect(rest.api.endpoints.get(id)?.endpoint).toMatchObject({ status: "enabled", enabled_events: ["invoice.paid"] });
  });

  it("removes it where its secret cannot be kept, since Stripe shows it once", async () => {
    const { api, wanted } = await start();
    const failing = ensureEndpoint({ ...wanted, keepSecret: () => Promise.reject(new Error("the vault is sealed")) });
    await expect(failing).rejects.toThrow("the vault is sealed");
    expect(api.endpoints.size).toBe(0);
  });

  it("replaces a URL only after verification, and keeps the old one without", async () => {
    const { api, wanted, receiver: old } = await start();
    await ensureEndpoint(wanted);
    const { prove: _none, ...unproven } = wanted;
    const next = await listen(stripe({ secret: "whsec_another" }));
    const moved = { ...unproven, url: next.url, replaces: [old.url] };
    const { plan } = await ensureEndpoint({ ...moved, dryRun: true });
    expect(plan.steps.at(-1)).toMatchObject({
      action: "keep",
      url: old.url,
      why: expect.stringContaining("signedRoundTrip"),
    });
    await expect(ensureEndpoint({ ...wanted, ...moved })).rejects.toMatchObject({ code: "not_proven" });
    expect([...api.endpoints.values()].map(({ endpoint }) => endpoint.url)).toEqual([old.url, next.url]);
  });

  it("rotates a secret with a second endpoint, without a lost delivery or a double run under load", async () => {
    const { api, adapter, receiver, wanted, prove, keepSecret } = await start();
    await ensureEndpoint(wanted);
    const sent: string[] = [];
    let isDone = false;
    const load = Array.from({ length: 4 }, async () => {
      while (!isDone) sent.push((await api.emit("invoice.paid", {})).id);
    });
    await expect.poll(() => sent.length).toBeGreaterThan(5);
    const { plan, endpoint } = await rotateSecret({ api: adapter, url: receiver.url, keepSecret, prove });
    const after = sent.length;
    await expect.poll(() => sent.length).toBeGreaterThan(after + 5);
    isDone = true;
    await Promise.all(load);
    expect(plan.steps.map(({ action }) => action)).toEqual(["create", "prove", "remove"]);
    expect([...api.endpoints.keys()]).toEqual([endpoint.id]);
    expect([...receiver.handled].sort()).toEqual([...sent].sort());
  });

  it("removes the new endpoint where its secret is not verified", async () => {
    const { api, adapter, receiver, wanted, prove } = await start();
    await ensureEndpoint(wanted);
    const before = [...api.endpoints.keys()];
    const rotating = rotateSecret({ api: adapter, url: receiver.url, keepSecret: () => undefined, prove });
    await expect(rotating).rejects.toMatchObject({ code: "not_proven" });
    expect([...api.endpoints.keys()]).toEqual(before);
  });
});

describe("a failure of the API", () => {
  const failures: readonly (readonly [string, Fault, string])[] = [
    [
      "401",
      { status: 401, body: { message: "Bad credentials" } },
      "answered 401: the token is wrong, expired or revoked",
    ],
    [
      "403",
      { status: 403, body: { message: "Resource not accessible" } },
      "answered 403: the token is not allowed to do this",
    ],
    [
      "404",
      { status: 404, body: { message: "Not Found" } },
      "answered 404: it does not exist, or the token may not see it",
    ],
    [
      "422",
      { status: 422, body: { message: "Validation Failed", errors: [{ message: "url is not reachable" }] } },
      "it says: Validation Failed (url is not reachable)",
    ],
    ["429 with Retry-After", { status: 429, headers: { "retry-after": "90" } }, "answered 429 (again in 90 s)"],
    ["500", { status: 500, body: {} }, "answered 500: the sender's API is failing"],
    ["a page that is no JSON", { text: "<html>" }, "the body is not JSON"],
    ["a page of another shape", { status: 200, body: {} }, "no list of webhooks"],
    ["no answer", "hang", "nothing within 1.5 s"],
    ["a broken connection", "reset", "unreachable: no connection"],
    ["a redirect", { status: 301, headers: { location: "https://example.com/" } }, "redirects are not followed"],
  ];

  it.each(failures)("%s: is reported without the token, and the next run continues", async (_name, fault, says) => {
    const api = await open(githubApi());
    const receiver = await listen(github({ secret: SECRET }));
    const place = { token: GITHUB_TOKEN, owner: "acme", repo: "shop", baseUrl: api.url };
    const adapter = githubWebhooks({ ...place, ...limitOf(fault) });
    const wanted = { api: adapter, url: receiver.url, events: ["issues"], secret: SECRET };
    api.fail(fault);
    const failed = await ensureEndpoint(wanted).catch((error: unknown) => error as Error);
    expect(failed).toMatchObject({
      name: "SenderApiError",
      message: expect.stringContaining("GitHub could not list the webhooks: "),
    });
    expect((failed as Error).message).toContain(says);
    expect(String((failed as Error).stack)).not.toContain(GITHUB_TOKEN);
    expect((await ensureEndpoint(wanted)).isChanged).toBe(true);
  });

  it("in the middle leaves the old endpoint, and the next run completes the change", async () => {
    const api = await open(githubApi());
    const [old, next] = [await listen(github({ secret: SECRET })), await listen(github({ secret: SECRET }))];
    const adapter = githubWebhooks({ token: GITHUB_TOKEN, owner: "acme", repo: "shop", baseUrl: api.url, ...FAST });
    const wanted = { api: adapter, url: old.url, events: ["issues"], secret: SECRET };
    await ensureEndpoint(wanted);
    api.fail({ status: 503 }, 1, ({ path }) => path.endsWith("/pings"));
    const moved = { ...wanted, url: next.url, replaces: old.url };
    await expect(ensureEndpoint(moved)).rejects.toThrow("could not have the webhook pinged: answered 503");
    expect([...api.hooks.values()].map(({ hook }) => hook.config.url)).toEqual([old.url, next.url]);
    await ensureEndpoint(moved);
    expect([...api.hooks.values()].map(({ hook }) => hook.config.url)).toEqual([next.url]);
  });

  it("that is temporary is retried for safe requests; a create is not repeated", async () => {
    const api = await open(githubApi());
    const receiver = await listen(github({ secret: SECRET }));
    const adapter = githubWebhooks({ token: GITHUB_TOKEN, owner: "acme", repo: "shop", baseUrl: api.url });
    const wanted = { api: adapter, url: receiver.url, events: ["issues"], secret: SECRET };
    api.fail({ status: 502, headers: { "retry-after": "0" } }, 2, ({ method }) => method === "GET");
    api.fail({ status: 502 }, 1, ({ method, path }) => method === "POST" && path.endsWith("/hooks"));
    await expect(ensureEndpoint(wanted)).rejects.toThrow("could not create the webhook: answered 502");
    expect(api.asked.filter(({ method }) => method === "POST")).toHaveLength(1);
  });
});

describe("a sender that is registered by hand", () => {
  it("is described in steps, and verified by a signed round trip", async () => {
    const sender = stripe({ secret: "whsec_0123456789abcdef" });
    const api = tossPaymentsByHand();
    const url = "http://127.0.0.1:1/toss";
    const dry = await ensureEndpoint({ api, url, events: ["PAYMENT_STATUS_CHANGED"], dryRun: true });
    expect(describePlan(dry.plan)).toContain(`register (등록하기): URL ${url}`);
    const failed = await ensureEndpoint({
      api,
      url,
      events: ["PAYMENT_STATUS_CHANGED"],
      prove: signedRoundTrip(sender as never),
    });
    expect(failed.plan.isInOrder).toBe(false);
    expect(failed.plan.steps.at(-1)).toMatchObject({
      text: expect.stringContaining("not verified yet: a signed delivery was not answered: bad port"),
    });
    const receiver = await listen(sender);
    const done = await ensureEndpoint({
      api,
      url: receiver.url,
      events: ["PAYMENT_STATUS_CHANGED"],
      prove: signedRoundTrip(sender as never),
    });
    expect(done.plan.isInOrder).toBe(true);
  });
});

describe("signedRoundTrip", () => {
  it("rejects a page that answers 200 to everything", async () => {
    const server = await open(startServer((req, res) => void req.resume().on("end", () => res.end("ok"))));
    const prove = signedRoundTrip(stripe({ secret: "whsec_0123456789abcdef" }) as never);
    const url = `${server.origin}/`;
    expect(await prove({ url, secret: undefined })).toEqual({
      isProven: false,
      detail:
        "a signed delivery was accepted, but an unsigned one was answered 200: check that the URL is the receiver's",
    });
  });
});

describe("a sender with a single endpoint", () => {
  function single(url: string | undefined) {
    const state = { url, events: ["*"] as readonly string[], log: [] as string[] };
    const api: EndpointApi = {
      title: "One",
      secretBy: "us",
      holds: "one",
      list: async () =>
        state.url === undefined ? [] : [{ id: "1", url: state.url, events: state.events, isEnabled: true }],
      async create(wanted) {
        state.log.push("create");
        state.url = wanted.url;
        return { id: "1", url: wanted.url, events: wanted.events, isEnabled: true };
      },
      async update(id, wanted) {
        state.log.push("update");
        state.url = wanted.url;
        return { id, url: wanted.url, events: wanted.events, isEnabled: true };
      },
      async remove() {
        state.url = undefined;
      },
    };
    return { api, state };
  }
  const wanted = { url: "https://example.com/new", events: ["*"], secret: SECRET };

  it("keeps an endpoint with another URL unless it is replaced explicitly", async () => {
    const { api } = single("https://example.com/theirs");
    await expect(ensureEndpoint({ api, ...wanted })).rejects.toMatchObject({
      code: "occupied",
      message: expect.stringContaining('replaces: "https://example.com/theirs"'),
    });
  });

  it("is changed in place, after the new URL was verified", async () => {
    const { api, state } = single("https://example.com/old");
    const prove = () => {
      state.log.push("prove");
      return { isProven: true, detail: "" };
    };
    const { plan } = await ensureEndpoint({ api, ...wanted, replaces: "https://example.com/old", prove });
    expect(plan.steps.map(({ action }) => action)).toEqual(["prove", "update"]);
    expect(state).toMatchObject({ url: wanted.url, log: ["prove", "update"] });
    expect((await ensureEndpoint({ api, ...wanted, prove })).isChanged).toBe(false);
  });

  it("stays as it was where the new URL is not verified", async () => {
    const { api, state } = single("https://example.com/old");
    const prove = () => ({ isProven: false, detail: "was answered 404" });
    await expect(ensureEndpoint({ api, ...wanted, replaces: "https://example.com/old", prove })).rejects.toThrow(
      "was answered 404",
    );
    expect(state.url).toBe("https://example.com/old");
  });
});

describe("building", () => {
  const api = githubWebhooks({ token: "t", org: "acme" });
  const good = { api, url: "https://example.com/", events: ["push"], secret: SECRET };
  it.each([
    ["a misspelt option", { ...good, event: ["push"] }, 'did you mean "events"?'],
    ["no adapter", { ...good, api: {} }, "api must be an adapter"],
    ["a URL that is none", { ...good, url: "/hook" }, "url must be an absolute http(s) URL"],
    ["no events", { ...good, events: [] }, "events must be a list"],
    ["no secret where we choose it", { ...good, secret: undefined }, "secret is missing"],
    ["a secret from a file", { ...good, secret: "a\n" }, "white space around it"],
    [
      "a secret where the sender chooses it",
      { ...good, api: stripeWebhooks({ apiKey: "k" }) },
      "secret cannot be given",
    ],
  ])("refuses %s before any request", async (_name, options, message) => {
    await expect(ensureEndpoint(options as never)).rejects.toThrow(message);
  });

  it("refuses adapters without a token or a place", () => {
    expect(() => githubWebhooks({ token: "", org: "a" })).toThrow("token is missing");
    expect(() => githubWebhooks({ token: "t" } as never)).toThrow("give owner and repo, or org, or app: true");
  });
});

describe("secretRing", () => {
  it("accepts both secrets until a delivery with the newest and the end of the overlap", () => {
    let nowMs = 0;
    const settled: number[] = [];
    const ring = secretRing({
      secrets: "old",
      overlapSeconds: 10,
      now: () => nowMs,
      onSettled: () => settled.push(nowMs),
    });
    const seen = (key: number) =>
      ring.onOutcome({
        trace: [{ check: "authenticate", result: "passed", hint: `hmac, key ${key}` }],
      } as unknown as Outcome);
    ring.add("new");
    seen(0); // somebody's test, before the sender uses it
    nowMs = 60_000;
    expect(ring.size).toBe(2);
    nowMs = 0;
    ring.retireOld();
    expect(ring.read({} as never)).toEqual(["new", "old"]);
    seen(1);
    nowMs = 60_000;
    expect([ring.size, ring.isNewestSeen]).toEqual([2, false]);
    seen(0);
    nowMs += 9_999;
    expect([ring.size, ring.isNewestSeen]).toEqual([2, true]);
    nowMs += 1;
    expect(ring.read({} as never)).toEqual(["new"]);
    expect(settled).toEqual([70_000]);
  });
});
