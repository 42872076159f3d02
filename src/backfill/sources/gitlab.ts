// GitLab as a source: the events of a project's webhook, available for seven days.

import { CHECKED_LATER, checkOptions, choiceOf, FLAG, isText, type OptionRule, required } from "../../lib/options.js";
import { API_RULES, type ApiOptions, SenderApi } from "../../lib/sender-api/client.js";
import { type Members, membersOf, textOf } from "../../lib/sender-api/json-members.js";
import { checkedToken } from "../../lib/sender-api/token.js";
import type { BackfillFrom, BackfillPage, BackfillSource, FetchedEvent } from "./source.js";

/** Options of `gitlabEvents`. */
export interface GitlabEventsOptions extends ApiOptions {
  /** A token with the scope `api`, of a user who may see the project's webhooks. */
  readonly token: string | undefined;
  /** The project's number or full path, `group/name`. */
  readonly project: string | number;
  readonly hookId: number | string;
  /** `failed` (default): events not answered with 2xx. `all`: every event. */
  readonly which?: "failed" | "all";
  /** Asks GitLab to resend failed events instead of handling them here. GitLab allows five per minute. */
  readonly resend?: boolean;
}

const MAX_PER_PAGE = 20;

const NUMBER_OR_PATH: OptionRule = {
  must: "be a number or a text",
  fits: (value) => isText(value) || Number.isSafeInteger(value),
};

/**
 * The events of a project's webhook. GitLab lists no times, so the cursor is the highest number seen, and `since`
 * has no effect: a first run fetches everything that GitLab has.
 *
 * Source:  docs.gitlab.com, "Project webhooks API": list and resend project webhook events. Unconfirmed: that
 *          `request_headers` hold `Idempotency-Key`, without which an event has no id.
 *
 * @throws {TypeError} When the token is missing, or an option is unknown.
 */
export function gitlabEvents(options: GitlabEventsOptions): BackfillSource {
  checkOptions<GitlabEventsOptions>("gitlabEvents", options, {
    token: CHECKED_LATER,
    project: required(NUMBER_OR_PATH),
    hookId: required(NUMBER_OR_PATH),
    which: choiceOf(["failed", "all"]),
    resend: FLAG,
    ...API_RULES,
  });
  const token = checkedToken("gitlabEvents", "token", options.token);
  const path = `/projects/${encodeURIComponent(String(options.project))}/hooks/${encodeURIComponent(String(options.hookId))}/events`;
  const api = new SenderApi({
    sender: "GitLab",
    baseUrl: "https://gitlab.com/api/v4",
    headers: { "private-token": token },
    secrets: [token],
    options,
  });

  async function* pages({ cursor, pageSize, signal }: BackfillFrom): AsyncGenerator<BackfillPage> {
    const seen = Number(cursor ?? 0);
    let highest = seen;
    // Newest first: the highest number is saved only after everything below it has been read.
    for (let page = 1; ; page++) {
      const call = {
        what: "list the webhook's events",
        path,
        query: { page, per_page: Math.min(pageSize, MAX_PER_PAGE) },
      };
      const { value, headers } = await api.call(call, signal);
      if (!Array.isArray(value)) throw api.badAnswer(call, "no list of events");
      const rows = value.map((one) => membersOf(one)).filter(({ id }) => Number(id) > seen);
      highest = Math.max(highest, ...rows.map(({ id }) => Number(id)));
      const wanted = options.which === "all" ? rows : rows.filter(hasFailed);
      const events: FetchedEvent[] = [];
      for (const row of wanted.reverse()) {
        if (options.resend === true) {
          await api.call(
            { what: "have an event sent again", method: "POST", path: `${path}/${textOf(row.id)}/resend` },
            signal,
          );
        } else {
          const event = eventOf(row);
          if (event !== undefined) events.push(event);
        }
      }
      const isLast = rows.length < value.length || value.length === 0 || (headers.get("x-next-page") ?? "") === "";
      yield { events, cursor: String(isLast ? highest : seen) };
      if (isLast) return;
    }
  }

  return { name: `gitlab-events${path}`, hasDeliveryIds: true, pages };
}

function hasFailed({ response_status: status }: Members): boolean {
  return !/^2\d\d$/.test(String(status));
}

function eventOf({ request_headers: given, request_data: data }: Members): FetchedEvent | undefined {
  const payload: unknown = typeof data === "string" ? parsed(data) : data;
  const { object_kind: kind, event_name: name } = membersOf(payload);
  const type = textOf(kind) ?? textOf(name);
  if (type === undefined) return undefined;
  const headers: Record<string, string> = {};
  for (const [header, value] of Object.entries(membersOf(given))) {
    const lower = header.toLowerCase();
    if (typeof value === "string" && lower !== "x-gitlab-token" && lower !== "webhook-signature")
      headers[lower] = value;
  }
  return { id: headers["webhook-id"] ?? headers["idempotency-key"], type, payload, headers };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
