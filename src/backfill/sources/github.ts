// GitHub as a source: the deliveries of a webhook, available for three days.

import { CHECKED_LATER, checkOptions, choiceOf, FLAG } from "../../lib/options.js";
import { API_RULES, type ApiOptions } from "../../lib/sender-api/client.js";
import { SenderApiError } from "../../lib/sender-api/error.js";
import { githubApi } from "../../lib/sender-api/github.js";
import { type Members, membersOf, textOf } from "../../lib/sender-api/json-members.js";
import { linkTo } from "../../lib/sender-api/link-header.js";
import { checkedToken } from "../../lib/sender-api/token.js";
import { type BackfillSource, type FetchedEvent, type WindowPage, type WindowPart, windows } from "./source.js";

/** The owner of the webhook: a repository, an organisation, or an app. */
export type GithubPlace =
  | { readonly owner: string; readonly repo: string; readonly hookId: number | string }
  | { readonly org: string; readonly hookId: number | string }
  | { readonly app: true };

/** Options of `githubDeliveries`. */
export interface GithubDeliveriesOptions extends ApiOptions {
  /**
   * A token that may read (and for `redeliver` write) the webhooks; for an app, its JWT. A function is called
   * before each request, since a JWT is valid for ten minutes.
   */
  readonly token: string | undefined | (() => string | Promise<string>);
  readonly of: GithubPlace;
  /**
   * `failed` (default): events without a successful delivery in GitHub's list. `all`: every event
   * sent, with one request for each.
   */
  readonly which?: "failed" | "all";
  /** Asks GitHub to redeliver failed events instead of handling them here. They then arrive signed, as webhooks. */
  readonly redeliver?: boolean;
}

const MAX_PER_PAGE = 100;
/**
 * GitHub's deliveries. GitHub does not retry automatically, so this fetches failed ones.
 *
 * Source:  docs.github.com, REST API, repository webhooks: list deliveries, get a delivery, redeliver.
 * Promise: ids are those of `X-GitHub-Delivery`, and types are those of `github(…)`. Not promised: anything older than
 *          three days; and that payloads are byte for byte those sent, since GitHub returns them as JSON.
 *
 * @throws {TypeError} When the token is missing, or an option is unknown.
 */
export function githubDeliveries(options: GithubDeliveriesOptions): BackfillSource {
  checkOptions<GithubDeliveriesOptions>("githubDeliveries", options, {
    token: CHECKED_LATER,
    of: CHECKED_LATER,
    which: choiceOf(["failed", "all"]),
    redeliver: FLAG,
    ...API_RULES,
  });
  const { token, which = "failed", redeliver = false } = options;
  const fixed = typeof token === "function" ? undefined : checkedToken("githubDeliveries", "token", token);
  const path = githubPath("githubDeliveries", options.of);
  const api = githubApi(fixed, options);

  async function call(
    what: string,
    at: string,
    more: { method?: "POST"; query?: Record<string, string | number | undefined> },
    signal: AbortSignal,
  ) {
    const headers = typeof token === "function" ? { authorization: `Bearer ${await token()}` } : {};
    return api.call({ what, path: at, headers, ...more }, signal);
  }

  async function list({ since, until, page, pageSize, signal }: WindowPart): Promise<WindowPage> {
    const query = { per_page: Math.min(pageSize, MAX_PER_PAGE), cursor: page };
    const { value, headers } = await call("list the deliveries", path, { query }, signal);
    if (!Array.isArray(value)) throw api.badAnswer({ what: "list the deliveries" }, "no list of deliveries");
    const attempts = value.map(attemptOf).filter((one) => one !== undefined);
    const inWindow = attempts.filter(({ atMs }) => atMs >= since.getTime() && atMs <= until.getTime());
    // Newest first: a successful delivery is listed before the failures of the same event.
    for (const { guid, isDelivered } of inWindow) if (isDelivered) delivered.add(guid);
    const wanted = new Map<string, Attempt>();
    for (const one of inWindow) {
      if (which === "all" || !delivered.has(one.guid)) wanted.set(one.guid, one); // the oldest of each
    }
    const events: FetchedEvent[] = [];
    for (const one of [...wanted.values()].reverse()) {
      if (redeliver) await call("ask for a redelivery", `${path}/${one.id}/attempts`, { method: "POST" }, signal);
      else {
        const detail = await call("read a delivery", `${path}/${one.id}`, {}, signal);
        events.push(eventOf(one, membersOf(detail.value)));
      }
      if (redeliver) delivered.add(one.guid);
    }
    // The list starts with the newest and has no time limit: older entries are outside the window.
    const isPast = attempts.some(({ atMs }) => atMs < since.getTime());
    const next = isPast ? undefined : cursorIn(linkTo("next", headers));
    return { events, next };
  }

  /** Ids that this process knows as delivered. */
  const delivered = new Set<string>();
  return {
    name: `github-deliveries${path}`,
    hasDeliveryIds: true,
    pages(from) {
      delivered.clear();
      return windows(
        from,
        list,
        (error) => error instanceof SenderApiError && (error.problem === "refused" || error.problem === "not_found"),
      );
    },
  };
}

function githubPath(where: string, of: GithubPlace): string {
  const { owner, repo, org, app, hookId } = of as Partial<Record<"owner" | "repo" | "org" | "app" | "hookId", unknown>>;
  if (app === true) return "/app/hook/deliveries";
  const id = textOf(hookId);
  if (id === undefined)
    throw new TypeError(`${where}: of.hookId is missing: the webhook's number, in its URL at GitHub`);
  const part = (text: unknown): string => encodeURIComponent(String(text));
  if (textOf(org) !== undefined) return `/orgs/${part(org)}/hooks/${part(id)}/deliveries`;
  if (textOf(owner) !== undefined && textOf(repo) !== undefined)
    return `/repos/${part(owner)}/${part(repo)}/hooks/${part(id)}/deliveries`;
  throw new TypeError(`${where}: of must be { owner, repo, hookId }, { org, hookId } or { app: true }`);
}

interface Attempt {
  readonly id: string;
  readonly guid: string;
  readonly atMs: number;
  readonly isDelivered: boolean;
  readonly type: string;
}

function attemptOf(value: unknown): Attempt | undefined {
  const { id, guid, delivered_at: at, status_code: status, event, action } = membersOf(value);
  const [number, name, type] = [textOf(id), textOf(guid), textOf(event)];
  const atMs = Date.parse(String(at));
  if (number === undefined || name === undefined || type === undefined || Number.isNaN(atMs)) return undefined;
  const isDelivered = typeof status === "number" && status >= 200 && status < 300;
  return {
    id: number,
    guid: name,
    atMs,
    isDelivered,
    type: typeof action === "string" && action !== "" ? `${type}.${action}` : type,
  };
}

function eventOf(attempt: Attempt, detail: Members): FetchedEvent {
  const { headers, payload } = membersOf(detail.request);
  const told: Record<string, string> = {};
  for (const [name, value] of Object.entries(membersOf(headers))) {
    // The signature is useless, since GitHub does not return the signed bytes.
    if (typeof value === "string" && !/signature/i.test(name)) told[name.toLowerCase()] = value;
  }
  return { id: attempt.guid, type: attempt.type, payload, timestamp: new Date(attempt.atMs), headers: told };
}

function cursorIn(link: string | undefined): string | undefined {
  if (link === undefined) return undefined;
  try {
    return new URL(link).searchParams.get("cursor") ?? undefined;
  } catch {
    return undefined;
  }
}
