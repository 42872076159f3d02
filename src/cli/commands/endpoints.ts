// `hookgate endpoints`: registers, lists, changes and removes webhooks through the sender's API.
import type { RegisteredEndpoint } from "../../endpoints/index.js";
import { nearest } from "../../lib/nearest.js";
import { type EndpointCall, endpointJson, line, printFailure, shownUrl, urlOf } from "../endpoints/endpoint-call.js";
import { apiOf, remove, rotate } from "../endpoints/endpoint-changes.js";
import { ensure } from "../endpoints/endpoint-ensure.js";
import { choosePlace, PLACE_OPTIONS } from "../endpoints/endpoint-place.js";
import { KEEP_OPTIONS } from "../endpoints/keep-secret.js";
import type { Command, ExitCode } from "../lib/command.js";
import { YES_OPTION } from "../lib/confirm.js";
import { type Cell, table } from "../lib/paint.js";
import { UsageError } from "../lib/usage-error.js";
import { SECRET_OPTIONS } from "../senders/secrets.js";

const { "secret-env": SECRET_ENV, "secret-file": SECRET_FILE } = SECRET_OPTIONS;

export const endpoints: Command = {
  name: "endpoints",
  summary: "Registers, lists and removes webhooks through the sender's API, and rotates their secrets.",
  usage: "ensure|list|rotate|remove [<url>] --sender NAME --token-env NAME [--option OPTION=VALUE …]",
  details: [
    "ensure compares <url>, --events and the secret with the sender's configuration, and creates or updates the webhook if they differ. Running it again changes nothing. --replaces removes an old URL after the new one has passed a test delivery. For a sender without an API it prints the manual steps, and verifies them if the secret is given.",
    "list shows the registered webhooks, of all URLs or of one. rotate changes the secret. The receiver must already accept both secrets; a signed delivery checks this before anything is changed. remove deletes every webhook of the URL. rotate and remove show the plan and ask for confirmation.",
    "There are two credentials: the token is for the sender's API, and the secret signs the deliveries.",
    "Exit code 1: the API failed, the endpoint did not pass the test delivery, --dry-run found changes to make, or list found no enabled webhook of the URL.",
  ],
  actions: ["ensure", "list", "rotate", "remove"],
  options: {
    ...PLACE_OPTIONS,
    events: {
      type: "string",
      isList: true,
      value: "NAME[,NAME]",
      help: "ensure: event names as the sender writes them.",
    },
    ...(SECRET_ENV === undefined ? {} : { "secret-env": SECRET_ENV }),
    ...(SECRET_FILE === undefined ? {} : { "secret-file": SECRET_FILE }),
    "previous-env": {
      type: "string",
      value: "NAME",
      help: "rotate: the variable with the old secret, which is restored at the sender if its ping fails.",
    },
    "previous-file": { type: "string", value: "PATH", help: "The same from a file." },
    ...KEEP_OPTIONS,
    replaces: { type: "string", isList: true, value: "URL", help: "ensure: an old URL that this URL replaces." },
    prove: {
      type: "boolean",
      help: "ensure: test the URL with a signed delivery, and with an unsigned one that must be rejected. rotate always does.",
    },
    "no-prove": { type: "boolean", help: "Do no test delivery, not even the sender's ping." },
    wait: {
      type: "string",
      value: "DURATION",
      help: "How long to retry the signed delivery until it is accepted: 5m.",
    },
    "dry-run": { type: "boolean", help: "Print the plan only. Exit code 1 if there are changes to make." },
    yes: YES_OPTION,
  },
  examples: [
    "hookgate endpoints ensure https://example.com/webhooks/github --sender github --option repo=acme/shop --events issues,push --token-env GITHUB_TOKEN --secret-env GITHUB_WEBHOOK_SECRET --dry-run",
    "hookgate endpoints ensure https://example.com/webhooks/stripe --sender stripe --events invoice.paid --token-env STRIPE_API_KEY --secret-out stripe.secret",
    "hookgate endpoints list --sender github --option org=acme --token-env GITHUB_TOKEN",
    "hookgate endpoints rotate https://example.com/webhooks/github --sender github --option repo=acme/shop --token-env GITHUB_TOKEN --secret-env NEXT_SECRET --previous-env GITHUB_WEBHOOK_SECRET",
    "hookgate endpoints remove https://old.example.com/webhooks/stripe --sender stripe --token-env STRIPE_API_KEY --yes",
  ],
  async run(given, context) {
    const [name, url, ...others] = given.positionals;
    const act = actionOf(name);
    if (others.length > 0) throw new UsageError(`endpoints ${name} takes one URL; got ${others.length + 1}`);
    const own = ACTION_OPTIONS[name as keyof typeof ACTION_OPTIONS];
    for (const option of given.names) {
      const users = Object.entries(ACTION_OPTIONS).filter(([, options]) => options.includes(option));
      if (users.length > 0 && !own.includes(option)) {
        throw new UsageError(
          `--${option} belongs to endpoints ${users.map(([user]) => user).join(" and ")}, not to ${name}`,
        );
      }
    }
    const call: EndpointCall = { given, context, url, ...(await choosePlace(given, context)) };
    try {
      return await act(call);
    } catch (error) {
      return printFailure(error, call);
    }
  },
};

