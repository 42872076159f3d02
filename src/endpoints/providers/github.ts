// GitHub's webhooks: of a repository, an organisation, or an app.

import { CHECKED_LATER, checkOptions, FLAG, TEXT } from "../../lib/options.js";
import { API_RULES, type ApiCall, type ApiOptions, type SenderApi } from "../../lib/sender-api/client.js";
import { githubApi } from "../../lib/sender-api/github.js";
import { type Members, membersOf, textOf, textsOf } from "../../lib/sender-api/json-members.js";
import { linkTo } from "../../lib/sender-api/link-header.js";
import { checkedToken } from "../../lib/sender-api/token.js";
import type { ChangedEndpoint, EndpointApi, ProofResult, RegisteredEndpoint, WantedEndpoint } from "./provider.js";

/** Options of `githubWebhooks`: a repository, an organization, or an app. */
export type GithubWebhooksOptions = ApiOptions & {
  /** A token that may administer the webhooks of the repository or organisation; for an app, its JWT. */
  readonly token: string | undefined;
} & ({ readonly owner: string; readonly repo: string } | { readonly org: string } | { readonly app: true });

/** How long a ping may take. */
const PING_TRIES = 40;
const PING_PAUSE_MS = 250;

/**
 * GitHub's webhooks API. A repository or organisation has many webhooks. An app has one, whose
 * events are chosen in its settings: give `["*"]`.
 *
 * Source: docs.github.com, REST API, "Repository webhooks", "Organization webhooks", "GitHub App webhooks".
 *
 * @throws {TypeError} When the token is missing, or an option is unknown.
 */
export function githubWebhooks(options: GithubWebhooksOptions): EndpointApi {
  checkOptions<GithubWebhooksOptions>("githubWebhooks", options, {
    token: CHECKED_LATER,
    owner: TEXT,
    repo: TEXT,
    org: TEXT,
    app: FLAG,
    ...API_RULES,
  });
  const token = checkedToken("githubWebhooks", "token", options.token);
  const api = githubApi(token, options);
  const { owner, repo, org, app } = options as Partial<Record<"owner" | "repo" | "org" | "app", unknown>>;
  if (app === true) return appWebhook(api);
  const part = (text: unknown): string => encodeURIComponent(String(text));
  if (textOf(org) !== undefined) return webhooksOf(api, `GitHub ${String(org)}`, `/orgs/${part(org)}/hooks`);
  if (textOf(owner) !== undefined && textOf(repo) !== undefined) {
    return webhooksOf(api, `GitHub ${String(owner)}/${String(repo)}`, `/repos/${part(owner)}/${part(repo)}/hooks`);
  }
  throw new TypeError("githubWebhooks: give owner and repo, or org, or app: true");
}

function webhooksOf(api: SenderApi, title: string, path: string): EndpointApi {
  async function ping(id: string): Promise<ProofResult> {
    const deliveries = `${path}/${id}/deliveries`;
    const list = async (): Promise<readonly Members[]> => {
      const { value } = await api.call({ what: "list the deliveries", path: deliveries, query: { per_page: 30 } });
      return Array.isArray(value) ? value.map(membersOf) : [];
    };
    const before = new Set((await list()).map((one) => textOf(one.id)));
    await api.call({
      what: "have the webhook pinged",
      method: "POST",
      path: `${path}/${id}/pings`,
      isRepeatable: true,
    });
    for (let attempt = 0; attempt < PING_TRIES; attempt++) {
      const answered = (await list()).find(
        (one) => one.event === "ping" && !before.has(textOf(one.id)) && one.status !== "pending",
      );
      if (answered !== undefined) return judged(answered);
      await new Promise((resolve) => setTimeout(resolve, PING_PAUSE_MS));
    }
    return { isProven: false, detail: `GitHub listed no ping within ${(PING_TRIES * PING_PAUSE_MS) / 1000} s` };
  }

  return {
    title,
    secretBy: "us",
    holds: "many",
    async list() {
      const found: RegisteredEndpoint[] = [];
      let next: string | undefined = path;
      while (next !== undefined) {
        const call: ApiCall = { what: "list the webhooks", path: next, query: { per_page: 100 } };
        const { value, headers } = await api.call(call);
        if (!Array.isArray(value)) throw api.badAnswer(call, "no list of webhooks");
        for (const one of value) {
          const endpoint = endpointOf(one);
          if (endpoint !== undefined) found.push(endpoint);
        }
        next = linkTo("next", headers);
      }
      return found;
    },
    async create(wanted) {
      const call: ApiCall = {
        what: "create the webhook",
        method: "POST",
        path,
        json: { name: "web", active: true, events: wanted.events, config: configOf(wanted) },
      };
      const { value } = await api.call(call);
      return changed(api, call, value);
    },
    async update(id, wanted) {
      // A config without a secret would remove the secret, so the config is sent completely or not at all.
      const config = wanted.secret === undefined ? {} : { config: configOf(wanted) };
      const call: ApiCall = {
        what: "update the webhook",
        method: "PATCH",
        path: `${path}/${id}`,
        json: { active: true, events: wanted.events, ...config },
      };
      const { value } = await api.call(call);
      return changed(api, call, value);
    },
    async remove(id) {
      await api.call({ what: "remove the webhook", method: "DELETE", path: `${path}/${id}` });
    },
    test: ping,
  };
}

