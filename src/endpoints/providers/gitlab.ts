// GitLab's webhooks: of a project, or of a group.

import { CHECKED_LATER, checkOptions } from "../../lib/options.js";
import { API_RULES, type ApiCall, type ApiOptions, SenderApi } from "../../lib/sender-api/client.js";
import { SenderApiError } from "../../lib/sender-api/error.js";
import { type Members, membersOf, textOf } from "../../lib/sender-api/json-members.js";
import { checkedToken } from "../../lib/sender-api/token.js";
import type { ChangedEndpoint, EndpointApi, RegisteredEndpoint, WantedEndpoint } from "./provider.js";

/** Options of `gitlabWebhooks`: a project or a group. */
export type GitlabWebhooksOptions = ApiOptions & {
  /** A token with the scope `api`, of a user who may administer webhooks. */
  readonly token: string | undefined;
} & ({ readonly project: string | number } | { readonly group: string | number });

/** Each is a property `<name>_events` of a webhook. */
const EVENTS = [
  "push",
  "tag_push",
  "issues",
  "confidential_issues",
  "merge_requests",
  "note",
  "confidential_note",
  "job",
  "pipeline",
  "wiki_page",
  "deployment",
  "feature_flag",
  "releases",
  "milestone",
  "emoji",
  "resource_access_token",
] as const;

/**
 * GitLab's webhooks API. Events are `push`, `merge_requests`, …: the API's names without `_events`.
 *
 * Source: docs.gitlab.com, "Project webhooks API", "Group webhooks API". The secret is the secret token (`gitlab({ token })`).
 *
 * @throws {TypeError} When the token is missing, or an option is unknown.
 */
export function gitlabWebhooks(options: GitlabWebhooksOptions): EndpointApi {
  checkOptions<GitlabWebhooksOptions>("gitlabWebhooks", options, {
    token: CHECKED_LATER,
    project: CHECKED_LATER,
    group: CHECKED_LATER,
    ...API_RULES,
  });
  const token = checkedToken("gitlabWebhooks", "token", options.token);
  const { project, group } = options as Partial<Record<"project" | "group", string | number>>;
  const place = project ?? group;
  if (place === undefined) throw new TypeError("gitlabWebhooks: give project or group, its number or full path");
  const path = `/${project === undefined ? "groups" : "projects"}/${encodeURIComponent(String(place))}/hooks`;
  const api = new SenderApi({
    sender: "GitLab",
    baseUrl: "https://gitlab.com/api/v4",
    headers: { "private-token": token },
    secrets: [token],
    options,
  });

  async function write(call: ApiCall): Promise<ChangedEndpoint> {
    const endpoint = endpointOf((await api.call(call)).value);
    if (endpoint === undefined) throw api.badAnswer(call, "no webhook with id and URL");
    return endpoint;
  }

  return {
    title: `GitLab ${place}`,
    secretBy: "us",
    holds: "many",
    async list() {
      const found: RegisteredEndpoint[] = [];
      for (let page = "1"; page !== ""; ) {
        const call: ApiCall = { what: "list the webhooks", path, query: { per_page: 100, page } };
        const { value, headers } = await api.call(call);
        if (!Array.isArray(value)) throw api.badAnswer(call, "no list of webhooks");
        found.push(...value.map(endpointOf).filter((one) => one !== undefined));
        page = headers.get("x-next-page") ?? "";
      }
      return found;
    },
    create: (wanted) => write({ what: "create the webhook", method: "POST", path, json: jsonOf(wanted) }),
    update: (id, wanted) =>
      write({ what: "update the webhook", method: "PUT", path: `${path}/${id}`, json: jsonOf(wanted) }),
    async remove(id) {
      await api.call({ what: "remove the webhook", method: "DELETE", path: `${path}/${id}` });
    },
    async test(id) {
      const [event = "push"] =
        (await api
          .call({ what: "read the webhook", path: `${path}/${id}` })
          .then(({ value }) => endpointOf(value)?.events)) ?? [];
      const call: ApiCall = {
        what: "test the webhook",
        method: "POST",
        path: `${path}/${id}/test/${event}_events`,
        isRepeatable: false,
      };
      try {
        await api.call(call);
        return { isProven: true, detail: `GitLab's test (${event}) was accepted` };
      } catch (error) {
        // 422: it was sent but not accepted.
        if (!(error instanceof SenderApiError) || error.problem !== "refused") throw error;
        return { isProven: false, detail: error.message };
      }
    },
  };
}

function jsonOf({ url, events, secret }: WantedEndpoint): Record<string, unknown> {
  const unknown = events.filter((event) => event !== "*" && !EVENTS.includes(event as never));
  if (unknown.length > 0)
    throw new TypeError(`gitlabWebhooks: unknown events ${unknown.join(", ")}; known are ${EVENTS.join(", ")}`);
  const chosen = EVENTS.map((event) => [`${event}_events`, events.includes(event) || events.includes("*")]);
  return {
    url,
    enable_ssl_verification: true,
    ...(secret === undefined ? {} : { token: secret }),
    ...Object.fromEntries(chosen),
  };
}

function endpointOf(value: unknown): RegisteredEndpoint | undefined {
  const row: Members = membersOf(value);
  const [id, url] = [textOf(row.id), textOf(row.url)];
  if (id === undefined || url === undefined) return undefined;
  const events = EVENTS.filter((event) => row[`${event}_events`] === true);
  const alert = textOf(row.alert_status);
  const isEnabled = alert === undefined || alert === "executable";
  const wrong =
    row.enable_ssl_verification === false ? { wrong: ["verify certificates (enable_ssl_verification is off)"] } : {};
  return {
    id,
    url,
    events: events.length === EVENTS.length ? ["*"] : events,
    isEnabled,
    health: isEnabled ? undefined : alert,
    ...wrong,
  };
}
