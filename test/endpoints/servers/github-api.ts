// GitHub's webhooks API as it is documented: docs.github.com, REST API, "Repository webhooks" and "Organization webhooks".
// The shapes are held to the types of @octokit/rest 22, which GitHub generates from its own description of the API.
import { createHmac, randomUUID } from "node:crypto";
import type { RestEndpointMethodTypes } from "@octokit/rest";
import { type Answer, type ApiServer, type Asked, apiServer, deliver } from "./api-server.js";

type Hook = RestEndpointMethodTypes["repos"]["getWebhook"]["response"]["data"];
type DeliveryItem = RestEndpointMethodTypes["repos"]["listWebhookDeliveries"]["response"]["data"][number];
type DeliveryDetail = RestEndpointMethodTypes["repos"]["getWebhookDelivery"]["response"]["data"];

export const GITHUB_TOKEN = "ghp_only_for_this_test_0123456789";

interface Registered {
  hook: Hook;
  secret: string | undefined;
}

export interface GithubApi extends ApiServer {
  readonly hooks: Map<number, Registered>;
  readonly deliveries: DeliveryDetail[];
  /** Something happens: it is sent once to every active webhook that wants it. GitHub does not send again by itself. */
  emit(event: string, payload: object, guid?: string): Promise<string>;
  /** What is told of deliveries. */
  now: () => number;
}

const BAD_CREDENTIALS: Answer = {
  status: 401,
  body: { message: "Bad credentials", documentation_url: "https://docs.github.com/rest", status: "401" },
};
const NOT_FOUND: Answer = {
  status: 404,
  body: { message: "Not Found", documentation_url: "https://docs.github.com/rest", status: "404" },
};