function appWebhook(api: SenderApi): EndpointApi {
  const path = "/app/hook/config";
  const set = async ({ url, secret, events }: WantedEndpoint): Promise<ChangedEndpoint> => {
    if (events.length !== 1 || events[0] !== "*") {
      throw new TypeError('githubWebhooks: the events of an app are chosen in its settings; say events: ["*"]');
    }
    const json = configOf({ url, secret, events });
    await api.call({ what: "set the app's webhook", method: "PATCH", path, json });
    return { id: "app", url, events, isEnabled: true };
  };
  return {
    title: "GitHub App",
    secretBy: "us",
    holds: "one",
    async list() {
      const { value } = await api.call({ what: "read the app's webhook", path });
      const { url } = membersOf(value);
      return typeof url === "string" && url !== ""
        ? [{ id: "app", url, events: ["*"], isEnabled: true, ...wrongOf(membersOf(value)) }]
        : [];
    },
    create: set,
    update: (_id, wanted) => set(wanted),
    async remove() {
      throw new TypeError(
        "githubWebhooks: an app's webhook cannot be removed by the API; switch it off in the app's settings",
      );
    },
  };
}

function judged({ status, status_code: code }: Members): ProofResult {
  if (typeof code === "number" && code >= 200 && code < 300)
    return { isProven: true, detail: `GitHub's ping was answered ${code}` };
  const why =
    code === 401 ? "the receiver has another secret" : `${textOf(status) ?? "no status"}, ${textOf(code) ?? "no code"}`;
  return { isProven: false, detail: `GitHub's ping was not accepted: ${why}` };
}

function configOf({ url, secret }: WantedEndpoint): Record<string, string> {
  return { url, content_type: "json", insecure_ssl: "0", ...(secret === undefined ? {} : { secret }) };
}

function changed(api: SenderApi, call: ApiCall, value: unknown): ChangedEndpoint {
  const endpoint = endpointOf(value);
  if (endpoint === undefined) throw api.badAnswer(call, "no webhook with id and URL");
  return endpoint;
}

function endpointOf(value: unknown): RegisteredEndpoint | undefined {
  const { id, active, events, config, last_response: last } = membersOf(value);
  const { url } = membersOf(config);
  const [number, address] = [textOf(id), textOf(url)];
  if (number === undefined || address === undefined) return undefined;
  const { code, status } = membersOf(last);
  const health =
    typeof code === "number" && (code < 200 || code >= 300)
      ? `last answer ${code === 0 ? String(status) : code}`
      : undefined;
  return {
    id: number,
    url: address,
    events: textsOf(events),
    isEnabled: active === true,
    health,
    ...wrongOf(membersOf(config)),
  };
}

/** Reports a webhook without a secret, which signs nothing, and one that accepts any certificate. Both content types are fine. */
function wrongOf(config: Members): { readonly wrong?: readonly string[] } {
  const wrong: string[] = [];
  if (config.secret === undefined) wrong.push("set a secret (it has none, so nothing is signed)");
  if (textOf(config.insecure_ssl) === "1") wrong.push("verify certificates (insecure_ssl is on)");
  return wrong.length === 0 ? {} : { wrong };
}
