// Slack as a source: a channel's history as `message` events.

import { CHECKED_LATER, checkOptions, required, TEXT } from "../../lib/options.js";
import { API_RULES, type ApiAnswer, type ApiOptions, SenderApi } from "../../lib/sender-api/client.js";
import type { SenderApiProblem } from "../../lib/sender-api/error.js";
import { type Members, membersOf, textOf } from "../../lib/sender-api/json-members.js";
import { checkedToken } from "../../lib/sender-api/token.js";
import { type BackfillSource, type FetchedEvent, type WindowPage, type WindowPart, windows } from "./source.js";

/** Options of `slackHistory`. */
export interface SlackHistoryOptions extends ApiOptions {
  /** A bot or user token that may read the channel's history. */
  readonly token: string | undefined;
  /** `C…`, `G…` or `D…`. */
  readonly channel: string;
}

/** Slack answers 200 with `ok: false`; these error codes have a more exact meaning than "refused". */
const PROBLEMS: Readonly<Record<string, SenderApiProblem>> = {
  ratelimited: "rate_limited",
  not_authed: "unauthorized",
  invalid_auth: "unauthorized",
  token_expired: "unauthorized",
  token_revoked: "unauthorized",
  account_inactive: "unauthorized",
  missing_scope: "forbidden",
  no_permission: "forbidden",
  channel_not_found: "not_found",
  not_in_channel: "not_found",
  internal_error: "unavailable",
  fatal_error: "unavailable",
  service_unavailable: "unavailable",
};
const MAX_LIMIT = 999;

/**
 * A channel's messages, in the form of `slack(…)`: type `message`, payload `{ type: "event_callback", event }`.
 *
 * Source:  docs.slack.dev, `conversations.history`: `oldest`, `latest`, `inclusive`, `limit`, `cursor`. Replies in threads
 *          are not in it.
 * Not promised: dedupe against deliveries, whose `event_id` the API does not list. Give `isHandled`, or handlers that identify
 *          a message by channel and `ts`.
 *
 * @throws {TypeError} When the token is missing, or an option is unknown.
 */
export function slackHistory(options: SlackHistoryOptions): BackfillSource {
  checkOptions<SlackHistoryOptions>("slackHistory", options, {
    token: CHECKED_LATER,
    channel: required(TEXT),
    ...API_RULES,
  });
  const token = checkedToken("slackHistory", "token", options.token);
  const { channel } = options;
  const api = new SenderApi({
    sender: "Slack",
    baseUrl: "https://slack.com/api",
    headers: { authorization: `Bearer ${token}` },
    secrets: [token],
    problemIn: slackProblem,
    options,
  });

  async function list({ since, until, page, pageSize, signal }: WindowPart): Promise<WindowPage> {
    const call = {
      what: "read the channel's history",
      path: "/conversations.history",
      query: {
        channel,
        oldest: (since.getTime() / 1000).toFixed(6),
        latest: (until.getTime() / 1000).toFixed(6),
        inclusive: "true",
        limit: Math.min(pageSize, MAX_LIMIT),
        cursor: page,
      },
    };
    const { value } = await api.call(call, signal);
    const { messages, response_metadata: more } = membersOf(value);
    if (!Array.isArray(messages)) throw api.badAnswer(call, "no list of messages");
    const events = messages.map((one) => eventOf(membersOf(one), channel)).filter((event) => event !== undefined);
    return { events: events.reverse(), next: textOf(membersOf(more).next_cursor) };
  }

  return { name: `slack-history/${channel}`, hasDeliveryIds: false, pages: (from) => windows(from, list) };
}

export function slackProblem({
  value,
}: ApiAnswer): { readonly problem: SenderApiProblem; readonly said: string } | undefined {
  const { ok, error } = membersOf(value);
  if (ok === true) return undefined;
  const code = textOf(error) ?? "no ok in the answer";
  return { problem: PROBLEMS[code] ?? "refused", said: code };
}

function eventOf(message: Members, channel: string): FetchedEvent | undefined {
  const ts = textOf(message.ts);
  if (ts === undefined) return undefined;
  const timestamp = new Date(Number(ts) * 1000);
  const payload = { type: "event_callback", event: { ...message, channel, event_ts: ts } };
  return { id: `history.${channel}.${ts}`, type: "message", payload, timestamp };
}
