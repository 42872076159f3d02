// Linear's webhooks through its GraphQL API.

import { CHECKED_LATER, checkOptions, TEXT } from "../../lib/options.js";
import { API_RULES, type ApiAnswer, type ApiOptions, SenderApi } from "../../lib/sender-api/client.js";
import type { SenderApiProblem } from "../../lib/sender-api/error.js";
import { type Members, membersOf, textOf, textsOf } from "../../lib/sender-api/json-members.js";
import { checkedToken } from "../../lib/sender-api/token.js";
import type { ChangedEndpoint, EndpointApi, RegisteredEndpoint } from "./provider.js";

/** Options of `linearWebhooks`. */
export interface LinearWebhooksOptions extends ApiOptions {
  /** An admin's personal API key, or `Bearer <OAuth token>`. */
  readonly apiKey: string | undefined;
  /** Limits the webhook to this team. Default: all public teams. */
  readonly teamId?: string;
}

const FIELDS = "id url enabled resourceTypes";
/** Error codes of Linear (`extensions.type`, `extensions.code`) with a more exact meaning than "refused". */
const PROBLEMS: readonly (readonly [RegExp, SenderApiProblem])[] = [
  [/auth|unauthenticated/i, "unauthorized"],
  [/forbidden/i, "forbidden"],
  [/ratelimit/i, "rate_limited"],
  [/internal/i, "unavailable"],
];

/**
 * Linear's webhooks. Events are resource types: `Issue`, `Comment`. The secret is set on creation.
 *
 * Source: linear.app/developers/webhooks and its GraphQL schema: `webhooks`, `webhookCreate`, `webhookUpdate`,
 * `webhookDelete`. Unconfirmed: that `webhookUpdate` takes a `secret`.
 *
 * @throws {TypeError} When the key is missing, or an option is unknown.
 */
export function linearWebhooks(options: LinearWebhooksOptions): EndpointApi {
  checkOptions<LinearWebhooksOptions>("linearWebhooks", options, { apiKey: CHECKED_LATER, teamId: TEXT, ...API_RULES });
  const apiKey = checkedToken("linearWebhooks", "apiKey", options.apiKey);
  const { teamId } = options;
  const api = new SenderApi({
    sender: "Linear",
    baseUrl: "https://api.linear.app",
    headers: { authorization: apiKey },
    secrets: [apiKey],
    problemIn: graphqlProblem,
    options,
  });

  async function ask(what: string, query: string, variables: object, isRepeatable: boolean): Promise<Members> {
    const call = { what, method: "POST", path: "/graphql", json: { query, variables }, isRepeatable } as const;
    return membersOf(membersOf((await api.call(call)).value).data);
  }

  function changed(what: string, data: Members, name: string): ChangedEndpoint {
    const endpoint = endpointOf(membersOf(data[name]).webhook);
    if (endpoint === undefined) throw api.badAnswer({ what }, "no webhook with id and URL");
    return endpoint;
  }

  return {
    title: "Linear",
    secretBy: "us",
    holds: "many",
    async list() {
      const found: RegisteredEndpoint[] = [];
      for (let after: string | undefined, isMore = true; isMore; ) {
        const query = `query ($after: String) { webhooks(first: 50, after: $after) { nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } } }`;
        const { webhooks } = await ask("list the webhooks", query, { after }, true);
        const { nodes, pageInfo } = membersOf(webhooks);
        if (!Array.isArray(nodes)) throw api.badAnswer({ what: "list the webhooks" }, "no list of webhooks");
        found.push(...nodes.map(endpointOf).filter((one) => one !== undefined));
        const { hasNextPage, endCursor } = membersOf(pageInfo);
        after = textOf(endCursor);
        isMore = hasNextPage === true && after !== undefined;
      }
      return found;
    },
    async create({ url, events, secret }) {
      const where = teamId === undefined ? { allPublicTeams: true } : { teamId };
      const input = {
        url,
        resourceTypes: events,
        enabled: true,
        ...where,
        ...(secret === undefined ? {} : { secret }),
      };
      const query = `mutation ($input: WebhookCreateInput!) { webhookCreate(input: $input) { success webhook { ${FIELDS} } } }`;
      return changed("create the webhook", await ask("create the webhook", query, { input }, false), "webhookCreate");
    },
    async update(id, { url, events, secret }) {
      const input = { url, resourceTypes: events, enabled: true, ...(secret === undefined ? {} : { secret }) };
      const query = `mutation ($id: String!, $input: WebhookUpdateInput!) { webhookUpdate(id: $id, input: $input) { success webhook { ${FIELDS} } } }`;
      return changed(
        "update the webhook",
        await ask("update the webhook", query, { id, input }, true),
        "webhookUpdate",
      );
    },
    async remove(id) {
      await ask("remove the webhook", "mutation ($id: String!) { webhookDelete(id: $id) { success } }", { id }, true);
    },
  };
}

function graphqlProblem({
  value,
}: ApiAnswer): { readonly problem: SenderApiProblem; readonly said: string } | undefined {
  const { errors } = membersOf(value);
  if (!Array.isArray(errors) || errors.length === 0) return undefined;
  const { message, extensions } = membersOf(errors[0]);
  const { type, code } = membersOf(extensions);
  const words = `${String(type)} ${String(code)}`;
  return {
    problem: PROBLEMS.find(([pattern]) => pattern.test(words))?.[1] ?? "refused",
    said: textOf(message) ?? "an error without a message",
  };
}

function endpointOf(value: unknown): RegisteredEndpoint | undefined {
  const { id, url, enabled, resourceTypes } = membersOf(value);
  const [name, address] = [textOf(id), textOf(url)];
  if (name === undefined || address === undefined) return undefined;
  return { id: name, url: address, events: textsOf(resourceTypes), isEnabled: enabled === true };
}
