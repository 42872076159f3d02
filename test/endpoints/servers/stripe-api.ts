// Stripe's events and webhook endpoints as they are documented: docs.stripe.com/api/events and /api/webhook_endpoints.
// The shapes are held to the types of stripe-node, which Stripe generates from its own description of the API.
import { createHmac } from "node:crypto";
import type { Stripe } from "stripe";
import { type Answer, type ApiServer, type Asked, apiServer, deliver } from "./api-server.js";

export const STRIPE_KEY = "sk_test_only_for_this_test_0123456789";

interface Registered {
  endpoint: Stripe.WebhookEndpoint;
  readonly secret: string;
}

export interface StripeApi extends ApiServer {
  readonly endpoints: Map<string, Registered>;
  /** Oldest first. */
  readonly events: Stripe.Event[];
  /** Something happens, and it is delivered; again after each of `retriesMs`, while it is not answered with 2xx. */
  emit(type: string, object: object, retriesMs?: readonly number[]): Promise<Stripe.Event>;
  /** Ids of events that Stripe gave up on. */
  readonly givenUp: Set<string>;
  now: () => number;
}

const UNAUTHORIZED: Answer = {
  status: 401,
  body: {
    error: { message: "Invalid API Key provided: sk_test_*********************6789", type: "invalid_request_error" },
  },
};

export async function stripeApi(): Promise<StripeApi> {
  const endpoints = new Map<string, Registered>();
  const events: Stripe.Event[] = [];
  const givenUp = new Set<string>();
  let count = 0;
  const server = await apiServer(answer);
  const api: StripeApi = Object.assign(server, { endpoints, events, givenUp, emit, now: () => Date.now() });

  function answer(asked: Asked): Answer {
    if (asked.headers.authorization !== `Bearer ${STRIPE_KEY}`) return UNAUTHORIZED;
    if (asked.path === "/v1/events") return listed(asked, [...events].reverse(), "/v1/events", inWindow(asked));
    if (asked.path === "/v1/webhook_endpoints") {
      if (asked.method === "POST") return create(new URLSearchParams(asked.body));
      return listed(asked, [...endpoints.values()].map(({ endpoint }) => endpoint).reverse(), asked.path);
    }
    const [, id = ""] = /^\/v1\/webhook_endpoints\/(we_\w+)$/.exec(asked.path) ?? [];
    const kept = endpoints.get(id);
    if (kept === undefined) return missing("webhook endpoint", id === "" ? asked.path : id);
    if (asked.method === "DELETE") {
      endpoints.delete(id);
      return { status: 200, body: { id, object: "webhook_endpoint", deleted: true } };
    }
    if (asked.method === "POST") update(kept, new URLSearchParams(asked.body));
    return { status: 200, body: kept.endpoint };
  }

  function create(form: URLSearchParams): Answer {
    const url = form.get("url") ?? "";
    const enabled = listOf(form, "enabled_events");
    if (url === "" || enabled.length === 0) {
      const param = url === "" ? "url" : "enabled_events";
      const message = `Missing required param: ${param}.`;
      return {
        status: 400,
        body: { error: { code: "parameter_missing", message, param, type: "invalid_request_error" } },
      };
    }
    const id = `we_${String(++count).padStart(16, "0")}`;
    const secret = `whsec_${createHmac("sha256", "test").update(id).digest("base64url").slice(0, 32)}`;
    const endpoint: Stripe.WebhookEndpoint = {
      id,
      object: "webhook_endpoint",
      api_version: form.get("api_version"),
      application: null,
      created: Math.floor(api.now() / 1000),
      description: form.get("description"),
      enabled_events: enabled,
      livemode: false,
      metadata: metadataOf(form),
      status: "enabled",
      url,
    };
    endpoints.set(id, { endpoint, secret });
    return { status: 200, body: { ...endpoint, secret } };
  }

  function update(kept: Registered, form: URLSearchParams): void {
    const enabled = listOf(form, "enabled_events");
    kept.endpoint = {
      ...kept.endpoint,
      ...(form.has("url") ? { url: form.get("url") ?? "" } : {}),
      ...(enabled.length === 0 ? {} : { enabled_events: enabled }),
      ...(form.has("disabled") ? { status: form.get("disabled") === "true" ? "disabled" : "enabled" } : {}),
    };
  }

  async function emit(type: string, object: object, retriesMs: readonly number[] = []): Promise<Stripe.Event> {
    const id = `evt_${String(++count).padStart(16, "0")}`;
    const event = {
      id,
      object: "event",
      api_version: "2026-06-24.dahlia",
      created: Math.floor(api.now() / 1000),
      data: { object },
      livemode: false,
      pending_webhooks: endpoints.size,
      request: { id: null, idempotency_key: null },
      type,
    } as unknown as Stripe.Event;
    events.push(event);
    const wanting = [...endpoints.values()].filter(
      ({ endpoint }) =>
        endpoint.status === "enabled" && endpoint.enabled_events.some((one) => one === "*" || one === type),
    );
    await Promise.all(wanting.map((kept) => persist(kept, event, retriesMs)));
    return event;
  }

  async function persist(kept: Registered, event: Stripe.Event, retriesMs: readonly number[]): Promise<void> {
    for (const pauseMs of [0, ...retriesMs]) {
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      const body = JSON.stringify(event, null, 2);
      const time = Math.floor(Date.now() / 1000);
      const signature = createHmac("sha256", kept.secret).update(`${time}.${body}`).digest("hex");
      const headers = {
        "content-type": "application/json; charset=utf-8",
        "stripe-signature": `t=${time},v1=${signature}`,
      };
      const status = await deliver(kept.endpoint.url, headers, body);
      if (status >= 200 && status < 300) return;
    }
    givenUp.add(event.id);
  }

  return api;
}

function inWindow({ query }: Asked): (event: { created: number; type: string }) => boolean {
  const [from, to] = [
    Number(query.get("created[gte]") ?? 0),
    Number(query.get("created[lte]") ?? Number.MAX_SAFE_INTEGER),
  ];
  const types = query.getAll("types[]");
  return ({ created, type }) => created >= from && created <= to && (types.length === 0 || types.includes(type));
}

function listed<T extends { id: string }>(
  { query }: Asked,
  all: T[],
  url: string,
  fits?: (one: never) => boolean,
): Answer {
  const limit = Number(query.get("limit") ?? 10);
  const fitting = fits === undefined ? all : all.filter((one) => fits(one as never));
  const after = query.get("starting_after");
  const at = after === null ? 0 : all.findIndex(({ id }) => id === after);
  if (at < 0) return { ...missing("event", after ?? ""), status: 400 };
  const rest = after === null ? fitting : fitting.filter((one) => all.indexOf(one) > at);
  return { status: 200, body: { object: "list", url, has_more: rest.length > limit, data: rest.slice(0, limit) } };
}

function missing(what: string, id: string): Answer {
  const message = `No such ${what}: '${id}'`;
  return {
    status: 404,
    body: { error: { code: "resource_missing", message, param: "id", type: "invalid_request_error" } },
  };
}

function listOf(form: URLSearchParams, name: string): string[] {
  return [...form].filter(([key]) => key === name || key.startsWith(`${name}[`)).map(([, value]) => value);
}

function metadataOf(form: URLSearchParams): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [key, value] of form) {
    const [, name] = /^metadata\[(\w+)\]$/.exec(key) ?? [];
    if (name !== undefined) own[name] = value;
  }
  return own;
}