export async function githubApi(): Promise<GithubApi> {
  const hooks = new Map<number, Registered>();
  const deliveries: DeliveryDetail[] = [];
  let lastId = 12_345_677;
  const server = await apiServer(answer);
  const api: GithubApi = Object.assign(server, { hooks, deliveries, emit, now: () => Date.now() });

  function answer(asked: Asked): Answer | Promise<Answer> {
    if (
      asked.headers.authorization !== `Bearer ${GITHUB_TOKEN}` &&
      asked.headers.authorization !== `token ${GITHUB_TOKEN}`
    )
      return BAD_CREDENTIALS;
    const [, place = "", rest = ""] = /^\/(repos\/acme\/shop|orgs\/acme)\/hooks(.*)$/.exec(asked.path) ?? [];
    if (place === "") return NOT_FOUND;
    const [, id, more = ""] = /^\/(\d+)(.*)$/.exec(rest) ?? [];
    if (id === undefined) return asked.method === "POST" ? create(asked) : list(asked);
    const kept = hooks.get(Number(id));
    if (kept === undefined) return NOT_FOUND;
    if (more === "") return one(asked, kept);
    if (more === "/pings") return ping(kept);
    return deliveriesOf(asked, kept, more);
  }

  function list({ query, path }: Asked): Answer {
    const perPage = Number(query.get("per_page") ?? 30);
    const page = Number(query.get("page") ?? 1);
    const all = [...hooks.values()].map(({ hook }) => hook);
    const isMore = all.length > page * perPage;
    const next = `<${server.url}${path}?per_page=${perPage}&page=${page + 1}>; rel="next"`;
    return {
      status: 200,
      body: all.slice((page - 1) * perPage, page * perPage),
      headers: isMore ? { link: next } : {},
    };
  }

  function create({ body }: Asked): Answer {
    const {
      config,
      events = ["push"],
      active = true,
    } = JSON.parse(body) as {
      config: { url: string; content_type?: string; insecure_ssl?: string; secret?: string };
      events?: string[];
      active?: boolean;
    };
    if (
      [...hooks.values()].some(({ hook }) => hook.config.url === config.url && String(hook.events) === String(events))
    ) {
      const errors = [{ resource: "Hook", code: "custom", message: "Hook already exists on this repository" }];
      return {
        status: 422,
        body: { message: "Validation Failed", errors, documentation_url: "https://docs.github.com/rest" },
      };
    }
    const id = ++lastId;
    const at = new Date(api.now()).toISOString();
    const self = `${server.url}/repos/acme/shop/hooks/${id}`;
    const hook: Hook = {
      type: "Repository",
      id,
      name: "web",
      active,
      events,
      config: configOf(config, config.secret),
      updated_at: at,
      created_at: at,
      url: self,
      test_url: `${self}/test`,
      ping_url: `${self}/pings`,
      deliveries_url: `${self}/deliveries`,
      last_response: { code: null, status: "unused", message: null },
    };
    const kept: Registered = { hook, secret: config.secret };
    hooks.set(id, kept);
    void send(kept, "ping", { zen: "Design for failure.", hook_id: id, hook }, randomUUID());
    return { status: 201, body: hook, headers: { location: self } };
  }

  async function one({ method, body }: Asked, kept: Registered): Promise<Answer> {
    if (method === "DELETE") {
      hooks.delete(kept.hook.id);
      return { status: 204 };
    }
    if (method === "PATCH") {
      const {
        config,
        events,
        active,
        add_events: added,
        remove_events: removed,
      } = JSON.parse(body) as {
        config?: { url?: string; content_type?: string; insecure_ssl?: string; secret?: string };
        events?: string[];
        active?: boolean;
        add_events?: string[];
        remove_events?: string[];
      };
      // "If you previously had a secret set, you must provide the same secret or set a new secret or the secret will be removed."
      if (config !== undefined) {
        kept.secret = config.secret;
        kept.hook = { ...kept.hook, config: configOf({ ...kept.hook.config, ...config }, config.secret) };
      }
      const next = new Set(
        [...(events ?? kept.hook.events), ...(added ?? [])].filter((event) => !removed?.includes(event)),
      );
      kept.hook = {
        ...kept.hook,
        events: [...next],
        active: active ?? kept.hook.active,
        updated_at: new Date(api.now()).toISOString(),
      };
      return { status: 200, body: kept.hook };
    }
    return { status: 200, body: kept.hook };
  }

  async function ping(kept: Registered): Promise<Answer> {
    await send(
      kept,
      "ping",
      { zen: "Keep it logically awesome.", hook_id: kept.hook.id, hook: kept.hook },
      randomUUID(),
    );
    return { status: 204 };
  }

  async function deliveriesOf({ method, query, path }: Asked, kept: Registered, more: string): Promise<Answer> {
    const own = deliveries.filter(
      (one) => one.url === kept.hook.config.url || (one as { hook?: number }).hook === kept.hook.id,
    );
    const [, id, attempts] = /^\/deliveries\/(\d+)(\/attempts)?$/.exec(more) ?? [];
    if (id !== undefined) {
      const found = own.find((one) => one.id === Number(id));
      if (found === undefined) return NOT_FOUND;
      if (attempts === undefined) return { status: 200, body: found };
      if (method !== "POST") return NOT_FOUND;
      await send(kept, found.event, found.request.payload ?? {}, found.guid, true);
      return { status: 202, body: {} };
    }
    const perPage = Number(query.get("per_page") ?? 30);
    const newestFirst = [...own].reverse();
    const cursor = query.get("cursor");
    const from = cursor === null ? 0 : newestFirst.findIndex((one) => `v1_${one.id}` === cursor);
    if (from < 0)
      return { status: 422, body: { message: "Invalid cursor", documentation_url: "https://docs.github.com/rest" } };
    const next = newestFirst[from + perPage];
    const link = `<${server.url}${path}?per_page=${perPage}&cursor=v1_${next?.id}>; rel="next"`;
    return {
      status: 200,
      body: newestFirst.slice(from, from + perPage).map(itemOf),
      headers: next === undefined ? {} : { link },
    };
  }

  async function send(
    { hook, secret }: Registered,
    event: string,
    payload: object,
    guid: string,
    redelivery = false,
  ): Promise<void> {
    const url = hook.config.url ?? "";
    const body = JSON.stringify(payload);
    const headers: Record<string, string> = {
      "content-type": "application/json",
      "user-agent": "GitHub-Hookshot/0123456",
      "x-github-delivery": guid,
      "x-github-event": event,
      "x-github-hook-id": String(hook.id),
      ...(secret === undefined
        ? {}
        : { "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}` }),
    };
    const delivered: DeliveryDetail = {
      id: ++lastId,
      guid,
      delivered_at: new Date(api.now()).toISOString(),
      redelivery,
      duration: 0.01,
      status: "pending",
      status_code: 0,
      event,
      action: (payload as { action?: string }).action ?? null,
      installation_id: null,
      repository_id: 1,
      url,
      request: { headers, payload: payload as never },
      response: { headers: {}, payload: null },
    };
    deliveries.push(Object.assign(delivered, { hook: hook.id }));
    const status = await deliver(url, headers, body);
    Object.assign(delivered, {
      status: status === 0 ? "failed to connect" : status < 300 ? "OK" : "Invalid HTTP Response",
      status_code: status,
    });
    hook.last_response = { code: status, status: status < 300 && status > 0 ? "active" : "failed", message: null };
  }

  async function emit(event: string, payload: object, guid: string = randomUUID()): Promise<string> {
    const wanting = [...hooks.values()].filter(
      ({ hook }) => hook.active && (hook.events.includes(event) || hook.events.includes("*")),
    );
    await Promise.all(wanting.map((kept) => send(kept, event, payload, guid)));
    return guid;
  }

  return api;
}

function configOf(config: Hook["config"], secret: string | undefined): Hook["config"] {
  const { url, content_type: type = "form", insecure_ssl: ssl = "0" } = config;
  return {
    url: url ?? "",
    content_type: type,
    insecure_ssl: ssl,
    ...(secret === undefined ? {} : { secret: "********" }),
  };
}

function itemOf(detail: DeliveryDetail): DeliveryItem {
  const {
    id,
    guid,
    delivered_at,
    redelivery,
    duration,
    status,
    status_code,
    event,
    action,
    installation_id,
    repository_id,
  } = detail;
  return {
    id,
    guid,
    delivered_at,
    redelivery,
    duration,
    status,
    status_code,
    event,
    action,
    installation_id,
    repository_id,
  };
}