const ACTIONS = { ensure, list, rotate, remove };

/** Options that belong to some actions only. Another action refuses them. */
const ACTION_OPTIONS: Readonly<Record<keyof typeof ACTIONS, readonly string[]>> = {
  ensure: [
    "events",
    "secret-env",
    "secret-file",
    "secret-out",
    "secret-to",
    "replaces",
    "prove",
    "no-prove",
    "wait",
    "dry-run",
  ],
  list: [],
  rotate: [
    "secret-env",
    "secret-file",
    "previous-env",
    "previous-file",
    "secret-out",
    "secret-to",
    "prove",
    "no-prove",
    "wait",
    "dry-run",
    "yes",
  ],
  remove: ["dry-run", "yes"],
};

/** @throws {UsageError} With the closest name, when there is no such action. */
function actionOf(name: string | undefined): (call: EndpointCall) => Promise<ExitCode> {
  if (name !== undefined && Object.hasOwn(ACTIONS, name)) return ACTIONS[name as keyof typeof ACTIONS];
  const names = Object.keys(ACTIONS);
  const near = name === undefined ? undefined : nearest(name, names);
  throw new UsageError(
    near === undefined ? `endpoints takes ${names.join(", ")}` : `endpoints ${name}: did you mean ${near}?`,
  );
}

async function list(call: EndpointCall): Promise<ExitCode> {
  const { sameUrl } = await import("../../endpoints/options.js");
  const { io, paint, isJson } = call.context;
  const api = apiOf(call);
  const url = call.url === undefined ? undefined : urlOf(call);
  const found = (await api.list()).filter((one) => url === undefined || sameUrl(one.url, url));
  const isFine = url === undefined || found.some(({ isEnabled }) => isEnabled);
  if (isJson) {
    const result = { ok: isFine, title: api.title, endpoints: found.map(endpointJson) };
    io.out(`${shownUrl(JSON.stringify(result, null, 2))}\n`);
    return isFine ? 0 : 1;
  }
  if (found.length === 0) {
    io.out(`${line(`${api.title}: nothing is registered${url === undefined ? "" : ` with the URL ${url}`}`)}\n`);
    return isFine ? 0 : 1;
  }
  io.out(table([["ID", "STATE", "URL", "EVENTS"], ...found.map(rowOf)], paint));
  return isFine ? 0 : 1;
}

function rowOf({ id, url, events, isEnabled, health, wrong = [] }: RegisteredEndpoint): readonly (Cell | string)[] {
  const state = [isEnabled ? "on" : "off", health, ...wrong].filter((text) => text !== undefined).join("; ");
  const colour = isEnabled ? (health === undefined && wrong.length === 0 ? "green" : "yellow") : "red";
  return [line(id), { text: line(state), colour }, line(url), line(events.join(", "))];
}
